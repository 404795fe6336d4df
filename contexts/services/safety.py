"""Safety maps: what is pinned upon, whose map it is, and the pins."""

import hashlib
import math
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from core import audit, drafts
from core.pictures import Picture
from core.workflow import ActRefused, EditConflict

from .. import squares, workflow
from ..choices import ContextAct
from ..models import Context, LinkedPerson, SafetyLayer, SafetyMap, SafetyPicture, SafetyPin
from ..sight import Sight
from . import steps

SENT_TWICE = timedelta(minutes=5)
AREA_WIDTH = 1200  # of the drawing of an area, which has no dots of its own
MOST_PINS = 2000  # on one map, ended ones included
# What a person fills in of a pin, beside its place and whose map it is.
FIELDS = ["kind", "what", "time_of_day", "exact_time", "noted_on", "source", "account", "reliability", "person"]
# The texts in which people may be named.
WORDS = ["what", "account"]
HIDDEN = "It names somebody whom you may not see, so you cannot change it. Ask who leads the work."


def _worked_on(context: Context) -> Context:
    """The context, locked; raises ActRefused where nobody works on it now."""
    current = steps.locked(context)
    workflow.CONTEXT.check(ContextAct.WORK, current.state)
    return current


# Maps


def add_picture(
    context: Context, *, title: str, drawn_on: date, picture: Picture, by, at: datetime | None = None
) -> SafetyMap:
    """A new map on a picture that `core.pictures` has drawn anew. The same sent twice is one map."""
    digest = hashlib.sha256(picture.content).hexdigest()
    size = {"width": picture.width, "height": picture.height}
    return _add(context, title, drawn_on, digest, size, picture, by=by, at=at)


