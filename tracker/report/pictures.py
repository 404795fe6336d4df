"""A table of figures as a picture for the Word file, which cannot hold a drawing of lines that every reader shows.

Drawn by Pillow, which is here for WeasyPrint already and brings its own letters where the machine has no better ones.
"""

import io
from functools import cache
from textwrap import wrap

from PIL import Image, ImageDraw, ImageFont

from ..public_figures import Table
from ..suppression import NOT_SHOWN

SCALE = 3  # sharp when printed
WIDTH, LABEL, NUMBER, ROW, LINE, BAR, SIZE = 640, 230, 80, 14, 20, 16, 15
FONTS = ("LiberationSans-Regular.ttf", "Arial.ttf", "DejaVuSans.ttf")
INK, PALE, FILL, PAPER = "#0b0c0c", "#505a5f", "#0e4f58", "#ffffff"


def draw(table: Table) -> bytes:
    """Bars across with their labels and numbers, as a PNG."""
    lines = [(wrap(line.label, 28) or [""], line.count) for line in table.lines]
    heights = [max(len(label) * LINE, BAR) + ROW for label, _ in lines]
    picture = Image.new("RGB", (WIDTH * SCALE, (sum(heights) + ROW) * SCALE), PAPER)
    pen = ImageDraw.Draw(picture)
    most = max((count for _, count in lines if count), default=1)
    room = WIDTH - LABEL - NUMBER
    top = ROW
    for (label, count), height in zip(lines, heights, strict=True):
        for number, words in enumerate(label):
            _write(pen, LABEL - 12, top + number * LINE + LINE / 2, words, INK, "rm")
        middle = top + LINE / 2
        length = room * (count or 0) / most
        if count:
            box = [LABEL, middle - BAR / 2, LABEL + length, middle + BAR / 2]
            pen.rectangle([round(side * SCALE) for side in box], fill=FILL)
        said, ink = (NOT_SHOWN, PALE) if count is None else (str(count), INK)
        _write(pen, LABEL + length + 8, middle, said, ink, "lm")
        top += height
    pen.line([LABEL * SCALE, ROW // 2 * SCALE, LABEL * SCALE, (top - ROW // 2) * SCALE], fill=PALE, width=SCALE)
    target = io.BytesIO()
    picture.save(target, "PNG", optimize=True)
    return target.getvalue()


def describe(table: Table) -> str:
    """What the picture shows, for who does not see it: the same as the table after it."""
    said = [f"{line.label}: {NOT_SHOWN.lower() if line.count is None else line.count}" for line in table.lines]
    return f"Bar chart, {table.title}. {'; '.join(said)}."


def _write(pen: ImageDraw.ImageDraw, x: float, y: float, words: str, ink: str, anchor: str) -> None:
    pen.text((x * SCALE, y * SCALE), words, fill=ink, font=_font(), anchor=anchor)


@cache
def _font() -> ImageFont.FreeTypeFont:
    for name in FONTS:
        try:
            return ImageFont.truetype(name, SIZE * SCALE)
        except OSError:
            continue
    return ImageFont.load_default(SIZE * SCALE)
