"""Pins of a safety map: one, a new one, changing or moving one, ending one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import conflicts, drafts
from core.workflow import EditConflict

from .. import safety_pages as pages
from .. import squares, workflow
from ..choices import ContextAct
from ..forms.safety import EndPinForm, PinForm
from ..models import SafetyMap, SafetyPin
from ..services import safety as services
from ..services import steps
from ..sight import Sight
from .common import note_view, refusals_show_the_context
from .safety import map_for, tiles_of


def pin_for(request: HttpRequest, found: SafetyMap, pin: UUID) -> SafetyPin:
    """The pin of a map that this person may see; 404 for any other."""
    rows = SafetyPin.objects.visible_to(request.user).filter(map=found)
    return get_object_or_404(rows.select_related("map__context", "layer", "made_by", "ended_by"), pk=pin)


@require_safe
@requires(Permission.CONTEXT_SEE)
def pin(request: HttpRequest, pk: UUID, number: UUID, pin: UUID) -> HttpResponse:
    """One pin, with what may be done to it."""
    found = map_for(request, pk, number)
    one = pin_for(request, found, pin)
    note_view(request, found.context, "safety-pin")
    sight = Sight(request.user, found.context)
    row = pages.rows_of(found, [one], request.user, sight, [(one.layer, pages.layer_words(one.layer, sight))])[0]
    works = steps.may_work_on(request.user, found.context) and found.archived_at is None
    whole = services.may_change(one, request.user, found.context)
    context = {
        "found": found.context, "map": found, "map_title": sight.words(found.title), "pin": one, "row": row,
        "facts": _facts(one, row), "drawing": pages.drawing_of(found, sight.words(found.title), [row]),
        "may_change": works and whole and one.ended_at is None, "may_end": works and one.ended_at is None,
        "hidden": services.HIDDEN if works and not whole else "",
    }  # fmt: skip
    return render(request, "contexts/safety/pin.html", context)


def _facts(one: SafetyPin, row: dict) -> list[dict]:
    facts = [
        {"key": "Harm or safety", "value": row["kind"]},
        {"key": "What happens there", "value": row["what"]},
        {"key": "Where", "value": f"Square {row['square']}"},
        {"key": "When of the day", "value": row["when"]},
        {"key": "Since", "value": date_format(one.noted_on, "DATE_FORMAT")},
        {"key": "By whose account", "value": row["source"]},
        {"key": "How far it can be relied on", "value": row["reliability"]},
        {"key": "Whose map", "value": row["layer"]},
        {"key": "Young person", "value": row["person"] or "Nobody in particular"},
        {
            "key": "Recorded by",
            "value": f"{one.made_by}, {date_format(timezone.localtime(one.made_at), 'DATE_FORMAT')}",
        },
    ]
    if one.ended_at:
        ended = f"{date_format(one.ended_on, 'DATE_FORMAT')}, recorded by {one.ended_by}"
        facts += [{"key": "No longer so since", "value": ended}, {"key": "Why", "value": row["because"]}]
    return facts


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def add_pin(request: HttpRequest, pk: UUID, number: UUID) -> HttpResponse:
    """A new pin: pointed at, moved to with the arrow keys, or by the square of the grid."""
    found = map_for(request, pk, number)
    workflow.CONTEXT.check(ContextAct.WORK, found.context.state)
    sight = Sight(request.user, found.context)
    layers = pages.layers_of(found.context, sight)
    initial = _pointed_at(request) | {"noted_on": timezone.localdate(), "held_on": timezone.localdate()}
    if last := found.pins.filter(made_by=request.user).order_by("-number").first():
        initial |= {"layer": str(last.layer_id), "source": last.source}  # one session’s pins are put on in a row
    page = drafts.open_form(
        request,
        services.draft_key(found.context, f"pin:new:{found.pk}"),
        lambda data: PinForm(data, initial=initial, context=found.context, user=request.user, layers=layers),
    )
    if request.method == "POST" and page.form.is_valid():
        form = page.form
        made = services.add_pin(found, form.cleaned_data, place=form.place(), layer=form.whose(), by=request.user)
        messages.success(request, f"Pin {made.number} is on the map, in square {squares.square_of(made.x, made.y)}.")
        return redirect(found)
    return _form_page(request, found, page, sight, layers, title="Add a pin", button="Put the pin on the map")


def _pointed_at(request: HttpRequest) -> dict:
    """The place that the map's page was pointed at, from its address."""
    form = PinForm.base_fields
    x, y = (form[name].clean(request.GET.get(name)) for name in ("x", "y"))
    return {} if x is None or y is None else {"x": x, "y": y, "square": squares.square_of(x, y)}


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def change_pin(request: HttpRequest, pk: UUID, number: UUID, pin: UUID) -> HttpResponse:
    """Change a pin, or move it."""
    found = map_for(request, pk, number)
    one = pin_for(request, found, pin)
    workflow.CONTEXT.check(ContextAct.WORK, found.context.state)
    if request.method == "GET" and (one.ended_at or not services.may_change(one, request.user, found.context)):
        return redirect(one)  # which says why
    sight = Sight(request.user, found.context)
    layers = pages.layers_of(found.context, sight)
    initial = _now(one) | {"held_on": timezone.localdate()}
    page = drafts.open_form(
        request,
        services.draft_key(found.context, f"pin:{one.pk}"),
        lambda data: PinForm(
            data, initial=initial, context=found.context, user=request.user, layers=layers, now=one.person_id
        ),
    )
    status = 200
    if request.method == "POST" and page.form.is_valid():
        form = page.form
        sent = {"place": form.place(), "layer": form.whose(), "version": form.cleaned_data["version"] or 0}
        try:
            services.change_pin(one, form.cleaned_data, **sent, by=request.user)
        except EditConflict as conflict:
            now = _now(conflict.current)
            now["person"] = form.people_by_key.get(now["person"])
            shown = {name: now[name] for name in [*services.FIELDS, "square", "layer"] if name != "person"}
            conflicts.show_on(form, conflict, shown, conflict.current.version)
            status = 409
        else:
            messages.success(request, "The pin is changed.")
            return redirect(one)
    return _form_page(
        request, found, page, sight, layers, title="Change or move the pin", button="Save the pin", one=one,
        status=status,
    )  # fmt: skip


