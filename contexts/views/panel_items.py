"""The agenda of a panel: putting something on it, an item's page, its texts, its place, carrying it over."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import conflicts, drafts, text_requests, texts
from core.workflow import ActRefused, EditConflict

from .. import panel_sight, workflow
from ..choices import PanelAct, PanelState
from ..forms.panel import ItemForm, PutForm
from ..models import PanelItem
from ..services import panel as services
from .panel_common import allows, item_for, note_item, refusals_show_the_item

_HINTS = {
    "discussion": "What was said. It is part of the minutes.",
    "decision": "What the panel decided. It is shown on the page of the referral or context too.",
    "outcome": "Written after the panel, also when its minutes are agreed.",
}


@requires(Permission.PANEL_HOLD)
def put(request: HttpRequest) -> HttpResponse:
    """Put a referral or a context on an agenda; `?panel=` and `?reference=` say which is meant."""
    known = {name: request.GET.get(name, "") for name in ("panel", "reference")}
    draft = services.put_draft_key(**known)
    page = drafts.open_form(request, draft, lambda data: PutForm(data, user=request.user, initial=known))
    if request.method == "POST" and page.form.is_valid():
        sent = page.form.cleaned_data
        try:
            item = services.put(sent["panel"], sent["reference"], sent, draft=draft, by=request.user)
        except ActRefused as refused:
            page.form.add_error("panel", refused.reason)
        else:
            messages.success(request, "It is on the agenda.")
            return redirect(item.panel)
    planned = page.form.fields["panel"].queryset.exists()
    drawn = {"page": page, "title": "Put on the panel’s agenda", "button": "Put it on the agenda", "planned": planned}
    return render(request, "contexts/panel_put.html", drawn)


@require_safe
@requires(Permission.PANEL_HOLD)
def item(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One item: why it is there, what was said and decided, and the actions."""
    return show_item(request, item_for(request, pk))


def show_item(
    request: HttpRequest, found: PanelItem, *, status: int = 200, refusal: str = "", typed: str = ""
) -> HttpResponse:
    """The page of an item; with `refusal` above it where an act was just refused (409), and what was `typed`."""
    note_item(request, found, "panel item")
    shown = panel_sight.shown(request.user, PanelItem.objects.filter(pk=found.pk))[0]
    writes = allows(PanelAct.WRITE, found.panel)
    slots = _slots(request, found, writes=writes)
    drawn = {
        "panel": found.panel,
        "item": found,
        "shown": shown,
        "facts": [
            {"key": "Categories", "value": shown.categories},
            {"key": "Why it is on the agenda", "value": shown.reason},
            {"key": "Presented by", "value": shown.presented_by},
        ],
        "slots": slots,
        "may_save": any(not slot.read_only for slot in slots),
        "hidden": _hides(request, found),
        "may_write": writes,
        "may_carry": found.panel.state != PanelState.PLANNED,
        "kept": services.why_kept(found),
        "carried_to": PanelItem.objects.filter(carried_from=found).select_related("panel").first(),
        "refusal": refusal,
        "typed": typed,
    }
    return render(request, "contexts/panel_item.html", drawn, status=status)


