"""The dashboard of who may also open the rows behind its figures."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission, can
from consultations.models import Referral

from .. import figures, rows
from ..dashboard import Asked, Dashboard, asked_for
from .lead_dashboard import lead_dashboard
from .listing import note_search

TEAM_HEADINGS = [
    {"label": "Team"},
    {"label": "Agency"},
    {"label": "Referrals", "numeric": True},
    {"label": "Signposted", "numeric": True},
    {"label": "Share signposted", "numeric": True},
    {"label": "Last referral"},
]


@require_safe
@requires(Permission.DASHBOARD_SEE)
def dashboard(request: HttpRequest) -> HttpResponse:
    """The figures of a period, filtered as the list is. Who may see no rows gets a page of their own."""
    if not can(request.user, Permission.TRACKER_SEE):
        return lead_dashboard(request)
    form = rows.filter_from(request.GET)
    chosen = form.chosen()
    asked = asked_for(request.GET, chosen, timezone.localdate())
    context = Dashboard(request.user, request.GET, chosen, asked).context()
    note_search(request, chosen, context["received"], where="dashboard")
    return render(
        request, "tracker/dashboard.html", context | _around(request, form, chosen, asked, context["received"])
    )


def _around(request: HttpRequest, form, chosen: dict[str, Any], asked: Asked, received: int) -> dict[str, Any]:
    """What stands around the figures: the filter, the named periods, and what to do where nothing is found."""
    presets = figures.presets(timezone.localdate())
    urls = {preset.key: _of_preset(request.GET, preset.key) for preset in presets}
    nothing = not received and not Referral.objects.visible_to(request.user).sent().exists()
    return {
        "form": form,
        "words": form.words(),
        "keep": {"period": asked.key if asked.key != figures.DEFAULT_PRESET else ""},
        "period": asked.period,
        "presets": [
            {"label": preset.label, "url": urls[preset.key], "current": preset.key == asked.key} for preset in presets
        ],
        "team_headings": TEAM_HEADINGS,
        "nothing_yet": nothing,
        "nothing_title": "No referral matches these filters" if chosen else "No referral in this period",
        "all_url": urls["all"] if asked.period else "",
        "clear_url": reverse("tracker:dashboard") if chosen else "",
    }


def _of_preset(query: QueryDict, key: str) -> str:
    """The page with the same filters for another period."""
    kept = rows.known_part(query)
    for name in list(kept):
        if name == "sort" or name.startswith(("received_from", "received_to")):
            del kept[name]
    if key != figures.DEFAULT_PRESET:
        kept["period"] = key
    return f"{reverse('tracker:dashboard')}?{kept.urlencode()}"
