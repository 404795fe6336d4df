"""Tagging referrals with themes: chosen in the list, themes, preview, applied; and what was tagged lately."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission
from consultations.models import Referral
from core.workflow import ActRefused, EditConflict

from .. import rows
from ..choices import TaggingKind
from ..forms.tagging import TagForm
from ..models import Tagging, TaggingChange, Theme
from ..services import tagging as services

PAGE_SIZE = 25
SHOWN = 50
# Many more than a page of the list has; what a client sends beyond is not looked at.
MOST_TICKED = 1000
LONGEST_FILTER = 8000


@require_POST
@requires(Permission.THEMES_TAG)
def start(request: HttpRequest) -> HttpResponse:
    """From the list: the ticked referrals, or all that its filters find. Leads on to the choice of themes."""
    query = rows.known_part(QueryDict(request.POST.get("filters", "")))
    if len(query.urlencode()) > LONGEST_FILTER:  # cut off, it would find more than the list showed
        messages.error(request, "This list has too many filters to tag from it. Take some of them away.")
        return redirect("tracker:tracker")
    if request.POST.get("all"):
        found = rows.rows_for(request.user, rows.filter_from(query).chosen())
        ids = found.order_by("pk").values_list("pk", flat=True)[: services.MOST + 1]
    else:
        ids = _ids(request.POST.getlist("referral")[:MOST_TICKED])
    try:
        made = services.prepare(ids, filters=query.urlencode(), by=request.user)
    except ActRefused as refused:
        messages.error(request, refused.reason)
        return redirect(_list(query.urlencode()))
    return redirect("tracker:tag-themes", pk=made.pk)


@requires(Permission.THEMES_TAG)
def choose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Which themes are added to the chosen referrals and taken away."""
    made = _prepared(request, pk)
    if made.applied_at or made.kind != TaggingKind.TAGGED:
        return redirect(_next_page(made))
    chosen = services.chosen(made, request.user)
    initial = {"adds": list(made.adds.all()), "removes": list(made.removes.all())}
    form = TagForm(request.POST if request.method == "POST" else None, rows=chosen, initial=initial)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        try:
            services.choose(made, adds=sent["adds"], removes=sent.get("removes") or (), by=request.user)
        except ActRefused:
            return redirect("tracker:tagging", pk=pk)
        return redirect("tracker:tag-preview", pk=pk)
    context = {
        "form": form,
        "chosen": chosen,
        "shown": SHOWN,
        "back": _list(made.filters),
        "buttons": [{"label": "Continue"}, {"label": "Cancel", "kind": "link", "url": _list(made.filters)}],
    }
    return render(request, "tracker/tag_themes.html", context)


@requires(Permission.THEMES_TAG)
def preview(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What applying changes; then apply it."""
    made = _prepared(request, pk)
    if made.applied_at:
        return redirect("tracker:tagging", pk=pk)
    plan = services.plan(made, request.user)
    if not plan.lines:
        return redirect("tracker:tag-themes", pk=pk)
    status, refusal = 200, ""
    if request.method == "POST":
        try:
            services.apply(made, mark=request.POST.get("mark", "")[:100], by=request.user)
        except (ActRefused, EditConflict) as refused:
            status, refusal = 409, refused.reason
            made = _prepared(request, pk)
            plan = services.plan(made, request.user)
        else:
            messages.success(request, "The themes are changed. You can undo this.")
            return redirect("tracker:tagging", pk=pk)
    context = {
        "tagging": made,
        "plan": plan,
        "refusal": refusal,
        "other": made.kind == TaggingKind.OTHER,
        "names": dict(Theme.objects.values_list("pk", "name")),
        "shown": SHOWN,
        "back": _back(made),
        "headings": [
            {"label": "Theme"},
            {"label": "What happens"},
            {"label": "Referrals that change", "numeric": True},
            {"label": "No change needed", "numeric": True},
        ],
    }
    return render(request, "tracker/tag_preview.html", context, status=status)


@require_safe
@requires(Permission.THEMES_TAG)
def taggings(request: HttpRequest) -> HttpResponse:
    """What was tagged, newest first: yours, and for who keeps the themes everybody's."""
    found = Tagging.objects.visible_to(request.user).applied().order_by("-applied_at", "pk")
    found = found.select_related("made_by", "undone_by").prefetch_related("adds", "removes")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    seen = TaggingChange.objects.filter(tagging__in=list(page), referral__in=Referral.objects.visible_to(request.user))
    counts = (
        seen.order_by()
        .values_list("tagging")
        .annotate(number=Count("pk"), taken_back=Count("pk", filter=Q(undone=True)))
    )
    numbers = {tagging: (number, undone) for tagging, number, undone in counts}
    for one in page:
        one.number, one.undone_in = numbers.get(one.pk, (0, 0))
    context = {
        "page": page,
        "headings": [
            {"label": "When"},
            {"label": "What"},
            {"label": "By"},
            {"label": "Referrals", "numeric": True},
            {"label": "State"},
        ],
    }
    return render(request, "tracker/taggings.html", context)


@require_safe
@requires(Permission.THEMES_TAG)
def tagging(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One tagging: what it changed in the referrals that you may see."""
    found = get_object_or_404(Tagging.objects.visible_to(request.user).select_related("made_by", "undone_by"), pk=pk)
    if not found.applied_at:
        return redirect(_next_page(found))
    changes = found.changes.filter(referral__in=Referral.objects.visible_to(request.user))
    changes = changes.select_related("referral").order_by("referral__reference")
    page = Paginator(changes, SHOWN).get_page(request.GET.get("page"))
    names = dict(Theme.objects.values_list("pk", "name"))
    for change in page:
        change.added_names = [names.get(pk, "") for pk in change.added]
        change.removed_names = [names.get(pk, "") for pk in change.removed]
    context = {
        "tagging": found,
        "page": page,
        "facts": _facts(found, page.paginator.count),
        "may_undo": changes.filter(undone=False).exists(),
        "back": _list(found.filters) if found.made_by_id == request.user.pk else reverse("tracker:tracker"),
        "headings": [{"label": label} for label in ("Reference", "Added", "Taken away", "State")],
    }
    return render(request, "tracker/tagging.html", context)


def _facts(found: Tagging, number: int) -> list[dict]:
    return [
        {"key": "By", "value": found.made_by.name},
        {"key": "Added", "value": [theme.name for theme in found.adds.all()] or "Nothing"},
        {"key": "Taken away", "value": [theme.name for theme in found.removes.all()] or "Nothing"},
        {"key": "Referrals that changed", "value": str(number)},
    ]


def _prepared(request: HttpRequest, pk: UUID) -> Tagging:
    """Your own tagging, prepared or applied; 404 for anybody else's."""
    return get_object_or_404(Tagging.objects.visible_to(request.user).filter(made_by=request.user), pk=pk)


def _next_page(made: Tagging) -> str:
    if made.applied_at:
        return reverse("tracker:tagging", args=[made.pk])
    name = "tracker:tag-themes" if made.kind == TaggingKind.TAGGED else "tracker:tag-preview"
    return reverse(name, args=[made.pk])


def _back(made: Tagging) -> str:
    if made.kind == TaggingKind.OTHER:
        return reverse("tracker:other-texts")
    return reverse("tracker:tag-themes", args=[made.pk])


def _list(filters: str) -> str:
    address = reverse("tracker:tracker")
    return f"{address}?{filters}" if filters else address


def _ids(sent: list[str]) -> set[UUID]:
    """The ids among what was sent; anything else is left out of account."""
    found = set()
    for one in sent:
        try:
            found.add(UUID(one))
        except ValueError:
            continue
    return found
