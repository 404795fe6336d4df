"""Guessing which sheet, which row of headings and which column is what: right on what trackers really look like."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.importing import (
    FIELDS,
    LEAVE_OUT,
    THEME,
    ColumnMatch,
    Matching,
    Vocabulary,
    guess_columns,
    guess_heading,
    guess_sheet,
    label_of,
    signature,
    targets_of,
)
from tracker.reading import SheetLook
from tracker.toolkit import OTHER, THEMES

VOCAB = Vocabulary("Mosaic ID", themes=tuple(THEMES), other_theme=OTHER)
OURS = [
    "Reference", "Date received", "Mosaic ID", "Name of Young Person", "Date of birth", "Gender", "How it arrived",
    "Referrer", "Team", "Agency", "Kinds of harm", "How long known", "Previous referrals", "Primary Concern", "Detail",
    "Themes", "Other (state)", "Outcome", "Date screened", "Date of consultation", "Consultation planned for",
    "Signposted to", "Feedback", "Data entry completed", "Restricted",
]  # fmt: skip


def guess(heading, *cells) -> ColumnMatch:
    """What a column is taken for, alone on its sheet."""
    sample = [(1, [heading]), *((number, [cell]) for number, cell in enumerate(cells, start=2))]
    return guess_columns(1, sample, VOCAB).columns[0]


@pytest.mark.parametrize(
    ("heading", "target"),
    [
        ("Date", "received_on"), ("DATE RECEIVED ", "received_on"), ("Date of referral", "received_on"),
        ("Date recieved", "received_on"), ("Mosaic No.", "case_number"), ("Mosaic ID", "case_number"),
        ("Case Number", "case_number"), ("YP", "name"), ("D.O.B.", "date_of_birth"),
        ("Main concern", "primary_concern"),
        ("School / gang / location", "detail"), ("Notes", "feedback"), ("Comments", "feedback"),
        ("Other (state)", "other_theme"), ("Outcome", "outcome"), ("Signposted to", "signposted_to"),
    ],
)  # fmt: skip
def test_headings_of_fields(heading, target):
    assert guess(heading).target == target


@pytest.mark.parametrize(
    ("heading", "theme"),
    [
        ("CSE", "CSE"), ("Drugs - selling", "Drugs (selling)"), ("drugs using", "Drugs (Using)"),
        ("MH (parent)", "Mental Health (Parental)"), ("MH (YP)", "Mental Health (YP)"),
        ("MH young person", "Mental Health (YP)"), ("Poor attendance", "Poor school attendance"), ("DV", "DV In home"),
        ("Domestic violence", "DV In home"), ("Offending YP", "Offending (YP)"), ("Gang", "Gangs"),
        ("Missing", "Missing episodes"), ("Radicalization", "Radicalisation"), ("Unauthorised absence",
        "Unauthorised Absences"), ("School exclusions", "School Exclusion"), ("Other [state]", OTHER),
    ],
)  # fmt: skip
def test_headings_of_themes(heading, theme):
    found = guess(heading, "Y", None, "-", 1)
    assert found.target == THEME + theme
    assert found.why


@pytest.mark.parametrize("heading", ["Mental health", "Offending", "Drugs", "School", "Housing", ""])
def test_a_heading_that_may_be_several_themes_or_none_is_left_to_the_reader(heading):
    found = guess(heading, "Y", "-", "x")
    assert (found.target, found.sure) == (LEAVE_OUT, False)
    assert found.why


def test_what_stands_in_the_cells_tells_columns_of_one_heading_apart():
    assert guess("Other", "Y", "-", "x").target == THEME + OTHER
    assert guess("Other", "Debt bondage", "Cuckooing").target == "other_theme"
    assert guess("Other").target == "other_theme"
    assert guess("Other [state]").target == THEME + OTHER
    assert guess("Consultation?", "Yes 08/10/22", "No - CAMHS duty").target == "outcome_detail"
    assert guess("Outcome", "Yes 08/10/22", "No - YJS").target == "outcome_detail"
    assert guess("Consultation", "05/09/2024", "06/09/2024").target == "held_on"
    assert guess("Referrer", "R. Kaur / CIN Unit 1", "S. Bianchi / LAC Unit 2", "A. Okafor").target == "referrer_team"
    assert guess("Referrer / team", "R. Kaur").target == "referrer_team"
    assert guess("Gangs", "Penrose boys", "'388s'").target == LEAVE_OUT


def test_a_heading_that_stands_twice_is_taken_once_and_the_other_says_why():
    sample = [(1, ["Date", "Mosaic ID", "Date", "Online", "Online"]), (2, ["5/9/2024", "1", "6/9/2024", "Y", "N"])]
    matching = guess_columns(1, sample, VOCAB)
    assert [column.target for column in matching.columns] == [
        "received_on", "case_number", LEAVE_OUT, THEME + "Online", LEAVE_OUT,
    ]  # fmt: skip
    assert matching.columns[2].why == "Column A looks like it as well"
    assert matching.columns[4].letter == "E"
    assert matching.twice() == []
    both = matching.with_targets({2: "received_on"})
    assert both.twice() == ["received_on"]
    assert (both.columns[2].sure, both.columns[2].why) == (True, "Chosen by you")


def test_what_is_missing_is_named():
    matching = guess_columns(1, [(1, ["Date", "Consultation?"]), (2, ["5/9/2024", "Yes 08/10/22"])], VOCAB)
    assert matching.missing() == ["case_number", "primary_concern"]


def test_our_own_export_is_known_by_its_headings_and_nothing_else_is():
    matching = guess_columns(1, [(1, OURS)], VOCAB)
    assert matching.own
    combined = ("referrer_team", "outcome_detail")
    assert [column.target for column in matching.columns] == [name for name in FIELDS if name not in combined]
    assert all(column.sure for column in matching.columns)
    without = guess_columns(1, [(1, OURS[1:])], VOCAB)
    assert not without.own
    other = guess_columns(1, [(1, ["Reference", "Date", "Mosaic ID"])], VOCAB)
    assert (other.own, other.columns[0].target) == (False, LEAVE_OUT)


def test_the_row_of_headings_is_found_below_titles_and_not_where_there_is_none():
    titled = [(1, ["CS REFERRAL TRACKER – CONFIDENTIAL"]), (3, ["Date", "Mosaic No.", "Gangs"]), (4, ["5/9/2024", "1"])]
    assert guess_heading(titled, VOCAB) == 3
    assert guess_heading([(1, ["5/9/2024", "1", "Y"]), (2, ["6/9/2024", "2", "N"])], VOCAB) is None
    assert guess_heading([], VOCAB) is None


def test_the_sheet_is_the_one_with_the_headings():
    tracker = SheetLook("2024", False, 2, [(1, ["Date", "Mosaic No.", "Gangs"]), (2, ["5/9/2024", "1", "Y"])])
    notes = SheetLook("Read me", False, 1, [(1, ["How to use this tracker"])])
    hidden = SheetLook("Old", True, 2, [(1, ["Date", "Mosaic No.", "Gangs", "Online", "Agency"]), (2, ["1/1/2020"])])
    empty = SheetLook("Sheet3", False, 0, [])
    assert guess_sheet([notes, hidden, empty, tracker], VOCAB) is tracker
    assert guess_sheet([empty], VOCAB) is None


def test_the_case_number_is_called_as_the_organisation_calls_it():
    vocab = Vocabulary("Liquidlogic number")
    assert guess_columns(1, [(1, ["LIQUIDLOGIC NUMBER"])], vocab).columns[0].target == "case_number"
    assert label_of("case_number", vocab) == "Liquidlogic number"


def test_each_target_has_its_words():
    groups = dict(targets_of(VOCAB))
    assert ("received_on", "Date received") in groups["Referral"]
    assert "reference" not in dict(groups["Referral"])
    assert "reference" in dict(dict(targets_of(VOCAB, own=True))["Referral"])
    assert (THEME + "CSE", "CSE") in groups["Themes (a mark in each row)"]
    assert (label_of(LEAVE_OUT, VOCAB), label_of(THEME + "CSE", VOCAB)) == ("Leave out", "CSE")


def test_a_profile_is_found_again_by_the_headings():
    assert signature(["Date", " mosaic  NO", None]) == signature(["DATE", "Mosaic No."])
    assert signature(["Date", "Mosaic No."]) != signature(["Mosaic No.", "Date"])


CELLS = st.one_of(st.text(max_size=40), st.none(), st.integers(), st.floats(), st.datetimes(), st.sampled_from(OURS))


@given(st.lists(st.lists(CELLS, max_size=8), max_size=8))
def test_any_sheet_can_be_guessed_at_and_a_matching_goes_to_json_and_back(rows):
    sample = list(enumerate(rows, start=1))
    number = guess_heading(sample, VOCAB)
    matching = guess_columns(number or 1, sample, VOCAB)
    assert matching.twice() == []
    assert Matching.from_data(matching.to_data()) == matching
    guess_sheet([SheetLook("A", False, len(sample), sample)], VOCAB)


def test_a_wide_sheet_of_long_cells_is_guessed_at_soon():
    sample = [(number, ["x y " * 8000] * 200) for number in range(1, 31)]
    started = datetime.now()  # noqa: DTZ005
    guess_heading(sample, VOCAB)
    guess_columns(1, sample, VOCAB)
    assert datetime.now() - started < timedelta(seconds=8)  # noqa: DTZ005
