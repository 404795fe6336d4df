"""Opening a file that somebody else made. This module runs in a process of its own: see `reading`, which starts it.

It knows neither settings nor database nor secrets, and answers with one JSON line a row: [number, cells], where a date
is {"date": …} and a formula without its result {"formula": …}; ["sheet", …] before the rows of each sheet at a first
look; at the end ["end", ""] or ["problem", why].
"""

import csv
import json
import os
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite
from pathlib import Path
from typing import Any

from lxml import etree
from openpyxl.reader.excel import SHARED_STRINGS, ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import from_excel, from_ISO8601

from core.child import MB, lower_limits

OLD_FORMAT = bytes.fromhex("D0CF11E0A1B11AE1")  # how .xls begins, and .xlsx behind a password
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
STRICT = b"http://purl.oclc.org/ooxml"
MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|!doctype|html|table|head|body|meta)", re.I)
LOOK_ROWS = 30  # the filled rows of each sheet that a first look shows
LOOK_SHEETS = 50
CSV_SHEET = "CSV"
LAST_ROW = 1_048_576  # Excel's own limit
DELIMITERS = ",;\t|"
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")  # how a workbook holds a character that XML cannot
GUARDED = re.compile(r"\A'(?=[=+\-@\t\r\n])")  # how a CSV keeps a text from being taken for a formula


@dataclass(frozen=True)
class Limits:
    """What a file may take. 50,000 rows of our own export are 63 MB of XML in 9 MB: 4 s of one core and 32 MB."""

    file: int = 20 * MB
    unpacked: int = 250 * MB
    sheet: int = 160 * MB
    part: int = 40 * MB  # any part that is no sheet: shared strings, styles
    answer: int = 120 * MB
    rows: int = 60_000
    columns: int = 200
    too_wide: int = 20  # filled cells beyond the last column; fewer are strays
    empty_rows: int = 1_000
    memory: int = 256 * MB
    cpu_seconds: int = 20
    seconds: float = 90  # longer than the former: on a busy machine a sound file has to wait its turn
    look_cpu_seconds: int = 8
    look_seconds: float = 10


class NotATracker(Exception):
    """The file cannot be taken in at all; the message says why, in one line."""


def damaged(path: Path) -> NotATracker:
    return NotATracker(f"{path.name} is not an Excel workbook (.xlsx) or a CSV file, or it is damaged.")


def _too_wide(path: Path, limits: Limits) -> NotATracker:
    return NotATracker(f"{path.name} has more than {limits.columns} filled columns: no referral tracker has.")


def main(path: Path, act: str, sheet: str | None, limits: Limits) -> None:
    """Write what `act` asks for ("look" or "rows") to standard output. Lowers the limits of the process for good."""
    cpu = limits.look_cpu_seconds if act == "look" else limits.cpu_seconds
    lower_limits(memory=limits.memory, cpu_seconds=cpu)
    try:
        for row in _answers(path, act, sheet, limits):
            _say(*row)
    except NotATracker as problem:
        _say("problem", str(problem))
    except Exception as error:  # whatever zip, XML, csv and openpyxl raise for a file that is damaged or none
        if isinstance(error, MemoryError) or getattr(error, "code", None) == etree.ErrorTypes.ERR_NO_MEMORY:
            _say("problem", f"{path.name} takes too much memory to read: it is larger than a referral tracker.")
        else:
            _say("problem", str(damaged(path)))
    else:
        _say("end", "")


def _say(what: int | str, value: Any) -> None:
    print(json.dumps([what, value], default=_tagged))


def _tagged(cell: Any) -> Any:
    """A date as JSON can carry it; what is neither JSON nor date (a time, a duration) as text."""
    if isinstance(cell, datetime):
        return {"datetime": cell.isoformat()}
    return {"date": cell.isoformat()} if isinstance(cell, date) else str(cell)


