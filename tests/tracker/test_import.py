"""Taking in an Excel tracker: row by row as the file has it, once, with reasons where not sound; or not at all."""

from collections import Counter
from datetime import date, datetime
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from openpyxl import Workbook, load_workbook

from accounts.models import Team
from accounts.permissions import Role
from consultations.models import Consultation, Referral, YoungPerson
from core.models import AuditEvent
from tests.factories import a_person, a_referral, a_team
from tracker.importing import values as cells
from tracker.models import Theme, TrackerEntry
from tracker.reading import NotATracker
from tracker.services import imports_writing
from tracker.services.imports_at_once import import_tracker

pytestmark = pytest.mark.django_db
CLEAN = settings.BASE_DIR.parent / "shared" / "practice" / "legacy-tracker-clean.xlsx"
HEADINGS = [
    "Date received", "Mosaic ID", "Referrer", "Team", "Agency", "Primary Concern", "Detail", "Gangs", "Online",
    "Outcome", "Date of consultation", "Signposted to",
]  # fmt: skip
DAY = datetime(2024, 9, 5)  # noqa: DTZ001  (a cell of a workbook has no time zone)


def a_row(**changes) -> list:
    """A sound row; changes by heading, with spaces as underscores."""
    given = {
        "Date received": DAY, "Mosaic ID": 754341, "Referrer": "H. Adeyemi", "Team": "Near team",
        "Agency": "Police", "Primary Concern": "School", "Detail": "Marlow School", "Gangs": "Y", "Online": None,
        "Outcome": "Consultation held", "Date of consultation": datetime(2024, 9, 20),  # noqa: DTZ001
        "Signposted to": None,
    } | {name.replace("_", " "): value for name, value in changes.items()}  # fmt: skip
    return [given[name] for name in HEADINGS]


@pytest.fixture
def workbook(tmp_path):
    """workbook(*rows, headings): the path of a workbook with these rows."""

    def make(*rows, headings=HEADINGS):
        book = Workbook()
        for row in (headings, *rows):
            book.active.append(row)
        path = tmp_path / "tracker.xlsx"
        book.save(path)
        book.close()
        return path

    return make


@pytest.fixture
def manager():
    return a_person(Role.MANAGER)


def nothing_was_imported() -> bool:
    models = [Referral, Consultation, YoungPerson, TrackerEntry, Team]
    return not any(model.objects.exists() for model in models)


def test_a_sound_row_is_kept_as_it_stands(workbook, manager):
    outcome = import_tracker(workbook(a_row()), by=manager)
    assert (outcome.read, outcome.added, outcome.repeated, outcome.rejected) == (1, 1, 0, [])
    referral = Referral.objects.get()
    assert (referral.case_number, referral.referrer_name, referral.state) == ("754341", "H. Adeyemi", "held")
    assert (referral.received_on, referral.consultation.held_on) == (date(2024, 9, 5), date(2024, 9, 20))
    assert (referral.team.name, referral.agency.name) == ("Near team", "Police")
    assert (referral.imported, referral.made_by, referral.reference) == (True, manager, "CS-2024-0001")
    assert (referral.entry.primary_concern, referral.entry.detail) == ("school", "Marlow School")
    assert [theme.name for theme in referral.entry.themes.all()] == ["Gangs"]
    assert referral.young_person.case_number == "754341"
    assert AuditEvent.objects.get(act="tracker.imported").detail == {
        "added": 1, "actions": 0, "there already": 0, "repeated": 0, "rejected": 0, "left out": 0,
        "new_teams": ["Near team"], "new_agencies": ["Police"], "new_themes": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"Date_received": "last week"}, "Date received (A3): “last week” is no date"),
        ({"Date_received": None}, "Date received (A3): empty, and a referral needs the date it was received"),
        ({"Mosaic_ID": None}, "Mosaic ID (B3): empty, and a referral needs it"),
        ({"Mosaic_ID": "unknown"}, "“unknown” is no case number: the row can come in when it is known"),
        ({"Mosaic_ID": "12'; --"}, "“12'; --” is no case number"),
        ({"Primary_Concern": "Nobody"}, "Primary Concern (F3): “Nobody” is none of the five"),
        ({"Primary_Concern": None}, "Primary Concern (F3): empty, and a referral needs its primary concern"),
        ({"Outcome": "Lost"}, "Outcome (J3): “Lost” is no outcome that we know"),
        ({"Date_of_consultation": None}, "Date of consultation (K3): empty, though the consultation was held"),
        (
            {"Outcome": "Awaiting"},
            "(K3): there is a date, though the referral waits to be screened",
        ),
        ({"Date_of_consultation": "soon"}, "“soon” is no date"),
        ({"Date_of_consultation": "very\nsoon"}, "“very soon” is no date"),
        ({"Gangs": "maybe"}, "Gangs (H3): “maybe” is neither yes nor no"),
        ({"Detail": "x" * 501}, "Detail (G3): longer than 500 characters"),
        ({"Mosaic_ID": None, "Outcome": "Lost"}, "needs it; Outcome (J3): “Lost” is no outcome"),
    ],
    ids=str,
)
def test_a_row_that_is_not_sound_is_rejected_with_its_reason_and_the_others_are_not(workbook, manager, changes, why):
    outcome = import_tracker(workbook(a_row(Mosaic_ID="1"), a_row(**changes), a_row(Mosaic_ID="2")), by=manager)
    assert (outcome.read, outcome.added) == (3, 2)
    ((number, reason),) = outcome.rejected
    assert number == 3  # as Excel counts
    assert why in reason
    assert set(Referral.objects.values_list("case_number", flat=True)) == {"1", "2"}


