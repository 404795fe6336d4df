"""The one writer of Excel workbooks: tables declared as columns, filled row by row, user text never a formula.

What Excel cannot hold is changed visibly, and the book keeps count of it (`Book.changes`): control characters become
their pictures (␇), a text longer than a cell ends with a note of how much was cut, and a table longer than a sheet
goes on in a sheet of the same name with a number.
"""

import io
import re
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

from django.conf import settings
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet._writer import WorksheetWriter, create_temporary_file
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table as ExcelTable
from openpyxl.worksheet.table import TableStyleInfo

CELL_LIMIT = 32_767  # characters; Excel's own limit
ROW_LIMIT = 1_048_576
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Every temporary file of a workbook begins with it: openpyxl's own, and those of whoever writes one to a file.
SCRATCH = "openpyxl."
DAY, MOMENT = "dd/mm/yyyy", "dd/mm/yyyy hh:mm"
# What XML 1.0 forbids in a text, among it lone surrogates and the two noncharacters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Excel takes _x0041_ for an A, so the text "_x0041_" is written as _x005F_x0041_.
_TAKEN_FOR_OTHER = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_SPECIAL = re.compile(f"[&<>\r]|{_FORBIDDEN.pattern}|{_TAKEN_FOR_OTHER.pattern}")
_NO_NAME = re.compile(r"\W+")  # what the name of an Excel table cannot hold
_RETURN = {"\r": "&#13;"}  # as such it would be read as the end of a line
_FIRST_DAY = date(1900, 3, 1)  # before it Excel counts a day that never was, and before 1900 none at all
FONT = "Calibri"  # as of every cell that says nothing else; a Font without a name would be another
LINE, MOST_LINES = 15, 12  # the height of a line in points, and how many lines of a text are in sight
_HEADING_FONT = Font(name=FONT, bold=True, color="FFFFFF")
_HEADING_FILL = PatternFill("solid", fgColor="1D5A63")
_TOP = Alignment(vertical="top")
_LEFT = Alignment(vertical="top", horizontal="left")
_WRAP = Alignment(wrap_text=True, vertical="top")
_TABLE_STYLE = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)


@dataclass(frozen=True)
class Column:
    """One column: its heading, how a row yields its value, how wide it is in characters; `shown` formats a number or a
    date otherwise than usual, in Excel's own notation."""

    heading: str
    value: Callable[[Any], Any]
    width: int = 16
    wrap: bool = False
    shown: str = ""


@dataclass(frozen=True)
class Sheet:
    """One sheet: a title, columns, and the rows that they are applied to (an iterator is read once)."""

    title: str
    columns: list[Column]
    rows: Iterable[Any]


@dataclass
class Changes:
    """What Excel could not hold: the cells that were cut, as (sheet, row by its first cell, heading), and how many
    cells show control characters as pictures."""

    cut: list[tuple[str, str, str]] = field(default_factory=list)
    pictured: int = 0


def cell_text(text: str) -> str:
    """`text` as a cell can hold it: forbidden characters shown as pictures, an over-long end cut with a note."""
    text = without_controls(text)
    if _units(text) > CELL_LIMIT:
        # Excel counts UTF-16: a character outside the first 65,536 counts twice.
        kept = text.encode("utf-16-le")[: (CELL_LIMIT - 80) * 2].decode("utf-16-le", "ignore")
        text = f"{kept} … [{len(text) - len(kept):,} characters more than a cell can hold: see the record]"
    return text


def without_controls(text: str) -> str:
    """`text` with what XML cannot hold shown as pictures."""
    return _FORBIDDEN.sub(lambda found: chr(0x2400 + ord(found[0])) if ord(found[0]) < 0x20 else "\ufffd", text)


def pieces(text: str) -> list[str]:
    """`text` in pieces that a cell can hold whole; one at least."""
    found = []
    while _units(text) > CELL_LIMIT:
        kept = text.encode("utf-16-le", "surrogatepass")[: CELL_LIMIT * 2].decode("utf-16-le", "ignore")
        found.append(kept)
        text = text[len(kept) :]
    return [*found, text]


def text_cell(page: WriteOnlyWorksheet, text: str, **style: Any) -> WriteOnlyCell:
    """A cell of a `Book.page` with a text, whatever it begins with: never a formula."""
    cell = WriteOnlyCell(page, _TAKEN_FOR_OTHER.sub("_x005F_", cell_text(text)))
    cell.data_type = "s"
    for name, value in style.items():
        setattr(cell, name, value)
    return cell


@contextmanager
def writing(target: BinaryIO) -> Iterator["Book"]:
    """A book that is saved to the open file `target` at the end; what it wrote is deleted where something fails."""
    book = Book()
    try:
        yield book
        book._save(target)
    except BaseException:
        book._abandon()
        raise


