"""Who works on a context, what it is called, and how the work ends and begins again."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from accounts.permissions import Permission, can
from core import drafts
from core.workflow import ActRefused

from .. import workflow
from ..choices import ContextAct, ContextState
from ..models import Context, ContextMember
from ..sight import Sight
from . import assessments, mentions, plan, referring, steps


def give(
    context: Context,
    *,
    lead,
    by,
    people: Iterable | None = None,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Context:
    """Say who leads the work on a context, and with `people` who works on it beside them. They read its casework.

    Raises ActRefused for somebody who cannot work on contexts, EditConflict where somebody changed the context since.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = steps.locked(context)
        workflow.CONTEXT.check(ContextAct.ALLOCATE, current.state)
        steps.check_version(current, seen_version)
        before = {member.user_id: member for member in current.members.select_related("user")}
        wanted = {person.pk: person for person in people} if people is not None else None
        if wanted is not None and lead is not None:
            wanted.pop(lead.pk, None)
        drafts.drop(steps.draft_key(current, "people"), by)
        comers = [person for pk, person in (wanted or {}).items() if pk not in before]
        goers = [member for pk, member in before.items() if wanted is not None and pk not in wanted]
        for person in [*comers, *([lead] if lead is not None and lead.pk != current.lead_id else [])]:
            if not can(person, Permission.CONTEXT_WORK):
                raise ActRefused(f"{person.name} cannot work on contexts.")
        if not comers and not goers and current.lead_id == (lead.pk if lead else None):
            return current  # the same form sent twice, or two people of one mind
        told = [*comers, *([lead] if lead is not None and lead.pk != current.lead_id else [])]
        ContextMember.objects.filter(pk__in=[member.pk for member in goers]).delete()
        ContextMember.objects.bulk_create(ContextMember(context=current, user=one, by=by, at=at) for one in comers)
        names = ", ".join(person.name for person in [*([lead] if lead else []), *(wanted or {}).values()])
        current = steps.take(current, ContextAct.ALLOCATE, by=by, at=at, words=names or "Nobody", lead=lead)
        if comers or goers:
            who = {"came": [one.pk for one in comers], "went": [member.user_id for member in goers]}
            steps.record(current, "context.members", by=by, at=at, **who)
        words = f"You work on context {current.reference}."
        steps.tell(current, told, words, f"given:{current.version}", by=by, at=at)
    return current


def change(
    context: Context,
    *,
    name: str | None = None,
    place: str | None = None,
    by,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Context:
    """Another name or place; None leaves it as it is. The old name stays one by which the context is found.

    Raises ActRefused where what is changed names somebody whom `by` may not see.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = steps.locked(context)
        workflow.CONTEXT.check(ContextAct.CHANGE, current.state)
        drafts.drop(steps.draft_key(current, "change"), by)
        name, place = (old if new is None else new for old, new in ((current.name, name), (current.place, place)))
        if (current.name, current.place) == (name, place):
            return current
        sight = Sight(by, current)
        if any(old != new and not sight.is_whole(old) for old, new in ((current.name, name), (current.place, place))):
            raise ActRefused("It names somebody whom you may not see. Ask somebody who may see them to change it.")
        current = steps.take(
            current, ContextAct.CHANGE, by=by, at=at, words=name, seen_version=seen_version, name=name, place=place
        )
        referring.name_it(current, name, by=by, at=at)
        mentions.adopt(current)
    return current


def finish_assessing(context: Context, *, reason: str, by, at: datetime | None = None) -> Context:
    """The assessment is finished, and what follows from it; the plan comes next.

    Raises ActRefused where the assessment lacks what it needs (`assessments.missing`).
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = steps.locked(context)
        workflow.CONTEXT.check(ContextAct.PLAN, current.state)
        assessments.refuse_unfinished(current)
        current = steps.take(current, ContextAct.PLAN, by=by, at=at, reason=reason)
        assessments.finish(assessments.latest(current), by=by, at=at)
        drafts.drop(steps.draft_key(current, "next"), by)
    return current


def begin_reviewing(context: Context, *, reason: str, by, review_on=None, at: datetime | None = None) -> Context:
    """The plan is looked at again on `review_on`: it is in force without a conference, or was reviewed just now.

    `reason` says why there is no conference, or what the review found. The same form sent twice is one review.
    """
    with transaction.atomic():
        current = steps.locked(context)
        last = current.decisions.filter(act=ContextAct.REVIEW).order_by("at", "pk").last()
        twice = last and (last.by, last.reason, current.review_on) == (by, reason, review_on)
        if twice and current.state == ContextState.REVIEWING:
            return current
        day = date_format(review_on, "DATE_FORMAT") if review_on else ""
        current = steps.take(context, ContextAct.REVIEW, by=by, at=at, reason=reason, words=day, review_on=review_on)
        drafts.drop(steps.draft_key(current, "next"), by)
    return current


def move_review(context: Context, *, reason: str, review_on: date, by, at: datetime | None = None) -> Context:
    """The work is looked at on another day, and why. The same form sent twice moves it once."""
    with transaction.atomic():
        current = steps.locked(context)
        workflow.CONTEXT.check(ContextAct.MOVE_REVIEW, current.state)
        drafts.drop(steps.draft_key(current, "move-review"), by)
        if current.review_on == review_on:
            return current
        day = date_format(review_on, "DATE_FORMAT")
        return steps.take(current, ContextAct.MOVE_REVIEW, by=by, at=at, reason=reason, words=day, review_on=review_on)


def close(
    context: Context,
    *,
    outcome: str,
    words: str,
    by,
    drop_actions: bool = False,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Context:
    """Close a context with what came of it. Open actions of its plan stay with their owners, or are dropped too."""
    at = at or timezone.now()
    with transaction.atomic():
        ended = {"closed_at": at, "closed_by": by, "outcome": outcome, "closing_words": words, "review_on": None}
        current = steps.take(context, ContextAct.CLOSE, by=by, at=at, reason=words, seen_version=seen_version, **ended)
        if drop_actions:
            plan.drop_open(current, outcome=words, by=by, at=at)
        line = f"Context {current.reference} is closed."
        people = [*steps.tellers(current), *steps.workers(current)]
        steps.tell(current, people, line, f"closed:{current.version}", by=by, at=at)
        drafts.drop(steps.draft_key(current, "close"), by)
    return current


def reopen(context: Context, *, reason: str, by, at: datetime | None = None) -> Context:
    """Take up a closed context again, and why. Its closing stays among its decisions."""
    at = at or timezone.now()
    with transaction.atomic():
        current = steps.take(context, ContextAct.REOPEN, by=by, at=at, reason=reason, **referring.reopened())
        line = f"Context {current.reference} is open again."
        steps.tell(current, steps.workers(current), line, f"reopened:{current.version}", by=by, at=at)
        drafts.drop(steps.draft_key(current, "reopen"), by)
    return current