@pytest.mark.parametrize("mark", ["Y", "y", "yes", "X", 1, True])
def test_marks_that_mean_yes(workbook, manager, mark):
    import_tracker(workbook(a_row(Gangs=mark, Online="no")), by=manager)
    assert [theme.name for theme in TrackerEntry.objects.get().themes.all()] == ["Gangs"]


def test_a_row_twice_in_the_file_or_there_already_is_added_once(workbook, manager):
    path = workbook(a_row(), a_row(), a_row(Referrer="Somebody Else"))
    first, second = import_tracker(path, by=manager), import_tracker(path, by=manager)
    assert (first.added, first.repeated) == (2, 1)
    assert (second.added, second.repeated) == (0, 3)
    assert Referral.objects.count() == 2
    assert YoungPerson.objects.count() == 1


@pytest.mark.parametrize("number", ["AB12", "ab12", "aB12"])
def test_a_young_person_known_by_another_spelling_is_the_same_one(workbook, manager, number):
    YoungPerson.objects.create(case_number="Ab12", name="", created_at=DAY.astimezone())
    import_tracker(workbook(a_row(Mosaic_ID=number)), by=manager)
    assert YoungPerson.objects.count() == 1
    assert Referral.objects.get().young_person.case_number == "Ab12"


@pytest.mark.parametrize("number", ["AB12", "ab12"])
def test_a_referral_made_here_is_not_imported_again(workbook, manager, number):
    person = a_person(Role.PRACTITIONER, team=a_team("Near team", agency="Police"), name="H. Adeyemi")
    a_referral(by=person, case_number="AB12", received_on=DAY.date())
    outcome = import_tracker(workbook(a_row(Mosaic_ID=number)), by=manager)
    assert (outcome.added, outcome.repeated) == (0, 1)


def test_references_go_on_where_they_stood_and_count_by_year(workbook, manager):
    days = [DAY.replace(year=year) for year in (2023, 2024, 2024)]
    rows = [a_row(Mosaic_ID=str(number), Date_received=day) for number, day in enumerate(days, start=1)]
    import_tracker(workbook(*rows), by=manager)
    import_tracker(workbook(a_row(Mosaic_ID="4")), by=manager)
    assert sorted(Referral.objects.values_list("reference", flat=True)) == [
        "CS-2023-0001", "CS-2024-0001", "CS-2024-0002", "CS-2024-0003",
    ]  # fmt: skip


