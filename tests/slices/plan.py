"""The plan of a context: goals, what they are measured by, actions.

On each context one goal with a value, and one action for it: of `ours` it is the colleague's to do, who reads no
casework; of the others it is the stranger's. That of `worked` concerns all three linked people, and so stands on the
page of the young person of the referral `ours`, which the colleague reads; the others concern whom nobody here sees. In
the states `ended-…` the goal is met and the action is done, of a context in the state that follows.
"""

from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from contexts.models import Context, GoalReading, PlanAction, PlanGoal
from contexts.services import goals, plan
from tests.context_factories import a_context, a_linked_person
from tests.factories import a_person, a_team
from tests.journeys.looks import Look, choosing, pressing
from tests.permissions.world import NOWHERE, World
from tests.slices.contexts import READS_CASEWORK, context_of, date_parts

TABLE = """
# route                              method row      state      anon make coll outs cs   mgr  lead adm  aud  left demo
contexts:plan                        GET   ours     planned    in   404  404  404  200  200  403  403  403  in   403
contexts:plan                        GET   worked   planned    in   200  404  404  200  200  403  403  403  in   403
contexts:plan                        GET   worked   closed     in   404  404  404  200  200  403  403  403  in   403
contexts:plan                        GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:add-goal                    GET   worked   planned    in   200  404  404  200  403  403  403  403  in   403
contexts:add-goal                    POST  worked   planned    in   302  404  404  302  403  403  403  403  in   403
contexts:add-goal                    POST  ours     planned    in   404  404  404  302  403  403  403  403  in   403
contexts:add-goal                    GET   ours     closed     in   404  404  404  409  403  403  403  403  in   403
contexts:add-goal                    GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:add-goal                    POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:add-plan-action             GET   worked   planned    in   200  404  404  200  403  403  403  403  in   403
contexts:add-plan-action             POST  worked   planned    in   302  404  404  302  403  403  403  403  in   403
contexts:add-plan-action             POST  ours     planned    in   404  404  404  302  403  403  403  403  in   403
contexts:add-plan-action             GET   ours     referred   in   404  404  404  409  403  403  403  403  in   403
contexts:add-plan-action             GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:add-plan-action             POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:change-goal                 GET   worked   planned    in   200  404  404  200  403  403  403  403  in   403
contexts:change-goal                 POST  worked   planned    in   302  404  404  302  403  403  403  403  in   403
contexts:change-goal                 POST  ours     closed     in   404  404  404  409  403  403  403  403  in   403
contexts:change-goal                 GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:change-goal                 POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:move-goal                   POST  worked   planned    in   302  404  404  302  403  403  403  403  in   403
contexts:move-goal                   POST  ours     closed     in   404  404  404  409  403  403  403  403  in   403
contexts:move-goal                   POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:end-goal                    GET   worked   planned    in   200  404  404  200  403  403  403  403  in   403
contexts:end-goal                    POST  worked   planned    in   302  404  404  302  403  403  403  403  in   403
contexts:end-goal                    POST  ours     ended-planned in 404 404 404  409  403  403  403  403  in   403
contexts:end-goal                    GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:end-goal                    POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:take-up-goal                GET   worked   ended-planned in 200 404 404  200  403  403  403  403  in   403
contexts:take-up-goal                POST  worked   ended-planned in 302 404 404  302  403  403  403  403  in   403
contexts:take-up-goal                POST  ours     planned    in   404  404  404  409  403  403  403  403  in   403
contexts:take-up-goal                GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:take-up-goal                POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:measure-goal                GET   worked   planned    in   200  404  404  200  403  403  403  403  in   403
contexts:measure-goal                POST  worked   planned    in   302  404  404  302  403  403  403  403  in   403
contexts:measure-goal                POST  ours     closed     in   404  404  404  409  403  403  403  403  in   403
contexts:measure-goal                GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:measure-goal                POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:take-away-reading           GET   worked   planned    in   200  404  404  200  403  403  403  403  in   403
contexts:take-away-reading           POST  worked   planned    in   302  404  404  302  403  403  403  403  in   403
contexts:take-away-reading           POST  ours     closed     in   404  404  404  409  403  403  403  403  in   403
contexts:take-away-reading           GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:take-away-reading           POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:plan-actions                GET   -        -          in   200  200  200  200  200  403  403  403  in   403
contexts:plan-action                 GET   ours     planned    in   404  200  404  200  200  403  403  403  in   403
contexts:plan-action                 GET   ours     closed     in   404  200  404  200  200  403  403  403  in   403
contexts:plan-action                 GET   worked   planned    in   200  404  404  200  200  403  403  403  in   403
contexts:plan-action                 GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:change-plan-action          GET   worked   planned    in   200  404  404  200  403  403  403  403  in   403
contexts:change-plan-action          POST  worked   planned    in   302  404  404  302  403  403  403  403  in   403
contexts:change-plan-action          GET   ours     planned    in   404  403  404  200  403  403  403  403  in   403
contexts:change-plan-action          POST  ours     planned    in   404  403  404  302  403  403  403  403  in   403
contexts:change-plan-action          POST  ours     closed     in   404  403  404  409  403  403  403  403  in   403
contexts:change-plan-action          GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:change-plan-action          POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:plan-action-progress        GET   ours     planned    in   404  200  404  200  403  403  403  403  in   403
contexts:plan-action-progress        POST  ours     planned    in   404  302  404  302  403  403  403  403  in   403
contexts:plan-action-progress        POST  worked   planned    in   302  404  404  302  403  403  403  403  in   403
contexts:plan-action-progress        POST  ours     ended-planned in 404 409 404  409  403  403  403  403  in   403
contexts:plan-action-progress        GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:plan-action-progress        POST  nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:close-plan-action           GET   ours     planned    in   404  200  404  200  403  403  403  403  in   403
contexts:close-plan-action           POST  ours     closed     in   404  302  404  302  403  403  403  403  in   403
contexts:close-plan-action           POST  worked   planned    in   302  404  404  302  403  403  403  403  in   403
contexts:close-plan-action           POST  ours     ended-planned in 404 409 404  409  403  403  403  403  in   403
contexts:close-plan-action           GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:close-plan-action           POST  nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:reopen-plan-action          GET   worked   ended-planned in 200 404 404  200  403  403  403  403  in   403
contexts:reopen-plan-action          POST  worked   ended-planned in 302 404 404  302  403  403  403  403  in   403
contexts:reopen-plan-action          POST  ours     ended-planned in 404 403 404  302  403  403  403  403  in   403
contexts:reopen-plan-action          POST  ours     ended-closed in 404  403 404  409  403  403  403  403  in   403
contexts:reopen-plan-action          GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:reopen-plan-action          POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
"""
ROUTES = {line.split()[0] for line in TABLE.splitlines() if line.startswith("contexts:")}
OF_CONTEXT = {"contexts:plan", "contexts:add-goal", "contexts:add-plan-action"}
OF_GOAL = {f"contexts:{act}-goal" for act in ("change", "move", "end", "take-up", "measure")}