def _answers(path: Path, act: str, wanted: str | None, limits: Limits) -> Iterator[tuple[Any, Any]]:
    try:
        file = path.open("rb") if path.is_file() else None
    except OSError as error:
        raise NotATracker(f"{path} cannot be read: {error.strerror}.") from None
    if file is None:
        raise NotATracker(f"There is no file {path}.")
    with file:
        sheets = _sheets(file, path, limits)
        if act == "look":
            for name, hidden, rows in sheets[:LOOK_SHEETS]:
                yield "sheet", {"name": name, "hidden": hidden}
                yield from _first(rows())
            return
        chosen = next((sheet for sheet in sheets if wanted in (None, sheet[0])), None)
        if chosen is None:
            raise NotATracker(f"{path.name} has no sheet of the name that was chosen.")
        yield from chosen[2]()


def _first(rows: Iterable[tuple[int, list | None]]) -> Iterator[tuple[int, list]]:
    left = LOOK_ROWS
    for number, cells in rows:
        if cells is None or left == 0:
            return
        if cells:
            left -= 1
            yield number, cells


def _sheets(file, path: Path, limits: Limits) -> list[tuple[str, bool, Any]]:
    """[(name, hidden, what yields its rows)] of the file, by its content and not by its name. Raises NotATracker."""
    if os.fstat(file.fileno()).st_size > limits.file:
        raise NotATracker(f"{path.name} is larger than {limits.file // MB} MB: no referral tracker is.")
    start = file.read(4096)
    if start.startswith(OLD_FORMAT):
        if ENCRYPTED in start + file.read():
            raise NotATracker(f"{path.name} is protected by a password: save it without one.")
        raise NotATracker(f"{path.name} is of an old kind (.xls): save it as .xlsx, without a password.")
    if start.startswith(b"PK"):
        return _workbook_sheets(file, path, limits)
    if not start.strip(b"\xef\xbb\xbf \t\r\n"):
        raise NotATracker(f"{path.name} is empty, or it is damaged.")
    if MARKUP.match(start):
        raise NotATracker(f"{path.name} is a web page or another kind of document: save it as .xlsx from Excel.")
    encoding = _encoding(file, start)
    if encoding is None:
        raise damaged(path)
    return [(CSV_SHEET, False, lambda: _csv_rows(path, encoding, limits))]


# Workbooks


class _Strings:
    """The shared strings of a workbook, read as far as they are asked for."""

    def __init__(self, items: Iterator[Any]) -> None:
        self._items = items
        self._read: list[str] = []

    def __getitem__(self, index: int) -> str:
        while len(self._read) <= index:
            item = next(self._items, None)
            if item is None:
                raise IndexError(index)
            self._read.append(_joined(item))
        return self._read[index]


def _workbook_sheets(file, path: Path, limits: Limits) -> list[tuple[str, bool, Any]]:
    _check_parts(file, path, limits)
    reader = ExcelReader(file, read_only=True, data_only=True, keep_links=False)
    reader.read_manifest()
    reader.read_workbook()
    apply_stylesheet(reader.archive, reader.wb)
    strings = _Strings(_string_items(reader))

    def rows_of(part: str):
        return lambda: _sheet_rows(reader, strings, part, path, limits)

    sheets = [
        (sheet.name, sheet.state != "visible", rows_of(rel.target))
        for sheet, rel in reader.parser.find_sheets()
        if rel.target in reader.valid_files and "chartsheet" not in rel.Type
    ]
    if not sheets:
        raise NotATracker(f"{path.name} has no sheet with rows.")
    return sheets


def _string_items(reader: ExcelReader) -> Iterator[Any]:
    part = reader.package.find(SHARED_STRINGS)
    if part is not None:
        with reader.archive.open(part.PartName.lstrip("/")) as source:
            yield from _elements(source, "si")


