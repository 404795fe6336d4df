"""The dashboard: each figure under every filter with every other, each link to its rows, and who sees what."""

import itertools
import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from accounts.models import Team
from accounts.permissions import Role
from consultations.models import Referral
from core.models import AuditEvent, ListItem
from core.models.lists import ListName
from tests.factories import a_person, a_referral, a_team
from tests.permissions.requests import date_parts
from tests.tracker import figures_sql
from tests.tracker.test_figures import CLEAN, MESSY, a_world, analyse, check_all
from tracker import rows
from tracker.dashboard import Asked, Dashboard, asked_for
from tracker.dashboard.words import change, day_change, days
from tracker.figures import Period
from tracker.models import Theme, TrackerEntry
from tracker.services.imports_at_once import import_tracker

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 27)
ENTRY = "tracker_trackerentry e WHERE e.referral_id = s.id"
TAG = "tracker_trackerentry_themes t JOIN tracker_trackerentry e ON e.id = t.trackerentry_id WHERE e.referral_id = s.id"
HARM = "consultations_referral_harms h WHERE h.referral_id = s.id"


@pytest.fixture
def manager():
    return a_person(Role.MANAGER)


@pytest.fixture
def browser(signed_in, manager):
    return signed_in(manager)


@pytest.fixture
def made(manager):
    a_world(manager, a_person(Role.CS_PRACTITIONER), 36)


def filters() -> dict[str, list[tuple[dict, str]]]:
    """Every filter: some of its values, each as the query and as hand-written SQL about a referral `s`."""
    team, other = Team.objects.order_by("pk")[:2]
    one, two, three = Theme.objects.all()[1:4]
    harm, more = ListItem.objects.of(ListName.HARM)[:2]
    middle = timezone.localdate() - timedelta(days=60)
    overdue = (
        "EXISTS (SELECT 1 FROM consultations_consultation c JOIN consultations_consultationaction a"
        " ON a.consultation_id = c.id WHERE c.referral_id = s.id AND a.status = 'open' AND a.due < %(today)s)"
    )
    none = "NOT EXISTS (SELECT 1 FROM {})"

    def has(source: str, condition: str) -> str:
        return f"EXISTS (SELECT 1 FROM {source} AND {condition})"

    return {
        "dates": [
            (date_parts("received_from", middle), f"s.received_on >= '{middle}'"),
            (date_parts("received_to", middle), f"s.received_on <= '{middle}'"),
            ({"period": "all"}, "TRUE"),
        ],
        "state": [
            ({"state": "held"}, "s.state = 'held'"),
            ({"state": ["signposted", "withdrawn"]}, "s.state IN ('signposted', 'withdrawn')"),
        ],
        "concern": [
            ({"concern": "home"}, has(ENTRY, "e.primary_concern = 'home'")),
            (
                {"concern": ["school", "none"]},
                "("
                + has(ENTRY, "e.primary_concern = 'school'")
                + " OR NOT "
                + has(ENTRY, "e.primary_concern <> ''")
                + ")",
            ),
        ],
        "themes": [
            ({"themes": one.pk}, has(TAG, f"t.theme_id = {one.pk}")),
            ({"themes": [two.pk, three.pk]}, has(TAG, f"t.theme_id IN ({two.pk}, {three.pk})")),
            (
                {"themes": [one.pk, two.pk], "match": "all"},
                f"{has(TAG, f't.theme_id = {one.pk}')} AND {has(TAG, f't.theme_id = {two.pk}')}",
            ),
            ({"themes": "none"}, none.format(TAG)),
        ],
        "harm": [
            ({"harm": [harm.pk, more.pk]}, has(HARM, f"h.listitem_id IN ({harm.pk}, {more.pk})")),
            ({"harm": "none"}, none.format(HARM)),
        ],
        "team": [
            ({"team": team.pk}, f"s.team_id = {team.pk}"),
            ({"team": [other.pk, "none"]}, f"(s.team_id = {other.pk} OR s.team_id IS NULL)"),
        ],
        "agency": [
            ({"agency": team.agency_id}, f"s.agency_id = {team.agency_id}"),
            ({"agency": "none"}, "s.agency_id IS NULL"),
        ],
        "entry": [
            (
                {"entry": "due"},
                "(s.state IN ('held', 'signposted', 'withdrawn') AND s.screened_at IS NOT NULL"
                f" AND NOT {has(ENTRY, 'e.completed_at IS NOT NULL')})",
            ),
            ({"entry": "done"}, has(ENTRY, "e.completed_at IS NOT NULL")),
        ],
        "feedback": [
            (
                {"feedback": "outstanding"},
                "EXISTS (SELECT 1 FROM consultations_feedback f"
                " WHERE f.referral_id = s.id AND f.answered_at IS NULL)",
            ),
        ],
        "screened": [
            ({"screened": "yes"}, "s.screened_at IS NOT NULL"),
            ({"screened": "no"}, "s.screened_at IS NULL"),
        ],
        "consulted": [
            (
                {"consulted": "yes"},
                "EXISTS (SELECT 1 FROM consultations_consultation c"
                " WHERE c.referral_id = s.id AND c.held_on IS NOT NULL)",
            ),
        ],
        "actions": [({"actions": "overdue"}, overdue)],
        "context": [({"context": "towpath"}, has(ENTRY, r"e.detail ~* '\mtowpath'"))],
        "q": [({"q": "Lock"}, has(ENTRY, r"e.detail ~* '\mlock'"))],
    }  # fmt: skip


