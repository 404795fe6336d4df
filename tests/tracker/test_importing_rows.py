"""What becomes of each row of a tracker: taken in, rejected with plain words, repeated, or no referral at all."""

from collections import Counter
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from tracker import reading
from tracker.importing import (
    MARKS,
    ActionParser,
    Kind,
    RowParser,
    Vocabulary,
    actions_sheet,
    guess_action_columns,
    guess_columns,
    guess_heading,
    guess_sheet,
    key,
    words_to_map,
)
from tracker.reading import Formula, SheetLook
from tracker.toolkit import OTHER, THEMES

PRACTICE = settings.BASE_DIR.parent / "shared" / "practice"
TODAY = date(2026, 11, 28)
VOCAB = Vocabulary(
    "Mosaic ID",
    themes=(*THEMES, "Debt; bondage"),
    other_theme=OTHER,
    harms=("Online harm", "Serious violence"),
    genders=("Female", "Male"),
    interventions=("Parents work", "Research support"),
    agencies=("Police", "Children's social care"),
)
HEADINGS = [
    "Date", "Mosaic No.", "Referrer / team", "Agency", "Main concern", "School / gang / location", "Gangs", "DV",
    "Other", "Consultation?", "Notes",
]  # fmt: skip
NAMES = ["date", "number", "referrer", "agency", "concern", "detail", "gangs", "dv", "other", "outcome", "notes"]


def a_row(**changes) -> list:
    given = {
        "date": "18/09/2022", "number": "271643", "referrer": "S. Bianchi / CIN Unit 1", "agency": "Police",
        "concern": "School", "detail": "Hazelmere High", "gangs": "Y", "dv": "-", "other": None,
        "outcome": "Yes 21/10/22", "notes": None,
    } | changes  # fmt: skip
    return [given[name] for name in NAMES]


def a_parser(mapping=None, headings=HEADINGS, vocab=VOCAB, sample=()) -> RowParser:
    matching = guess_columns(1, [(1, headings), (2, a_row()), *sample], vocab)
    return RowParser(matching, mapping or {}, vocab, today=TODAY)


def parse(mapping=None, **changes):
    return a_parser(mapping).parse(2, a_row(**changes))


def test_a_sound_row():
    row = parse()
    assert (row.kind, row.problems, row.themes, row.why) == (Kind.SOUND, [], ["Gangs"], "")
    assert row.values == {
        "received_on": date(2022, 9, 18), "case_number": "271643", "referrer_name": "S. Bianchi", "team": "CIN Unit 1",
        "agency": "Police", "primary_concern": "school", "detail": "Hazelmere High", "other_theme": "",
        "state": "held", "held_on": date(2022, 10, 21), "feedback": "",
    }  # fmt: skip
    assert row.key == key(row.values)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"date": "31/02/2024"}, "Date (A2): “31/02/2024” is no date: there is no such day"),
        ({"date": "last week"}, "Date (A2): “last week” is no date"),
        ({"date": None}, "Date (A2): empty, and a referral needs the date it was received"),
        ({"date": "18/09/1922"}, "Date (A2): 18 September 1922 is before 1990"),
        ({"date": "29/11/2026"}, "Date (A2): 29 November 2026 has not come yet"),
        ({"number": "tbc"}, "Mosaic No. (B2): “tbc” is no case number: the row can come in when it is known"),
        ({"number": " "}, "Mosaic No. (B2): empty, and a referral needs it"),
        ({"number": "12'; --"}, "Mosaic No. (B2): “12'; --” is no case number"),
        ({"number": "none yet"}, "Mosaic No. (B2): “none yet” is no case number"),
        ({"number": "31/02/2024"}, "Mosaic No. (B2): “31/02/2024” is a date, no case number"),
        ({"number": "1" * 41}, "Mosaic No. (B2): longer than 40 characters"),
        ({"concern": "Gang"}, "Main concern (E2): “Gang” is none of the five"),
        ({"concern": None}, "Main concern (E2): empty, and a referral needs its primary concern"),
        ({"outcome": "Lost"}, "Consultation? (J2): “Lost” is no outcome that we know"),
        ({"outcome": None}, "Consultation? (J2): empty, and a referral needs its outcome"),
        ({"outcome": "Yes"}, "Consultation? (J2): empty, though the consultation was held"),
        ({"outcome": "Yes 31/02/23"}, "Consultation? (J2): “31/02/23” is no date: there is no such day"),
        ({"outcome": "Yes 01/12/26"},
         "Consultation? (J2): 1 December 2026 has not come yet, though the consultation was held"),
        ({"gangs": "maybe"}, "Gangs (G2): “maybe” is neither yes nor no"),
        ({"detail": "x" * 501}, "School / gang / location (F2): longer than 500 characters"),
        ({"referrer": "x" * 201}, "Referrer / team (C2): longer than 200 characters"),
        ({"number": Formula("=A1+1")}, "Mosaic No. (B2): empty, and a referral needs it"),
    ],
    ids=str,
)  # fmt: skip
def test_a_row_with_a_defect_is_rejected_in_words_that_name_column_and_cell(changes, why):
    row = parse(**changes)
    assert (row.kind, row.why) == (Kind.REJECTED, why)
    assert any(problem.fatal for problem in row.problems)


