"""A statement: adding one, its page, moving it, taking it away and putting it back, its words."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import conflicts, drafts, text_requests, texts
from core.workflow import EditConflict

from .. import workflow
from ..choices import ReviewAct
from ..forms.rounds import ReasonForm
from ..forms.statements import MoveForm, StatementForm
from ..models import Statement
from ..services import statements as services
from ..services import steps
from . import evidence
from .common import note_view, refusals_show_the_review, refusals_show_the_statement, review_for, statement_for


def place_of(statement: Statement) -> str:
    """The address of a statement on its board."""
    return f"{reverse('reviews:board', args=[statement.review_id, statement.level])}#statement-{statement.pk}"


@requires(Permission.REVIEW_WRITE)
@refusals_show_the_review
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add a statement; `?part=`, `?rating=` and `?domain=` say where."""
    found = review_for(request, pk)
    workflow.REVIEW.check(ReviewAct.WRITE, found.state)
    known = {name: request.GET.get(name, "") for name in ("part", "rating", "domain")}
    key = steps.draft_key(found, "statement:new")
    page = drafts.open_form(request, key, lambda data: StatementForm(data, initial=known))
    if request.method == "POST" and page.form.is_valid():
        made = services.add(found, page.form.values(), by=request.user)
        messages.success(request, "The statement is added. Add what will be done about it.")
        return redirect(made)
    drawn = {"page": page, "review": found, "title": "Add a statement", "button": "Add the statement"}
    return render(request, "reviews/step.html", drawn)


@require_safe
@requires(Permission.REVIEW_SEE)
def statement(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One statement: its words, its action plan, its moves."""
    return show_statement(request, statement_for(request, pk))


def show_statement(request: HttpRequest, found: Statement, *, status: int = 200, **more: str) -> HttpResponse:
    """The page of a statement; with `refusal` above it where an act was just refused (409)."""
    note_view(request, found.review, "statement")
    writes = ReviewAct.WRITE in steps.acts_for(found.review, request.user)
    drawn = {
        "statement": found,
        "review": found.review,
        "slot": slot_of(found, writes=writes and found.removed_at is None),
        "actions": found.actions.select_related("owner"),
        "moves": [
            {"title": move.words, "by": move.by, "at": move.at, "text": move.reason}
            for move in found.moves.select_related("by").order_by("-at")
        ],
        "evidence": evidence.shown(found),
        "board": place_of(found),
        "may_write": writes and found.removed_at is None,
        "may_put_back": writes and found.removed_at is not None,
        **more,
    }
    return render(request, "reviews/statement.html", drawn, status=status)


def slot_of(found: Statement, *, writes: bool) -> texts.TextSlot:
    """The words of a statement, to write where that may be done."""
    asides = texts.waiting([found.words]).get(found.words_id, [])
    for aside in asides:
        _, aside.runs = text_requests.side_by_side(found.words.body, aside.body)
    return texts.TextSlot(
        key="words", label="What is so now", url=reverse("reviews:save-words", args=[found.pk]), text=found.words,
        read_only=not writes, set_aside=asides,
    )  # fmt: skip


@requires(Permission.REVIEW_WRITE)
@refusals_show_the_statement
def move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Rate a statement otherwise, or put it elsewhere, and why; `?rating=` says which rating is wanted."""
    found = statement_for(request, pk)
    workflow.REVIEW.check(ReviewAct.WRITE, found.review.state)
    services.refuse_removed(found)
    wanted = request.GET.get("rating", "")
    key = steps.draft_key(found, "move")
    page = drafts.open_form(request, key, lambda data: MoveForm(data, statement=found, rating=wanted))
    status = 200
    if request.method == "POST" and page.form.is_valid():
        sent = dict(page.form.cleaned_data)
        try:
            moved = services.move(found, seen_version=sent.pop("version") or 0, **sent, by=request.user)
        except EditConflict as conflict:
            now = {name: getattr(conflict.current, name) for name in ("rating", "part", "domain")}
            conflicts.show_on(page.form, conflict, now, conflict.current.version)
            status = 409
        else:
            messages.success(request, "The statement is moved.")
            return redirect(place_of(moved))
    drawn = {
        "page": page, "review": found.review, "statement": found, "title": "Move the statement",
        "button": "Move the statement", "back": place_of(found),
    }  # fmt: skip
    return render(request, "reviews/step.html", drawn, status=status)


@requires(Permission.REVIEW_WRITE)
@refusals_show_the_statement
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a statement off the board, and why."""
    found = statement_for(request, pk)
    workflow.REVIEW.check(ReviewAct.WRITE, found.review.state)
    asks = {"label": "Why is it taken away?", "empty": "Enter why it is taken away"}
    page = drafts.open_form(request, steps.draft_key(found, "remove"), lambda data: ReasonForm(data, **asks))
    if request.method == "POST" and page.form.is_valid():
        services.remove(found, **page.form.cleaned_data, by=request.user)
        messages.success(request, "The statement is taken off the board. It can be put back.")
        return redirect(found)
    happens = ["it leaves the board with its actions", "it is kept, and can be put back while the round is open"]
    drawn = {
        "page": page, "review": found.review, "statement": found, "title": "Take the statement away",
        "button": "Take it away", "happens": happens, "back": found.get_absolute_url(),
    }  # fmt: skip
    return render(request, "reviews/step.html", drawn)


@require_POST
@requires(Permission.REVIEW_WRITE)
@refusals_show_the_statement
def put_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a statement that was taken away back on the board."""
    put = services.put_back(statement_for(request, pk), by=request.user)
    messages.success(request, "The statement is on the board again.")
    return redirect(put)


@require_POST
@requires(Permission.REVIEW_WRITE)
@refusals_show_the_statement
def save(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Without scripts: save the words."""
    found = statement_for(request, pk)
    asides = texts.waiting([found.words]).get(found.words_id, [])
    results = text_requests.save_form(request, "words", asides, lambda **sent: _save(found, sent, by=request.user))
    if any(result.conflict or result.newer for result in results):
        messages.error(request, "Somebody else changed the text while you wrote. Both texts are below.")
        return show_statement(request, statement_for(request, pk), status=409)
    messages.success(request, "Saved." if results else "There was nothing new to save.")
    return redirect(found)


@require_POST
@requires(Permission.REVIEW_WRITE)
@refusals_show_the_statement
def save_words(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Save the words as they are typed; JSON, see `core.text_requests`."""
    found = statement_for(request, pk)
    sent = text_requests.read(request)
    return text_requests.answer(_save(found, sent, by=request.user), sent=sent)


def _save(found: Statement, sent: dict, *, by) -> texts.SaveResult:
    try:
        return services.save_words(found, by=by, **sent)
    except ValidationError as problem:
        raise BadRequest(problem.messages[0]) from None
