"""What the training register tells: courses in order, people's histories, and what each team still needs."""

import calendar
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, CharField, Count, F, Max, Q, QuerySet, When
from django.db.models.functions import Cast, Coalesce, Lower
from django.urls import reverse

from accounts.models import Team
from accounts.permissions import Permission, can
from consultations.choices import ReferralState
from consultations.models import Referral
from core.forms import DATE_PARTS

from . import figures
from .choices import AttendanceStatus
from .figures import TeamLine
from .models import Champion, TrainingAttendance, TrainingCourse

# How the list of courses may be sorted: the word in the URL → the column. Anything else sorts by the newest.
COURSE_SORTS = {"date": "held_on", "title": "title", "kind": "kind", "trainer": "trainer", "attended": "attended"}
NEWEST_FIRST = "-date"

# Who an attendance is about: the account, else the name. Within a team it tells people apart.
_SOMEBODY = Coalesce(Cast("person", CharField()), Lower("name"))


def sort_from(query, sorts: Any, default: str) -> str:
    """The sort key in a query where it is one of `sorts`, "-" before it for descending; else the default."""
    asked = query.get("sort", "")
    return asked if asked.removeprefix("-") in sorts else default


def courses_in_order(courses: QuerySet, sort: str) -> QuerySet:
    """Courses with their counts, sorted by one of COURSE_SORTS."""
    column = F(COURSE_SORTS[sort.removeprefix("-")])
    first = column.desc() if sort.startswith("-") else column.asc()
    return courses.with_counts().order_by(first, "-held_on", "title", "pk")


def trained_in(courses: QuerySet) -> int:
    """How many people attended any of these courses; who attended several counts once in a team."""
    there = TrainingAttendance.objects.there().filter(status=AttendanceStatus.ATTENDED, course__in=courses.values("pk"))
    return there.order_by().values(somebody=_SOMEBODY, where=Case(When(person=None, then="team"))).distinct().count()


def people_of(course: TrainingCourse) -> list[TrainingAttendance]:
    """Everybody on the list of a course, by team and name; one query."""
    found = with_names(course.people.there())
    return sorted(found, key=lambda one: (one.from_where == "", one.from_where.lower(), one.who.lower()))


def removed_from(course: TrainingCourse) -> list[TrainingAttendance]:
    """Who was removed from the list of a course, the last one first; one query."""
    return list(with_names(course.people.filter(removed_at__isnull=False)).order_by("-removed_at"))


def with_names(attendances: QuerySet) -> QuerySet:
    """With the person, team and agency of each, in the same query."""
    return attendances.select_related("person", "team", "agency", "removed_by")


def history_of(attendance: TrainingAttendance) -> list[TrainingAttendance]:
    """All courses of the person in `attendance`, the newest first; one query."""
    same = TrainingAttendance.objects.there().of_the_same(attendance)
    return list(with_names(same).select_related("course", "person", "team", "agency").order_by("-course__held_on"))


def champion_times_of(attendance: TrainingAttendance) -> list[Champion]:
    """When the person in `attendance` was a Champion of a team, the latest first; one query."""
    if attendance.person_id:
        mine = Champion.objects.filter(person=attendance.person_id)
    else:
        mine = Champion.objects.filter(person=None, name__iexact=attendance.name, team=attendance.team_id)
    return list(mine.select_related("team").order_by("-since"))


@dataclass
class TeamChampions:
    """The Champions of one team: who is it now, and everybody else, past or to come."""

    team: Team
    now: list[Champion] = field(default_factory=list)
    others: list[Champion] = field(default_factory=list)

    @property
    def is_without(self) -> bool:
        """Whether this is a team in use that nobody speaks for."""
        return self.team.active and not self.now


def champions_by_agency(user, *, agency=None, only_without: bool = False) -> dict[str, list[TeamChampions]]:
    """The teams in use, and those that had a Champion, by the names of agency and team; two queries."""
    champions = Champion.objects.visible_to(user).select_related("person", "team__agency").order_by("since", "pk")
    found = {champion.team_id: TeamChampions(champion.team) for champion in champions}
    teams = Team.objects.filter(active=True, agency__active=True).select_related("agency")
    found |= {team.pk: TeamChampions(team) for team in teams}
    for champion in champions:
        one = found[champion.team_id]
        (one.now if champion.state == "current" else one.others).append(champion)
    agencies: dict[str, list[TeamChampions]] = {}
    for one in sorted(found.values(), key=lambda one: (one.team.agency.name.lower(), one.team.name.lower())):
        if (agency is None or one.team.agency_id == agency.pk) and (one.is_without or not only_without):
            agencies.setdefault(one.team.agency.name, []).append(one)
    return agencies


def year_before(day: date) -> date:
    """The first day of the twelve months that end with `day`."""
    last = calendar.monthrange(day.year - 1, day.month)[1]
    return date(day.year - 1, day.month, min(day.day, last)) + timedelta(days=1)


