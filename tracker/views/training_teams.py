"""What each team needs, one team's history, and the Champions."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.models import Team
from accounts.permissions import Permission, can
from core import conflicts, drafts
from core.workflow import ActRefused, EditConflict

from .. import training as register
from ..forms.training import ChampionFilter, ChampionForm, TeamFilter
from ..models import Champion, TrainingAttendance
from ..services import champions as services

PAGE_SIZE = 50
HEADINGS = [
    {"label": "Team", "key": "team"},
    {"label": "What is missing", "key": "needs"},
    {"label": "Trained in 12 months", "key": "lately", "numeric": True},
    {"label": "Trained ever", "key": "ever", "numeric": True},
    {"label": "Last course", "key": "last"},
    {"label": "Champions", "key": "champions"},
]
REFERRAL_HEADINGS = [
    {"label": "Referrals in 12 months", "key": "received", "numeric": True},
    {"label": "Signposted", "key": "signposted", "numeric": True},
]
ATTENDANCE_HEADINGS = [{"label": label} for label in ("Course", "Date", "Who", "Attendance")]


@require_safe
@requires(Permission.TRAINING_SEE)
def teams(request: HttpRequest) -> HttpResponse:
    """Each team with what it needs; filtered and sorted by the URL."""
    form = TeamFilter(request.GET)
    chosen, today = form.chosen(), timezone.localdate()
    sorts = register.sorts_for(request.user)
    sort = register.sort_from(request.GET, sorts, "-needs")
    found = register.needs_of_teams(request.user, today, agency=chosen.get("agency"))
    if chosen.get("need"):
        found = [need for need in found if need.needs]
    page = Paginator(register.in_order(found, sort, sorts), PAGE_SIZE).get_page(request.GET.get("page"))
    sees_tracker = can(request.user, Permission.TRACKER_SEE)
    rows: list[dict[str, Any]] = [{"need": need} for need in page]
    for row in rows if sees_tracker else ():
        row["received_url"] = register.tracker_rows(row["need"].team, today)
        row["signposted_url"] = register.tracker_rows(row["need"].team, today, signposted=True)
    context = {
        "form": form,
        "chosen": chosen,
        "page": page,
        "rows": rows,
        "missing": sum(bool(need.needs) for need in found),
        "sort": sort,
        "keep": {"sort": sort if sort != "-needs" else ""},
        "headings": HEADINGS + (REFERRAL_HEADINGS if sees_tracker else []),
        "sees_tracker": sees_tracker,
        "since": register.year_before(today),
    }
    return render(request, "tracker/training_teams.html", context)


@require_safe
@requires(Permission.TRAINING_SEE)
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """One team: its Champions, and everybody of it who was on a course."""
    found = get_object_or_404(Team.objects.select_related("agency"), pk=pk)
    there = TrainingAttendance.objects.visible_to(request.user).there().filter(team=found)
    there = register.with_names(there).select_related("course", "person").order_by("-course__held_on", "name", "pk")
    champions = Champion.objects.visible_to(request.user).filter(team=found).select_related("person")
    context = {
        "team": found,
        "champions": champions.order_by("-since"),
        "page": Paginator(there, PAGE_SIZE).get_page(request.GET.get("page")),
        "headings": ATTENDANCE_HEADINGS,
        "may_manage": can(request.user, Permission.TRAINING_MANAGE),
    }
    if can(request.user, Permission.TRACKER_SEE):
        context["tracker_url"] = f"{reverse('tracker:tracker')}?team={found.pk}"
    return render(request, "tracker/training_team.html", context)


@require_safe
@requires(Permission.TRAINING_SEE)
def champions(request: HttpRequest) -> HttpResponse:
    """The Champions by agency and team, those who were it before, and the teams without one."""
    form = ChampionFilter(request.GET)
    chosen = form.chosen()
    agencies = register.champions_by_agency(
        request.user, agency=chosen.get("agency"), only_without=bool(chosen.get("need"))
    )
    teams = [team for found in agencies.values() for team in found]
    context = {
        "form": form,
        "chosen": chosen,
        "agencies": agencies,
        "champions": sum(len(one.now) for one in teams),
        "teams": sum(one.team.active for one in teams),
        "without": sum(one.is_without for one in teams),
        "may_manage": can(request.user, Permission.TRAINING_MANAGE),
    }
    return render(request, "tracker/training_champions.html", context)


@requires(Permission.TRAINING_MANAGE)
def add_champion(request: HttpRequest) -> HttpResponse:
    """Enter a Champion, of the team in `?team=`."""
    asked = request.GET.get("team", "")
    initial = {"team": asked} if asked.isascii() and asked.isdigit() and len(asked) < 10 else {}
    page = drafts.open_form(request, services.NEW, lambda data: ChampionForm(data, initial=initial))
    status = 200
    if request.method == "POST" and page.form.is_valid():
        try:
            made = services.add(page.form.values(), by=request.user)
        except ActRefused as refused:
            page.form.add_error("who", refused.reason)
            status = 409
        else:
            messages.success(request, f"{made.who} is entered as a Champion of {made.team}.")
            return redirect("tracker:training-champions")
    context = {"page": page, "title": "Add a Champion", "champion": None}
    return render(request, "tracker/training_champion.html", context, status=status)


@requires(Permission.TRAINING_MANAGE)
def change_champion(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change who, which team or the days, or say when somebody stopped."""
    found = _champion_for(request, pk)
    page = drafts.open_form(request, services.draft_key(found), lambda data: ChampionForm(data, champion=found))
    status = 200
    if request.method == "POST" and page.form.is_valid():
        version = page.form.cleaned_data["version"] or 0
        try:
            changed = services.change(found, page.form.values(), version=version, by=request.user)
        except EditConflict as conflict:
            now = services.values_of(conflict.current) | {"who": page.form.label_of(conflict.current)}
            conflicts.show_on(page.form, conflict, now, conflict.current.version)
            status = 409
        except ActRefused as refused:
            page.form.add_error("who", refused.reason)
            status = 409
        else:
            messages.success(request, f"What stands about {changed.who} is saved.")
            return redirect("tracker:training-champions")
    context = {"page": page, "title": "Change a Champion", "champion": found}
    return render(request, "tracker/training_champion.html", context, status=status)


@requires(Permission.TRAINING_MANAGE)
def delete_champion(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a Champion who was entered by mistake, after asking."""
    found = _champion_for(request, pk)
    if request.method == "POST":
        services.delete(found, by=request.user)
        messages.success(request, f"{found.who} does not stand among the Champions any more.")
        return redirect("tracker:training-champions")
    return render(request, "tracker/training_delete_champion.html", {"champion": found})


def _champion_for(request: HttpRequest, pk: UUID) -> Champion:
    rows = Champion.objects.visible_to(request.user).select_related("person", "team__agency")
    return get_object_or_404(rows, pk=pk)
