"""The peer map: drawn, arranged, taken away as a picture or a PDF."""

import math
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission
from consultations.papers import pdf
from core import audit, job_pages, jobs
from core.middleware import wants_json

from .. import peer_map as mapping
from .. import peer_papers as papers
from .. import people_presenters
from ..forms.peer_map import PeerMapFilter
from ..models import Context
from ..services import links, steps
from ..sight import Sight
from .common import casework_for, note_view, refusals_show_the_context

# How far one press moves somebody, in hundredths.
STEP = 4.0
WAYS = {"left": (-STEP, 0), "right": (STEP, 0), "up": (0, -STEP), "down": (0, STEP)}
FILES = {"svg": ("image/svg+xml", papers.svg), "png": ("image/png", papers.png)}


@require_safe
@requires(Permission.CONTEXT_SEE)
def peer_map(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The map, and the lists that say the same."""
    found = casework_for(request, pk)
    note_view(request, found, "peer-map")
    form = PeerMapFilter(request.GET)
    drawing = mapping.drawn(found, request.user, **form.asked())
    sight = Sight(request.user, found)
    shown = {node.person.pk for node in drawing.nodes}
    everybody = [each for each in mapping.people_of(found, request.user) if each[2].pk in shown]
    ties = {edge.tie.pk for edge in drawing.edges}
    drawn = {
        "found": found,
        "form": form,
        "chosen": form.chosen(),
        "map": drawing,
        "elements": drawing.elements(),
        "rows": people_presenters.person_rows(everybody, sight),
        "ties": people_presenters.tie_rows(found, everybody, sight, only=ties),
        "query": request.GET.urlencode(),
        "moves": [(way, way.capitalize()) for way in WAYS],
        "may_work": steps.may_work_on(request.user, found),
    }
    return render(request, "contexts/people/map.html", drawn)


@require_POST
@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put people elsewhere on the map: to places (JSON of our script), or one person a step further (a button)."""
    found = casework_for(request, pk)
    known = mapping.drawn(found, request.user)
    by_pk = {str(node.person.pk): node for node in known.nodes}
    if wants_json(request):
        places, drawn_at = (
            {
                by_pk[pk].person.pk: _place(value)
                for key, value in request.POST.items()
                if key.startswith(word) and (pk := key.removeprefix(word)) in by_pk
            }
            for word in ("place-", "drawn-")
        )
        return JsonResponse({"moved": links.place(found, places, drawn_at=drawn_at, by=request.user)})
    node, way = by_pk.get(request.POST.get("person", "")), WAYS.get(request.POST.get("to", ""))
    if node is None or way is None:
        raise BadRequest("Choose somebody, then press one of the arrows.")
    # Whoever had no place yet keeps the one that they were drawn at.
    drawn_at = {each.person.pk: (each.x, each.y) for each in known.nodes if each.person.map_x is None}
    places = {node.person.pk: _within(node.x + way[0], node.y + way[1])}
    links.place(found, places, drawn_at=drawn_at, by=request.user)
    return redirect(f"{reverse('contexts:peer-map', args=[found.pk])}?moved={node.person.pk}#move")


def _place(value: str) -> tuple[float, float]:
    try:
        x, y = (float(part) for part in value[:60].split(","))
    except ValueError:
        raise BadRequest("The page sent a place that could not be read.") from None
    if not (math.isfinite(x) and math.isfinite(y)):
        raise BadRequest("The page sent a place that could not be read.")
    return _within(x, y)


def _within(x: float, y: float) -> tuple[float, float]:
    """The place, or the nearest one at which a person and the name below still stand inside the drawing."""
    return (
        round(min(mapping.RIGHT, max(mapping.LEFT, x)), 2),
        round(min(mapping.BOTTOM, max(mapping.TOP, y)), 2),
    )


@require_safe
@requires(Permission.CONTEXT_SEE)
def picture(request: HttpRequest, pk: UUID, form: str) -> HttpResponse:
    """The map as a picture, with names or without (`names=without`)."""
    if form not in FILES:
        raise Http404
    found = casework_for(request, pk)
    content_type, make = FILES[form]
    drawing = mapping.drawn(found, request.user, **_asked(request))
    _taken(request, found, form)
    headers = {
        "Content-Disposition": f'attachment; filename="peer-map-{found.reference}.{form}"',
        "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    }
    return HttpResponse(make(drawing), content_type=content_type, headers=headers)


@require_safe
@requires(Permission.CONTEXT_SEE)
def print_map(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The map with its lists, to be printed."""
    found = casework_for(request, pk)
    _taken(request, found, "page")
    query = request.GET.urlencode()
    bar = {
        "back": reverse("contexts:peer-map", args=[found.pk]), "back_text": "Back to the peer map",
        "make_url": f"{reverse('contexts:make-peer-map', args=[found.pk])}?{query}", "no_pdf": pdf.unavailable(),
    }  # fmt: skip
    return HttpResponse(papers.html(mapping.drawn(found, request.user, **_asked(request)), request, bar=bar))


@require_POST
@requires(Permission.CONTEXT_SEE)
@refusals_show_the_context
def make(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for the map as a PDF."""
    job = papers.ask_for(casework_for(request, pk), _asked(request), by=request.user)
    return redirect("contexts:peer-map-file", pk=job.pk)


@require_safe
@requires(Permission.CONTEXT_SEE)
def file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How a PDF is getting on."""
    job = job_pages.job_for(request, papers.KIND, pk)
    context = {"found": papers.context_of(job, request.user), "what": "PDF"}
    return job_pages.answer_progress(
        request, job, page="contexts/people/file.html", fragment="contexts/people/_progress.html", context=context
    )


@require_safe
@requires(Permission.CONTEXT_SEE)
def download(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The finished PDF, for who may still have it; its download is recorded, also with the context."""
    job = job_pages.job_for(request, papers.KIND, pk)
    answer = job_pages.answer_file(request, job)
    _taken(request, papers.context_of(job, request.user), "pdf")
    return answer


@require_POST
@requires(Permission.CONTEXT_SEE)
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop a PDF that waits or is being made."""
    jobs.cancel(job_pages.job_for(request, papers.KIND, pk), by=request.user)
    messages.success(request, "It has been cancelled.")
    return redirect("contexts:peer-map-file", pk=pk)


def _asked(request: HttpRequest) -> dict[str, Any]:
    names = request.POST.get("names", request.GET.get("names"))
    return PeerMapFilter(request.GET).asked() | {"names": names != "without"}


def _taken(request: HttpRequest, found: Context, form: str) -> None:
    detail = {"paper": "peer-map", "as": form}
    audit.record("printed", by=request.user, subject=found, label=found.reference, detail=detail)
