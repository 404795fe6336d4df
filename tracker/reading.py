"""Reading a workbook that somebody else made, in a process of its own with bounds on time and memory.

`rows` is what the rest of the project calls. It starts `python -m tracker.reading FILE LIMITS`, which knows neither
settings nor database nor secrets, and answers with one JSON line a row, so that a file made to hurt hurts only itself.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from threading import Timer
from typing import Any

from openpyxl import load_workbook

MB = 1024 * 1024
OLD_FORMAT = bytes.fromhex("D0CF11E0A1B11AE1")  # how .xls begins, and .xlsx behind a password
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
OUT_OF_MEMORY = 1  # the XML parser's own number for it


@dataclass(frozen=True)
class Limits:
    """What a workbook may take. 20,000 rows of a tracker are 15 to 34 MB of XML, 5 to 11 s of one core, 31 MB."""

    file: int = 20 * MB
    unpacked: int = 60 * MB
    sheet: int = 40 * MB
    part: int = 20 * MB  # any part that is no sheet: shared strings, styles
    answer: int = 60 * MB
    rows: int = 20_000
    columns: int = 200
    empty_rows: int = 1_000
    memory: int = 256 * MB
    cpu_seconds: int = 10
    seconds: float = 30  # longer than the former: on a busy machine a sound file has to wait its turn


LIMITS = Limits()
LOOK_ROWS = 30  # the filled rows of each sheet that a first look shows


@dataclass(frozen=True)
class SheetLook:
    """A first look at one sheet: its first filled rows as (number as in Excel, cells)."""

    name: str
    hidden: bool
    rows_seen: int
    sample: list[tuple[int, list]]


class NotATracker(Exception):
    """The file cannot be taken in at all; the message says why, in one line."""


def look(path: Path) -> list[SheetLook]:
    """A first look at each sheet of the workbook at `path`, in the sheets' order. Raises NotATracker."""
    looks = []
    for what, value in _answers(path, "look"):
        if what == "sheet":
            looks.append(SheetLook(value["name"], value["hidden"], 0, []))
        else:
            looks[-1].sample.append((what, value))
    return [replace(each, rows_seen=len(each.sample)) for each in looks]


def rows(path: Path, *, sheet: str | None = None) -> Iterator[tuple[int, list | None]]:
    """A sheet of the workbook at `path` (the first, or that of a name): (number as in Excel, its cells) of each row.

    Of row 1 and of each filled row. Cells are text, numbers, bools, dates, datetimes or None; formulas are what Excel
    last made of them. None in the place of the cells: reading stopped at that row, below many empty ones, though the
    sheet goes on.
    Raises NotATracker, at any row, for a file that cannot be read within LIMITS. Close it if you do not exhaust it.
    """
    yield from _answers(path, "rows", sheet)


