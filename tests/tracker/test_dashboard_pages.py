"""The dashboard page where it begins with no rows, or with those of the sample trackers: times, words, teams."""

from datetime import date, timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from accounts.models import Team
from accounts.permissions import Role
from tests.factories import a_person, a_referral, a_team
from tests.permissions.requests import date_parts
from tests.tracker.test_dashboard import TODAY, check_filtered, dashboard_of, pairs
from tests.tracker.test_figures import CLEAN, MESSY, analyse
from tracker import rows
from tracker.dashboard import Asked, asked_for
from tracker.dashboard.words import change, day_change, days
from tracker.figures import Period
from tracker.services.imports_at_once import import_tracker

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return a_person(Role.MANAGER)


@pytest.fixture
def browser(signed_in, manager):
    return signed_in(manager)


@pytest.mark.parametrize(("sample", "begin"), [(CLEAN, 0), (MESSY, 3)], ids=["clean", "messy"])
def test_every_figure_under_filters_of_the_imported_sample(manager, sample, begin):
    """Every sixth pair of filters, others of the one file than of the other."""
    if not sample.exists():
        pytest.skip(f"{sample} is not here")
    import_tracker(sample, by=manager)
    analyse()
    for query, where in [options[0] for options in pairs()[begin::6]]:
        check_filtered(manager, query, where)


@pytest.mark.parametrize(
    ("query", "period"),
    [
        ("", ("2025-11-28", "2026-11-27")),
        ("period=nonsense", ("2025-11-28", "2026-11-27")),
        ("period=this-month", ("2026-11-01", "2026-11-27")),
        ("period=last-month", ("2026-10-01", "2026-10-31")),
        ("period=this-quarter", ("2026-10-01", "2026-11-27")),
        ("period=financial-year", ("2026-04-01", "2026-11-27")),
        ("period=all", None),
        ("received_from_day=1&received_from_month=1&received_from_year=2026", ("2026-01-01", "2026-11-27")),
        ("period=all&received_from_day=1&received_from_month=1&received_from_year=2030", ("2030-01-01", "2030-01-01")),
        ("received_to_day=31&received_to_month=3&received_to_year=2025", ("2024-04-01", "2025-03-31")),
        ("received_to_day=31&received_to_month=2&received_to_year=2025", ("2025-11-28", "2026-11-27")),
    ],
)
def test_which_time_is_asked_for(query, period):
    query = QueryDict(query)
    asked = asked_for(query, rows.filter_from(query).chosen(), TODAY)
    assert asked.period == (Period(*map(date.fromisoformat, period)) if period else None)


def test_presets_on_the_first_day_of_the_financial_year():
    asked = asked_for(QueryDict("period=financial-year"), {}, date(2027, 3, 31))
    assert asked == Asked("financial-year", Period(date(2026, 4, 1), date(2027, 3, 31)))
    assert asked_for(QueryDict("period=financial-year"), {}, date(2027, 4, 1)).period.days == 1


def test_how_a_figure_changed_is_said_in_words():
    october = Period(date(2026, 10, 1), date(2026, 10, 31))
    year = Period(date(2024, 11, 28), date(2025, 11, 27))
    fortnight = Period(date(2026, 10, 1), date(2026, 10, 14))
    assert change(9, 5, october) == "4 more than in October 2026"
    assert change(5, 1300, year) == "1,295 fewer than in the 12 months before"
    assert change(5, 5, fortnight) == "As many as in the 14 days before"
    assert change(0, 0, october) == "None in October 2026 either"
    assert [days(number) for number in (None, 0, 1, 1.04, 2.5, 4.0, 1200)] == [
        "Not known", "0 days", "1 day", "1 day", "2.5 days", "4 days", "1,200 days",
    ]  # fmt: skip
    assert day_change(5, 3.5, october) == "1.5 days longer than in October 2026"
    assert day_change(3, 4, october) == "1 day shorter than in October 2026"
    assert day_change(3, 3, october) == "As long as in October 2026"
    assert day_change(3, None, october) == ""


