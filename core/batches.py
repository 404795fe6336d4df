"""Going through many rows a few at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batched(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """`rows` in lists of at most `size`; each is fetched when it is asked for."""
    them = iter(rows)
    while some := list(islice(them, size)):
        yield some
