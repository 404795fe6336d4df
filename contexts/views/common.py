"""Finding the context that a page is about, as far as its reader may see it, and noting that it was seen."""

from functools import wraps
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from consultations.forms.common import LONG_TEXT
from core import audit
from core.middleware import wants_json
from core.workflow import ActRefused

from ..called import tell
from ..models import Context


def context_for(request: HttpRequest, pk: UUID) -> Context:
    """The context; 404 where it does not exist or is not this person's to see."""
    found = get_object_or_404(Context.objects.visible_to(request.user).with_names(), pk=pk)
    tell(request.user, [found])
    return found


def casework_for(request: HttpRequest, pk: UUID) -> Context:
    """The context whose casework this person may read; 404 where it is not theirs."""
    found = get_object_or_404(Context.objects.casework_of(request.user).with_names(), pk=pk)
    tell(request.user, [found])
    return found


def note_view(request: HttpRequest, context: Context, page: str) -> None:
    """Write into the audit log that this person saw this page of this context."""
    audit.record("viewed", by=request.user, subject=context, label=context.reference, detail={"page": page})


def typed_in(request: HttpRequest) -> str:
    """The sentences of a form that was refused: its page is closed by now, and they are wanted still."""
    sent = (value.strip() for key, value in request.POST.items() if key != "csrfmiddlewaretoken")
    return "\n\n".join(words for words in sent if " " in words)[:LONG_TEXT]


def refusals_show_the_context(view):
    """Decorator for views of one context (`pk`): an act out of order answers 409 with the context as it stands."""

    @wraps(view)
    def guarded(request: HttpRequest, pk: UUID, *args, **kwargs) -> HttpResponse:
        try:
            return view(request, pk, *args, **kwargs)
        except ActRefused as refusal:
            if wants_json(request):
                raise
            from .contexts import show_context

            found = context_for(request, pk)
            return show_context(request, found, status=409, refusal=refusal.reason, typed=typed_in(request))

    return guarded
