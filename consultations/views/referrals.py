"""The list of referrals, making one, reading one, screening one."""

from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission, can
from core import conflicts, drafts
from core.middleware import wants_json
from core.models import FormSection
from core.models.lists import FormName
from core.workflow import ActRefused, EditConflict

from .. import presenters, workflow
from ..choices import ReferralAct
from ..forms import STEPS, ReferralFilter, ScreeningForm
from ..models import Referral
from ..services import referrals as services
from ..services import screening
from .common import note_view, referral_for

PAGE_SIZE = 25


@require_safe
@requires(Permission.REFERRAL_SEE)
def referrals(request: HttpRequest) -> HttpResponse:
    """Every referral that you may see, newest first."""
    rows = Referral.objects.visible_to(request.user).with_names()
    form = ReferralFilter(request.GET)
    page = Paginator(form.narrow(rows, request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    chosen = {"form": form, "page": page, "may_make": can(request.user, Permission.REFERRAL_MAKE)}
    return render(request, "consultations/referrals.html", chosen)


@require_safe
@requires(Permission.REFERRAL_SEE)
def referral(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One referral as it stands."""
    return show_referral(request, referral_for(request, pk))


def show_referral(request: HttpRequest, referral: Referral, *, status: int = 200, refusal: str = "") -> HttpResponse:
    """The page of a referral; with `refusal` above it where an act was just refused (409)."""
    if services.is_draft(referral):
        return _show_draft(request, referral, status=status, refusal=refusal)
    note_view(request, referral, "referral")
    context = {
        "referral": referral,
        "next_acts": _next_acts(referral, services.acts_for(referral, request.user)),
        "facts": presenters.facts(referral),
        "answers": presenters.answer_rows(referral, _answers(referral)),
        "history": presenters.history(referral),
        "refusal": refusal,
    }
    return render(request, "consultations/referral.html", context, status=status)


def refusals_show_the_record(view):
    """Decorator for views of one referral (`pk`): an act out of order answers 409 with the record as it stands."""

    @wraps(view)
    def guarded(request: HttpRequest, pk: UUID, *args, **kwargs) -> HttpResponse:
        try:
            return view(request, pk, *args, **kwargs)
        except ActRefused as refusal:
            if wants_json(request):
                raise
            return show_referral(request, referral_for(request, pk), status=409, refusal=refusal.reason)

    return guarded


@requires(Permission.REFERRAL_MAKE)
def new(request: HttpRequest) -> HttpResponse:
    """The first step of a new referral. What is typed is kept from the first keystroke; Continue makes the draft."""
    slug, title, form_class = STEPS[0]
    page = drafts.open_form(
        request, services.DRAFT_KEY_NEW, lambda data: form_class(data, person=request.user, instance=Referral())
    )
    if request.method == "POST" and page.form.is_valid():
        made = services.start(page.form.values(), by=request.user)
        return redirect("consultations:step", pk=made.pk, slug=STEPS[1][0])
    return render(request, "consultations/step.html", _step_context(page, slug, title))


@requires(Permission.REFERRAL_MAKE)
@refusals_show_the_record
def step(request: HttpRequest, pk: UUID, slug: str) -> HttpResponse:
    """One step of a draft. `?back=check` returns to the answers from there."""
    slugs = [step_slug for step_slug, _, _ in STEPS]
    if slug not in slugs:
        raise Http404
    number = slugs.index(slug)
    _, title, form_class = STEPS[number]
    referral = referral_for(request, pk)
    workflow.REFERRAL.check(ReferralAct.SEND, referral.state)
    page = drafts.open_form(
        request,
        services.draft_key(referral, slug),
        lambda data: form_class(data, person=request.user, instance=referral),
    )
    status = 200
    if request.method == "POST" and page.form.is_valid():
        version = page.form.cleaned_data.get("version")
        try:
            services.save_step(
                referral, page.form.values(), version=-1 if version is None else version, step=slug, by=request.user
            )
        except EditConflict as conflict:
            now, version = page.form.now(conflict.current), conflict.current.step_version(slug)
            conflicts.show_on(page.form, conflict, now, version)
            status = 409
        else:
            if request.GET.get("back") == "check" or number + 1 == len(STEPS):
                return redirect("consultations:check", pk=referral.pk)
            return redirect("consultations:step", pk=referral.pk, slug=slugs[number + 1])
    context = _step_context(page, slug, title) | {"referral": referral}
    return render(request, "consultations/step.html", context, status=status)


@requires(Permission.REFERRAL_MAKE)
@refusals_show_the_record
def check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Check your answers, then send."""
    referral = referral_for(request, pk)
    if request.method == "POST":
        sent = services.send(referral, by=request.user)
        messages.success(
            request,
            f"Your referral has been sent. Its reference is {sent.reference}. "
            "A CS practitioner screens it next; what they decide shows here.",
        )
        return redirect("consultations:referral", pk=sent.pk)
    if not services.is_draft(referral):
        return redirect("consultations:referral", pk=referral.pk)
    return _show_draft(request, referral)


@requires(Permission.REFERRAL_MAKE)
@refusals_show_the_record
def discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Discard a draft, after asking."""
    referral = referral_for(request, pk)
    workflow.REFERRAL.check(ReferralAct.DISCARD, referral.state)
    if request.method == "POST":
        services.discard(referral, by=request.user)
        messages.success(request, "The draft has been discarded.")
        return redirect("consultations:referrals")
    return render(request, "consultations/discard.html", {"referral": referral})


@requires(Permission.REFERRAL_SCREEN)
@refusals_show_the_record
def screen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The answers beside a decision."""
    referral = referral_for(request, pk)
    workflow.REFERRAL.check(ReferralAct.ACCEPT, referral.state)
    page = drafts.open_form(request, services.draft_key(referral, "screen"), ScreeningForm)
    if request.method == "POST" and page.form.is_valid():
        sent = page.form.cleaned_data
        if sent["decision"] == ScreeningForm.ACCEPT:
            screening.accept(
                referral,
                planned_for=sent["planned_for"],
                attending=sent["attending"],
                reason=sent["reason"],
                by=request.user,
            )
            messages.success(request, "The consultation is planned.")
        elif sent["decision"] == ScreeningForm.SIGNPOST:
            screening.signpost(referral, to=sent["signposted_to"], reason=sent["reason"], by=request.user)
            messages.success(request, f"Signposted to {sent['signposted_to']}. The data entry form comes next.")
        else:
            screening.withdraw(referral, reason=sent["reason"], by=request.user)
            messages.success(request, "The referral is withdrawn. The data entry form comes next.")
        return redirect("consultations:referral", pk=referral.pk)
    note_view(request, referral, "screening")
    context = {
        "page": page,
        "referral": referral,
        "facts": presenters.facts(referral),
        "answers": presenters.answer_rows(referral, _answers(referral)),
    }
    return render(request, "consultations/screen.html", context)


def _answers(referral: Referral) -> list[tuple[str, str]]:
    """The six questions, each with the referrer's answer or ""."""
    given = {answer.question_id: answer.body for answer in referral.answers.all()}
    return [(question.title, given.get(question.pk, "")) for question in FormSection.objects.of(FormName.SUITABILITY)]


def _next_acts(referral: Referral, acts: set[str]) -> list[dict[str, str]]:
    """The buttons of a referral's page: what this person may do now, the most likely first."""
    completed = getattr(getattr(referral, "entry", None), "completed_at", None)
    buttons = []
    if ReferralAct.ACCEPT in acts:
        buttons.append(("Screen this referral", "consultations:screen"))
    if ReferralAct.ENTER_DATA in acts and not completed:
        buttons.append(("Complete the data entry form", "tracker:data-entry"))
    if hasattr(referral, "consultation") and referral.consultation.recorded_here:
        word = "Write up" if ReferralAct.WRITE in acts else "Read"
        buttons.append((f"{word} the consultation", "consultations:consultation"))
    if ReferralAct.HOLD in acts:
        buttons.append(("Mark the consultation as held", "consultations:hold"))
    if ReferralAct.ENTER_DATA in acts and completed:
        buttons.append(("Change the data entry form", "tracker:data-entry"))
    return [{"label": label, "url": reverse(name, args=[referral.pk])} for label, name in buttons]


def _show_draft(request: HttpRequest, referral: Referral, *, status: int = 200, refusal: str = "") -> HttpResponse:
    may_send = ReferralAct.SEND in services.acts_for(referral, request.user)
    kept = drafts.kept_under(services.draft_key(referral, ""), request.user) if may_send else set()
    context = {
        "referral": referral,
        "may_send": may_send,
        "facts": presenters.facts(referral, change=may_send),
        "answers": presenters.answer_rows(referral, _answers(referral), change=may_send),
        "missing": services.missing(referral) if may_send else [],
        "unsaved": [(slug, title) for slug, title, _ in STEPS if slug in kept],
        "refusal": refusal,
    }
    return render(request, "consultations/check.html", context, status=status)


def _step_context(page: drafts.FormPage, slug: str, title: str) -> dict:
    return {
        "page": page,
        "form": page.form,
        "title": title,
        "steps": STEPS,
        "slug": slug,
        "number": [step_slug for step_slug, _, _ in STEPS].index(slug) + 1,
    }
