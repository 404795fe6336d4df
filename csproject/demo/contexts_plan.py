"""Fictional plans: goals before and after, actions that are done, late, without anybody, and for whom."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import User
from contexts.models import Context, LinkedPerson, PlanAction, PlanGoal
from contexts.services import goals, plan
from core.models import ListItem
from core.models.actions import ActionStatus
from core.models.lists import ListName

# Context: its goals as (words, what shows it, unit, how, [(days ago, value, words)], [action]); an action is
# (what, who, due in days, how it ended: "" for open).
PLANS = {
    "Hartley Park skate ramp": [
        (
            "Young people use the skate ramp until dark without being approached by strangers",
            "Young people of the youth centre who say that they feel safe at the ramp", "per cent",
            "Ten questions by the youth workers, every three months, on the spot.",
            [(190, "31", ""), (110, "46", "After the lights were mended."), (20, "68", "")],
            [
                ("Mend the lights by the north gate, and cut back the hedge", "Parks team", -150, "Done in a week."),
                ("Detached youth work at the ramp, Tuesday to Friday, 3.30 to 6", "youth", 40, ""),
                ("Train the kiosk owner and the park keepers in Community Guardianship", "cs", -9, ""),
            ],
        ),
        (
            "The youngest have an adult there whom they trust and can tell",
            "What young people say when they are asked whom they would tell", "",
            "Asked by the youth workers in conversation.",
            [(185, None, "Nobody could name an adult."), (25, None, "Seven of nine named Lena or the kiosk owner.")],
            [("A drop-in at the kiosk every Friday, with tea", "youth", 12, ""),
             ("Ask the two older boys what would help them", "", None, "")],
        ),
    ],
    "Marlow Road Academy": [
        (
            "Girls use the corridor by the sports hall without fear",
            "Girls in Year 9 who say that they use the corridor", "of 84",
            "The school’s survey, before and after.",
            [(140, "22", "Before anything was changed.")],
            [("Two members of staff stand in the corridor at every change of lessons", "teacher", 8, ""),
             ("Work with Year 9 and 10 on sharing images: Mentors in Violence Prevention", "teacher", -3, "")],
        ),
    ],
    "Penrose boys": [
        (
            "The boys spend two evenings a week somewhere that an adult looks after",
            "Evenings at the boxing club, as its register has them", "a week",
            "The club’s register, told by the coach.",
            [],
            [("Pay for the minibus from the estate to the boxing club", "Housing", 21, "")],
        ),
    ],
}  # fmt: skip


def load(contexts: dict[str, Context], people: dict[str, User], now: datetime) -> None:
    """The plans, with what was measured so far, each action with some of the young people of its context."""
    cs = people["cs"]
    options = list(ListItem.objects.of(ListName.INTERVENTION))
    for name, wanted in PLANS.items():
        context = contexts[name]
        linked = list(LinkedPerson.objects.filter(context=context, ended_at=None))
        for words, measure, unit, how, values, actions in wanted:
            begun = now - timedelta(days=max((days for days, _, _ in values), default=60) + 5)
            about = {"words": words, "measure": measure, "unit": unit, "how": how}
            goal = goals.add(context, about, by=cs, at=begun)
            for days, value, said in values:
                on = timezone.localdate(now - timedelta(days=days))
                goals.measure(goal, on=on, value=Decimal(value) if value else None, words=said, by=cs)
            for number, action in enumerate(actions):
                _agree(goal, action, linked[number : number + 2], options[number : number + 1], people, begun)


def _agree(
    goal: PlanGoal,
    action: tuple,
    concerned: list[LinkedPerson],
    options: list[ListItem],
    people: dict[str, User],
    at: datetime,
) -> PlanAction:
    """One action of a plan, with a note where somebody here does it, and its end where it has one."""
    what, who, due, ended = action
    owner = people.get(who)
    values = {
        "what": what, "goal": goal, "owner": owner, "owner_name": "" if owner else who,
        "owner_agency": "Council" if who and not owner else "",
        "due": None if due is None else timezone.localdate() + timedelta(days=due),
        "people": concerned, "interventions": options,
    }  # fmt: skip
    made = plan.add(goal.context, values, by=people["cs2"], at=at)
    if owner:
        plan.note(made, body="Begun. Those who live there are glad about it.", by=owner, at=at + timedelta(days=14))
    if ended:
        plan.close(made, status=ActionStatus.DONE, outcome=ended, by=people["cs"], at=at + timedelta(days=30))
    return made
