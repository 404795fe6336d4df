"""The one writer of Excel workbooks: columns declared as data, rows streamed, user text never a formula.

What Excel cannot hold is changed visibly: control characters become their pictures (␇), and a text longer than a
cell ends with a note of how much was cut.
"""

import io
import re
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

CELL_LIMIT = 32_767  # characters; Excel's own limit
ROW_LIMIT = 1_048_576
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What XML 1.0 forbids in a text, among it lone surrogates and the two noncharacters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HEADING_FONT = Font(bold=True, color="FFFFFF")
_HEADING_FILL = PatternFill("solid", fgColor="1D5A63")
_WRAP = Alignment(wrap_text=True, vertical="top")


@dataclass(frozen=True)
class Column:
    """One column: its heading, how a row yields its value, how wide it is in characters."""

    heading: str
    value: Callable[[Any], Any]
    width: int = 16
    wrap: bool = False


@dataclass(frozen=True)
class Sheet:
    """One sheet: a title, columns, and the rows that they are applied to (an iterator is read once)."""

    title: str
    columns: list[Column]
    rows: Iterable[Any]


def cell_text(text: str) -> str:
    """`text` as a cell can hold it: forbidden characters shown as pictures, an over-long end cut with a note."""
    text = _FORBIDDEN.sub(lambda found: chr(0x2400 + ord(found[0])) if ord(found[0]) < 0x20 else "\ufffd", text)
    if len(text) > CELL_LIMIT:
        note = f" … [{len(text) - CELL_LIMIT + 60:,} characters more than a cell can hold: see the record]"
        text = text[: CELL_LIMIT - len(note)] + note
    return text


def write(sheets: Iterable[Sheet], *, step: Callable[[int], None] | None = None, every: int = 200) -> bytes:
    """The workbook as bytes. `step(rows written so far)` is called after every `every` rows and at the end.

    Values are str, int, float, bool, date, datetime (shown in London time) or None. Raises ValueError for another
    type or for more rows than a sheet can hold.
    """
    book = Workbook(write_only=True)
    try:
        _fill(book, sheets, step, every)
        target = io.BytesIO()
        book.save(target)
    except BaseException:
        _abandon(book)
        raise
    return target.getvalue()


def forget_abandoned(older_than: timedelta = timedelta(hours=1)) -> int:
    """Delete openpyxl's temporary files that a killed worker has left on this machine; how many they were.

    They hold personal data. A workbook that is still being written is touched all the time, so it is never among them.
    """
    limit = time.time() - older_than.total_seconds()
    gone = 0
    for path in Path(tempfile.gettempdir()).glob("openpyxl.*"):
        with suppress(OSError):  # another user's, or another worker was quicker
            if path.stat().st_mtime < limit:
                path.unlink()
                gone += 1
    return gone


def _fill(book: Workbook, sheets: Iterable[Sheet], step: Callable[[int], None] | None, every: int) -> None:
    written = 0
    for sheet in sheets:
        page = book.create_sheet(sheet.title)
        page.freeze_panes = "A2"
        for number, column in enumerate(sheet.columns, start=1):
            page.column_dimensions[get_column_letter(number)].width = column.width
        page.append([_heading(page, column) for column in sheet.columns])
        rows = 0
        for row in sheet.rows:
            rows += 1
            if rows >= ROW_LIMIT:
                raise ValueError(f"More rows than an Excel sheet can hold ({ROW_LIMIT:,}): narrow the filter.")
            page.append([_cell(page, column, column.value(row)) for column in sheet.columns])
            written += 1
            if step and written % every == 0:
                step(written)
        page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{rows + 1}"
    if step:
        step(written)


def _abandon(book: Workbook) -> None:
    """Delete what openpyxl has written so far to temporary files: they hold personal data."""
    for page in book.worksheets:
        with suppress(Exception):  # a sheet that stopped half way cannot be ended properly, and need not be
            page.close()
        if page._writer is not None:
            with suppress(FileNotFoundError, ValueError):  # already deleted
                page._writer.cleanup()


def _heading(page, column: Column) -> WriteOnlyCell:
    cell = WriteOnlyCell(page, value=cell_text(column.heading))
    cell.font, cell.fill, cell.alignment = _HEADING_FONT, _HEADING_FILL, _WRAP
    return cell


def _cell(page, column: Column, value: Any) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        cell = WriteOnlyCell(page)
        cell.value = cell_text(value)
        cell.data_type = "s"  # whatever it starts with: text, never a formula
        if column.wrap:
            cell.alignment = _WRAP
        return cell
    if isinstance(value, datetime):
        cell = WriteOnlyCell(page, value=timezone.localtime(value).replace(tzinfo=None, microsecond=0))
        cell.number_format = "dd/mm/yyyy hh:mm"
        return cell
    if isinstance(value, date):
        cell = WriteOnlyCell(page, value=value)
        cell.number_format = "dd/mm/yyyy"
        return cell
    if isinstance(value, (bool, int, float)):
        return value
    raise ValueError(f"{column.heading}: no cell can hold a {type(value).__name__}")