@requires(Permission.PANEL_HOLD)
@refusals_show_the_item
def change_item(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Other categories, reason or presenter."""
    found = item_for(request, pk)
    workflow.PANEL.check(PanelAct.PLAN, found.panel.state)
    key = services.item_draft_key(found, "change")
    page = drafts.open_form(request, key, lambda data: ItemForm(data, item=found, user=request.user))
    status = 200
    if request.method == "POST" and page.form.is_valid():
        sent = page.form.cleaned_data
        try:
            services.change_item(found, sent, seen_version=sent["version"] or 0, by=request.user)
        except EditConflict as conflict:
            now = _as_it_stands(request, conflict.current)
            conflicts.show_on(page.form, conflict, now, conflict.current.version)
            status = 409
        else:
            messages.success(request, "Saved.")
            return redirect(found)
    drawn = {"page": page, "item": found, "panel": found.panel, "title": "Change the item", "button": "Save"}
    return render(request, "contexts/panel_step.html", drawn, status=status)


@require_POST
@requires(Permission.PANEL_HOLD)
@refusals_show_the_item
def move_item(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One place up or down the agenda."""
    found = item_for(request, pk)
    services.move_item(found, up=request.POST.get("up") == "1", by=request.user)
    return redirect(f"{found.panel.get_absolute_url()}#item-{found.pk}")


@requires(Permission.PANEL_HOLD)
@refusals_show_the_item
def remove_item(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take an item off the agenda, after asking."""
    found = item_for(request, pk)
    if reason := services.why_kept(found):
        raise ActRefused(reason)
    if request.method == "POST":
        services.remove_item(found, by=request.user)
        messages.success(request, "It is off the agenda.")
        return redirect(found.panel)
    shown = panel_sight.shown(request.user, PanelItem.objects.filter(pk=found.pk))[0]
    return render(request, "contexts/panel_remove.html", {"panel": found.panel, "item": found, "shown": shown})


@require_POST
@requires(Permission.PANEL_HOLD)
@refusals_show_the_item
def carry_over(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put the item on the agenda of the next panel."""
    found = item_for(request, pk)
    made = services.carry_over(found, by=request.user)
    messages.success(request, "The item is on the agenda of the next panel.")
    return redirect(made.panel)


@require_POST
@requires(Permission.PANEL_HOLD)
@refusals_show_the_item
def save(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Without scripts: save the texts of an item."""
    found = item_for(request, pk)
    results = []
    for name in services.TEXTS:
        asides = texts.waiting([getattr(found, name)]).get(getattr(found, f"{name}_id"), [])
        results += text_requests.save_form(
            request, name, asides, lambda name=name, **sent: _save(found, name, sent, by=request.user)
        )
    if any(result.conflict or result.newer for result in results):
        messages.error(request, "Somebody else changed the text while you wrote. Both texts are below.")
        return show_item(request, item_for(request, pk), status=409)
    messages.success(request, "Saved." if results else "There was nothing new to save.")
    return redirect(found)


@require_POST
@requires(Permission.PANEL_HOLD)
@refusals_show_the_item
def save_text(request: HttpRequest, pk: UUID, key: str) -> HttpResponse:
    """Save one text as it is typed; JSON, see `core.text_requests`."""
    found = item_for(request, pk)
    if key not in services.TEXTS:
        raise Http404
    sent = text_requests.read(request)
    return text_requests.answer(_save(found, key, sent, by=request.user), sent=sent)


def _save(found: PanelItem, name: str, sent: dict, *, by) -> texts.SaveResult:
    try:
        return services.save_text(found, name, by=by, **sent)
    except ValidationError as problem:
        raise BadRequest(problem.messages[0]) from None


def _slots(request: HttpRequest, found: PanelItem, *, writes: bool) -> list[texts.TextSlot]:
    """The texts of an item, to write where all of each may be read; a copy that waits to be merged hides the same."""
    owned = {name: getattr(found, name) for name in services.TEXTS}
    waiting = texts.waiting(owned.values())
    words = _words(request, found)
    slots = []
    for name, title in services.TEXTS.items():
        text = owned[name]
        may = writes or name == "outcome"
        asides = waiting.get(text.pk, []) if may else []
        shown = words(text.body)
        may = may and shown == text.body and all(words(aside.body) == aside.body for aside in asides)
        if not may:
            text.body, asides = shown, []
        for aside in asides:
            _, aside.runs = text_requests.side_by_side(text.body, aside.body)
        url = reverse("contexts:panel-save-text", args=[found.pk, name])
        slots.append(
            texts.TextSlot(
                key=name, label=title, url=url, text=text, hint=_HINTS[name], read_only=not may, set_aside=asides
            )
        )
    return slots


def _hides(request: HttpRequest, found: PanelItem) -> bool:
    """Whether a text of the item names somebody whom this reader may not see."""
    fresh = PanelItem.objects.select_related("context", *services.TEXTS).get(pk=found.pk)
    words = _words(request, fresh)
    return any(words(getattr(fresh, name).body) != getattr(fresh, name).body for name in services.TEXTS)


def _words(request: HttpRequest, found: PanelItem):
    return panel_sight.item_words(request.user, found)


def _as_it_stands(request: HttpRequest, current: PanelItem) -> dict:
    words = _words(request, current)
    return {
        "reason": words(current.reason),
        "presented_by": words(current.presented_by),
        "categories": list(current.categories.all()),
    }