def _check_parts(file, path: Path, limits: Limits) -> None:
    """Raise NotATracker for what need not be opened: not a workbook, of a kind that we cannot read, or too large."""
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
        names = {part.filename for part in parts}
        if "xl/workbook.bin" in names:
            raise NotATracker(f"{path.name} is a binary workbook (.xlsb): save it as .xlsx.")
        if "mimetype" in names and "content.xml" in names:
            raise NotATracker(f"{path.name} is an OpenDocument file (.ods): save it as .xlsx.")
        if not any(name.startswith("xl/workbook") for name in names):
            raise damaged(path)
        # The sizes are the file's own word, but Python's zipfile unpacks no more of a part than that.
        if sum(part.file_size for part in parts) > limits.unpacked or any(
            part.file_size > (limits.sheet if part.filename.startswith("xl/worksheets/") else limits.part)
            for part in parts
        ):
            raise NotATracker(f"{path.name} unpacks to more than a referral tracker holds: it is not opened.")
        if "xl/workbook.xml" in names:
            with archive.open("xl/workbook.xml") as part:
                if STRICT in part.read(2000):
                    raise NotATracker(
                        f"{path.name} is a “Strict Open XML” workbook: save it as an Excel workbook (.xlsx)."
                    )


def _elements(source, name: str) -> Iterator[Any]:
    """Each element of that name in an XML part, forgotten when the next is asked for. No entities, no network.

    No workbook has a document type; one that has is refused, for its entities would be left out without a word.
    """
    for _, element in etree.iterparse(source, tag=f"{{*}}{name}", resolve_entities=False, no_network=True):
        if element.getprevious() is None and element.getroottree().docinfo.doctype:
            raise ValueError("a workbook has no document type")
        yield element
        element.clear(keep_tail=False)
        while element.getprevious() is not None:
            del element.getparent()[0]


def _joined(item) -> str:
    """The text of a string item, its runs joined, without the phonetic hints that Excel keeps for some languages."""
    if len(item) == 1 and etree.QName(item[0]).localname == "t":
        return _unescaped(item[0].text or "")
    parts = (part for part in item.iter("{*}t") if etree.QName(part.getparent()).localname != "rPh")
    return "".join(_unescaped(part.text or "") for part in parts)


def _unescaped(words: str) -> str:
    """A text of Excel's, which writes a carriage return as _x000D_ and "_x000D_" as _x005F_x000D_."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), words) if "_x" in words else words


def _sheet_rows(
    reader: ExcelReader, strings: _Strings, part: str, path: Path, limits: Limits
) -> Iterator[tuple[int, list | None]]:
    """Row 1 and each filled row of a sheet; None for the cells where reading stops below many empty ones.

    What the sheet says of its own size is not asked.
    """
    read_cell = _CellReader(reader.wb, strings)
    number, filled = 0, 0
    with reader.archive.open(part) as source:
        for row in _elements(source, "row"):
            before, number = number, int(row.get("r") or number + 1)
            if not before < number <= LAST_ROW:
                raise damaged(path)
            cells = _cells(row, read_cell, path, limits)
            if number - filled > limits.empty_rows:
                yield filled + limits.empty_rows + 1, None
                return
            if not cells:
                continue
            if number > limits.rows + 1:
                raise NotATracker(f"{path.name} has more than {limits.rows:,} rows: divide it into several files.")
            if filled == 0 and number > 1:
                yield 1, []
            filled = number
            yield number, cells
    if filled == 0:
        yield 1, []


def _cells(row, read_cell: "_CellReader", path: Path, limits: Limits) -> list:
    cells: list = []
    at, beyond = 0, 0
    for cell in row:
        place = cell.get("r")
        at = read_cell.column(place) if place else at + 1
        value = read_cell(cell)
        if value is None or value == "":
            continue
        if at > limits.columns:
            beyond += 1
            if beyond > limits.too_wide:
                raise NotATracker(
                    f"{path.name} has more than {limits.columns} filled columns: no referral tracker has."
                )
            continue
        if at <= len(cells):
            cells[at - 1] = value
        else:
            cells.extend([None] * (at - len(cells) - 1))
            cells.append(value)
    return cells


class _CellReader:
    """What a cell element holds: text, number, bool, date or None; formulas as Excel last worked them out."""

    def __init__(self, book, strings: _Strings) -> None:
        self.strings = strings
        self.dates = book._date_formats
        self.durations = book._timedelta_formats
        self.epoch = book.epoch
        self._columns: dict[str, int] = {}
        self._days: dict[tuple[str, bool], Any] = {}

    def column(self, place: str) -> int:
        letters = place.rstrip("0123456789")
        if letters not in self._columns:
            self._columns[letters] = column_index_from_string(letters)
        return self._columns[letters]

    def __call__(self, cell) -> Any:
        value, formula, inline = None, None, None
        for part in cell:
            name = part.tag.rpartition("}")[2] if isinstance(part.tag, str) else ""
            if name == "v":
                value = part.text
            elif name == "f":
                formula = part.text or ""
            elif name == "is":
                inline = part
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return None if inline is None else _joined(inline)
        if value is None:
            return None if formula is None or kind == "str" else {"formula": "=" + formula}
        if kind == "s":
            return self.strings[_index(value)]
        if kind in ("str", "e"):
            return _unescaped(value)
        if kind == "b":
            return bool(int(value))
        if kind == "d":
            return from_ISO8601(value)
        return self._number(value, int(cell.get("s") or 0))

    def _number(self, value: str, style: int) -> Any:
        if style in self.dates:
            key = (value, style in self.durations)
            if key not in self._days:
                self._days[key] = self._day(*key)
            return self._days[key]
        return _number(value)

    def _day(self, value: str, duration: bool) -> Any:
        try:
            return from_excel(_number(value), self.epoch, timedelta=duration)
        except (OverflowError, ValueError):
            return "#VALUE!"  # outside the days that Excel knows


def _index(value: str) -> int:
    index = int(value)
    if index < 0:
        raise IndexError(value)
    return index


def _number(value: str) -> int | float | str:
    if "." in value or "e" in value or "E" in value:
        number = float(value)
        return number if isfinite(number) else "#NUM!"
    return int(value)


# CSV


def _encoding(file, start: bytes) -> str | None:
    """How the text is written: by its mark, else UTF-8 where all of it is, else as Windows does; None for no text."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    file.seek(0)
    content = file.read()
    control = sum(content[:65_536].count(bytes([code])) for code in range(32) if code not in (9, 10, 12, 13))
    if b"\x00" in content or control * 200 > min(len(content), 65_536):
        return None
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return None