def _now(one: SafetyPin) -> dict:
    """The pin as the form shows it."""
    now = {name: getattr(one, name) for name in services.FIELDS}
    now |= {"x": one.x, "y": one.y, "square": squares.square_of(one.x, one.y), "version": one.version}
    return now | {"layer": str(one.layer_id), "person": str(one.person_id or "")}


def _form_page(
    request: HttpRequest, found: SafetyMap, page, sight: Sight, layers: list, *, title: str, button: str,
    one: SafetyPin | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    note_view(request, found.context, "safety-pin-form")
    others = found.pins.standing().exclude(pk=one.pk if one else None)
    rows = pages.rows_of(found, others, request.user, sight, layers)
    context = {
        "found": found.context, "map": found, "map_title": sight.words(found.title), "page": page, "title": title,
        "button": button, "pin": one, "drawing": pages.drawing_of(found, sight.words(found.title), rows),
        "tiles": tiles_of(found), "back": one.get_absolute_url() if one else found.get_absolute_url(),
    }  # fmt: skip
    return render(request, "contexts/safety/pin_form.html", context, status=status)


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def end_pin(request: HttpRequest, pk: UUID, number: UUID, pin: UUID) -> HttpResponse:
    """It is so no longer: from when, and why."""
    found = map_for(request, pk, number)
    one = pin_for(request, found, pin)
    workflow.CONTEXT.check(ContextAct.WORK, found.context.state)
    if request.method == "GET" and one.ended_at:
        return redirect(one)
    page = drafts.open_form(
        request,
        services.draft_key(found.context, f"end:{one.pk}"),
        lambda data: EndPinForm(data, initial={"ended_on": timezone.localdate()}, noted_on=one.noted_on),
    )
    if request.method == "POST" and page.form.is_valid():
        services.end_pin(one, **page.form.cleaned_data, by=request.user)
        messages.success(request, "The pin is ended. It stays on the map of the days before.")
        return redirect(one)
    context = {"page": page, "found": found.context, "map": found, "pin": one}
    return render(request, "contexts/safety/end_pin.html", context)