def made(world: World) -> dict[tuple[str, str], tuple[PlanGoal, PlanAction, GoalReading]]:
    """The plans of this world so far."""
    return world.__dict__.setdefault("plans", {})


def plan_of(world: World, row: str, state: str) -> tuple[PlanGoal, PlanAction, GoalReading]:
    """The goal, the action and the value of the context `row` in `state`, whatever that state allows."""
    if (row, state) not in made(world):
        tag = f"{row}{state}"
        context = context_of(world, row, state.removeprefix("ended-"))
        by, at = world.screener, timezone.now()
        ended = {}
        if state.startswith("ended-"):
            ended = {"ended_at": at, "ended_by": by, "ended_because": f"goal-ending-{tag}", "status": "met"}
        words = {"words": f"goal-of-plan-{tag}", "measure": f"measure-of-plan-{tag}", "how": f"how-of-plan-{tag}"}
        goal = PlanGoal.objects.create(context=context, made_by=by, made_at=at, **words, **ended)
        reading = GoalReading.objects.create(
            goal=goal, on=timezone.localdate().replace(year=2025), words=f"value-of-plan-{tag}", by=by, at=at
        )
        if ended:
            ended = {"closed_at": at, "closed_by": by, "outcome": f"outcome-of-plan-{tag}", "status": "done"}
        owner = world.people["colleague"] if row == "ours" else world.stranger
        what = {"what": f"action-of-plan-{tag}", "owner": owner, "goal": goal, "due": timezone.localdate()}
        action = PlanAction.objects.create(context=context, created_by=by, created_at=at, **what, **ended)
        linked = context.people.order_by("made_at")
        action.people.set(linked if row == "worked" else linked[1:])
        made(world)[row, state] = (goal, action, reading)
    return made(world)[row, state]


