"""Feedback, toolkit step 6: "You may wish to follow up with the practitioner regarding the case".

It is asked for some weeks after the consultation was held, chased once, and outstanding after that (product.md,
"Referrals" 7). The referrer gives it; where they cannot, a CS practitioner records it on their behalf.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission, can
from core import audit, drafts, notices
from core.models import CaseworkSettings
from core.models.actions import ActionStatus
from core.workflow import ActRefused, EditConflict

from .. import workflow
from ..choices import ReferralAct, ReferralState, WhatHappened
from ..models import ActionFeedback, ConsultationAction, Feedback, Referral
from . import referrals

BATCH = 200  # rows of one transaction of a round
FIELDS = ["used", "useful", "young_person", "context"]
# Whose roles decide whom to ask; read for a whole batch at once.
_ASKED = ("referral__referrer", "referral__made_by", "referral__allocated_to")
_HELD_BY = "referral__consultation__held_recorded_by"


def ask_due(at: datetime) -> int:
    """Ask for feedback wherever the interval has passed since a consultation was held here; how many were asked.

    One row a referral, whoever gets there first: a round that runs twice, or two at once, ask nobody twice. What
    somebody else has in hand at this moment is left to the next round.
    """
    weeks = CaseworkSettings.current().feedback_after_weeks
    due, asked = list(_due(timezone.localdate(at) - timedelta(weeks=weeks))), 0
    for first in range(0, len(due), BATCH):
        with transaction.atomic():
            free = Referral.objects.filter(pk__in=due[first : first + BATCH]).order_by("pk")
            free = free.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)
            rows = [Feedback(referral_id=pk, asked_at=at) for pk in free]
            Feedback.objects.bulk_create(rows, ignore_conflicts=True)
            ours = _with_people(Feedback.objects.filter(pk__in=[row.pk for row in rows]))
            _tell(ours, "asked", "What came of the consultation? Feedback about referral {} is due.", at=at)
            asked += len(ours)
    return asked


def chase(at: datetime) -> int:
    """Remind once of feedback that was asked for and has not come; how many were reminded."""
    weeks = CaseworkSettings.current().feedback_chase_after_weeks
    quiet = Feedback.objects.outstanding().filter(chased_at=None, asked_at__lte=at - timedelta(weeks=weeks))
    chased = 0
    while True:
        with transaction.atomic():
            found = list(quiet.order_by("asked_at").select_for_update(skip_locked=True)[:BATCH])
            if not found:
                return chased
            Feedback.objects.filter(pk__in=[row.pk for row in found]).update(chased_at=at)
            rows = _with_people(Feedback.objects.filter(pk__in=[row.pk for row in found]))
            _tell(rows, "chased", "Feedback about referral {} is still missing. It takes about two minutes.", at=at)
            chased += len(rows)


def give(referral: Referral, values: dict[str, Any], *, version: int, by, at: datetime | None = None) -> Feedback:
    """Give feedback, or change what was given. May be given before it is asked for.

    `values`: those of FIELDS, and "actions", {id of an action: (what happened, in words)}. `version` is the one that
    the page showed, 0 where there was none. Raises ActRefused before the consultation was held, or where a CS
    practitioner would change the referrer's own answer; EditConflict where somebody gave or changed it meanwhile.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = referrals.locked(referral)
        workflow.REFERRAL.check(ReferralAct.GIVE_FEEDBACK, current.state)
        rows = Feedback.objects.filter(referral=current).select_related("answered_by")
        feedback = rows.select_for_update(of=("self",)).first()  # a round may be chasing it just now
        feedback = feedback or Feedback(referral=current, asked_at=at, version=0)
        before = _state(feedback) if feedback.answered_at else {}
        actions = _of_this_consultation(current, values["actions"])
        after = {name: values[name] for name in FIELDS} | _keyed(actions)
        if feedback.answered_at:
            if is_referrers_own(feedback, current) and not is_own(by, current):
                raise ActRefused(f"{feedback.answered_by.name} gave this feedback, so only they can change it.")
            speaks_first = is_own(by, current) and not is_referrers_own(feedback, current)
            if not audit.changes(before, after) and not speaks_first:
                drafts.drop(draft_key(current), by)
                return feedback  # the same form, sent twice
            if feedback.version != version:
                raise EditConflict("Somebody saved this feedback after you opened it.", feedback)
        act = "feedback.changed" if feedback.answered_at else "feedback.given"
        for name in FIELDS:
            setattr(feedback, name, values[name])
        if feedback.answered_at is None or (is_own(by, current) and not is_referrers_own(feedback, current)):
            feedback.answered_at, feedback.answered_by = at, by
        feedback.version += 1
        feedback.save()
        _save_actions(feedback, actions)
        changed = audit.changes(before, after)
        detail = changed if before else {"useful": feedback.useful, "changed": changed}
        audit.record(act, by=by, subject=current, label=current.reference, detail=detail, at=at)
        notices.forget(*(_key(current.pk, about) for about in ("asked", "chased")))
        drafts.drop(draft_key(current), by)
    return feedback


