"""The board of one level: the six columns of the results tool on one page."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import conflicts, drafts
from core.workflow import EditConflict

from .. import presenters, workflow
from ..choices import COLUMNS, LEVEL_WORDS, Domain, Level, Part, ReviewAct
from ..forms.statements import RateForm
from ..services import ratings as services
from ..services import steps
from .common import note_view, refusals_show_the_review, review_for


@require_safe
@requires(Permission.REVIEW_SEE)
def board(request: HttpRequest, pk: UUID, level: str) -> HttpResponse:
    """One level of a round, all domains or the one in `?domain=`."""
    found = review_for(request, pk)
    chosen = request.GET.get("domain", "")
    domain = Domain(chosen) if chosen in Domain.values else None
    note_view(request, found, f"board of level {level}")
    drawn = {
        "review": found,
        "level": Level(level),
        "words": LEVEL_WORDS[Level(level)],
        "columns": COLUMNS,
        "rows": presenters.board(found, Level(level), domain),
        "domain": domain,
        "domains": Domain,
        "may_write": ReviewAct.WRITE in steps.acts_for(found, request.user),
    }
    return render(request, "reviews/board.html", drawn)


@requires(Permission.REVIEW_WRITE)
@refusals_show_the_review
def rate(request: HttpRequest, pk: UUID, level: str, stage: str) -> HttpResponse:
    """Set the overall rating of a level and stage, and why; the earlier ones are below it."""
    found = review_for(request, pk)
    workflow.REVIEW.check(ReviewAct.WRITE, found.state)
    try:
        part = Part.of(level, stage)
    except ValueError:
        raise Http404 from None
    ratings = list(found.overall_ratings.filter(part=part).select_related("by").order_by("-at"))
    current = next((one for one in ratings if one.is_current), None)
    key = steps.draft_key(found, f"rate:{part}")
    page = drafts.open_form(request, key, lambda data: RateForm(data, current=current))
    back = f"{reverse('reviews:board', args=[pk, level])}#{stage}"
    status = 200
    if request.method == "POST" and page.form.is_valid():
        try:
            services.rate(found, part, **page.form.cleaned_data, by=request.user)
        except EditConflict as conflict:
            now = {"rating": conflict.current.rating, "reason": conflict.current.reason} if conflict.current else {}
            conflicts.show_on(page.form, conflict, now, 0)
            page.form.data["seen"] = str(conflict.current.pk) if conflict.current else ""
            status = 409
        else:
            messages.success(request, "The overall rating is saved.")
            return redirect(back)
    drawn = {
        "page": page, "review": found, "title": f"Overall rating: {part.label}", "button": "Save the rating",
        "back": back, "ratings": ratings, "last": presenters.last_ratings(found).get(part),
    }  # fmt: skip
    return render(request, "reviews/rate.html", drawn, status=status)
