"""The panel: planned, held, minutes agreed; its agenda, and what was said and decided about each item."""

from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User
from consultations.models import Referral
from core import audit, drafts, texts
from core.models import Text
from core.workflow import ActRefused, EditConflict

from .. import panel_sight, workflow
from ..choices import PanelAct, PanelState
from ..models import Context, Panel, PanelCorrection, PanelItem
from ..models.panel import TEXTS

FIELDS = ["on", "starts_at", "place", "chair"]
ITEM_FIELDS = ["presented_by", "reason"]
SENT_TWICE = timedelta(seconds=30)
HIDDEN = "It names somebody whom you may not see, so you cannot change what it says."
CHANGED = "Somebody changed this panel after you opened this page."


def plan(values: dict[str, Any], *, by, at: datetime | None = None) -> Panel:
    """Plan a panel. The same form sent twice makes one."""
    at = at or timezone.now()
    given = {name: values[name] for name in FIELDS}
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=by.pk)  # two at once: the second waits for the first
        just_now = (at - SENT_TWICE, at + SENT_TWICE)
        if twice := Panel.objects.filter(**given, made_by=by, made_at__range=just_now).first():
            return twice
        panel = Panel.objects.create(**given, made_by=by, made_at=at)
        record(panel, "panel.planned", by=by, at=at)
        drafts.drop("panel:new", by)
    return panel


