"""Cells of somebody else's workbook as PostgreSQL keeps them: JSON in which a date stays a date."""

import json
import math
import re
from datetime import date, datetime
from typing import Any

from .reading import Formula

# What no JSON column can hold: the character NUL, and halves of a character.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_TAGS = {"datetime": datetime.fromisoformat, "date": date.fromisoformat, "formula": Formula}


class CellEncoder(json.JSONEncoder):
    """Writes a date or a datetime as {"date": "2026-11-22"}."""

    def default(self, o: Any) -> Any:
        if isinstance(o, datetime):
            return {"datetime": o.isoformat()}
        if isinstance(o, date):
            return {"date": o.isoformat()}
        return super().default(o)


class CellDecoder(json.JSONDecoder):
    """Reads what CellEncoder wrote."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(object_hook=_decoded, **kwargs)


def storable(value: Any) -> Any:
    """`value`, a cell or a list of cells, ready for CellEncoder and without what the database cannot hold."""
    if isinstance(value, Formula):
        return {"formula": _UNSTORABLE.sub("", value)}
    if isinstance(value, str):
        return _UNSTORABLE.sub("", value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list):
        return [storable(item) for item in value]
    return value


def _decoded(found: dict) -> Any:
    if len(found) == 1:
        ((tag, text),) = found.items()
        if tag in _TAGS and isinstance(text, str):
            return _TAGS[tag](text)
    return found
