"""The rows of a checked tracker that are not taken in, as a workbook: their cells as they stood, and the reason.

It can be corrected and uploaded itself: its own three columns are passed over then, and where a cell said "as above" it
says what that meant, for other rows stand above it here.
"""

import io
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from core import jobs, workbook
from core.workbook import Column

from ..importing import Matching
from ..importing.one_row import REPEATABLE, says_as_above
from ..models import ImportRow, TrackerImport
from ..models.imports import TAKEN_IN, RowKind

# What this workbook adds to the right of the original columns.
ADDED = ("Row in the original", "What became of it", "Why")
_TITLES = {ImportRow.Part.REFERRALS: "Not imported", ImportRow.Part.ACTIONS: "Actions not imported"}


def make(of: TrackerImport) -> jobs.Output | None:
    """The workbook; None where every row is taken in or is here already."""
    if not count(of):
        return None
    target = io.BytesIO()
    with workbook.writing(target) as book:
        for part, title in _TITLES.items():
            rows = _rows(of).filter(part=part).order_by("number")
            if rows.exists():
                width = max(len(cells) for cells in rows.values_list("cells", flat=True).iterator())
                targets = Matching.from_data(of.matching).by_target() if part == ImportRow.Part.REFERRALS else {}
                repeatable = {targets[name].place: name for name in REPEATABLE if name in targets}
                table = book.table(title, _columns(_headings(of, part), width, repeatable), as_table=False)
                for row in rows.iterator(500):
                    table.add(row)
    day = timezone.localdate().isoformat()
    return jobs.Output(f"not-imported-{day}.xlsx", workbook.CONTENT_TYPE, target.getvalue())


def count(of: TrackerImport) -> int:
    """How many rows it holds."""
    return _rows(of).count()


def _rows(of: TrackerImport) -> QuerySet[ImportRow]:
    return of.rows.exclude(kind__in=[*TAKEN_IN, RowKind.THERE])


def without_added(headings: list) -> list:
    """The headings of a file without those that this workbook adds."""
    return headings[: -len(ADDED)] if tuple(headings[-len(ADDED) :]) == ADDED else headings


def _headings(of: TrackerImport, part: str) -> list:
    for sheet in of.sheets:
        if part == ImportRow.Part.REFERRALS and sheet["name"] == of.sheet:
            return next(cells for number, cells in sheet["sample"] if number == of.heading_row)
        if part == ImportRow.Part.ACTIONS and sheet["name"].startswith("Actions"):
            return sheet["sample"][0][1]
    return []


def _columns(headings: list, width: int, repeatable: dict[int, str]) -> list[Column]:
    """One for each original column in its place, then ours. `repeatable`: {place: field} where "as above" may stand."""
    headings = without_added(headings)
    width = max(width, len(headings))

    def cell(place: int) -> Callable[[ImportRow], Any]:
        return lambda row: _excel(_as_read(row, place, repeatable)) if place < len(row.cells) else None

    original = [Column(_words(headings, place), cell(place), 18) for place in range(width)]
    return [
        *original,
        Column(ADDED[0], lambda row: row.number, 12),
        Column(ADDED[1], lambda row: row.get_kind_display(), 18),
        Column(ADDED[2], lambda row: "\n".join(words for words, _ in row.problems), 60, wrap=True),
    ]


def _as_read(row: ImportRow, place: int, repeatable: dict[int, str]) -> Any:
    """A cell as it stood; for "as above", what stood there, where the row was read as far as that."""
    cell, name = row.cells[place], repeatable.get(place)
    if name is None or not row.values or not says_as_above(cell):
        return cell
    if name == "referrer_team":
        return " / ".join(filter(None, [row.values["referrer_name"], row.values["team"]]))
    return row.values[name]


def _words(headings: list, place: int) -> str:
    value = headings[place] if place < len(headings) else None
    return "" if value is None else str(value)


def _excel(value: Any) -> Any:
    """A cell as it stood: a date without a time is a date."""
    if isinstance(value, datetime):
        return value.date() if value.time() == time.min else timezone.make_aware(value)
    if isinstance(value, date | str | bool | int | float):
        return value
    return None if value is None else str(value)
