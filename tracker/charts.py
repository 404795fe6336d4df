"""Charts as drawings: where each shape and word stands, reckoned here, so that a template only writes it down.

The drawings bring their own colours as presentation attributes: they look the same on a page, in a PDF and as a
picture. What they say is never said by colour alone: each bar bears its number, each series its pattern and name.
Templates: components/chart_<bars, columns, small, matrix>.html. Nothing here reads the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from textwrap import wrap

LETTER = 0.54  # the width of a letter of Arial, on average, in font sizes
FONT = 16


@dataclass(frozen=True, slots=True)
class Mark:
    """One value to draw. `words` is what stands beside it; a value None draws no bar, only the words."""

    label: str
    value: int | None
    words: str = ""
    url: str = ""
    pale: bool = False  # for "Not recorded", which is no value like the others

    @property
    def text(self) -> str:
        return self.words or ("" if self.value is None else f"{self.value:,}")


@dataclass(frozen=True, slots=True)
class Word:
    """A line of text and where it stands."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Shape:
    """A rectangle, its words, and where it leads."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    words: tuple[Word, ...] = ()
    url: str = ""
    title: str = ""  # what it is called where its words do not say it


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart: `id` makes the ids within it unique on a page."""

    id: str
    title: str
    description: str
    width: float
    height: float
    shapes: tuple[Shape, ...]
    words: tuple[Word, ...] = ()
    lines: tuple[float, ...] = ()  # heights of the lines across
    legend: tuple[Shape, ...] = ()
    heads: tuple[Word, ...] = ()  # the columns' labels of a matrix

    @property
    def linked(self) -> bool:
        """Whether it holds links: then it is a group of them, else one picture."""
        return any(shape.url for shape in self.shapes)


# ---------------------------------------------------------------- bars, one below the other, each under its label
BARS_WIDTH, BAR_HEIGHT, BAR_GAP, LINE = 340, 16, 14, 20


def bars(id: str, title: str, marks: Sequence[Mark]) -> Drawing:
    """Bars across: the label above, the number at its end. Narrow enough to be read on a telephone."""
    most = max([mark.value or 0 for mark in marks], default=0) or 1
    shapes, y = [], 0.0
    for mark in marks:
        room = BARS_WIDTH - len(mark.text) * FONT * LETTER - 12
        label = wrap(mark.label, int(BARS_WIDTH / (FONT * LETTER))) or [""]
        words = [Word(line, 0, y + 15 + number * LINE) for number, line in enumerate(label)]
        y += len(label) * LINE + 2
        width = round(room * (mark.value or 0) / most, 1)
        words.append(Word(mark.text, width + (6 if mark.value else 0), y + BAR_HEIGHT - 2))
        fill = f"url(#{id}-pale)" if mark.pale else "#0e4f58"
        shapes.append(Shape(0, y, width, BAR_HEIGHT, fill, tuple(words), mark.url))
        y += BAR_HEIGHT + BAR_GAP
    told = [mark for mark in marks if mark.value]
    longest = max(told, key=lambda mark: mark.value, default=None)
    description = f"{len(marks)} bars. The longest: {longest.label}, {longest.text}." if longest else "All are 0."
    return Drawing(id, title, description, BARS_WIDTH, max(y - BAR_GAP, 1), tuple(shapes))


# ---------------------------------------------------------------- columns over time, stacked
COLUMNS_WIDTH, COLUMNS_HEIGHT, COLUMNS_TOP, COLUMNS_LEFT = 720, 260, 26, 44
LEGEND_HEIGHT, FOOT_HEIGHT = 34, 44


@dataclass(frozen=True, slots=True)
class Column:
    """One column: from the bottom up the parts of `series`, then the rest of `total`."""

    label: str
    short: str
    total: int
    parts: tuple[int, ...]
    url: str = ""


def columns(id: str, title: str, found: Sequence[Column], series: Sequence[str], *, rest: str) -> Drawing:
    """Columns over time. At most two `series`, and what is neither as `rest`; the total stands on top of each."""
    fills = [*("#0e4f58", f"url(#{id}-lines)")[: len(series)], "#ffffff"]
    top = nice_top(max([column.total for column in found], default=0))
    bottom = COLUMNS_TOP + COLUMNS_HEIGHT
    step = (COLUMNS_WIDTH - COLUMNS_LEFT) / max(len(found), 1)
    width = round(min(step * 0.72, 56), 1)
    every = ceil(len(found) / 16)  # the labels of very many columns would run into each other
    shapes = []
    for number, column in enumerate(found):
        x = round(COLUMNS_LEFT + number * step + (step - width) / 2, 1)
        y = float(bottom)
        parts = [*column.parts, column.total - sum(column.parts)]
        for part, fill in zip(parts, fills, strict=True):
            height = round(COLUMNS_HEIGHT * part / top, 1)
            y = round(y - height, 1)
            if part:
                shapes.append(Shape(x, y, width, height, fill))
        middle = round(x + width / 2, 1)
        words = [Word(f"{column.total:,}", middle, y - 6)]
        if number % every == 0:
            month, _, year = column.short.rpartition(" ")
            words += [Word(month or year, middle, bottom + 18)] + ([Word(year, middle, bottom + 36)] if month else [])
        told = ", ".join(f"{name.lower()} {part:,}" for name, part in zip([*series, rest], parts, strict=True) if part)
        about = f"{column.total:,} {column.short}" + (f": {told}" if told else "")  # begins as what is drawn does
        shapes.append(Shape(x, COLUMNS_TOP, width, COLUMNS_HEIGHT, "none", tuple(words), column.url, about))
    ticks = [
        Word(f"{round(top * part / 4):,}", COLUMNS_LEFT - 8, bottom - COLUMNS_HEIGHT * part / 4) for part in (0, 2, 4)
    ]
    legend, x = [], float(COLUMNS_LEFT)
    for name, fill in zip([*series, rest], fills, strict=True):
        y = bottom + FOOT_HEIGHT + 10
        legend.append(Shape(x, y, 18, 18, fill, (Word(name, x + 26, y + 15),)))
        x += 26 + len(name) * FONT * LETTER + 30
    most = max(found, key=lambda column: column.total, default=None)
    description = (
        f"{len(found)} columns. The highest: {most.label}, {most.total:,}." if most and most.total else "All are 0."
    )
    height = bottom + FOOT_HEIGHT + LEGEND_HEIGHT
    lines = tuple(bottom - COLUMNS_HEIGHT * part / 4 for part in range(5))
    return Drawing(id, title, description, COLUMNS_WIDTH, height, tuple(shapes), tuple(ticks), lines, tuple(legend))


