"""A safety map to print, as a picture, and as a PDF that a job makes."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission
from consultations.papers import pdf
from core import audit, job_pages, jobs

from .. import safety_exports as services
from .. import safety_papers as papers
from ..models import SafetyMap
from .common import refusals_show_the_context
from .safety import map_for

MAP, HEAT = "safety-map", "heat-map"


@require_safe
@requires(Permission.CONTEXT_SEE)
def print_map(request: HttpRequest, pk: UUID, number: UUID) -> HttpResponse:
    """The map with the list of the pins that the URL leaves, to be printed."""
    found = map_for(request, pk, number)
    _printed(request, found, "page")
    query = request.GET.urlencode()
    bar = {
        "back": f"{found.get_absolute_url()}?{query}", "back_text": "Back to the map",
        "make_url": f"{reverse('contexts:safety-map-make', args=[pk, number])}?{query}", "no_pdf": pdf.unavailable(),
        "other": {
            "url": f"{reverse('contexts:safety-map-png', args=[pk, number])}?{query}", "text": "Download as a picture",
        },
    }  # fmt: skip
    return HttpResponse(papers.html(papers.opened(found, request.user, request.GET), request, bar=bar))


@require_safe
@requires(Permission.CONTEXT_SEE)
def png(request: HttpRequest, pk: UUID, number: UUID) -> HttpResponse:
    """The map with its pins as a picture."""
    found = map_for(request, pk, number)
    drawn = papers.opened(found, request.user, request.GET)
    _printed(request, found, "png")
    headers = {"Content-Disposition": f'attachment; filename="safety-map-{found.context.reference}.png"'}
    return HttpResponse(papers.as_png(drawn), content_type="image/png", headers=headers)


@require_safe
@requires(Permission.CONTEXT_SEE)
def print_heat(request: HttpRequest, pk: UUID, number: UUID) -> HttpResponse:
    """The heat map with its squares in words, to be printed."""
    found = map_for(request, pk, number)
    _printed(request, found, "page", paper=HEAT)
    query, where = request.GET.urlencode(), {"args": [pk, number]}
    bar = {
        "back": f"{reverse('contexts:safety-map-heat', **where)}?{query}", "back_text": "Back to the heat map",
        "make_url": f"{reverse('contexts:safety-heat-make', **where)}?{query}", "no_pdf": pdf.unavailable(),
        "other": {
            "url": f"{reverse('contexts:safety-heat-png', **where)}?{query}", "text": "Download as a picture",
        },
    }  # fmt: skip
    return HttpResponse(papers.html(papers.heated(found, request.user, request.GET), request, bar=bar))


@require_safe
@requires(Permission.CONTEXT_SEE)
def heat_png(request: HttpRequest, pk: UUID, number: UUID) -> HttpResponse:
    """The heat map as a picture."""
    found = map_for(request, pk, number)
    drawn = papers.heated(found, request.user, request.GET)
    _printed(request, found, "png", paper=HEAT)
    headers = {"Content-Disposition": f'attachment; filename="heat-map-{found.context.reference}.png"'}
    return HttpResponse(papers.heat_as_png(drawn), content_type="image/png", headers=headers)


@require_POST
@requires(Permission.CONTEXT_SEE)
@refusals_show_the_context
def make_heat(request: HttpRequest, pk: UUID, number: UUID) -> HttpResponse:
    """Ask for the heat map as a PDF, with the pins that the URL leaves."""
    job = services.ask_for(map_for(request, pk, number), request.GET, heat=True, by=request.user)
    return redirect("contexts:safety-map-file", pk=job.pk)


@require_POST
@requires(Permission.CONTEXT_SEE)
@refusals_show_the_context
def make(request: HttpRequest, pk: UUID, number: UUID) -> HttpResponse:
    """Ask for the map as a PDF, with the pins that the URL leaves."""
    job = services.ask_for(map_for(request, pk, number), request.GET, by=request.user)
    return redirect("contexts:safety-map-file", pk=job.pk)


@require_safe
@requires(Permission.CONTEXT_SEE)
def file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How a PDF is getting on."""
    job = job_pages.job_for(request, services.KIND, pk)
    context = {"map": services.map_of(job, request.user), "what": "PDF"}
    context["title"] = "Heat map" if job.params.get("heat") else "Safety map"
    return job_pages.answer_progress(
        request, job, page="contexts/safety/file.html", fragment="contexts/safety/_progress.html", context=context
    )


@require_safe
@requires(Permission.CONTEXT_SEE)
def download(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The finished PDF, for who may still have it; its download is recorded, also with the context."""
    job = job_pages.job_for(request, services.KIND, pk)
    answer = job_pages.answer_file(request, job)
    _printed(request, services.map_of(job, request.user), "pdf", paper=HEAT if job.params.get("heat") else MAP)
    return answer


@require_POST
@requires(Permission.CONTEXT_SEE)
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop a PDF that waits or is being made."""
    jobs.cancel(job_pages.job_for(request, services.KIND, pk), by=request.user)
    messages.success(request, "It has been cancelled.")
    return redirect("contexts:safety-map-file", pk=pk)


def _printed(request: HttpRequest, found: SafetyMap, form: str, *, paper: str = MAP) -> None:
    context = found.context
    detail = {"paper": paper, "as": form, "map": str(found.pk)}
    audit.record("printed", by=request.user, subject=context, label=context.reference, detail=detail)
