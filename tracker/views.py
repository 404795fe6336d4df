"""The tracker list, the data entry form, and exports."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission, can
from consultations import workflow
from consultations.choices import ReferralAct, ReferralState
from consultations.services import notes
from consultations.services.referrals import draft_key
from consultations.views.common import note_view, referral_for
from consultations.views.referrals import refusals_show_the_record
from core import audit, conflicts, drafts, job_pages, jobs
from core.models import FormSection, Job
from core.models.lists import FormName
from core.workflow import EditConflict

from . import exports, rows, services
from .forms import DataEntryForm

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


@requires(Permission.DATA_ENTRY_COMPLETE)
@refusals_show_the_record
def data_entry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The data entry form of one referral, beside what is known already."""
    referral = referral_for(request, pk)
    workflow.REFERRAL.check(ReferralAct.ENTER_DATA, referral.state)
    entry = getattr(referral, "entry", None)
    short = referral.state != ReferralState.HELD

    def make(data: QueryDict | None) -> DataEntryForm:
        return DataEntryForm(data, entry=entry, short=short)

    page = drafts.open_form(request, draft_key(referral, "data-entry"), make)
    status = 200
    if request.method == "POST" and page.form.is_valid():
        values = dict(page.form.cleaned_data)
        try:
            services.complete_entry(referral, values, version=values.pop("version") or 0, by=request.user)
        except EditConflict as conflict:
            _show_conflict(page.form, conflict)
            status = 409
        else:
            messages.success(request, f"The data entry form of {referral.reference} is complete. It is in the tracker.")
            return redirect("consultations:referral", pk=pk)
    note_view(request, referral, "data entry form")
    context = {"page": page, "referral": referral, "entry": entry, "short": short}
    if not short:
        context |= {"journey": _journey(), "known": notes.written_in(referral.consultation, "history")}
    return render(request, "tracker/data_entry.html", context, status=status)


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


def _journey() -> str:
    section = FormSection.objects.of(FormName.DATA_ENTRY).first()
    return section.title if section else ""


def _show_conflict(form: DataEntryForm, conflict: EditConflict) -> None:
    entry = conflict.current
    now = {name: getattr(entry, name) for name in services.FIELDS if name != "themes"}
    now["themes"] = list(entry.themes.all())
    conflicts.show_on(form, conflict, now, entry.version)


def _without_page(query: QueryDict) -> str:
    query = query.copy()
    query.pop("page", None)
    return query.urlencode()