def query_of(parts: list[dict]) -> QueryDict:
    query = QueryDict(mutable=True)
    for part in parts:
        for name, value in part.items():
            query.setlist(name, [str(one) for one in (value if isinstance(value, list) else [value])])
    return query


def pairs() -> list[list[tuple[QueryDict, str]]]:
    """For every two filters: each value of the one with each of the other, as (query, SQL)."""
    found = filters()
    return [
        [
            (query_of([{"period": "all"}, first, second]), f"({sql}) AND ({other})")
            for (first, sql), (second, other) in itertools.product(found[one], found[another])
        ]
        for one, another in itertools.combinations(found, 2)
    ]


def dashboard_of(user, query: QueryDict, today: date | None = None) -> Dashboard:
    chosen = rows.filter_from(query).chosen()
    return Dashboard(user, query, chosen, asked_for(query, chosen, today or timezone.localdate()))


def within_today(query: QueryDict, where: str) -> str:
    """A page that has a first day alone goes on to today, one with a last day alone begins a year before."""
    if "received_to_day" in query and "received_from_day" not in query:
        last = date(*(int(query[f"received_to_{part}"]) for part in ("year", "month", "day")))
        where += f" AND s.received_on > ('{last}'::date - interval '1 year')"
    return where


def check_filtered(user, query: QueryDict, where: str) -> None:
    check_all(user, dashboard_of(user, query).rows, where=within_today(query, where))


def test_every_figure_under_each_filter(manager, made):
    for name, options in filters().items():
        for query, where in options:
            query = query_of([{"period": "all"}, query])
            assert dashboard_of(manager, query).rows.exists(), f"{name} leaves nothing"
            check_filtered(manager, query, where)


def test_every_figure_under_every_filter_with_every_other(manager, made):
    """All figures for one choice of each two filters, one that leaves rows where there is one; the rows for all."""
    analyse()
    empty = 0
    for options in pairs():
        to_check = options[0]
        for query, where in options:
            found = set(dashboard_of(manager, query).rows.values_list("pk", flat=True))
            assert found == sql_ids(manager, within_today(query, where)), query
            if found:
                to_check = (query, where)
        empty += not dashboard_of(manager, to_check[0]).rows.exists()
        check_filtered(manager, *to_check)
    assert empty < 15  # of 91: some have to be, as what is not screened has no consultation


def sql_ids(user, where: str) -> set:
    return {pk for (pk,) in figures_sql.run("ids", user, where=where, today=timezone.localdate())}


@pytest.mark.parametrize(("sample", "begin"), [(CLEAN, 0), (MESSY, 3)], ids=["clean", "messy"])
def test_every_figure_under_filters_of_the_imported_sample(manager, sample, begin):
    """Every sixth pair of filters, others of the one file than of the other."""
    if not sample.exists():
        pytest.skip(f"{sample} is not here")
    import_tracker(sample, by=manager)
    analyse()
    for query, where in [options[0] for options in pairs()[begin::6]]:
        check_filtered(manager, query, where)


def links_in(html: str) -> list[tuple[int, str]]:
    """(the number that a link says, its address) of every link to the list."""
    found = []
    for opening, inner in re.findall(r'<a ([^>]*href="/tracker/\?[^>]*)>(.*?)</a>', html, re.DOTALL):
        address = unescape(re.search(r'href="([^"]*)"', opening)[1])
        if "govuk-link" in opening:
            number = re.sub(r"<[^>]*>", " ", inner).split()[0]
        else:  # in a drawing: a column bears its number first, a bar and a cell last
            texts = re.findall(r"<text[^>]*>([^<]*)</text>", inner)
            number = texts[0] if len(texts) > 1 and "aria-label" in opening else texts[-1]
        found.append((int(number.replace(",", "")), address))
    return found


@pytest.mark.parametrize(
    "filters",
    [
        "period=all", "", "period=this-month", "period=all&state=held&state=signposted", "period=all&themes={theme}",
        "period=all&themes={theme}&themes={other}", "period=all&themes={theme}&themes={other}&match=all",
        "period=all&harm={harm}&concern=home&concern=none", "period=all&team={team}&team=none&entry=due",
        "period=all&themes=none&themes={theme}&agency=none", "period=all&feedback=outstanding&q=lock",
    ],
)  # fmt: skip
def test_every_number_opens_its_rows(browser, manager, made, filters):
    themes = Theme.objects.all()
    filters = filters.format(
        theme=themes[1].pk, other=themes[2].pk, harm=ListItem.objects.of(ListName.HARM)[1].pk,
        team=Team.objects.get(name="Near team").pk,
    )  # fmt: skip
    response = browser.get(f"{reverse('tracker:dashboard')}?{filters}")
    found = links_in(response.content.decode())
    days = [figure for figure in response.context["headlines"] if figure.number.endswith(("day", "days"))]
    if not filters or filters == "period=all":
        assert len(found) > 100
    for number, address in found:
        count = rows.rows_for(manager, rows.filter_from(QueryDict(address.partition("?")[2])).chosen()).count()
        if any(figure.url == address for figure in days):
            figure = next(figure for figure in days if figure.url == address)
            assert f"(of {count} referral" in figure.more
        else:
            assert count == number, address


