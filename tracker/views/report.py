"""Reports for a scrutiny commission: their list, their words and period, the report as a page, and its files."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import conflicts, drafts, job_pages, jobs
from core.models import Job
from core.workflow import ActRefused, EditConflict

from ..forms.report import ReportForm, initial_of
from ..models import Report
from ..report import document, pdf
from ..services import reports as services
from ..suppression import NOT_SHOWN

PAGE_SIZE = 25
LATEST = 10


@require_safe
@requires(Permission.REPORT_MAKE)
def reports(request: HttpRequest) -> HttpResponse:
    """Your reports, newest first."""
    page = Paginator(Report.objects.visible_to(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    headings = [{"label": label} for label in ("Report", "Period", "Made on")]
    return render(request, "tracker/reports.html", {"page": page, "headings": headings})


@requires(Permission.REPORT_MAKE)
def new_report(request: HttpRequest) -> HttpResponse:
    """Choose the period and write what introduces it."""
    page = drafts.open_form(request, services.draft_key(None), ReportForm)
    if request.method == "POST" and page.form.is_valid():
        made = services.create(page.form.cleaned_data, by=request.user)
        return redirect("tracker:report", pk=made.pk)
    return render(request, "tracker/report_form.html", {"page": page, "report": None})


@requires(Permission.REPORT_MAKE)
def change_report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another period or other words."""
    found = _report(request, pk)
    page = drafts.open_form(
        request, services.draft_key(found), lambda data: ReportForm(data, initial=initial_of(found))
    )
    status = 200
    if request.method == "POST" and page.form.is_valid():
        sent = page.form.cleaned_data
        try:
            services.change(found, sent, version=sent["version"] or 0, by=request.user)
        except EditConflict as conflict:
            now = initial_of(conflict.current)
            conflicts.show_on(page.form, conflict, {name: now[name] for name in services.FIELDS}, now["version"])
            status = 409
        else:
            messages.success(request, "The report has been changed.")
            return redirect("tracker:report", pk=pk)
    return render(request, "tracker/report_form.html", {"page": page, "report": found}, status=status)


@require_safe
@requires(Permission.REPORT_MAKE)
def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The report as it is now, with the files that were made of it."""
    found = _report(request, pk)
    mine = Job.objects.visible_to(request.user).filter(kind=services.KIND, params__report=str(pk))
    asked = mine.select_related("file").defer("file__content")[:LATEST]
    context = {
        "report": found,
        "document": document.of(found, by=request.user),
        "no_pdf": pdf.unavailable(),
        "asked": [(job, services.FORMS[job.params["form"]]) for job in asked],
        "not_shown": NOT_SHOWN,
    }
    return render(request, "tracker/report.html", context)


@require_POST
@requires(Permission.REPORT_MAKE)
def make_report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for the report as a PDF or as a Word file."""
    found = _report(request, pk)
    form = services.WORD if request.POST.get("form") == services.WORD else services.PDF
    try:
        job = services.ask_for(found, form=form, by=request.user)
    except ActRefused as refused:
        messages.error(request, refused.reason)
        return redirect("tracker:report", pk=pk)
    return redirect("tracker:report-file", pk=job.pk)


@require_safe
@requires(Permission.REPORT_MAKE)
def report_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How a file is getting on; a fragment for htmx, JSON for a script."""
    job = job_pages.job_for(request, services.KIND, pk)
    context = {"report": _report(request, job.params["report"]), "what": services.FORMS[job.params["form"]]}
    return job_pages.answer_progress(
        request, job, page="tracker/report_file.html", fragment="tracker/_report_progress.html", context=context
    )


@require_safe
@requires(Permission.REPORT_MAKE)
def download_report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The finished file; its download is recorded."""
    return job_pages.answer_file(request, job_pages.job_for(request, services.KIND, pk))


@require_POST
@requires(Permission.REPORT_MAKE)
def cancel_report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop a file that waits or is being made."""
    jobs.cancel(job_pages.job_for(request, services.KIND, pk), by=request.user)
    messages.success(request, "It has been cancelled.")
    return redirect("tracker:report-file", pk=pk)


def _report(request: HttpRequest, pk) -> Report:
    return get_object_or_404(Report.objects.visible_to(request.user), pk=pk)
