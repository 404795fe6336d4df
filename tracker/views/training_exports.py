"""The training register as an Excel file: asking for it, how it is getting on, the file."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import job_pages, jobs

from .. import training_export


@require_POST
@requires(Permission.TRAINING_MANAGE)
def export(request: HttpRequest) -> HttpResponse:
    """Ask for an Excel file of the register, with the courses that the list showed."""
    job = training_export.ask_for(request.POST.get("filters", ""), by=request.user)
    return redirect("tracker:training-export-job", pk=job.pk)


@require_safe
@requires(Permission.TRAINING_MANAGE)
def export_job(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How an export is getting on; a fragment for htmx, JSON for a script."""
    job = job_pages.job_for(request, training_export.KIND, pk)
    return job_pages.answer_progress(
        request,
        job,
        page="tracker/training_export.html",
        fragment="tracker/_training_export_progress.html",
        context={},
    )


@require_safe
@requires(Permission.TRAINING_MANAGE)
def download(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The finished workbook; its download is recorded."""
    return job_pages.answer_file(request, job_pages.job_for(request, training_export.KIND, pk))


@require_POST
@requires(Permission.TRAINING_MANAGE)
def cancel_export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop an export that waits or runs."""
    jobs.cancel(job_pages.job_for(request, training_export.KIND, pk), by=request.user)
    messages.success(request, "The export has been cancelled.")
    return redirect("tracker:training-export-job", pk=pk)
