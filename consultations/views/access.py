"""A manager's pages about who may see a restricted referral. No child's name and no casework stands on them."""

from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission, can
from core import drafts
from core.workflow import ActRefused, EditConflict

from ..forms.access import GrantForm, KeepForm, ReasonForm, RestrictedFilter, RestrictForm
from ..models import AccessGrant, Referral
from ..services import access as services
from ..services.referrals import draft_key
from .common import note_view

PAGE_SIZE = 25
# What the list may be sorted by: the word in the URL → the fields.
SORTS = {
    "review": ("restriction_review_on", "reference"),
    "since": ("restricted_at", "reference"),
    "reference": ("reference",),
}
HEADINGS = [
    {"label": "Reference", "key": "reference"},
    {"label": "Restricted since", "key": "since"},
    {"label": "Why"},
    {"label": "Review by", "key": "review"},
    {"label": "Who has access"},
]
# All that these pages read of a referral.
FIELDS = [
    "reference", "state", "version", "imported", "made_by", "referrer", "team", "allocated_to",
    "restricted_at", "restricted_by", "restriction_reason", "restriction_review_on",
]  # fmt: skip


def access_for(request: HttpRequest, pk: UUID) -> Referral:
    """The referral with what these pages may show; 404 for a draft and for what does not exist."""
    rows = Referral.objects.to_restrict(request.user).only(*FIELDS, "restricted_by__name")
    return get_object_or_404(rows.select_related("restricted_by"), pk=pk)


def refusals_show_the_access(view):
    """Decorator for acts on one referral (`pk`): one that is refused answers 409 with the access page as it stands."""

    @wraps(view)
    def guarded(request: HttpRequest, pk: UUID) -> HttpResponse:
        try:
            return view(request, pk)
        except ActRefused as refusal:
            return _show(request, access_for(request, pk), status=409, refusal=refusal.reason)

    return guarded


@require_safe
@requires(Permission.REFERRAL_RESTRICT)
def restricted(request: HttpRequest) -> HttpResponse:
    """Every restricted referral, the next review first."""
    form = RestrictedFilter(request.GET)
    sort = request.GET.get("sort", "")
    sort = sort if sort.removeprefix("-") in SORTS else "review"
    rows = Referral.objects.to_restrict(request.user).filter(restricted_at__isnull=False).only(*FIELDS)
    current = AccessGrant.objects.current().select_related("user").order_by("user__name")
    rows = (
        form.narrow(rows, request.user)
        .select_related("restricted_by")
        .only(*FIELDS, "restricted_by__name")
        .prefetch_related(Prefetch("grants", current, to_attr="current_grants"))
    )
    order = [f"-{name}" if sort.startswith("-") else name for name in SORTS[sort.removeprefix("-")]]
    page = Paginator(rows.order_by(*order), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "sort": sort, "headings": HEADINGS, "today": timezone.localdate()}
    context["keep"] = {"sort": sort if sort != "review" else ""}
    return render(request, "consultations/restricted.html", context)


