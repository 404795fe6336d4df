"""Rounds of system reviews: the list, one round, its beginning and its end."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission, can
from core import conflicts, drafts
from core.workflow import ActRefused, EditConflict

from .. import presenters, workflow
from ..choices import ReviewAct
from ..forms.rounds import CloseRoundForm, ReasonForm, RoundFilter, RoundForm
from ..models import Review
from ..services import rounds as services
from ..services import steps
from ..services.going_on import next_of
from .common import note_view, refusals_show_the_review, review_for

PAGE_SIZE = 50
PART_HEADINGS = [
    {"label": "Stage"}, {"label": "Current overall rating"},
    *({"label": label, "numeric": True} for label in ("Red", "Amber", "Green", "Open actions", "Without a lead")),
]  # fmt: skip
HEADINGS = [{"label": label} for label in ("Review", "Status", "Lead", "Statements", "Open actions", "Without a lead")]


@require_safe
@requires(Permission.REVIEW_SEE)
def reviews(request: HttpRequest) -> HttpResponse:
    """Every round, the latest first."""
    form = RoundFilter(request.GET)
    rows = form.narrow(Review.objects.visible_to(request.user)).select_related("lead")
    page = Paginator(rows.order_by("-on", "-made_at"), PAGE_SIZE).get_page(request.GET.get("page"))
    drawn = {
        "form": form, "chosen": form.chosen(), "page": page, "headings": HEADINGS,
        "table": presenters.listed(list(page)), "may_write": can(request.user, Permission.REVIEW_WRITE),
    }  # fmt: skip
    return render(request, "reviews/reviews.html", drawn)


@requires(Permission.REVIEW_WRITE)
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a first round of an area."""
    page = drafts.open_form(request, services.DRAFT_KEY_NEW, RoundForm)
    if request.method == "POST" and page.form.is_valid():
        try:
            made = services.begin(page.form.cleaned_data, by=request.user)
        except ActRefused as refused:
            page.form.add_error("lead", refused.reason)
        else:
            messages.success(request, "The review is begun. Add what is so now, part by part.")
            return redirect(made)
    drawn = {"page": page, "title": "Begin a system review", "button": "Begin the review"}
    return render(request, "reviews/step.html", drawn)


@require_safe
@requires(Permission.REVIEW_SEE)
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One round: what it is, and how each part of the system stands."""
    return show_review(request, review_for(request, pk))


def show_review(request: HttpRequest, found: Review, *, status: int = 200, **more: str) -> HttpResponse:
    """The page of a round; with `refusal` above it where an act was just refused (409)."""
    note_view(request, found, "review")
    acts = steps.acts_for(found, request.user)
    later = next_of(found)
    drawn = {
        "review": found,
        "later": later,
        "facts": _facts(found, later),
        "levels": presenters.overview(found),
        "headings": PART_HEADINGS,
        "may_write": ReviewAct.WRITE in acts,
        "may_close": ReviewAct.CLOSE in acts,
        "may_reopen": ReviewAct.REOPEN in acts and later is None,
        "may_go_on": ReviewAct.NEXT in acts and later is None,
        "may_lead": can(request.user, Permission.REVIEW_WRITE) and _needs_lead(found) and later is None,
        **more,
    }
    return render(request, "reviews/review.html", drawn, status=status)


@requires(Permission.REVIEW_WRITE)
@refusals_show_the_review
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another area, day, lead, or day of the next round."""
    found = review_for(request, pk)
    workflow.REVIEW.check(ReviewAct.WRITE, found.state)
    page = drafts.open_form(request, steps.draft_key(found, "change"), lambda data: RoundForm(data, review=found))
    status = 200
    if request.method == "POST" and page.form.is_valid():
        sent = page.form.cleaned_data
        try:
            services.change(found, sent, seen_version=sent["version"] or 0, by=request.user)
        except EditConflict as conflict:
            now = {name: getattr(conflict.current, name) for name in services.FIELDS}
            conflicts.show_on(page.form, conflict, now, conflict.current.version)
            status = 409
        else:
            messages.success(request, "Saved.")
            return redirect(found)
    drawn = {"page": page, "review": found, "title": "Change the review", "button": "Save"}
    return render(request, "reviews/step.html", drawn, status=status)


@requires(Permission.REVIEW_WRITE)
@refusals_show_the_review
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close a round, after asking; with a reason where actions have no lead."""
    found = review_for(request, pk)
    workflow.REVIEW.check(ReviewAct.CLOSE, found.state)
    unowned = services.unowned(found).count()
    page = drafts.open_form(
        request, steps.draft_key(found, "close"), lambda data: CloseRoundForm(data, unowned=unowned)
    )
    if request.method == "POST" and page.form.is_valid():
        services.close(found, **page.form.cleaned_data, by=request.user)
        messages.success(request, "The round is closed. Its actions go on until the next round carries them on.")
        return redirect(found)
    happens = [
        "statements, ratings and what actions say stay as they are",
        "how actions go and end can still be written",
        "the next round can start from this one",
    ]
    drawn = {"page": page, "review": found, "title": "Close the round", "button": "Close it", "happens": happens}
    return render(request, "reviews/step.html", drawn)


@requires(Permission.REVIEW_WRITE)
@refusals_show_the_review
def reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open a closed round again, and why."""
    found = review_for(request, pk)
    workflow.REVIEW.check(ReviewAct.REOPEN, found.state)
    asks = {"label": "Why is the round opened again?", "empty": "Enter why the round is opened again"}
    page = drafts.open_form(request, steps.draft_key(found, "reopen"), lambda data: ReasonForm(data, **asks))
    if request.method == "POST" and page.form.is_valid():
        services.reopen(found, **page.form.cleaned_data, by=request.user)
        messages.success(request, "The round is open again.")
        return redirect(found)
    drawn = {"page": page, "review": found, "title": "Open the round again", "button": "Open it again"}
    return render(request, "reviews/step.html", drawn)


def _needs_lead(found: Review) -> bool:
    """Whether somebody has to be found who leads it; of a closed round, where nothing else is changed, at any time."""
    return found.lead is None or not found.lead.is_active or not found.is_open


def _facts(found: Review, later: Review | None) -> list[dict]:
    before = found.follows
    rows = [
        {"key": "Date of the review", "value": date_format(found.on, "DATE_FORMAT")},
        {"key": "Lead", "value": presenters.lead_words(found.lead)},
        {"key": "Next round", "value": date_format(found.next_on, "DATE_FORMAT") if found.next_on else ""},
        {"key": "The round before", "value": _day(before), "url": before.get_absolute_url()}
        if before
        else {"value": ""},
        {"key": "The round after", "value": _day(later), "url": later.get_absolute_url()} if later else {"value": ""},
        {"key": "Closed although actions had no lead", "value": found.closed_because},
    ]
    return [row for row in rows if row["value"]]


def _day(found: Review) -> str:
    return f"Round of {date_format(found.on, 'DATE_FORMAT')}"
