"""Taking a tagging or a merge of themes back, after a look at what would change."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import requires
from accounts.permissions import Permission, can
from core.workflow import ActRefused

from ..choices import TaggingKind
from ..models import Tagging
from ..services import undoing as services

SHOWN = 50


@requires(Permission.THEMES_TAG, Permission.THEMES_MANAGE)
def undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What taking it back changes and what it leaves alone; then take it back."""
    found = get_object_or_404(Tagging.objects.visible_to(request.user).applied().select_related("made_by"), pk=pk)
    back = _back(found)
    status, refusal = 200, services.refusal(found)
    if request.method == "POST" and not refusal:
        try:
            done = services.undo(found, by=request.user)
        except ActRefused as refused:
            status, refusal = 409, refused.reason
        else:
            messages.success(request, _said(found, done))
            return redirect(back)
    elif request.method == "POST":
        status = 409
    plan = services.plan(found, request.user) if not refusal else services.Undoing()
    sees = can(request.user, Permission.TRACKER_SEE)
    context = {
        "tagging": found,
        "merge": found.kind == TaggingKind.MERGED,
        "adds": list(found.adds.all()),
        "removes": list(found.removes.all()),
        "back": back,
        "refusal": refusal,
        "refused": status == 409,
        "counted": sees,
        "plan": services.seen(plan, request.user) if sees else plan,
        "shown": SHOWN,
        "possible": not refusal and (found.kind == TaggingKind.MERGED or plan.back),
    }
    return render(request, "tracker/undo_tagging.html", context, status=status)


def _back(found: Tagging) -> str:
    """The page of what it is about: of a merge the theme that went, else the tagging's own."""
    if found.kind == TaggingKind.MERGED:
        return reverse("tracker:theme", args=[found.removes.get().pk])
    return reverse("tracker:tagging", args=[found.pk])


def _said(found: Tagging, done: services.Undoing) -> str:
    if found.kind == TaggingKind.MERGED:
        return f"The merge is undone. “{found.removes.get().name}” stands for itself again."
    words = [f"Undone in {_number(len(done.back))}."]
    if done.partly:
        words.append(f"In {_number(len(done.partly))} of them some themes were changed since and stay as they are.")
    if done.alone:
        words.append(f"{_number(len(done.alone)).capitalize()} changed since and left alone.")
    return " ".join(words)


def _number(number: int) -> str:
    return f"{number} referral{'' if number == 1 else 's'}"
