"""The grid over a safety map: 20 by 20 squares, A1 (upper left) to T20, by which a place is said without a drawing."""

import re

SIDE = 20
SIZE = 100 / SIDE
LETTERS = "ABCDEFGHIJKLMNOPQRST"
_SQUARE = re.compile(r"([A-Ta-t])\s*(0?[1-9]|1[0-9]|20)", re.ASCII)
# Where the first, second… pin stands in a square that was typed: beside each other, the middle first.
_PLACES = [
    (0.5, 0.5),
    (0.25, 0.25),
    (0.75, 0.75),
    (0.75, 0.25),
    (0.25, 0.75),
    (0.5, 0.2),
    (0.5, 0.8),
    (0.2, 0.5),
    (0.8, 0.5),
]


def square_of(x: float, y: float) -> str:
    """The square that a place lies in."""
    column, row = (min(int(part / SIZE), SIDE - 1) for part in (x, y))
    return f"{LETTERS[column]}{row + 1}"


def parsed(text: str) -> tuple[int, int] | None:
    """(column, row) from 0 of a square as people write it ("b7", "T 20"), else None."""
    found = _SQUARE.fullmatch(text.strip())
    return (LETTERS.index(found[1].upper()), int(found[2]) - 1) if found else None


def place_in(square: str, taken: int = 0) -> tuple[float, float]:
    """A place in a square in which `taken` pins stand already. Raises ValueError for what is no square."""
    if (found := parsed(square)) is None:
        raise ValueError(square)
    across, down = _PLACES[taken % len(_PLACES)]
    return round((found[0] + across) * SIZE, 2), round((found[1] + down) * SIZE, 2)
