"""The panel: the list of meetings, planning one, its page, and the steps to agreed minutes."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import conflicts, drafts
from core.forms import GovukForm
from core.workflow import EditConflict

from .. import panel_sight, workflow
from ..choices import PanelAct, PanelState
from ..forms.deciding import ReasonForm
from ..forms.panel import HoldPanelForm, PanelFilter, PlanPanelForm
from ..models import Panel
from ..services import panel as services
from ..services import panel_people
from .panel_common import note_panel, panel_for, refusals_show_the_panel

PAGE_SIZE = 50


@require_safe
@requires(Permission.PANEL_HOLD)
def panels(request: HttpRequest) -> HttpResponse:
    """Every panel, the latest first."""
    form = PanelFilter(request.GET)
    rows = form.narrow(Panel.objects.visible_to(request.user))
    # An item that this reader may not see counts too: that it is there is no secret.
    rows = rows.annotate(
        number=Count("items", distinct=True),
        open_actions=Count("items__actions", filter=Q(items__actions__status="open"), distinct=True),
    ).order_by("-on", "-made_at")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    words = panel_sight.panel_words(request.user, *page)
    for row in page:
        row.chair, row.place = words(row.chair), words(row.place)
    headings = [{"label": label} for label in ("Panel", "Status", "Chair", "Items", "Open actions")]
    drawn = {"form": form, "chosen": form.chosen(), "page": page, "headings": headings}
    return render(request, "contexts/panels.html", drawn)


@requires(Permission.PANEL_HOLD)
def plan(request: HttpRequest) -> HttpResponse:
    """Plan a panel."""
    page = drafts.open_form(request, "panel:new", PlanPanelForm)
    if request.method == "POST" and page.form.is_valid():
        made = services.plan(page.form.cleaned_data, by=request.user)
        messages.success(request, "The panel is planned. Put referrals and contexts on its agenda next.")
        return redirect(made)
    drawn = {"page": page, "title": "Plan a panel", "button": "Plan the panel"}
    return render(request, "contexts/panel_step.html", drawn)


@require_safe
@requires(Permission.PANEL_HOLD)
def panel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One panel with its agenda."""
    return show_panel(request, panel_for(request, pk))


def show_panel(
    request: HttpRequest, found: Panel, *, status: int = 200, refusal: str = "", typed: str = ""
) -> HttpResponse:
    """The page of a panel; with `refusal` above it where an act was just refused (409), and what was `typed`."""
    note_panel(request, found, "panel")
    acts = {act.act for act in workflow.PANEL.possible(found.state)}
    words = panel_sight.panel_words(request.user, found)
    facts = [
        {"key": "When", "value": _when(found)},
        {"key": "Place", "value": words(found.place)},
        {"key": "Chair", "value": words(found.chair)},
        {"key": "Note on who came", "value": words(found.attendance_note).splitlines()},
    ]
    drawn = {
        "panel": found,
        "title": f"Panel on {date_format(found.on, 'DATE_FORMAT')}",
        "facts": [fact for fact in facts if fact["value"]],
        "items": panel_sight.agenda(request.user, found),
        "may_plan": PanelAct.PLAN in acts,
        "may_hold": PanelAct.HOLD in acts,
        "may_agree": PanelAct.AGREE in acts,
        "may_correct": PanelAct.CORRECT in acts,
        "may_carry": found.state != PanelState.PLANNED,
        "people": [{"row": one, "agency": words(one.agency), "who": words(one.who)} for one in panel_people.of(found)],
        "corrections": [
            {"reason": words(one.reason), "by": one.by, "at": one.at} for one in found.corrections.select_related("by")
        ],
        "refusal": refusal,
        "typed": typed,
    }
    return render(request, "contexts/panel.html", drawn, status=status)


@requires(Permission.PANEL_HOLD)
@refusals_show_the_panel
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another day, time, place, chair; a note on who came."""
    found = panel_for(request, pk)
    workflow.PANEL.check(PanelAct.PLAN, found.state)
    services.need_whole(found, by=request.user)  # the form would show the words that it changes
    key = services.draft_key(found, "change")
    page = drafts.open_form(request, key, lambda data: PlanPanelForm(data, panel=found))
    status = 200
    if request.method == "POST" and page.form.is_valid():
        sent = page.form.cleaned_data
        try:
            services.change(found, sent, seen_version=sent["version"] or 0, by=request.user)
        except EditConflict as conflict:
            services.need_whole(conflict.current, by=request.user)
            now = {name: getattr(conflict.current, name) for name in page.form.fields if name != "version"}
            conflicts.show_on(page.form, conflict, now, conflict.current.version)
            status = 409
        else:
            messages.success(request, "Saved.")
            return redirect(found)
    drawn = {"page": page, "panel": found, "title": "Change the panel", "button": "Save"}
    return render(request, "contexts/panel_step.html", drawn, status=status)


@requires(Permission.PANEL_HOLD)
@refusals_show_the_panel
def hold(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that it was held."""
    return _step(
        request, pk, PanelAct.HOLD, lambda found: lambda data: HoldPanelForm(data, panel=found), services.hold,
        title="Record the panel as held", button="Record it as held", done="The panel is recorded as held.",
        happens=[
            "what was said and decided can still be written, and who came marked",
            "items can be carried over to the next panel",
        ],
    )  # fmt: skip


@requires(Permission.PANEL_HOLD)
@refusals_show_the_panel
def agree(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that the minutes are agreed."""
    return _step(
        request, pk, PanelAct.AGREE, lambda found: GovukForm, services.agree,
        title="Agree the minutes?", button="Agree the minutes", done="The minutes are agreed.",
        happens=["nothing in them can be changed without a reason", "what came of an item can still be written"],
    )  # fmt: skip


@requires(Permission.PANEL_HOLD)
@refusals_show_the_panel
def correct(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open agreed minutes again, and say why."""
    asks = {"label": "What has to be corrected, and why?", "empty": "Enter why the minutes are corrected"}
    return _step(
        request, pk, PanelAct.CORRECT, lambda found: lambda data: ReasonForm(data, **asks), services.correct,
        title="Correct the minutes", button="Open the minutes again", done="The minutes can be corrected now.",
        happens=["your reason is kept with your name", "what stood there before is kept", "they are agreed again"],
    )  # fmt: skip


def _step(request: HttpRequest, pk: UUID, act: str, make, do, *, title, button, done, happens) -> HttpResponse:
    found = panel_for(request, pk)
    workflow.PANEL.check(act, found.state)
    if act == PanelAct.HOLD:
        services.need_whole(found, by=request.user)
    page = drafts.open_form(request, services.draft_key(found, act), make(found))
    if request.method == "POST" and page.form.is_valid():
        do(found, **page.form.cleaned_data, by=request.user)
        messages.success(request, done)
        return redirect(found)
    drawn = {"page": page, "panel": found, "title": title, "button": button, "happens": happens}
    return render(request, "contexts/panel_step.html", drawn)


def _when(found: Panel) -> str:
    at = f" at {found.starts_at:%H:%M}" if found.starts_at else ""
    return f"{date_format(found.on, 'DATE_FORMAT')}{at}"
