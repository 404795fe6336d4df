"""Finding the round or statement that a page is about, as far as its reader may see it, and noting that it was seen."""

from functools import wraps
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from core import audit, texts
from core.middleware import wants_json
from core.workflow import ActRefused

from ..models import Review, Statement
from ..services import steps


def review_for(request: HttpRequest, pk: UUID) -> Review:
    """The round with its lead; 404 where it does not exist or is not this person's to see."""
    return get_object_or_404(
        Review.objects.visible_to(request.user).select_related("lead", "closed_by", "follows"), pk=pk
    )


ABOUT = ["review__lead", "words__updated_by", "made_by", "removed_by", "carried_from__review"]


def statement_for(request: HttpRequest, pk: UUID) -> Statement:
    """The statement with its round and words; 404 where it does not exist or is not this person's to see."""
    rows = Statement.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related(*ABOUT), pk=pk)


def from_script(request: HttpRequest) -> bool:
    """Whether the board's script asks, which puts a part of a page where it is needed."""
    return request.headers.get("X-Requested-With") == "fetch"


def note_view(request: HttpRequest, review: Review, page: str) -> None:
    """Write into the audit log that this person saw this page of this round."""
    audit.record("viewed", by=request.user, subject=review, label=steps.label(review), detail={"page": page})


# The fields of the forms about a round in which somebody writes.
WRITTEN = ("text-words", "words", "reason", "what", "timescale", "note", "title")


def typed_in(request: HttpRequest) -> str:
    """What was written into a form that was refused: its page is closed by now, and the words are wanted still."""
    written = (request.POST.get(name, "").strip() for name in WRITTEN)
    return "\n\n".join(words for words in written if words)[: texts.MAX_LENGTH]


def refusals_show_the_review(view):
    """Decorator for views of one round (`pk`): an act out of order answers 409 with the round as it stands."""

    @wraps(view)
    def guarded(request: HttpRequest, pk: UUID, *args, **kwargs) -> HttpResponse:
        try:
            return view(request, pk, *args, **kwargs)
        except ActRefused as refusal:
            from .rounds import show_review

            found = review_for(request, pk)
            return show_review(request, found, status=409, refusal=refusal.reason, typed=typed_in(request))

    return guarded


def refusals_show_the_statement(view):
    """The same for views of one statement (`pk`)."""

    @wraps(view)
    def guarded(request: HttpRequest, pk: UUID, *args, **kwargs) -> HttpResponse:
        try:
            return view(request, pk, *args, **kwargs)
        except ActRefused as refusal:
            if wants_json(request):
                raise
            from .statements import show_statement

            found = statement_for(request, pk)
            return show_statement(request, found, status=409, refusal=refusal.reason, typed=typed_in(request))

    return guarded