def nice_top(most: int) -> int:
    """The top of a scale for numbers up to `most`, so that a quarter of it is a round number."""
    size = 1
    while True:
        for digit in (1, 2, 3, 4, 5, 6, 8):
            if digit * size * 4 >= most:
                return digit * size * 4
        size *= 10


# ---------------------------------------------------------------- small ones, many side by side on the same scale
SMALL_WIDTH, SMALL_HEIGHT, SMALL_FOOT = 260, 64, 22


def small(id: str, title: str, counts: Sequence[int], most: int, first: str, last: str) -> Drawing:
    """One line of many as small columns. `most` is the highest of all, so that they can be compared."""
    step = SMALL_WIDTH / max(len(counts), 1)
    top = 18  # room for the number of the highest
    shapes = []
    highest = max(counts, default=0)
    marked = False
    for number, count in enumerate(counts):
        height = round(SMALL_HEIGHT * count / (most or 1), 1)
        x, y = round(number * step + step * 0.12, 1), round(top + SMALL_HEIGHT - height, 1)
        words = ()
        if count == highest and count and not marked:
            words, marked = (Word(f"{count:,}", min(max(x + step * 0.38, 12), SMALL_WIDTH - 12), y - 4),), True
        shapes.append(Shape(x, y, round(step * 0.76, 1), height, "#0e4f58", words))
    foot = top + SMALL_HEIGHT + 16
    ends = (Word(first, 0, foot), Word(last, SMALL_WIDTH, foot))
    description = f"From {first} to {last}: {', '.join(map(str, counts))}."
    return Drawing(
        id, title, description, SMALL_WIDTH, top + SMALL_HEIGHT + SMALL_FOOT, tuple(shapes), ends, (top + SMALL_HEIGHT,)
    )


# ---------------------------------------------------------------- a matrix of numbers, the more the darker
CELL_WIDTH, CELL_HEIGHT, ROW_LABEL, COLUMN_LABEL = 46, 34, 190, 150
# From few to many: the cell, and the number in it, at least 4.5:1.
SHADES = [
    ("#ffffff", "#0b0c0c"),
    ("#dcebec", "#0b0c0c"),
    ("#a5cbd0", "#0b0c0c"),
    ("#2f7883", "#ffffff"),
    ("#0e4f58", "#ffffff"),
]


@dataclass(frozen=True, slots=True)
class Cell(Shape):
    """A cell of the matrix; `ink` is the colour of its number."""

    ink: str = "#0b0c0c"


def matrix(
    id: str, title: str, labels: Sequence[str], counts: Sequence[Sequence[int]], urls: Sequence[Sequence[str]]
) -> Drawing:
    """How often every two occur together: the half below the diagonal, on which the columns' labels stand."""
    most = max([counts[i][j] for i in range(len(labels)) for j in range(i)], default=0)
    shapes, rows, heads = [], [], []
    for i, label in enumerate(labels):
        y = i * CELL_HEIGHT
        short = label if len(label) <= 22 else f"{label[:21]}…"
        baseline = y + CELL_HEIGHT / 2 + 5
        if i:
            rows.append(Word(short, ROW_LABEL - 8, baseline))
        if i + 1 < len(labels):
            heads.append(Word(short, ROW_LABEL + i * CELL_WIDTH + 8, baseline))
        for j in range(i):
            count = counts[i][j]
            fill, ink = SHADES[ceil(4 * count / most) if most else 0]
            x = ROW_LABEL + j * CELL_WIDTH
            number = (Word(f"{count:,}", x + CELL_WIDTH / 2, baseline),)
            about = f"{label} and {labels[j]}: {count:,}"
            shapes.append(Cell(x, y, CELL_WIDTH, CELL_HEIGHT, fill, number, urls[i][j] if count else "", about, ink))
    description = f"Every two of {len(labels)} themes: the darker a cell, the more often both. The most: {most:,}."
    width = ROW_LABEL + max(len(labels) - 1, 0) * CELL_WIDTH + COLUMN_LABEL
    height = max(len(labels), 1) * CELL_HEIGHT
    return Drawing(id, title, description, width, height, tuple(shapes), tuple(rows), heads=tuple(heads))
