"""A safety map as a paper: on A4 with the list of its pins, and as a picture (PNG)."""

import io
from typing import Any

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from PIL import Image, ImageDraw, ImageFont

from consultations.papers import pdf
from core.workflow import ActRefused

from . import safety_pages as pages
from . import squares
from .called import tell
from .choices import PinKind
from .forms.safety import PinFilter
from .models import SafetyMap
from .sight import Sight

PNG_WIDTH = 1600
COLOURS = {PinKind.HARM: "#b5120b", PinKind.SAFETY: "#00643a"}
HEAT, HEAT_STRENGTH = (0x4C, 0x2C, 0x92), {1: 64, 2: 102, 3: 153, 4: 204}  # as the drawing on the page
MOST_ON_PAPER = 600  # pins: some 30 pages of list
PICTURE = "https://paper.invalid/safety-map-picture"


def opened(found: SafetyMap, user, query: QueryDict) -> dict[str, Any]:
    """What the pages and papers of one map share: its words, the filter, the pins that it leaves, the drawing."""
    sight = Sight(user, found.context)
    tell(user, [found.context])
    layers = pages.layers_of(found.context, sight)
    form = PinFilter(query, layers=layers)
    title = sight.words(found.title)
    rows = pages.rows_of(found, form.narrow(found.pins.all()), user, sight, layers)
    harms = sum(row["pin"].kind == PinKind.HARM for row in rows)
    return {
        "found": found.context,
        "map": found,
        "map_title": title,
        "form": form,
        "chosen": form.chosen(),
        "rows": rows,
        "harms": harms,
        "safeties": len(rows) - harms,
        "drawing": pages.drawing_of(found, title, rows),
    }


def html(drawn: dict[str, Any], request: HttpRequest | None = None, **context) -> str:
    """The map as a page of its own; `drawn` is that of `opened`."""
    known = {"organisation": settings.ORGANISATION_NAME, "printed_on": date_format(timezone.localdate(), "DATE_FORMAT")}
    template = "contexts/safety/heat_paper.html" if "heats" in drawn else "contexts/safety/paper.html"
    return render_to_string(template, drawn | known | context, request)


def as_pdf(drawn: dict[str, Any]) -> bytes:
    """The map as a PDF. Raises ActRefused, in words, where this machine cannot, or it has too many pins."""
    if reason := pdf.unavailable():
        raise ActRefused(reason)
    if len(drawn["rows"]) > MOST_ON_PAPER:
        raise ActRefused(f"A PDF holds {MOST_ON_PAPER} pins at most. Narrow the pins by a filter first.")
    from consultations.papers import weasy

    given = {}
    if not drawn["map"].is_area:
        kept = drawn["map"].picture
        given[PICTURE] = (kept.content_type, bytes(kept.content))
    return weasy.write(html(drawn, picture=PICTURE), given)


def heated(found: SafetyMap, user, query: QueryDict) -> dict[str, Any]:
    """The same of the heat map: everybody's maps laid over each other, harm and safety apart."""
    sight = Sight(user, found.context)
    form = PinFilter(query, layers=pages.layers_of(found.context, sight))
    pins = list(form.narrow(found.pins.select_related("layer")))
    heats = []
    for kind in PinKind:
        if form.chosen().get("kind", kind) == kind:
            some = [pin for pin in pins if pin.kind == kind]
            drawing, told = pages.heat_of(found, f"{kind.label}: how many people marked each place", some, kind)
            heats.append({"kind": kind, "drawing": drawing, "pins": len(some), **told})
    return {
        "found": found.context,
        "map": found,
        "map_title": sight.words(found.title),
        "form": form,
        "chosen": form.chosen(),
        "heats": heats,
        "shades": list(reversed(pages.SHADES)),
        "fewest": pages.FEWEST,
        "rows": [],
        "paper": {"title": "Heat map", "reference": found.context.reference},
    }


