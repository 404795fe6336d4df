"""A day counted from the words of a timescale: "in three months' time" from the day of the review."""

import re
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

_NUMBERS = {
    word: number
    for number, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], start=1
    )
} | {"a": 1, "an": 1}  # fmt: skip
_SPAN = re.compile(
    rf"\b(?:in|within)\s+(?:the\s+next\s+)?(\d{{1,3}}|{'|'.join(_NUMBERS)})\s+(day|week|month|year)s?\b", re.IGNORECASE
)


def counted_from(words: str, day: date) -> date | None:
    """The day that `words` say, counted from `day`; None where they say none that can be counted.

    A month is a month of the calendar: three months after 30 November is 28 February.
    """
    if not (found := _SPAN.search(words)):
        return None
    number = _NUMBERS.get(found[1].lower()) or int(found[1])
    unit = found[2].lower()
    if unit in ("day", "week"):
        return day + timedelta(days=number * (7 if unit == "week" else 1))
    return day + relativedelta(**{f"{unit}s": number})
