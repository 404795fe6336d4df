"""Periods that figures are about: days of the calendar, first and last included."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.formats import date_format

MOST_STEPS = 60  # a chart with more columns cannot be read


class Unit(StrEnum):
    """What a period is cut into: its steps begin where these begin in the calendar."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def months(self) -> int:
        return {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}[self]

    def begin(self, day: date) -> date:
        """The first day of the calendar's month, quarter or year that `day` lies in."""
        return date(day.year, (day.month - 1) // self.months * self.months + 1, 1)


@dataclass(frozen=True, slots=True)
class Step:
    """One month, quarter or year of a period, as far as the period holds it. `begin` is where the calendar's begins."""

    begin: date
    first: date
    last: date
    unit: Unit

    @property
    def period(self) -> "Period":
        """Its days, as far as the period holds them."""
        return Period(self.first, self.last)

    @property
    def whole(self) -> bool:
        """Whether the period holds all of it."""
        return self.first == self.begin and self.last == _add_months(self.begin, self.unit.months) - timedelta(days=1)

    @property
    def label(self) -> str:
        """As people read it: "November 2026", "1 to 27 November 2026", "October to December 2026"."""
        return str(self.period)

    @property
    def short(self) -> str:
        """As it stands under a column: "Nov 26", "Q4 26" (quarters of the calendar), "2026"."""
        if self.unit == Unit.YEAR:
            return str(self.begin.year)
        if self.unit == Unit.QUARTER:
            return f"Q{(self.begin.month + 2) // 3} {self.begin:%y}"
        return f"{calendar.month_abbr[self.begin.month]} {self.begin:%y}"


@dataclass(frozen=True, slots=True)
class Period:
    """From a first day to a last one."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError("A period ends on or after the day it begins.")

    def __str__(self) -> str:
        """In words: "November 2026", "April 2025 to March 2026", "3 to 27 November 2026"."""
        first, last = self.first, self.last
        if first.day == 1 and _add_days(last, 1).day == 1:
            if (first.year, first.month) == (last.year, last.month):
                return date_format(first, "F Y")
            return f"{date_format(first, 'F Y' if first.year != last.year else 'F')} to {date_format(last, 'F Y')}"
        if first == last:
            return date_format(first, "j F Y")
        if first.year != last.year:
            return f"{date_format(first, 'j F Y')} to {date_format(last, 'j F Y')}"
        return f"{date_format(first, 'j F' if first.month != last.month else 'j')} to {date_format(last, 'j F Y')}"

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def months(self) -> int | None:
        """How many whole months it has, counted from its first day; None where it is not a number of whole months."""
        after = _add_days(self.last, 1)
        number = (after.year - self.first.year) * 12 + after.month - self.first.month
        return number if number > 0 and after.day == self.first.day else None

    def before(self) -> "Period | None":
        """The period just before, of the same length: as many whole months where it has whole months, else days.

        None where the calendar does not reach so far back.
        """
        try:
            last = self.first - timedelta(days=1)
            if self.months:
                return Period(_add_months(self.first, -self.months), last)
            return Period(self.first - timedelta(days=self.days), last)
        except (OverflowError, ValueError):
            return None

    @property
    def unit(self) -> Unit:
        """What it is best cut into: months up to two years, quarters up to eight, else years."""
        number = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        return Unit.MONTH if number <= 25 else Unit.QUARTER if number <= 97 else Unit.YEAR

    def steps(self, unit: Unit | None = None) -> tuple[Step, ...]:
        """The months (or quarters, or years) that it touches, oldest first; of very many the newest MOST_STEPS."""
        unit = unit or self.unit
        found, begin = [], unit.begin(self.last)
        while len(found) < MOST_STEPS:
            first = max(begin, self.first)
            last = self.last if not found else found[-1].begin - timedelta(days=1)
            found.append(Step(begin, first, last, unit))
            if begin <= self.first:
                break
            begin = _add_months(begin, -unit.months)
        return tuple(reversed(found))


def _add_months(day: date, number: int) -> date:
    """The same day so many months later or earlier; the last of the month where that month is shorter."""
    month = day.year * 12 + day.month - 1 + number
    year, month = divmod(month, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _add_days(day: date, number: int) -> date:
    """As far as the calendar goes."""
    try:
        return day + timedelta(days=number)
    except OverflowError:
        return day


@dataclass(frozen=True, slots=True)
class Preset:
    """A period that people ask for by name; `period` None is all of time."""

    key: str
    label: str
    period: Period | None


DEFAULT_PRESET = "last-12-months"


def twelve_months_to(last: date) -> Period:
    """The year that ends on a day."""
    return Period(_add_months(last, -12) + timedelta(days=1), last)


def presets(today: date) -> list[Preset]:
    """The named periods, as they lie on a day: what is not over yet ends today."""
    month, quarter = Unit.MONTH.begin(today), Unit.QUARTER.begin(today)
    april = date(today.year if today.month >= 4 else today.year - 1, 4, 1)
    return [
        Preset("this-month", "This month", Period(month, today)),
        Preset("last-month", "Last month", Period(_add_months(month, -1), month - timedelta(days=1))),
        Preset("this-quarter", "This quarter", Period(quarter, today)),
        Preset("financial-year", "This financial year", Period(april, today)),
        Preset(DEFAULT_PRESET, "Last 12 months", twelve_months_to(today)),
        Preset("all", "All", None),
    ]