def arguments(world: World, cell) -> list | None:
    if cell.route not in ROUTES:
        return None
    if cell.route == "contexts:plan-actions":
        return []
    if cell.row == "nowhere":
        return [NOWHERE]
    goal, action, reading = plan_of(world, cell.row, cell.state)
    if cell.route in OF_CONTEXT:
        return [goal.context_id]
    if cell.route in OF_GOAL:
        return [goal.pk]
    return [reading.pk] if cell.route == "contexts:take-away-reading" else [action.pk]


def forbidden(world: World, identity: str) -> list[str]:
    """The plan, for who does not read the casework; the colleague reads some actions and their goals all the same."""
    words = []
    for row, state in made(world):
        if identity in READS_CASEWORK[row] and not (row == "worked" and state == "closed" and identity == "maker"):
            continue
        tag = f"{row}{state}"
        words += [f"measure-of-plan-{tag}", f"how-of-plan-{tag}", f"value-of-plan-{tag}", f"goal-ending-{tag}"]
        if not (row in ("ours", "worked") and identity == "colleague"):
            words += [f"goal-of-plan-{tag}", f"action-of-plan-{tag}", f"outcome-of-plan-{tag}"]
    return words


def fill(world: World) -> None:
    for row in ("ours", "theirs", "worked"):
        for state in ("planned", "ended-planned"):
            plan_of(world, row, state)


def _goal(world: World, cell) -> dict:
    return {"words": "People are safe", "measure": "How many say so", "version": "1"}


def _action(world: World, cell) -> dict:
    return {"what": "Mend the lights", "who": "elsewhere", "owner_name": "Parks team", "version": "1"}


FORMS = {
    "contexts:add-goal": _goal,
    "contexts:change-goal": _goal,
    "contexts:move-goal": lambda world, cell: {"up": "1"},
    "contexts:end-goal": lambda world, cell: {"status": "met", "reason": "They say so"},
    "contexts:take-up-goal": lambda world, cell: {"reason": "It got worse"},
    "contexts:measure-goal": lambda world, cell: {"value": "34", **date_parts("on", timezone.localdate())},
    "contexts:take-away-reading": lambda world, cell: {},
    "contexts:add-plan-action": _action,
    "contexts:change-plan-action": _action,
    "contexts:plan-action-progress": lambda world, cell: {"body": "Half of it"},
    "contexts:close-plan-action": lambda world, cell: {"status": "done", "outcome": "It helped"},
    "contexts:reopen-plan-action": lambda world, cell: {"reason": "Not enough"},
}


def a_goal(context: Context, by, **values) -> PlanGoal:
    """A goal, as a service makes it."""
    given = {
        "words": "Girls use the corridor without fear",
        "measure": "Girls who say so",
        "unit": "per cent",
        "how": "",
    }
    return goals.add(context, given | values, by=by)


def an_action_of(context: Context, by, **values) -> PlanAction:
    """An action of a plan, as a service makes it: somebody elsewhere does it, unless `values` say who."""
    given = {"what": "Mend the lights", "owner": None, "owner_name": "" if values.get("owner") else "Parks team"}
    return plan.add(context, given | values, by=by)


def _much_of_a_plan(by, number):
    context = Context.objects.filter(name="The planned one").first()
    context = context or a_context("planned", by=by, cs=by, name="The planned one")
    for each in range(number):
        start = context.goals.count() + each
        goal = a_goal(context, by, words=f"Goal {start}")
        for day in (1, 2):
            on = timezone.localdate().replace(day=day, year=2025)
            goals.measure(goal, on=on, value=10 * day, words="", by=a_person(Role.CS_PRACTITIONER))
        people = [a_linked_person(context, by=by) for _ in range(2)]
        for what in ("One", "Two"):
            owner = a_person(Role.PRACTITIONER, team=a_team())
            due = timezone.localdate().replace(year=2025)
            action = an_action_of(context, by, what=f"{what} {start}", goal=goal, owner=owner, people=people, due=due)
            plan.note(action, body="Half", by=by)
        an_action_of(context, by, what=f"Loose {start}")
        a_linked_person(context, by=by)


def _many_actions(by, number):
    for _ in range(number):
        context = a_context("planned", by=by, cs=by)
        goal = a_goal(context, by)
        an_action_of(context, by, goal=goal, owner=by, people=[a_linked_person(context, by=by)])


def _the_plan(browser):
    return browser.get(reverse("contexts:plan", args=[Context.objects.get(name="The planned one").pk]))


LISTS = {
    "the plan of a context": (_much_of_a_plan, _the_plan),
    "actions of plans": (_many_actions, lambda browser: browser.get(reverse("contexts:plan-actions"))),
}


