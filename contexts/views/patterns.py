"""Names that several referrals give: pointed out, accepted, dismissed; and what is offered while one is typed."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission, can
from consultations.models import Referral
from core import audit, drafts
from core.models import CaseworkSettings
from core.workflow import ActRefused

from .. import pattern_months, suggestions
from ..called import tell
from ..forms.deciding import ReasonForm
from ..forms.patterns import AcceptForm, MentionForm, PatternFilter
from ..models import ContextMention, PatternDecision
from ..place_names import guess_kind
from ..services import mentions
from ..services import patterns as services
from ..sight import Sight

LONGEST = 500
SHOWN = 20


@require_safe
@requires(Permission.PATTERNS_DECIDE)
def patterns(request: HttpRequest) -> HttpResponse:
    """What enough referrals name and is no open context; what was decided; contexts by referrals over time."""
    return show_patterns(request)


def show_patterns(request: HttpRequest, *, status: int = 200, refusal: str = "") -> HttpResponse:
    """The page of patterns; with `refusal` above it where an act was just refused (409)."""
    form = PatternFilter(request.GET)
    chosen = form.chosen()
    settings = CaseworkSettings.current()
    found = services.found(request.user, days=chosen.get("days"))
    waiting = [one for one in found if services.waits(one, settings.pattern_referrals)]
    shown = {"all": found, "dismissed": [one for one in found if one.dismissed]}.get(chosen.get("show", ""), waiting)
    audit.record("viewed", by=request.user, label="patterns", detail={"page": "patterns"})
    drawn = {
        "form": form,
        "chosen": chosen,
        "settings": settings,
        "patterns": shown,
        "months": pattern_months.months(),
        "contexts": pattern_months.over_time(request.user),
        "decided": _decided(request.user),
        "may_refer": can(request.user, Permission.CONTEXT_REFER),
        "may_track": can(request.user, Permission.TRACKER_SEE),
        "refusal": refusal,
    }
    return render(request, "contexts/patterns/patterns.html", drawn, status=status)


@requires(Permission.PATTERNS_DECIDE)
def accept(request: HttpRequest, code: str) -> HttpResponse:
    """Refer what was named as a context."""
    pattern = _pattern(request, code)
    there = pattern.context is not None
    initial = {"kind": guess_kind(pattern.named.key), "name": pattern.named.words[:200]}
    page = drafts.open_form(
        request, services.draft_key(code, "accept"), lambda data: AcceptForm(data, there=there, initial=initial)
    )
    if request.method == "POST" and page.form.is_valid():
        sent = {"kind": "", "name": ""} | page.form.cleaned_data
        try:
            made = services.accept(pattern, **sent, by=request.user)
        except ActRefused as refused:
            return show_patterns(request, status=409, refusal=refused.reason)
        messages.success(request, f"Context {made.reference} waits to be screened.")
        return redirect(made)
    drawn = {"page": page, "pattern": pattern, "title": "Refer it as a context", "button": "Send the referral"}
    return render(request, "contexts/patterns/decide.html", drawn)


@requires(Permission.PATTERNS_DECIDE)
def dismiss(request: HttpRequest, code: str) -> HttpResponse:
    """It is no context, or not to be assessed."""
    pattern = _pattern(request, code)
    page = drafts.open_form(request, services.draft_key(code, "dismiss"), ReasonForm)
    if request.method == "POST" and page.form.is_valid():
        services.dismiss(pattern, reason=page.form.cleaned_data["reason"], by=request.user)
        messages.success(request, "Dismissed. It is pointed out again if as many referrals name it once more.")
        return redirect("contexts:patterns")
    drawn = {"page": page, "pattern": pattern, "title": "Dismiss it", "button": "Dismiss it"}
    return render(request, "contexts/patterns/decide.html", drawn)


@require_POST
@requires(Permission.PATTERNS_DECIDE)
def undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Point out again what was dismissed."""
    decision = get_object_or_404(PatternDecision, pk=pk)
    try:
        services.undo(decision, by=request.user)
    except ActRefused as refused:
        return show_patterns(request, status=409, refusal=refused.reason)
    messages.success(request, "It is pointed out again.")
    return redirect("contexts:patterns")


def _decided(user) -> list[dict]:
    """What was decided last; a name that no referral gives which the reader may see is left out, and why with it."""
    rows = list(PatternDecision.objects.select_related("by", "context")[:SHOWN])
    seen = services.names_seen(rows, user)
    sight = Sight(user, *{one.context_id for one in rows if one.context_id})
    return [
        {"one": one, "seen": one.key in seen, "reason": sight.words(one.reason) if one.key in seen else ""}
        for one in rows
    ]


def _pattern(request: HttpRequest, code: str) -> services.Pattern:
    found = services.with_code(code, request.user)
    if found is None:
        raise Http404
    return found


@requires(Permission.PATTERNS_DECIDE)
def mention(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which context a referral means by a name that it gives, or that it means none; or take that back."""
    rows = ContextMention.objects.filter(referral__in=Referral.objects.visible_to(request.user).values("pk"))
    found = get_object_or_404(rows.select_related("referral", "said_by"), pk=pk)
    offered = tell(request.user, suggestions.meant_by(found, request.user))
    now = str(found.context_id) if found.context_id else (MentionForm.NONE if found.said_at else "")
    page = drafts.open_form(
        request, f"mention:{pk}",
        lambda data: MentionForm(
            data, offered=offered, said=found.said_at is not None, reader=request.user, initial={"which": now}
        ),
    )  # fmt: skip
    if request.method == "POST" and page.form.is_valid():
        if page.form.cleaned_data["which"] == MentionForm.RULES:
            mentions.let_rules_say(found, by=request.user)
        else:
            mentions.say(found, page.form.context, by=request.user)
        drafts.drop(f"mention:{pk}", request.user)
        messages.success(request, "Saved. It holds for this referral alone.")
        return redirect(found.referral)
    audit.record(
        "viewed", by=request.user, subject=found.referral, label=found.referral.reference, detail={"page": "mention"}
    )
    return render(request, "contexts/patterns/mention.html", {"page": page, "mention": found, "offered": offered})


@require_POST
@requires(Permission.CONTEXT_SEE)
def suggest(request: HttpRequest) -> JsonResponse:
    """For our script: contexts that may be meant, and how many other referrals name it. Asked by POST (ADR 9)."""
    text = request.POST.get("text", "")
    if "\x00" in text:
        raise BadRequest("This text contains a character that cannot be stored.")
    but = request.POST.get("but", "")
    try:
        referral = UUID(but) if but else None
    except ValueError:
        raise BadRequest("The page sent something that could not be read.") from None
    found = suggestions.suggest(text[:LONGEST], request.user, but=referral)
    offered = [{"name": one.shown_name, "about": f"{one.kind_label}, {one.reference}"} for one in found.contexts]
    return JsonResponse({"offered": offered, "line": found.line})
