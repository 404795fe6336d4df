"""Context safeguarding conferences: arranged, changed, called off, held; their decisions, and what was agreed there."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from accounts.permissions import Permission, can
from core import drafts, texts
from core.models import Text
from core.workflow import ActRefused, EditConflict

from .. import workflow
from ..choices import ConferenceStatus, ContextAct
from ..models import Conference, Context
from . import conference_people, steps
from .conference_steps import NOT_ARRANGED, draft_key, locked, need_whole, need_whole_text, record, when

# What a person says of a conference that is arranged.
FIELDS = ["kind", "on", "starts_at", "place", "purpose", "chair", "chair_name", "chair_agency"]
# Whoever is invited is told where one of these changes.
_TOLD = ["on", "starts_at", "place"]


def why_not_independent(context: Context, person) -> str:
    """Why this person is not independent enough to chair a conference of this context, "" where they are."""
    if context.lead_id == person.pk:
        return f"{person.name} leads the work on this context, so they cannot chair its conference."
    if context.members.filter(user=person).exists():
        return f"{person.name} works on this context, so they cannot chair its conference."
    if context.referrals.filter(made_by=person).exists():
        return f"{person.name} referred this context, so they cannot chair its conference."
    return ""


def arrange(context: Context, values: dict[str, Any], *, by, at: datetime | None = None) -> Conference:
    """Arrange a conference; `values` by the names in FIELDS. The same form sent twice makes one.

    Raises ActRefused where the state does not allow it, where one is arranged already, or the chair is not independent.
    """
    at = at or timezone.now()
    given = {name: values[name] for name in FIELDS}
    with transaction.atomic():
        current = steps.locked(context)
        drafts.drop(steps.draft_key(current, "arrange"), by)
        workflow.CONTEXT.check(ContextAct.CONFER, current.state)
        if there := current.conferences.filter(status=ConferenceStatus.ARRANGED).first():
            if there.made_by_id == by.pk and {name: getattr(there, name) for name in FIELDS} == given:
                return there
            raise ActRefused("A conference is arranged already. Change it, record it or call it off first.")
        _check_chair(current, given["chair"])
        came_from = current.state
        conference = Conference(context=current, came_from=came_from, made_by=by, made_at=at, **given)
        conference.decisions = Text.objects.create()
        conference.save()
        current = steps.take(current, ContextAct.CONFER, by=by, at=at, words=when(conference))
        conference.context = current
        record(conference, "context.conference-arranged", by=by, at=at, kind=conference.kind)
        conference_people.tell_chair(conference, by=by, at=at)
    return conference


def change(
    conference: Conference, values: dict[str, Any], *, seen_version: int | None, by, at: datetime | None = None
) -> Conference:
    """Another day, time, place, chair or purpose; whoever is invited is told of a new day, time or place.

    Raises EditConflict where somebody changed it since, ActRefused where it is over or the chair is not independent.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = locked(conference, arranged=True)
        drafts.drop(draft_key(current, "change"), by)
        before = {name: getattr(current, name) for name in FIELDS}
        if before == {name: values[name] for name in FIELDS}:
            return current
        need_changeable(current, by=by)  # before the conflict, which shows what stands there now
        if seen_version is not None and seen_version != current.version:
            raise EditConflict("Somebody changed this conference after you opened this page.", current)
        _check_chair(current.context, values["chair"])
        for name in FIELDS:
            setattr(current, name, values[name])
        current.version += 1
        moved = [name for name in _TOLD if before[name] != values[name]]
        current.invitation += bool(moved)
        current.save()
        changed = [name for name in FIELDS if before[name] != values[name]]
        record(current, "context.conference-changed", by=by, at=at, changed=changed)
        if moved:
            conference_people.invite_again(current, by=by, at=at)
        if "chair" in changed or moved:
            conference_people.tell_chair(current, by=by, at=at)
    return current


def call_off(conference: Conference, *, reason: str, by, at: datetime | None = None) -> Conference:
    """It does not take place, and why. The context goes back to where it stood before; who was invited is told."""
    at = at or timezone.now()
    with transaction.atomic():
        current = locked(conference, arranged=True)
        workflow.CONTEXT.check(ContextAct.CALL_OFF, current.context.state)
        current.status, current.ended_at, current.ended_by = ConferenceStatus.OFF, at, by
        current.off_because = reason
        current.version += 1
        current.invitation += 1
        current.save()
        # A review goes back to reviewing: the plan is in force all the time.
        current.context = steps.take(
            current.context, ContextAct.CALL_OFF, by=by, at=at, reason=reason, state=current.came_from
        )
        drafts.drop(draft_key(current, "call-off"), by)
        conference_people.tell_it_is_off(current, by=by, at=at)
    return current