def test_every_defect_of_a_row_is_said():
    row = parse(number="tbc", outcome="Lost")
    assert row.why.split("; ")[1] == "Consultation? (J2): “Lost” is no outcome that we know"


@pytest.mark.parametrize(
    ("changes", "values"),
    [
        ({"number": 467055.0}, {"case_number": "467055"}),
        ({"number": " 664418 "}, {"case_number": "664418"}),
        ({"date": 44822}, {"received_on": date(2022, 9, 18)}),
        ({"referrer": "R. Kaur"}, {"referrer_name": "R. Kaur", "team": ""}),
        ({"concern": "NEIGHBOURHOOD "}, {"primary_concern": "neighbourhood"}),
        ({"concern": "Peer group"}, {"primary_concern": "peer-group"}),
        ({"outcome": "No - CAMHS duty"}, {"state": "signposted", "signposted_to": "CAMHS duty"}),
        ({"outcome": "No - withdrawn"}, {"state": "withdrawn"}),
        ({"outcome": "Booked 08/12/26"}, {"state": "planned", "planned_for": date(2026, 12, 8)}),
        ({"detail": " "}, {"detail": ""}),
        ({"agency": "-"}, {"agency": ""}),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_defect(changes, values):
    row = parse(**changes)
    assert (row.kind, row.why) == (Kind.SOUND, "")
    assert {name: row.values[name] for name in values} == values


def test_the_text_of_other_says_that_it_is_one_of_the_themes():
    assert parse(other="Debt bondage").themes == ["Gangs", OTHER]
    assert parse(other="Debt bondage").values["other_theme"] == "Debt bondage"
    assert parse(other="-").themes == ["Gangs"]


def test_a_formula_without_its_result_is_told():
    row = parse(detail=Formula('="a"&"b"'))
    assert row.values["detail"] == ""
    assert row.remarks == ["School / gang / location (F2): a formula whose result is not in the file: read as empty"]


def test_a_consultation_before_its_referral_is_told():
    assert parse(outcome="Yes 01/09/22").remarks == [
        "Consultation? (J2): 1 September 2022 is before the referral was received"
    ]


# Rows and the rows above them


def test_as_above_is_what_stands_above_and_says_so():
    parser = a_parser()
    assert parser.parse(2, a_row(detail="as above")).values["detail"] == ""
    parser.parse(3, a_row(number="1", detail="Penrose boys"))
    parser.parse(4, a_row(number="tbc", detail=None))
    row = parser.parse(5, a_row(number="2", detail="As above", referrer="ditto"))
    assert (row.values["detail"], row.values["team"]) == ("Penrose boys", "CIN Unit 1")
    assert "School / gang / location (F5): “As above” was read as “Penrose boys”, from row 3" in row.remarks


def test_a_repeated_row_is_known_by_what_tells_referrals_apart():
    parser = a_parser()
    parser.parse(2, a_row())
    again = parser.parse(3, a_row(referrer="s. bianchi / CIN  Unit 1"))
    assert (again.kind, again.repeats) == (Kind.REPEATED, 2)
    changed = parser.parse(4, a_row(notes="No change yet", outcome="No - YJS"))
    assert changed.kind == Kind.REPEATED
    assert changed.why.startswith("The same referral stands in row 2, but differs from it in: ")
    assert "Notes" in changed.why
    assert parser.parse(5, a_row(referrer="Somebody else")).kind == Kind.SOUND


def test_a_repeated_row_that_is_put_right_is_taken_in_and_one_that_is_not_is_rejected_once():
    parser = a_parser()
    assert parser.parse(2, a_row(concern=None)).kind == Kind.REJECTED
    same = parser.parse(3, a_row(concern=None))
    assert (same.kind, same.why) == (Kind.REPEATED, "The same referral stands in row 2, which is rejected")
    assert parser.parse(4, a_row(concern=None, detail="Elsewhere")).kind == Kind.REJECTED
    assert parser.parse(5, a_row()).kind == Kind.SOUND
    assert parser.parse(6, a_row()).repeats == 5


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (["TOTAL", Formula("=COUNTA(B3:B395)")], "This is a row of totals, not a referral"),
        (["Total referrals", 380], "This is a row of totals, not a referral"),
        ([None, None, None, "Total:", 380], "This is a row of totals, not a referral"),
        (HEADINGS, "The headings stand here again"),
        ([" ", None, ""], "The row is empty"),
        ([Formula("=A1"), Formula("=B1")], "The row is empty"),
        (["Updated by SB, ask before you change this"], "This is no referral: hardly anything"),
        ([Formula('=HYPERLINK("x")'), "31/02/2024", "'; DROP TABLE"], "This is no referral: hardly anything"),
        ([None] * 30 + ["far out"], "Nothing stands in a column that is read"),
    ],
    ids=str,
)
def test_rows_that_are_no_referral_are_left_out_with_the_reason(cells, why):
    row = a_parser().parse(2, cells)
    assert row.kind == Kind.LEFT_OUT
    assert row.why.startswith(why)
    assert not any(problem.fatal for problem in row.problems)


