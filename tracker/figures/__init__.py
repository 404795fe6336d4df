"""The figures about referrals: pure functions over rows, for the dashboard, the report, the exports' Summary.

Each function takes `rows`, a QuerySet of sent referrals, each once, already narrowed to what its reader may see
(`Referral.objects.visible_to(user).sent()` or, for aggregates without rows, `.sent()`) and to the filters
(`tracker.rows.narrowed`). It asks the database for aggregates alone, in a fixed number of queries that does not grow
with the rows, and answers with small frozen dataclasses. Nothing here knows of pages, of links or of suppression.

    period = Period(first, last)       the period before: period.before()
    headlines(rows)                    received, screened, held, signposted, withdrawn, waiting; days to decision
    outstanding(rows)                  data entry due, feedback outstanding, overdue actions
    by_month(rows, steps)              received, held and signposted by month (steps = period.steps())
    by_team, by_agency, by_concern, by_outcome, by_theme, by_harm    Bars
    themes_over_time(rows, steps), together(rows)
    teams(rows, everything)            every active team: received, signposted, last referral, training need

Who needs several of these makes `Figures(rows, everything)` and takes its properties of the same names: what they have
in common is asked once.
"""

from collections.abc import Sequence

from django.db.models import QuerySet

from consultations.models import Referral

from ..forms.filters import NONE
from .counts import Bar
from .headlines import Days, Headlines, Outstanding, headlines, outstanding
from .periods import DEFAULT_PRESET, Period, Preset, Step, Unit, presets, twelve_months_to
from .shared import Figures
from .teams import TeamLine
from .trends import Month, Pairs, Trend, TrendLine, by_month

__all__ = [
    "DEFAULT_PRESET",
    "NONE",
    "Bar",
    "Days",
    "Figures",
    "Headlines",
    "Month",
    "Outstanding",
    "Pairs",
    "Period",
    "Preset",
    "Step",
    "TeamLine",
    "Trend",
    "TrendLine",
    "Unit",
    "by_agency",
    "by_concern",
    "by_harm",
    "by_month",
    "by_outcome",
    "by_team",
    "by_theme",
    "headlines",
    "outstanding",
    "presets",
    "teams",
    "themes_over_time",
    "together",
    "twelve_months_to",
]


def by_team(rows: QuerySet[Referral]) -> tuple[Bar, ...]:
    """The teams that referred, the most first."""
    return Figures(rows).by_team


def by_agency(rows: QuerySet[Referral]) -> tuple[Bar, ...]:
    """The agencies that referred, the most first."""
    return Figures(rows).by_agency


def by_outcome(rows: QuerySet[Referral]) -> tuple[Bar, ...]:
    """The states in their order. Every referral has one."""
    return Figures(rows).by_outcome


def by_concern(rows: QuerySet[Referral]) -> tuple[Bar, ...]:
    """The five primary concerns in the toolkit's order."""
    return Figures(rows).by_concern


def by_theme(rows: QuerySet[Referral]) -> tuple[Bar, ...]:
    """The themes in their order. A referral may have several."""
    return Figures(rows).by_theme


def by_harm(rows: QuerySet[Referral]) -> tuple[Bar, ...]:
    """The kinds of harm in their order. A referral may have several."""
    return Figures(rows).by_harm


def themes_over_time(rows: QuerySet[Referral], steps: Sequence[Step]) -> Trend:
    """Each theme that occurs at all, in the themes' order, step by step by the day received."""
    return Figures(rows).themes_over_time(steps)


def together(rows: QuerySet[Referral]) -> Pairs:
    """Every two of the themes that occur at all, in the themes' order."""
    return Figures(rows).together


def teams(rows: QuerySet[Referral], everything: QuerySet[Referral]) -> tuple[TeamLine, ...]:
    """The active teams by name. `everything` is what `rows` were taken from: for the last referral."""
    return Figures(rows, everything).teams
