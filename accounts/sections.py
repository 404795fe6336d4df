"""Pages that stand together as tabs above them: what a person may open decides what is drawn."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from .permissions import Permission, permissions_of


@dataclass(frozen=True, slots=True)
class Section:
    """One of them: its words, the name of its URL, the start of the paths that count as being in it, its permission.

    `also` is another permission that opens it, with what belongs to that.
    """

    label: str
    url_name: str
    prefix: str
    permission: Permission
    also: Permission | None = None


def drawn(request: HttpRequest, sections: Iterable[Section]) -> list[dict[str, Any]]:
    """Those that this reader may open, in order, for components/sub_navigation.html; none where there is only one.

    The current one is that with the longest beginning of the request's path.
    """
    held = permissions_of(request.user)
    open_to = [section for section in sections if {section.permission, section.also} & held]
    if len(open_to) < 2:
        return []
    inside = [section for section in open_to if request.path.startswith(section.prefix)]
    current = max(inside, key=lambda section: len(section.prefix), default=None)
    return [
        {"label": section.label, "url": reverse(section.url_name), "current": section is current} for section in open_to
    ]