def test_a_referral_with_every_defect_is_rejected_and_not_left_out():
    row = parse(date="?", number="tbc", concern="?", outcome="?")
    assert row.kind == Kind.REJECTED
    assert parse(date="18/09/2022", number=None, concern=None, outcome=None).kind == Kind.REJECTED


def test_a_referrer_called_total_is_no_row_of_totals():
    headings = ["Referrer / team", "Date", "Mosaic No.", "Main concern", "Consultation?"]
    cells = ["Total Care / CIN Unit 1", "18/09/2022", "271643", "School", "Yes 21/10/22"]
    parser = RowParser(guess_columns(1, [(1, headings), (2, cells)], VOCAB), {}, VOCAB, today=TODAY)
    assert parser.parse(2, cells).kind == Kind.SOUND
    assert parser.parse(3, ["Total", None, 1]).kind == Kind.LEFT_OUT


def test_empty_rows_are_counted():
    parser = a_parser()
    for number in (2, 3, 7, 9):
        parser.parse(number, a_row(number=str(number)))
    assert parser.empty_rows == 4


def test_a_row_that_was_typed_one_column_beside_is_read_where_it_belongs():
    right = a_parser().parse(2, [None, *a_row(other="as above", detail="as above")])
    assert right.kind == Kind.SOUND
    assert right.values["case_number"] == "271643"
    assert right.remarks[0] == "The cells of this row stand one column too far right: they were read where they belong"
    assert "(G2)" in right.remarks[1]  # where the file has it
    headings = ["No", *HEADINGS]
    left = a_parser(headings=headings, sample=[(3, [1, *a_row()])]).parse(4, a_row())
    assert left.kind == Kind.SOUND
    assert "too far left" in left.remarks[0]


