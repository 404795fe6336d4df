"""Every active team: what it referred, and whether it may need training."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from accounts.models import Team
from consultations.choices import ReferralState

SIGNPOSTED_AT_LEAST = 3  # fewer say nothing about a team


@dataclass(frozen=True, slots=True)
class TeamLine:
    """One team: received and signposted of these rows, and its last referral of all that may be seen."""

    key: str
    name: str
    agency: str
    agency_key: str
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


def team_lines(tally: Mapping[tuple, int], teams: Iterable[Team]) -> tuple[TeamLine, ...]:
    """The active ones of `teams`, which know the day of their `last` referral, from {(team, agency, state): number}."""
    received, signposted = Counter(), Counter()
    for (team, _, state), number in tally.items():
        received[team] += number
        if state == ReferralState.SIGNPOSTED:
            signposted[team] += number
    return tuple(
        TeamLine(
            str(team.pk), team.name, team.agency.name, str(team.agency_id), received[team.pk], signposted[team.pk],
            team.last,
        )
        for team in teams
        if team.active
    )  # fmt: skip
