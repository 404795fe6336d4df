"""Screening a referral and what may change about that: ask and answer, withdraw, reopen, allocate, reschedule."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format

from accounts.access import requires
from accounts.permissions import Permission, can
from core import conflicts, drafts
from core.workflow import EditConflict

from .. import presenters, workflow
from ..choices import ReferralAct, ReferralState
from ..forms import AllocateForm, AnswerForm, ReopenForm, RescheduleForm, ScreeningForm, WithdrawForm
from ..models import Referral
from ..services import known, screening
from ..services import referrals as services
from .common import note_view, referral_for
from .referrals import answers_of, refusals_show_the_record


@requires(Permission.REFERRAL_SCREEN)
@refusals_show_the_record
def screen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The answers beside a decision, with what else is known of the young person and what was asked."""
    referral = referral_for(request, pk)
    workflow.REFERRAL.check(ReferralAct.ACCEPT, referral.state)
    said = list(referral.messages.select_related("by"))
    page = drafts.open_form(
        request,
        services.draft_key(referral, "screen"),
        lambda data: ScreeningForm(data, referral=referral, initial={"heard": len(said)}),
    )
    if page.draft:
        page.form.data["heard"] = str(len(said))  # this page shows what was said since it was kept
    status = 200
    if request.method == "POST" and page.form.is_valid():
        try:
            _decide(request, referral, page.form.cleaned_data)
        except EditConflict as conflict:
            said = list(referral.messages.select_related("by"))
            page.form.data = page.form.data.copy()
            page.form.data["heard"] = str(len(said))
            page.form.add_error(None, f"{conflict.reason} Read the conversation below, then decide again.")
            status = 409
        else:
            return redirect("consultations:referral", pk=referral.pk)
    note_view(request, referral, "screening")
    others = known.others(referral, by=request.user)
    context = {
        "page": page,
        "referral": referral,
        "said": said,
        "others": others,
        "differing": known.differing(referral, others),
        "facts": presenters.facts(referral),
        "answers": presenters.answer_rows(referral, answers_of(referral)),
    }
    return render(request, "consultations/screen.html", context, status=status)


def _decide(request: HttpRequest, referral: Referral, sent: dict) -> None:
    """Do what the screening form says, and tell the person what that was."""
    decision, by, heard = sent["decision"], request.user, sent["heard"]
    if decision == ScreeningForm.ACCEPT:
        meeting = {name: sent[name] for name in ("planned_for", "starts_at", "place", "attending")}
        screening.accept(referral, **meeting, reason=sent["reason"], heard=heard, by=by)
        messages.success(request, f"The consultation is planned for {_day(sent['planned_for'])}.")
        _say_if_past(request, sent["planned_for"])
    elif decision == ScreeningForm.ASK:
        screening.ask(referral, question=sent["question"], heard=heard, by=by)
        messages.success(request, "Your question is in the record. You are told when the referrer has answered.")
    elif decision == ScreeningForm.SIGNPOST:
        screening.signpost(referral, to=sent["signposted_to"], reason=sent["reason"], heard=heard, by=by)
        messages.success(request, f"Signposted to {sent['signposted_to']}. The data entry form comes next.")
    else:
        screening.withdraw(referral, reason=sent["reason"], heard=heard, by=by)
        messages.success(request, "The referral is withdrawn. The data entry form comes next.")