def _csv_rows(path: Path, encoding: str, limits: Limits) -> Iterator[tuple[int, list | None]]:
    """Row 1 and each filled row of a CSV file, as Excel would number them; all cells are text."""
    delimiter = _delimiter(path, encoding)
    filled = 0
    with path.open(encoding=encoding, newline="") as lines:
        try:
            for number, row in enumerate(csv.reader(lines, delimiter=delimiter), start=1):
                cells: list = [GUARDED.sub("", cell) if cell else None for cell in row]
                if any(cells[limits.columns :]) and sum(map(bool, cells[limits.columns :])) > limits.too_wide:
                    raise _too_wide(path, limits)
                cells = cells[: limits.columns]
                while cells and not cells[-1]:
                    cells.pop()
                if number - filled > limits.empty_rows:
                    yield number, None
                    return
                if cells and number > limits.rows + 1:
                    raise NotATracker(f"{path.name} has more than {limits.rows:,} rows: divide it into several files.")
                if cells:
                    filled = number
                if cells or number == 1:
                    yield number, cells
        except csv.Error:
            why = "a quotation mark is opened and not closed, or one cell is longer than a sheet could hold"
            where = f" below row {filled}" if filled else ""
            raise NotATracker(f"{path.name} cannot be read{where}: {why}.") from None


def _delimiter(path: Path, encoding: str) -> str:
    """What divides the cells: that which gives the most rows of one width among the first."""

    def regular(delimiter: str) -> tuple[int, int]:
        with path.open(encoding=encoding, newline="") as lines:
            widths = []
            try:
                for row in csv.reader(lines, delimiter=delimiter):
                    if any(row):
                        widths.append(len(row))
                    if len(widths) == LOOK_ROWS:
                        break
            except csv.Error:
                return (0, 0)
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) if usual > 1 else 0, usual)

    return max(DELIMITERS, key=regular)


if __name__ == "__main__":
    task = json.loads(sys.argv[2])
    main(Path(sys.argv[1]), task["act"], task["sheet"], Limits(**task["limits"]))
