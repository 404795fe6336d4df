"""The spaces as nested rings, and the plain-words check of the actions against them.

The figure is the practice's own: the young person in the middle, home, peer group, school and neighbourhood around
them, with the online space along all of them. Toolkit, Appendix B: "Do the actions link to the contextual issues
discussed?" Nothing here reads the database.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import hypot, sqrt

from core.models.actions import ActionStatus

from .choices import HarmMark, Space, StrengthMark

HARM = {HarmMark.SOME, HarmMark.SERIOUS}
STRENGTH = {StrengthMark.SOME, StrengthMark.STRONG}
# From the middle outwards; the online space is not a place among them, it runs along all of them.
NESTED = (Space.INDIVIDUAL, Space.HOME, Space.PEER_GROUP, Space.SCHOOL, Space.NEIGHBOURHOOD)

# The drawing, in its own units.
WIDTH, HEIGHT = 950, 806
INNERMOST, STEP, LIFT = 104, 66, 10
CENTRE_X, BOTTOM = 378, 748
BAND = (760.0, 12.0, 184.0, 736.0)  # x, y, width, height
CARD_WIDTH, CARD_HEIGHT, CARD_DROP = 168, 84, 30
LEGEND_Y = 774


@dataclass(frozen=True)
class SpacePicture:
    """One space: what was marked there ("" where nothing was), and how many actions stand against it."""

    space: Space
    harm: str = ""
    strength: str = ""
    open: int = 0
    done: int = 0
    dropped: int = 0

    @property
    def label(self) -> str:
        return self.space.label

    @property
    def harm_words(self) -> str:
        return HarmMark(self.harm).label if self.harm else "Harm not marked"

    @property
    def strength_words(self) -> str:
        return StrengthMark(self.strength).label if self.strength else "Strength not marked"

    @property
    def actions_words(self) -> str:
        """As "2 actions, 1 done"; what was dropped is said only where nothing else is there."""
        number = self.open + self.done
        if not number:
            return f"No action ({self.dropped} dropped)" if self.dropped else "No action"
        words = f"{number} action{'' if number == 1 else 's'}"
        if self.open and self.done:
            return f"{words}, {self.done} done"
        return f"{words} {'open' if self.open else 'done'}"

    @property
    def marked(self) -> bool:
        """Whether anything at all was said about this space."""
        return bool(self.harm or self.strength)

    @property
    def has_harm(self) -> bool:
        return self.harm in HARM

    @property
    def has_strength(self) -> bool:
        return self.strength in STRENGTH

    @property
    def acted_on(self) -> bool:
        """Whether something is being done or was done; an action that was dropped does not count."""
        return bool(self.open or self.done)


def picture(marks: Iterable, actions: Iterable) -> list[SpacePicture]:
    """Every space in the form's order, from rows with `space`, `harm` and `strength`, and `space` and `status`."""
    marked = {mark.space: mark for mark in marks}
    counts = {space: dict.fromkeys(ActionStatus.values, 0) for space in Space}
    for action in actions:
        counts[Space(action.space)][action.status] += 1
    return [
        SpacePicture(
            space,
            harm=marked[space].harm if space in marked else "",
            strength=marked[space].strength if space in marked else "",
            open=counts[space][ActionStatus.OPEN],
            done=counts[space][ActionStatus.DONE],
            dropped=counts[space][ActionStatus.DROPPED],
        )
        for space in Space
    ]


def remarks(spaces: Iterable[SpacePicture]) -> list[str]:
    """What does not fit together, in plain words, the gravest first; nothing where actions match what was found."""
    spaces = list(spaces)
    if not any(one.marked for one in spaces):
        return [
            "No harm and no strength has been marked in any space yet, so the actions cannot be checked against them."
        ]
    unanswered = [one for one in spaces if one.has_harm and not one.acted_on]
    unanswered.sort(key=lambda one: one.harm != HarmMark.SERIOUS)
    astray = [one for one in spaces if one.acted_on and not one.has_harm and not one.has_strength]
    unused = [one for one in spaces if one.has_strength and not one.has_harm and not one.acted_on]
    found = []
    for one in unanswered:
        left = "every action against it was dropped" if one.dropped else "no action is against it"
        found.append(f"{one.label}: {_lower(one.harm_words)} is marked, and {left}.")
    for one in astray:
        number = one.open + one.done
        stands = f"{number} action stands" if number == 1 else f"{number} actions stand"
        found.append(f"{one.label}: {stands} here, where neither harm nor strength is marked.")
    found += [f"{one.label}: {_lower(one.strength_words)} is marked. Could an action build on it?" for one in unused]
    return found


@dataclass(frozen=True)
class Shape:
    """One space as it is drawn: a circle or the band (`r` 0), its hatching, its edge, and the card with its words."""

    picture: SpacePicture
    x: float
    y: float
    r: float = 0
    width: float = 0
    height: float = 0
    card_x: float = 0
    card_y: float = 0
    hatching: str = ""

    @property
    def text_x(self) -> float:
        return self.card_x + CARD_WIDTH / 2

    @property
    def line_ys(self) -> list[float]:
        """Where the four lines of the card stand."""
        return [self.card_y + drop for drop in (21, 41, 59, 77)]

    @property
    def fill(self) -> str:
        return _FILLS.get(self.picture.harm, "#ffffff")

    @property
    def edge(self) -> str:
        return "#0b5d66" if self.picture.has_strength else "#505a5f"

    @property
    def edge_width(self) -> int:
        return _EDGES.get(self.picture.strength, 2)

    @property
    def dashed(self) -> bool:
        return not self.picture.marked