def test_headlines_are_compared_with_the_period_before(signed_in, manager):
    cs = a_person(Role.CS_PRACTITIONER)
    for day in (date(2026, 10, 1), date(2026, 10, 31), date(2026, 9, 30), date(2026, 9, 1), date(2026, 9, 2)):
        a_referral("held", cs=cs, received_on=day)
    query = QueryDict("period=last-month")
    context = dashboard_of(manager, query, TODAY).context()
    assert str(context["before"]) == "September 2026"
    assert [figure.change for figure in context["headlines"][:4]] == [
        "1 fewer than in September 2026", "1 fewer than in September 2026", "1 fewer than in September 2026",
        "None in September 2026 either",
    ]  # fmt: skip


def test_outstanding_work_shows_whenever_the_referral_was_received(browser, manager):
    a_referral("held", received_on=timezone.localdate() - timedelta(days=700))
    context = browser.get(reverse("tracker:dashboard")).context
    assert context["received"] == 0
    assert context["outstanding"][0].number == "1"
    assert browser.get(context["outstanding"][0].url).status_code == 200


def test_teams_that_may_need_training(browser, manager):
    silent, keen, misled = (a_team(name) for name in ("Silent", "Keen", "Misled"))
    Team.objects.filter(pk=a_team("Gone").pk).update(active=False)
    cs = a_person(Role.CS_PRACTITIONER)
    for team, states in ((keen, ["held", "held", "signposted"]), (misled, ["signposted"] * 3 + ["held"] * 2)):
        person = a_person(Role.PRACTITIONER, team=team)
        for state in states:
            a_referral(state, by=person, cs=cs, team=team)
    context = browser.get(reverse("tracker:dashboard")).context
    names = {row.line.name for row in context["teams"]}
    assert {"Silent", "Keen", "Misled"} <= names
    assert "Gone" not in names
    assert silent.name in {row.line.name for row in context["never"]}
    assert [row.line.name for row in context["often_signposted"]] == ["Misled"]
    row = context["often_signposted"][0]
    assert (row.line.received, row.line.signposted, row.line.per_cent) == (5, 3, 60)
    assert row.line.last == timezone.localdate()
    narrowed = browser.get(reverse("tracker:dashboard"), {"team": keen.pk}).context
    assert [row.line.name for row in narrowed["teams"]] == ["Keen"]


def test_empty_states(browser, manager):
    page = browser.get(reverse("tracker:dashboard")).content.decode()
    assert "There are no referrals yet" in page
    a_referral(received_on=timezone.localdate() - timedelta(days=800))
    page = browser.get(reverse("tracker:dashboard")).content.decode()
    assert "No referral in this period" in page
    assert 'href="/tracker/dashboard/?period=all"' in page
    page = browser.get(reverse("tracker:dashboard"), {"state": "held", "period": "all"}).content.decode()
    assert "No referral matches these filters" in page
    assert "Clear filters" in page
    page = browser.get(reverse("tracker:dashboard"), {"period": "all"}).content.decode()
    assert "Only 1 referral: too few" in page


@pytest.mark.parametrize(
    "query",
    [
        {"period": ["all", "x\x00"]}, {"period": "\x00"}, {"period": "9" * 3000}, {"team": "none"}, {"team": "9" * 30},
        {"themes": ["x", "none"]}, {"q": "\x00"}, {"q": "x" * 300}, {"match": "all"}, {"also_theme": "none"},
        date_parts("received_from", date(1000, 1, 1)), date_parts("received_to", date(1000, 1, 1)),
        date_parts("received_from", date(2999, 12, 31)),
        date_parts("received_from", date(1000, 1, 1)) | date_parts("received_to", date(2999, 12, 31)),
        date_parts("received_from", date(2026, 2, 2)) | date_parts("received_to", date(2026, 1, 1)),
        {"received_from_day": "31", "received_from_month": "2", "received_from_year": "2024"},
        {"received_from": "2024-01-01", "received_to_year": "99999"},
    ],
    ids=str,
)  # fmt: skip
def test_no_query_breaks_the_page(browser, query):
    a_referral()
    assert browser.get(reverse("tracker:dashboard"), query).status_code == 200
