"""The themes: the list of them, one of them, and what is done to it. Merging stands in theme_merges."""

from itertools import groupby

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission, can
from core import conflicts, drafts
from core.workflow import ActRefused, EditConflict

from ..forms.themes import GroupForm, ThemeForm
from ..models import Theme, ThemeGroup
from ..services import theme_merges
from ..services import themes as services
from ..theme_history import history


@require_safe
@requires(Permission.THEMES_MANAGE)
def themes(request: HttpRequest) -> HttpResponse:
    """Every theme by group; how many referrals use it, for who may see referrals."""
    counted = can(request.user, Permission.TRACKER_SEE)
    counts = Theme.objects.used_by(request.user) if counted else {}
    rows = list(Theme.objects.select_related("group", "merged_into"))
    for theme in rows:
        theme.used = counts.get(theme.pk, 0)
    standing = [theme for theme in rows if theme.active]
    filled = {group: list(found) for group, found in groupby(standing, key=lambda theme: theme.group)}
    groups = list(ThemeGroup.objects.annotate(holds=Count("themes")).order_by("order", "pk"))
    context = {
        "groups": [_listed(group, filled.get(group, [])) for group in groups],
        "others": _listed(None, filled.get(None, [])),
        "off": [theme for theme in rows if not theme.active and not theme.merged_into_id],
        "merged": [theme for theme in rows if theme.merged_into_id],
        "counted": counted,
        "may_tag": can(request.user, Permission.THEMES_TAG),
        "headings": [
            {"label": "Theme"},
            *([{"label": "Referrals", "numeric": True}] if counted else []),
            {"label": "Order"},
        ],
    }
    return render(request, "tracker/themes.html", context)


@requires(Permission.THEMES_MANAGE)
def add(request: HttpRequest) -> HttpResponse:
    """A new theme."""
    page = drafts.open_form(request, "theme:new", ThemeForm)
    if request.method == "POST" and page.form.is_valid():
        try:
            made = services.add(page.form.values(), by=request.user)
        except services.NameTaken as taken:
            page.form.add_error("name", taken.reason)
        else:
            drafts.drop("theme:new", request.user)
            messages.success(request, f"“{made.name}” is added. It can be chosen from now on.")
            return redirect(_in_list(made))
    return render(
        request, "tracker/change_theme.html", {"page": page, "title": "Add a theme", "button": "Add the theme"}
    )


@require_safe
@requires(Permission.THEMES_MANAGE)
def theme(request: HttpRequest, pk: int) -> HttpResponse:
    """One theme: how it stands, what can be done, and its history."""
    return _show(request, _theme_for(pk))


@requires(Permission.THEMES_MANAGE)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename a theme, or put it into another group."""
    found = _theme_for(pk)
    key = f"theme:{found.pk}"
    page = drafts.open_form(request, key, lambda data: ThemeForm(data, theme=found))
    status = 200
    if request.method == "POST" and page.form.is_valid():
        version = page.form.cleaned_data["version"] or 0
        try:
            changed = services.change(found, page.form.values(), version=version, by=request.user)
        except EditConflict as conflict:
            now = conflict.current
            values = {"name": now.name, "group": str(now.group_id or ThemeForm.NONE)}
            conflicts.show_on(page.form, conflict, values, now.version)
            status = 409
        except services.NameTaken as taken:
            page.form.add_error("name", taken.reason)
        except ActRefused as refused:
            return _show(request, _theme_for(pk), status=409, refusal=refused.reason)
        else:
            drafts.drop(key, request.user)
            messages.success(request, f"“{changed.name}” is saved.")
            return redirect("tracker:theme", pk=pk)
    context = {"page": page, "title": "Change a theme", "button": "Save the theme", "theme": found}
    return render(request, "tracker/change_theme.html", context, status=status)


@require_POST
@requires(Permission.THEMES_MANAGE)
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """One place up or down within its group."""
    found = _theme_for(pk)
    try:
        services.move(found, down=request.POST.get("to") == "down", by=request.user)
    except ActRefused as refused:
        return _show(request, found, status=409, refusal=refused.reason)
    return redirect(_in_list(found))


@require_POST
@requires(Permission.THEMES_MANAGE)
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Off, so that nobody chooses it any more; or on again."""
    found = _theme_for(pk)
    active = request.POST.get("to") == "on"
    version = request.POST.get("version", "")
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
    try:
        services.switch(found, active=active, version=number, by=request.user)
    except ActRefused as refused:
        return _show(request, _theme_for(pk), status=409, refusal=refused.reason)
    said = "is switched on: it can be chosen again." if active else "is switched off. Referrals that have it keep it."
    messages.success(request, f"“{found.name}” {said}")
    return redirect("tracker:theme", pk=pk)


