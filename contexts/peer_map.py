"""The peer map: who is connected with whom, as a drawing and as what a picture and a paper are made of.

A person is known on it by a number that stays theirs, and by the name that this reader may know; `names=False` leaves
the numbers alone. Places are hundredths of the width and the height, stored once somebody arranged them.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.text import Truncator

from .choices import LinkNature, Reliability, TieNature
from .models import Context, LinkedPerson, PeerTie
from .models.people import standing_record
from .sight import Sight

WIDTH, HEIGHT = 1000, 700
# Where people may stand, in hundredths: further out the name would be cut off.
LEFT, RIGHT, TOP, BOTTOM = 5.0, 95.0, 4.0, 93.0
# So many labels of ties can still be read; of more, a letter or two tell, as the key says.
MOST_LABELS = 40
# So much of a name stands on the drawing, less where many stand beside each other; the list has all of it.
MOST_OF_A_NAME, LEAST_OF_A_NAME = 32, 8
# So wide is a letter of a name, about, in hundredths of the drawing.
_LETTER = 0.8
SHAPES = {
    LinkNature.HARMED: "circle",
    LinkNature.HARMING: "diamond",
    LinkNature.BOTH: "hexagon",
    LinkNature.PRESENT: "ring",
    LinkNature.STRENGTH: "square",
}
COLOURS = {
    TieNature.FRIEND: "#1d70b8",
    TieNature.FAMILY: "#0b0c0c",
    TieNature.PARTNER: "#4c2c92",
    TieNature.SUPPORT: "#00643a",
    TieNature.INFLUENCE: "#9b4a00",
    TieNature.CONFLICT: "#6b6b00",
    TieNature.HARM: "#b5120b",
}
LETTERS = {
    TieNature.FRIEND: "Fr",
    TieNature.FAMILY: "Fa",
    TieNature.PARTNER: "R",
    TieNature.SUPPORT: "S",
    TieNature.INFLUENCE: "L",
    TieNature.CONFLICT: "C",
    TieNature.HARM: "H",
}
# More people than this would overlap where they are pushed to: they go to the places of a grid.
_GRID_FROM = 12
_ROUNDS = 40


@dataclass
class Node:
    """One person on the map."""

    person: LinkedPerson
    number: int
    name: str
    x: float
    y: float
    current: bool
    room: int = MOST_OF_A_NAME

    @property
    def shape(self) -> str:
        return SHAPES[self.person.nature]

    @property
    def left(self) -> float:
        return round(self.x * WIDTH / 100, 1)

    @property
    def top(self) -> float:
        return round(self.y * HEIGHT / 100, 1)

    @property
    def words(self) -> str:
        """The name or number, with the part that they play."""
        parts = [self.name, self.person.get_standing_display().lower() if self.person.standing else ""]
        return ", ".join(part for part in parts if part)

    @property
    def label(self) -> str:
        """As much of the words as stands on the drawing without running into others."""
        return Truncator(self.words).chars(self.room)


@dataclass
class Edge:
    """One tie on the map."""

    tie: PeerTie
    first: Node
    second: Node
    current: bool
    labelled: bool = False

    @property
    def colour(self) -> str:
        return COLOURS[self.tie.nature]

    @property
    def dashed(self) -> bool:
        return self.tie.reliability == Reliability.UNCONFIRMED

    @property
    def end(self) -> tuple[float, float]:
        """Where the line ends, short of the second person, so that an arrow is seen."""
        dx, dy = self.second.left - self.first.left, self.second.top - self.first.top
        long = math.hypot(dx, dy) or 1
        return round(self.second.left - dx * 24 / long, 1), round(self.second.top - dy * 24 / long, 1)

    @property
    def label(self) -> str:
        """What connects them, in words where there is room for them."""
        return self.tie.get_nature_display() if self.labelled else LETTERS[self.tie.nature]

    @property
    def middle(self) -> tuple[float, float]:
        return (self.first.left + self.second.left) / 2, (self.first.top + self.second.top) / 2


@dataclass
class PeerMap:
    """The whole map as one reader may see it."""

    context: Context
    names: bool
    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    hidden: int = 0

    @property
    def title(self) -> str:
        people = f"{len(self.nodes)} {'person' if len(self.nodes) == 1 else 'people'}"
        ties = f"{len(self.edges)} {'link' if len(self.edges) == 1 else 'links'}"
        return f"Peer map of context {self.context.reference}: {people}, {ties} between them"

    @property
    def colours(self) -> list[tuple[str, str]]:
        """(what connects people, its colour)."""
        return list(COLOURS.items())

    @property
    def key(self) -> list[dict[str, str]]:
        """What the lines mean that are drawn: letters, colour, words."""
        drawn = {edge.tie.nature for edge in self.edges}
        return [
            {"letters": LETTERS[nature], "colour": colour, "words": nature.label}
            for nature, colour in COLOURS.items()
            if nature in drawn
        ]

    def elements(self) -> list[dict[str, Any]]:
        """What the script draws, ready for JSON."""
        nodes = [
            {
                "group": "nodes",
                "data": {
                    "id": str(node.person.pk),
                    "label": f"{node.number}. {node.label}",
                    "shape": node.shape,
                    "placed": node.person.map_x is not None,
                },
                "position": {"x": node.left, "y": node.top},
                "classes": "" if node.current else "faded",
            }
            for node in self.nodes
        ]
        edges = [
            {
                "group": "edges",
                "data": {
                    "id": str(edge.tie.pk), "source": str(edge.first.person.pk), "target": str(edge.second.person.pk),
                    "label": edge.label, "colour": edge.colour,
                },
                "classes": " ".join(
                    word
                    for word, on in (
                        ("faded", not edge.current), ("dashed", edge.dashed), ("one-way", not edge.tie.mutual),
                    )
                    if on
                ),
            }
            for edge in self.edges
        ]  # fmt: skip
        return nodes + edges


def people_of(context: Context, user) -> list[tuple[int, str, LinkedPerson]]:
    """(number, name, person) of everybody who was ever linked, in the order of their links; numbers stay theirs."""
    rows = LinkedPerson.objects.filter(context=context).with_sight(user).annotate(who=standing_record())
    rows = list(rows.order_by("made_at", "pk"))
    sight = Sight(user, context)  # a name that somebody typed can be that of a linked person who is hidden
    words = sight.words if any(not row.seen for row in rows) else str
    return [
        (number, words(row.shown_name) if row.seen else f"Person {number}", row) for number, row in enumerate(rows, 1)
    ]


def drawn(
    context: Context,
    user,
    *,
    names: bool = True,
    all_of_them: bool = True,
    natures: Iterable[str] = (),
    on: date | None = None,
) -> PeerMap:
    """The map for `user`: people whose links stand, and the ties between them; `all_of_them` with those that faded."""
    on = on or timezone.localdate()
    found = PeerMap(context, names)
    for number, name, person in people_of(context, user):
        if person.ended_at or not (all_of_them or person.is_current(on)):
            continue
        found.hidden += not person.seen
        shown = name if names else f"Person {number}"
        where = (person.map_x, person.map_y) if person.map_x is not None else (math.nan, math.nan)
        found.nodes.append(Node(person, number, shown, *where, current=person.is_current(on)))
    by_pk = {node.person.pk: node for node in found.nodes}
    ties = PeerTie.objects.standing().filter(context=context)
    wanted = set(natures)
    for tie in ties:
        ends = by_pk.get(tie.first_id), by_pk.get(tie.second_id)
        if all(ends) and (not wanted or tie.nature in wanted) and (all_of_them or tie.is_current(on)):
            found.edges.append(Edge(tie, *ends, current=tie.is_current(on)))
    for edge in found.edges:
        edge.labelled = len(found.edges) <= MOST_LABELS
    if len(found.nodes) > _GRID_FROM:
        room = int((RIGHT - LEFT) / _columns(found) / _LETTER)
        for node in found.nodes:
            node.room = min(MOST_OF_A_NAME, max(LEAST_OF_A_NAME, room))
    _arrange(found)
    return found


def _columns(found: PeerMap) -> int:
    """How many people stand beside each other on the grid."""
    return math.ceil(math.sqrt(len(found.nodes)))


def _arrange(found: PeerMap) -> None:
    """Give everybody who has no place one: ties pull, people push, from a circle; whoever has a place keeps it."""
    loose = [node for node in found.nodes if math.isnan(node.x)]
    if not loose:
        return
    for place, node in enumerate(loose):
        turn = 2 * math.pi * place / len(loose)
        node.x, node.y = 50 + 38 * math.cos(turn), 50 + 38 * math.sin(turn)
    ideal = 75 / math.sqrt(max(len(found.nodes), 1))
    for step in range(_ROUNDS):
        heat = 12 * (1 - step / _ROUNDS) + 0.3
        moves = {id(node): [0.0, 0.0] for node in found.nodes}
        for number, one in enumerate(found.nodes):
            for other in found.nodes[number + 1 :]:
                _push(moves, one, other, ideal)
        for edge in found.edges:
            _pull(moves, edge, ideal)
        for node in loose:
            dx, dy = moves[id(node)]
            far = math.hypot(dx, dy) or 1
            node.x = min(RIGHT, max(LEFT, node.x + dx / far * min(far, heat)))
            node.y = min(BOTTOM, max(TOP, node.y + dy / far * min(far, heat)))
    if len(found.nodes) > _GRID_FROM:
        _spread(found, loose)


def _spread(found: PeerMap, loose: list[Node]) -> None:
    """Bring each of `loose` to the nearest free place of a grid: nobody stands on anybody, however many they are."""
    columns = _columns(found)
    lines = math.ceil(len(found.nodes) / columns) + 2
    wide, high = (RIGHT - LEFT) / columns, (BOTTOM - TOP) / (lines - 1)
    free = [
        (LEFT + wide * (column + (0.25 if line % 2 else 0.75)), TOP + high * line)
        for line in range(lines)
        for column in range(columns)
    ]
    for node in found.nodes:
        if node.person.map_x is not None:
            free = [at for at in free if abs(at[0] - node.x) > wide / 2 or abs(at[1] - node.y) > high / 2] or free
    for node in sorted(loose, key=lambda each: math.hypot(each.x - 50, each.y - 50)):
        nearest = min(free, key=lambda at: math.hypot(at[0] - node.x, at[1] - node.y))
        if len(free) > 1:
            free.remove(nearest)
        node.x, node.y = nearest


def _push(moves: dict, one: Node, other: Node, ideal: float) -> None:
    dx, dy = one.x - other.x or 0.01, one.y - other.y or 0.01
    far = math.hypot(dx, dy)
    force = ideal * ideal / far / far
    for node, sign in ((one, 1), (other, -1)):
        moves[id(node)][0] += sign * dx * force
        moves[id(node)][1] += sign * dy * force


def _pull(moves: dict, edge: Edge, ideal: float) -> None:
    dx, dy = edge.first.x - edge.second.x, edge.first.y - edge.second.y
    force = math.hypot(dx, dy) / ideal / 4
    for node, sign in ((edge.first, -1), (edge.second, 1)):
        moves[id(node)][0] += sign * dx * force
        moves[id(node)][1] += sign * dy * force
