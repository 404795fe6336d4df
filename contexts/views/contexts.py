"""The list of contexts, referring one, reading one."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission, can
from core import audit, drafts

from .. import overview, presenters
from ..called import tell
from ..choices import ContextAct
from ..forms.filters import NEWEST_FIRST, ContextFilter, in_order, sort_from
from ..forms.referring import ReferContextForm, WorryForm
from ..models import Context, ContextReferral
from ..services import merging, referring, steps
from ..sight import Sight
from .common import context_for, note_view, refusals_show_the_context
from .next_acts import next_acts

PAGE_SIZE = 25


@require_safe
@requires(Permission.CONTEXT_SEE)
def contexts(request: HttpRequest) -> HttpResponse:
    """Every context that you may see, filtered and sorted by the URL; newest first where it says nothing."""
    rows = Context.objects.visible_to(request.user).with_names()
    form = ContextFilter(request.GET, person=request.user)
    sort = sort_from(request.GET)
    page = Paginator(in_order(form.narrow(rows), sort), PAGE_SIZE).get_page(request.GET.get("page"))
    chosen = form.chosen()
    if "q" in chosen:
        detail = {"in": "contexts", "words": chosen["q"], "found": page.paginator.count}
        audit.record("searched", by=request.user, detail=detail)
    told = ContextReferral.objects.filter(context__in=[row.pk for row in page]).order_by()
    numbers = dict(told.values_list("context").annotate(number=Count("pk")))
    tell(request.user, page)
    context = {
        "form": form,
        "chosen": chosen,
        "page": page,
        "table": [{"context": row, "referrals": numbers.get(row.pk, 0)} for row in page],
        "sort": sort,
        "keep": {"sort": sort if sort != NEWEST_FIRST else ""},
        "may_refer": can(request.user, Permission.CONTEXT_REFER),
    }
    return render(request, "contexts/contexts.html", context)


@require_safe
@requires(Permission.CONTEXT_SEE)
def context(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One context as it stands. The address of one that was merged away leads to the one that stands for it."""
    try:
        return show_context(request, context_for(request, pk))
    except Http404:
        kept = merging.standing_for(pk)
        if kept is None or not Context.objects.visible_to(request.user).filter(pk=kept.pk).exists():
            raise
        return redirect(kept)


def show_context(
    request: HttpRequest, found: Context, *, status: int = 200, refusal: str = "", typed: str = ""
) -> HttpResponse:
    """The page of a context; with `refusal` above it where an act was just refused (409), and what was `typed`."""
    note_view(request, found, "context")
    whole = Context.objects.casework_of(request.user).filter(pk=found.pk).exists()
    acts = steps.acts_for(found, request.user, reads=whole)
    sight = Sight(request.user, found)
    said = list(found.messages.select_related("by"))
    referrals = list(found.referrals.select_related("team", "agency", "made_by").prefetch_related("harms"))
    theirs = referrals if whole else [one for one in referrals if one.is_by_or_for(request.user)]
    drawn = {
        "found": found,
        "whole": whole,
        "next_acts": next_acts(found, acts),
        "may_give": ContextAct.ALLOCATE in acts,
        "may_change": ContextAct.CHANGE in acts,
        "names_somebody": ContextAct.CHANGE in acts and sight.somebody_named_in(found.name, found.place),
        "may_merge": can(request.user, Permission.CONTEXT_MERGE),
        "may_refer": can(request.user, Permission.CONTEXT_REFER) and not referring.waits(found),
        "workers": steps.workers(found),
        "said": [{"message": message, "body": sight.words(message.body)} for message in said],
        "referrals": [presenters.told(referral, sight.words) for referral in reversed(theirs)],
        "history": presenters.history(found, referrals, said, sight.words),
        "closing_words": sight.words(found.closing_words),
        "parts": overview.parts_for(found, request.user, sight) if whole else [],
        "refusal": refusal,
        "typed": typed,
    }
    return render(request, "contexts/context.html", drawn, status=status)


@requires(Permission.CONTEXT_REFER)
def refer(request: HttpRequest) -> HttpResponse:
    """Refer a context. What is typed is kept from the first keystroke; a known name is offered, never made twice."""
    page = drafts.open_form(request, referring.DRAFT_KEY_NEW, lambda data: ReferContextForm(data, person=request.user))
    if request.method == "POST" and page.form.is_valid():
        made = referring.refer(page.form.values(), to=page.form.to(), by=request.user)
        return _sent(request, made)
    return render(request, "contexts/refer.html", {"page": page})


@requires(Permission.CONTEXT_REFER)
@refusals_show_the_context
def refer_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add what you know of a context that is there already; a closed one is screened anew."""
    found = context_for(request, pk)
    page = drafts.open_form(request, steps.draft_key(found, "refer"), lambda data: WorryForm(data, person=request.user))
    if request.method == "POST" and page.form.is_valid():
        return _sent(request, referring.refer(page.form.values(), to=found, by=request.user))
    return render(request, "contexts/refer_again.html", {"page": page, "found": found})


def _sent(request: HttpRequest, made: ContextReferral) -> HttpResponse:
    reference = made.context.reference
    comes = "A CS practitioner screens it next." if referring.waits(made.context) else "Whoever works on it is told."
    messages.success(request, f"Your referral has been sent. The context’s reference is {reference}. {comes}")
    return redirect(made.context)