def as_png(drawn: dict[str, Any]) -> bytes:
    """The picture with the grid and the pins on it. The dots are those that were drawn anew when it came."""
    found = drawn["map"]
    image, draw = _ground(found)
    size = image.size
    small, bold = ImageFont.load_default(16), ImageFont.load_default(18)
    for row in drawn["rows"]:
        pin = row["pin"]
        x, y, r = pin.x * size[0] / 100, pin.y * size[1] / 100, 16
        look = {"fill": COLOURS[pin.kind], "outline": "white", "width": 2}
        if pin.ended_on:
            look = {"fill": "white", "outline": COLOURS[pin.kind], "width": 3}
        if pin.kind == PinKind.HARM:
            draw.polygon([(x, y - 1.3 * r), (x + 1.3 * r, y), (x, y + 1.3 * r), (x - 1.3 * r, y)], **look)
        else:
            draw.ellipse((x - r, y - r, x + r, y + r), **look)
        ink = "black" if pin.ended_on else "white"
        draw.text((x, y), str(pin.number), fill=ink, font=small if pin.number > 99 else bold, anchor="mm")
    words = (
        f"{found.context.reference}. Red diamond: harm. Green circle: safety. White: ended. {drawn['harms']} for harm, "
    )
    words += f"{drawn['safeties']} for safety. {date_format(timezone.localdate(), 'DATE_FORMAT')}"
    return _written([(image, words)])


def heat_as_png(drawn: dict[str, Any]) -> bytes:
    """The heat map as a picture: harm, and below it safety, each with what it shows."""
    found = drawn["map"]
    parts = []
    for heat in drawn["heats"]:
        image, _ = _ground(found)
        over = Image.new("RGBA", image.size)
        draw, scale = ImageDraw.Draw(over), image.width / pages.WIDTH
        for cell in heat["drawing"].cells:
            left, top = cell.x * scale, cell.y * scale
            box = (left, top, left + cell.width * scale, top + cell.height * scale)
            draw.rectangle(box, fill=(*HEAT, HEAT_STRENGTH[cell.shade]), outline=(*HEAT, 255), width=3)
            middle = tuple(part * scale for part in cell.middle)
            draw.text(
                middle, str(cell.people), fill="black", font=ImageFont.load_default(34), anchor="mm",
                stroke_width=4, stroke_fill="white",
            )  # fmt: skip
        image.paste(over, mask=over)
        words = f"{found.context.reference}. {heat['kind'].label}: how many people marked each place; fewer than "
        words += f"{pages.FEWEST} are not shown. {date_format(timezone.localdate(), 'DATE_FORMAT')}"
        parts.append((image, words))
    return _written(parts)


def _ground(found: SafetyMap) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """The picture of a map, or white for an area, with the grid on it."""
    size = (PNG_WIDTH, max(1, round(PNG_WIDTH * found.height / found.width)))
    if found.is_area:
        image = Image.new("RGB", size, "white")
    else:
        image = Image.open(io.BytesIO(bytes(found.picture.content)), formats=["PNG", "JPEG"]).convert("RGB")
        image = image.resize(size)
    draw, small = ImageDraw.Draw(image), ImageFont.load_default(16)
    for number in range(squares.SIDE):
        across, down = size[0] * number / squares.SIDE, size[1] * number / squares.SIDE
        draw.line((across, 0, across, size[1]), fill="#a0a6a9")
        draw.line((0, down, size[0], down), fill="#a0a6a9")
        draw.text((across + size[0] / 40, 4), squares.LETTERS[number], fill="black", font=small, anchor="ma")
        draw.text((4, down + size[1] / 40), str(number + 1), fill="black", font=small, anchor="lm")
    return image, draw


def _written(parts: list[tuple[Image.Image, str]]) -> bytes:
    """Pictures below each other, each with a line of words under it, as a PNG."""
    whole = Image.new("RGB", (PNG_WIDTH, sum(image.height + 44 for image, _ in parts) or 44), "white")
    draw, top = ImageDraw.Draw(whole), 0
    for image, words in parts:
        whole.paste(image, (0, top))
        draw.text((8, top + image.height + 22), words, fill="black", font=ImageFont.load_default(22), anchor="lm")
        top += image.height + 44
    file = io.BytesIO()
    whole.save(file, "PNG")
    return file.getvalue()
