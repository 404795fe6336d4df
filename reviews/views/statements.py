"""A statement: adding one, its page, moving it, taking it away and putting it back, its words."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import conflicts, drafts, text_requests, texts
from core.middleware import wants_json
from core.workflow import EditConflict

from .. import workflow
from ..choices import ReviewAct
from ..forms.rounds import ReasonForm
from ..forms.statements import MoveForm, OrderForm, StatementForm, over_draft, wanted_of
from ..models import Statement, StatementMove
from ..services import going_on, steps
from ..services import statements as services
from . import evidence
from .common import (
    from_script,
    note_view,
    refusals_show_the_review,
    refusals_show_the_statement,
    review_for,
    statement_for,
)

# What is said for a move that is taken back, until somebody says more.
TAKEN_BACK = "Taken back: it was moved by mistake."


def place_of(statement: Statement) -> str:
    """The address of a statement on its board."""
    return f"{reverse('reviews:board', args=[statement.review_id, statement.level])}#statement-{statement.pk}"


@requires(Permission.REVIEW_WRITE)
@refusals_show_the_review
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add a statement; `?part=`, `?rating=` and `?domain=` say where."""
    found = review_for(request, pk)
    workflow.REVIEW.check(ReviewAct.WRITE, found.state)
    known = wanted_of(request.GET, ("part", "rating", "domain"))
    key = steps.draft_key(found, "statement:new")
    begun = request.method == "GET"
    page = drafts.open_form(
        request, key, lambda data: StatementForm(over_draft(data, known) if begun else data, initial=known)
    )
    if request.method == "POST" and page.form.is_valid():
        made = services.add(found, page.form.values(), by=request.user)
        messages.success(request, "The statement is added. Add what will be done about it.")
        return redirect(place_of(made))
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
    moves = list(found.moves.select_related("by").order_by("-at"))
    drawn = {
        "statement": found,
        "review": found.review,
        "slot": slot_of(found, writes=writes and found.removed_at is None),
        "actions": found.actions.select_related("owner", "carried_to"),
        "moves": [{"title": move.words, "by": move.by, "at": move.at, "text": move.reason} for move in moves],
        "take_back": _take_back(moves[0]) if moves and writes and found.removed_at is None else "",
        "evidence": evidence.shown(found),
        "board": place_of(found),
        **going_on.around(found),
        "may_write": writes and found.removed_at is None,
        "may_put_back": writes and found.removed_at is not None,
        **more,
    }
    return render(request, "reviews/statement.html", drawn, status=status)


def slot_of(found: Statement, *, writes: bool, key: str = "words") -> texts.TextSlot:
    """The words of a statement, to write where that may be done. On the board each has a `key` of its own."""
    asides = texts.waiting([found.words]).get(found.words_id, [])
    for aside in asides:
        _, aside.runs = text_requests.side_by_side(found.words.body, aside.body)
    return texts.TextSlot(
        key=key, label="What is so now", url=reverse("reviews:save-words", args=[found.pk]), text=found.words,
        read_only=not writes, set_aside=asides, versions_url=reverse("reviews:versions", args=[found.pk]),
    )  # fmt: skip


