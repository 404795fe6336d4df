"""The peer map as a picture (SVG, PNG) and as a PDF that a job makes, with names or without."""

import io
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from PIL import Image, ImageDraw, ImageFont

from accounts.permissions import Permission, can
from consultations.papers import pdf
from core import jobs
from core.models import Job

from . import peer_map
from .models import Context
from .services import files
from .sight import Sight

KIND = "contexts.peer-map"
SCALE = 2
FONTS = ("DejaVuSans.ttf", "LiberationSans-Regular.ttf")
FILLS = {"circle": "#1d70b8", "diamond": "#b5120b", "hexagon": "#4c2c92", "ring": "#ffffff", "square": "#00643a"}


def svg(found: peer_map.PeerMap) -> str:
    """The map as an SVG file of its own."""
    return render_to_string("contexts/people/map.svg", {"map": found})


def html(found: peer_map.PeerMap, request: HttpRequest | None = None, **context) -> str:
    """The map with the lists of its people and links, as a page of its own."""
    known = {"organisation": settings.ORGANISATION_NAME, "printed_on": date_format(timezone.localdate(), "DATE_FORMAT")}
    paper = {
        "title": "Peer map" if found.names else "Peer map without names", "reference": found.context.reference,
        "made_on": known["printed_on"],
    }  # fmt: skip
    return render_to_string("contexts/people/paper.html", {"map": found, "paper": paper} | known | context, request)


def png(found: peer_map.PeerMap) -> bytes:
    """The map as a picture."""
    image = Image.new("RGB", (peer_map.WIDTH * SCALE, peer_map.HEIGHT * SCALE + 92), "white")
    draw = ImageDraw.Draw(image)
    small, plain = _font(22), _font(26)
    for edge in found.edges:
        _line(draw, edge, small)
    for node in found.nodes:
        _person(draw, node, plain)
    draw.text((12, peer_map.HEIGHT * SCALE + 18), found.title, fill="black", font=plain)
    words = "   ".join(f"{each['letters']}: {each['words']}" for each in found.key)
    draw.text((12, peer_map.HEIGHT * SCALE + 54), words, fill="black", font=small)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def _font(size: int) -> ImageFont.FreeTypeFont:
    """A font that has the letters of many languages, where this machine has one; else Pillow's own, of English."""
    for name in FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def _line(draw: ImageDraw.ImageDraw, edge: peer_map.Edge, font) -> None:
    x, y = edge.first.left * SCALE, edge.first.top * SCALE
    to_x, to_y = (part * SCALE for part in edge.end)
    colour = edge.colour if edge.current else "#b1b4b6"
    pieces = 24 if edge.dashed else 1
    for piece in range(0, pieces, 2):
        part, then = piece / pieces, (piece + 1) / pieces
        draw.line(
            (x + (to_x - x) * part, y + (to_y - y) * part, x + (to_x - x) * then, y + (to_y - y) * then),
            fill=colour, width=4,
        )  # fmt: skip
    if not edge.tie.mutual:
        draw.ellipse((to_x - 9, to_y - 9, to_x + 9, to_y + 9), fill=colour)
    middle = tuple(part * SCALE for part in edge.middle)
    draw.text(middle, edge.label, fill=edge.colour, font=font, anchor="mm", stroke_width=4, stroke_fill="white")


def _person(draw: ImageDraw.ImageDraw, node: peer_map.Node, font) -> None:
    x, y, r = node.left * SCALE, node.top * SCALE, 36
    look = {"fill": FILLS[node.shape] if node.current else "#f3f2f1", "outline": "#0b0c0c", "width": 3}
    if node.shape in ("circle", "ring"):
        draw.ellipse((x - r, y - r, x + r, y + r), **look)
    elif node.shape == "square":
        draw.rectangle((x - r, y - r, x + r, y + r), **look)
    else:
        draw.regular_polygon(
            (x, y, r), 4 if node.shape == "diamond" else 6, 45 if node.shape == "diamond" else 0, **look
        )
    ink = "black" if node.shape == "ring" or not node.current else "white"
    draw.text((x, y), str(node.number), fill=ink, font=font, anchor="mm")
    draw.text((x, y + r + 6), node.label, fill="black", font=font, anchor="ma", stroke_width=3, stroke_fill="white")


def ask_for(context: Context, asked: dict[str, Any], *, by, at: datetime | None = None) -> Job:
    """Queue the PDF of a map; `asked` as `peer_map.drawn` takes it. Raises ActRefused where no PDF can be made here."""
    return files.ask_for(KIND, {"context": str(context.pk), "asked": asked}, by=by, at=at)


def context_of(job: Job, user) -> Context | None:
    """The context of a job as far as this person reads its casework; None where they do not."""
    return Context.objects.casework_of(user).filter(pk=job.params["context"]).first()


def _mark(user, job: Job) -> str | None:
    found = context_of(job, user)
    return files.mark_of(Sight(user, found).hidden) if found else None


@files.register(KIND, may=lambda user: can(user, Permission.CONTEXT_SEE), mark=_mark)
def make(job: Job) -> jobs.Output:
    """The PDF that a job asks for."""
    from consultations.papers import weasy

    context = context_of(job, job.requested_by)
    found = peer_map.drawn(context, job.requested_by, **job.params["asked"])
    return jobs.Output(f"peer-map-{context.reference}.pdf", pdf.CONTENT_TYPE, weasy.write(html(found)))
