"""The data entry form of one referral."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from accounts.access import requires
from accounts.permissions import Permission
from consultations import workflow
from consultations.choices import ReferralAct, ReferralState
from consultations.services import notes
from consultations.services.referrals import draft_key
from consultations.views.common import note_view, referral_for
from consultations.views.referrals import refusals_show_the_record
from core import conflicts, drafts
from core.models import FormSection
from core.models.lists import FormName
from core.workflow import EditConflict

from ..forms.data_entry import DataEntryForm
from ..services import entries


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
            entries.complete_entry(referral, values, version=values.pop("version") or 0, by=request.user)
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


def _journey() -> str:
    section = FormSection.objects.of(FormName.DATA_ENTRY).first()
    return section.title if section else ""


def _show_conflict(form: DataEntryForm, conflict: EditConflict) -> None:
    entry = conflict.current
    now = {name: getattr(entry, name) for name in entries.FIELDS if name != "themes"}
    now["themes"] = list(entry.themes.all())
    conflicts.show_on(form, conflict, now, entry.version)
