"""Many referrals at once, as an import makes them, for pages of figures."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from accounts.models import Team
from accounts.permissions import Role
from consultations.models import Consultation, Referral
from core.models import ListItem
from core.models.lists import ListName
from tests.factories import a_person, a_team
from tracker.choices import PrimaryConcern
from tracker.models import Theme, TrackerEntry

AT = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)


def many(number: int, *, seed: int = 0, first: date = date(2026, 4, 1), days: int = 200, **fixed) -> list[Referral]:
    """So many referrals as an import makes them, with teams, concerns, themes and harms of all sizes."""
    chance = Random(seed)  # noqa: S311 (for tests: the same each time)
    by = a_person(Role.MANAGER)
    teams = [*Team.objects.all()] or [
        *(a_team(name, "Children's social care") for name in ("North", "South", "West", "Duty")),
        *(a_team(name, "Police") for name in ("Missing", "Gangs")), a_team("Matrons", "Health"),
    ]  # fmt: skip
    weights = [30, 20, 6, 2, 12, 3, 2][: len(teams)] + [1] * max(0, len(teams) - 7)
    states = ["screening", "information", "planned", "held", "signposted", "withdrawn"]
    referrals = []
    for at in range(number):
        team = fixed.get("team") or chance.choices(teams, weights)[0]
        referrals.append(
            Referral(
                reference=f"T-{seed}-{at}", state=fixed.get("state") or chance.choices(states, [4, 2, 3, 40, 12, 3])[0],
                made_by=by, created_at=AT, imported=True, case_number=f"9{seed}{at}", name=f"Child {at}",
                referrer_name="Referrer", team=team, agency=team.agency,
                received_on=first + timedelta(days=chance.randrange(days)),
            )
        )  # fmt: skip
    Referral.objects.bulk_create(referrals)
    consultations = []
    for row in referrals:
        if row.state in ("held", "planned"):
            day = row.received_on + timedelta(days=chance.randrange(5, 40))
            when = {"held_on": day} if row.state == "held" else {"planned_for": day}
            consultations.append(Consultation(referral=row, created_at=AT, **when))
    Consultation.objects.bulk_create(consultations)
    harms, themes = list(ListItem.objects.of(ListName.HARM)), list(Theme.objects.in_use())
    concerns = list(PrimaryConcern)
    entries = TrackerEntry.objects.bulk_create(
        TrackerEntry(referral=row, primary_concern=chance.choices(concerns, [2, 8, 25, 12, 1])[0])
        for row in referrals if row.state in ("held", "signposted") and chance.random() < 0.96
    )  # fmt: skip
    TrackerEntry.themes.through.objects.bulk_create(
        TrackerEntry.themes.through(trackerentry=entry, theme=theme)
        for entry in entries for theme in {chance.choices(themes, range(len(themes), 0, -1))[0] for _ in range(3)}
    )  # fmt: skip
    Referral.harms.through.objects.bulk_create(
        Referral.harms.through(referral=row, listitem=harm)
        for row in referrals for harm in {chance.choices(harms, [2 ** (8 - at % 9) for at in range(len(harms))])[0]}
    )  # fmt: skip
    return referrals
