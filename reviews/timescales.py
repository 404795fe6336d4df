"""A day counted from the words of a timescale: "in three months' time" from the day of the review.

Words that name a stretch of time ("in March", "next month", "in three to six months") are counted to its last day:
before that nobody is late. Words that people read in two ways ("by March", "by spring", "by Easter"), and what comes
again and again ("quarterly", "ongoing", "every month"), give no day; they stay as they were written.
"""

import re
from calendar import monthrange
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.utils.formats import date_format

# Further ahead nobody plans: whoever writes "in 300 years" gets no date.
FURTHEST = relativedelta(years=10)

_NUMBERS = {
    word: number
    for number, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], start=1
    )
} | {"a": 1, "an": 1, "another": 1, "a couple of": 2, "eighteen": 18}  # fmt: skip
_MONTHS = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
]  # fmt: skip

_NUMBER = rf"\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))}"
_UNIT = r"day|week|fortnight|month|year"
# "three months", "3-6 months", "two to three weeks", "half a year", "a fortnight"
_LENGTH = (
    rf"(?:(?P<half>half\s+an?\s+year)|(?:between\s+)?(?:(?P<from>{_NUMBER})\s*(?:-|to|and|or)\s*)?"
    rf"(?P<number>{_NUMBER})\s*(?P<unit>{_UNIT})s?|(?P<fortnight>fortnight))\b(?!-)"
)
_ABOUT = (
    r"(?:about|around|approximately|approx\.?|roughly|the\s+next|the\s+coming|next|no\s+more\s+than|up\s+to|max\.?)"
)
_SPAN = re.compile(rf"\b(?:in|within|over|after)\s+(?:{_ABOUT}\s+)*{_LENGTH}")
# Without a word before it, a length of time is a timescale where nothing else is said: "3 months", "six weeks' time".
_BARE = re.compile(
    rf"(?:{_ABOUT}\s+)*{_LENGTH}(?:')?(?:\s+time)?(?:\s+(?:from\s+(?:now|the\s+review)|after\s+the\s+review))?"
)

_MONTH = "|".join(_MONTHS)
_YEAR = r"(?:,?\s+(?P<year>\d{4})\b|(?!,?\s+\d))"  # what looks like a year and is none leaves no day
_DAY = re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{_MONTH})\b{_YEAR}")
_BY_DAY = re.compile(rf"\b(?:by|before|on)\s+(?:the\s+)?(?:{_DAY.pattern}|\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{4}}\b)")
_NUMERIC = re.compile(r"\b(?P<day>\d{1,2})[/.](?P<month>\d{1,2})[/.](?P<year>\d{4})\b")
_END_OF = r"(?:the\s+)?(?:very\s+)?end\s+(?:of\s+)?"
_MONTH_END = re.compile(rf"\b(?:{_END_OF}|in\s+|during\s+)(?P<month>{_MONTH})\b{_YEAR}")
_MONTH_ALONE = re.compile(rf"(?P<month>{_MONTH})(?:,?\s+(?P<year>\d{{4}}))?")
_CALENDAR = re.compile(r"\b(?P<which>this|next)\s+(?P<unit>week|month|year)\b")
_CALENDAR_END = re.compile(rf"\b{_END_OF}(?P<which>the|this|next)\s+(?:calendar\s+)?(?P<unit>week|month|year)\b")


def counted_from(words: str, day: date) -> date | None:
    """The day that `words` say, counted from `day`; None where they say none that can be counted.

    A month is a month of the calendar: three months after 30 November is 28 February. Of "in 3-6 months" and "two to
    three weeks" the later end is taken. A day or month without a year is the next one, `day` included; one that lies
    before `day`, or further than ten years ahead, is none.
    """
    said = _plain(words)
    try:
        found = _named_day(said, day) or _named_stretch(said, day) or _length(said, day)
        return found if found and day <= found <= day + FURTHEST else None
    except (ValueError, OverflowError):  # 31 February, or a year after 9999
        return None


def said_in(text: str) -> str:
    """The words of a timescale within a longer text, such as an action: "in three months' time"; "" where none is.

    Only what begins as one does: a day without "by" or "before", or a length without "in" or "within", may be of
    something else.
    """
    plain = _plain(text)
    for pattern in (_SPAN, _BY_DAY):
        if found := pattern.search(plain):
            after = re.match(r"'?(?:\s+time\b)?", plain[found.end() :])
            return found[0] + after[0]
    return ""


def counted_words(day: date | None) -> str:
    """What a form says of the words of a timescale that are in it."""
    if day is None:
        return "No date can be counted from these words: give one below if there is one."
    return f"Counted as {date_format(day, 'DATE_FORMAT')}."


def _plain(words: str) -> str:
    """Small letters with one kind of apostrophe, dash and space, without a full stop at the end."""
    plain = re.sub(r"[’‘ʼ`´′]", "'", words.casefold())
    plain = re.sub(r"[‐‑‒–—−]", "-", plain)
    return " ".join(plain.split()).rstrip(".!")


def _named_day(said: str, day: date) -> date | None:
    """The day in "by 1 March 2027", "3rd of May" or "1/3/2027"."""
    if found := _DAY.search(said):
        return _next(day, _MONTHS.index(found["month"]) + 1, int(found["day"]), found["year"])
    if found := _NUMERIC.search(said):
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    return None


def _named_stretch(said: str, day: date) -> date | None:
    """The last day of "March", "in March 2027", "by the end of March", "next month", "the end of this year"."""
    if found := _MONTH_END.search(said) or _MONTH_ALONE.fullmatch(said):
        month, year = _MONTHS.index(found["month"]) + 1, found["year"]
        if not year:
            year = day.year + (month < day.month)
        return date(int(year), month, monthrange(int(year), month)[1])
    if not (found := _CALENDAR_END.search(said) or _CALENDAR.search(said)):
        return None
    later = 1 if found["which"] == "next" else 0
    if found["unit"] == "week":
        return day + timedelta(days=6 - day.weekday() + 7 * later)
    if found["unit"] == "month":
        return day + relativedelta(months=later, day=31)
    return date(day.year + later, 12, 31)


def _length(said: str, day: date) -> date | None:
    """The end of "in three months' time", "within a year", "3 months", "a fortnight"."""
    if not (found := _SPAN.search(said) or _BARE.fullmatch(said)):
        return None
    if found["half"]:
        return day + relativedelta(months=6)
    if found["fortnight"]:
        return day + timedelta(days=14)
    number = _NUMBERS.get(found["number"]) or int(found["number"])
    if found["unit"] in ("month", "year"):
        return day + relativedelta(**{f"{found['unit']}s": number})
    return day + timedelta(days=number * {"day": 1, "week": 7, "fortnight": 14}[found["unit"]])


def _next(day: date, month: int, number: int, year: str | None) -> date:
    """This day of this month: in `year`, else the next one from `day` on."""
    if year:
        return date(int(year), month, number)
    this = date(day.year, month, number)
    return this if this >= day else date(day.year + 1, month, number)
