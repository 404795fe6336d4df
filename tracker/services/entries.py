"""Completing the data entry form."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from consultations import workflow
from consultations.choices import ReferralAct
from consultations.models import Referral
from consultations.services import referrals
from contexts.services import mentions
from core import audit, drafts
from core.workflow import EditConflict

from ..models import TrackerEntry
from . import themes as keeping

FIELDS = ["how_long_known", "previous_referrals", "primary_concern", "detail", "other_theme", "themes"]


def complete_entry(
    referral: Referral, values: dict[str, Any], *, version: int, by, at: datetime | None = None
) -> TrackerEntry:
    """Complete the data entry form of a referral, or change a completed one. `values` by the names in FIELDS.

    `version` is the one that the page showed, 0 for an empty form. Raises ActRefused before the consultation was held
    or the referral closed, EditConflict where somebody completed or changed it meanwhile.
    """
    at = at or timezone.now()
    values = {name: values[name] for name in FIELDS if name in values}
    with transaction.atomic():
        keeping.hold_still()
        current = referrals.locked(referral)
        workflow.REFERRAL.check(ReferralAct.ENTER_DATA, current.state)
        entry = TrackerEntry.objects.filter(referral=current).first()
        if entry and entry.version != version:
            raise EditConflict("Somebody saved this data entry form after you opened it.", entry)
        act = "data-entry.changed" if entry and entry.completed_at else "data-entry.completed"
        if entry is None:
            entry = TrackerEntry(referral=current, version=0)
            before = {}
        else:
            before = _state(entry)
        entry.version += 1
        themes = keeping.standing(values.pop("themes", []))
        for name, value in values.items():
            setattr(entry, name, value)
        if entry.completed_at is None:
            entry.completed_at, entry.completed_by = at, by
        entry.save()
        entry.themes.set(themes)
        detail = audit.changes(before, _state(entry))
        audit.record(act, by=by, subject=current, label=current.reference, detail=detail, at=at)
        drafts.drop(referrals.draft_key(current, "data-entry"), by)
        mentions.read_again([current.pk])
    return entry


def _state(entry: TrackerEntry) -> dict[str, Any]:
    return audit.state_of(entry, FIELDS[:-1]) | {"themes": sorted(entry.themes.values_list("name", flat=True))}
