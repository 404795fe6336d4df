"""Who takes part in a consultation: the list, who came, and the calendar file."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission, can
from core import drafts
from core.workflow import ActRefused

from .. import invitations, workflow
from ..choices import ReferralAct
from ..forms.participants import ParticipantForm
from ..models import Consultation, Participant
from ..services import participants as services
from ..services import referrals
from .common import consultation_for, note_view
from .referrals import refusals_show_the_record

# What a page sends for "came", and what it means.
CAME = {"yes": True, "no": False, "": None}


@requires(Permission.REFERRAL_SEE)
@refusals_show_the_record
def participants(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The list, for everybody who may read the record; who writes up the consultation adds to it."""
    found = consultation_for(request, pk)
    if request.method == "POST" and not can(request.user, Permission.CONSULTATION_WRITE):
        raise PermissionDenied
    page, status = _open_form(request, found), 200
    if request.method == "POST" and page.form.is_valid():
        values = {name: page.form.cleaned_data[name] for name in ("person", "name", "agency", "email")}
        workflow.REFERRAL.check(ReferralAct.WRITE, found.referral.state)
        try:
            made = services.add(found, values, by=request.user)
        except ActRefused as refused:
            page.form.add_error("person" if values["person"] else "name", refused.reason)
            status = 409
        else:
            _say_added(request, found, made)
            return redirect("consultations:participants", pk=pk)
    note_view(request, found.referral, "participants")
    return _show(request, found, page, status=status)


@require_POST
@requires(Permission.CONSULTATION_WRITE)
@refusals_show_the_record
def mark(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say who came and who did not."""
    found = consultation_for(request, pk)
    changes = {}
    for participant in services.of(found):
        was, now = (request.POST.get(f"{name}-{participant.pk}") for name in ("was", "came"))
        if was in CAME and now in CAME:
            changes[participant.pk] = CAME[was], CAME[now]
    changed, meanwhile = services.mark(found, changes, by=request.user)
    if meanwhile:
        names = ", ".join(f"{one.who}: {'came' if one.came else 'did not come' if one.came is False else 'not known'}"
                          for one in meanwhile)  # fmt: skip
        messages.error(request, f"Somebody else changed this at the same time, and it stays as it is now: {names}.")
    if changed or not meanwhile:
        messages.success(request, "Who came is saved." if changed else "There was nothing new to save.")
    return redirect("consultations:participants", pk=pk)


@requires(Permission.CONSULTATION_WRITE)
@refusals_show_the_record
def remove(request: HttpRequest, pk: UUID, participant: UUID) -> HttpResponse:
    """Take somebody off the list, after asking."""
    found = consultation_for(request, pk)
    workflow.REFERRAL.check(ReferralAct.WRITE, found.referral.state)
    there = get_object_or_404(found.participants.select_related("person__team"), pk=participant)
    there.consultation = found
    if request.method == "POST":
        told = services.remove(there, by=request.user)
        messages.success(request, f"{there.who} is removed{' and told so' if told else ''}.")
        return redirect("consultations:participants", pk=pk)
    note_view(request, found.referral, "participant")
    context = {
        "referral": found.referral,
        "participant": there,
        "told": there.invited_at is not None and services.lies_ahead(found, timezone.now()),
    }
    return render(request, "consultations/remove_participant.html", context)


@require_safe
@requires(Permission.REFERRAL_SEE)
def calendar_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The meeting as a file for one's own calendar."""
    found = consultation_for(request, pk)
    if found.planned_for is None:
        raise Http404
    note_view(request, found.referral, "calendar file")
    response = HttpResponse(invitations.calendar(found), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="consultation.ics"'
    return response


def _open_form(request: HttpRequest, found: Consultation) -> drafts.FormPage:
    return drafts.open_form(request, referrals.draft_key(found.referral, services.DRAFT), ParticipantForm)


def _show(request: HttpRequest, found: Consultation, page: drafts.FormPage, *, status: int) -> HttpResponse:
    context = {
        "page": page,
        "consultation": found,
        "referral": found.referral,
        "participants": services.of(found),
        "may_write": ReferralAct.WRITE in referrals.acts_for(found.referral, request.user),
        "invites": services.lies_ahead(found, timezone.now()),
    }
    return render(request, "consultations/participants.html", context, status=status)


def _say_added(request: HttpRequest, found: Consultation, made: Participant) -> None:
    messages.success(request, f"{made.who} is added{' and invited' if made.invited_at else ''}.")
    if made.person_id and not can(made.person, Permission.REFERRAL_SEE, found.referral):
        messages.warning(
            request, f"{made.person.name} may not read this record: taking part does not give access to it."
        )
