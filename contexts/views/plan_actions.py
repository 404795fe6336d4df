"""Actions of plans: the list of them, one of them, and what is done to it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, F, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission
from consultations.forms import CloseActionForm, ProgressForm, ReopenActionForm
from consultations.views.action_pages import ActionPages, say
from consultations.views.back import back_to
from core import conflicts, drafts
from core.actions import with_owners
from core.models.actions import ActionStatus
from core.workflow import ActRefused, EditConflict

from .. import plan_presenters as presenters
from .. import workflow
from ..called import tell
from ..choices import ContextAct
from ..forms.plan import PlanActionFilter, PlanActionForm
from ..models import Context, LinkedPerson, PlanAction
from ..plan_sight import shown, shown_one
from ..services import plan, steps
from ..sight import Sight
from .common import casework_for, note_view
from .plan import show_plan

PAGE_SIZE = 50
SORTS = {"context": "context__reference", "due": "due", "status": "status"}
HEADINGS = [
    {"label": "Action"},
    {"label": "Context", "key": "context"},
    {"label": "Who"},
    {"label": "By when", "key": "due"},
    {"label": "Status", "key": "status"},
]


@require_safe
@requires(Permission.ACTION_UPDATE_OWN)
def actions(request: HttpRequest) -> HttpResponse:
    """Every action of a plan that you may see: open ones first, the most pressing at the top."""
    form = PlanActionFilter(request.GET, person=request.user)
    rows = with_owners(form.narrow(PlanAction.objects.visible_to(request.user))).select_related("context", "goal")
    sort = request.GET.get("sort", "")
    column = SORTS.get(sort.removeprefix("-"))
    if column is None:
        sort = ""
        order = [Case(When(status=ActionStatus.OPEN, then=Value(0)), default=Value(1)), F("due").asc(nulls_last=True)]
    else:
        order = [F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True)]
    page = Paginator(rows.order_by(*order, "created_at", "pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    drawn = {
        "form": form,
        "chosen": form.chosen(),
        "page": page,
        "table": shown(request.user, page),
        "sort": sort,
        "keep": {"sort": sort},
        "headings": HEADINGS,
    }
    return render(request, "contexts/plan_actions.html", drawn)


@require_safe
@requires(Permission.ACTION_UPDATE_OWN)
def action(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One action, for who reads the casework, and for its owner, who may read no more of the context than this."""
    return _show(request, _action_for(request, pk))


@requires(Permission.CONTEXT_WORK)
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Agree an action, for the goal in `?goal=`, about the linked person in `?person=`."""
    found = casework_for(request, pk)
    try:
        workflow.CONTEXT.check(ContextAct.WORK, found.state)
    except ActRefused as refused:
        return show_plan(request, found, status=409, refusal=refused.reason)
    back = back_to(request, reverse("contexts:plan", args=[pk]))
    initial = {"goal": request.GET.get("goal", ""), "people": request.GET.getlist("person")}
    page = drafts.open_form(
        request,
        steps.draft_key(found, "action:new"),
        lambda data: PlanActionForm(data, context=found, user=request.user, initial=initial),
    )
    if request.method == "POST" and page.form.is_valid():
        try:
            made = plan.add(found, page.form.values(), by=request.user)
        except ActRefused as refused:
            typed = page.form.cleaned_data["what"]
            return show_plan(request, casework_for(request, pk), status=409, refusal=refused.reason, typed=typed)
        say(request, "The action is added.", made.due)
        return redirect(back)
    note_view(request, found, "plan")
    drawn = {"page": page, "found": found, "title": "Add an action", "back": back}
    return render(request, "contexts/change_plan_action.html", drawn)


@requires(Permission.CONTEXT_WORK)
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change an action that is still open, or hand it over: who works on the context."""
    found = _action_for(request, pk)
    if not _reads(request, found):
        raise PermissionDenied
    back = back_to(request, plan.page_of(found))
    if request.method == "GET" and not (found.is_open and steps.may_work_on(request.user, found.context)):
        return redirect(plan.page_of(found))  # which says how it stands
    page = drafts.open_form(
        request,
        plan.draft_key(found),
        lambda data: PlanActionForm(data, instance=found, context=found.context, user=request.user),
    )
    status = 200
    if request.method == "POST" and page.form.is_valid():
        values = page.form.values()
        if "what" not in values and (typed := request.POST.get("what", "")):
            # The form was opened before somebody wrote a name there that this person may not know.
            return PAGES.refuse(request, pk, ActRefused(plan.HIDDEN), typed)
        try:
            changed = plan.change(found, values, version=page.form.cleaned_data["version"] or 0, by=request.user)
        except EditConflict as conflict:
            now = _as_it_stands(request, conflict.current)
            conflicts.show_on(page.form, conflict, now, conflict.current.version)
            status = 409
        except ActRefused as refused:
            return PAGES.refuse(request, pk, refused, values.get("what", ""))
        else:
            say(request, "The action is changed.", changed.due)
            return redirect(back)
    note_view(request, found.context, "plan action")
    seen, _ = shown_one(request.user, found)
    tell(request.user, [found.context])
    drawn = {"page": page, "found": found.context, "title": "Change an action", "back": back, "shown": seen}
    return render(request, "contexts/change_plan_action.html", drawn, status=status)


