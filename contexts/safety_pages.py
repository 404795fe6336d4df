"""What the pages of safety maps show: pins in words for one reader, and the drawing of them."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.formats import date_format

from . import squares
from .choices import PinKind
from .models import Context, LinkedPerson, SafetyLayer, SafetyMap, SafetyPin
from .overview import Part
from .sight import Sight

WIDTH = 1000  # of the drawing's own units
CROWDED = 60  # from so many pins on they are drawn smaller
MOST_ON_OVERVIEW = 5
COARSE = 10  # squares of the heat map across and down
FEWEST = 3  # people: a place that fewer of them marked is not singled out
# Of the heat map: from so many people on, its shade, and what is said of it. The darker, the more.
SHADES = [(20, 4, "20 or more people"), (10, 3, "10 to 19 people"), (5, 2, "5 to 9 people"), (3, 1, "3 or 4 people")]


@dataclass
class Mark:
    """One pin on a drawing."""

    number: int
    x: float
    y: float
    kind: str
    label: str
    url: str
    ended: bool = False
    sign: str = ""  # "new" or "gone", where two dates are compared
    _size: float = 14

    @property
    def path(self) -> str:
        """The diamond of a harm, as a path; safety is a circle."""
        r = self._size * 1.25
        return f"M{self.x:.1f} {self.y - r:.1f}l{r:.1f} {r:.1f}l{-r:.1f} {r:.1f}l{-r:.1f} {-r:.1f}z"

    @property
    def radius(self) -> float:
        return self._size

    @property
    def font(self) -> float:
        return self._size * (0.85 if self.number > 99 else 1.1)

    @property
    def baseline(self) -> float:
        return self.y + self._size * 0.38


@dataclass
class Cell:
    """One square of the heat map: how many people marked it."""

    x: float
    y: float
    width: float
    height: float
    shade: int
    people: int
    name: str

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2 + 7


@dataclass
class Drawing:
    """A map with what lies on it, in units of its own: what templates/contexts/safety/_drawing.html draws."""

    map: SafetyMap
    title: str
    description: str
    picture: str = ""
    marks: list[Mark] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    key: str = "map"
    width: int = WIDTH

    @property
    def height(self) -> float:
        return round(WIDTH * self.map.height / self.map.width, 1)

    @property
    def columns(self) -> list[tuple[str, float, float]]:
        """The letters of the grid: (letter, its line, the middle between it and the next)."""
        step = WIDTH / squares.SIDE
        return [(letter, number * step, (number + 0.5) * step) for number, letter in enumerate(squares.LETTERS)]

    @property
    def rows(self) -> list[tuple[int, float, float]]:
        """The numbers of the grid, as `columns`."""
        step = self.height / squares.SIDE
        return [(number + 1, number * step, (number + 0.5) * step + 5) for number in range(squares.SIDE)]


def layers_of(context: Context, sight: Sight) -> list[tuple[SafetyLayer, str]]:
    """Whose maps there are of a context, each with its words for this reader."""
    return [(layer, layer_words(layer, sight)) for layer in context.safety_layers.all()]


def layer_words(layer: SafetyLayer, sight: Sight) -> str:
    """Whose map it is, when it was drawn and by how many."""
    people = "1 person" if layer.people == 1 else f"{layer.people} people"
    return f"{sight.words(layer.name)}, {date_format(layer.held_on, 'DATE_FORMAT')}, {people}"


def rows_of(found: SafetyMap, pins, user, sight: Sight, layers: list[tuple[SafetyLayer, str]]) -> list[dict[str, Any]]:
    """Each pin in words for this reader. One query for the pins, one for the people, however many there are."""
    whose = {layer.pk: words for layer, words in layers}
    shown: dict[Any, str] = {}
    rows = list(pins)
    if any(pin.person_id for pin in rows):
        people = LinkedPerson.objects.with_sight(user).filter(context=found.context_id)
        shown = {one.pk: sight.name_of(one) for one in people}
    return [
        {
            "pin": pin,
            "number": pin.number,
            "kind": pin.get_kind_display(),
            "what": sight.words(pin.what),
            "when": when_words(pin),
            "source": ", ".join(filter(None, [pin.get_source_display(), sight.words(pin.account)])),
            "reliability": pin.get_reliability_display(),
            "person": shown.get(pin.person_id, ""),
            "layer": whose.get(pin.layer_id, ""),
            "square": squares.square_of(pin.x, pin.y),
            "url": reverse("contexts:safety-pin", args=[found.context_id, found.pk, pin.pk]),
            "because": sight.words(pin.ended_because),
        }
        for pin in rows
    ]


def when_words(pin: SafetyPin) -> str:
    """When of the day."""
    exact = f" at {pin.exact_time:%H:%M}" if pin.exact_time else ""
    return f"{pin.get_time_of_day_display()}{exact}"


def drawing_of(found: SafetyMap, title: str, rows: list[dict[str, Any]], *, key: str = "map", signs=None) -> Drawing:
    """The map with these pins; `signs` says of a pin's id that it is "new" or "gone"."""
    harm = sum(row["pin"].kind == PinKind.HARM for row in rows)
    words = f"{harm} pins for harm, {len(rows) - harm} for safety. Each is in the list on this page."
    drawn = Drawing(found, title, words, picture_url(found), key=key)
    size = 14 if len(rows) <= CROWDED else 10
    signs = signs or {}
    drawn.marks = [
        Mark(
            row["number"], row["pin"].x * WIDTH / 100, row["pin"].y * drawn.height / 100, row["pin"].kind,
            f"{row['number']}. {row['kind']}, {row['square']}: {row['what'][:140]} ({row['when']})", row["url"],
            ended=row["pin"].ended_on is not None, sign=signs.get(row["pin"].pk, ""), _size=size,
        )
        for row in rows
    ]  # fmt: skip
    return drawn


