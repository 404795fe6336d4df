"""Figures by month, themes over time, and which themes occur together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Trunc

from consultations.choices import ReferralState
from consultations.models import Referral

from ..models import Theme
from .periods import Step


@dataclass(frozen=True, slots=True)
class Month:
    """What was received in a step of the period, and how many of those were held or signposted since."""

    step: Step
    received: int
    held: int
    signposted: int


@dataclass(frozen=True, slots=True)
class TrendLine:
    """One theme and how many referrals had it, step by step."""

    key: str
    label: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Trend:
    """Lines over the same steps."""

    steps: tuple[Step, ...]
    lines: tuple[TrendLine, ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """How many referrals have both of two themes. `counts[i][j]` is of themes i and j; [i][i] is of theme i at all."""

    keys: tuple[str, ...]
    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


def by_month(rows: QuerySet[Referral], steps: Sequence[Step]) -> tuple[Month, ...]:
    """By the day received, one for each step, also where nothing came. Rows outside of the steps are left out."""
    found = {
        begin: numbers
        for begin, *numbers in within(rows, steps)
        .order_by()
        .values_list(Trunc("received_on", steps[0].unit))
        .annotate(
            received=Count("pk"),
            held=Count("pk", filter=Q(state=ReferralState.HELD)),
            signposted=Count("pk", filter=Q(state=ReferralState.SIGNPOSTED)),
        )
    }
    return tuple(Month(step, *found.get(step.begin, (0, 0, 0))) for step in steps)


def trend_of(found: Mapping[tuple, int], themes: Sequence[Theme], steps: Sequence[Step]) -> Trend:
    """Lines from {(theme, begin of the step): number}."""
    occurring = {theme for theme, _ in found}
    lines = [
        TrendLine(str(theme.pk), str(theme), tuple(found.get((theme.pk, step.begin), 0) for step in steps))
        for theme in themes
        if theme.pk in occurring
    ]
    return Trend(tuple(steps), tuple(lines))


def pairs_of(found: Mapping[tuple[int, int], int], themes: Sequence[Theme]) -> Pairs:
    """Pairs from {(theme, the same or a later one): number}."""
    occurring = {one for pair in found for one in pair}
    themes = [theme for theme in themes if theme.pk in occurring]
    counts = [tuple(found.get((min(one.pk, other.pk), max(one.pk, other.pk)), 0) for other in themes) for one in themes]
    return Pairs(tuple(str(theme.pk) for theme in themes), tuple(str(theme) for theme in themes), tuple(counts))


def within(rows: QuerySet[Referral], steps: Sequence[Step]) -> QuerySet[Referral]:
    """The rows that were received in these steps."""
    return rows.filter(received_on__range=(steps[0].first, steps[-1].last))
