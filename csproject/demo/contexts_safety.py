"""Fictional safety maps: a floor plan of the school with several groups' pins, and a plan of the park."""

import io
from datetime import datetime, time, timedelta

from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from accounts.models import User
from contexts.choices import ContextState
from contexts.models import Context, SafetyMap
from contexts.services import safety
from core import pictures

SIZE = (1200, 800)
# Left, top, right, bottom, words.
SCHOOL = [
    (40, 40, 360, 300, "Sports hall"), (360, 40, 640, 200, "Changing rooms"), (640, 40, 1160, 200, "Science"),
    (40, 420, 300, 760, "Canteen"), (300, 420, 520, 760, "Library"), (520, 420, 800, 760, "Classrooms"),
    (800, 420, 1160, 600, "Reception"), (800, 600, 1160, 760, "Toilets"), (640, 200, 1160, 300, "Stairs B"),
]  # fmt: skip
PARK = [
    (80, 80, 420, 360, "Skate ramp"), (520, 60, 800, 240, "Playground"), (860, 100, 1140, 330, "Kiosk"),
    (80, 460, 520, 740, "Football pitch"), (640, 420, 1140, 740, "Pond"),
]  # fmt: skip
# Square, kind, what, time of day, whose map (an index of LAYERS), days ago, ended.
PINS = [
    ("G5", "harm", "Boys stand along the wall and comment on girls who go by.", "after-school", 0, 60, False),
    ("G6", "harm", "Pushed and filmed here between lessons.", "day", 0, 60, False),
    ("H5", "harm", "Nobody on duty in this corridor.", "day", 1, 58, False),
    ("R17", "harm", "Vaping and images shown on phones; younger ones do not go in.", "day", 0, 60, True),
    ("R18", "harm", "Toilets avoided all day.", "day", 1, 58, False),
    ("C14", "safety", "The canteen staff know everybody by name.", "day", 0, 60, False),
    ("C13", "safety", "You can sit here when you are alone.", "day", 1, 58, False),
    ("G15", "safety", "The librarian lets you stay until five.", "after-school", 0, 60, False),
    ("Q12", "safety", "Reception always helps.", "always", 2, 30, False),
    ("M6", "harm", "Stairs where older pupils wait for younger ones.", "morning", 2, 30, False),
    ("G16", "safety", "Homework club on Tuesdays.", "after-school", 2, 12, False),
]  # fmt: skip
LAYERS = [("Year 9 girls", 8), ("Year 8 boys", 6), ("Teaching staff", 5)]


def load(made: dict[str, Context], people: dict[str, User], now: datetime) -> None:
    """What the slice adds to the demo's contexts."""
    by = people["cs"]
    school, park = made["Marlow Road Academy"], made["Hartley Park skate ramp"]
    for context, title, plan, pins in (
        (school, "Ground floor", SCHOOL, PINS),
        (park, "Park, north half", PARK, PINS[:4]),
    ):
        if context.state in (ContextState.CLOSED, ContextState.REFERRED):
            continue
        at = now - timedelta(days=62)
        day = timezone.localdate(at)
        found = safety.add_picture(
            context, title=title, drawn_on=day, picture=pictures.redrawn(plan_of(plan)), by=by, at=at
        )
        for pin in pins:
            _pin(found, pin, by, now)


def _pin(found: SafetyMap, pin: tuple, by: User, now: datetime) -> None:
    square, kind, what, time_of_day, whose, days, ended = pin
    at = now - timedelta(days=days)
    day = timezone.localdate(at)
    name, people = LAYERS[whose]
    values = {
        "kind": kind, "what": what, "time_of_day": time_of_day, "noted_on": day,
        "source": "young-person" if whose < 2 else "professional",
        "exact_time": time(15, 20) if time_of_day == "after-school" else None,
        "account": "Drawn in a session with a youth worker" if whose < 2 else "Staff meeting",
        "reliability": "likely" if whose < 2 else "unconfirmed", "person": None,
    }  # fmt: skip
    layer = {"layer": None, "name": name, "held_on": day, "people": people}
    made = safety.add_pin(found, values, place={"square": square}, layer=layer, by=by, at=at)
    if ended:
        reason = "The toilets were rebuilt, and staff go by every half hour."
        safety.end_pin(made, ended_on=timezone.localdate(now - timedelta(days=9)), reason=reason, by=by, at=now)


def plan_of(rooms: list[tuple]) -> bytes:
    """A plain plan of these rooms as a PNG."""
    image = Image.new("RGB", SIZE, "#fbfbf8")
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 20, SIZE[0] - 20, SIZE[1] - 20), outline="#444444", width=4)
    font = ImageFont.load_default(24)
    for left, top, right, bottom, words in rooms:
        draw.rectangle((left, top, right, bottom), fill="#eef1f3", outline="#444444", width=4)
        draw.text(((left + right) / 2, (top + bottom) / 2), words, fill="#333333", font=font, anchor="mm")
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
