"""Actions agreed in a consultation: added, changed, handed over, noted on, closed, reopened."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.permissions import Permission, can
from core import audit, drafts, notices
from core.models.actions import ActionStatus
from core.models.notices import Notice
from core.workflow import ActRefused, EditConflict

from .. import workflow
from ..choices import ReferralAct
from ..models import ActionProgress, Consultation, ConsultationAction, Referral
from . import referrals

# The columns that a person fills in; beside them an action has its intervention options.
COLUMNS = ["space", "what", "context_name", "owner", "owner_name", "owner_agency", "due"]
FIELDS = [*COLUMNS, "interventions"]
SUGGESTIONS = 100  # context names that a form offers


def add(consultation: Consultation, values: dict[str, Any], *, by, at: datetime | None = None) -> ConsultationAction:
    """A new action; `values` by the names in FIELDS, of which context_name and interventions may be left out.

    Its owner here is told. The same form sent twice makes one action. Raises ActRefused where the referral's state
    does not allow it, or the owner has left.
    """
    at = at or timezone.now()
    given = {name: values.get(name, "") if name == "context_name" else values[name] for name in COLUMNS}
    chosen = list(values.get("interventions") or ())
    with transaction.atomic():
        referral = referrals.locked(consultation.referral)  # two at once: the second waits
        workflow.REFERRAL.check(ReferralAct.WRITE, referral.state)
        just_now = (at - referrals.SENT_TWICE, at + referrals.SENT_TWICE)  # whichever of the two got here first
        same = consultation.actions.filter(**given, created_by=by, created_at__range=just_now)
        for twice in same.prefetch_related("interventions"):
            if set(twice.interventions.all()) == set(chosen):
                return twice
        _refuse_who_has_left(given["owner"])
        action = ConsultationAction.objects.create(consultation=consultation, created_by=by, created_at=at, **given)
        action.interventions.set(chosen)
        _record("action.added", action, by=by, at=at, detail={"space": action.space})
        _tell_owner(action, by=by, at=at)
        drafts.drop(referrals.draft_key(consultation.referral, "action:new"), by)
    return action


def change(
    action: ConsultationAction, values: dict[str, Any], *, version: int, by, at: datetime | None = None
) -> ConsultationAction:
    """Change an action; another owner is told that it is theirs now.

    Raises EditConflict where somebody changed it meanwhile (not where they saved the very same), ActRefused where it
    is closed, the referral's state does not allow it, or the new owner has left.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(action)
        _refuse_closed(current)
        workflow.REFERRAL.check(ReferralAct.WRITE, current.consultation.referral.state)
        wanted = values_of(current) | {name: values[name] for name in FIELDS if name in values}
        wanted["interventions"] = sorted(wanted["interventions"], key=lambda item: item.pk)
        if wanted == values_of(current):
            drafts.drop(draft_key(current), by)
            return current
        if current.version != version:
            raise EditConflict("Somebody changed this action after you opened it.", current)
        before, owner = audit.state_of(current, FIELDS), current.owner
        if wanted["owner"] != owner:
            _refuse_who_has_left(wanted["owner"])
        for name in COLUMNS:
            setattr(current, name, wanted[name])
        current.version += 1
        current.save()
        current.interventions.set(wanted["interventions"])
        detail = audit.changes(before, audit.state_of(current, FIELDS))
        _record("action.changed", current, by=by, at=at, detail=detail)
        if current.owner != owner:
            _forget_notices(current, owner)
            _tell_owner(current, by=by, at=at)
        drafts.drop(draft_key(current), by)
    return current


def note(action: ConsultationAction, *, body: str, by, at: datetime | None = None) -> ActionProgress:
    """Add a note on how an open action is going; the same one sent twice is one. Notes are never changed.

    Raises ActRefused where the action is closed.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(action)
        if twice := _noted_just_now(current, by=by, at=at).filter(body=body).first():
            return twice
        _refuse_closed(current)
        made = ActionProgress.objects.create(action=current, body=body, by=by, at=at)
        _record("action.progress", current, by=by, at=at, detail={})
        drafts.drop(draft_key(current, "progress"), by)
    return made


def close(
    action: ConsultationAction, *, status: str, outcome: str, by, at: datetime | None = None
) -> ConsultationAction:
    """Mark an action as done or dropped, with what came of it. Raises ActRefused where it is closed already."""
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(action)
        if (current.status, current.outcome, current.closed_by) == (status, outcome, by):
            return current  # the same form sent twice
        _refuse_closed(current)
        current.status, current.outcome, current.closed_at, current.closed_by = status, outcome, at, by
        current.version += 1
        current.save()
        _record(f"action.{status}", current, by=by, at=at, detail={"outcome": outcome})
        _forget_notices(current, current.owner)
        drafts.drop(draft_key(current, "close"), by)
    return current


def reopen(action: ConsultationAction, *, reason: str, by, at: datetime | None = None) -> ConsultationAction:
    """Open an action again that was done or dropped. How it had ended, and why it is open again, become a note.

    Raises ActRefused where it is open, or the referral's state does not allow it.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(action)
        why = f"Why it is open again: {reason}"
        if current.status == ActionStatus.OPEN:
            if _noted_just_now(current, by=by, at=at).filter(body__endswith=why).exists():
                return current  # the same form sent twice
            raise ActRefused("This action is open, so there is nothing to reopen.")
        workflow.REFERRAL.check(ReferralAct.WRITE, current.consultation.referral.state)
        ended = date_format(timezone.localtime(current.closed_at), "DATE_FORMAT")
        ending = f"It was {current.get_status_display().lower()} on {ended}, said by {current.closed_by.name}."
        body = f"{ending}\n{current.outcome}\n\n{why}" if current.outcome else f"{ending}\n\n{why}"
        ActionProgress.objects.create(action=current, body=body, by=by, at=at)
        before = current.get_status_display()
        current.status, current.outcome, current.closed_at, current.closed_by = ActionStatus.OPEN, "", None, None
        current.version += 1
        current.save()
        _record("action.reopened", current, by=by, at=at, detail={"was": before, "reason": reason})
        _tell_owner(current, by=by, at=at)
        drafts.drop(draft_key(current, "reopen"), by)
    return current


