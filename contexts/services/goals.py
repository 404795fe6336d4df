"""The goals of a plan: agreed, reworded, put in order, measured, met or given up."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from core import audit, drafts
from core.actions import SENT_TWICE
from core.workflow import ActRefused, EditConflict

from .. import workflow
from ..choices import ContextAct, GoalStatus
from ..models import Context, GoalReading, PlanGoal
from ..sight import Sight
from . import steps

FIELDS = ["words", "measure", "unit", "how"]
ANOTHER_VALUE = "There is another value of that day. Take it away first, if it is wrong."
HIDDEN = "It names somebody whom you may not see, so you cannot change what it says."


def add(context: Context, values: dict[str, Any], *, by, at: datetime | None = None) -> PlanGoal:
    """A new goal, the last of the plan; `values` by the names in FIELDS. The same form sent twice makes one."""
    at = at or timezone.now()
    with transaction.atomic():
        current = _writable(context)
        drafts.drop(steps.draft_key(current, "goal:new"), by)
        just_now = (at - SENT_TWICE, at + SENT_TWICE)
        if twice := current.goals.filter(**values, made_by=by, made_at__range=just_now).first():
            return twice
        last = current.goals.aggregate(last=Max("order"))["last"] or 0
        goal = PlanGoal.objects.create(context=current, order=last + 1, made_by=by, made_at=at, **values)
        _record("goal-added", goal, by=by, at=at)
    return goal


def change(goal: PlanGoal, values: dict[str, Any], *, version: int, by, at: datetime | None = None) -> PlanGoal:
    """Other words, or another measure. What is left out of `values` stays.

    Raises EditConflict where somebody changed it meanwhile, ActRefused where it is ended or names somebody hidden.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(goal)
        _refuse_ended(current)
        drafts.drop(draft_key(current, "change"), by)
        changed = {name: value for name, value in values.items() if getattr(current, name) != value}
        if not changed:
            return current  # the same form sent twice
        if current.version != version:
            raise EditConflict("Somebody changed this goal after you opened it.", current)
        sight = Sight(by, current.context)
        if not all(sight.is_whole(getattr(current, name)) for name in changed):
            raise ActRefused(HIDDEN)
        before = audit.state_of(current, FIELDS)
        for name, value in changed.items():
            setattr(current, name, value)
        current.version += 1
        current.save()
        _record("goal-changed", current, by=by, at=at, changed=audit.changes(before, audit.state_of(current, FIELDS)))
    return current


def move(goal: PlanGoal, *, up: bool, by, at: datetime | None = None) -> None:
    """Put a goal one place further up or down; the first and the last stay where they are."""
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(goal)
        goals = list(current.context.goals.all())
        place = next(number for number, one in enumerate(goals) if one.pk == current.pk)
        other = place - 1 if up else place + 1
        if not 0 <= other < len(goals):
            return
        goals[place], goals[other] = goals[other], goals[place]
        for number, one in enumerate(goals, start=1):
            if one.order != number:
                PlanGoal.objects.filter(pk=one.pk).update(order=number)
        _record("goal-moved", current, by=by, at=at, up=up)


def end(goal: PlanGoal, *, status: str, reason: str, by, at: datetime | None = None) -> PlanGoal:
    """A goal is met, or given up: how one knows, or why. Raises ActRefused where it is ended already."""
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(goal)
        drafts.drop(draft_key(current, "end"), by)
        if (current.status, current.ended_because, current.ended_by_id) == (status, reason, by.pk):
            return current  # the same form sent twice
        _refuse_ended(current)
        current.status, current.ended_because, current.ended_at, current.ended_by = status, reason, at, by
        current.version += 1
        current.save()
        _record(f"goal-{status}", current, by=by, at=at, reason=reason)
    return current


def take_up(goal: PlanGoal, *, reason: str, by, at: datetime | None = None) -> PlanGoal:
    """Work on a goal again that was met or given up, and why. How it had ended stays in the audit log."""
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(goal)
        drafts.drop(draft_key(current, "take-up"), by)
        if current.is_open:
            raise ActRefused("This goal is being worked on, so there is nothing to take up again.")
        was = {"was": current.get_status_display(), "because": current.ended_because}
        current.status, current.ended_because, current.ended_at, current.ended_by = GoalStatus.WORKING, "", None, None
        current.version += 1
        current.save()
        _record("goal-taken-up", current, by=by, at=at, reason=reason, **was)
    return current


def measure(
    goal: PlanGoal, *, on: date, value: Decimal | None, words: str, by, at: datetime | None = None
) -> GoalReading:
    """What the measure of a goal was on a day. The same one sent twice is one.

    Raises ActRefused where there is another value of that day: it is taken away first, so that none is lost unseen.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(goal)
        drafts.drop(draft_key(current, "measure"), by)
        if there := current.readings.filter(on=on).first():
            if (there.value, there.words) == (value, words):
                return there
            raise ActRefused(ANOTHER_VALUE)
        made = GoalReading.objects.create(goal=current, on=on, value=value, words=words, by=by, at=at)
        _record("goal-measured", current, by=by, at=at, on=on.isoformat(), value=str(value or ""), words=words)
    return made


def take_away(reading: GoalReading, *, by, at: datetime | None = None) -> None:
    """Take away a value that is wrong. The audit log keeps it."""
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(reading.goal)
        there = current.readings.filter(pk=reading.pk).first()
        if there is None:
            return  # the same form sent twice
        sight = Sight(by, current.context)
        if not sight.is_whole(there.words):
            raise ActRefused(HIDDEN)
        gone = {"on": there.on.isoformat(), "value": str(there.value or ""), "words": there.words}
        there.delete()
        _record("goal-value-taken-away", current, by=by, at=at, **gone)


def draft_key(goal: PlanGoal, form: str) -> str:
    """The key under which what is typed into a form about this goal is kept."""
    return f"goal:{goal.pk}:{form}"


def _writable(context: Context) -> Context:
    """The context, locked; raises ActRefused where nobody may write into its casework now."""
    current = steps.locked(context)
    workflow.CONTEXT.check(ContextAct.WORK, current.state)
    return current


def _locked(goal: PlanGoal) -> PlanGoal:
    """The goal as it stands now, its context locked before it; raises ActRefused where nobody may write there now."""
    context = _writable(goal.context)
    current = PlanGoal.objects.select_for_update(of=("self",)).get(pk=goal.pk)
    current.context = context
    return current


def _refuse_ended(goal: PlanGoal) -> None:
    if not goal.is_open:
        raise ActRefused(f"This goal is already {goal.get_status_display().lower()}. Work on it again first.")


def _record(act: str, goal: PlanGoal, *, by, at: datetime, **detail) -> None:
    audit.record(f"plan.{act}", by=by, subject=goal, label=goal.context.reference, detail=detail, at=at)
