"""Safety maps of a context: the list, one map, two dates beside each other, everybody's laid over each other."""

from datetime import date
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import conflicts
from core.workflow import EditConflict

from .. import safety_pages as pages
from .. import safety_papers as papers
from .. import workflow
from ..called import tell
from ..choices import ContextAct
from ..forms.safety import AreaForm, CompareForm, MapForm, PictureForm, has_tiles
from ..models import SafetyMap, SafetyPicture
from ..services import safety as services
from ..services import steps
from ..sight import Sight
from .common import casework_for, note_view, refusals_show_the_context

PAGE_SIZE = 100
# What a picture may do in a browser that opens it by itself: nothing.
NOTHING = "sandbox; default-src 'none'; img-src 'self'; frame-ancestors 'none'"


def map_for(request: HttpRequest, pk: UUID, number: UUID) -> SafetyMap:
    """The map of a context whose casework this person may read; 404 for any other."""
    found = SafetyMap.objects.visible_to(request.user).filter(context=pk).select_related("context")
    one = get_object_or_404(found, pk=number)
    tell(request.user, [one.context])
    return one


@require_safe
@requires(Permission.CONTEXT_SEE)
def safety_maps(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The maps of a context."""
    found = casework_for(request, pk)
    note_view(request, found, "safety-maps")
    sight = Sight(request.user, found)
    maps = pages.counted(found.safety_maps.all())
    rows = [{"map": one, "title": sight.words(one.title), "picture": pages.picture_url(one)} for one in maps]
    drawn = {
        "found": found,
        "rows": [row for row in rows if row["map"].archived_at is None],
        "put_away": [row for row in rows if row["map"].archived_at],
        "may_work": steps.may_work_on(request.user, found),
        "tiles": has_tiles(),
    }
    return render(request, "contexts/safety/maps.html", drawn)


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def add_picture(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A new map on a picture."""
    found = casework_for(request, pk)
    workflow.CONTEXT.check(ContextAct.WORK, found.state)
    posted = request.method == "POST"
    form = PictureForm(*((request.POST, request.FILES) if posted else ()), request=request)
    if posted and form.is_valid():
        sent = {name: form.cleaned_data[name] for name in ("title", "drawn_on", "picture")}
        made = services.add_picture(found, **sent, by=request.user)
        messages.success(request, "The picture is there. Put the first pin on it.")
        return redirect(made)
    return render(request, "contexts/safety/new.html", {"form": form, "found": found, "title": "Add a picture"})


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def add_area(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A new map of an area; without a tile server, the page says so."""
    found = casework_for(request, pk)
    workflow.CONTEXT.check(ContextAct.WORK, found.state)
    form = AreaForm(request.POST or None)
    if request.method == "POST" and has_tiles() and form.is_valid():
        sent = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        made = services.add_area(found, **sent, by=request.user)
        messages.success(request, "The area is there. Put the first pin on it.")
        return redirect(made)
    drawn = {"form": form, "found": found, "title": "Add an area of the map", "no_tiles": not has_tiles()}
    return render(request, "contexts/safety/new.html", drawn)


@require_safe
@requires(Permission.CONTEXT_SEE)
def safety_map(request: HttpRequest, pk: UUID, number: UUID) -> HttpResponse:
    """One map: the drawing, and the list of its pins, both narrowed by the URL."""
    found = map_for(request, pk, number)
    note_view(request, found.context, "safety-map")
    context = papers.opened(found, request.user, request.GET)
    context |= {
        "tiles": tiles_of(found),
        "page": Paginator(context["rows"], PAGE_SIZE).get_page(request.GET.get("page")),
        "may_work": steps.may_work_on(request.user, found.context),
        "query": request.GET.urlencode(),
    }
    return render(request, "contexts/safety/map.html", context)


def tiles_of(found: SafetyMap) -> dict[str, str]:
    """What the script needs to draw an area on tiles; nothing for a picture, or without a tile server."""
    if not (found.is_area and has_tiles()):
        return {}
    return {
        "url": settings.TILE_SERVER_URL,
        "attribution": settings.TILE_ATTRIBUTION,
        "bounds": f"{found.south},{found.west},{found.north},{found.east}",
    }


@require_safe
@requires(Permission.CONTEXT_SEE)
def picture(request: HttpRequest, pk: UUID, number: UUID) -> HttpResponse:
    """The picture of a map, for who may see the map; it can do nothing in the browser."""
    found = map_for(request, pk, number)
    kept = get_object_or_404(SafetyPicture, map=found)
    note_view(request, found.context, "safety-map-picture")
    ending = kept.content_type.removeprefix("image/")
    headers = {
        "Content-Security-Policy": NOTHING,
        "Content-Disposition": f'inline; filename="plan.{ending}"',
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(bytes(kept.content), content_type=kept.content_type, headers=headers)


@require_safe
@requires(Permission.CONTEXT_SEE)
def compare(request: HttpRequest, pk: UUID, number: UUID) -> HttpResponse:
    """Two dates beside each other: what is new, and what is gone."""
    found = map_for(request, pk, number)
    note_view(request, found.context, "safety-map-compare")
    sight = Sight(request.user, found.context)
    layers = pages.layers_of(found.context, sight)
    rows = pages.rows_of(found, found.pins.all(), request.user, sight, layers)
    form = CompareForm(request.GET or None)
    form.is_valid()
    sent = getattr(form, "cleaned_data", {})
    second = sent.get("second") or timezone.localdate()
    first = sent.get("first") or min((row["pin"].noted_on for row in rows), default=second)
    before, after = _on(rows, first), _on(rows, second)
    new = [row for row in after if row not in before]
    gone = [row for row in before if row not in after]
    title = sight.words(found.title)
    signs = dict.fromkeys([row["pin"].pk for row in new], "new") | dict.fromkeys(
        [row["pin"].pk for row in gone], "gone"
    )
    sides = [
        (day, pages.drawing_of(found, f"{title} on {date_format(day, 'DATE_FORMAT')}", some, key=key, signs=signs))
        for key, day, some in (("first", first, before), ("second", second, after))
    ]
    context = {"found": found.context, "map": found, "map_title": title, "form": form, "sides": sides}
    context |= {"new": new, "gone": gone, "same": len(after) - len(new), "first": first, "second": second}
    return render(request, "contexts/safety/compare.html", context)


def _on(rows: list[dict], day: date) -> list[dict]:
    return [row for row in rows if pages.standing(row["pin"], day)]


@require_safe
@requires(Permission.CONTEXT_SEE)
def heat(request: HttpRequest, pk: UUID, number: UUID) -> HttpResponse:
    """Several people's maps laid over each other, harm and safety apart."""
    found = map_for(request, pk, number)
    note_view(request, found.context, "safety-map-heat")
    context = papers.heated(found, request.user, request.GET) | {"query": request.GET.urlencode()}
    return render(request, "contexts/safety/heat.html", context)


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def change_map(request: HttpRequest, pk: UUID, number: UUID) -> HttpResponse:
    """Another title or day. Another picture is another map: its places are other places."""
    found = map_for(request, pk, number)
    workflow.CONTEXT.check(ContextAct.WORK, found.context.state)
    if not Sight(request.user, found.context).is_whole(found.title):
        messages.error(request, services.HIDDEN)
        return redirect(found)
    initial = {"title": found.title, "drawn_on": found.drawn_on, "version": found.version}
    form = MapForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data | {"version": form.cleaned_data["version"] or 0}
        try:
            services.change_map(found, **sent, by=request.user)
        except EditConflict as conflict:
            now = {"title": conflict.current.title, "drawn_on": conflict.current.drawn_on}
            conflicts.show_on(form, conflict, now, conflict.current.version)
            status = 409
        else:
            messages.success(request, "The map is changed.")
            return redirect(found)
    drawn = {"form": form, "found": found.context, "map": found, "title": "Change the title or date of the map"}
    return render(request, "contexts/safety/new.html", drawn, status=status)


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def remove_map(request: HttpRequest, pk: UUID, number: UUID) -> HttpResponse:
    """Delete a map without pins, put away one with, take out again one that was put away; after saying what happens."""
    found = map_for(request, pk, number)
    workflow.CONTEXT.check(ContextAct.WORK, found.context.state)
    pins = found.pins.count()
    if request.method == "POST":
        if found.archived_at:
            services.restore_map(found, by=request.user)
            messages.success(request, "The map is taken out again.")
        else:
            left = services.remove_map(found, by=request.user)
            messages.success(request, "The map is put away." if left else "The map and its picture are deleted.")
        return redirect("contexts:safety-maps", pk)
    sight = Sight(request.user, found.context)
    drawn = {"found": found.context, "map": found, "map_title": sight.words(found.title), "pins": pins}
    return render(request, "contexts/safety/remove.html", drawn)
