"""Reading a workbook or CSV file that somebody else made, in a process of its own with bounds on time and memory.

`look` and `rows` are what the rest of the project calls. They start `python -m tracker.opening`, which knows neither
settings nor database nor secrets, so that a file made to hurt hurts only itself.
"""

import json
import signal
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from core import child

from .opening import ENCRYPTED, MB, OLD_FORMAT, Limits, NotATracker, damaged

__all__ = ["ENCRYPTED", "LIMITS", "MB", "OLD_FORMAT", "Formula", "NotATracker", "SheetLook", "look", "rows"]

LIMITS = Limits()


class Formula(str):
    """A formula whose result is not in the file, as it is written in the cell: what it comes to is not known."""


@dataclass(frozen=True)
class SheetLook:
    """A first look at one sheet: its first filled rows as (number as in Excel, cells), 30 at most."""

    name: str
    hidden: bool
    rows_seen: int
    sample: list[tuple[int, list]]


def look(path: Path) -> list[SheetLook]:
    """A first look at each sheet of the file at `path`, in their order. Raises NotATracker, within ten seconds.

    A CSV file has one sheet, named CSV.
    """
    found: list[tuple[str, bool, list]] = []
    for what, value in _answers(path, "look", None, LIMITS.look_seconds):
        if what == "sheet":
            found.append((value["name"], value["hidden"], []))
        else:
            found[-1][2].append((what, value))
    return [SheetLook(name, hidden, len(sample), sample) for name, hidden, sample in found]


def rows(path: Path, *, sheet: str | None = None) -> Iterator[tuple[int, list | None]]:
    """The rows of the first sheet of the file at `path`, or of that sheet: (number as in Excel, cells).

    Row 1 and each filled row. Cells are text, numbers, bools, dates, datetimes or None; formulas are what Excel last
    made of them, and a `Formula` where that is not in the file. None in the place of the cells: reading stopped at
    that row, below many empty ones, though the sheet goes on.
    Raises NotATracker, at any row, for a file that cannot be read within LIMITS. Close it if you do not exhaust it.
    """
    yield from _answers(path, "rows", sheet, LIMITS.seconds)


def _answers(path: Path, act: str, sheet: str | None, seconds: float) -> Iterator[tuple[Any, Any]]:
    taken = 0
    task = {"act": act, "sheet": sheet, "limits": asdict(LIMITS)}
    arguments = (str(path.absolute()), json.dumps(task))
    with child.started("tracker.opening", *arguments, seconds=seconds) as process:
        while (line := process.stdout.readline(LIMITS.answer - taken + 1)).endswith(b"\n"):
            taken += len(line)
            what, value = json.loads(line, object_hook=_decoded)
            if what == "problem":
                raise NotATracker(value)
            if what == "end":
                return
            yield what, value
        if taken + len(line) > LIMITS.answer:
            raise NotATracker(f"{path.name} holds more than {LIMITS.answer // MB} MB of text: no tracker does.")
        if process.wait() in (-signal.SIGXCPU, -signal.SIGKILL):
            raise NotATracker(f"{path.name} takes too long to read: it is larger than a referral tracker.")
        raise damaged(path)


def _decoded(tagged: dict) -> Any:
    if "name" in tagged:
        return tagged
    ((kind, text),) = tagged.items()
    if kind == "formula":
        return Formula(text)
    return (datetime if kind == "datetime" else date).fromisoformat(text)