def change(panel: Panel, values: dict[str, Any], *, seen_version: int, by, at: datetime | None = None) -> Panel:
    """Another day, time, place, chair, or note on who came. Raises EditConflict where somebody changed it since.

    Raises ActRefused where what is said there names somebody whom `by` may not see.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = locked(panel, PanelAct.PLAN)
        need_whole(current, by=by)
        drafts.drop(draft_key(current, "change"), by)
        names = [*FIELDS, "attendance_note"]
        wanted = {name: values[name] for name in names if name in values}
        if all(getattr(current, name) == value for name, value in wanted.items()):
            return current
        if current.version != seen_version:
            raise EditConflict(CHANGED, current)
        for name, value in wanted.items():
            setattr(current, name, value)
        current.version += 1
        current.save()
        record(current, "panel.changed", by=by, at=at)
    return current


def hold(panel: Panel, *, attendance_note: str = "", by, at: datetime | None = None) -> Panel:
    """It was held. What was said and decided, and who came, can still be written.

    Raises ActRefused where what is said of the panel names somebody whom `by` may not see.
    """
    return _step(panel, PanelAct.HOLD, by=by, at=at, attendance_note=attendance_note)


def agree(panel: Panel, *, by, at: datetime | None = None) -> Panel:
    """The minutes are agreed: from now on nothing in them changes."""
    return _step(panel, PanelAct.AGREE, by=by, at=at)


def correct(panel: Panel, *, reason: str, by, at: datetime | None = None) -> Panel:
    """Open agreed minutes again, and why. What stood in them stays in the versions of their texts."""
    return _step(panel, PanelAct.CORRECT, by=by, at=at, reason=reason)


def _step(panel: Panel, act: str, *, by, at: datetime | None, reason: str = "", **values) -> Panel:
    at = at or timezone.now()
    with transaction.atomic():
        current = locked(panel, act)
        if values:
            need_whole(current, by=by)
        current.state = workflow.PANEL.check(act, current.state).target
        if act == PanelAct.HOLD:
            current.held_at, current.held_by = at, by
        agreed = current.state == PanelState.AGREED
        current.agreed_at, current.agreed_by = (at, by) if agreed else (None, None)
        for name, value in values.items():
            setattr(current, name, value)
        current.version += 1
        current.save()
        if reason:
            PanelCorrection.objects.create(panel=current, reason=reason, by=by, at=at)
        record(current, f"panel.{act}", by=by, at=at, **({"reason": reason} if reason else {}))
        drafts.drop(draft_key(current, act), by)
    return current


# ---------------------------------------------------------------- the agenda
def put(
    panel: Panel,
    subject: Referral | Context,
    values: dict[str, Any],
    *,
    by,
    draft: str = "",
    at: datetime | None = None,
) -> PanelItem:
    """Put a referral or a context on the agenda, at its end; one that is there already stays as it is.

    Raises ActRefused where the minutes are agreed.
    """
    at = at or timezone.now()
    about = {"referral" if isinstance(subject, Referral) else "context": subject}
    with transaction.atomic():
        current = locked(panel, PanelAct.PLAN)
        if draft:
            drafts.drop(draft, by)
        if there := current.items.filter(**about).first():
            return there
        given = {name: values[name] for name in ITEM_FIELDS}
        item = _make(current, about | given, values.get("categories") or (), by=by, at=at)
        record_item(item, "panel.item-added", by=by, at=at)
    return item


def change_item(
    item: PanelItem, values: dict[str, Any], *, seen_version: int, by, at: datetime | None = None
) -> PanelItem:
    """Other categories, reason or presenter. Raises EditConflict where somebody changed it since."""
    at = at or timezone.now()
    with transaction.atomic():
        current = locked_item(item, PanelAct.PLAN)
        drafts.drop(item_draft_key(current, "change"), by)
        same = all(getattr(current, name) == values[name] for name in ITEM_FIELDS if name in values)
        if same and set(current.categories.all()) == set(values["categories"]):
            return current  # the same form sent twice
        if current.version != seen_version:
            raise EditConflict("Somebody changed this item after you opened this page.", current)
        for name in ITEM_FIELDS:
            if name in values:
                _need_whole(current, getattr(current, name), by=by)
                setattr(current, name, values[name])
        current.version += 1
        current.save()
        current.categories.set(values["categories"])
        record_item(current, "panel.item-changed", by=by, at=at)
    return current


def move_item(item: PanelItem, *, up: bool, by, at: datetime | None = None) -> PanelItem:
    """One place up or down the agenda; at its end it stays. All are counted anew, so two at once lose none."""
    at = at or timezone.now()
    with transaction.atomic():
        current = locked_item(item, PanelAct.PLAN)
        rows = list(current.panel.items.all())
        place = rows.index(current)
        other = place - 1 if up else place + 1
        if not 0 <= other < len(rows):
            return current
        rows[place], rows[other] = rows[other], rows[place]
        for order, row in enumerate(rows, start=1):
            row.order = order
        PanelItem.objects.bulk_update(rows, ["order"])
        record_item(current, "panel.item-moved", by=by, at=at)
    return current


def remove_item(item: PanelItem, *, by, at: datetime | None = None) -> None:
    """Take an item off the agenda, as long as nothing was written or agreed about it."""
    at = at or timezone.now()
    with transaction.atomic():
        current = locked_item(item, PanelAct.PLAN)
        if reason := why_kept(current):
            raise ActRefused(reason)
        about = current.subject  # the item itself is gone in a moment
        audit.record("panel.item-removed", by=by, subject=about, label=about.reference, at=at)
        owned = [getattr(current, f"{name}_id") for name in TEXTS]
        current.delete()
        Text.objects.filter(pk__in=owned).delete()


def why_kept(item: PanelItem) -> str:
    """Why an item cannot be taken off the agenda, "" where it can."""
    if item.panel.state != PanelState.PLANNED:
        return "The panel was held, so its agenda stays as it was."
    if any(getattr(item, name).version for name in TEXTS) or item.actions.exists():
        return "Something was written or agreed about this item, so it stays on the agenda."
    if PanelItem.objects.filter(carried_from=item).exists():
        return "This item was carried over, so it stays on the agenda."
    return ""


def next_panel(panel: Panel) -> Panel | None:
    """The panel to which items of this one are carried over: the next that is planned for a later day."""
    later = Panel.objects.filter(state=PanelState.PLANNED, on__gte=panel.on).exclude(pk=panel.pk)
    return later.order_by("on", "made_at").first()


def carry_over(item: PanelItem, *, by, at: datetime | None = None) -> PanelItem:
    """Put an item of a held panel on the agenda of the next; once, also where it is sent twice.

    Raises ActRefused where it was carried over before, where no later panel is planned, or this one has not been held.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = PanelItem.objects.select_for_update(of=("self",)).select_related("panel").get(pk=item.pk)
        if there := PanelItem.objects.select_related("panel").filter(carried_from=current).first():
            if there.added_by_id == by.pk and abs(at - there.added_at) <= SENT_TWICE:
                return there
            raise ActRefused(f"This item was carried over already, to the panel on {_day(there.panel)}.")
        if current.panel.state == PanelState.PLANNED:
            raise ActRefused("Record the panel as held before an item is carried over.")
        found = next_panel(current.panel)
        if found is None:
            raise ActRefused("No later panel is planned. Plan the next one first.")
        target = locked(found, PanelAct.PLAN)
        about = {"referral": current.referral, "context": current.context}
        if there := target.items.filter(**about).first():
            if there.carried_from_id:
                raise ActRefused(f"It is on the agenda of the panel on {_day(target)} already.")
            there.carried_from = current  # somebody put it there: this is what is carried on
            there.save(update_fields=["carried_from"])
            record_item(there, "panel.item-carried", by=by, at=at)
            return there
        given = {name: getattr(current, name) for name in ITEM_FIELDS}
        made = _make(target, about | given | {"carried_from": current}, current.categories.all(), by=by, at=at)
        record_item(made, "panel.item-carried", by=by, at=at)
    return made


