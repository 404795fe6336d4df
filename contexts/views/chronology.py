"""What happened to a context, and who viewed it."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission, can
from consultations import viewers as visiting

from .. import chronology as told
from .. import viewers
from ..forms.chronology import ContextChronologyFilter, ViewsFilter
from .common import casework_for, note_view


@require_safe
@requires(Permission.CONTEXT_SEE)
def chronology(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything that happened to one context."""
    found = casework_for(request, pk)
    note_view(request, found, "chronology")
    happened = told.Chronology(found, request.user)
    form = ContextChronologyFilter(request.GET, people=happened.people())
    chosen = form.chosen()
    page = Paginator(happened.rows(chosen), told.PAGE_SIZE).get_page(request.GET.get("page"))
    drawn = {
        "found": found,
        "form": form,
        "chosen": chosen,
        "page": page,
        "lines": happened.lines(page),
        "may_see_views": can(request.user, Permission.CONTEXT_VIEWS_SEE),
    }
    return render(request, "contexts/chronology.html", drawn)


@require_safe
@requires(Permission.CONTEXT_VIEWS_SEE)
def views(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who viewed this context, or was refused it."""
    found = casework_for(request, pk)
    note_view(request, found, "who viewed this context")
    events = viewers.events_of(found)
    form = ViewsFilter(request.GET, people=visiting.people(events))
    form.is_valid()
    chosen = form.cleaned_data
    narrowed = visiting.narrowed(
        events,
        person=chosen.get("person"),
        what=chosen.get("what", ""),
        first=chosen.get("day_from"),
        last=chosen.get("day_to"),
    )
    page = Paginator(visiting.by_day(narrowed), visiting.PAGE_SIZE).get_page(request.GET.get("page"))
    headings = [{"label": label} for label in ("Day", "Who", "What", "Which pages", "When")]
    drawn = {"found": found, "form": form, "page": page, "visits": visiting.visits(page), "headings": headings}
    return render(request, "contexts/views.html", drawn)
