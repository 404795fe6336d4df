"""The tracker list."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission, can
from core import audit

from .. import rows

PAGE_SIZE = 50


@require_safe
@requires(Permission.TRACKER_SEE)
def tracker(request: HttpRequest) -> HttpResponse:
    """Every referral as a row, filtered and sorted by the URL."""
    form = rows.filter_from(request.GET)
    chosen = form.chosen()
    sort = rows.sort_from(request.GET)
    page = Paginator(rows.rows_for(request.user, chosen, sort), PAGE_SIZE).get_page(request.GET.get("page"))
    if words := chosen.get("q"):
        audit.record(
            "searched", by=request.user, detail={"in": "tracker", "words": words, "found": page.paginator.count}
        )
    context = {
        "form": form,
        "chosen": chosen,
        "page": page,
        "sort": sort,
        "keep": {"sort": sort if sort != rows.DEFAULT_SORT else ""},
        "headings": _headings(),
        "may_export": can(request.user, Permission.TRACKER_EXPORT),
        "filters": _without_page(request.GET),
    }
    return render(request, "tracker/tracker.html", context)


def _headings() -> list[dict[str, str]]:
    return [
        {"label": "Reference", "key": "reference"},
        {"label": "Received", "key": "received"},
        {"label": settings.CASE_NUMBER_NAME},
        {"label": "Team and referrer", "key": "team"},
        {"label": "Primary Concern and detail", "key": "concern"},
        {"label": "Themes"},
        {"label": "Outcome", "key": "outcome"},
        {"label": "Feedback"},
    ]


def _without_page(query: QueryDict) -> str:
    query = query.copy()
    query.pop("page", None)
    return query.urlencode()
