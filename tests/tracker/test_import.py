"""Taking in an Excel tracker: row by row as the file has it, once, with reasons where not sound; or not at all."""

import zipfile
from collections import Counter
from datetime import date, datetime
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from openpyxl import Workbook, load_workbook

from accounts.models import Team
from accounts.permissions import Role
from consultations.models import Consultation, Referral, YoungPerson
from core.models import AuditEvent
from tests.factories import a_person, a_referral, a_team
from tracker import imports
from tracker.imports import NotATracker, import_tracker
from tracker.models import Theme, TrackerEntry

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
        "read": 1, "added": 1, "repeated": 0, "rejected": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"Date_received": "last week"}, "date received: last week is no date"),
        ({"Date_received": None}, "date received: empty is no date"),
        ({"Mosaic_ID": None}, "empty is no case number"),
        ({"Mosaic_ID": "unknown"}, "unknown is no case number"),
        ({"Mosaic_ID": "12'; --"}, "is no case number"),
        ({"Primary_Concern": "Gang"}, "primary concern: Gang is none of the five"),
        ({"Primary_Concern": None}, "primary concern: empty is none of the five"),
        ({"Outcome": "Lost"}, "outcome: lost is not known"),
        ({"Date_of_consultation": None}, "held, but there is no date of consultation"),
        ({"Date_of_consultation": "soon"}, "soon is no date"),
        ({"Gangs": "maybe"}, "Gangs: maybe is neither yes nor no"),
        ({"Detail": "x" * 501}, "detail: longer than 500 characters"),
        ({"Mosaic_ID": None, "Outcome": "Lost"}, "; outcome: lost is not known"),
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


def test_empty_rows_are_passed_over(workbook, manager):
    outcome = import_tracker(workbook(a_row(), [None] * len(HEADINGS), a_row(Mosaic_ID="2")), by=manager)
    assert (outcome.read, outcome.added) == (2, 2)


@pytest.mark.parametrize(
    ("headings", "why"),
    [
        (["Date received", "Mosaic ID", "Primary Concern"], "no heading “outcome”"),
        (["Anything", "at all"], "no heading “date received”, “mosaic id”, “primary concern”, “outcome”"),
        ([*HEADINGS, "Mosaic  id"], "“mosaic id” stands twice"),
        ([], "no heading"),
    ],
)
def test_a_sheet_without_its_headings_is_refused_whole(workbook, manager, headings, why):
    with pytest.raises(NotATracker, match=why):
        import_tracker(workbook([1, 2, 3], headings=headings), by=manager)
    assert nothing_was_imported()


KINDS = ["text", "empty", "archive", "cut", "broken", "late", "binary", "entity", "folder", "missing"]
# A sheet with sound headings that breaks off in its second row.
LATE = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:D9"/><sheetData>'
    '<row r="1">'
    + "".join(
        f'<c r="{column}1" t="inlineStr"><is><t>{heading}</t></is></c>'
        for column, heading in zip("ABCD", ["Date received", "Mosaic ID", "Primary Concern", "Outcome"], strict=True)
    )
    + '</row><row r="2"><c r="A2"'
)


def not_workbooks(folder, sound) -> dict:
    """Files that are none of ours, by what they are."""
    files = {name: folder / f"{name}.xlsx" for name in KINDS[:-2]}
    files["text"].write_text("Date received,Mosaic ID\n2024-01-01,1\n")
    files["empty"].touch()
    files["binary"].write_bytes(bytes(range(256)) * 20)
    files["cut"].write_bytes(sound.read_bytes()[:2000])
    with zipfile.ZipFile(files["archive"], "w") as archive:
        archive.writestr("letter.txt", "not a workbook")
    for name, sheet in [
        ("broken", "<worksheet><sheetData><row>"),
        ("late", LATE),
        ("entity", '<!DOCTYPE a [<!ENTITY b "c">]><worksheet><sheetData>&b;</sheetData></worksheet>'),
    ]:
        with zipfile.ZipFile(sound) as book, zipfile.ZipFile(files[name], "w") as archive:
            for part in book.namelist():
                archive.writestr(part, sheet if part.startswith("xl/worksheets/") else book.read(part))
    return files | {"folder": folder, "missing": folder / "nowhere.xlsx"}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_workbook_is_refused_in_one_line(workbook, tmp_path, manager, kind):
    path = not_workbooks(tmp_path, workbook(a_row()))[kind]
    with pytest.raises(NotATracker) as refused:
        import_tracker(path, by=manager)
    assert "\n" not in str(refused.value)
    assert nothing_was_imported()


def test_a_file_that_is_too_large_or_unpacks_to_too_much(workbook, manager, monkeypatch):
    path = workbook(a_row())
    monkeypatch.setattr(imports, "MAX_UNPACKED", 100)
    with pytest.raises(NotATracker, match="unpacks"):
        import_tracker(path, by=manager)
    monkeypatch.setattr(imports, "MAX_BYTES", 100)
    with pytest.raises(NotATracker, match="larger"):
        import_tracker(path, by=manager)
    assert nothing_was_imported()


def test_an_error_in_the_middle_leaves_nothing_behind(workbook, manager, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the power went")

    monkeypatch.setattr(imports.audit, "record", fail)
    with pytest.raises(RuntimeError):
        import_tracker(workbook(a_row()), by=manager)
    assert nothing_was_imported()


def test_the_command_says_what_it_did(workbook, manager):
    said = StringIO()
    call_command("import_tracker", workbook(a_row(), a_row(Mosaic_ID="?")), stdout=said)
    assert "2 rows read: 1 added, 0 there already, 1 rejected." in said.getvalue()
    assert "New teams: Near team." in said.getvalue()
    assert "row 3: Mosaic ID: ? is no case number" in said.getvalue()
    assert Referral.objects.get().made_by == manager


def test_the_command_needs_somebody_in_whose_name(workbook):
    with pytest.raises(CommandError, match="Nobody holds the role of manager"):
        call_command("import_tracker", workbook(a_row()))
    with pytest.raises(CommandError, match="Nobody who is active"):
        call_command("import_tracker", workbook(a_row()), by="nobody@example.org")


def test_the_command_says_in_words_what_is_no_tracker(tmp_path, manager):
    with pytest.raises(CommandError, match="There is no file"):
        call_command("import_tracker", tmp_path / "nowhere.xlsx")


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
