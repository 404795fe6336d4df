"""How a plan is set out on pages: each goal with its values over time and its actions, and what wants attention."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format

from .choices import GoalStatus
from .models import Context, GoalReading, PlanAction, PlanGoal
from .sight import Sight

GOAL_COLOURS = {GoalStatus.WORKING: "active", GoalStatus.MET: "done", GoalStatus.GIVEN_UP: "closed"}
# The drawing of values over time, in units of its view box.
HEIGHT, BAR, GAP, TOP, FOOT = 120, 40, 44, 22, 24


@dataclass(frozen=True)
class Bar:
    """One value as a bar: where it stands, and the words above and below it."""

    x: int
    y: float
    height: float
    number: str
    day: str

    @property
    def middle(self) -> int:
        return self.x + BAR // 2

    @property
    def above(self) -> float:
        """Where its number stands."""
        return round(self.y - 6, 1)


@dataclass(frozen=True)
class Chart:
    """Bars of the values of one goal, with what it says in words."""

    id: str
    title: str
    description: str
    bars: list[Bar]
    width: int
    height: int = HEIGHT
    bar: int = BAR
    line: int = HEIGHT - FOOT


@dataclass(frozen=True)
class GoalRow:
    """A goal as one reader may read it, with its values and actions."""

    goal: PlanGoal
    words: str
    measure: str
    how: str
    because: str
    progress: str
    readings: list[dict[str, Any]]
    chart: Chart | None
    whole: bool
    actions: list[dict[str, Any]] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Its id as words, for the anchors of its page."""
        return str(self.goal.pk)

    @property
    def colour(self) -> str:
        return GOAL_COLOURS[self.goal.status]


def goal_rows(context: Context, sight: Sight, actions: Sequence[PlanAction] = ()) -> list[GoalRow]:
    """The goals of a plan in their order, each with those of `actions` that lead to it, open ones first."""
    actions = sorted(actions, key=lambda action: not action.is_open)
    return [
        _goal_row(goal, sight, [action for action in actions if action.goal_id == goal.pk])
        for goal in context.goals.select_related("ended_by").prefetch_related("readings__by")
    ]


def action_row(action: PlanAction, sight: Sight) -> dict[str, Any]:
    """One action of a plan as one reader may read it."""
    return {"action": action, "what": sight.words(action.what), "outcome": sight.words(action.outcome)}


def summary(actions: Sequence[PlanAction]) -> dict[str, int]:
    """How many actions are open, overdue, done, and without anybody who does them."""
    is_open = [action for action in actions if action.is_open]
    return {
        "number": len(actions),
        "open": len(is_open),
        "overdue": sum(action.is_overdue for action in is_open),
        "unowned": sum(has_nobody(action) for action in is_open),
        "done": sum(action.status == "done" for action in actions),
    }


def has_nobody(action: PlanAction) -> bool:
    """Whether an action has no owner, or one who has left: it waits for somebody to take it."""
    return action.owner_has_left or not (action.owner_id or action.owner_name)


def number(value: Decimal) -> str:
    """A number as people write it: 34, 3.5, 1,200."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _goal_row(goal: PlanGoal, sight: Sight, actions: list[PlanAction]) -> GoalRow:
    readings = list(goal.readings.all())
    return GoalRow(
        goal=goal,
        words=sight.words(goal.words),
        measure=sight.words(goal.measure),
        how=sight.words(goal.how),
        because=sight.words(goal.ended_because),
        progress=_progress(goal, readings, sight),
        readings=[
            {
                "reading": one,
                "value": f"{number(one.value)} {sight.words(goal.unit)}".strip() if one.value is not None else "",
                "words": sight.words(one.words),
            }
            for one in readings
        ],
        chart=_chart(goal, readings, sight),
        whole=all(sight.is_whole(text) for text in (goal.words, goal.measure, goal.how, goal.unit)),
        actions=[action_row(action, sight) for action in actions],
    )


def _progress(goal: PlanGoal, readings: list[GoalReading], sight: Sight) -> str:
    """How the measure stands, in a sentence: before and after."""
    if not readings:
        return "Not measured yet. Enter how it is before the work begins."
    first, last = readings[0], readings[-1]
    before = f"{_said(goal, first, sight)} on {_day(first)}"
    if first == last:
        return f"Before: {before}. Not measured again yet."
    return f"Before: {before}. After: {_said(goal, last, sight)} on {_day(last)}."


def _said(goal: PlanGoal, reading: GoalReading, sight: Sight) -> str:
    if reading.value is None:
        return f"“{sight.words(reading.words)}”"
    return f"{number(reading.value)} {sight.words(goal.unit)}".strip()


def _day(reading: GoalReading) -> str:
    return date_format(reading.on, "DATE_FORMAT")


def _chart(goal: PlanGoal, readings: list[GoalReading], sight: Sight) -> Chart | None:
    """Bars from the first value to the last, where at least two are numbers."""
    counted = [reading for reading in readings if reading.value is not None]
    if len(counted) < 2:
        return None
    highest = max(reading.value for reading in counted) or Decimal(1)
    room = HEIGHT - TOP - FOOT
    bars = []
    for place, reading in enumerate(counted):
        height = round(float(reading.value / highest) * room, 1)
        bars.append(
            Bar(
                x=GAP // 2 + place * (BAR + GAP),
                y=round(HEIGHT - FOOT - height, 1),
                height=height,
                number=number(reading.value),
                day=date_format(reading.on, "j M y"),
            )
        )
    said = "; ".join(f"{_day(reading)}: {number(reading.value)}" for reading in counted)
    return Chart(
        id=f"goal-{goal.pk}",
        title=f"{sight.words(goal.measure)} over time",
        description=f"{said}.",
        bars=bars,
        width=len(bars) * (BAR + GAP),
    )
