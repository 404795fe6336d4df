"""Questions to take away: put down in the meeting, answered after it."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import requires
from accounts.permissions import Permission, can
from core import conflicts, drafts
from core.models import FormSection
from core.models.lists import FormName
from core.workflow import ActRefused, EditConflict

from .. import workflow
from ..choices import ReferralAct
from ..forms.take_aways import FoundOutForm, TakeAwayForm
from ..models import TakeAway
from ..services import referrals
from ..services import take_aways as services
from .back import back_to
from .common import consultation_for, note_view
from .referrals import refusals_show_the_record


@requires(Permission.CONSULTATION_WRITE)
@refusals_show_the_record
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put down a question; `?section=home&prompt=2` begins it with the words of that prompt."""
    found = consultation_for(request, pk)
    workflow.REFERRAL.check(ReferralAct.WRITE, found.referral.state)
    section = _section(request.GET.get("section", ""))
    back = reverse("consultations:consultation", args=[pk])
    back = f"{back}#section-{section.key}" if section else f"{back}#take-aways"
    prompts = section.prompt_texts() if section else []
    number = request.GET.get("prompt", "")
    asked = prompts[int(number) - 1] if number in {str(n + 1) for n in range(len(prompts))} else ""
    key = f"{services.NEW}:{section.key if section else ''}:{number if asked else ''}"
    page = drafts.open_form(
        request,
        referrals.draft_key(found.referral, key),
        lambda data: TakeAwayForm(data, initial={"what": asked}),
    )
    if request.method == "POST" and page.form.is_valid():
        services.add(found, page.form.cleaned_data, section=section, draft=key, by=request.user)
        messages.success(request, "The question is on the list of those to take away.")
        return redirect(back)
    note_view(request, found.referral, "question to take away")
    context = {"page": page, "referral": found.referral, "title": "A question to take away", "back": back}
    return render(request, "consultations/change_take_away.html", context | {"section": section})


@requires(Permission.CONSULTATION_WRITE)
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a question that is still open, or give it to somebody else."""
    question = _take_away_for(request, pk)
    referral = question.consultation.referral
    back = back_to(request, f"{reverse('consultations:consultation', args=[referral.pk])}#take-aways")
    here = reverse("consultations:take-away", args=[pk])
    if request.method == "GET" and not (
        question.is_open and ReferralAct.WRITE in referrals.acts_for(referral, request.user)
    ):
        return redirect(here)  # which says how it stands
    page = drafts.open_form(
        request, services.draft_key(question, "change"), lambda data: TakeAwayForm(data, instance=question)
    )
    status = 200
    if request.method == "POST" and page.form.is_valid():
        values = page.form.cleaned_data
        try:
            services.change(question, values, version=values["version"] or 0, by=request.user)
        except EditConflict as conflict:
            now = {name: getattr(conflict.current, name) for name in services.FIELDS}
            conflicts.show_on(page.form, conflict, now, conflict.current.version)
            status = 409
        except ActRefused as refused:
            return _show(request, _take_away_for(request, pk), status=409, refusal=refused.reason, typed=values["what"])
        else:
            messages.success(request, "The question is changed.")
            return redirect(back)
    note_view(request, referral, "question to take away")
    context = {"page": page, "referral": referral, "title": "Change a question to take away", "back": back}
    return render(
        request, "consultations/change_take_away.html", context | {"section": question.section}, status=status
    )


@requires(Permission.ACTION_UPDATE_OWN, Permission.CONSULTATION_WRITE)
def take_away(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A question with its answer, for everybody who may see it; its owner, or who records the meeting, answers it."""
    question = _take_away_for(request, pk)
    if request.method != "POST":
        return _show(request, question)
    if not _may_answer(request, question):
        raise PermissionDenied
    page = _open_form(request, question)
    if not page.form.is_valid():
        return _show(request, question, page=page)
    try:
        services.answer(question, **page.form.cleaned_data, by=request.user)
    except ActRefused as refused:
        typed = page.form.cleaned_data["outcome"]
        return _show(request, _take_away_for(request, pk), status=409, refusal=refused.reason, typed=typed)
    messages.success(request, "Your answer is saved.")
    return redirect(back_to(request, reverse("home")))


def _take_away_for(request: HttpRequest, pk: UUID) -> TakeAway:
    rows = TakeAway.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related("owner", "section", "closed_by", "created_by", "consultation__referral"), pk=pk
    )


def _section(key: str) -> FormSection | None:
    """The section of the form that a question is asked in; None for what is none."""
    return next((section for section in FormSection.objects.of(FormName.CONSULTATION) if section.key == key), None)


def _may_answer(request: HttpRequest, question: TakeAway) -> bool:
    return question.owner_id == request.user.pk or can(request.user, Permission.CONSULTATION_WRITE)


def _open_form(request: HttpRequest, question: TakeAway) -> drafts.FormPage:
    return drafts.open_form(request, services.draft_key(question, "answer"), FoundOutForm)


def _show(
    request: HttpRequest, question: TakeAway, *, page: drafts.FormPage | None = None, status: int = 200, **more: str
) -> HttpResponse:
    referral = question.consultation.referral
    may_read = can(request.user, Permission.REFERRAL_SEE, referral)
    acts = referrals.acts_for(referral, request.user) if may_read else set()
    if question.is_open and page is None and _may_answer(request, question):
        page = _open_form(request, question)
    note_view(request, referral, "question to take away")
    context = {
        "page": page if question.is_open else None,
        "question": question,
        "referral": referral,
        "back": back_to(request, reverse("home")),
        "may_read": may_read,
        "may_change": question.is_open and ReferralAct.WRITE in acts,
        **more,
    }
    return render(request, "consultations/take_away.html", context, status=status)