def prepare(world, role: Role) -> None:
    """A plan with everything that its page can show; contexts.prepare has made the contexts."""
    me, cs = world.me, world.somebody
    by = me if role == Role.CS_PRACTITIONER else cs
    world.plan_context = a_context("planned", by=by if role == Role.PRACTITIONER else None, cs=by, name="Lakeside")
    if role == Role.PRACTITIONER:
        from contexts.services import work

        work.give(world.plan_context, lead=me, by=cs)
    people = [a_linked_person(world.plan_context, world.held.young_person), a_linked_person(world.plan_context)]
    today = timezone.localdate()
    world.plan_goal = a_goal(world.plan_context, cs)
    world.plan_met = a_goal(world.plan_context, cs, words="An adult is there in the evening")
    for year, value in ((2024, "22"), (2025, "61.5")):
        goals.measure(world.plan_goal, on=today.replace(year=year, day=1), value=value, words="", by=cs)
    world.plan_value = goals.measure(world.plan_met, on=today, value=None, words="Nobody knew one", by=cs)
    goals.end(world.plan_met, status="met", reason="They name one now", by=cs)
    late = {"owner": me, "due": today.replace(year=2025), "goal": world.plan_goal, "people": people[:1]}
    world.plan_late = an_action_of(world.plan_context, cs, what="Mend the lights by the gate", **late)
    world.plan_nobody = an_action_of(world.plan_context, cs, what="Talk to the older boys", owner_name="")
    world.plan_done = an_action_of(world.plan_context, cs, what="Train the kiosk owner", goal=world.plan_goal)
    plan.note(world.plan_late, body="The parks team was asked twice.", by=cs)
    plan.close(world.plan_done, status="done", outcome="Two of them came", by=cs)


_SEEN = [
    Look("contexts:plan", "/contexts/{plan_context.pk}/plan/"),
    Look("contexts:plan", "/contexts/{c_agreed.pk}/plan/", "empty"),
    Look("contexts:plan-actions", "/contexts/actions/"),
    Look("contexts:plan-actions", "/contexts/actions/?overdue=on&mine=on&sort=-due", "filtered"),
    Look("contexts:plan-actions", "/contexts/actions/?status=dropped", "nothing found"),
    Look("contexts:plan-action", "/contexts/actions/{plan_late.pk}/", "overdue"),
    Look("contexts:plan-action", "/contexts/actions/{plan_done.pk}/", "done"),
    Look("contexts:plan-action-progress", "/contexts/actions/{plan_late.pk}/progress/"),
    Look("contexts:close-plan-action", "/contexts/actions/{plan_late.pk}/close/"),
]
_DONE = [
    Look("contexts:add-goal", "/contexts/{plan_context.pk}/plan/goals/add/"),
    Look(
        "contexts:add-goal", "/contexts/{plan_context.pk}/plan/goals/add/", "wrong", pressing("Save the goal"),
        error=True,
    ),
    Look("contexts:add-goal", "/contexts/{c_ended.pk}/plan/goals/add/", "closed", status=409),
    Look("contexts:change-goal", "/contexts/goals/{plan_goal.pk}/change/"),
    Look("contexts:end-goal", "/contexts/goals/{plan_goal.pk}/end/"),
    Look("contexts:take-up-goal", "/contexts/goals/{plan_met.pk}/take-up/"),
    Look("contexts:measure-goal", "/contexts/goals/{plan_goal.pk}/measure/"),
    Look("contexts:measure-goal", "/contexts/goals/{plan_goal.pk}/measure/", "wrong", pressing("Save the value"),
         error=True),
    Look("contexts:take-away-reading", "/contexts/goals/values/{plan_value.pk}/take-away/"),
    Look("contexts:add-plan-action", "/contexts/{plan_context.pk}/plan/actions/add/"),
    Look(
        "contexts:add-plan-action", "/contexts/{plan_context.pk}/plan/actions/add/", "wrong",
        choosing("Somebody with an account here", then="Save the action"), error=True,
    ),
    Look("contexts:change-plan-action", "/contexts/actions/{plan_nobody.pk}/change/"),
    Look("contexts:reopen-plan-action", "/contexts/actions/{plan_done.pk}/reopen/"),
]  # fmt: skip
LOOKS = {
    Role.PRACTITIONER: [*_SEEN, *[look for look in _DONE if look.status == 200]],
    Role.CS_PRACTITIONER: [*_SEEN, *_DONE],
    Role.MANAGER: [look for look in _SEEN if "progress" not in look.route and "close" not in look.route],
}
NO_PAGE = {"contexts:move-goal"}
