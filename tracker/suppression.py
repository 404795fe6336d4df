"""Which counts may be shown to somebody who may see no row: small groups stay hidden, however the figures are combined.

Pure functions over counts, for the lead's dashboard, the report and the summary of an anonymised export. A hidden count
is None, whatever it is: small, none at all, or large enough and hidden for the sake of a small one.

The promise, for whoever knows these rules and every count that is shown: of no group, nor of any union of groups of one
table, can it be known that it has between 1 and 4 members. Why it holds (ADR 20): what is hidden of a table is all
up to a threshold, and among it is a group of 5 or more. Exchange the counts of any two hidden groups, and the same
would be hidden and the same shown; so every hidden group may be the large one.

It holds for one base at a time. Whoever publishes must not offer bases that overlap (two periods, a filter within
a filter), nor cross tables, nor a count twice under two names; two tables of one base may stand side by side.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

# The smallest group that is shown, and the smallest number of referrals that is broken down at all: of five to nine,
# two groups could both be known to be small.
LEAST = 5
LEAST_BASE = 10
# What is shown to leads is rounded to a multiple of this.
STEP = 5
# What stands in the place of a hidden count.
NOT_SHOWN = "Not shown"

Key = TypeVar("Key", bound=Hashable)
Inner = TypeVar("Inner", bound=Hashable)


@dataclass(frozen=True)
class Group:
    """One group of a nested table with the groups inside it; a hidden one has none that is shown."""

    count: int | None
    inside: dict


def total(count: int) -> int | None:
    """The count of everything: shown from LEAST on."""
    return count if count >= LEAST else None


def partition(counts: Mapping[Key, int]) -> dict[Key, int | None]:
    """The counts of a table whose cells add up to a total that is shown ("Not recorded" is a cell as any other).

    Where a cell has 1 to 4, everything is hidden up to and including the smallest count of LEAST or more. Below
    LEAST_BASE in all nothing is shown.
    """
    if sum(counts.values()) < LEAST_BASE:
        return dict.fromkeys(counts)
    below = _threshold(counts.values())
    return {key: count if count > below else None for key, count in counts.items()}


def nested(groups: Mapping[Key, Mapping[Inner, int]]) -> dict[Key, Group]:
    """A table of groups and the groups inside them, as agencies with their teams; the innermost cells are given.

    The outer counts are a partition; so are those inside each outer group that is shown. A hidden one shows nothing.
    """
    outer = partition({key: sum(inside.values()) for key, inside in groups.items()})
    return {
        key: Group(outer[key], partition(inside) if outer[key] is not None else dict.fromkeys(inside))
        for key, inside in groups.items()
    }


def overlapping(counts: Mapping[Key, int], *, bases: Iterable[int]) -> dict[Key, int | None]:
    """The counts of values of which a referral may have several, as themes, or of parts shown beside their whole.

    `bases` are the counts of every group that all of the values lie in, the total among them: how many do *not* have
    a value must not be small either. Both ends are cut off as in `partition`. Never show "none of these" beside them.
    """
    bases = list(bases)
    if not bases or max(bases) < LEAST_BASE:
        return dict.fromkeys(counts)
    below = _threshold(counts.values())
    shown = {key: count if count > below else None for key, count in counts.items()}
    for base in bases:
        inside = {key: base - count for key, count in counts.items() if count <= base}
        if without_below := _threshold(inside.values()):
            shown |= {key: None for key, without in inside.items() if without <= without_below}
    return shown


def typical(value: float | None, *, of: int) -> int | None:
    """A median or percentile in whole units: shown where it is of LEAST_BASE referrals or more."""
    return round(value) if value is not None and of >= LEAST_BASE else None


def rounded(count: int | None) -> int | None:
    """A count that is shown, to the nearest STEP: what changes from one time to the next cannot be counted exactly."""
    return None if count is None else max(STEP, (count + STEP // 2) // STEP * STEP)


def _threshold(counts: Iterable[int]) -> int:
    """Up to which count everything is hidden: 0 where none is small, else the smallest that is large enough.

    All that are equal to it go with it: which of them is hidden would else tell them apart.
    """
    counts = list(counts)
    if not any(0 < count < LEAST for count in counts):
        return 0
    return min((count for count in counts if count >= LEAST), default=LEAST - 1)
