"""The figures of one page: what several of them need is asked of the database once."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import cached_property

from django.db.models import Count, Exists, F, Max, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Trunc

from accounts.models import Agency, Team
from consultations.models import Referral
from core.models import ListItem
from core.models.lists import ListName

from ..models import Theme, TrackerEntry
from . import counts
from .counts import Bar, counted, pks
from .periods import Step
from .teams import TeamLine, team_lines
from .trends import Pairs, Trend, pairs_of, trend_of, within

_TAGS = TrackerEntry.themes.through.objects
_HARMS = Referral.harms.through.objects


class Figures:
    """Of `rows`: see the package. `everything` is what the rows were taken from, where teams are asked for."""

    def __init__(self, rows: QuerySet[Referral], everything: QuerySet[Referral] | None = None) -> None:
        self.rows = rows.order_by()
        self.everything = everything

    @property
    def by_team(self) -> tuple[Bar, ...]:
        return counts.team_bars(self._tally_of(0), self._teams)

    @property
    def by_agency(self) -> tuple[Bar, ...]:
        return counts.agency_bars(self._tally_of(1), Agency.objects.all())

    @property
    def by_outcome(self) -> tuple[Bar, ...]:
        return counts.outcome_bars(self._tally_of(2))

    @property
    def by_concern(self) -> tuple[Bar, ...]:
        return counts.concern_bars(counted(self.rows, "entry__primary_concern"))

    @property
    def by_theme(self) -> tuple[Bar, ...]:
        own = {one: number for (one, other), number in self._pairs.items() if one == other}
        without = self.rows.filter(~Exists(_TAGS.filter(trackerentry=OuterRef("entry")))).count()
        return counts.vocabulary_bars(own, self._themes, without)

    @property
    def by_harm(self) -> tuple[Bar, ...]:
        found = counted(_HARMS.filter(referral__in=pks(self.rows)), "listitem")
        without = self.rows.filter(~Exists(_HARMS.filter(referral=OuterRef("pk")))).count()
        return counts.vocabulary_bars(found, ListItem.objects.filter(list=ListName.HARM), without)

    @property
    def together(self) -> Pairs:
        return pairs_of(self._pairs, self._themes)

    @property
    def teams(self) -> tuple[TeamLine, ...]:
        return team_lines(self._tally, self._teams)

    def themes_over_time(self, steps: Sequence[Step]) -> Trend:
        """Each theme that occurs at all, in the themes' order, step by step by the day received."""
        tags = _TAGS.filter(trackerentry__referral__in=pks(within(self.rows, steps)))
        tags = tags.annotate(begin=Trunc("trackerentry__referral__received_on", steps[0].unit))
        return trend_of(counted(tags, "theme", "begin"), self._themes, steps)

    @cached_property
    def _tally(self) -> dict[tuple, int]:
        """{(team, agency, state): number}."""
        return {values: number for *_, values, number in self._groups}

    @property
    def span(self) -> tuple[date, date]:
        """The first and the last day on which one was received. There has to be one."""
        return min(first for first, *_ in self._groups), max(last for _, last, *_ in self._groups)

    @cached_property
    def _groups(self) -> list[tuple]:
        """[(first received, last received, (team, agency, state), number)]."""
        found = self.rows.values_list("team", "agency", "state").annotate(
            number=Count("pk"), first=Min("received_on"), last=Max("received_on")
        )
        return [(first, last, tuple(values), number) for *values, number, first, last in found]

    def _tally_of(self, part: int) -> Counter:
        found = Counter()
        for values, number in self._tally.items():
            found[values[part]] += number
        return found

    @cached_property
    def _pairs(self) -> dict[tuple[int, int], int]:
        """{(theme, the same or a later one): number}."""
        tags = _TAGS.filter(trackerentry__referral__in=pks(self.rows), trackerentry__themes__gte=F("theme"))
        return counted(tags, "theme", "trackerentry__themes")

    @cached_property
    def _themes(self) -> list[Theme]:
        return list(Theme.objects.kept())

    @cached_property
    def _teams(self) -> list[Team]:
        """Every team with its agency, and with the day of its `last` referral where `everything` is given."""
        found = Team.objects.select_related("agency").order_by("name", "agency__name")
        if self.everything is not None:
            own = self.everything.filter(team=OuterRef("pk")).order_by("-received_on").values("received_on")
            found = found.annotate(last=Subquery(own[:1]))
        return list(found)
