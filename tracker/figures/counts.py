"""How many referrals of each team, agency, concern, theme, kind of harm and outcome. Each counts a referral once."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet

from accounts.models import Agency, Team
from consultations.models import Referral
from core.models import ListItem
from core.models.lists import ListName

from ..choices import OUTCOMES, PrimaryConcern
from ..models import Theme, TrackerEntry

NONE = "none"  # as the tracker's filter calls what has no value
NOT_RECORDED = "Not recorded"


@dataclass(frozen=True, slots=True)
class Bar:
    """One value and how many referrals have it. `key` is what the tracker's filter calls it; "none" where none has."""

    key: str
    label: str
    count: int


def by_team(rows: QuerySet[Referral]) -> tuple[Bar, ...]:
    """The teams that referred, the most first. Teams of one name bear their agency's."""
    counts = _counted(rows, "team")
    found = [team for team in Team.objects.select_related("agency") if team.pk in counts]
    names = [team.name.lower() for team in found]
    bars = [
        Bar(str(team.pk), _team_name(team, alone=names.count(team.name.lower()) == 1), counts[team.pk])
        for team in found
    ]
    return (*_most_first(bars), *_not_recorded(counts.get(None)))


def by_agency(rows: QuerySet[Referral]) -> tuple[Bar, ...]:
    """The agencies that referred, the most first."""
    counts = _counted(rows, "agency")
    bars = [Bar(str(one.pk), str(one), counts[one.pk]) for one in Agency.objects.all() if one.pk in counts]
    return (*_most_first(bars), *_not_recorded(counts.get(None)))


def by_concern(rows: QuerySet[Referral]) -> tuple[Bar, ...]:
    """The five primary concerns in the toolkit's order, also those of no referral."""
    counts = _counted(rows, "entry__primary_concern")
    bars = [Bar(str(key), str(label), counts.get(key, 0)) for key, label in PrimaryConcern.choices]
    return (*bars, *_not_recorded(counts.get(None, 0) + counts.get("", 0)))


def by_outcome(rows: QuerySet[Referral]) -> tuple[Bar, ...]:
    """The states of sent referrals in their order, also those of no referral. Every referral has one."""
    counts = _counted(rows, "state")
    return tuple(Bar(str(key), str(label), counts.get(key, 0)) for key, label in OUTCOMES)


def by_theme(rows: QuerySet[Referral]) -> tuple[Bar, ...]:
    """The themes in their order; one that is switched off only where a referral has it. A referral may have several."""
    tags = TrackerEntry.themes.through.objects
    counts = _pairs(tags.filter(trackerentry__referral__in=pks(rows)).values_list("theme").annotate(Count("pk")))
    without = rows.filter(~Exists(tags.filter(trackerentry__referral=OuterRef("pk")))).order_by().count()
    return (*_vocabulary(Theme.objects.all(), counts), *_not_recorded(without))


def by_harm(rows: QuerySet[Referral]) -> tuple[Bar, ...]:
    """The kinds of harm in their order, as themes. A referral may have several."""
    links = Referral.harms.through.objects
    counts = _pairs(links.filter(referral__in=pks(rows)).values_list("listitem").annotate(Count("pk")))
    without = rows.filter(~Exists(links.filter(referral=OuterRef("pk")))).order_by().count()
    return (*_vocabulary(ListItem.objects.filter(list=ListName.HARM), counts), *_not_recorded(without))


def _team_name(team: Team, *, alone: bool) -> str:
    return str(team) if alone else f"{team} ({team.agency})"


def pks(rows: QuerySet[Referral]) -> QuerySet:
    """The keys of `rows` for a subquery."""
    return rows.order_by().values("pk")


def _counted(rows: QuerySet[Referral], field: str) -> dict:
    return _pairs(rows.order_by().values_list(field).annotate(Count("pk")))


def _pairs(found: Iterable[tuple]) -> dict:
    return dict(found)


def _vocabulary(items, counts: dict[int, int]) -> list[Bar]:
    return [Bar(str(item.pk), str(item), counts.get(item.pk, 0)) for item in items if item.active or item.pk in counts]


def _most_first(bars: list[Bar]) -> list[Bar]:
    return sorted(bars, key=lambda bar: (-bar.count, bar.label.lower()))


def _not_recorded(count: int | None) -> list[Bar]:
    """Rows that lack the value, where there are such rows."""
    return [Bar(NONE, NOT_RECORDED, count)] if count else []