def draft_key(referral: Referral) -> str:
    """The key under which what is typed into the feedback form is kept."""
    return referrals.draft_key(referral, "feedback")


def is_own(user, referral: Referral) -> bool:
    """Whether this person speaks for the referrer's side: the referrer, or the colleague who made the referral.

    A CS practitioner who took the referral in for somebody else does not: they record on the referrer's behalf.
    """
    if user.pk == referral.referrer_id:
        return True
    made_it = user.pk == referral.made_by_id and not referral.imported
    return made_it and not can(user, Permission.CONSULTATION_WRITE)


def may_give(user, referral: Referral) -> bool:
    """Whether this person may give feedback about a referral that they see: the referrer's side, or for it."""
    if not can(user, Permission.FEEDBACK_GIVE):
        return False
    return is_own(user, referral) or can(user, Permission.CONSULTATION_WRITE)


def is_referrers_own(feedback: Feedback, referral: Referral) -> bool:
    """Whether the referrer's side gave this feedback itself, so that nobody else may change it."""
    return feedback.answered_by is not None and is_own(feedback.answered_by, referral)


def whom_to_ask(referral: Referral) -> User | None:
    """Who gives feedback, or records it for a referrer who cannot; None where nobody is left.

    The referrer, else who made the referral; where the referrer has no account here or both have left, the CS
    practitioner to whom it is allocated, else the one who held the consultation.
    """
    own = [referral.referrer, None if referral.imported else referral.made_by] if referral.referrer_id else []
    for person in own:
        if person is not None and can(person, Permission.FEEDBACK_GIVE):
            return person
    held_by = referral.consultation.held_recorded_by
    for person in (referral.allocated_to, held_by):
        if person is not None and can(person, Permission.CONSULTATION_WRITE):
            seen = referral.restricted_at is None or Referral.objects.visible_to(person).filter(pk=referral.pk).exists()
            if seen:
                return person
    return None


def to_give(user) -> QuerySet[Feedback]:
    """The feedback that this person is asked for, as the referrer or in the place of one who has left."""
    left = Q(referral__made_by=user, referral__imported=False, referral__referrer__is_active=False)
    return Feedback.objects.visible_to(user).outstanding().filter(Q(referral__referrer=user) | left)


def to_follow_up(user) -> QuerySet[Feedback]:
    """What a CS practitioner has to look after: chased in vain, or nobody there who could answer here."""
    gone = Q(referral__referrer__is_active=False, referral__made_by__is_active=False)
    nobody = Q(referral__referrer=None) | gone
    waiting = Feedback.objects.visible_to(user).outstanding()
    return waiting.filter(Q(chased_at__isnull=False) | nobody).exclude(pk__in=to_give(user).values("pk"))


def actions_to_ask_about(referral: Referral, feedback: Feedback | None) -> list[ConsultationAction]:
    """The actions that feedback is about, oldest first: not those that were dropped, unless it speaks of them."""
    spoken_of = Q(feedback__feedback=feedback) if feedback else Q(pk=None)
    actions = ConsultationAction.objects.filter(consultation__referral=referral)
    wanted = actions.filter(~Q(status=ActionStatus.DROPPED) | spoken_of)
    return list(wanted.select_related("owner").order_by("created_at", "pk").distinct())