def test_a_row_that_is_sound_in_no_place_is_told_its_defects_where_it_stands():
    row = a_parser().parse(2, [None, *a_row(number="tbc")])
    assert row.kind == Kind.REJECTED
    assert "Date (A2): empty" in row.why


# Their words


def test_words_that_are_not_ours_are_offered_with_what_they_may_mean():
    rows = [
        a_row(concern="peers"), a_row(concern="Peers "), a_row(concern="Peer Group / School"),
        a_row(concern="location"),
        a_row(concern="Scool"), a_row(concern="zebra"), a_row(concern=None), a_row(outcome="Done 08/10/22"),
        a_row(gangs="suspected"), a_row(agency="Childrens social care"), a_row(agency="police"),
        ["TOTAL", None], a_row(),
    ]  # fmt: skip
    matching = guess_columns(1, [(1, HEADINGS), (2, a_row())], VOCAB)
    words = words_to_map(enumerate([HEADINGS, *rows], start=1), matching, VOCAB)
    concern = words["primary_concern"]
    assert {word: (each.count, each.suggestion) for word, each in concern.items()} == {
        "peers": (2, "peer-group"), "peer group / school": (1, "peer-group"), "location": (1, "neighbourhood"),
        "scool": (1, "school"), "zebra": (1, None), "": (1, None),
    }  # fmt: skip
    assert next(iter(concern)) == "peers"  # the most frequent first
    assert (words["outcome"]["done"].suggestion, words[MARKS]["suspected"].suggestion) == ("held", None)
    assert words["agency"]["childrens social care"].suggestion == "Children's social care"
    assert "police" not in words["agency"]


def test_a_mapping_is_followed():
    row = parse({"primary_concern": {"peer group / school": "school"}}, concern="Peer Group / School")
    assert row.values["primary_concern"] == "school"
    assert row.remarks == ["Main concern (E2): “Peer Group / School” was read as “School”"]
    assert parse({"primary_concern": {"": ""}}, concern=None).kind == Kind.SOUND
    assert parse({"outcome": {"done": "held"}}, outcome="Done 08/10/22").values["held_on"] == date(2022, 10, 8)
    assert parse({"outcome": {"": "screening"}}, outcome=None).values["state"] == "screening"
    assert parse({MARKS: {"suspected": "yes"}}, gangs="Suspected").themes == ["Gangs"]
    assert parse({MARKS: {"suspected": "no"}}, gangs="suspected").themes == []
    assert parse({"agency": {"met": "Police"}}, agency="Met").values["agency"] == "Police"
    assert parse({"team": {"cin unit 1": "CIN One"}}).values["team"] == "CIN One"


# Our own export

OURS = {
    "Reference": "CS-2024-0001", "Date received": datetime(2024, 9, 5), "Mosaic ID": "754341",  # noqa: DTZ001
    "Name of Young Person": " Zoë\nO'Brien ", "Date of birth": datetime(1926, 1, 2), "Gender": "Female",  # noqa: DTZ001
    "How it arrived": "E-mail", "Referrer": "H. Adeyemi", "Team": "CIN Unit 1", "Agency": "Police",
    "Kinds of harm": "Online harm; Serious violence", "How long known": "as above", "Previous referrals": "=1+1",
    "Primary Concern": "Peer Group", "Detail": "as above", "Themes": "Gangs; Debt; bondage; Online",
    "Other (state)": "text", "Outcome": "Consultation held", "Date screened": datetime(2024, 9, 6),  # noqa: DTZ001
    "Date of consultation": datetime(2024, 9, 20), "Consultation planned for": datetime(2024, 9, 19),  # noqa: DTZ001
    "Signposted to": None, "Feedback": "-", "Data entry completed": datetime(2024, 7, 21, 14, 5),  # noqa: DTZ001
    "Restricted": "Y",
}  # fmt: skip