def test_a_team_without_an_agency_is_the_only_one_of_that_name_or_else_the_row_is_rejected(workbook, manager):
    near = a_team("Near team", agency="Police")
    for agency in ("Police", "Health"):
        a_team("Twin team", agency=agency)
    rows = [
        a_row(Mosaic_ID="1", Agency=None),
        a_row(Mosaic_ID="2", Agency=None, Team="Twin team"),
        a_row(Mosaic_ID="3", Agency=None, Team="No team"),
        a_row(Mosaic_ID="4", Agency=None, Team="new team"),
        a_row(Mosaic_ID="5", Agency="School", Team="New team"),
        a_row(Mosaic_ID="6", Agency=None, Team=None),
        a_row(Mosaic_ID="7", Outcome="Lost"),
    ]
    path = workbook(*rows)
    outcome = import_tracker(path, by=manager)
    assert outcome.rejected == [
        (3, "Team (D3): no agency is given, and more than one agency has a team of that name"),
        (4, "Team (D4): no agency is given, and no team of that name is known"),
        (8, "Outcome (J8): “Lost” is no outcome that we know"),
    ]
    found = {referral.case_number: referral for referral in Referral.objects.select_related("team", "agency")}
    assert sorted(found) == ["1", "4", "5", "6"]
    assert (found["1"].team, found["1"].agency) == (near, near.agency)
    assert found["4"].team == found["5"].team
    assert (found["5"].team.name, found["5"].agency.name) == ("new team", "School")
    assert (found["6"].team, found["6"].agency) == (None, None)
    assert (outcome.new_teams, outcome.new_agencies) == (["new team"], ["School"])
    assert import_tracker(path, by=manager).added == 0


def test_what_a_cell_holds_is_shown_on_one_line_and_shortened():
    assert cells.shown("a\r\n b\x1b[31m\u202e ") == "a b [31m"
    assert cells.shown("x" * 60) == "x" * 60
    assert cells.shown("x" * 61) == "x" * 59 + "…"


def test_columns_that_are_not_known_are_named(workbook, manager):
    path = workbook([*a_row(), 1, None, "gone"], headings=[*HEADINGS, "Gang  afiliation", "Date"])
    assert import_tracker(path, by=manager).unused == ["Gang afiliation", "Date", "column O"]


def test_a_formula_is_what_it_last_came_to_and_said_where_that_is_not_known(workbook, manager):
    outcome = import_tracker(workbook(a_row(Detail='="a"&"b"'), a_row(Mosaic_ID="=1+1")), by=manager)
    assert TrackerEntry.objects.get().detail == ""
    ((number, why),) = outcome.rejected
    assert number == 3
    assert "Mosaic ID (B3)" in why


def test_empty_rows_are_passed_over(workbook, manager):
    outcome = import_tracker(workbook(a_row(), [None] * len(HEADINGS), a_row(Mosaic_ID="2")), by=manager)
    assert (outcome.read, outcome.added) == (2, 2)


@pytest.mark.parametrize(
    ("headings", "why"),
    [
        (["Date received", "Mosaic ID", "Primary Concern"], "no heading for “Outcome”"),
        (["Anything", "at all"], "no heading for “Date received”, “Mosaic ID”, “Primary Concern”, “Outcome”"),
        ([], "no heading"),
    ],
)
def test_a_sheet_without_its_headings_is_refused_whole(workbook, manager, headings, why):
    with pytest.raises(NotATracker, match=why):
        import_tracker(workbook([1, 2, 3], headings=headings), by=manager)
    assert nothing_was_imported()


def test_of_two_columns_with_one_heading_the_first_counts_and_the_other_is_named(workbook, manager):
    path = workbook([*a_row(), "9"], headings=[*HEADINGS, "Mosaic  id"])
    assert import_tracker(path, by=manager).unused == ["Mosaic id"]
    assert Referral.objects.get().case_number == "754341"


