"""Every active team: what it referred, and whether it may need training."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from accounts.models import Team
from consultations.choices import ReferralState
from consultations.models import Referral

SIGNPOSTED_AT_LEAST = 3  # fewer say nothing about a team


@dataclass(frozen=True, slots=True)
class TeamLine:
    """One team: received and signposted of these rows, and its last referral of all that may be seen."""

    key: str
    name: str
    agency: str
    received: int
    signposted: int
    last: date | None

    @property
    def per_cent(self) -> int | None:
        """How many of a hundred were signposted, rounded; None where nothing was received."""
        return round(100 * self.signposted / self.received) if self.received else None

    @property
    def never(self) -> bool:
        """It has not referred: it may not know that it can."""
        return self.received == 0

    @property
    def often_signposted(self) -> bool:
        """Over half of what it referred was signposted: it may not know what to refer."""
        return self.signposted >= SIGNPOSTED_AT_LEAST and self.signposted * 2 > self.received

    @property
    def needs_training(self) -> bool:
        return self.never or self.often_signposted


def teams(
    rows: QuerySet[Referral], everything: QuerySet[Referral], among: QuerySet[Team] | None = None
) -> tuple[TeamLine, ...]:
    """The active teams (of `among`), by name. `everything` is what `rows` were taken from: for the last referral."""
    signposted = Count("pk", filter=Q(state=ReferralState.SIGNPOSTED))
    counts = {
        team: numbers
        for team, *numbers in rows.filter(team__isnull=False)
        .order_by()
        .values_list("team")
        .annotate(received=Count("pk"), signposted=signposted)
    }
    last = everything.filter(team=OuterRef("pk")).order_by("-received_on").values("received_on")[:1]
    found = Team.objects.all() if among is None else among
    found = found.filter(active=True).select_related("agency").annotate(last=Subquery(last))
    return tuple(
        TeamLine(str(team.pk), team.name, team.agency.name, *counts.get(team.pk, (0, 0)), team.last)
        for team in found.order_by("name", "agency__name")
    )
