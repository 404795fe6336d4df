"""What stands on the dashboard of one reader."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from consultations.choices import ReferralState
from consultations.models import Referral

from .. import figures
from ..figures import Bar, Headlines, Period, Step, TeamLine
from ..figures.headlines import SCREENED_STATES, WAITING_STATES
from ..figures.periods import Unit
from ..forms.filters import NONE
from ..links import RowLinks
from ..rows import narrowed
from .asked import Asked
from .drawn import bars_of, by_month_of, themes_over_time_of, together_of
from .words import change, day_change, days, how_many

FEW = 10  # fewer referrals than that show no pattern
DATES = ("received_from", "received_to")


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline: its number, what it counts, where its rows are, and how it differs from the period before."""

    number: str
    label: str
    url: str = ""
    change: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team of the table, with the addresses of what it referred and of what was signposted."""

    line: TeamLine
    received_url: str
    signposted_url: str


class Dashboard:
    """The figures of one reader, filter and period. `filters` is the query that `chosen` was read from."""

    def __init__(self, user, filters: QueryDict, chosen: dict[str, Any], asked: Asked) -> None:
        self.everything = Referral.objects.visible_to(user).sent()
        self.chosen = {name: value for name, value in chosen.items() if name not in DATES}
        self.period = asked.period
        self.ever = narrowed(self.everything, self.chosen)
        self.rows = self._of(self.period) if self.period else self.ever
        self.figures = figures.Figures(self.rows, self.everything)
        self.links = RowLinks(filters, self.chosen, self.period)
        self.links_ever = RowLinks(filters, self.chosen, None)

    def context(self) -> dict[str, Any]:
        """What the template shows; charts only where there is a referral."""
        now = figures.headlines(self.rows)
        before = self.period.before() if self.period else None
        context = {
            "received": now.received,
            "few": 0 < now.received < FEW,
            "before": before,
            "headlines": self._headlines(now, before),
            "outstanding": self._outstanding(),
            "narrowed": bool(self.chosen),
            **self._teams(),
        }
        return context | self._charts(now.received) if now.received else context

    def _of(self, period: Period):
        return narrowed(self.everything, self.chosen | dict(zip(DATES, (period.first, period.last), strict=True)))

    def _headlines(self, now: Headlines, period: Period | None) -> list[Figure]:
        then = figures.headlines(self._of(period)) if period else None
        counts = [
            ("received", "received", {}),
            ("screened", "screened: suitable or signposted", {"state": SCREENED_STATES}),
            ("held", "consultations held", {"state": ReferralState.HELD}),
            ("signposted", "signposted", {"state": ReferralState.SIGNPOSTED}),
            ("withdrawn", "withdrawn", {"state": ReferralState.WITHDRAWN}),
            ("waiting", "waiting to be screened", {"state": WAITING_STATES}),
        ]
        found = []
        for name, label, values in counts:
            number = getattr(now, name)
            compared = change(number, getattr(then, name), period) if then else ""
            found.append(Figure(f"{number:,}", label, self.links.to(number, **values), compared))
        for name, label, values in [
            ("to_screening", "from referral to screening", {"state": SCREENED_STATES, "screened": "yes"}),
            ("to_consultation", "from referral to consultation", {"state": ReferralState.HELD, "consulted": "yes"}),
        ]:
            took = getattr(now, name)
            compared = day_change(took.median, getattr(then, name).median, period) if then else ""
            more = (
                f"Half took this long or less; nine of ten {days(took.ninetieth)} or less"
                f" (of {how_many(took.count, 'referral')})"
                if took.count
                else "No referral with both dates"
            )
            found.append(Figure(days(took.median), label, self.links.to(took.count, **values), compared, more))
        return found

    def _outstanding(self) -> list[Figure]:
        """What waits now, whenever the referral was received: what is late is older than most periods."""
        found, links = figures.outstanding(self.ever), self.links_ever
        actions = how_many(found.overdue_actions, "action")
        return [
            Figure(f"{found.entry_due:,}", "data entry forms to complete", links.to(found.entry_due, entry="due")),
            Figure(
                f"{found.feedback:,}", "without the feedback asked for",
                links.to(found.feedback, feedback="outstanding"),
            ),
            Figure(
                f"{found.with_overdue:,}", "with an overdue action", links.to(found.with_overdue, actions="overdue"),
                more=f"{actions} in all" if found.overdue_actions else "",
            ),
        ]  # fmt: skip

    def _charts(self, total: int) -> dict[str, Any]:
        steps = self._steps()
        bars = [
            ("state", "outcome", self.figures.by_outcome),
            ("concern", "primary concern", self.figures.by_concern),
            ("themes", "theme", _most_first(self.figures.by_theme)),
            ("harm", "kind of harm", _most_first(self.figures.by_harm)),
            ("agency", "agency", self.figures.by_agency),
            ("team", "team", self.figures.by_team),
        ]
        return {
            "by_month": by_month_of(figures.by_month(self.rows, steps), self.links),
            "bars": [
                bars_of(field, f"Referrals by {one}", found, total, self.links, one=one) for field, one, found in bars
            ],
            "over_time": themes_over_time_of(self.figures.themes_over_time(steps), self.links),
            "together": together_of(self.figures.together, self.links),
        }

    def _steps(self) -> tuple[Step, ...]:
        """The months of the period; of all time, and of a very long one, as far as there are referrals."""
        if self.period and self.period.unit != Unit.YEAR:
            return self.period.steps()
        return Period(*self.figures.span).steps()

    def _teams(self) -> dict[str, Any]:
        """Every active team that the filter leaves, and which of them may need training."""
        lines = [
            line
            for line in self.figures.teams
            if line.key in self.chosen.get("team", [line.key])
            and line.agency_key in self.chosen.get("agency", [line.agency_key])
        ]
        rows = [
            TeamRow(
                line,
                self.links.to(line.received, team=line.key),
                self.links.to(line.signposted, team=line.key, state=ReferralState.SIGNPOSTED),
            )
            for line in lines
        ]
        return {
            "teams": rows,
            "never": [row for row in rows if row.line.never],
            "often_signposted": [row for row in rows if row.line.often_signposted],
        }


def _most_first(bars: tuple[Bar, ...]) -> list[Bar]:
    """The most frequent first, those of no referral left out, what is not recorded last."""
    return sorted((bar for bar in bars if bar.count), key=lambda bar: (bar.key == NONE, -bar.count))