def hold(conference: Conference, *, held_on: date, review_on: date, by, at: datetime | None = None) -> Conference:
    """It was held, and the plan is looked at again on `review_on`. Decisions can still be written.

    Raises ActRefused where the chair has come to lead or work on the context meanwhile.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = locked(conference, arranged=True)
        workflow.CONTEXT.check(ContextAct.HOLD, current.context.state)
        if current.chair and (reason := why_not_independent(current.context, current.chair)):
            raise ActRefused(f"{reason} Say who chaired it first: change the conference.")
        current.status, current.ended_at, current.ended_by = ConferenceStatus.HELD, at, by
        current.on, current.review_on = held_on, review_on
        current.version += 1
        current.save()
        words = date_format(held_on, "DATE_FORMAT")
        current.context = steps.take(current.context, ContextAct.HOLD, by=by, at=at, words=words, review_on=review_on)
        drafts.drop(draft_key(current, "hold"), by)
    return current


def save_decisions(
    conference: Conference, *, body: str, base_version: int, by, at: datetime | None = None, **page
) -> texts.SaveResult:
    """Save what was decided, as `core.texts.save` does.

    Raises ActRefused where the context is closed, the conference was called off, or `by` may not read all of it.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = locked(conference)
        if current.status == ConferenceStatus.OFF:
            raise ActRefused("This conference was called off, so nothing was decided there.")
        need_whole_text(current, current.decisions_id, by=by)
        result = texts.save(current.decisions_id, body=body, base_version=base_version, by=by, at=at, **page)
        if result.new_aside:
            record(current, "context.decisions-set-aside", by=by, at=at, on_version=base_version)
        elif result.new_version:
            record(current, "context.decisions-written", by=by, at=at, version=result.text.version)
    return result


def agree(conference: Conference, *, goals: Iterable, actions: Iterable, by, at: datetime | None = None) -> Conference:
    """Say which goals and actions of the plan were agreed there: together they are its intervention plan."""
    at = at or timezone.now()
    with transaction.atomic():
        current = locked(conference)
        if current.status == ConferenceStatus.OFF:
            raise ActRefused("This conference was called off, so nothing was agreed there.")
        plans = {"goals": list(goals), "actions": list(actions)}
        if any(one.context_id != current.context_id for rows in plans.values() for one in rows):
            raise ActRefused("This goal or action belongs to another context.")
        before = {name: set(getattr(current, name).values_list("pk", flat=True)) for name in plans}
        if before == {name: {one.pk for one in rows} for name, rows in plans.items()}:
            return current
        for name, rows in plans.items():
            getattr(current, name).set(rows)
        numbers = {name: len(rows) for name, rows in plans.items()}
        record(current, "context.conference-agreed", by=by, at=at, **numbers)
    return current


def need_arranged(conference: Conference, act: str) -> None:
    """Raises ActRefused where this conference is over, or the state of its context does not allow `act`."""
    workflow.CONTEXT.check(act, conference.context.state)
    if not conference.is_arranged:
        raise ActRefused(NOT_ARRANGED)


def need_not_off(conference: Conference) -> None:
    """Raises ActRefused where this conference was called off, or its context is not worked on."""
    workflow.CONTEXT.check(ContextAct.WORK, conference.context.state)
    if conference.status == ConferenceStatus.OFF:
        raise ActRefused("This conference was called off.")


def need_changeable(conference: Conference, *, by) -> None:
    """Raises ActRefused where this conference is over, or `by` may not read all that its form would show."""
    need_arranged(conference, ContextAct.WORK)
    for text in (conference.purpose, conference.place, conference.chair_name, conference.chair_agency):
        need_whole(conference, text, by=by)


def _check_chair(context: Context, chair) -> None:
    if chair is None:
        return
    if not (chair.is_active and can(chair, Permission.CONFERENCE_SEE)):
        raise ActRefused(f"{chair.name} cannot read conferences here, so they cannot chair one.")
    if reason := why_not_independent(context, chair):
        raise ActRefused(f"{reason} Choose somebody independent.")
