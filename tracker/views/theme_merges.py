"""Merging one theme into another, with a preview."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.access import requires
from accounts.permissions import Permission, can
from core.workflow import ActRefused

from ..forms.themes import MergeThemeForm
from ..models import Theme
from ..services import theme_merges as services


@requires(Permission.THEMES_MANAGE)
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose what stands for a theme (`?into=`), see what follows, then merge."""
    gone = get_object_or_404(Theme, pk=pk)
    sent = request.POST if request.method == "POST" else request.GET
    form = MergeThemeForm(sent if "into" in sent else None, gone=gone)
    into = form.cleaned_data["into"] if form.is_bound and form.is_valid() else None
    status, refusal = 200, services.refusal(gone, into)
    if request.method == "POST" and into is not None:
        try:
            services.merge(gone, into, mark=request.POST.get("mark", "")[:100], by=request.user)
        except ActRefused as refused:
            status, refusal = 409, refused.reason
            gone.refresh_from_db()
            into.refresh_from_db()
        else:
            messages.success(request, f"“{gone.name}” is merged into “{into.name}”. You can undo this.")
            return redirect("tracker:theme", pk=pk)
    context = {
        "theme": gone,
        "form": form,
        "refusal": refusal,
        "possible": not services.refusal(gone, into),
        "counted": can(request.user, Permission.TRACKER_SEE),
        "plan": services.plan(gone, into, request.user) if into else None,
        "buttons": [{"label": "See what merging does", "kind": "secondary" if into else ""}],
    }
    return render(request, "tracker/merge_theme.html", context, status=status)
