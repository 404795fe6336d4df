"""CSV files: UTF-8 with a mark that Excel knows it by, quoted after RFC 4180, user text never a formula.

Every cell is quoted: where semicolons part cells too, as LibreOffice proposes, themes would else take several cells and
what stands after a semicolon could be a formula.
"""

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, BinaryIO

from django.utils import timezone

from core.workbook import Column

CONTENT_TYPE = "text/csv; charset=utf-8"
# A text that begins with one of these may be worked out as a formula by whatever opens the file.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def write(target: BinaryIO, columns: list[Column], rows: Iterable[Any]) -> None:
    """Write one table to the open file `target`. Dates are written as 2026-11-22, times in London."""
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow([cell(column.heading) for column in columns])
    for row in rows:
        writer.writerow([cell(column.value(row), whole_month=bool(column.shown)) for column in columns])
    text.detach()


def cell(value: Any, *, whole_month: bool = False) -> str:
    """One value as it stands in the file. A text that could be taken for a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()[:7] if whole_month else value.isoformat()
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_DANGEROUS) else value
    return str(value)