@dataclass
class TeamNeed:
    """One team: how many were trained, its Champions, and, for who sees the tracker, how it refers."""

    team: Team
    trained_lately: int = 0
    trained_ever: int = 0
    last_course: date | None = None
    champions: list[Champion] = field(default_factory=list)
    referred: TeamLine | None = None

    @property
    def name(self) -> str:
        return self.team.name.lower()

    @property
    def agency(self) -> str:
        return self.team.agency.name.lower()

    @property
    def received(self) -> int:
        return self.referred.received if self.referred else 0

    @property
    def signposted(self) -> int:
        """In per cent of what was received; below 0 where nothing was, to sort by."""
        per_cent = self.referred.per_cent if self.referred else None
        return -1 if per_cent is None else per_cent

    @property
    def needs(self) -> list[str]:
        """What is missing, in words."""
        found = []
        if self.referred and self.referred.last is None:
            found.append("Has never referred")
        elif self.referred and self.referred.never:
            found.append("No referral in the last 12 months")
        elif self.referred and self.referred.often_signposted:
            found.append("Most referrals were signposted")
        if self.trained_ever == 0:
            found.append("Nobody trained yet")
        elif self.trained_lately == 0:
            found.append("Nobody trained in the last 12 months")
        if not self.champions:
            found.append("No Champion")
        return found


# How the list of teams may be sorted: the word in the URL → what of a TeamNeed. Those about referrals are for who
# sees the tracker.
TEAM_SORTS = {
    "team": lambda need: need.name,
    "agency": lambda need: (need.agency, need.name),
    "lately": lambda need: need.trained_lately,
    "ever": lambda need: need.trained_ever,
    "last": lambda need: need.last_course or date.min,
    "champions": lambda need: len(need.champions),
    "needs": lambda need: len(need.needs),
}
REFERRAL_SORTS = {
    "received": lambda need: need.received,
    "signposted": lambda need: need.signposted,
}


def sorts_for(user) -> dict[str, Any]:
    """By what this person may sort the teams."""
    return TEAM_SORTS | (REFERRAL_SORTS if can(user, Permission.TRACKER_SEE) else {})


def needs_of_teams(user, today: date, *, agency=None, referrals: bool = True) -> list[TeamNeed]:
    """What each team in use needs, by name; four queries at most.

    Whoever does not see the tracker learns nothing of referrals: of a small team even a count would say too much.
    """
    teams = Team.objects.filter(active=True, agency__active=True).select_related("agency")
    if agency is not None:
        teams = teams.filter(agency=agency)
    found = {team.pk: TeamNeed(team) for team in teams}
    _count_training(found, today)
    for champion in Champion.objects.current(today).select_related("person").order_by("since"):
        if champion.team_id in found:
            found[champion.team_id].champions.append(champion)
    if referrals and can(user, Permission.TRACKER_SEE):
        _add_referrals(found, user, today)
    return sorted(found.values(), key=lambda need: (need.name, need.agency))


def in_order(needs: list[TeamNeed], sort: str, sorts: dict[str, Any]) -> list[TeamNeed]:
    """The teams sorted by one of `sorts`; what is equal stays in the order of names."""
    return sorted(needs, key=sorts[sort.removeprefix("-")], reverse=sort.startswith("-"))


def tracker_rows(team: Team, today: date, *, signposted: bool = False) -> str:
    """The address of a team's referrals of the last twelve months in the tracker."""
    query: dict[str, Any] = {"team": team.pk}
    for name, day in (("received_from", year_before(today)), ("received_to", today)):
        query |= {f"{name}_{part}": getattr(day, part) for part in DATE_PARTS}
    if signposted:
        query["state"] = ReferralState.SIGNPOSTED.value
    return f"{reverse('tracker:tracker')}?{urlencode(query)}"


def _count_training(found: dict[int, TeamNeed], today: date) -> None:
    """A person counts once in a team, however many courses they attended. Team is the one of that day."""
    lately = Q(course__held_on__gte=year_before(today))
    counts = (
        TrainingAttendance.objects.there()
        .filter(status=AttendanceStatus.ATTENDED, course__held_on__lte=today, team__isnull=False)
        .values("team")
        .annotate(
            ever=Count(_SOMEBODY, distinct=True),
            lately=Count(_SOMEBODY, filter=lately, distinct=True),
            last=Max("course__held_on"),
        )
        .order_by()
    )
    for row in counts:
        if need := found.get(row["team"]):
            need.trained_ever, need.trained_lately, need.last_course = row["ever"], row["lately"], row["last"]


def _add_referrals(found: dict[int, TeamNeed], user, today: date) -> None:
    everything = Referral.objects.visible_to(user).sent()
    lately = everything.filter(received_on__gte=year_before(today), received_on__lte=today)
    for line in figures.teams(lately, everything):
        if need := found.get(int(line.key)):
            need.referred = line