def save_text(
    item: PanelItem, name: str, *, body: str, base_version: int, by, at: datetime | None = None, **page
) -> texts.SaveResult:
    """Save one of TEXTS, as `core.texts.save` does. What came of an item may be written after the minutes are agreed.

    Raises ActRefused where they are agreed, or where `by` may not read all that stands there.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = locked_item(item, PanelAct.WRITE if name != "outcome" else None)
        _need_whole(current, *texts.bodies_of(getattr(current, f"{name}_id")), by=by)
        result = texts.save(getattr(current, f"{name}_id"), body=body, base_version=base_version, by=by, at=at, **page)
        if result.new_aside:
            record_item(current, "panel.text-set-aside", by=by, at=at, text=name)
        elif result.new_version:
            record_item(current, "panel.text-written", by=by, at=at, text=name, version=result.text.version)
    return result


def _make(panel: Panel, values: dict[str, Any], categories, *, by, at: datetime) -> PanelItem:
    last = panel.items.aggregate(last=Max("order"))["last"] or 0
    owned = {name: Text.objects.create() for name in TEXTS}
    item = PanelItem.objects.create(panel=panel, order=last + 1, added_by=by, added_at=at, **values, **owned)
    item.categories.set(categories)
    return item


def _need_whole(item: PanelItem, *bodies: str, by) -> None:
    words = panel_sight.item_words(by, item)
    if any(words(body) != body for body in bodies):
        raise ActRefused(HIDDEN)


def need_whole(panel: Panel, *more: str, by) -> None:
    """Raises ActRefused where the place, chair or note of a panel, or `more` of it, names somebody hidden from `by`."""
    words = panel_sight.panel_words(by, panel)
    if any(words(text) != text for text in (panel.place, panel.chair, panel.attendance_note, *more)):
        raise ActRefused(HIDDEN)


def _day(panel: Panel) -> str:
    return date_format(panel.on, "DATE_FORMAT")


# ---------------------------------------------------------------- locks, keys, events
def locked(panel: Panel, act: str | None) -> Panel:
    """The panel as it stands now, locked until the transaction ends. Raises ActRefused where `act` is not allowed."""
    current = Panel.objects.select_for_update(of=("self",)).get(pk=panel.pk)
    if act:
        workflow.PANEL.check(act, current.state)
    return current


def locked_item(item: PanelItem, act: str | None) -> PanelItem:
    """The item as it stands now, its panel locked with it, first. Raises ActRefused where it was taken away."""
    panel = locked(item.panel, act)
    rows = PanelItem.objects.select_for_update(of=("self",)).select_related("referral", "context", *TEXTS)
    current = rows.filter(pk=item.pk).first()
    if current is None:
        raise ActRefused("This item was taken off the agenda.")
    current.panel = panel
    return current


def put_draft_key(panel: str, reference: str) -> str:
    """The key for putting something on an agenda, opened from this panel's page or this record's, each its own."""
    about = uuid5(NAMESPACE_URL, f"{panel}\n{reference}") if panel or reference else "any"
    return f"panel:put:{about}"


def draft_key(panel: Panel, form: str) -> str:
    """The key under which what is typed into a form about this panel is kept."""
    return f"panel:{panel.pk}:{form}"


def item_draft_key(item: PanelItem, form: str) -> str:
    """The same for a form about an item."""
    return f"panel-item:{item.pk}:{form}"


def label(panel: Panel) -> str:
    """What the audit log and notices call a panel: its day, which names nobody."""
    return f"Panel {panel.on.isoformat()}"


def record(panel: Panel, act: str, *, by, at: datetime, **detail) -> None:
    """Write an event about a panel into the audit log."""
    audit.record(act, by=by, subject=panel, label=label(panel), detail=detail, at=at)


def record_item(item: PanelItem, act: str, *, by, at: datetime, **detail) -> None:
    """Write an event about an item into the audit log, under the reference of what it is about."""
    audit.record(act, by=by, subject=item, label=item.subject.reference, detail=detail, at=at)
