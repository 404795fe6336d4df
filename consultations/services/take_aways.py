"""Questions that nobody in the room could answer, each for a named person to take away (the toolkit, Appendix B)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from core import audit, drafts, notices
from core.models import FormSection
from core.models.actions import ActionStatus
from core.models.notices import Notice
from core.workflow import ActRefused, EditConflict

from .. import workflow
from ..choices import ReferralAct
from ..models import Consultation, TakeAway
from . import referrals

FIELDS = ["what", "owner", "owner_name", "owner_agency", "due"]
NEW = "take-away:new"


def of(consultation: Consultation) -> list[TakeAway]:
    """The questions of a consultation, each with its owner and section; the next due first, in one query."""
    return list(consultation.take_aways.select_related("owner", "section", "closed_by"))


def add(
    consultation: Consultation,
    values: dict[str, Any],
    *,
    by,
    section: FormSection | None = None,
    draft: str = NEW,
    at: datetime | None = None,
) -> TakeAway:
    """A new question; `values` by the names in FIELDS, `section` the one it was asked in. Its owner is told.

    `draft` is the form whose kept text is done with. Raises ActRefused where the referral's state does not allow it.
    """
    at = at or timezone.now()
    given = {name: values[name] for name in FIELDS} | {"section": section}
    with transaction.atomic():
        referral = _locked(consultation)
        just_now = (at - referrals.SENT_TWICE, at + referrals.SENT_TWICE)  # whichever of the two got here first
        if twice := consultation.take_aways.filter(**given, created_by=by, created_at__range=just_now).first():
            return twice
        question = TakeAway.objects.create(consultation=consultation, created_by=by, created_at=at, **given)
        _record("take-away.added", question, by=by, at=at, detail={"section": section.key if section else ""})
        _tell_owner(question, by=by, at=at)
        drafts.drop(referrals.draft_key(referral, draft), by)
    return question


def change(question: TakeAway, values: dict[str, Any], *, version: int, by, at: datetime | None = None) -> TakeAway:
    """Change a question. Raises EditConflict where somebody changed it meanwhile, ActRefused once it is answered."""
    at = at or timezone.now()
    with transaction.atomic():
        _locked(question.consultation)
        current = _current(question)
        if current.version != version:
            if all(getattr(current, name) == values[name] for name in FIELDS):
                drafts.drop(draft_key(current, "change"), by)
                return current  # the same form, sent twice
            raise EditConflict("Somebody changed this question after you opened it.", current)
        _check_open(current)
        before, owner = audit.state_of(current, FIELDS), current.owner
        for name in FIELDS:
            setattr(current, name, values[name])
        current.version += 1
        current.save()
        changed = audit.changes(before, audit.state_of(current, FIELDS))
        _record("take-away.changed", current, by=by, at=at, detail=changed)
        if "owner" in changed:
            _forget_notices(current, owner)
            _tell_owner(current, by=by, at=at)
        drafts.drop(draft_key(current, "change"), by)
    return current


def answer(question: TakeAway, *, status: str, outcome: str, by, at: datetime | None = None) -> TakeAway:
    """Say what was found out, or why nobody will. Raises ActRefused where somebody did before.

    The referral's state does not matter: what somebody took away they may answer after it was closed.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = _current(question)
        just_now = current.closed_at and abs(at - current.closed_at) <= referrals.SENT_TWICE
        if just_now and (current.status, current.outcome, current.closed_by_id) == (status, outcome, by.pk):
            return current  # the same form, sent twice
        _check_open(current)
        current.status, current.outcome, current.closed_at, current.closed_by = status, outcome, at, by
        current.version += 1
        current.save()
        _record(f"take-away.{status}", current, by=by, at=at, detail={"outcome": outcome})
        _forget_notices(current, current.owner)
        _tell_asker(current, by=by, at=at)
        drafts.drop(draft_key(current, "answer"), by)
    return current


def draft_key(question: TakeAway, form: str) -> str:
    """The key under which what is typed into a form about this question is kept."""
    return f"take-away:{question.pk}:{form}"


def _locked(consultation: Consultation):
    referral = referrals.locked(consultation.referral)
    workflow.REFERRAL.check(ReferralAct.WRITE, referral.state)
    return referral


def _current(question: TakeAway) -> TakeAway:
    rows = TakeAway.objects.select_related("owner", "created_by", "consultation__referral")
    return rows.select_for_update(of=("self",)).get(pk=question.pk)


def _check_open(question: TakeAway) -> None:
    if question.status != ActionStatus.OPEN:
        words = "answered" if question.status == ActionStatus.DONE else "dropped"
        raise ActRefused(f"This question is {words} already.")


def _tell_owner(question: TakeAway, *, by, at: datetime) -> None:
    if question.owner_id and question.owner_id != by.pk:
        words = f"A question from consultation {question.consultation.referral.reference} is yours to find out."
        key = f"take-away:{question.pk}:owner:{question.version}"
        url = reverse("consultations:take-away", args=[question.pk])
        notices.tell([question.owner], words, key=key, url=url, at=at)


def _forget_notices(question: TakeAway, owner) -> None:
    """What `owner` has not read about a question that is answered, or somebody else's now, is taken back."""
    if owner is not None:
        waiting = Notice.objects.visible_to(owner).unread().filter(key__startswith=f"take-away:{question.pk}:")
        notices.forget(*waiting.exclude(key__endswith=":closed").values_list("key", flat=True))


def _tell_asker(question: TakeAway, *, by, at: datetime) -> None:
    """Who put the question down, unless they answered it themselves."""
    if question.created_by_id != by.pk:
        words = f"A question from consultation {question.consultation.referral.reference} is answered."
        if question.status == ActionStatus.DROPPED:
            words = f"A question from consultation {question.consultation.referral.reference} is dropped."
        url = reverse("consultations:take-away", args=[question.pk])
        notices.tell([question.created_by], words, key=f"take-away:{question.pk}:closed", url=url, at=at)


def _record(act: str, question: TakeAway, *, by, at: datetime, detail: dict) -> None:
    label = question.consultation.referral.reference
    audit.record(act, by=by, subject=question, label=label, detail=detail, at=at)
