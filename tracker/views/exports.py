"""Exports of the tracker: asking for one, how it is getting on, its file, deleting that; and the list of exports."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission, can
from core import job_pages, jobs
from core.models import Job

from .. import exports, rows, training_export
from ..forms.exports import ExportForm
from .listing import note_search

# What stands in the list of exports, and who may have it.
LISTED = {exports.KIND: Permission.TRACKER_EXPORT, training_export.KIND: Permission.TRAINING_MANAGE}
HEADINGS = [{"label": label} for label in ("Asked for", "What", "Filters", "Status", "Kept until")]


@requires(Permission.TRACKER_EXPORT)
def export(request: HttpRequest) -> HttpResponse:
    """What an export of the filter that the tracker showed would hold; and asking for it."""
    query = rows.known_part(QueryDict(request.POST.get("filters", "")) if request.method == "POST" else request.GET)
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        job = exports.ask_for(
            query.urlencode(), format=form.cleaned_data["format"], anonymous=form.anonymous, by=request.user
        )
        return redirect("tracker:export-job", pk=job.pk)
    filters = rows.filter_from(query)
    count = rows.rows_for(request.user, filters.chosen()).count()
    note_search(request, filters.chosen(), count, where="export")
    context = {
        "form": form,
        "filters": query.urlencode(),
        "words": filters.words(),
        "left_out": list(filters.errors.values()),
        "count": count,
    }
    return render(request, "tracker/export.html", context)


@require_safe
@requires(*LISTED.values())
def export_list(request: HttpRequest) -> HttpResponse:
    """The exports that you asked for, of the tracker and of the training register, newest first."""
    kinds = [kind for kind, permission in LISTED.items() if can(request.user, permission)]
    mine = Job.objects.visible_to(request.user).filter(kind__in=kinds).select_related("file").defer("file__content")
    context = {
        "page": Paginator(mine, 25).get_page(request.GET.get("page")),
        "headings": HEADINGS,
        "training": training_export.KIND,
        "of_tracker": exports.KIND in kinds,
    }
    return render(request, "tracker/exports.html", context)


@require_safe
@requires(Permission.TRACKER_EXPORT)
def export_job(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How an export is getting on and who downloaded it; a fragment for htmx, JSON for a script."""
    job = job_pages.job_for(request, exports.KIND, pk)
    context = {
        "downloads": job_pages.events_of(job, "downloaded"),
        "deleted": job_pages.events_of(job, "deleted").first(),
    }
    return job_pages.answer_progress(
        request, job, page="tracker/export_job.html", fragment="tracker/_export_progress.html", context=context
    )


@require_safe
@requires(Permission.TRACKER_EXPORT)
def download(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The finished file; its download is recorded."""
    return job_pages.answer_file(request, job_pages.job_for(request, exports.KIND, pk))


@require_POST
@requires(Permission.TRACKER_EXPORT)
def cancel_export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop an export that waits or runs."""
    jobs.cancel(job_pages.job_for(request, exports.KIND, pk), by=request.user)
    messages.success(request, "The export has been cancelled.")
    return redirect("tracker:export-job", pk=pk)


@requires(Permission.TRACKER_EXPORT)
def delete_export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete the file of a finished export before its time, after a page that says what goes."""
    job = job_pages.job_for(request, exports.KIND, pk)
    if request.method == "POST":
        jobs.delete_file(job, by=request.user)
        messages.success(request, "The file is deleted.")
        return redirect("tracker:export-job", pk=pk)
    file = job_pages.file_of(job)
    if file is None:
        return redirect("tracker:export-job", pk=pk)  # which says how it stands
    return render(request, "tracker/export_delete.html", {"job": job, "file": file})
