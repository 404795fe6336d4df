"""What the benchmark compares the dashboard with yields the very numbers of the page."""

import pytest
from django.http import QueryDict
from django.utils import timezone

from accounts.permissions import Role
from benchmarks import dashboard_sql
from tests.factories import a_person
from tests.tracker.test_figures import a_world
from tracker import figures
from tracker.dashboard import Dashboard, asked_for

pytestmark = pytest.mark.django_db


def test_the_statements_of_the_benchmark_yield_the_page_s_numbers():
    manager = a_person(Role.MANAGER)
    a_world(manager, a_person(Role.CS_PRACTITIONER))
    today = timezone.localdate()
    asked = asked_for(QueryDict("period=this-quarter"), {}, today)
    period, before = asked.period, asked.period.before()
    found = dashboard_sql.run(
        user=manager.pk, today=today, period=(period.first, period.last), before=(before.first, before.last)
    )
    page = Dashboard(manager, QueryDict(), {}, asked)
    own = page.figures
    for name, rows in (("headlines", page.rows), ("headlines before", page._of(before))):
        one = figures.headlines(rows)
        ((*counts, screening, consultation),) = found[name]
        assert counts == [one.received, one.planned, one.held, one.signposted, one.withdrawn]
        assert (screening or [None, None]) == [one.to_screening.median, one.to_screening.ninetieth]
        assert (consultation or [None, None]) == [one.to_consultation.median, one.to_consultation.ninetieth]
    waits = figures.outstanding(page.ever)
    assert found["data entry due"] == [(waits.entry_due,)]
    assert found["feedback outstanding"] == [(waits.feedback,)]
    assert found["overdue actions"] == [(waits.overdue_actions, waits.with_overdue)]
    months = figures.by_month(page.rows, period.steps())
    assert sorted(found["by month"]) == [
        (one.step.begin, one.received, one.held, one.signposted) for one in months if one.received
    ]

    def counted(bars, key=str, none=None) -> dict:
        return {(none if bar.key == figures.NONE else key(bar.key)): bar.count for bar in bars if bar.count}

    assert dict(found["by outcome"]) == counted(own.by_outcome)
    assert dict(found["by agency"]) == counted(own.by_agency, int)
    assert {team: number for team, number, _ in found["by team"]} == counted(own.by_team, int)
    assert dict(found["by concern"]) == counted(own.by_concern, none="")
    for name, bars in (("theme", own.by_theme), ("harm", own.by_harm)):
        counts = counted(bars, int)
        assert found[f"without {name}"] == [(counts.pop(None, 0),)]
        assert dict(found[f"by {name}"]) == counts
    trend = own.themes_over_time(period.steps())
    assert {(theme, begin): number for theme, begin, number in found["themes over time"]} == {
        (int(line.key), step.begin): number
        for line in trend.lines
        for step, number in zip(trend.steps, line.counts, strict=True)
        if number
    }
    pairs = own.together
    assert {frozenset((one, other)): number for one, other, number in found["together"]} == {
        frozenset((int(pairs.keys[i]), int(pairs.keys[j]))): pairs.counts[i][j]
        for i in range(len(pairs.keys))
        for j in range(i)
        if pairs.counts[i][j]
    }
    signposted = {team: number for team, _, number in found["by team"]}
    assert {(int(line.key), line.signposted, line.last) for line in own.teams} == {
        (team, signposted.get(team, 0), last) for team, last in found["last referral of each team"]
    }
