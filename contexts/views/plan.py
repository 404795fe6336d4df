"""The plan of a context: its page, and what is done to its goals."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission
from consultations.papers import pdf
from core import conflicts, drafts
from core.forms import GovukForm
from core.workflow import ActRefused, EditConflict

from .. import plan_presenters as presenters
from .. import workflow
from ..choices import ContextAct
from ..forms.deciding import ReasonForm
from ..forms.plan import EndGoalForm, GoalForm, ReadingForm
from ..models import Context, GoalReading, LinkedPerson, PlanGoal
from ..positive import HINT, reads_negative
from ..services import goals, plan, steps
from ..sight import Sight
from .common import casework_for, note_view


@require_safe
@requires(Permission.CONTEXT_SEE)
def plan_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Goals with their actions, what is overdue, what nobody does, whom no action concerns."""
    return show_plan(request, casework_for(request, pk))


def show_plan(
    request: HttpRequest, found: Context, *, status: int = 200, refusal: str = "", typed: str = ""
) -> HttpResponse:
    """The page of a plan; with `refusal` above it where an act was just refused (409)."""
    note_view(request, found, "plan")
    sight = Sight(request.user, found)
    agreed = plan.agreed(found, request.user)
    for action in agreed:
        sight.people(action.concerned)
    drawn = {
        "found": found,
        "goals": presenters.goal_rows(found, sight, agreed),
        "loose": [presenters.action_row(action, sight) for action in agreed if action.goal_id is None],
        "summary": presenters.summary(agreed),
        "late": [presenters.action_row(action, sight) for action in agreed if action.is_overdue],
        "unowned": [
            presenters.action_row(action, sight)
            for action in agreed
            if action.is_open and presenters.has_nobody(action) and not action.is_overdue
        ],
        "unconcerned": sight.people(plan.unconcerned(found).with_sight(request.user)),
        "has_people": LinkedPerson.objects.filter(context=found, ended_at=None).exists(),
        "may_work": steps.may_work_on(request.user, found),
        "here": reverse("contexts:plan", args=[found.pk]),
        "no_pdf": pdf.unavailable(),
        "refusal": refusal,
        "typed": typed,
    }
    return render(request, "contexts/plan.html", drawn, status=status)


@requires(Permission.CONTEXT_WORK)
def add_goal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Agree a goal."""
    found = casework_for(request, pk)
    return _form(
        request, found, key=steps.draft_key(found, "goal:new"), make=GoalForm,
        do=lambda form: goals.add(found, form.values(), by=request.user),
        said=lambda form: _say_goal(request, "The goal is added. Enter how it is now, before the work.", form),
        title="Add a goal", button="Save the goal", typed="words",
    )  # fmt: skip


@requires(Permission.CONTEXT_WORK)
def change_goal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Other words, or another measure."""
    goal = _goal_for(request, pk)
    sight = Sight(request.user, goal.context)

    def do(form: GoalForm) -> None:
        if any(request.POST.get(name) for name in goals.FIELDS if name not in form.fields):
            # The form was opened before somebody wrote a name there that this person may not know.
            raise ActRefused(goals.HIDDEN)
        goals.change(goal, form.values(), version=form.cleaned_data["version"] or 0, by=request.user)

    def now(current: PlanGoal) -> dict[str, Any]:
        return {name: sight.words(getattr(current, name)) for name in goals.FIELDS}

    return _form(
        request, goal.context, key=goals.draft_key(goal, "change"), do=do, now=now, goal=goal,
        make=lambda data: GoalForm(data, goal=goal, sight=sight),
        said=lambda form: _say_goal(request, "The goal is changed.", form),
        title="Change the goal", button="Save the goal", typed="words",
    )  # fmt: skip


@require_POST
@requires(Permission.CONTEXT_WORK)
def move_goal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a goal one place further up (`up=1`) or down."""
    goal = _goal_for(request, pk)
    try:
        goals.move(goal, up=request.POST.get("up") == "1", by=request.user)
    except ActRefused as refused:
        return show_plan(request, casework_for(request, goal.context_id), status=409, refusal=refused.reason)
    return redirect(_place_of(goal))


@requires(Permission.CONTEXT_WORK)
def end_goal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A goal is met, or given up."""
    goal = _goal_for(request, pk)
    return _form(
        request, goal.context, key=goals.draft_key(goal, "end"), make=EndGoalForm, goal=goal,
        do=lambda form: goals.end(goal, **form.cleaned_data, by=request.user),
        said=lambda form: messages.success(request, "What became of the goal is saved."),
        title="What became of the goal?", button="Save", typed="reason",
    )  # fmt: skip


