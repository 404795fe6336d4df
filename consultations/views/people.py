"""A young person's page, and a manager's pages about those who may stand here twice."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import audit, drafts
from core.workflow import ActRefused, EditConflict

from .. import people_presenters as presenters
from ..forms.people import DuplicateFilter, MergeChoiceForm, MergeForm, WhyForm
from ..models import ConsultationAction, NotDuplicate, Referral, YoungPerson, YoungPersonMerge
from ..services import people as services

PAGE_SIZE = 25


@require_safe
@requires(Permission.REFERRAL_SEE)
def young_person(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A young person's referrals, consultations, contexts and actions, as far as you may see them.

    All of it is as the visible referrals give it: nothing of the person's own row is shown, which may hold what only
    a hidden referral said.
    """
    person = YoungPerson.objects.visible_to(request.user).filter(pk=pk).first()
    if person is None:
        kept = services.standing_for(pk)
        if kept is None or not YoungPerson.objects.visible_to(request.user).filter(pk=kept.pk).exists():
            raise Http404
        return redirect(kept)
    referrals = list(
        Referral.objects.visible_to(request.user)
        .filter(young_person=person)
        .with_names()
        .order_by("-received_on", "-reference")
    )
    actions = list(
        ConsultationAction.objects.filter(consultation__referral__in=referrals)
        .select_related("owner", "consultation__referral")
        .order_by("-created_at")
    )
    audit.record("viewed", by=request.user, subject=person, detail={"page": "young person"})
    context = {
        "person": person,
        "name": next((referral.name for referral in referrals if referral.name), ""),
        "referrals": referrals,
        "given": presenters.given_over_time(referrals),
        "actions": actions,
        "contexts": presenters.contexts_named(actions),
        "headings": presenters.headings("Reference", "Consultation", "Received", "Referrer", "Status"),
        "action_headings": presenters.headings("What", "Space", "Who", "By when", "Status"),
    }
    return render(request, "consultations/young_person.html", context)


@require_safe
@requires(Permission.YOUNG_PEOPLE_MERGE)
def duplicates(request: HttpRequest) -> HttpResponse:
    """Pairs of young people who may be one."""
    form = DuplicateFilter(request.GET)
    page = Paginator(services.possible(request.user, kinds=form.kinds()), PAGE_SIZE).get_page(request.GET.get("page"))
    wanted = {pk for pair in page for pk in (pair.first, pair.second)}
    rows = YoungPerson.objects.whole_to(request.user).prefetch_related("referrals").in_bulk(wanted)
    pairs = [(pair, rows[pair.first], rows[pair.second]) for pair in page if {pair.first, pair.second} <= set(rows)]
    context = {
        "form": form,
        "page": page,
        "pairs": [
            {
                "first": first,
                "second": second,
                "sides": [first, second],
                "why": [services.KINDS[kind][0] for kind in pair.why],
            }
            for pair, first, second in pairs
        ],
        "headings": presenters.headings("What is the same", "One record", "The other record"),
    }
    return render(request, "consultations/duplicates.html", context)


@require_safe
@requires(Permission.YOUNG_PEOPLE_MERGE)
def duplicate(request: HttpRequest, first: UUID, second: UUID) -> HttpResponse:
    """Two records side by side, and the choice of what stays."""
    one, other = _pair(request, first, second)
    if one is None:
        return redirect(other)
    _note_pair(request, one, other, "possible duplicate")
    asked = bool(request.GET)
    form = MergeChoiceForm(request.GET if asked else None, first=one, second=other)
    if asked and form.is_valid():
        return redirect(f"{reverse('consultations:merge', args=[first, second])}?{request.GET.urlencode()}")
    context = {"form": form} | _compared(one, other)
    # The button's own name says that the form was sent, also where nothing in it was chosen.
    context["buttons"] = [{"label": "See what a merge does", "name": "see", "value": "merge"}]
    context["said"] = NotDuplicate.objects.filter(first__in=[one, other], second__in=[one, other]).first()
    return render(request, "consultations/duplicate.html", context)


@requires(Permission.YOUNG_PEOPLE_MERGE)
def merge(request: HttpRequest, first: UUID, second: UUID) -> HttpResponse:
    """What a merge would do; sent, it is done. The choice stands in the address, by sides and not by values."""
    one, other = _pair(request, first, second)
    if one is None:
        return redirect(other)
    choice = MergeChoiceForm(request.GET, first=one, second=other)
    if not choice.is_valid():
        return redirect("consultations:duplicate", first=first, second=second)
    plan = choice.plan()
    page = drafts.open_form(
        request, services.merge_key(one, other), lambda data: MergeForm(data, initial={"mark": plan.mark})
    )
    if page.draft:  # the words were kept, and the preview is drawn anew
        page.form.data["mark"] = plan.mark
    status, refusal = 200, ""
    if request.method == "POST" and page.form.is_valid():
        try:
            services.merge(one, other, **choice.choices(), **page.form.cleaned_data, by=request.user)
        except EditConflict as conflict:
            status, refusal = 409, f"{conflict.reason} Check the preview again."
            page.form.data = page.form.data.copy()
            page.form.data["mark"] = plan.mark
        except ActRefused as refused:
            status, refusal = 409, refused.reason
        else:
            messages.success(request, "The two records are merged. You can undo that while nothing is built on it.")
            return redirect(plan.kept)
    _note_pair(request, one, other, "merge")
    context = {"page": page, "plan": plan, "refusal": refusal}
    context["back"] = reverse("consultations:duplicate", args=[first, second])
    context["changes"] = presenters.what_stays(plan)
    return render(request, "consultations/merge.html", context, status=status)


