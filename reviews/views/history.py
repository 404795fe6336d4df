"""What happened in a round: every move, rating, statement and action, with who, when and why."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission

from .. import history as told
from ..choices import ReviewAct
from ..forms.history import HistoryFilter
from ..services import steps
from .common import note_view, review_for


@require_safe
@requires(Permission.REVIEW_SEE)
def history(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The chronology of a round, and above it the statements that were taken away, to be put back."""
    found = review_for(request, pk)
    note_view(request, found, "history")
    form = HistoryFilter(request.GET)
    kinds = form.chosen().get("kind", [])
    page = Paginator(told.events(found, kinds), told.PAGE_SIZE).get_page(request.GET.get("page"))
    removed = found.statements.exclude(removed_at=None).select_related("words", "removed_by").order_by("-removed_at")
    drawn = {
        "review": found,
        "form": form,
        "chosen": form.chosen(),
        "page": page,
        "lines": told.lines(page),
        "removed": removed,
        "may_write": ReviewAct.WRITE in steps.acts_for(found, request.user),
    }
    return render(request, "reviews/history.html", drawn)
