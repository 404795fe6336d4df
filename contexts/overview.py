"""What the page of a context shows of its casework: one part a slice, each brought by its own module."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .models import Context
from .sight import Sight


@dataclass(frozen=True)
class Part:
    """One part: its heading, the template that draws it (with `data`), and where the whole of it is."""

    title: str
    template: str
    data: dict[str, Any]
    url: str = ""
    link: str = ""


# Each gives its part of one context for one reader, or None where there is nothing to say; in the page's order.
PARTS: list[Callable[[Context, Any, Sight], Part | None]] = []


def parts_for(context: Context, user, sight: Sight) -> list[Part]:
    """The parts of this context's page for `user`, who reads its casework."""
    return [part for make in PARTS if (part := make(context, user, sight)) is not None]