def write(sheets: Iterable[Sheet], *, step: Callable[[int], None] | None = None, every: int = 200) -> bytes:
    """The workbook as bytes. `step(rows written so far)` is called after every `every` rows and at the end."""
    target = io.BytesIO()
    with writing(target) as book:
        written = 0
        for sheet in sheets:
            table = book.table(sheet.title, sheet.columns)
            for row in sheet.rows:
                table.add(row)
                written += 1
                if step and written % every == 0:
                    step(written)
        if step:
            step(written)
    return target.getvalue()


def forget_abandoned(older_than: timedelta = timedelta(hours=1)) -> int:
    """Delete the temporary files of workbooks that a killed worker has left on this machine; how many they were.

    They hold personal data. A workbook that is still being written is touched all the time, so it is never among them.
    """
    limit = time.time() - older_than.total_seconds()
    gone = 0
    for path in Path(tempfile.gettempdir()).glob(f"{SCRATCH}*"):
        with suppress(OSError):  # another user's, or another worker was quicker
            if path.stat().st_mtime < limit:
                path.unlink()
                gone += 1
    return gone


class Book:
    """A workbook that is being written. Its tables may be filled in turn; each keeps its place among the sheets."""

    def __init__(self) -> None:
        self.changes = Changes()
        self._workbook = Workbook(write_only=True)
        self._workbook.properties.creator = settings.SERVICE_NAME
        self._tables: list[Table] = []

    def table(self, title: str, columns: list[Column], *, as_table: bool = True) -> "Table":
        """A new sheet with headings that stay in sight. With `as_table` it is an Excel table: stripes and filters."""
        self._tables.append(Table(self, title, columns, as_table=as_table))
        return self._tables[-1]

    def page(self, title: str) -> WriteOnlyWorksheet:
        """An empty sheet, for whoever lays it out by openpyxl's own means."""
        page = self._workbook.create_sheet(title)
        _to_print(page)
        return page

    def _save(self, target: BinaryIO) -> None:
        for table in self._tables:
            table._end()
        self._workbook.save(target)

    def _abandon(self) -> None:
        """Delete what openpyxl has written so far to temporary files: they hold personal data."""
        for page in self._workbook.worksheets:
            with suppress(Exception):  # a sheet that stopped half way cannot be ended properly, and need not be
                page.close()
            if page._writer is not None:
                with suppress(FileNotFoundError, ValueError):  # already deleted
                    page._writer.cleanup()


class Table:
    """A table of a book. Values are str, int, float, bool, date, datetime (shown in London time) or None."""

    def __init__(self, book: Book, title: str, columns: list[Column], *, as_table: bool) -> None:
        self.rows = 0
        self._book, self._title, self._columns, self._as_table = book, title, columns, as_table
        headings = [cell_text(column.heading) for column in columns]
        self._headings = _different(headings) if as_table else headings
        self._parts = 0
        self._begin()

    def add(self, row: Any) -> None:
        """Write the columns of `row`. Raises ValueError for a value of another type."""
        if self._in_part + 1 >= ROW_LIMIT:
            self._end()
            self._begin()
        self._page.append([column.value(row) for column in self._columns])
        self._in_part += 1
        self.rows += 1

    def _end(self) -> None:
        """No more rows follow on this sheet, so how far the Excel table reaches is known."""
        if not self._as_table:
            return
        # Excel wants a table to have a row below its headings, if an empty one.
        area = f"A1:{get_column_letter(len(self._columns))}{max(self._in_part, 1) + 1}"
        excel = ExcelTable(displayName=_NO_NAME.sub("_", self._page.title).rstrip("_"), ref=area)
        excel.tableStyleInfo = _TABLE_STYLE
        excel._initialise_columns()
        for column, heading in zip(excel.tableColumns, self._headings, strict=True):
            column.name = heading
        self._page.tables.add(excel)  # add_table() only warns that the columns have to be given, as they are

    def _begin(self) -> None:
        self._parts += 1
        self._in_part = 0
        title = self._title if self._parts == 1 else f"{self._title} ({self._parts})"
        workbook = self._book._workbook
        place = None if self._parts == 1 else workbook.worksheets.index(self._page) + 1
        self._page = page = _Page(workbook, title, self._columns, self._book.changes)
        workbook._add_sheet(page, place)
        page.freeze_panes = "A2"
        page.print_title_rows = "1:1"
        _to_print(page)
        for number, column in enumerate(self._columns, start=1):
            page.column_dimensions[get_column_letter(number)].width = column.width
        page.append(self._headings)


class _Page(WriteOnlyWorksheet):
    """A sheet of openpyxl's that takes whole rows of plain values."""

    def __init__(self, parent: Workbook, title: str, columns: list[Column], changes: Changes) -> None:
        super().__init__(parent, title)
        self.columns, self.changes = columns, changes

    def _get_writer(self) -> None:
        if self._writer is None:
            self._writer = _RowWriter(self)
            self._writer.write_top()

    def _values_to_row(self, values: list, row_idx: int) -> list:
        return values


