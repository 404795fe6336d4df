"""What one cell says: a text, a date, a flag. Nothing here knows of columns or rows."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from ..reading import Formula

YES = {"y", "yes", "x", "xx", "1", "true", "t", "✓", "✔", "☑", "☒", "√", "ticked", "tick"}
NOTHING = {"", "-", "--", "–", "—", "n/a", "na", "nil", "none", "."}  # where a date or a name is to stand
NO = {"", "n", "no", "-", "–", "—", "0", "false", "f", "nil", "none", "n/a", "na", "no.", "☐", "✗", "✘"}
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
FULL_MONTHS = [
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
]  # fmt: skip
_WEEKDAY = r"(?:(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?\.?,?\s+)?"
_TIME = r"(?:[ T]+\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\.\d+)?)?"
_DAY_FIRST = r"(?P<day>\d{1,2})\s*(?P<mark>[/.\-])\s*(?P<month>\d{1,2})\s*(?P=mark)\s*(?P<year>\d{4}|\d{2})"
_YEAR_FIRST = r"(?P<year>\d{4})\s*(?P<mark>[/.\-])\s*(?P<month>\d{1,2})\s*(?P=mark)\s*(?P<day>\d{1,2})"
_IN_WORDS = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s\-/.]*(?:of\s+)?(?P<name>[a-z]{3,9})[\s\-/.,']*(?P<year>\d{4}|\d{2})"
_MONTH_FIRST = r"(?P<name>[a-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})"
UNSEEN = "\u200b\u200c\u200d\ufeff\u2060\xa0 "
LONGEST = 60  # no date is longer
DATES = [re.compile(_WEEKDAY + each + _TIME) for each in (_DAY_FIRST, _YEAR_FIRST, _IN_WORDS, _MONTH_FIRST)]
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  (Excel's day 0; a cell of a workbook has no time zone)
# Excel counts days; a number is one of 1 January 1990 to 31 December 2100 or no day of a tracker.
_SERIALS = (32_874, 73_415)


def text(value: Any) -> str:
    """A cell as text: whole numbers without a point, no NUL, the spaces around it taken off, of every kind."""
    return raw_text(value).strip(UNSEEN).strip()


def raw_text(value: Any) -> str:
    """A cell as text, as it stands; a formula whose result is not known is as good as empty."""
    if value is None or isinstance(value, Formula):
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, datetime) and value.time() == time.min:
        value = value.date()
    return str(value).replace("\x00", "")


def shown(words: str) -> str:
    """Words of a file as they may stand in a line of ours: printable, on one line, and not long."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in words[:1000]).split())
    return line if len(line) <= 60 else line[:59] + "…"


def flag(value: Any) -> bool | None:
    """Yes or no; None where it is neither."""
    if isinstance(value, (datetime, date)):
        return None
    word = text(value).casefold()
    if word in YES:
        return True
    return False if word in NO else None


def day(value: Any) -> date | None:
    """The date in a cell: Excel's own, its serial number, or a text in one of the notations, day first; else None."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _from_serial(value)
    words = text(value).casefold()
    if len(words) > LONGEST:
        return None
    if _SERIAL.fullmatch(words):
        return _from_serial(float(words))
    for notation in DATES:
        if found := notation.fullmatch(words):
            return _from_parts(found)
    return None


def looks_like_a_day(words: str) -> bool:
    """Whether a text has the shape of a date, be there such a day or not (31/02/2024)."""
    return len(words) <= LONGEST and any(notation.fullmatch(words.casefold()) for notation in DATES)


def moment(value: Any) -> datetime | None:
    """The date and time in a cell, without a time zone; else None."""
    if isinstance(value, datetime):
        return value
    words = text(value)[:LONGEST]
    for pattern in ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(words, pattern)  # noqa: DTZ007  (the caller knows the zone)
        except ValueError:
            continue
    found = day(value)
    return datetime.combine(found, time.min) if found else None


def _from_serial(number: float) -> date | None:
    low, high = _SERIALS
    return (_EPOCH + timedelta(days=int(number))).date() if low <= number <= high else None


def _from_parts(found: re.Match) -> date | None:
    parts = found.groupdict()
    if name := parts.get("name"):
        month = next((at for at, full in enumerate(FULL_MONTHS, start=1) if name in (full, full[:3], full[:4])), 0)
    else:
        month = int(parts["month"])
    year = int(parts["year"])
    try:
        return date(year + 2000 if len(parts["year"]) == 2 else year, month, int(parts["day"]))
    except ValueError:
        return None
