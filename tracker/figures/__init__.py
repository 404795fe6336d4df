"""The figures about referrals: pure functions over rows, for the dashboard, the report, the exports' Summary.

Each function takes `rows`, a QuerySet of sent referrals, each once, already narrowed to what its reader may see
(`Referral.objects.visible_to(user).sent()` or, for aggregates without rows, `.sent()`) and to the filters
(`tracker.rows.narrowed`). It asks the database for aggregates alone, in a fixed number of queries that does not grow
with the rows, and answers with small frozen dataclasses. Nothing here knows of pages, of links or of suppression.

    period = Period(first, last)                  the period before: period.before()
    headlines(rows)          1 query   received, screened, held, signposted, withdrawn, waiting; days to decision
    outstanding(rows)        2 queries data entry due, feedback outstanding, overdue actions
    by_month(rows, steps)    1 query   received, held and signposted by month (steps = period.steps())
    by_team, by_agency       2 queries by_concern, by_outcome  1 query
    by_theme, by_harm        3 queries
    themes_over_time(rows, steps), together(rows)  2 queries
    teams(rows, everything)  2 queries every active team: received, signposted, last referral, training need
"""

from .counts import NONE, Bar, by_agency, by_concern, by_harm, by_outcome, by_team, by_theme
from .headlines import Days, Headlines, Outstanding, headlines, outstanding
from .periods import Period, Step, Unit
from .teams import TeamLine, teams
from .trends import Month, Pairs, Trend, TrendLine, by_month, themes_over_time, together

__all__ = [
    "NONE",
    "Bar",
    "Days",
    "Headlines",
    "Month",
    "Outstanding",
    "Pairs",
    "Period",
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
    "teams",
    "themes_over_time",
    "together",
]