@requires(Permission.YOUNG_PEOPLE_MERGE)
def separate(request: HttpRequest, first: UUID, second: UUID) -> HttpResponse:
    """Say that two records are two young people."""
    one, other = _pair(request, first, second)
    if one is None:
        return redirect(other)
    page = drafts.open_form(request, f"{services.merge_key(one, other)}:separate", WhyForm)
    status, refusal = 200, ""
    if request.method == "POST" and page.form.is_valid():
        try:
            services.separate(one, other, reason=page.form.cleaned_data["reason"], by=request.user)
        except ActRefused as refused:
            status, refusal = 409, refused.reason
        else:
            messages.success(request, "Noted: these are two young people. They are no longer offered as duplicates.")
            return redirect("consultations:duplicates")
    _note_pair(request, one, other, "not a duplicate")
    context = {"page": page, "refusal": refusal} | _compared(one, other)
    context["back"] = reverse("consultations:duplicate", args=[first, second])
    return render(request, "consultations/separate.html", context, status=status)


@require_safe
@requires(Permission.YOUNG_PEOPLE_MERGE)
def merges(request: HttpRequest) -> HttpResponse:
    """What was merged, and which pairs were found to be two young people; as far as you may see all of it."""
    whole = YoungPerson.objects.whole_to(request.user)
    page = Paginator(_merges_for(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    ids = {pk for done in page for pk in done.referrals}
    references = dict(Referral.objects.visible_to(request.user).filter(pk__in=ids).values_list("pk", "reference"))
    said = NotDuplicate.objects.filter(first__in=whole, second__in=whole).select_related("first", "second", "by")
    context = {
        "page": page,
        "rows": [(done, [references[UUID(pk)] for pk in done.referrals if UUID(pk) in references]) for done in page],
        "said": said.order_by("-at")[:PAGE_SIZE],
        "headings": presenters.headings("When", "Kept", "Merged into it", "Referrals that moved", "Why", "State"),
    }
    return render(request, "consultations/merges.html", context)


@requires(Permission.YOUNG_PEOPLE_MERGE)
def undo_merge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a merge back, while nothing was built on it."""
    done = get_object_or_404(_merges_for(request.user), pk=pk)
    page = drafts.open_form(request, f"merge:{done.pk}:undo", WhyForm)
    status, refusal = 200, services.built_on(done)
    if request.method == "POST" and page.form.is_valid():
        try:
            services.undo(done, reason=page.form.cleaned_data["reason"], by=request.user)
        except ActRefused as refused:
            status, refusal = 409, refused.reason
        else:
            messages.success(request, "The merge is undone. The two records stand for themselves again.")
            return redirect("consultations:merges")
    moved = Referral.objects.visible_to(request.user).filter(pk__in=done.referrals).order_by("reference")
    audit.record("viewed", by=request.user, subject=done.kept, detail={"page": "merge"})
    context = {"page": page, "done": done, "moved": moved, "refusal": refusal, "refused": status == 409}
    return render(request, "consultations/undo_merge.html", context, status=status)


def _merges_for(user) -> QuerySet[YoungPersonMerge]:
    """The merges of records that `user` may see wholly: both of an undone one, and where what was kept is kept now."""
    whole = YoungPerson.objects.whole_to(user)
    rows = YoungPersonMerge.objects.filter(Q(kept__in=whole) | Q(kept__merged_into__in=whole))
    rows = rows.filter(Q(undone_at=None) | Q(gone__in=whole) | Q(gone__merged_into__in=whole))
    return rows.select_related("kept", "gone", "by", "undone_by")


def _pair(request: HttpRequest, first: UUID, second: UUID) -> tuple[YoungPerson | None, YoungPerson]:
    """The two records with their referrals; 404 unless this person may see all of both.

    Where the one was merged into the other: None and the record that stays.
    """
    rows = YoungPerson.objects.whole_to(request.user)
    referrals = Referral.objects.with_names().select_related("gender", "ethnicity", "education")
    found = rows.prefetch_related(Prefetch("referrals", referrals)).in_bulk({first, second})
    if len(found) == 2:
        return found[first], found[second]
    if len(found) == 1:
        kept = next(iter(found.values()))
        if YoungPersonMerge.objects.filter(kept=kept, gone__in=[first, second], undone_at=None).exists():
            return None, kept
    raise Http404


def _compared(first: YoungPerson, second: YoungPerson) -> dict:
    """What `_side_by_side.html` draws."""
    rows = presenters.side_by_side(first, second)
    return {"first": first, "second": second, "people": [first, second], "rows": rows}


def _note_pair(request: HttpRequest, first: YoungPerson, second: YoungPerson, page: str) -> None:
    for person in (first, second):
        audit.record("viewed", by=request.user, subject=person, detail={"page": page})