def parse_ours(mapping=None, **changes):
    """The row of our own export with changes, by heading with spaces as underscores."""
    cells = OURS | {name.replace("_", " "): value for name, value in changes.items()}
    matching = guess_columns(1, [(1, list(OURS))], VOCAB)
    return RowParser(matching, mapping or {}, VOCAB, today=TODAY).parse(2, list(cells.values()))


def test_a_row_of_our_own_export_comes_back_as_it_was():
    row = parse_ours()
    assert (row.kind, row.problems) == (Kind.SOUND, [])
    assert row.themes == ["Gangs", "Debt; bondage", "Online"]
    assert row.values == {
        "reference": "CS-2024-0001", "received_on": date(2024, 9, 5), "case_number": "754341",
        "name": " Zoë\nO'Brien ", "date_of_birth": date(1926, 1, 2), "gender": "Female", "arrival": "email",
        "referrer_name": "H. Adeyemi", "team": "CIN Unit 1", "agency": "Police",
        "harms": ["Online harm", "Serious violence"], "how_long_known": "as above", "previous_referrals": "=1+1",
        "primary_concern": "peer-group", "detail": "as above", "other_theme": "text", "state": "held",
        "screened_on": date(2024, 9, 6), "held_on": date(2024, 9, 20), "planned_for": date(2024, 9, 19),
        "signposted_to": "", "feedback": "-",
        "completed_at": datetime(2024, 7, 21, 14, 5, tzinfo=ZoneInfo("Europe/London")), "restricted": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"Outcome": "Waiting to be screened", "Primary_Concern": None}, "screening"),
        ({"Outcome": "More information needed", "Primary_Concern": None}, "information"),
        ({"Outcome": "Consultation planned", "Primary_Concern": None, "Date_of_consultation": None}, "planned"),
        ({"Outcome": "Waiting to be screened"}, "screening"),  # reopened: its consultation was held once
        ({"Outcome": "Signposted", "Mosaic_ID": None}, "signposted"),
        ({"Date_received": datetime(1926, 1, 2)}, "held"),  # noqa: DTZ001
    ],
    ids=str,
)
def test_an_incomplete_row_of_our_own_export_is_sound(changes, state):
    row = parse_ours(**changes)
    assert (row.kind, row.why, row.values["state"]) == (Kind.SOUND, "", state)
    assert row.key


def test_our_own_csv_is_all_text_and_says_the_same():
    def as_text(value) -> str:
        if isinstance(value, datetime):
            return f"{value:%d/%m/%Y %H:%M}" if value.hour else f"{value:%d/%m/%Y}"
        return value or ""

    texts = {name.replace(" ", "_"): as_text(value) for name, value in OURS.items()}
    assert parse_ours(**texts).values == parse_ours().values


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"Reference": None}, "Reference (A2): empty"),
        ({"Reference": "../../x"}, "Reference (A2): “../../x” is no reference"),
        ({"Date_received": None}, "Date received (B2): empty, and a referral needs the date it was received"),
        ({"Themes": "Gangs; Zebra"}, "Themes (P2): “Zebra” is not in our list"),
        ({"Gender": "Zebra"}, "Gender (F2): “Zebra” is not in our list"),
        ({"Restricted": "perhaps"}, "Restricted (Y2): “perhaps” is neither yes nor no"),
    ],
    ids=str,
)
def test_a_row_of_our_own_export_that_was_spoiled_is_rejected(changes, why):
    assert (parse_ours(**changes).kind, parse_ours(**changes).why) == (Kind.REJECTED, why)


