"""The figures against hand-written SQL: on rows made here and on the sample trackers; months, clock changes, cost."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Agency
from accounts.permissions import Role
from consultations.models import Feedback, Referral
from consultations.services import access
from core.models import ListItem
from core.models.lists import ListName
from tests.factories import a_draft, a_person, a_referral, a_team, an_action, an_entry
from tests.tracker import figures_sql
from tracker import figures
from tracker.figures import NONE, Period, Unit
from tracker.models import Theme
from tracker.services.imports_at_once import import_tracker

pytestmark = pytest.mark.django_db
PRACTICE = settings.BASE_DIR.parent / "shared" / "practice"
CLEAN, MESSY = PRACTICE / "legacy-tracker-clean.xlsx", PRACTICE / "legacy-tracker-messy.xlsx"
STATES = ["screening", "information", "planned", "held", "held", "signposted", "withdrawn"]


def analyse() -> None:
    """Let PostgreSQL know its rows, as it does of a database that is in use: plans without that may be slow."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def a_world(by, cs, number: int = 28) -> None:
    """Referrals of two teams in every state, over four months, with and without what the figures count."""
    themes, harms = list(Theme.objects.all()), list(ListItem.objects.of(ListName.HARM))
    teams = [a_team("Near team"), a_team("Far team", agency="Police")]
    today = timezone.localdate()
    for each in range(number):
        person = a_person(Role.PRACTITIONER, team=teams[each % 2])
        referral = a_referral(
            STATES[each % 7], by=person, cs=cs, received_on=today - timedelta(days=each * 4), team=teams[each % 2]
        )
        referral.harms.set(harms[each % 3 : each % 3 + each % 4])
        if each % 5 == 0:
            Referral.objects.filter(pk=referral.pk).update(team=None)
        if each % 11 == 0:
            Referral.objects.filter(pk=referral.pk).update(agency=None)
        if referral.state in ("held", "signposted", "withdrawn") and each % 4:
            concern = ["individual", "home", "school"][each % 3]
            an_entry(referral, by=cs, primary_concern=concern, themes=themes[each % 4 : each % 4 + each % 5])
        if referral.state == "held":
            Feedback.objects.create(referral=referral, asked_at=timezone.now())
            for late in range(each % 3):
                an_action(referral, by=cs, due=today - timedelta(days=late))
        if each % 9 == 0:
            access.restrict(referral, reason="Known to the team.", people=[by] if each % 2 else [], by=cs)
    a_draft(a_person(Role.PRACTITIONER, team=teams[0]))


@pytest.fixture
def manager():
    return a_person(Role.MANAGER)


@pytest.fixture
def made(manager):
    a_world(manager, a_person(Role.CS_PRACTITIONER))


@pytest.fixture(params=[CLEAN, MESSY], ids=lambda path: path.stem)
def imported(request, manager):
    if not request.param.exists():
        pytest.skip(f"{request.param} is not here")
    import_tracker(request.param, by=manager)
    analyse()


def seen_by(user):
    return Referral.objects.visible_to(user).sent()


def check_all(user, rows, **sql) -> None:
    """Every figure about `rows` is what its SQL says."""
    everything = seen_by(user)
    sql |= {"today": timezone.localdate()}

    def ask(statement: str) -> list[tuple]:
        return figures_sql.run(statement, user, **sql)

    found = figures.headlines(rows)
    for name in ("received", "screened", "planned", "held", "signposted", "withdrawn", "waiting"):
        assert getattr(found, name) == ask(name)[0][0], name
    for name in ("to_screening", "to_consultation"):
        days = getattr(found, name)
        assert (days.median, days.ninetieth, days.count) == ask(name)[0], name
    waits = figures.outstanding(rows)
    for name in ("entry_due", "feedback", "with_overdue", "overdue_actions"):
        assert getattr(waits, name) == ask(name)[0][0], name
    for name in ("by_team", "by_agency", "by_concern", "by_theme", "by_harm", "by_outcome"):
        bars = getattr(figures, name)(rows)
        assert len({bar.key for bar in bars}) == len(bars)
        assert {bar.key: bar.count for bar in bars if bar.count} == dict(ask(name)), name
    months = ask("by_month")
    if months:
        days = [date.fromisoformat(f"{months[end][0]}-28") for end in (0, -1)]
        steps = Period(days[0].replace(day=1), days[1]).steps(Unit.MONTH)
        steps = (*steps[:-1], Period(days[1].replace(day=1), timezone.localdate()).steps(Unit.MONTH)[0])
        check_over_time(rows, ask, steps)
    lines = figures.teams(rows, everything)
    assert {line.key: (line.received, line.signposted, line.last) for line in lines} == {
        key: tuple(numbers) for key, *numbers in ask("teams")
    }


def check_over_time(rows, ask, steps) -> None:
    found = figures.by_month(rows, steps)
    assert {(f"{one.step.begin:%Y-%m}", one.received, one.held, one.signposted) for one in found if one.received} == {
        *ask("by_month")
    }
    trend = figures.themes_over_time(rows, steps)
    assert {
        (line.key, f"{step.begin:%Y-%m}", number)
        for line in trend.lines
        for step, number in zip(trend.steps, line.counts, strict=True)
        if number
    } == {*ask("themes_over_time")}
    pairs = figures.together(rows)
    assert {
        (one, other, number)
        for one, numbers in zip(pairs.keys, pairs.counts, strict=True)
        for other, number in zip(pairs.keys, numbers, strict=True)
        if number
    } == {*ask("together")}


def test_every_figure_on_made_rows(manager, made):
    rows = seen_by(manager)
    assert 20 < rows.count() < Referral.objects.sent().count()  # some are restricted
    check_all(manager, rows)