def test_an_error_in_the_middle_leaves_nothing_behind(workbook, manager, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the power went")

    monkeypatch.setattr(imports_writing.audit, "record", fail)
    with pytest.raises(RuntimeError):
        import_tracker(workbook(a_row()), by=manager)
    assert nothing_was_imported()


def test_the_command_says_what_it_did(workbook, manager):
    said = StringIO()
    path = workbook(a_row(), a_row(Mosaic_ID="?"), headings=[*HEADINGS, "Gang afiliation"])
    call_command("import_tracker", path, stdout=said)
    assert "2 rows read: 1 added, 0 there already, 1 rejected, 0 left out." in said.getvalue()
    assert "New agencies: Police.\nNew teams: Near team.\nColumns not used: Gang afiliation.\n" in said.getvalue()
    assert "stopped" not in said.getvalue()
    assert "row 3: Mosaic ID (B3): “?” is no case number" in said.getvalue()
    assert Referral.objects.get().made_by == manager


def test_the_command_needs_somebody_in_whose_name(workbook):
    with pytest.raises(CommandError, match="Nobody holds the role of manager"):
        call_command("import_tracker", workbook(a_row()))
    with pytest.raises(CommandError, match="Nobody who is active"):
        call_command("import_tracker", workbook(a_row()), by="nobody@example.org")


def test_the_command_says_in_words_what_is_no_tracker(tmp_path, manager):
    with pytest.raises(CommandError, match="There is no file"):
        call_command("import_tracker", tmp_path / "nowhere.xlsx")


def test_the_command_does_not_repeat_the_words_of_the_database(workbook, manager, monkeypatch):
    def fail(*args, **kwargs):
        raise IntegrityError("DETAIL:  Key (upper(case_number::text))=(754341) already exists.")

    monkeypatch.setattr(imports_writing.audit, "record", fail)
    with pytest.raises(CommandError, match=r"^The database refused it \(IntegrityError\): nothing was imported\.$"):
        call_command("import_tracker", workbook(a_row()))
    assert nothing_was_imported()


@pytest.fixture
def legacy():
    """The rows of the practice's own tracker: {heading: cell} each."""
    if not CLEAN.exists():
        pytest.skip(f"the practice's own file {CLEAN.name} is not at hand")
    book = load_workbook(CLEAN, read_only=True, data_only=True)
    headings, *rows = book.worksheets[0].iter_rows(values_only=True)
    book.close()
    return [dict(zip(headings, row, strict=True)) for row in rows]


def test_the_whole_legacy_tracker(legacy, manager):
    outcome = import_tracker(CLEAN, by=manager)
    assert (outcome.read, outcome.added, outcome.repeated, outcome.rejected) == (620, 620, 0, [])
    assert (outcome.unused, outcome.stopped_at) == ([], None)
    again = import_tracker(CLEAN, by=manager)
    assert (again.read, again.added, again.repeated, again.rejected) == (620, 0, 620, [])
    assert Referral.objects.count() == TrackerEntry.objects.count() == 620

    names = list(Theme.objects.values_list("name", flat=True))
    assert set(names) <= set(legacy[0])
    kept = Counter()
    for referral in Referral.objects.select_related("team", "agency", "consultation", "entry").prefetch_related(
        "entry__themes"
    ):
        entry, held = referral.entry, getattr(referral, "consultation", None)
        kept[
            referral.received_on, referral.case_number, referral.referrer_name, getattr(referral.team, "name", ""),
            getattr(referral.agency, "name", ""), entry.how_long_known, entry.previous_referrals,
            entry.get_primary_concern_display(), entry.detail, frozenset(theme.name for theme in entry.themes.all()),
            entry.other_theme, held.held_on if held else None, referral.signposted_to, entry.feedback,
            referral.state,
        ] += 1  # fmt: skip
    states = {"Consultation held": "held", "Signposted": "signposted", "Withdrawn": "withdrawn"}
    states["Awaiting"] = "screening"

    def text(value) -> str:
        return "" if value is None else str(value).strip()

    expected = Counter()
    for row in legacy:
        held = row["Date of consultation"]
        expected[
            row["Date received"].date(), text(row["Mosaic ID"]), text(row["Referrer"]), text(row["Team"]),
            text(row["Agency"]), text(row["How long known"]), text(row["Previous referrals"]),
            text(row["Primary Concern"]), text(row["Detail"]), frozenset(name for name in names if row[name]),
            text(row["Other (state)"]), held.date() if held else None, text(row["Signposted to"]),
            text(row["Feedback"]), states.get(row["Outcome"], row["Outcome"]),
        ] += 1  # fmt: skip
    assert kept == expected