@requires(Permission.THEMES_MANAGE)
def change_group(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a group another name."""
    found = get_object_or_404(ThemeGroup, pk=pk)
    key = f"theme-group:{found.pk}"
    initial = {"name": found.name, "version": found.version}
    page = drafts.open_form(request, key, lambda data: GroupForm(data, initial=initial))
    status = 200
    if request.method == "POST" and page.form.is_valid():
        sent = page.form.cleaned_data
        try:
            services.rename_group(found, name=sent["name"], version=sent["version"] or 0, by=request.user)
        except EditConflict as conflict:
            conflicts.show_on(page.form, conflict, {"name": conflict.current.name}, conflict.current.version)
            status = 409
        except ActRefused as refused:
            page.form.add_error("name", refused.reason)
        else:
            drafts.drop(key, request.user)
            messages.success(request, f"The group is called “{sent['name']}” now.")
            return redirect(_group_in_list(found))
    return render(request, "tracker/change_theme_group.html", {"page": page, "group": found}, status=status)


@require_POST
@requires(Permission.THEMES_MANAGE)
def move_group(request: HttpRequest, pk: int) -> HttpResponse:
    """A group with its themes, one place up or down."""
    found = get_object_or_404(ThemeGroup, pk=pk)
    services.move_group(found, down=request.POST.get("to") == "down", by=request.user)
    return redirect(_group_in_list(found))


@require_POST
@requires(Permission.THEMES_MANAGE)
def remove_group(request: HttpRequest, pk: int) -> HttpResponse:
    """Take away a group that no theme is in."""
    found = get_object_or_404(ThemeGroup, pk=pk)
    try:
        services.remove_group(found, by=request.user)
    except ActRefused as refused:
        messages.error(request, refused.reason)
    else:
        messages.success(request, f"The group “{found.name}” is taken away.")
    return redirect("tracker:themes")


def _theme_for(pk: int) -> Theme:
    return get_object_or_404(Theme.objects.select_related("group", "merged_into"), pk=pk)


def _show(request: HttpRequest, found: Theme, *, status: int = 200, refusal: str = "") -> HttpResponse:
    counted = can(request.user, Permission.TRACKER_SEE)
    facts = [
        {"key": "Group", "value": found.group.name if found.group else "No group"},
        {"key": "State", "value": _standing(found)},
    ]
    if counted:
        used = Theme.objects.used_by(request.user).get(found.pk, 0)
        url = reverse("tracker:tracker", query={"themes": found.pk}) if used else ""
        facts.append({"key": "Referrals", "value": str(used), "url": url})
    context = {
        "theme": found,
        "facts": facts,
        "history": history(found),
        "may_merge": not theme_merges.refusal(found),
        "merge": theme_merges.merge_of(found),
        "refusal": refusal,
    }
    return render(request, "tracker/theme.html", context, status=status)


def _standing(found: Theme) -> str:
    if found.merged_into:
        return f"Merged into “{found.merged_into.name}”"
    if found.needs_text:
        return "In use, with a text that says what the theme is" if found.active else "Switched off"
    return "In use" if found.active else "Switched off"


def _listed(group: ThemeGroup | None, found: list[Theme]) -> dict:
    return {"group": group, "themes": found, "last": len(found)}


def _in_list(found: Theme) -> str:
    return f"{reverse('tracker:themes')}#theme-{found.pk}"


def _group_in_list(found: ThemeGroup) -> str:
    return f"{reverse('tracker:themes')}#group-{found.pk}"
