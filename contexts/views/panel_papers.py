"""The minutes of a panel: to print, and the files that jobs make of them."""

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

from .. import panel_papers as papers
from ..models import Panel
from ..services import panel_papers as services
from ..services.panel import label
from .panel_common import panel_for, refusals_show_the_panel


@require_safe
@requires(Permission.PANEL_HOLD)
def minutes(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The minutes, to be printed, as this reader may read them."""
    found = panel_for(request, pk)
    _printed(request, found, "page")
    make = reverse("contexts:panel-make-minutes", args=[pk])
    bar = {
        "back": found.get_absolute_url(), "back_text": "Back to the panel", "make_url": make, "word_url": make,
        "no_pdf": pdf.unavailable(),
    }  # fmt: skip
    return HttpResponse(papers.html(papers.minutes(request.user, found), request, bar=bar))


@require_POST
@requires(Permission.PANEL_HOLD)
@refusals_show_the_panel
def make_minutes(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for the minutes as a PDF or a Word file."""
    found = panel_for(request, pk)
    form = services.WORD if request.POST.get("form") == services.WORD else services.PDF
    return redirect("contexts:panel-paper", pk=services.ask_for(found, form=form, by=request.user).pk)


@require_safe
@requires(Permission.PANEL_HOLD)
def paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How a file is getting on."""
    job = job_pages.job_for(request, services.KIND, pk)
    context = {
        "title": papers.TITLE,
        "panel": services.panel_of(job),
        "what": "Word file" if job.params["form"] == services.WORD else "PDF",
    }
    return job_pages.answer_progress(
        request, job, page="contexts/papers/panel_job.html", fragment="contexts/papers/_panel_progress.html",
        context=context,
    )  # fmt: skip


@require_safe
@requires(Permission.PANEL_HOLD)
def download(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The finished file, for who may still have it; its download is recorded."""
    job = job_pages.job_for(request, services.KIND, pk)
    answer = job_pages.answer_file(request, job)
    if found := services.panel_of(job):
        _printed(request, found, job.params["form"])
    return answer


@require_POST
@requires(Permission.PANEL_HOLD)
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop a file that waits or is being made."""
    jobs.cancel(job_pages.job_for(request, services.KIND, pk), by=request.user)
    messages.success(request, "It has been cancelled.")
    return redirect("contexts:panel-paper", pk=pk)


def _printed(request: HttpRequest, found: Panel, form: str) -> None:
    detail = {"paper": "panel-minutes", "as": form}
    audit.record("printed", by=request.user, subject=found, label=label(found), detail=detail)
