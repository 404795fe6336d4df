"""Following up: every action of a system review on one page, and a lead for those that have none."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission, can
from core import conflicts, drafts
from core.forms import tidy
from core.workflow import ActRefused, EditConflict

from .. import following
from ..forms.follow import GiveLeadForm, LeadReviewForm, ReviewActionFilter
from ..models import ReviewAction
from ..services import follow as services
from ..services import steps
from ..timescales import counted_from, counted_words
from .common import refusals_show_the_review, review_for

PAGE_SIZE = 50
HEADINGS = [
    {"label": "Action"},
    {"label": "Lead", "key": "lead"},
    {"label": "By when", "key": "due"},
    {"label": "Status", "key": "status"},
    {"label": "Review", "key": "review"},
]
LEAD_HEADINGS = [
    {"label": "Lead"},
    *({"label": label, "numeric": True} for label in ("Open", "Overdue", "Done", "Dropped")),
]
TICK = {"label": "Tick", "hidden": True, "on_screen": True}


@require_safe
@requires(Permission.REVIEW_ACTION_UPDATE_OWN)
def actions(request: HttpRequest) -> HttpResponse:
    """Every action of a system review that you may see: open ones first, the most pressing at the top."""
    seen = ReviewAction.objects.visible_to(request.user)
    reads = can(request.user, Permission.REVIEW_SEE)
    every = following.leads_of(seen.standing())
    form = ReviewActionFilter(request.GET, person=request.user, seen=seen, leads=every)
    narrowed = form.narrow(seen)
    rows = form.of_lead(narrowed)
    ordered, sort = following.in_order(following.with_lead_name(rows), request.GET.get("sort", ""))
    ordered = following.with_last_note(ordered).select_related(
        "owner", "carried_to", "statement__review", "statement__words"
    )
    page = Paginator(ordered, PAGE_SIZE).get_page(request.GET.get("page"))
    may_give = can(request.user, Permission.REVIEW_WRITE) and any(following.may_give(one) for one in page)
    drawn = {
        "form": form,
        "chosen": form.chosen(),
        "page": page,
        "sort": sort,
        "keep": {"sort": sort},
        "headings": [TICK, *HEADINGS] if may_give else HEADINGS,
        "numbers": following.summed(rows),
        "leads": following.leads_of(narrowed) if reads else [],
        "lead_headings": LEAD_HEADINGS,
        "reads": reads,
        "may_give": may_give,
    }
    return render(request, "reviews/actions.html", drawn)


@requires(Permission.REVIEW_WRITE)
def give_lead(request: HttpRequest) -> HttpResponse:
    """Give the actions in `?action=` a lead, after showing which they are."""
    pks = _ids(request.GET.getlist("action"))
    found = list(
        services.waiting(pks, request.user).select_related(
            "owner", "carried_to", "statement__review", "statement__words"
        )
    )
    back = reverse("reviews:actions")
    if not found and request.method == "GET":
        messages.error(request, "Tick actions that have no lead, or whose lead has left.")
        return redirect(f"{back}?nobody=on")
    page = drafts.open_form(request, services.DRAFT_KEY_LEAD, lambda data: GiveLeadForm(data, number=len(pks)))
    refusal, status = "", 200
    if request.method == "POST" and page.form.is_valid():
        try:
            given, left = services.give_lead(pks, **page.form.values(), by=request.user)
        except ActRefused as refused:
            refusal, status = refused.reason, 409
        else:
            messages.success(request, f"{_actions(given)} a lead now.")
            if left:
                words = "1 action was left as it is" if left == 1 else f"{left} actions were left as they are"
                messages.warning(request, f"{words}: somebody changed {'it' if left == 1 else 'them'} meanwhile.")
            return redirect(back)
    drawn = {"page": page, "actions": found, "refusal": refusal, "back": f"{back}?nobody=on"}
    return render(request, "reviews/give_lead.html", drawn, status=status)


@requires(Permission.REVIEW_WRITE)
@refusals_show_the_review
def lead_review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say who leads a round, open or closed: where nobody does, or whoever did has left."""
    found = review_for(request, pk)
    page = drafts.open_form(request, steps.draft_key(found, "lead"), lambda data: LeadReviewForm(data, review=found))
    status = 200
    if request.method == "POST" and page.form.is_valid():
        sent = page.form.cleaned_data
        try:
            services.lead_review(found, sent["lead"], seen_version=sent["version"] or 0, by=request.user)
        except EditConflict as conflict:
            conflicts.show_on(page.form, conflict, {"lead": conflict.current.lead}, conflict.current.version)
            status = 409
        else:
            messages.success(request, "Saved.")
            return redirect(found)
    drawn = {"page": page, "review": found, "title": "Say who leads the review", "button": "Save"}
    return render(request, "reviews/step.html", drawn, status=status)


@require_POST
@requires(Permission.REVIEW_WRITE)
def counted(request: HttpRequest, pk: UUID) -> JsonResponse:
    """For the form of an action: the day that the words in `text` say, counted from the day of this round."""
    found = review_for(request, pk)
    words = tidy(request.POST.get("text", ""))[:200]
    return JsonResponse({"line": counted_words(counted_from(words, found.on)) if words else ""})


def _ids(values: list[str]) -> list[UUID]:
    """Whatever of `values` is an id, as many as are given a lead at once."""
    found = []
    for value in values[: services.AT_MOST]:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def _actions(number: int) -> str:
    return "1 action has" if number == 1 else f"{number} actions have"
