"""Actions agreed in a consultation."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from core import audit, drafts
from core.models.actions import ActionStatus
from core.workflow import ActRefused, EditConflict

from .. import workflow
from ..choices import ReferralAct
from ..models import Consultation, ConsultationAction
from . import referrals

FIELDS = ["space", "what", "owner", "owner_name", "owner_agency", "due"]


def add(consultation: Consultation, values: dict[str, Any], *, by, at: datetime | None = None) -> ConsultationAction:
    """A new action; `values` by the names in FIELDS. Raises ActRefused where the state does not allow it."""
    at = at or timezone.now()
    workflow.REFERRAL.check(ReferralAct.WRITE, consultation.referral.state)
    given = {name: values[name] for name in FIELDS}
    with transaction.atomic():
        Consultation.objects.select_for_update().get(pk=consultation.pk)  # two at once: the second waits
        just_now = (at - referrals.SENT_TWICE, at + referrals.SENT_TWICE)  # whichever of the two got here first
        if twice := consultation.actions.filter(**given, created_by=by, created_at__range=just_now).first():
            return twice
        action = ConsultationAction.objects.create(consultation=consultation, created_by=by, created_at=at, **given)
        _record("action.added", action, by=by, at=at, detail={"space": action.space})
        drafts.drop(referrals.draft_key(consultation.referral, "action:new"), by)
    return action


def change(
    action: ConsultationAction, values: dict[str, Any], *, version: int, by, at: datetime | None = None
) -> ConsultationAction:
    """Change an action. Raises EditConflict where somebody changed it meanwhile, ActRefused where it is closed."""
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(action)
        if current.version != version:
            raise EditConflict("Somebody changed this action after you opened it.", current)
        if current.status != ActionStatus.OPEN:
            raise ActRefused(f"This action is already {current.get_status_display().lower()}.")
        before = audit.state_of(current, FIELDS)
        for name in FIELDS:
            setattr(current, name, values[name])
        current.version += 1
        current.save()
        detail = audit.changes(before, audit.state_of(current, FIELDS))
        _record("action.changed", current, by=by, at=at, detail=detail)
        drafts.drop(draft_key(current), by)
    return current


def close(
    action: ConsultationAction, *, status: str, outcome: str, by, at: datetime | None = None
) -> ConsultationAction:
    """Mark an action as done or dropped, with what came of it. Raises ActRefused where it is closed already."""
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(action)
        if current.status != ActionStatus.OPEN:
            raise ActRefused(f"This action is already {current.get_status_display().lower()}.")
        current.status, current.outcome, current.closed_at, current.closed_by = status, outcome, at, by
        current.version += 1
        current.save()
        _record(f"action.{status}", current, by=by, at=at, detail={"outcome": outcome})
        drafts.drop(f"{draft_key(current)}:close", by)
    return current


def draft_key(action: ConsultationAction) -> str:
    """The key under which what is typed into this action's form is kept."""
    return f"action:{action.pk}"


def _locked(action: ConsultationAction) -> ConsultationAction:
    return ConsultationAction.objects.select_for_update(of=("self",)).get(pk=action.pk)


def _record(act: str, action: ConsultationAction, *, by, at: datetime, detail: dict) -> None:
    label = action.consultation.referral.reference
    audit.record(act, by=by, subject=action, label=label, detail=detail, at=at)
