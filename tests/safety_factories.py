"""Makers of safety maps and pins, through the services; and pictures, made here."""

import io
import itertools

from django.utils import timezone
from PIL import Image, ImageDraw

from accounts.models import User
from contexts.models import Context, SafetyMap, SafetyPin
from contexts.services import safety
from core.pictures import Picture

_numbers = itertools.count(1)


def a_png(width: int = 300, height: int = 200, *, kind: str = "PNG", mode: str = "RGB", **options) -> bytes:
    """A small picture: black on white in its left half."""
    image = Image.new(mode, (width, height), "white")
    ImageDraw.Draw(image).rectangle((0, 0, width // 2, height // 2), fill="black")
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def a_map(context: Context, *, by: User, **values) -> SafetyMap:
    """A map on a picture of which no process was asked."""
    number = next(_numbers)
    picture = Picture(a_png(300 + number % 50), "image/png", 300, 200)
    given = {"title": f"Floor {number}", "drawn_on": timezone.localdate(), "picture": picture}
    return safety.add_picture(context, by=by, **given | values)


def pin_values(**values) -> dict:
    """What a person says of a pin."""
    given = {
        "kind": "harm", "what": f"Fights at the gate, number {next(_numbers)}", "time_of_day": "after-school",
        "exact_time": None, "noted_on": timezone.localdate(), "source": "young-person", "account": "Said in a session",
        "reliability": "likely", "person": None,
    }  # fmt: skip
    return given | values


def whose(name: str = "Year 9 girls", people: int = 4, **values) -> dict:
    """A layer, by its name and day."""
    return {"layer": None, "name": name, "people": people, "held_on": timezone.localdate()} | values


def a_pin(found: SafetyMap, *, by: User, square: str = "C4", layer: dict | None = None, **values) -> SafetyPin:
    """A pin on a map."""
    place = {"square": square}
    return safety.add_pin(found, pin_values(**values), place=place, layer=layer or whose(), by=by)