def test_feedback_that_is_asked_for_anew_is_outstanding_and_not_given(browser, manager, made):
    """One that was imported with its feedback, then held again: else a figure of "given" would open no list."""
    TrackerEntry.objects.filter(referral__feedback__answered_at=None).update(feedback="It helped the school.")
    page = browser.get(reverse("tracker:dashboard"), {"period": "all", "feedback": "given"}).context
    assert page["outstanding"][1].number == "0"
    page = browser.get(reverse("tracker:dashboard"), {"period": "all"}).context
    waiting = page["outstanding"][1]
    assert int(waiting.number) == browser.get(waiting.url).context["count"].number > 0
    assert TrackerEntry.objects.filter(referral__feedback__answered_at=None, referral__feedback__pk__gt=0).exists()


def test_a_value_that_is_nowhere_does_not_undo_a_link(browser, manager, made):
    """The list leaves a filter with such a value out of account; a link that carried it on would find too many."""
    theme, harm = Theme.objects.all()[1], ListItem.objects.of(ListName.HARM)[0]
    for query in ({"themes": theme.pk, "also_theme": "999999"}, {"harm": harm.pk, "also_harm": "999999"}):
        page = browser.get(reverse("tracker:dashboard"), query | {"period": "all"}).content.decode()
        further = [one for one in links_in(page) if re.search("also_(theme|harm)=(?!999999)", one[1])]
        assert further
        for number, address in further:
            assert browser.get(address).context["count"].number == number, address


def test_a_link_leads_to_the_list_itself(browser, made):
    page = browser.get(f"{reverse('tracker:dashboard')}?period=all").context
    figure = page["headlines"][0]
    response = browser.get(figure.url)
    assert response.status_code == 200
    assert page["received"] == 34  # of 36, two are restricted and this manager has no access


def test_days_are_days_of_the_list(manager, made):
    """The links of a page about some time say its first and last day."""
    page = dashboard_of(manager, QueryDict("period=last-month"), TODAY)
    assert page.links.to(1) == (
        "/tracker/?received_from_day=1&received_from_month=10&received_from_year=2026"
        "&received_to_day=31&received_to_month=10&received_to_year=2026"
    )


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


def test_a_restricted_referral_is_in_no_figure_of_who_may_not_see_it(signed_in, manager, made):
    outsider = a_person(Role.MANAGER)
    seen = {
        user: signed_in(user).get(f"{reverse('tracker:dashboard')}?period=all").context for user in (manager, outsider)
    }
    sent = Referral.objects.sent()
    granted = sent.filter(restricted_at__isnull=False, grants__user=manager).count()
    open_to_all = sent.filter(restricted_at=None).count()
    assert granted
    assert seen[manager]["received"] == open_to_all + granted
    assert seen[outsider]["received"] == open_to_all
    for context, count in ((seen[manager], open_to_all + granted), (seen[outsider], open_to_all)):
        bars = {chart.caption: chart for chart in context["bars"]}
        outcomes = [int(row["cells"][1]["text"]) for row in bars["Referrals by outcome"].rows]
        assert sum(outcomes) == count
        assert sum(int(row["cells"][1]["text"]) for row in context["by_month"].rows) == count


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


def test_a_search_by_the_dashboard_is_in_the_audit_log_once(browser, manager, made):
    browser.get(reverse("tracker:dashboard"), {"q": "lock"})
    event = AuditEvent.objects.get(act="searched")
    assert (event.detail["in"], event.detail["words"]) == ("dashboard", "lock")


def test_a_lead_gets_no_page_with_rows_behind_it(signed_in, made):
    shown = signed_in(a_person(Role.LEAD)).get(reverse("tracker:dashboard")).content.decode()
    assert not re.search(f'href="{reverse("tracker:tracker")}["?]', shown)
    assert "No figures yet" in shown, "a page of its own, see test_lead_dashboard"


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


def test_a_period_without_end_shows_all_that_there_is(browser, made):
    query = date_parts("received_from", date(1000, 1, 1)) | date_parts("received_to", date(2999, 12, 31))
    context = browser.get(reverse("tracker:dashboard"), query).context
    assert sum(int(row["cells"][1]["text"]) for row in context["by_month"].rows) == context["received"] == 34
    assert context["before"] is None


def test_figures_of_the_page_are_the_sql_ones(browser, manager, made):
    context = browser.get(reverse("tracker:dashboard"), {"period": "all"}).context
    numbers = [figure.number for figure in context["headlines"]]
    assert numbers[:6] == [
        str(figures_sql.run(name, manager, today=timezone.localdate())[0][0])
        for name in ("received", "screened", "held", "signposted", "withdrawn", "waiting")
    ]