def values_of(action: ConsultationAction) -> dict[str, Any]:
    """What stands in an action now, by the names in FIELDS."""
    now = {name: getattr(action, name) for name in COLUMNS}
    return now | {"interventions": sorted(action.interventions.all(), key=lambda item: item.pk)}


def agreed(consultation: Consultation) -> list[ConsultationAction]:
    """The actions of one consultation with all that its pages show of them, in two queries; each has `notes`."""
    return list(with_owners(consultation.actions.all()).annotate(notes=Count("progress")))


def with_owners(actions: QuerySet) -> QuerySet:
    """With the owner and the intervention options, whatever the number of actions."""
    return actions.select_related("owner").prefetch_related("interventions")


def may_work_on(user, action: ConsultationAction) -> bool:
    """Whether this person may note how it goes and say how it ended: it is theirs, or they record consultations."""
    return action.owner_id == user.pk or can(user, Permission.CONSULTATION_WRITE)


def known_contexts(user) -> list[str]:
    """Names of places, schools and groups that this person has seen in referrals, the most frequent first.

    From other actions, the columns of Appendix A, and the detail of the data entry form: one query each.
    """
    referrals_seen = Referral.objects.visible_to(user)
    counts: dict[str, int] = {}
    for path in ("consultation__actions__context_name", "consultation__framework_places__name", "entry__detail"):
        names = referrals_seen.filter(**{f"{path}__gt": ""}).order_by()
        for name, number in names.values_list(path).annotate(number=Count("pk")).order_by("-number")[:SUGGESTIONS]:
            counts[name] = counts.get(name, 0) + number
    return sorted(counts, key=lambda name: (-counts[name], name))[:SUGGESTIONS]


def draft_key(action: ConsultationAction, form: str = "") -> str:
    """The key under which what is typed into a form about this action is kept; "" is the action itself."""
    return f"action:{action.pk}:{form}" if form else f"action:{action.pk}"


def page_of(action: ConsultationAction) -> str:
    """The address of an action's own page."""
    return reverse("consultations:action", args=[action.pk])


def _locked(action: ConsultationAction) -> ConsultationAction:
    rows = ConsultationAction.objects.select_for_update(of=("self",))
    return rows.select_related("owner", "closed_by", "consultation__referral").get(pk=action.pk)


def _noted_just_now(action: ConsultationAction, *, by, at: datetime) -> QuerySet:
    return action.progress.filter(by=by, at__range=(at - referrals.SENT_TWICE, at + referrals.SENT_TWICE))


def _refuse_closed(action: ConsultationAction) -> None:
    if action.status != ActionStatus.OPEN:
        raise ActRefused(f"This action is already {action.get_status_display().lower()}.")


def _refuse_who_has_left(owner) -> None:
    if owner is not None and not owner.is_active:
        raise ActRefused(f"{owner.name} has left. Choose somebody else to do this action.")


def _tell_owner(action: ConsultationAction, *, by, at: datetime) -> None:
    """An action that is given to somebody waits for them; who gave it to themselves knows."""
    if action.owner_id and action.owner_id != by.pk:
        words = f"An action of {action.consultation.referral.reference} is yours to do."
        notices.tell(
            [action.owner], words, key=f"action:{action.pk}:given:{action.version}", url=page_of(action), at=at
        )


def _forget_notices(action: ConsultationAction, owner) -> None:
    """What `owner` has not read about an action that is closed, or somebody else's now, is taken back."""
    if owner is not None:
        unread = Notice.objects.visible_to(owner).unread().filter(key__startswith=f"action:{action.pk}:")
        notices.forget(*unread.values_list("key", flat=True))


def _record(act: str, action: ConsultationAction, *, by, at: datetime, detail: dict) -> None:
    label = action.consultation.referral.reference
    audit.record(act, by=by, subject=action, label=label, detail=detail, at=at)
