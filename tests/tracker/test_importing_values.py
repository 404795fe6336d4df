"""What one cell says: dates in every notation that trackers use, marks, outcomes with what stands beside them."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultations.choices import ReferralState
from tracker.importing import outcomes, values
from tracker.reading import Formula

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def notations(day: date) -> list:
    """One day in the notations of the sample trackers and their neighbours."""
    name, short = MONTHS[day.month - 1], MONTHS[day.month - 1][:3]
    ending = {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10 if day.day not in (11, 12, 13) else 0, "th")
    return [
        day,
        datetime(day.year, day.month, day.day, 13, 5),  # noqa: DTZ001  (a cell of a workbook has no time zone)
        (day - date(1899, 12, 30)).days,
        float((day - date(1899, 12, 30)).days),
        str((day - date(1899, 12, 30)).days),
        f"{day:%d/%m/%Y}",
        f"{day.day}/{day.month}/{day.year}",
        f"{day:%d.%m.%y}",
        f"{day:%d-%m-%Y}",
        f" {day:%d/%m/%y} ",
        f"{day.day} {short} {day.year}",
        f"{day.day}{ending} {name} {day.year}",
        f"{day.day}-{short}-{day:%y}",
        f"{day.day} {name.upper()} {day.year}",
        f"{name} {day.day}, {day.year}",
        f"{day:%Y-%m-%d}",
        f"{day:%Y-%m-%d} 00:00:00",
        f"{day:%d/%m/%Y} 09:30",
        f"{['Mon', 'Tuesday', 'Wed', 'Thurs', 'Fri', 'Saturday', 'Sun'][day.weekday()]} {day:%d/%m/%Y}",
    ]


@given(DAYS)
def test_a_day_is_the_same_in_every_notation(day):
    for cell in notations(day):
        assert values.day(cell) == day, cell


@pytest.mark.parametrize(
    "cell",
    ["31/02/2024", "29/02/2023", "0/1/2024", "25/13/2024", "09/25/2024", "1/1/123", "11/9", "Sept 2024", "2024", 2024,
     "soon", "", None, True, 12.5, "1/2/2024 and 3/2/2024", "8 Foo 2024", "8 Janu 20245", Formula("=TODAY()"),
     "9" * 5000, "1/" * 20_000, float("inf"), "٣/٣/2024x"],
    ids=lambda cell: str(cell)[:20],
)  # fmt: skip
def test_what_is_no_day(cell):
    assert values.day(cell) is None


@pytest.mark.parametrize("cell", ["31/02/2024", "29.2.23", "31 Nov 2024"])
def test_what_has_the_shape_of_a_day_is_told_apart_from_other_words(cell):
    assert values.looks_like_a_day(cell)
    assert not values.looks_like_a_day("soon")


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none(), st.datetimes(), st.dates()))
def test_any_cell_at_all_can_be_read(cell):
    assert isinstance(values.text(cell), str)
    assert "\x00" not in values.text(cell)
    assert values.flag(cell) in (True, False, None)
    assert values.day(cell) is None or isinstance(values.day(cell), date)
    assert values.moment(cell) is None or isinstance(values.moment(cell), datetime)
    assert isinstance(outcomes.read(values.text(cell)), outcomes.Outcome)


@pytest.mark.parametrize("mark", ["Y", "y", "yes", "YES", " Yes ", "x", "X", 1, 1.0, "1", True, "TRUE", "✓", "✔"])
def test_marks_that_mean_yes(mark):
    assert values.flag(mark) is True


@pytest.mark.parametrize("mark", [None, "", " ", "N", "n", "No", "-", "–", 0, "0", 0.0, False, "FALSE", "n/a"])
def test_marks_that_mean_no(mark):
    assert values.flag(mark) is False


@pytest.mark.parametrize("mark", ["maybe", "?", 2, "yes no", "Y - suspected", datetime(2024, 1, 1)])  # noqa: DTZ001
def test_marks_that_mean_neither(mark):
    assert values.flag(mark) is None


@pytest.mark.parametrize(
    ("cell", "expected"),
    [(754341.0, "754341"), (7.5, "7.5"), ("  ab\xa0", "ab"), ("a\x00b", "ab"), (True, "TRUE"), ("\u200b1", "1"),
     (Formula("=1+1"), ""), (datetime(2024, 9, 5), "2024-09-05"), (1e300, str(1e300))],  # noqa: DTZ001
    ids=str,
)  # fmt: skip
def test_a_cell_as_text(cell, expected):
    assert values.text(cell) == expected


def test_what_a_cell_holds_is_shown_on_one_line_and_shortened():
    assert values.shown("a\r\n b\x1b[31m\u202e ") == "a b [31m"
    assert values.shown("x" * 60) == "x" * 60
    assert values.shown("x" * 61) == "x" * 59 + "…"


HELD, SIGNPOSTED = ReferralState.HELD, ReferralState.SIGNPOSTED


@pytest.mark.parametrize(
    ("cell", "state", "on", "to"),
    [
        ("Yes 08/10/22", HELD, date(2022, 10, 8), ""),
        ("yes - 8 Oct 2022", HELD, date(2022, 10, 8), ""),
        ("Consultation held on 08.10.2022", HELD, date(2022, 10, 8), ""),
        ("08/10/2022", HELD, date(2022, 10, 8), ""),
        ("Booked 08/10/22", ReferralState.PLANNED, date(2022, 10, 8), ""),
        ("No - CAMHS duty", SIGNPOSTED, None, "CAMHS duty"),
        ("No – Early Help hub", SIGNPOSTED, None, "Early Help hub"),
        ("Signposted to School DSL", SIGNPOSTED, None, "School DSL"),
        ("No - withdrawn", ReferralState.WITHDRAWN, None, ""),
        ("Withdrawn", ReferralState.WITHDRAWN, None, ""),
        ("Waiting to be screened", ReferralState.SCREENING, None, ""),
        ("Consultation planned", ReferralState.PLANNED, None, ""),
        ("perhaps", None, None, ""),
        ("", None, None, ""),
    ],
)
def test_an_outcome_with_what_stands_beside_it(cell, state, on, to):
    found = outcomes.read(cell)
    assert (found.state, found.on, found.signposted_to) == (state, on, to)


def test_an_outcome_whose_date_is_none_says_so():
    assert outcomes.read("Yes 31/02/2024").no_day == "31/02/2024"


@pytest.mark.parametrize("words", ["- " * 20_000, "yes " * 10_000, "1" * 40_000, "No -" + " " * 40_000])
def test_a_long_cell_is_read_at_once(words):
    started = datetime.now()  # noqa: DTZ005
    outcomes.read(words)
    values.day(words)
    values.looks_like_a_day(words)
    assert datetime.now() - started < timedelta(seconds=2)  # noqa: DTZ005
