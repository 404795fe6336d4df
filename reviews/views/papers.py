"""The results tool of a round: to print, and the files that jobs make of it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission
from consultations.papers import pdf as papers_pdf
from core import job_pages, jobs

from ..exporting import pdf
from ..results import TITLE, results
from ..services import papers as services
from .common import refusals_show_the_review, review_for


@require_safe
@requires(Permission.REVIEW_SEE)
def print_results(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The tool, to be printed, with buttons for the files."""
    found = review_for(request, pk)
    services.printed(found, "page", by=request.user)
    make = reverse("reviews:make-paper", args=[pk])
    bar = {
        "back": found.get_absolute_url(), "back_text": "Back to the review", "make_url": make, "word_url": make,
        "excel_url": make, "no_pdf": papers_pdf.unavailable(),
    }  # fmt: skip
    return HttpResponse(pdf.html(results(found), request, bar=bar))


@require_POST
@requires(Permission.REVIEW_SEE)
@refusals_show_the_review
def make_paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for the tool as a PDF, a Word file or a workbook."""
    found = review_for(request, pk)
    form = request.POST.get("form", "")
    job = services.ask_for(found, form=form if form in services.FORMS else services.PDF, by=request.user)
    return redirect("reviews:paper", pk=job.pk)


@require_safe
@requires(Permission.REVIEW_SEE)
def paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How a file is getting on."""
    job = job_pages.job_for(request, services.KIND, pk)
    context = {"title": TITLE, "review": services.review_of(job), "what": services.FORMS[job.params["form"]]}
    return job_pages.answer_progress(
        request, job, page="reviews/papers/job.html", fragment="reviews/papers/_progress.html", context=context
    )


@require_safe
@requires(Permission.REVIEW_SEE)
def download_paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The finished file; its download is recorded."""
    job = job_pages.job_for(request, services.KIND, pk)
    answer = job_pages.answer_file(request, job)
    if found := services.review_of(job):
        services.printed(found, job.params["form"], by=request.user)
    return answer


@require_POST
@requires(Permission.REVIEW_SEE)
def cancel_paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop a file that waits or is being made."""
    jobs.cancel(job_pages.job_for(request, services.KIND, pk), by=request.user)
    messages.success(request, "It has been cancelled.")
    return redirect("reviews:paper", pk=pk)
