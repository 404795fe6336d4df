"""The list of referrals, making one, reading one."""

from dataclasses import replace
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
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
from ..forms import STEPS, NewReferralForm, ReferralFilter
from ..forms.filters import NEWEST_FIRST, in_order, sort_from
from ..models import Referral
from ..services import access, known
from ..services import feedback as feedback_services
from ..services import referrals as services
from .common import note_view, referral_for
from .next_acts import next_acts

PAGE_SIZE = 25


@require_safe
@requires(Permission.REFERRAL_SEE)
def referrals(request: HttpRequest) -> HttpResponse:
    """Every referral that you may see, filtered and sorted by the URL; newest first where it says nothing."""
    rows = Referral.objects.visible_to(request.user).with_names()
    form = ReferralFilter(request.GET, person=request.user)
    sort = sort_from(request.GET)
    page = Paginator(in_order(form.narrow(rows), sort), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "chosen": form.chosen(),
        "page": page,
        "sort": sort,
        "keep": {"sort": sort if sort != NEWEST_FIRST else ""},
        "may_make": can(request.user, Permission.REFERRAL_MAKE),
    }
    return render(request, "consultations/referrals.html", context)


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
    acts = services.acts_for(referral, request.user)
    said = list(referral.messages.select_related("by"))
    context = {
        "referral": referral,
        "next_acts": next_acts(referral, acts),
        "may_allocate": ReferralAct.ALLOCATE in acts,
        "may_take": ReferralAct.ALLOCATE in acts and can(request.user, Permission.REFERRAL_SCREEN),
        "may_redact": can(request.user, Permission.CONSULTATION_REDACT),
        "said": said,
        "facts": presenters.facts(referral),
        "answers": presenters.answer_rows(referral, answers_of(referral)),
        "history": sorted(
            presenters.history(referral, said) + access.history(referral, request.user), key=lambda event: event["at"]
        ),
        "feedback": feedback_services.summary(referral, request.user),
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
    """The case number, first of all. Where the reader may know of its young person, the same page asks if it is them.

    What is typed is kept from the first keystroke; Continue makes the draft.
    """
    page = drafts.open_form(request, services.DRAFT_KEY_NEW, lambda data: NewReferralForm(data, person=request.user))
    if request.method == "POST" and page.form.is_valid():
        question = page.form.question()
        if question is None and page.form.cleaned_data.get("who") != NewReferralForm.WRONG:
            draft = _begin(page.form, by=request.user)
            return redirect("consultations:step", pk=draft.pk, slug=services.FIRST_STEP)
        if question is None:  # back to the number, to be typed again
            drafts.drop(services.DRAFT_KEY_NEW, request.user)
            question = NewReferralForm(person=request.user, number=page.form.cleaned_data["case_number"])
        page = replace(page, form=question)
    for person in page.form.people:
        note_view(request, person.latest, "offered by its case number")
    offered = [presenters.known_rows(person) for person in page.form.people]
    return render(request, "consultations/new.html", {"page": page, "offered": offered})


def _begin(form: NewReferralForm, *, by) -> Referral:
    """The draft that the form of the case number asks for: one begun before, or a new one with what is known."""
    chosen = form.chosen()
    if isinstance(chosen, Referral):
        drafts.drop(services.DRAFT_KEY_NEW, by)
        return chosen
    if chosen is None:
        return services.start({"case_number": form.cleaned_data["case_number"]}, by=by)
    return services.start(chosen.details(), known_from=chosen.latest.reference, by=by)


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
    if slug == services.FIRST_STEP and referral.name and referral.step_version(slug) == 1 and not page.draft:
        context["known"] = next(iter(known.known(referral.case_number, by=request.user)), None)
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


def answers_of(referral: Referral) -> list[tuple[str, str]]:
    """The six questions, each with the referrer's answer or ""."""
    given = {answer.question_id: answer.body for answer in referral.answers.all()}
    return [(question.title, given.get(question.pk, "")) for question in FormSection.objects.of(FormName.SUITABILITY)]


def _show_draft(request: HttpRequest, referral: Referral, *, status: int = 200, refusal: str = "") -> HttpResponse:
    may_send = ReferralAct.SEND in services.acts_for(referral, request.user)
    kept = drafts.kept_under(services.draft_key(referral, ""), request.user) if may_send else set()
    context = {
        "referral": referral,
        "may_send": may_send,
        "facts": presenters.facts(referral, change=may_send),
        "answers": presenters.answer_rows(referral, answers_of(referral), change=may_send),
        "missing": services.missing(referral) if may_send else [],
        "differing": _differing(referral, request.user) if may_send else [],
        "unsaved": [(slug, title) for slug, title, _ in STEPS if slug in kept],
        "refusal": refusal,
    }
    return render(request, "consultations/check.html", context, status=status)


def _differing(draft: Referral, user) -> list[Referral]:
    """Referrals with the same case number that this person may see and that name somebody else: one has a slip."""
    same = [referral for person in known.known(draft.case_number, by=user) for referral in person.referrals]
    return known.differing(draft, same)


def _step_context(page: drafts.FormPage, slug: str, title: str) -> dict:
    return {
        "page": page,
        "form": page.form,
        "title": title,
        "steps": STEPS,
        "slug": slug,
        "number": [step_slug for step_slug, _, _ in STEPS].index(slug) + 1,
    }
