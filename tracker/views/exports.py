"""Exports of the tracker: asking for one, how it is getting on, its file."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import job_pages, jobs
from core.models import Job

from .. import exports


@require_POST
@requires(Permission.TRACKER_EXPORT)
def export(request: HttpRequest) -> HttpResponse:
    """Ask for an Excel export of the filter that the tracker showed."""
    job = exports.ask_for(request.POST.get("filters", "")[:4000], by=request.user)
    return redirect("tracker:export-job", pk=job.pk)


@require_safe
@requires(Permission.TRACKER_EXPORT)
def export_list(request: HttpRequest) -> HttpResponse:
    """The exports that you asked for, newest first."""
    mine = Job.objects.visible_to(request.user).filter(kind=exports.KIND).select_related("file").defer("file__content")
    headings = [{"label": label} for label in ("Asked for", "Filters", "Status")]
    page = Paginator(mine, 25).get_page(request.GET.get("page"))
    return render(request, "tracker/exports.html", {"page": page, "headings": headings})


@require_safe
@requires(Permission.TRACKER_EXPORT)
def export_job(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How an export is getting on; a fragment for htmx, JSON for a script."""
    job = job_pages.job_for(request, exports.KIND, pk)
    return job_pages.answer_progress(
        request, job, page="tracker/export.html", fragment="tracker/_export_progress.html", context={}
    )


@require_safe
@requires(Permission.TRACKER_EXPORT)
def download(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The finished workbook; its download is recorded."""
    return job_pages.answer_file(request, job_pages.job_for(request, exports.KIND, pk))


@require_POST
@requires(Permission.TRACKER_EXPORT)
def cancel_export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop an export that waits or runs."""
    jobs.cancel(job_pages.job_for(request, exports.KIND, pk), by=request.user)
    messages.success(request, "The export has been cancelled.")
    return redirect("tracker:export-job", pk=pk)