@requires(Permission.CONTEXT_WORK)
def take_up_goal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Work on a goal again that was met or given up."""
    goal = _goal_for(request, pk)
    return _form(
        request, goal.context, key=goals.draft_key(goal, "take-up"), make=ReasonForm, goal=goal,
        do=lambda form: goals.take_up(goal, **form.cleaned_data, by=request.user),
        said=lambda form: messages.success(request, "The goal is worked on again."),
        title="Work on the goal again", button="Work on it again", typed="reason",
    )  # fmt: skip


@requires(Permission.CONTEXT_WORK)
def measure_goal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the measure of a goal was on a day: before, after, and in between."""
    goal = _goal_for(request, pk)
    sight = Sight(request.user, goal.context)
    return _form(
        request, goal.context, key=goals.draft_key(goal, "measure"), goal=goal,
        make=lambda data: ReadingForm(data, goal=goal, sight=sight),
        do=lambda form: goals.measure(goal, **form.cleaned_data, by=request.user),
        said=lambda form: messages.success(request, "The value is added."),
        title="Enter a value", button="Save the value", typed="words",
    )  # fmt: skip


@requires(Permission.CONTEXT_WORK)
def take_away_reading(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take away a value that is wrong, after a page that says which."""
    rows = GoalReading.objects.visible_to(request.user).select_related("goal__context")
    reading = get_object_or_404(rows, pk=pk)
    goal = reading.goal
    goal.context = casework_for(request, goal.context_id)
    return _form(
        request, goal.context, key=goals.draft_key(goal, f"take-away:{reading.pk}"), make=GovukForm, goal=goal,
        do=lambda form: goals.take_away(reading, by=request.user),
        said=lambda form: messages.success(request, "The value is taken away."),
        title="Take away this value?", button="Take it away", warning=True, reading=reading.pk,
        happens=["the plan no longer shows it", "the audit log keeps what it was"],
    )  # fmt: skip


def _form(
    request: HttpRequest,
    found: Context,
    *,
    key: str,
    make: Callable[[Any], GovukForm],
    do: Callable[[Any], Any],
    said: Callable[[Any], None],
    title: str,
    button: str,
    typed: str = "",
    goal: PlanGoal | None = None,
    now: Callable[[PlanGoal], dict[str, Any]] | None = None,
    warning: bool = False,
    reading: UUID | None = None,
    happens: Sequence[str] = (),
) -> HttpResponse:
    """A page with one form about a plan or a goal. An act out of order answers 409 with the plan as it stands."""
    try:
        workflow.CONTEXT.check(ContextAct.WORK, found.state)
    except ActRefused as refused:
        return show_plan(request, found, status=409, refusal=refused.reason)
    page = drafts.open_form(request, key, make)
    status = 200
    if request.method == "POST" and page.form.is_valid():
        try:
            do(page.form)
        except EditConflict as conflict:
            conflicts.show_on(page.form, conflict, now(conflict.current) if now else {}, conflict.current.version)
            status = 409
        except ActRefused as refused:
            words = request.POST.get(typed, "") if typed else ""
            found = casework_for(request, found.pk)
            return show_plan(request, found, status=409, refusal=refused.reason, typed=words)
        else:
            said(page.form)
            return redirect(_place_of(goal) if goal else reverse("contexts:plan", args=[found.pk]))
    note_view(request, found, "plan")
    row = next((one for one in _rows(found, request) if goal and one.goal.pk == goal.pk), None)
    drawn = {"page": page, "found": found, "title": title, "button": button, "warning": warning, "happens": happens}
    taken = [one for one in (row.readings if row else ()) if one["reading"].pk == reading]
    drawn |= {"row": row, "taken": taken, "back": reverse("contexts:plan", args=[found.pk])}
    return render(request, "contexts/goal_form.html", drawn, status=status)


def _rows(found: Context, request: HttpRequest) -> list[presenters.GoalRow]:
    return presenters.goal_rows(found, Sight(request.user, found))


def _goal_for(request: HttpRequest, pk: UUID) -> PlanGoal:
    """The goal with its context; 404 where this person may not read the casework."""
    goal = get_object_or_404(PlanGoal.objects.visible_to(request.user), pk=pk)
    goal.context = casework_for(request, goal.context_id)
    return goal


def _place_of(goal: PlanGoal) -> str:
    return f"{reverse('contexts:plan', args=[goal.context_id])}#goal-{goal.pk}"


def _say_goal(request: HttpRequest, done: str, form: GoalForm) -> None:
    """That it is saved; and a hint where it says what should end."""
    messages.success(request, done)
    if reads_negative(form.cleaned_data.get("words", "")):
        messages.warning(request, HINT)
