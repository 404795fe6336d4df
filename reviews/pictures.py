"""Drawings of the movement over rounds: where each line, bar and word stands, so that a template only writes it down.

What they say is never said by colour alone: a rating is its height and its word, a bar bears letters and numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.charts import Drawing, Shape, Word

from .choices import Overall, Rating

COLOURS = {Rating.RED: "#d4351c", Rating.AMBER: "#f59d0b", Rating.GREEN: "#00703c"}
INK = {Rating.RED: "#ffffff", Rating.AMBER: "#0b0c0c", Rating.GREEN: "#ffffff"}
STEPS = list(Overall)[::-1]  # from the top down

# ---------------------------------------------------------------- the overall rating of one part over the rounds
LINE_WIDTH, LEFT, TOP, STEP, FOOT = 340, 112, 14, 28, 30


@dataclass(frozen=True, slots=True)
class Path:
    """The overall rating of one part over the rounds, as a line; it breaks where a round was not rated."""

    id: str
    title: str
    description: str
    height: float
    names: tuple[Word, ...]  # the five steps, at the left
    days: tuple[Word, ...]  # the rounds, below
    runs: tuple[str, ...]  # the points of each unbroken line
    points: tuple[Word, ...]  # where a rating stands; the text is the rating


def path(id: str, title: str, days: Sequence[str], ratings: Sequence[str | None]) -> Path:
    """One line over the rounds of `days`; `ratings` are values of `Overall`, None where a round has none."""
    room = LINE_WIDTH - LEFT - 56
    gap = room / max(len(days) - 1, 1)
    points, runs, run = [], [], []
    for number, rating in enumerate(ratings):
        x = round(LEFT + 20 + number * gap, 1)
        if rating is None:
            runs, run = [*runs, run], []
            continue
        y = TOP + STEPS.index(Overall(rating)) * STEP
        points.append(Word(rating, x, y))
        run.append(f"{x},{y}")
    runs.append(run)
    bottom = TOP + (len(STEPS) - 1) * STEP
    every = 1 if len(days) <= 3 else len(days) - 1  # more would run into each other
    below = tuple(
        Word(day, round(LEFT + 20 + number * gap, 1), bottom + FOOT)
        for number, day in enumerate(days)
        if number % every == 0
    )
    told = "; ".join(
        f"{day}: {Overall(rating).label if rating else 'not rated'}" for day, rating in zip(days, ratings, strict=True)
    )
    names = tuple(Word(step.label, LEFT - 8, TOP + number * STEP) for number, step in enumerate(STEPS))
    joined = tuple(" ".join(one) for one in runs if len(one) > 1)
    return Path(id, title, f"{told}.", bottom + FOOT + 12, names, below, joined, tuple(points))


# ---------------------------------------------------------------- how many statements are red, amber and green
BARS_WIDTH, BAR, LABEL, BETWEEN = 340, 26, 42, 18


@dataclass(frozen=True, slots=True)
class Segment(Shape):
    """A part of a bar; `ink` is the colour of its letters."""

    ink: str = "#0b0c0c"


def bars(id: str, title: str, rounds: Sequence[tuple[str, dict[str, int]]]) -> Drawing:
    """A bar for each round, its day and numbers above it: red, amber and green beside each other, on one scale."""
    most = max([sum(counts.values()) for _, counts in rounds], default=0) or 1
    shapes, words, y, told = [], [], 0.0, []
    for day, counts in rounds:
        numbers = ", ".join(f"{counts[rating]} {rating.label.lower()}" for rating in Rating)
        told.append(f"{day}: {numbers}")
        words += [Word(day, 0, y + 15), Word(numbers, 0, y + 35)]
        x, y = 1.0, y + LABEL  # room for the outline
        for rating in Rating:
            width = round((BARS_WIDTH - 2) * counts[rating] / most, 1)
            said = f"{rating.label[0]} {counts[rating]}"
            inside = (Word(said, round(x + width / 2, 1), y + 18),) if width >= len(said) * 11 else ()
            if width:
                shapes.append(Segment(x, y, width, BAR, COLOURS[rating], inside, ink=INK[rating]))
            x += width
        y += BAR + BETWEEN
    return Drawing(id, title, f"{'; '.join(told)}.", BARS_WIDTH, max(y - BETWEEN + 1, 1), tuple(shapes), tuple(words))