def picture_url(found: SafetyMap) -> str:
    """Where the picture is, "" for an area."""
    return "" if found.is_area else reverse("contexts:safety-map-picture", args=[found.context_id, found.pk])


def heat_of(found: SafetyMap, title: str, pins, kind: str) -> tuple[Drawing, dict[str, int]]:
    """Several people's maps over each other: in each square how many people marked it; and what is left out.

    A group's map counts as everybody who drew it. Squares marked by fewer than FEWEST are not shown.
    """
    drawn = Drawing(found, title, "", picture_url(found), key=f"heat-{kind}")
    layers: dict[tuple[int, int], dict[Any, int]] = {}
    for pin in pins:
        at = tuple(min(int(part * COARSE / 100), COARSE - 1) for part in (pin.x, pin.y))
        layers.setdefault(at, {})[pin.layer_id] = pin.layer.people
    wide, tall = WIDTH / COARSE, drawn.height / COARSE
    left_out = 0
    for (column, row), whose in sorted(layers.items()):
        people = sum(whose.values())
        shade = next((shade for least, shade, _ in SHADES if people >= least), 0)
        if not shade:
            left_out += 1
            continue
        name = f"{squares.LETTERS[2 * column]}{2 * row + 1} to {squares.LETTERS[2 * column + 1]}{2 * row + 2}"
        drawn.cells.append(Cell(column * wide, row * tall, wide, tall, shade, people, name))
    drawn.description = "; ".join(f"{cell.name}: {cell.people} people" for cell in drawn.cells) or "No square is shown."
    return drawn, {"left_out": left_out}


def counted(maps):
    """`maps` with `harms` and `safeties`: how many pins of each hold now."""
    standing = Q(pins__ended_on=None, pins__isnull=False)
    return maps.annotate(
        harms=Count("pins", filter=standing & Q(pins__kind=PinKind.HARM)),
        safeties=Count("pins", filter=standing & Q(pins__kind=PinKind.SAFETY)),
    )


def part(context: Context, user, sight: Sight) -> Part | None:
    """What the context's page says of its safety maps."""
    maps = counted(context.safety_maps.filter(archived_at=None))[:MOST_ON_OVERVIEW]
    rows = [{"map": one, "title": sight.words(one.title)} for one in maps]
    if not rows:
        return None
    url = reverse("contexts:safety-maps", args=[context.pk])
    return Part("Safety map", "contexts/safety/_part.html", {"maps": rows}, url, "All safety maps")


def standing(pin: SafetyPin, on: date) -> bool:
    """Whether a pin holds on a day: what `SafetyPinQuerySet.standing` asks of the database."""
    return pin.noted_on <= on and (pin.ended_on is None or pin.ended_on > on)