@requires(Permission.REFERRAL_ANSWER)
@refusals_show_the_record
def answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Answer what the CS practitioner asked."""
    referral = referral_for(request, pk)
    workflow.REFERRAL.check(ReferralAct.ANSWER, referral.state)
    page = drafts.open_form(request, services.draft_key(referral, "answer"), AnswerForm)
    if request.method == "POST" and page.form.is_valid():
        screening.answer(referral, body=page.form.cleaned_data["body"], by=request.user)
        messages.success(request, "Your answer is in the record. A CS practitioner screens the referral next.")
        return redirect("consultations:referral", pk=referral.pk)
    note_view(request, referral, "answer")
    context = {"page": page, "referral": referral, "said": list(referral.messages.select_related("by"))}
    return render(request, "consultations/answer.html", context)


@requires(Permission.REFERRAL_WITHDRAW)
@refusals_show_the_record
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Withdraw the referral, after saying what happens then."""
    referral = referral_for(request, pk)
    workflow.REFERRAL.check(ReferralAct.WITHDRAW, referral.state)
    page = drafts.open_form(request, services.draft_key(referral, "withdraw"), WithdrawForm)
    if request.method == "POST" and page.form.is_valid():
        screening.withdraw(referral, reason=page.form.cleaned_data["reason"], by=request.user)
        again = "You can reopen it." if can(request.user, Permission.REFERRAL_SCREEN) else _ASK_TO_REOPEN
        messages.success(request, f"The referral is withdrawn. {again}")
        return redirect("consultations:referral", pk=referral.pk)
    context = {"page": page, "referral": referral, "planned": referral.state == ReferralState.PLANNED}
    return render(request, "consultations/withdraw.html", context)


_ASK_TO_REOPEN = "If that was a mistake, a CS practitioner can reopen it."


@requires(Permission.REFERRAL_SCREEN)
@refusals_show_the_record
def reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a closed referral back among those that wait to be screened."""
    referral = referral_for(request, pk)
    workflow.REFERRAL.check(ReferralAct.REOPEN, referral.state)
    page = drafts.open_form(request, services.draft_key(referral, "reopen"), ReopenForm)
    if request.method == "POST" and page.form.is_valid():
        screening.reopen(referral, reason=page.form.cleaned_data["reason"], by=request.user)
        messages.success(request, "The referral is open again and waits to be screened.")
        return redirect("consultations:referral", pk=referral.pk)
    return render(request, "consultations/reopen.html", {"page": page, "referral": referral})


@requires(Permission.REFERRAL_ALLOCATE)
@refusals_show_the_record
def allocate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say who looks after the referral."""
    referral = referral_for(request, pk)
    workflow.REFERRAL.check(ReferralAct.ALLOCATE, referral.state)
    page = drafts.open_form(
        request, services.draft_key(referral, "allocate"), lambda data: AllocateForm(data, referral=referral)
    )
    if page.draft:
        page.form.data["was"] = str(referral.allocated_to_id or "")  # this page says who has it now
    if request.method == "POST" and page.form.is_valid():
        sent = page.form.cleaned_data
        now = screening.allocate(referral, to=sent["to"], was=sent["was"], reason=sent["reason"], by=request.user)
        whose = "you" if now.allocated_to == request.user else now.allocated_to or "nobody"
        messages.success(request, f"The referral is allocated to {whose}.")
        return redirect("consultations:referral", pk=referral.pk)
    return render(request, "consultations/allocate.html", {"page": page, "referral": referral})


@requires(Permission.REFERRAL_SCREEN)
@refusals_show_the_record
def reschedule(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another day, time or place for the consultation."""
    referral = referral_for(request, pk)
    workflow.REFERRAL.check(ReferralAct.RESCHEDULE, referral.state)
    page = drafts.open_form(
        request, services.draft_key(referral, "reschedule"), lambda data: RescheduleForm(data, referral=referral)
    )
    status = 200
    if request.method == "POST" and page.form.is_valid():
        try:
            screening.reschedule(referral, **page.form.cleaned_data, by=request.user)
        except EditConflict as conflict:
            conflicts.show_on(page.form, conflict, page.form.differs(conflict.current), 0)
            page.form.data["invitation"] = str(conflict.current.invitation)
            status = 409
        else:
            planned_for = page.form.cleaned_data["planned_for"]
            messages.success(request, f"The consultation is planned for {_day(planned_for)}.")
            _say_if_past(request, planned_for)
            return redirect("consultations:referral", pk=referral.pk)
    context = {"page": page, "referral": referral}
    return render(request, "consultations/reschedule.html", context, status=status)


def _say_if_past(request: HttpRequest, planned_for) -> None:
    if planned_for < timezone.localdate():
        messages.warning(request, f"{_day(planned_for)} has already passed. Mark the consultation as held if it was.")


def _day(day) -> str:
    return date_format(day, "DATE_FORMAT")
