"""Bars: how many referrals of each team, agency, concern, theme, kind of harm and outcome. A referral counts once."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from accounts.models import Agency, Team
from consultations.models import Referral
from core.models import ListItem

from ..choices import OUTCOMES, PrimaryConcern
from ..forms.filters import NONE
from ..models import Theme

NOT_RECORDED = "Not recorded"


@dataclass(frozen=True, slots=True)
class Bar:
    """One value and how many referrals have it. `key` is what the tracker's filter calls it; "none" where none has."""

    key: str
    label: str
    count: int


def team_bars(counts: Mapping[int | None, int], teams: Iterable[Team]) -> tuple[Bar, ...]:
    """The teams that referred, the most first. Teams of one name bear their agency's."""
    found = [team for team in teams if counts.get(team.pk)]
    names = Counter(team.name.lower() for team in found)
    bars = [
        Bar(str(team.pk), team.name if names[team.name.lower()] == 1 else f"{team} ({team.agency})", counts[team.pk])
        for team in found
    ]
    return (*_most_first(bars), *_not_recorded(counts.get(None)))


def agency_bars(counts: Mapping[int | None, int], agencies: Iterable[Agency]) -> tuple[Bar, ...]:
    """The agencies that referred, the most first."""
    bars = [Bar(str(agency.pk), agency.name, counts[agency.pk]) for agency in agencies if counts.get(agency.pk)]
    return (*_most_first(bars), *_not_recorded(counts.get(None)))


def concern_bars(counts: Mapping[str | None, int]) -> tuple[Bar, ...]:
    """The five primary concerns in the toolkit's order, also those of no referral."""
    bars = [Bar(str(key), str(label), counts.get(key, 0)) for key, label in PrimaryConcern.choices]
    return (*bars, *_not_recorded(counts.get(None, 0) + counts.get("", 0)))


def outcome_bars(counts: Mapping[str, int]) -> tuple[Bar, ...]:
    """The states of sent referrals in their order, also those of no referral. Every referral has one."""
    return tuple(Bar(str(key), str(label), counts.get(key, 0)) for key, label in OUTCOMES)


def vocabulary_bars(
    counts: Mapping[int, int], items: Sequence[Theme] | Sequence[ListItem], without: int
) -> tuple[Bar, ...]:
    """Themes or kinds of harm in their order, of which a referral may have several; `without` is how many have none.

    One that is switched off stands there only where a referral has it.
    """
    bars = [Bar(str(item.pk), str(item), counts.get(item.pk, 0)) for item in items if item.active or item.pk in counts]
    return (*bars, *_not_recorded(without))


def pks(rows: QuerySet[Referral]) -> QuerySet:
    """The keys of `rows` for a subquery."""
    return rows.order_by().values("pk")


def counted(rows: QuerySet, *fields: str) -> dict:
    """How many of `rows` have each value of a field, or each combination of several: {value or values: number}."""
    found = rows.order_by().values_list(*fields).annotate(Count("pk"))
    return {values[0] if len(values) == 1 else tuple(values): number for *values, number in found}


def _most_first(bars: list[Bar]) -> list[Bar]:
    return sorted(bars, key=lambda bar: (-bar.count, bar.label.lower()))


def _not_recorded(count: int | None) -> list[Bar]:
    """Rows that lack the value, where there are such rows."""
    return [Bar(NONE, NOT_RECORDED, count)] if count else []
