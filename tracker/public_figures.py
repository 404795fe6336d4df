"""The figures of one period as they may be shown to people who may see no row: small groups hidden, all rounded.

One period and nothing else narrows them, the tables stand side by side and are never crossed: see ADR 20. Made of
`tracker.figures`; what is small is gone from here on (`suppression`), so these may be stored and sent.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet

from accounts.models import Agency, Team
from consultations.choices import ReferralState
from consultations.models import Referral
from core.models import ListItem
from core.models.lists import ListName

from . import figures, suppression
from .figures import NONE, Bar, Period, Unit
from .models import Theme
from .suppression import rounded

NOT_RECORDED = "Not recorded"
MONTHS, QUARTERS = "months", "quarters"
OUTCOMES, CONCERNS, HARMS, THEMES = "outcomes", "concerns", "harms", "themes"
HEADS = {
    MONTHS: "Month",
    QUARTERS: "Quarter",
    OUTCOMES: "Outcome",
    CONCERNS: "Concern",
    HARMS: "Kind of harm",
    THEMES: "Theme",
}
TITLES = {
    MONTHS: "Received by month",
    QUARTERS: "Received by quarter",
    OUTCOMES: "Outcome",
    CONCERNS: "Primary concern",
    HARMS: "Kinds of harm",
    THEMES: "Themes",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One value and how many referrals have it; None where that is not shown."""

    label: str
    count: int | None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The values of one kind. Of `several` a referral may have more than one."""

    key: str
    lines: tuple[Line, ...]
    several: bool = False

    @property
    def title(self) -> str:
        return TITLES[self.key]

    @property
    def head(self) -> str:
        """What heads the column of its values."""
        return HEADS[self.key]

    @property
    def shown(self) -> tuple[Line, ...]:
        """The lines that have a count."""
        return tuple(line for line in self.lines if line.count is not None)

    @property
    def hidden(self) -> tuple[Line, ...]:
        """The lines that have none."""
        return tuple(line for line in self.lines if line.count is None)

    def count(self, key: str) -> int | None:
        """What is shown of one value."""
        return next((line.count for line in self.lines if line.key == key), None)


@dataclass(frozen=True, slots=True)
class AgencyLine:
    """An agency whose count is shown, with those of its teams whose counts are. `others`: it has further referrals."""

    label: str
    count: int
    teams: tuple[Line, ...]
    others: bool


@dataclass(frozen=True, slots=True)
class PublicFigures:
    """What may be shown of the referrals received in a period. Without `received` nothing is."""

    first: date
    last: date
    received: int | None
    tables: tuple[Table, ...] = ()
    agencies: tuple[AgencyLine, ...] = ()
    other_agencies: bool = False
    days_to_screening: int | None = None
    days_to_consultation: int | None = None

    @property
    def period(self) -> Period:
        return Period(self.first, self.last)

    @property
    def name(self) -> str:
        """In words: "April 2025 to March 2026"; of a year that is not over, "April 2026 until now"."""
        return f"{self.first:%B %Y} until now" if self.running else str(self.period)

    @property
    def running(self) -> bool:
        """Whether it is a part of a year."""
        return self.period.months != 12

    @property
    def held(self) -> int | None:
        """How many led to a consultation that was held."""
        return self.table(OUTCOMES).count(ReferralState.HELD) if self.tables else None

    @property
    def broken_down(self) -> bool:
        """Whether any table shows anything."""
        return any(table.shown for table in self.tables) or bool(self.agencies)

    def table(self, key: str) -> Table:
        """The table of one kind. Raises KeyError for one that is not there."""
        found = {table.key: table for table in self.tables}
        return found[key]

    def as_json(self) -> dict[str, Any]:
        """To be stored; `from_json` reads it."""
        return asdict(self) | {"first": self.first.isoformat(), "last": self.last.isoformat()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "PublicFigures":
        def lines(found: list[dict]) -> tuple[Line, ...]:
            return tuple(Line(**line) for line in found)

        return cls(
            **data
            | {
                "first": date.fromisoformat(data["first"]),
                "last": date.fromisoformat(data["last"]),
                "tables": tuple(Table(**table | {"lines": lines(table["lines"])}) for table in data["tables"]),
                "agencies": tuple(AgencyLine(**one | {"teams": lines(one["teams"])}) for one in data["agencies"]),
            }
        )


def of(rows: QuerySet[Referral], period: Period, unit: Unit) -> PublicFigures:
    """The figures of those of `rows` (sent referrals) that were received in `period`, cut into `unit`s."""
    rows = rows.filter(received_on__range=(period.first, period.last))
    head = figures.headlines(rows)
    received = suppression.total(head.received)
    if received is None:
        return PublicFigures(period.first, period.last, None)
    concerns = _with_not_recorded(figures.by_concern(rows))
    entered = head.received - concerns[-1].count
    steps = period.steps(unit)
    times = [Bar(month.step.begin.isoformat(), month.step.label, month.received)
             for month in figures.by_month(rows, steps)]  # fmt: skip
    agencies, others = _agencies(rows)
    return PublicFigures(
        first=period.first,
        last=period.last,
        received=rounded(received),
        tables=(
            _divided(MONTHS if unit == Unit.MONTH else QUARTERS, times),
            _divided(OUTCOMES, figures.by_outcome(rows)),
            _divided(CONCERNS, concerns),
            _several(HARMS, figures.by_harm(rows), [head.received], in_use=_keys(ListItem.objects.of(ListName.HARM))),
            # A theme stands on a data entry form: how many forms are without it must not be a small number either.
            _several(THEMES, figures.by_theme(rows), [head.received, entered], in_use=_keys(Theme.objects.in_use())),
        ),
        agencies=agencies,
        other_agencies=others,
        days_to_screening=suppression.typical(head.to_screening.median, of=head.to_screening.count),
        days_to_consultation=suppression.typical(head.to_consultation.median, of=head.to_consultation.count),
    )


def received_in(rows: QuerySet[Referral], period: Period) -> int | None:
    """How many were received in a period, as it may be shown."""
    counted = rows.filter(received_on__range=(period.first, period.last)).order_by().count()
    return rounded(suppression.total(counted))


def _with_not_recorded(bars: Iterable[Bar]) -> list[Bar]:
    """Always with that cell at the end, and not only where there is such a row: its being there would tell."""
    known = [bar for bar in bars if bar.key != NONE]
    missing = sum(bar.count for bar in bars if bar.key == NONE)
    return [*known, Bar(NONE, NOT_RECORDED, missing)]


def _divided(key: str, bars: Iterable[Bar]) -> Table:
    """A table whose cells add up to all."""
    bars = list(bars)
    shown = suppression.partition({bar.key: bar.count for bar in bars})
    return Table(key, tuple(Line(bar.label, rounded(shown[bar.key]), bar.key) for bar in bars))


def _several(key: str, bars: Iterable[Bar], bases: list[int], *, in_use: set[str]) -> Table:
    """A table of values of which a referral may have several, without how many have none.

    A value that is no longer in use stands there only with a count: its being there would say that somebody has it.
    """
    bars = [bar for bar in bars if bar.key != NONE]
    shown = suppression.overlapping({bar.key: bar.count for bar in bars}, bases=bases)
    listed = [bar for bar in bars if shown[bar.key] is not None or bar.key in in_use]
    return Table(key, tuple(Line(bar.label, rounded(shown[bar.key]), bar.key) for bar in listed), several=True)


def _keys(rows: QuerySet) -> set[str]:
    return {str(pk) for pk in rows.order_by().values_list("pk", flat=True)}


def _agencies(rows: QuerySet[Referral]) -> tuple[tuple[AgencyLine, ...], bool]:
    """The agencies whose counts are shown, with their teams, the most first; and whether there are others.

    Which ones are not shown is not listed: that would say that they referred.
    """
    groups: dict[int | None, dict[int | None, int]] = defaultdict(dict)
    for agency, team, number in rows.order_by().values_list("agency", "team").annotate(Count("pk")):
        groups[agency][team] = number
    agencies = {agency.pk: str(agency) for agency in Agency.objects.all()}
    teams = {team.pk: team.name for team in Team.objects.all()}
    found = []
    shown = suppression.nested(groups)
    for agency, group in shown.items():
        if group.count is None:
            continue
        lines = [Line(teams.get(team, NOT_RECORDED), rounded(count)) for team, count in group.inside.items() if count]
        found.append(
            AgencyLine(
                label=agencies.get(agency, NOT_RECORDED),
                count=rounded(group.count),
                teams=tuple(sorted(lines, key=lambda line: (-line.count, line.label))),
                others=len(lines) < len(group.inside),
            )
        )
    found.sort(key=lambda line: (-line.count, line.label))
    return tuple(found), len(found) < len(shown)
