"""Feedback: giving it, or recording it for the referrer, and the list of what was asked for and given."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import conflicts, drafts
from core.workflow import EditConflict

from .. import workflow
from ..choices import ReferralAct
from ..forms.feedback import FeedbackFilter, FeedbackForm
from ..models import Feedback
from ..services import feedback as services
from .common import note_view, referral_for
from .referrals import refusals_show_the_record

PAGE_SIZE = 25
# What the list may be sorted by: the word in the URL → the order. Anything else: who has waited longest first.
SORTS = {
    "reference": ["referral__reference"],
    "held": ["referral__consultation__held_on", "referral__reference"],
    "asked": ["asked_at", "referral__reference"],
    "useful": [F("useful").asc(nulls_last=True), "referral__reference"],
    "-reference": ["-referral__reference"],
    "-held": ["-referral__consultation__held_on", "-referral__reference"],
    "-asked": ["-asked_at", "-referral__reference"],
    "-useful": [F("useful").desc(nulls_last=True), "-referral__reference"],
}
DEFAULT_SORT = "-asked"


@requires(Permission.FEEDBACK_GIVE)
@refusals_show_the_record
def give(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give feedback about a consultation, change it, or record it on the referrer's behalf."""
    referral = referral_for(request, pk)
    if not services.may_give(request.user, referral):
        raise PermissionDenied
    workflow.REFERRAL.check(ReferralAct.GIVE_FEEDBACK, referral.state)
    feedback = Feedback.objects.filter(referral=referral).select_related("answered_by").first()
    own = services.is_own(request.user, referral)
    if request.method == "GET" and feedback and not own and services.is_referrers_own(feedback, referral):
        return _back_to(pk)  # it is the referrer's to change; there it can be read
    actions = services.actions_to_ask_about(referral, feedback)

    def make(data: QueryDict | None) -> FeedbackForm:
        return FeedbackForm(data, actions=actions, feedback=feedback)

    page, status = drafts.open_form(request, services.draft_key(referral), make), 200
    if request.method == "POST" and page.form.is_valid():
        version = page.form.cleaned_data["version"] or 0
        try:
            services.give(referral, page.form.values(), version=version, by=request.user)
        except EditConflict as conflict:
            conflicts.show_on(page.form, conflict, page.form.now(conflict.current), conflict.current.version)
            status = 409
        else:
            messages.success(request, "Thank you. Your feedback is saved." if own else "The feedback is recorded.")
            return _back_to(pk)
    note_view(request, referral, "feedback")
    context = {"page": page, "referral": referral, "feedback": feedback, "own": own}
    return render(request, "consultations/feedback.html", context, status=status)


@require_safe
@requires(Permission.REFERRAL_SEE)
def feedback_list(request: HttpRequest) -> HttpResponse:
    """The feedback about referrals that you may see: asked for, chased, given."""
    form = FeedbackFilter(request.GET)
    sort = request.GET.get("sort", "")
    sort = sort if sort in SORTS else DEFAULT_SORT
    rows = form.narrow(_with_names(Feedback.objects.visible_to(request.user))).order_by(*SORTS[sort])
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "sort": sort,
        "keep": {"sort": sort if sort != DEFAULT_SORT else ""},
        "rows": [(row, _to_do(request, row)) for row in page],
        "headings": [
            {"label": "Reference", "key": "reference"},
            {"label": "Referrer"},
            {"label": "Consultation", "key": "held"},
            {"label": "Asked for", "key": "asked"},
            {"label": "Useful", "key": "useful"},
            {"label": "Where it stands"},
        ],
    }
    return render(request, "consultations/feedback_list.html", context)


def _with_names(rows: QuerySet[Feedback]) -> QuerySet[Feedback]:
    joined = ("referral__team", "referral__agency", "referral__consultation", "answered_by")
    return rows.select_related(*joined)


def _to_do(request: HttpRequest, feedback: Feedback) -> str:
    """What this reader can do about feedback that is outstanding; "" where nothing."""
    if feedback.answered_at or not services.may_give(request.user, feedback.referral):
        return ""
    return "Give feedback" if services.is_own(request.user, feedback.referral) else "Record it for the referrer"


def _back_to(pk: UUID) -> HttpResponse:
    return redirect(f"{reverse('consultations:referral', args=[pk])}#feedback")