def add_area(
    context: Context,
    *,
    title: str,
    drawn_on: date,
    latitude: float,
    longitude: float,
    across: int,
    by,
    at: datetime | None = None,
) -> SafetyMap:
    """A new map of the area around a point, so many metres across and three quarters as high."""
    tall = across * 0.75 / 111_320  # metres of a degree
    wide = across / (111_320 * math.cos(math.radians(latitude)))
    edges = {
        "north": latitude + tall / 2, "south": latitude - tall / 2,
        "west": longitude - wide / 2, "east": longitude + wide / 2,
    }  # fmt: skip
    digest = hashlib.sha256(repr(sorted(edges.items())).encode()).hexdigest()
    size = {"width": AREA_WIDTH, "height": AREA_WIDTH * 3 // 4}
    return _add(context, title, drawn_on, digest, size | edges, None, by=by, at=at)


def _add(context, title, drawn_on, digest, values, picture, *, by, at) -> SafetyMap:
    at = at or timezone.now()
    with transaction.atomic():
        current = _worked_on(context)
        just_now = (at - SENT_TWICE, at + SENT_TWICE)
        same = {"title": title, "drawn_on": drawn_on, "digest": digest, "made_by": by}
        if twice := current.safety_maps.filter(**same, archived_at=None, made_at__range=just_now).first():
            return twice
        made = SafetyMap.objects.create(context=current, made_at=at, **same, **values)
        if picture is not None:
            SafetyPicture.objects.create(map=made, content_type=picture.content_type, content=picture.content)
        steps.record(current, "context.safety-map-added", by=by, at=at, map=str(made.pk))
        drafts.drop(draft_key(current, "new"), by)
    return made


def change_map(
    found: SafetyMap, *, title: str, drawn_on: date, by, version: int, at: datetime | None = None
) -> SafetyMap:
    """Another title or day. Raises EditConflict where somebody changed it meanwhile."""
    at = at or timezone.now()
    with transaction.atomic():
        context = _worked_on(found.context)
        current = SafetyMap.objects.select_for_update().get(pk=found.pk)
        drafts.drop(draft_key(context, f"map:{found.pk}"), by)
        if (current.title, current.drawn_on) == (title, drawn_on):
            return current
        if not Sight(by, context).is_whole(current.title):
            raise ActRefused(HIDDEN)
        if current.version != version:
            raise EditConflict("Somebody changed this map after you opened this page.", current)
        before = audit.state_of(current, ["title", "drawn_on"])
        current.title, current.drawn_on, current.version = title, drawn_on, current.version + 1
        current.save()
        changed = audit.changes(before, audit.state_of(current, ["title", "drawn_on"]))
        steps.record(context, "context.safety-map-changed", by=by, at=at, map=str(current.pk), changed=changed)
    return current


def remove_map(found: SafetyMap, *, by, at: datetime | None = None) -> SafetyMap | None:
    """Delete a map that has no pins (gives None), put away one that has; it can be taken out again."""
    at = at or timezone.now()
    with transaction.atomic():
        context = _worked_on(found.context)
        current = SafetyMap.objects.select_for_update().filter(pk=found.pk).first()
        if current is None or current.archived_at:
            return current  # the same form sent twice
        if not current.pins.exists():
            steps.record(context, "context.safety-map-deleted", by=by, at=at, map=str(current.pk))
            current.delete()
            return None
        current.archived_at, current.archived_by, current.version = at, by, current.version + 1
        current.save()
        steps.record(context, "context.safety-map-put-away", by=by, at=at, map=str(current.pk))
    return current


def restore_map(found: SafetyMap, *, by, at: datetime | None = None) -> SafetyMap:
    """Take out again a map that was put away."""
    at = at or timezone.now()
    with transaction.atomic():
        context = _worked_on(found.context)
        current = SafetyMap.objects.select_for_update().get(pk=found.pk)
        if current.archived_at is None:
            return current
        current.archived_at, current.archived_by, current.version = None, None, current.version + 1
        current.save()
        steps.record(context, "context.safety-map-taken-out", by=by, at=at, map=str(current.pk))
    return current


# Pins


def add_pin(found: SafetyMap, values: dict, *, place: dict, layer: dict, by, at: datetime | None = None) -> SafetyPin:
    """A new pin. `place` has "square", and "x" and "y" where it was pointed at; `layer` is that of `_layer`.

    The same form sent twice makes one. Raises ActRefused where the map is put away or full.
    """
    at = at or timezone.now()
    with transaction.atomic():
        context = _worked_on(found.context)
        current = SafetyMap.objects.select_for_update().get(pk=found.pk)
        _refuse_put_away(current)
        _refuse_strangers(context, values.get("person"))
        whose = _layer(context, layer, by=by, at=at)
        given = {name: values[name] for name in FIELDS}
        just_now = (at - SENT_TWICE, at + SENT_TWICE)
        for twice in current.pins.filter(**given, layer=whose, made_by=by, made_at__range=just_now):
            if squares.square_of(twice.x, twice.y) == place["square"]:
                return twice
        last = current.pins.aggregate(last=Max("number"))["last"] or 0
        if last >= MOST_PINS:
            raise ActRefused(f"This map has {MOST_PINS} pins. Begin another map.")
        x, y = _point(current, place)
        pin = SafetyPin.objects.create(
            map=current, number=last + 1, x=x, y=y, layer=whose, made_by=by, made_at=at, **given
        )
        steps.record(context, "context.pin-added", by=by, at=at, pin=str(pin.pk), kind=pin.kind)
        drafts.drop(draft_key(context, f"pin:new:{found.pk}"), by)
    return pin


def change_pin(
    pin: SafetyPin, values: dict, *, place: dict, layer: dict, version: int, by, at: datetime | None = None
) -> SafetyPin:
    """Change or move a pin. Raises EditConflict where somebody changed it meanwhile, ActRefused where it is ended,
    or says what is hidden from `by`.
    """
    at = at or timezone.now()
    with transaction.atomic():
        context, current = _pin(pin)
        _refuse_put_away(current.map)
        if current.ended_at:
            raise ActRefused("This pin is ended, so it cannot be changed.")
        if not may_change(current, by, context):
            raise ActRefused(HIDDEN)
        if values.get("person") != current.person:
            _refuse_strangers(context, values.get("person"))
        drafts.drop(draft_key(context, f"pin:{pin.pk}"), by)
        whose = _layer(context, layer, by=by, at=at)
        x, y = _point(current.map, place, current)
        given = {name: values[name] for name in FIELDS} | {"layer": whose, "x": x, "y": y}
        if all(getattr(current, name) == value for name, value in given.items()):
            return current
        if current.version != version:
            raise EditConflict("Somebody changed this pin after you opened it.", current)
        before = audit.state_of(current, list(given))
        for name, value in given.items():
            setattr(current, name, value)
        current.version += 1
        current.save()
        changed = audit.changes(before, audit.state_of(current, list(given)))
        steps.record(context, "context.pin-changed", by=by, at=at, pin=str(current.pk), changed=changed)
    return current


def end_pin(pin: SafetyPin, *, ended_on: date, reason: str, by, at: datetime | None = None) -> SafetyPin:
    """It is so no longer, from when, and why. It stays on the map of the days before."""
    at = at or timezone.now()
    with transaction.atomic():
        context, current = _pin(pin)
        if current.ended_at:
            if (current.ended_on, current.ended_because, current.ended_by_id) == (ended_on, reason, by.pk):
                return current
            raise ActRefused("This pin is already ended.")
        if ended_on < current.noted_on:
            raise ActRefused("A pin cannot end before the day from which it is so.")
        current.ended_on, current.ended_because, current.ended_by, current.ended_at = ended_on, reason, by, at
        current.version += 1
        current.save()
        steps.record(context, "context.pin-ended", by=by, at=at, pin=str(current.pk), reason=reason)
        drafts.drop(draft_key(context, f"end:{pin.pk}"), by)
    return current


def may_change(pin: SafetyPin, user, context: Context) -> bool:
    """Whether nothing that the pin says is hidden from this person: only then may they change it."""
    sight = Sight(user, context)
    if not all(sight.is_whole(getattr(pin, name)) for name in WORDS):
        return False
    return pin.person_id is None or LinkedPerson.objects.with_sight(user).get(pk=pin.person_id).seen


def _pin(pin: SafetyPin) -> tuple[Context, SafetyPin]:
    context = _worked_on(pin.map.context)
    current = SafetyPin.objects.select_for_update(of=("self",)).select_related("map", "layer", "person").get(pk=pin.pk)
    return context, current


def _refuse_put_away(found: SafetyMap) -> None:
    if found.archived_at:
        raise ActRefused("This map is put away. Take it out again before you change its pins.")


def _refuse_strangers(context: Context, person: LinkedPerson | None) -> None:
    if person is not None and (person.context_id != context.pk or person.ended_at):
        raise ActRefused("This person is not linked to this context, or no longer.")


def _layer(context: Context, given: dict, *, by, at: datetime) -> SafetyLayer:
    """The layer in `given` ("layer"), or a new one of "name", "held_on" and "people"; one there already is taken."""
    if (there := given.get("layer")) is not None:
        if there.context_id != context.pk:
            raise ActRefused("Choose one of the maps that were drawn of this context.")
        return there
    key = {"context": context, "name": given["name"], "held_on": given["held_on"]}
    made, new = SafetyLayer.objects.get_or_create(
        **key, defaults={"people": given["people"], "made_by": by, "made_at": at}
    )
    if new:
        steps.record(context, "context.safety-layer-added", by=by, at=at, layer=str(made.pk))
    return made


def _point(found: SafetyMap, place: dict, pin: SafetyPin | None = None) -> tuple[float, float]:
    """Where the pin stands: the point, if it lies in the square; where it stood, if it stays in it; else within it."""
    x, y, square = place.get("x"), place.get("y"), place["square"]
    if x is not None and y is not None and squares.square_of(x, y) == square:
        return x, y
    if pin is not None and squares.square_of(pin.x, pin.y) == square:
        return pin.x, pin.y
    column, row = squares.parsed(square)
    left, top = column * squares.SIZE, row * squares.SIZE
    taken = found.pins.filter(x__gte=left, x__lt=left + squares.SIZE, y__gte=top, y__lt=top + squares.SIZE)
    return squares.place_in(square, taken.count())


def draft_key(context: Context, form: str) -> str:
    """The key under which what is typed into a form about the safety maps of a context is kept."""
    return steps.draft_key(context, f"safety:{form}")