class _RowWriter(WorksheetWriter):
    """Writes a row as text into the file in which openpyxl writes what stands around the rows.

    openpyxl's own way, two objects a cell, takes most of the time that an export takes (benchmarks/export_cases.py).
    """

    def __init__(self, page: _Page) -> None:
        self._path = create_temporary_file()
        self._file = open(self._path, "wb")  # noqa: SIM115  (close() and cleanup() close it)
        super().__init__(page, self._file)
        heading = _style(page, alignment=_WRAP, font=_HEADING_FONT, fill=_HEADING_FILL)
        self._headings, self._places = [], []
        for number, column in enumerate(page.columns, start=1):
            letter = get_column_letter(number)
            self._headings.append((letter, {str: heading}, column.heading, column.width - 2))
            amount = _style(page, alignment=_TOP, number_format=column.shown)
            styles = {
                str: _style(page, alignment=_WRAP if column.wrap else _TOP),
                bool: _style(page, alignment=_TOP),
                int: amount,
                float: amount,
                date: _style(page, alignment=_LEFT, number_format=column.shown or DAY),
                datetime: _style(page, alignment=_LEFT, number_format=column.shown or MOMENT),
            }
            self._places.append((letter, styles, column.heading, column.width if column.wrap else 0))

    def write_row(self, xf, values: list, row_idx: int) -> None:
        places = self._places
        if row_idx == 1:
            xf.flush()  # so that the rows come after what openpyxl has written before them
            places = self._headings
        cells, lines = [], 1
        for (letter, styles, heading, width), value in zip(places, values, strict=True):
            if value is None or value == "":
                continue
            kind = type(value)
            if kind not in styles:
                kind = _kind_of(value, heading)
            begin = f'<c r="{letter}{row_idx}" s="{styles[kind]}"'
            if kind is date:
                value = _day_number(value)
                kind = type(value)
            if kind is str:  # whatever it starts with: text, never a formula
                if width and (len(value) > width or "\n" in value):
                    lines = max(lines, _lines(value, width))
                cells.append(f'{begin} t="inlineStr"><is>{self._text(value, values[0], heading)}</is></c>')
            elif kind is bool:
                cells.append(f'{begin} t="b"><v>{value:d}</v></c>')
            elif kind is datetime:
                local = timezone.localtime(value).replace(tzinfo=None, microsecond=0)
                cells.append(f"{begin}><v>{to_excel(local)}</v></c>")
            else:
                cells.append(f"{begin}><v>{value}</v></c>")
        # Excel would find the height out by itself, other programs do not.
        height = f' ht="{min(lines, MOST_LINES) * LINE}" customHeight="1"' if lines > 1 else ""
        self._file.write(f'<row r="{row_idx}"{height}>{"".join(cells)}</row>'.encode())

    def _text(self, text: str, row: Any, heading: str) -> str:
        """A text as XML; what does not fit in a cell is changed, and counted."""
        if len(text) < CELL_LIMIT // 2 and text[0] > " " and text[-1] > " " and not _SPECIAL.search(text):
            return f"<t>{text}</t>"  # as most are
        if len(text) > CELL_LIMIT // 2 or _FORBIDDEN.search(text):
            changes = self.ws.changes
            changes.pictured += bool(_FORBIDDEN.search(text))
            if _units(text) > CELL_LIMIT:
                changes.cut.append((self.ws.title, str(row), heading))
            text = cell_text(text)
        space = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
        return f"<t{space}>{escape(_TAKEN_FOR_OTHER.sub('_x005F_', text), _RETURN)}</t>"

    def close(self) -> None:
        super().close()
        self._hand_over()

    def cleanup(self) -> None:
        self._hand_over()
        super().cleanup()

    def _hand_over(self) -> None:
        """From here on openpyxl deals with the file by its path."""
        self._file.close()
        self.out = self._path


def _to_print(page: WriteOnlyWorksheet) -> None:
    """On A4, as wide as the page and as long as it takes."""
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.page_setup.fitToHeight = 0


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a column so many characters wide, about; no more than are in sight."""
    return sum(1 + len(part) // width for part in text[: MOST_LINES * width].split("\n"))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _kind_of(value: Any, heading: str) -> type:
    """The kind of cell for a value of a subclass, as a choice's label. Raises ValueError for what no cell can hold."""
    for kind in (str, bool, int, float, datetime, date):
        if isinstance(value, kind):
            return kind
    raise ValueError(f"{heading}: no cell can hold a {type(value).__name__}")


@lru_cache(maxsize=10_000)
def _day_number(day: date) -> int | str:
    """Excel's number of a day; the day in words where it is older than Excel's first."""
    return int(to_excel(day)) if day >= _FIRST_DAY else day.strftime("%d/%m/%Y")


def _style(page: _Page, **parts: Any) -> str:
    cell = WriteOnlyCell(page)
    for name, value in parts.items():
        if value:
            setattr(cell, name, value)
    return str(cell.style_id)


def _different(headings: list[str]) -> list[str]:
    """`headings`, each another than those before it, as Excel wants of a table."""
    seen: set[str] = set()
    found = []
    for heading in headings:
        name, number = heading, 1
        while name.casefold() in seen:
            number += 1
            name = f"{heading} ({number})"
        seen.add(name.casefold())
        found.append(name)
    return found
