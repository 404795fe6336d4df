"""Who is invited to a panel, and who came."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.access import requires
from accounts.permissions import Permission
from core import drafts
from core.workflow import ActRefused

from .. import panel_sight, workflow
from ..choices import Attendance, PanelAct
from ..forms.panel import PanelPersonForm
from ..services import conference_people, panel
from ..services import panel_people as services
from .panel_common import note_panel, panel_for, refusals_show_the_panel

CAME = {"", *Attendance.values}


@requires(Permission.PANEL_HOLD)
@refusals_show_the_panel
def people(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put an agency on the list; one that came without being invited is added here too."""
    found = panel_for(request, pk)
    workflow.PANEL.check(PanelAct.PLAN, found.state)
    page, status = drafts.open_form(request, panel.draft_key(found, "people"), PanelPersonForm), 200
    if request.method == "POST" and page.form.is_valid():
        sent = page.form.cleaned_data
        try:
            services.invite(found, sent, by=request.user)
        except ActRefused as refused:
            page.form.add_error("person" if sent["person"] else "agency", refused.reason)
            status = 409
        else:
            messages.success(request, "They are on the list.")
            return redirect("contexts:panel-people", pk=pk)
    note_panel(request, found, "panel people")
    words = panel_sight.panel_words(request.user, found)
    drawn = {
        "page": page,
        "panel": found,
        "usual": conference_people.AGENCIES,
        "people": [{"row": one, "agency": words(one.agency), "who": words(one.who)} for one in services.of(found)],
    }
    return render(request, "contexts/panel_people.html", drawn, status=status)


@require_POST
@requires(Permission.PANEL_HOLD)
@refusals_show_the_panel
def remove(request: HttpRequest, pk: UUID, person: UUID) -> HttpResponse:
    """Take somebody off the list."""
    there = get_object_or_404(panel_for(request, pk).people.select_related("panel"), pk=person)
    services.remove(there, by=request.user)
    messages.success(request, "They are off the list.")
    return redirect("contexts:panel-people", pk=pk)


@require_POST
@requires(Permission.PANEL_HOLD)
@refusals_show_the_panel
def attendance(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say who came, who sent apologies, and who did not come."""
    found = panel_for(request, pk)
    changes = {}
    for one in services.of(found):
        was, now = (request.POST.get(f"{name}-{one.pk}") for name in ("was", "came"))
        if was in CAME and now in CAME:
            changes[one.pk] = was, now
    changed, meanwhile = services.mark(found, changes, by=request.user)
    if meanwhile:
        messages.error(request, "Somebody else marked some of them at the same time. Their marks stay: look again.")
    if changed or not meanwhile:
        messages.success(request, "Who came is saved." if changed else "There was nothing new to save.")
    return redirect(f"{found.get_absolute_url()}#people")