def test_two_rows_of_our_own_export_are_one_only_where_the_reference_is():
    matching = guess_columns(1, [(1, list(OURS))], VOCAB)
    parser = RowParser(matching, {}, VOCAB, today=TODAY)
    rows = [list((OURS | {"Reference": f"CS-2024-000{last}"}).values()) for last in "121"]
    kinds = [parser.parse(number, cells).kind for number, cells in enumerate(rows, start=2)]
    assert kinds == [Kind.SOUND, Kind.SOUND, Kind.REPEATED]


def test_a_theme_that_is_not_here_can_be_made_or_left_out():
    assert parse_ours({"themes": {"zebra": "Zebra"}}, Themes="Gangs; Zebra").themes == ["Gangs", "Zebra"]
    assert parse_ours({"themes": {"zebra": ""}}, Themes="Gangs; Zebra").themes == ["Gangs"]


ACTION = {
    "Reference": "CS-2024-0001", "Space": "Peer group", "What": "Detached\nyouth work", "Who": "A. Okafor",
    "Agency": "Youth service", "By when": datetime(2024, 10, 1), "Interventions": "Parents work; Research support",  # noqa: DTZ001
    "Context": "Hartley Park", "Status": "Done", "Closed on": datetime(2024, 11, 2), "What came of it": "=A1",  # noqa: DTZ001
}  # fmt: skip


def parse_action(mapping=None, **changes):
    cells = ACTION | {name.replace("_", " "): value for name, value in changes.items()}
    return ActionParser(guess_action_columns([(1, list(ACTION))]), mapping or {}, VOCAB).parse(2, list(cells.values()))


def test_an_action_of_our_own_export_comes_back_as_it_was():
    row = parse_action()
    assert (row.kind, row.problems) == (Kind.SOUND, [])
    assert row.values == {
        "reference": "CS-2024-0001", "space": "peer-group", "what": "Detached\nyouth work", "who": "A. Okafor",
        "agency": "Youth service", "due": date(2024, 10, 1), "interventions": ["Parents work", "Research support"],
        "context": "Hartley Park", "status": "done", "closed_on": date(2024, 11, 2), "outcome": "=A1",
    }  # fmt: skip
    assert parse_action(By_when=None, Closed_on=None, Status="Open").kind == Kind.SOUND


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"What": " "}, "What (C2): empty"),
        ({"Who": None}, "Who (D2): empty"),
        ({"Space": "Moon"}, "Space (B2): “Moon” is not in our list"),
        ({"Status": None}, "Status (I2): empty"),
        ({"By_when": "31/02/2024"}, "By when (F2): “31/02/2024” is no date"),
        ({"Interventions": "Magic"}, "Interventions (G2): “Magic” is not in our list"),
        ({"Status": "Open"}, "Closed on (J2): the action is open, but there is a date on which it was closed"),
        ({"Context": "x" * 201}, "Context (H2): longer than 200 characters"),
    ],
    ids=str,
)
def test_an_action_that_was_spoiled_is_rejected(changes, why):
    assert (parse_action(**changes).kind, parse_action(**changes).why) == (Kind.REJECTED, why)


def test_the_sheet_of_actions_is_known_by_its_headings():
    referrals = SheetLook("Referrals", False, 1, [(1, list(OURS))])
    actions = SheetLook("Actions", False, 1, [(1, list(ACTION))])
    other = SheetLook("Actions", False, 1, [(1, ["What", "Who"])])
    assert actions_sheet([referrals, actions]) is actions
    assert actions_sheet([referrals, other]) is None


# Anything at all

CELL = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=60), st.datetimes(), st.dates(),
    st.builds(Formula, st.text(max_size=9)), st.sampled_from([*a_row(), *OURS.values(), *HEADINGS, "tbc", "as above"]),
)  # fmt: skip