@require_safe
@requires(Permission.REFERRAL_RESTRICT)
def access(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who may see one referral, and why."""
    return _show(request, access_for(request, pk))


@requires(Permission.REFERRAL_RESTRICT)
@refusals_show_the_access
def restrict(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Restrict a referral, and say who keeps access."""
    referral = access_for(request, pk)
    people = services.proposed(referral, request.user)
    page = drafts.open_form(request, draft_key(referral, "restrict"), lambda data: RestrictForm(data, people=people))
    if request.method == "POST" and page.form.is_valid():
        sent = page.form.cleaned_data
        services.restrict(referral, reason=sent["reason"], people=sent.get("people", []), by=request.user)
        messages.success(request, f"Referral {referral.reference} is restricted.")
        return redirect("consultations:access", pk=pk)
    if referral.restricted_at:
        return redirect("consultations:access", pk=pk)
    lead = (
        "Managers, CS practitioners and the referrer’s team no longer see a restricted referral, unless they are "
        "given access. Who made it and the referrer go on seeing it, and somebody who has an action of it goes on "
        f"seeing that action. The restriction is reviewed by {services.day_words(services.review_by())}."
    )
    return _form(request, referral, page, "Restrict this referral", lead, "Restrict the referral")


@requires(Permission.REFERRAL_RESTRICT)
@refusals_show_the_access
def grant(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give somebody access to a restricted referral."""
    referral = access_for(request, pk)
    _check_restricted(request, referral)
    people = services.who_could_see(referral).select_related("team")
    initial = {"until": referral.restriction_review_on}
    page = drafts.open_form(
        request, draft_key(referral, "grant"), lambda data: GrantForm(data, people=people, initial=initial)
    )
    if request.method == "POST" and page.form.is_valid():
        given = services.grant(referral, **page.form.cleaned_data, by=request.user)
        messages.success(request, f"{given.user.name} has access until {services.day_words(given.until)}.")
        return redirect("consultations:access", pk=pk)
    lead = "They are told that they have access, by the reference alone. If they have access already, this replaces it."
    return _form(request, referral, page, "Give somebody access", lead, "Give access")


@requires(Permission.REFERRAL_RESTRICT)
@refusals_show_the_access
def keep(request: HttpRequest, pk: UUID) -> HttpResponse:
    """At the review: the restriction stays."""
    referral = access_for(request, pk)
    _check_restricted(request, referral)
    grants = services.may_be_kept(referral) if referral.restricted_at else []
    seen = referral.restriction_review_on
    initial = {"seen": seen.isoformat() if seen else ""}
    page = drafts.open_form(
        request, draft_key(referral, "keep-restriction"), lambda data: KeepForm(data, grants=grants, initial=initial)
    )
    if page.draft:  # the words were kept, and the page shows the restriction as it stands now
        page.form.data["seen"] = initial["seen"]
    status = 200
    if request.method == "POST" and page.form.is_valid():
        sent = {"people": []} | page.form.cleaned_data
        try:
            kept = services.keep(referral, **sent, by=request.user)
        except EditConflict as conflict:
            status = 409
            now = conflict.current.restriction_review_on
            page.form.data = page.form.data.copy()
            page.form.data["seen"] = now.isoformat()
            words = f"{conflict.reason} The next review is by {services.day_words(now)}. Send again to change that."
            page.form.add_error(None, words)
        else:
            review = services.day_words(kept.restriction_review_on)
            messages.success(request, f"The restriction stays. Its next review is by {review}.")
            return redirect("consultations:access", pk=pk)
    lead = "Keep a restriction only as long as there is a reason for it."
    return _form(request, referral, page, "Keep the restriction", lead, "Keep the restriction", status=status)


@requires(Permission.REFERRAL_RESTRICT)
@refusals_show_the_access
def lift(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the restriction away."""
    referral = access_for(request, pk)
    _check_restricted(request, referral)
    page = drafts.open_form(request, draft_key(referral, "lift"), ReasonForm)
    if request.method == "POST" and page.form.is_valid():
        services.lift(referral, reason=page.form.cleaned_data["reason"], by=request.user)
        messages.success(request, f"Referral {referral.reference} is no longer restricted.")
        return redirect("consultations:access", pk=pk)
    lead = "Every manager and CS practitioner, and the referrer’s team, can see the whole referral again."
    return _form(request, referral, page, "Lift the restriction", lead, "Lift the restriction", warning=True)


@requires(Permission.REFERRAL_RESTRICT)
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End the access of one person (`pk` is the grant) before its day."""
    rows = AccessGrant.objects.to_end(request.user)
    given = get_object_or_404(rows.select_related("user"), pk=pk)
    referral = access_for(request, given.referral_id)
    if request.method == "GET" and given.ended_at:
        return redirect("consultations:access", pk=referral.pk)
    page = drafts.open_form(request, services.end_key(given), ReasonForm)
    if request.method == "POST" and page.form.is_valid():
        try:
            services.end(given, reason=page.form.cleaned_data["reason"], by=request.user)
        except ActRefused as refusal:
            return _show(request, referral, status=409, refusal=refusal.reason)
        messages.success(request, f"{given.user.name} no longer has access.")
        return redirect("consultations:access", pk=referral.pk)
    last = services.day_words(given.until)
    lead = f"{given.user.name} has access until {last}. From now on they no longer see the referral."
    return _form(request, referral, page, "End somebody’s access", lead, "End the access", warning=True)


def _show(request: HttpRequest, referral: Referral, *, status: int = 200, refusal: str = "") -> HttpResponse:
    note_view(request, referral, "access")
    today = timezone.localdate()
    grants = list(referral.grants.select_related("user__team", "by", "ended_by").order_by("user__name", "-at"))
    in_force = [grant for grant in grants if grant.ended_at is None and grant.until >= today]
    context = {
        "referral": referral,
        "may_read": can(request.user, Permission.REFERRAL_SEE, referral),
        "grants": in_force if referral.restricted_at else [],
        "past": [grant for grant in grants if grant not in in_force],
        "history": services.history(referral, request.user),
        "overdue": bool(referral.restricted_at) and referral.restriction_review_on < today,
        "due": bool(referral.restricted_at) and referral.restriction_review_on <= today,
        "headings": [{"label": label} for label in ("Who", "Why", "Until")] + [{"label": "End", "hidden": True}],
        "refusal": refusal,
    }
    return render(request, "consultations/access.html", context, status=status)


def _check_restricted(request: HttpRequest, referral: Referral) -> None:
    """Draw no form that would be refused; what is sent is for the service to judge, on the locked row."""
    if request.method != "POST" and not referral.restricted_at:
        raise ActRefused("This referral is not restricted.")


def _form(
    request: HttpRequest,
    referral: Referral,
    page: drafts.FormPage,
    title: str,
    lead: str,
    button: str,
    *,
    warning: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {"page": page, "referral": referral, "title": title, "lead": lead, "button": button, "warning": warning}
    context["back"] = reverse("consultations:access", args=[referral.pk])
    return render(request, "consultations/access_form.html", context, status=status)
