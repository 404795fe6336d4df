"""The intervals that the practice works by, changed by an administrator for the whole authority."""

from datetime import datetime
from typing import Any

from django.db import transaction

from . import audit, drafts
from .models import CaseworkSettings
from .workflow import EditConflict

FIELDS = [
    "feedback_after_weeks", "feedback_chase_after_weeks", "remind_days_before", "restriction_review_days",
    "pattern_referrals", "pattern_days",
]  # fmt: skip
DRAFT_KEY = "settings:casework"


def change(values: dict[str, Any], *, version: int, by, at: datetime | None = None) -> CaseworkSettings:
    """Set all of FIELDS; what falls due is reckoned anew from the next round on.

    Raises EditConflict where somebody changed them after the page with `version` was opened.
    """
    with transaction.atomic():
        CaseworkSettings.objects.get_or_create(pk=1)
        current = CaseworkSettings.objects.select_for_update().get(pk=1)
        before, after = audit.state_of(current, FIELDS), {name: values[name] for name in FIELDS}
        changed = audit.changes(before, after)
        if changed and current.version != version:
            raise EditConflict("Somebody changed these settings after you opened this page.", current)
        if changed:  # else the same form sent twice, or nothing changed
            for name, value in after.items():
                setattr(current, name, value)
            current.version += 1
            current.save()
            audit.record("settings.casework", by=by, subject=current, detail={"set": _told(changed)}, at=at)
        drafts.drop(DRAFT_KEY, by)
    return current


def _told(changed: dict[str, list]) -> dict[str, str]:
    """Before and after in words that the auditor's page shows: numbers, and nobody's words."""
    return {name.replace("_", " "): f"{old} to {new}" for name, (old, new) in changed.items()}