@given(st.lists(st.lists(CELL, max_size=27), max_size=6), st.booleans())
def test_any_row_at_all_is_parsed_and_never_sound_without_what_it_needs(rows, own):
    headings = list(OURS) if own else HEADINGS
    parser = RowParser(guess_columns(1, [(1, headings)], VOCAB), {}, VOCAB, today=TODAY)
    for number, cells in enumerate(rows, start=2):
        row = parser.parse(number, cells)
        assert (row.kind == Kind.SOUND) == (row.why == "")
        assert "\n" not in row.why
        if row.kind == Kind.SOUND:
            assert row.values["received_on"]
            assert row.values["state"]
            assert row.key


# The practice's own trackers


def sample(name):
    """Everything that the engine makes of one of them, as a person would who follows each suggestion."""
    path = PRACTICE / name
    if not path.exists():
        pytest.skip(f"the practice's own file {name} is not at hand")
    vocab = Vocabulary("Mosaic ID", themes=tuple(THEMES), other_theme=OTHER)
    look = guess_sheet(reading.look(path), vocab)
    matching = guess_columns(guess_heading(look.sample, vocab), look.sample, vocab)
    assert (matching.missing(), matching.twice()) == ([], [])
    assert all(column.target for column in matching.columns)
    words = words_to_map(reading.rows(path, sheet=look.name), matching, vocab)
    lists = {field: found for field, found in words.items() if field not in ("agency", "team")}
    mapping = {
        field: {word: each.suggestion for word, each in found.items() if each.suggestion}
        for field, found in lists.items()
    }
    parser = RowParser(matching, mapping, vocab, today=TODAY)
    rows = [
        parser.parse(number, cells)
        for number, cells in reading.rows(path, sheet=look.name)
        if number > matching.heading_row
    ]
    return path, look, rows, parser


def test_every_row_of_the_clean_tracker_is_sound():
    _, _, rows, parser = sample("legacy-tracker-clean.xlsx")
    assert (Counter(row.kind for row in rows), parser.empty_rows) == ({Kind.SOUND: 620}, 0)
    assert not any(row.problems for row in rows)


def test_the_messy_tracker_is_read_as_it_is_by_hand():
    """Against a reading of its own that knows this one file: which rows are what."""
    path, look, rows, parser = sample("legacy-tracker-messy.xlsx")
    book = load_workbook(path, read_only=True, data_only=True)
    lines = list(book[look.name].iter_rows(min_row=4, values_only=True))
    book.close()
    expected, seen = {}, {}
    for number, line in enumerate(lines, start=4):
        if not any(line):
            continue
        case = str(line[1] or "").strip()
        if line[0] is None or line[0] == "TOTAL":
            expected[number] = Kind.LEFT_OUT
        elif line in seen:
            expected[number] = Kind.REPEATED
        else:
            expected[number] = Kind.SOUND if case.isdigit() and line[4] else Kind.REJECTED
            seen[line] = number
    assert {row.number: row.kind for row in rows} == expected
    assert Counter(expected.values()) == {Kind.SOUND: 358, Kind.REJECTED: 22, Kind.REPEATED: 5, Kind.LEFT_OUT: 2}
    assert (len(lines), parser.empty_rows) == (358 + 22 + 5 + 2 + 8, 8)
    reasons = Counter(row.why.partition(": ")[2] for row in rows if row.kind == Kind.REJECTED)
    assert reasons == {
        "“tbc” is no case number: the row can come in when it is known": 9,
        "empty, and a referral needs it": 7,
        "empty, and a referral needs its primary concern": 6,
    }
    by_number = {row.number: row for row in rows}
    for number, line in enumerate(lines, start=4):
        row = by_number.get(number)
        if row is None or row.kind != Kind.SOUND:
            continue
        flags = [str(cell or "").strip().lower() for cell in line[6:27]]
        marked = sum(mark in ("y", "yes", "x", "1") for mark in flags)
        assert len([theme for theme in row.themes if theme != OTHER]) == marked
        assert (row.values["state"] == "held") == line[28].startswith("Yes")
        assert row.values["received_on"].year in (2022, 2023, 2024)
        assert row.values["referrer_name"] + (f" / {row.values['team']}" if row.values["team"] else "") == line[2]
