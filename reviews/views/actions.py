"""Actions of system reviews: adding one, its page, and what is done to it."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission, can
from consultations.forms import CloseActionForm, ProgressForm, ReopenActionForm
from consultations.views.action_pages import ActionPages, say
from consultations.views.back import back_to
from core import conflicts, drafts
from core.workflow import ActRefused, EditConflict

from .. import presenters, workflow
from ..choices import ReviewAct
from ..forms.actions import ReviewActionForm
from ..models import ReviewAction
from ..services import actions as services
from ..services import steps
from ..services.statements import refuse_removed
from .common import note_view, refusals_show_the_statement, statement_for
from .statements import place_of


@requires(Permission.REVIEW_WRITE)
@refusals_show_the_statement
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add an action to the plan of a statement."""
    found = statement_for(request, pk)
    workflow.REVIEW.check(ReviewAct.WRITE, found.review.state)
    refuse_removed(found)
    back = back_to(request, place_of(found))
    key = steps.draft_key(found, "action:new")
    page = drafts.open_form(request, key, lambda data: ReviewActionForm(data, statement=found))
    if request.method == "POST" and page.form.is_valid():
        made = services.add(found, page.form.values(), by=request.user)
        say(request, "The action is added.", made.due)
        return redirect(back)
    note_view(request, found.review, "statement")
    drawn = {
        "page": page, "review": found.review, "statement": found, "title": "Add an action",
        "button": "Save the action", "back": back,
    }  # fmt: skip
    return render(request, "reviews/change_action.html", drawn)


@require_safe
@requires(Permission.REVIEW_ACTION_UPDATE_OWN)
def action(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One action, for who reads system reviews, and for its lead, who may read no more of the review than this."""
    return _show(request, _action_for(request, pk))


@requires(Permission.REVIEW_WRITE)
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change an action that is still open, or hand it over."""
    found = _action_for(request, pk)
    back = back_to(request, services.page_of(found))
    if request.method == "GET" and not _may_change(request, found):
        return redirect(services.page_of(found))  # which says how it stands
    statement = found.statement
    page = drafts.open_form(
        request,
        services.draft_key(found),
        lambda data: ReviewActionForm(data, instance=found, statement=statement),
    )
    status = 200
    if request.method == "POST" and page.form.is_valid():
        values = page.form.values()
        try:
            version = page.form.cleaned_data["version"] or 0
            changed = services.change(found, values, version=version, by=request.user)
        except EditConflict as conflict:
            now = services.values_of(conflict.current)
            conflicts.show_on(page.form, conflict, now, conflict.current.version)
            status = 409
        except ActRefused as refused:
            return PAGES.refuse(request, pk, refused, values["what"])
        else:
            say(request, "The action is changed.", changed.due)
            return redirect(back)
    drawn = {
        "page": page, "review": statement.review, "statement": statement, "title": "Change the action",
        "button": "Save the action", "back": back,
    }  # fmt: skip
    return render(request, "reviews/change_action.html", drawn, status=status)


@requires(Permission.REVIEW_ACTION_UPDATE_OWN)
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add a note on how an open action is going: its lead, or who keeps system reviews."""
    return PAGES.form(
        request, pk, "progress", ProgressForm,
        allowed=lambda found: services.may_work_on(request.user, found),
        do=services.note, done="Your note is added.", typed="body",
        title="Add a progress note", button="Add the note",
    )  # fmt: skip


@requires(Permission.REVIEW_ACTION_UPDATE_OWN)
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Mark an action as done or dropped: its lead, or who keeps system reviews."""
    return PAGES.form(
        request, pk, "close", CloseActionForm,
        allowed=lambda found: services.may_work_on(request.user, found),
        do=services.close, done="What came of the action is saved.", typed="outcome",
        title="How did the action end?", button="Save how it ended",
    )  # fmt: skip


@requires(Permission.REVIEW_WRITE)
def reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open a closed action again, and why."""
    return PAGES.form(
        request, pk, "reopen", ReopenActionForm,
        allowed=lambda found: True, wanted_open=False,
        do=services.reopen, done="The action is open again.", typed="reason",
        title="Reopen the action", button="Reopen the action",
    )  # fmt: skip


def _action_for(request: HttpRequest, pk: UUID) -> ReviewAction:
    """The action with its statement and round; 404 where it does not exist or is not this person's to see."""
    about = ["statement__review", "statement__words", "owner", "closed_by", "created_by"]
    return get_object_or_404(ReviewAction.objects.visible_to(request.user).select_related(*about), pk=pk)


def _may_change(request: HttpRequest, found: ReviewAction) -> bool:
    standing = found.statement.removed_at is None and not _later(found)
    return found.is_open and standing and ReviewAct.WRITE in steps.acts_for(found.statement.review, request.user)


def _later(found: ReviewAction) -> ReviewAction | None:
    """The action of a later round that carries this one on, if there is one."""
    return ReviewAction.objects.filter(carried_from=found).first()


def _show(request: HttpRequest, found: ReviewAction, *, status: int = 200, **more: str) -> HttpResponse:
    statement = found.statement
    note_view(request, statement.review, "review action")
    reads = can(request.user, Permission.REVIEW_SEE)
    back = back_to(request, place_of(statement) if reads else reverse("home"))
    later = _later(found)
    goes_on = later is None and statement.removed_at is None
    writes = ReviewAct.WRITE in steps.acts_for(statement.review, request.user)
    works = goes_on and services.may_work_on(request.user, found)
    drawn = {
        "action": found,
        "statement": statement,
        "review": statement.review,
        "reads": reads,
        "later": later,
        "facts": _facts(found),
        "progress": [
            {"title": "Note", "by": note.by, "at": note.at, "text": note.body} for note in services.notes(found)
        ],
        "back": back,
        "here": quote(f"{services.page_of(found)}?next={quote(back)}"),
        "may_work": found.is_open and works,
        "may_change": _may_change(request, found),
        "may_give": goes_on and found.is_open and found.has_nobody and can(request.user, Permission.REVIEW_WRITE),
        "may_reopen": not found.is_open and goes_on and writes,
        **more,
    }
    return render(request, "reviews/action.html", drawn, status=status)


def _facts(found: ReviewAction) -> list[dict[str, Any]]:
    """What was agreed, as rows of a summary list."""
    agreed = timezone.localtime(found.created_at)
    return [
        {"key": "Lead", "value": f"{found.who} (has left)" if found.owner_has_left else found.who},
        {"key": "By when", "value": presenters.by_when(found)},
        {"key": "Refers to", "value": [part.label for part in found.pointed_to]},
        {"key": "Agreed", "value": f"{date_format(agreed, 'DATE_FORMAT')}, recorded by {found.created_by.name}"},
    ]


PAGES = ActionPages(
    kind=services.KIND,
    find=_action_for,
    show=_show,
    about=lambda request, found: {"statement": found.statement, "review": found.statement.review},
    note_view=lambda request, found: note_view(request, found.statement.review, "review action"),
    template="reviews/action_form.html",
)
