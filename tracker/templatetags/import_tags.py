"""What the templates of the imports of a tracker need."""

from datetime import date, datetime, time
from typing import Any

from django import template
from django.utils.formats import date_format

from ..models.imports import RowKind, Stage

register = template.Library()

_STAGE_COLOURS = {
    Stage.CHECKING: "active",
    Stage.IMPORTING: "active",
    Stage.UNDOING: "active",
    Stage.IMPORTED: "good",
    Stage.UNDONE: "closed",
}
_ROW_COLOURS = {
    RowKind.SOUND: "good",
    RowKind.REMARK: "amber",
    RowKind.REJECTED: "bad",
    RowKind.THERE: "closed",
    RowKind.REPEATED: "closed",
    RowKind.LEFT_OUT: "neutral",
}


@register.filter
def import_colour(stage: str) -> str:
    """The colour of the tag of an import's stage; what waits for its maker has one of its own."""
    return _STAGE_COLOURS.get(stage, "waiting")


@register.filter
def row_colour(kind: str) -> str:
    """The colour of the tag of what becomes of a row."""
    return _ROW_COLOURS[kind]


@register.filter
def cell_words(cell: Any) -> str:
    """A cell of somebody's workbook as people read it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return date_format(cell, "DATE_FORMAT" if cell.time() == time.min else "DATETIME_FORMAT")
    return date_format(cell, "DATE_FORMAT") if isinstance(cell, date) else str(cell)