@dataclass(frozen=True)
class Rings:
    """All that a page shows: the spaces, the remarks on them, and the drawing, from the outside in."""

    spaces: list[SpacePicture]
    remarks: list[str]
    shapes: list[Shape] = field(default_factory=list)
    legend: list[dict] = field(default_factory=list)
    width: int = WIDTH
    height: int = HEIGHT
    card_width: int = CARD_WIDTH
    card_height: int = CARD_HEIGHT

    @property
    def anything_marked(self) -> bool:
        return any(one.marked for one in self.spaces)

    @property
    def description(self) -> str:
        """The whole drawing in words, for who does not see it."""
        lines = [f"{one.label}: {one.harm_words}, {_lower(one.strength_words)}, {_lower(one.actions_words)}"
                 for one in self.spaces]  # fmt: skip
        return ". ".join(lines) + "."


def of(marks: Iterable, actions: Iterable) -> Rings:
    """The rings of one consultation, ready for `consultations/_rings.html` and `_rings_svg.html`."""
    spaces = picture(marks, actions)
    return Rings(spaces=spaces, remarks=remarks(spaces), shapes=shapes(spaces), legend=_legend())


def shapes(spaces: Iterable[SpacePicture]) -> list[Shape]:
    """Where each space is drawn, the outermost first, as each covers a part of the one before it."""
    by_space = {one.space: one for one in spaces}
    found = []
    for number, space in reversed(list(enumerate(NESTED))):
        radius = INNERMOST + STEP * number
        y = BOTTOM - LIFT * (len(NESTED) - 1 - number) - radius
        card_y = y - CARD_HEIGHT / 2 if number == 0 else y - radius + CARD_DROP
        one = by_space[space]
        found.append(
            Shape(
                one, CENTRE_X, y, r=radius, card_x=CENTRE_X - CARD_WIDTH / 2, card_y=card_y,
                hatching=_hatch_circle(CENTRE_X, y, radius, one.harm),
            )
        )  # fmt: skip
    x, y, width, height = BAND
    one = by_space[Space.ONLINE]
    band = Shape(
        one, x, y, width=width, height=height, card_x=x + (width - CARD_WIDTH) / 2, card_y=y + CARD_DROP,
        hatching=_hatch_box(x, y, width, height, one.harm),
    )  # fmt: skip
    return [band, *found]


_FILLS = {HarmMark.SOME: "#fdf3f0", HarmMark.SERIOUS: "#fbe4e0"}
_EDGES = {StrengthMark.SOME: 5, StrengthMark.STRONG: 9}
# How far apart the lines stand: one way for some harm, both ways and closer for serious harm.
_SPACING = {HarmMark.SOME: 16, HarmMark.SERIOUS: 11}


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _ways(harm: str) -> tuple[int, ...]:
    return (1, -1) if harm == HarmMark.SERIOUS else (1,)


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"


def _hatch_circle(cx: float, cy: float, radius: float, harm: str) -> str:
    """The path of slanting lines across a circle: drawn line by line, as not every printer knows patterns."""
    if harm not in _SPACING:
        return ""
    spacing, root, lines = _SPACING[harm], sqrt(0.5), []
    for way in _ways(harm):
        for number in range(-int(radius // spacing), int(radius // spacing) + 1):
            off = number * spacing
            half = sqrt(radius * radius - off * off)
            mid_x, mid_y = cx + off * root, cy + way * off * root
            lines.append(
                _line(mid_x - half * root, mid_y + way * half * root, mid_x + half * root, mid_y - way * half * root)
            )
    return "".join(lines)


def _hatch_box(x: float, y: float, width: float, height: float, harm: str) -> str:
    """The same across a rectangle."""
    if harm not in _SPACING:
        return ""
    step, lines = _SPACING[harm] * sqrt(2), []
    for way in _ways(harm):
        off = step / 2
        while off < width + height:
            near, far = max(0.0, off - height), min(width, off)  # where the line enters and leaves, from the left
            y1, y2 = (off - near, off - far) if way == 1 else (height - off + near, height - off + far)
            if hypot(far - near, y2 - y1) > 1:
                lines.append(_line(x + near, y + y1, x + far, y + y2))
            off += step
    return "".join(lines)


def _legend() -> list[dict]:
    """What patterns and edges mean: a small sample and its words."""
    samples = [
        SpacePicture(Space.HOME, harm=HarmMark.SOME),
        SpacePicture(Space.HOME, harm=HarmMark.SERIOUS),
        SpacePicture(Space.HOME, strength=StrengthMark.SOME),
        SpacePicture(Space.HOME, strength=StrengthMark.STRONG),
        SpacePicture(Space.HOME),
    ]
    words = [HarmMark.SOME, HarmMark.SERIOUS, StrengthMark.SOME, StrengthMark.STRONG]
    labels = [*(word.label for word in words), "Not marked"]
    found = []
    for number, (sample, label) in enumerate(zip(samples, labels, strict=True)):
        x = 14 + 187 * number
        shape = Shape(sample, x, LEGEND_Y, width=34, height=24, hatching=_hatch_box(x, LEGEND_Y, 34, 24, sample.harm))
        found.append({"shape": shape, "label": label, "text_x": x + 46, "text_y": LEGEND_Y + 17})
    return found