def test_every_figure_on_the_imported_sample(manager, imported):
    rows = seen_by(manager)
    assert rows.count() > 100
    check_all(manager, rows)
    assert figures.headlines(rows).to_screening.count == 0  # an imported row says nothing of its screening


def test_no_rows_at_all(manager):
    check_all(manager, seen_by(manager))
    found = figures.headlines(seen_by(manager))
    assert found.to_screening == figures.Days(None, None, 0)


def test_a_restricted_referral_counts_only_for_who_may_see_it(manager, made):
    outsider = a_person(Role.MANAGER)
    check_all(outsider, seen_by(outsider))
    assert figures.headlines(seen_by(outsider)).received < figures.headlines(seen_by(manager)).received


def test_bars_say_where_nothing_is_recorded(manager, made):
    rows = seen_by(manager)
    for name in ("by_team", "by_agency", "by_concern", "by_theme", "by_harm"):
        last = getattr(figures, name)(rows)[-1]
        assert (last.key, last.label) == (NONE, "Not recorded"), name
    Agency.objects.update(active=False)
    assert [bar.count for bar in figures.by_agency(rows)]  # one that is switched off still referred


def test_screening_is_counted_in_days_of_the_london_calendar(manager):
    referral = a_referral("signposted", received_on=date(2025, 3, 30))
    for moment, days in [
        (datetime(2025, 3, 30, 22, 59, tzinfo=UTC), 0),  # 23:59 in summer time, which began that night
        (datetime(2025, 3, 30, 23, 0, tzinfo=UTC), 1),  # past midnight in London
        (datetime(2025, 10, 25, 23, 30, tzinfo=UTC), 210),  # 0:30 on the day that summer time ends
        (datetime(2025, 12, 31, 23, 30, tzinfo=UTC), 276),
        (datetime(2026, 1, 1, 0, 0, tzinfo=UTC), 277),
    ]:
        Referral.objects.filter(pk=referral.pk).update(screened_at=moment)
        assert figures.headlines(seen_by(manager)).to_screening == figures.Days(days, days, 1), moment


def test_months_at_the_end_of_the_year(manager):
    for day in (date(2024, 12, 31), date(2025, 1, 1), date(2025, 1, 31), date(2025, 2, 1)):
        a_referral(received_on=day)
    steps = Period(date(2024, 12, 1), date(2025, 2, 28)).steps()
    found = figures.by_month(seen_by(manager), steps)
    assert [(one.step.label, one.received) for one in found] == [
        ("December 2024", 1), ("January 2025", 2), ("February 2025", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last", "before", "words"),
    [
        ("2025-12-01", "2025-12-31", ("2025-11-01", "2025-11-30"), "December 2025"),
        ("2025-03-01", "2025-03-31", ("2025-02-01", "2025-02-28"), "March 2025"),
        ("2024-02-01", "2024-02-29", ("2024-01-01", "2024-01-31"), "February 2024"),
        ("2025-01-01", "2025-03-31", ("2024-10-01", "2024-12-31"), "January to March 2025"),
        ("2025-04-01", "2026-03-31", ("2024-04-01", "2025-03-31"), "April 2025 to March 2026"),
        ("2025-11-28", "2026-11-27", ("2024-11-28", "2025-11-27"), "28 November 2025 to 27 November 2026"),
        ("2024-02-29", "2025-02-28", ("2023-02-28", "2024-02-28"), "29 February 2024 to 28 February 2025"),
        ("2026-11-01", "2026-11-27", ("2026-10-05", "2026-10-31"), "1 to 27 November 2026"),
        ("2026-11-27", "2026-11-27", ("2026-11-26", "2026-11-26"), "27 November 2026"),
        ("2026-10-30", "2026-11-02", ("2026-10-26", "2026-10-29"), "30 October to 2 November 2026"),
        ("1000-01-01", "2026-11-27", ("0001-01-01", "0999-12-31"), "1 January 1000 to 27 November 2026"),
    ],
)
def test_the_period_before(first, last, before, words):
    period = Period(date.fromisoformat(first), date.fromisoformat(last))
    assert str(period) == words
    if first.startswith("1000"):
        assert period.before() is None  # the calendar does not reach so far
    else:
        assert period.before() == Period(*map(date.fromisoformat, before))


def test_steps_cover_the_period_once_without_gaps():
    for days in (1, 27, 31, 90, 366, 800, 3000, 9000):
        last = date(2026, 11, 27)
        period = Period(last - timedelta(days=days - 1), last)
        steps = period.steps()
        assert (steps[0].first, steps[-1].last) == (period.first, period.last)
        assert all(one.last + timedelta(days=1) == other.first == other.begin for one, other in pairwise(steps))
        assert len(steps) <= 34
    assert len(Period(date(1000, 1, 1), date(9999, 12, 31)).steps()) == 60


@pytest.mark.parametrize("number", [1, 3, 30])
def test_the_number_of_queries_does_not_grow(manager, number):
    a_world(manager, a_person(Role.CS_PRACTITIONER), number)
    rows, steps = seen_by(manager), Period(date(2026, 1, 1), timezone.localdate()).steps()
    with CaptureQueriesContext(connection) as asked:
        figures.headlines(rows), figures.outstanding(rows), figures.by_month(rows, steps)
        for name in ("by_team", "by_agency", "by_concern", "by_theme", "by_harm", "by_outcome"):
            getattr(figures, name)(rows)
        figures.themes_over_time(rows, steps), figures.together(rows), figures.teams(rows, rows)
    assert len(asked) == 23