def _answers(path: Path, act: str, sheet: str | None = None) -> Iterator[tuple[Any, Any]]:
    taken = 0
    task = {"act": act, "sheet": sheet, "limits": asdict(LIMITS)}
    with subprocess.Popen(  # noqa: S603  (our own module; the path is one argument, no shell)
        [sys.executable, "-m", "tracker.reading", str(path.absolute()), json.dumps(task)],
        cwd=Path(__file__).resolve().parent.parent,
        env={name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as child:
        timer = Timer(LIMITS.seconds, child.kill)
        timer.start()
        try:
            while (line := child.stdout.readline(LIMITS.answer - taken + 1)).endswith(b"\n"):
                taken += len(line)
                what, value = json.loads(line, object_hook=_decoded)
                if what == "problem":
                    raise NotATracker(value)
                if what == "end":
                    return
                yield what, value
            if taken + len(line) > LIMITS.answer:
                raise NotATracker(f"{path.name} holds more than {LIMITS.answer // MB} MB of text: no tracker does.")
            if child.wait() in (-signal.SIGXCPU, -signal.SIGKILL):
                raise NotATracker(f"{path.name} takes too long to read: it is larger than a referral tracker.")
            raise _damaged(path)
        finally:
            timer.cancel()
            child.kill()


def _damaged(path: Path) -> NotATracker:
    return NotATracker(f"{path.name} is not an Excel workbook (.xlsx), or it is damaged.")


def _decoded(tagged: dict) -> Any:
    if "name" in tagged:
        return tagged
    ((kind, text),) = tagged.items()
    return (datetime if kind == "datetime" else date).fromisoformat(text)


# What follows runs in the process of its own.


def main(path: Path, act: str, sheet: str | None, limits: Limits) -> None:
    """Write the rows of the workbook to standard output: [number, cells] a line; then ["end", ""] or ["problem", why].

    Lowers the limits of the process that calls it.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # what is read is about children: no dump of it
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    try:
        for row in _checked_rows(path, act, sheet, limits):
            _say(*row)
    except NotATracker as problem:
        _say("problem", str(problem))
    except Exception as error:  # whatever zip, XML and openpyxl raise for a file that is damaged or none
        if isinstance(error, MemoryError) or getattr(error, "code", None) == OUT_OF_MEMORY:
            _say("problem", f"{path.name} takes too much memory to read: it is larger than a referral tracker.")
        else:
            _say("problem", str(_damaged(path)))
    else:
        _say("end", "")


def _say(what: int | str, value: list | str | None) -> None:
    print(json.dumps([what, value]))


def _checked_rows(path: Path, act: str, wanted: str | None, limits: Limits) -> Iterator[tuple[Any, Any]]:
    try:
        file = path.open("rb") if path.is_file() else None
    except OSError as error:
        raise NotATracker(f"{path} cannot be read: {error.strerror}.") from None
    if file is None:
        raise NotATracker(f"There is no file {path}.")
    with file:
        _check(file, path, limits)
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        if not book.worksheets:
            raise NotATracker(f"{path.name} has no sheet with rows.")
        if act == "look":
            for sheet in book.worksheets:
                yield "sheet", {"name": sheet.title, "hidden": sheet.sheet_state != "visible"}
                yield from _first(_filled_rows(sheet, path, limits))
            return
        sheets = [sheet for sheet in book.worksheets if wanted in (None, sheet.title)]
        if not sheets:
            raise NotATracker(f"{path.name} has no sheet {wanted}.")
        yield from _filled_rows(sheets[0], path, limits)


def _first(lines: Iterator[tuple[int, list | None]]) -> Iterator[tuple[int, list]]:
    for count, (number, cells) in enumerate(lines, start=1):
        if cells is None:
            return
        if cells:
            yield number, cells
        if count >= LOOK_ROWS:
            return


def _filled_rows(sheet, path: Path, limits: Limits) -> Iterator[tuple[int, list | None]]:
    sheet.reset_dimensions()  # what the sheet says of its own size may be wrong
    empty = 0
    for number, cells in enumerate(sheet.iter_rows(max_col=limits.columns, values_only=True), start=1):
        cells = [_coded(cell) for cell in cells]
        while cells and cells[-1] in (None, ""):
            cells.pop()
        empty = 0 if cells else empty + 1
        if empty > limits.empty_rows:
            yield number, None
            return
        if cells and number > limits.rows + 1:
            raise NotATracker(f"{path.name} has more than {limits.rows:,} rows: divide it into several files.")
        if cells or number == 1:
            yield number, cells


def _check(file, path: Path, limits: Limits) -> None:
    """Raise NotATracker for what need not be opened: too large, not a workbook, or one that we cannot read."""
    if os.fstat(file.fileno()).st_size > limits.file:
        raise NotATracker(f"{path.name} is larger than {limits.file // MB} MB: no referral tracker is.")
    if file.read(len(OLD_FORMAT)) == OLD_FORMAT:
        if ENCRYPTED in file.read():
            raise NotATracker(f"{path.name} is protected by a password: save it without one.")
        raise NotATracker(f"{path.name} is of an old kind (.xls): save it as .xlsx, without a password.")
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
    if not any(part.filename.startswith("xl/workbook") for part in parts):
        raise _damaged(path)
    # The sizes are the file's own word, but Python's zipfile unpacks no more of a part than that.
    if sum(part.file_size for part in parts) > limits.unpacked or any(
        part.file_size > (limits.sheet if part.filename.startswith("xl/worksheets/") else limits.part) for part in parts
    ):
        raise NotATracker(f"{path.name} unpacks to more than a referral tracker holds: it is not opened.")


def _coded(cell: Any) -> Any:
    """What JSON keeps as it is, or a tagged date; what is neither (a time, a duration) as text."""
    if cell is None or isinstance(cell, str | int | float):
        return cell
    if isinstance(cell, datetime):
        return {"datetime": cell.isoformat()}
    return {"date": cell.isoformat()} if isinstance(cell, date) else str(cell)


if __name__ == "__main__":
    task = json.loads(sys.argv[2])
    main(Path(sys.argv[1]), task["act"], task["sheet"], Limits(**task["limits"]))