@requires(Permission.ACTION_UPDATE_OWN, Permission.CONTEXT_WORK)
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add a note on how an open action is going: its owner, or who works on the context."""
    return PAGES.form(
        request, pk, "progress", ProgressForm,
        allowed=lambda found: plan.may_work_on(request.user, found),
        do=plan.note, done="Your note is added.", typed="body",
        title="Add a progress note", button="Add the note",
    )  # fmt: skip


@requires(Permission.ACTION_UPDATE_OWN, Permission.CONTEXT_WORK)
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Mark an action as done or dropped: its owner, or who works on the context."""
    return PAGES.form(
        request, pk, "close", CloseActionForm,
        allowed=lambda found: plan.may_work_on(request.user, found),
        do=plan.close, done="What came of the action is saved.", typed="outcome",
        title="How did the action end?", button="Save how it ended",
    )  # fmt: skip


@requires(Permission.CONTEXT_WORK)
def reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open a closed action again, and why: who works on the context."""
    return PAGES.form(
        request, pk, "reopen", ReopenActionForm,
        allowed=lambda found: _reads(request, found), wanted_open=False,
        do=plan.reopen, done="The action is open again.", typed="reason",
        title="Reopen the action", button="Reopen the action",
    )  # fmt: skip


def _action_for(request: HttpRequest, pk: UUID) -> PlanAction:
    """The action with its owner, goal and context; 404 where it does not exist or is not this person's to see."""
    rows = plan.with_people(PlanAction.objects.visible_to(request.user), request.user)
    return get_object_or_404(rows.select_related("owner", "closed_by", "created_by", "context", "goal"), pk=pk)


def _reads(request: HttpRequest, found: PlanAction) -> bool:
    """Whether this person reads the casework, and not only the action that is theirs to do."""
    return Context.objects.casework_of(request.user).filter(pk=found.context_id).exists()


def _show(request: HttpRequest, found: PlanAction, *, status: int = 200, **more: str) -> HttpResponse:
    seen, sight = shown_one(request.user, found)
    note_view(request, found.context, "plan action")
    home = reverse("contexts:plan", args=[found.context_id]) if seen.reads else reverse("home")
    back = back_to(request, home)
    works = seen.reads and steps.may_work_on(request.user, found.context)
    drawn = {
        "action": found,
        "shown": seen,
        "facts": _facts(found, seen, sight),
        "progress": [{"title": "Note", "by": note.by, "at": note.at, "text": sight.words(note.body)}
                     for note in found.progress.select_related("by").order_by("-at")],
        "back": back,
        "here": quote(f"{plan.page_of(found)}?next={quote(back)}"),
        "may_work": found.is_open and plan.may_work_on(request.user, found),
        "may_change": found.is_open and works,
        "may_reopen": not found.is_open and works,
        "nobody": presenters.has_nobody(found),
        **more,
    }  # fmt: skip
    return render(request, "contexts/plan_action.html", drawn, status=status)


def _facts(found: PlanAction, seen, sight: Sight) -> list[dict[str, Any]]:
    """What was agreed, as rows of a summary list. Whom it concerns is for who reads the casework."""
    agreed = timezone.localtime(found.created_at)
    rows = [
        {"key": "Goal", "value": seen.goal},
        {"key": "Who", "value": f"{found.who} (has left)" if found.owner_has_left else found.who},
        {"key": "By when", "value": date_format(found.due, "DATE_FORMAT") if found.due else ""},
        {"key": "Intervention options", "value": [str(option) for option in found.interventions.all()]},
        {"key": "Agreed", "value": f"{date_format(agreed, 'DATE_FORMAT')}, recorded by {found.created_by.name}"},
    ]
    if seen.reads:
        rows.insert(
            1, {"key": "Young people", "value": [person.shown_name for person in sight.people(found.concerned)]}
        )
    return rows


@dataclass(frozen=True)
class _Named:
    """What a conflict shows of a row that has no words of its own: `pk` to compare it by."""

    pk: Any
    words: str

    def __str__(self) -> str:
        return self.words


def _as_it_stands(request: HttpRequest, current: PlanAction) -> dict[str, Any]:
    """What stands in the action now, as this person may read it."""
    sight = Sight(request.user, current.context)
    now = plan.values_of(current) | {"what": sight.words(current.what)}
    people = LinkedPerson.objects.with_sight(request.user).filter(plan_actions=current)
    now["people"] = [_Named(person.pk, sight.name_of(person)) for person in people]
    now["goal"] = _Named(current.goal_id, sight.words(current.goal.words)) if current.goal_id else None
    return now


PAGES = ActionPages(
    kind=plan.KIND,
    find=_action_for,
    show=_show,
    about=lambda request, found: {"shown": shown_one(request.user, found)[0]},
    note_view=lambda request, found: note_view(request, found.context, "plan action"),
    template="contexts/plan_action_form.html",
)
