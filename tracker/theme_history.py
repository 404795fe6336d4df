"""What happened to a theme, read from the audit log: who, when, what it was before and after."""

from typing import Any

from core.models import AuditEvent

from .models import Theme

# The acts on a theme, as people read them.
WORDS = {
    "theme.added": "Added",
    "theme.changed": "Changed",
    "theme.moved": "Moved",
    "theme.switched-off": "Switched off",
    "theme.switched-on": "Switched on",
    "theme.merged": "Merged into another theme",
    "theme.took-in": "Another theme merged into it",
    "theme.merge-undone": "Merge undone",
}
_LABELS = {"name": "Name", "group": "Group", "place": "Place in its group", "into": "Into", "with": "Other theme"}
_NOTHING = {"group": "no group"}
MOST = 100


def history(theme: Theme) -> list[dict[str, Any]]:
    """The latest events about a theme, as components/timeline.html takes them."""
    events = AuditEvent.objects.filter(
        subject_type=theme._meta.label_lower, subject_id=str(theme.pk), act__in=WORDS
    ).order_by("-at", "-pk")
    return [
        {"title": WORDS[event.act], "by": event.actor_name, "at": event.at, "text": _lines(event.detail)}
        for event in events[:MOST]
    ]


def _lines(detail: dict[str, Any]) -> list[str]:
    found = []
    for name, label in _LABELS.items():
        if name not in detail:
            continue
        value = detail[name]
        if isinstance(value, list):
            before, after = (str(one) if one not in (None, "") else _NOTHING.get(name, "") for one in value)
            found.append(f"{label}: {before} → {after}" if value[0] is not None else f"{label}: {after}")
        else:
            found.append(f"{label}: {value}")
    return found