@dataclass(frozen=True)
class ActionLine:
    """What the feedback says of one action; `close_url` where it is done in the referrer's eyes and open here."""

    said: ActionFeedback
    close_url: str = ""


@dataclass(frozen=True)
class Summary:
    """What the page of a referral shows of feedback, to one reader."""

    feedback: Feedback | None
    lines: list[ActionLine]
    may_give: bool
    for_referrer: bool
    own_answer: bool

    @property
    def is_given(self) -> bool:
        return bool(self.feedback and self.feedback.answered_at)

    @property
    def may_change(self) -> bool:
        """Whether the reader may change what was given."""
        return self.may_give and self.is_given and not (self.own_answer and self.for_referrer)


def summary(referral: Referral, user) -> Summary | None:
    """The feedback about a referral as `user` sees it; None before the consultation was held."""
    if referral.state != ReferralState.HELD:
        return None
    feedback = Feedback.objects.filter(referral=referral).select_related("answered_by").first()
    if feedback is None and not referral.consultation.recorded_here:
        return None
    lines = []
    if feedback is not None and feedback.answered_at:
        may_close_all = can(user, Permission.CONSULTATION_WRITE)
        for said in feedback.actions.select_related("action__owner"):
            open_here = said.happened == WhatHappened.DONE and said.action.status == ActionStatus.OPEN
            may_close = open_here and (may_close_all or said.action.owner_id == user.pk)
            url = reverse("consultations:close-action", args=[said.action_id]) if may_close else ""
            lines.append(ActionLine(said, url))
    return Summary(
        feedback=feedback,
        lines=lines,
        may_give=may_give(user, referral),
        for_referrer=not is_own(user, referral),
        own_answer=feedback is not None and is_referrers_own(feedback, referral),
    )


def _due(until: date) -> QuerySet:
    """The ids of the referrals whose consultation was held here on `until` or before, and nobody was asked yet."""
    held = Referral.objects.filter(
        state=ReferralState.HELD,
        consultation__held_on__lte=until,
        consultation__held_recorded_at__isnull=False,
        feedback=None,
    )
    return held.order_by("consultation__held_on", "pk").values_list("pk", flat=True)


def _with_people(rows: QuerySet[Feedback]) -> list[Feedback]:
    """The rows with everybody who may be asked, and their roles, in a fixed number of queries."""
    roles = [f"{path}__role_grants" for path in (*_ASKED, _HELD_BY)]
    return list(rows.select_related(*_ASKED, _HELD_BY).prefetch_related(*roles))


def _tell(rows: Iterable[Feedback], about: str, words: str, *, at: datetime) -> None:
    tellings, subjects = [], []
    for feedback in rows:
        referral = feedback.referral
        subjects.append((referral, referral.reference))
        person = whom_to_ask(referral)
        if person is None:
            continue
        line = words.format(referral.reference)
        if not is_own(person, referral):
            line = f"{line} The referrer cannot give it here: ask them, and record what they say."
        url = reverse("consultations:feedback", args=[referral.pk])
        tellings.append(notices.Telling(person, line, _key(referral.pk, about), url))
    audit.record_each(f"feedback.{about}", subjects, by=None, at=at)
    notices.tell_each(tellings, at=at)


def _key(referral_id, about: str) -> str:
    return f"feedback:{referral_id}:{about}"


def _of_this_consultation(referral: Referral, given: dict) -> dict:
    """`given` without actions of another consultation."""
    known = ConsultationAction.objects.filter(consultation__referral=referral, pk__in=list(given))
    return {pk: given[pk] for pk in known.values_list("pk", flat=True)}


def _save_actions(feedback: Feedback, given: dict) -> None:
    rows = [
        ActionFeedback(feedback=feedback, action_id=pk, happened=one, words=words) for pk, (one, words) in given.items()
    ]
    ActionFeedback.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["feedback", "action"], update_fields=["happened", "words"]
    )


def _keyed(actions: dict) -> dict[str, list[str]]:
    return {f"action {pk}": [happened, words] for pk, (happened, words) in actions.items()}


def _state(feedback: Feedback) -> dict[str, Any]:
    said = {one.action_id: (one.happened, one.words) for one in feedback.actions.all()}
    return audit.state_of(feedback, FIELDS) | _keyed(said)