@require_safe
@requires(Permission.REVIEW_WRITE)
@refusals_show_the_statement
def write(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The words to write in, for the card on the board; whoever comes here otherwise gets the statement's page."""
    found = statement_for(request, pk)
    if not from_script(request):
        return redirect(found)
    workflow.REVIEW.check(ReviewAct.WRITE, found.review.state)
    services.refuse_removed(found)
    note_view(request, found.review, "statement")
    slot = slot_of(found, writes=True, key=str(found.pk))
    return render(request, "reviews/_write.html", {"slot": slot, "statement": found})


@requires(Permission.REVIEW_WRITE)
@refusals_show_the_statement
def move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Rate a statement otherwise, or put it elsewhere, and why.

    `?rating=`, `?part=` and `?domain=` say what is wanted, `?back=1` that a move is taken back, `?seen=` which version
    the board showed. Our script puts the form into the board, and is answered in JSON once it is done.
    """
    found = statement_for(request, pk)
    workflow.REVIEW.check(ReviewAct.WRITE, found.review.state)
    services.refuse_removed(found)
    wanted = wanted_of(request.GET, ("rating", "part", "domain"))
    if request.GET.get("back") and wanted:
        wanted["reason"] = TAKEN_BACK
    begun = request.method == "GET"
    key = steps.draft_key(found, "move")

    def make(data):
        fresh = wanted | {"version": found.version} if wanted else {}
        if data is not None and data.get("reason"):
            fresh.pop("reason", None)  # what somebody has begun to write stays
        return MoveForm(over_draft(data, fresh) if begun else data, statement=found, wanted=wanted)

    page = drafts.open_form(request, key, make)
    status = 200
    if request.method == "POST" and page.form.is_valid():
        sent = dict(page.form.cleaned_data)
        try:
            moved = services.move(found, seen_version=sent.pop("version") or 0, **sent, by=request.user)
        except EditConflict as conflict:
            now = {name: getattr(conflict.current, name) for name in ("rating", "part", "domain")}
            conflicts.show_on(page.form, conflict, now, conflict.current.version)
            found, status = conflict.current, 409
        else:
            return _moved(request, found, moved)
    drawn = {
        "page": page, "review": found.review, "statement": found, "back": place_of(found),
        "title": "Take the move back" if request.GET.get("back") else "Move the statement",
        "meanwhile": _meanwhile(request, found) if begun or status == 409 else None,
        "neighbours": neighbours(found), "in_dialog": from_script(request),
    }  # fmt: skip
    template = "reviews/_move.html" if from_script(request) else "reviews/move.html"
    return render(request, template, drawn, status=status)


def _moved(request: HttpRequest, before: Statement, moved: Statement) -> HttpResponse:
    last = moved.moves.select_related("by").order_by("at").last()
    words = last.words if last and moved.version != before.version else "It was there already"
    if wants_json(request):
        undo = _take_back(last) if last and moved.version != before.version else ""
        return JsonResponse({"status": "moved", "said": words, "undo": undo})
    messages.success(request, f"The statement is moved. {words}.")
    return redirect(place_of(moved))


def _take_back(move: StatementMove) -> str:
    """The address that asks whether a move is to be taken back: another move, to where it came from."""
    asked = {"rating": move.rating_before, "part": move.part_before, "domain": move.domain_before, "back": "1"}
    return f"{reverse('reviews:move-statement', args=[move.statement_id])}?{urlencode(asked)}"


def _meanwhile(request: HttpRequest, found: Statement) -> StatementMove | None:
    """The move that somebody else made after the board was drawn."""
    seen = request.GET.get("seen", "")
    if request.method == "GET" and (not seen or seen == str(found.version)):
        return None
    return found.moves.select_related("by").order_by("at").last()


def neighbours(found: Statement) -> dict[str, Statement | None]:
    """The statements above and below one in its cell."""
    cell = list(
        found.review.statements.standing().filter(level=found.level, stage=found.stage, rating=found.rating).only("pk")
    )
    at = next((number for number, one in enumerate(cell) if one.pk == found.pk), None)
    if at is None:
        return {"above": None, "below": None}
    return {"above": cell[at - 1] if at else None, "below": cell[at + 1] if at + 1 < len(cell) else None}


@require_POST
@requires(Permission.REVIEW_WRITE)
@refusals_show_the_statement
def reorder(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a statement before or after another one of its column."""
    found = statement_for(request, pk)
    form = OrderForm(request.POST)
    if not form.is_valid():
        raise BadRequest("The page sent something that it should not. Load it again.")
    put = services.reorder(found, **form.cleaned_data, by=request.user)
    if wants_json(request):
        return JsonResponse({"status": "ordered"})
    messages.success(request, "The statement has another place in its column.")
    return redirect(place_of(put))


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
