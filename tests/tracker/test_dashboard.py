"""The dashboard: each figure under every filter with every other, each link to its rows, and who sees what."""

import itertools
import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from accounts.models import Team, User
from accounts.permissions import Role
from consultations.models import Referral
from core.models import AuditEvent, ListItem
from core.models.lists import ListName
from tests.factories import a_person
from tests.made_once import made_once
from tests.permissions.requests import date_parts
from tests.tracker import figures_sql
from tests.tracker.test_figures import a_world, analyse, check_all
from tracker import rows
from tracker.dashboard import Dashboard, asked_for
from tracker.models import Theme, TrackerEntry

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 27)
ENTRY = "tracker_trackerentry e WHERE e.referral_id = s.id"
TAG = "tracker_trackerentry_themes t JOIN tracker_trackerentry e ON e.id = t.trackerentry_id WHERE e.referral_id = s.id"
HARM = "consultations_referral_harms h WHERE h.referral_id = s.id"


def a_manager_and_their_rows() -> User:
    manager = a_person(Role.MANAGER)
    a_world(manager, a_person(Role.CS_PRACTITIONER), 36)
    return manager


made = made_once(a_manager_and_their_rows)


@pytest.fixture
def manager(made):
    return User.objects.get(pk=made.pk)


@pytest.fixture
def browser(signed_in, manager):
    return signed_in(manager)


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


def test_every_figure_under_each_filter(manager):
    for name, options in filters().items():
        for query, where in options:
            query = query_of([{"period": "all"}, query])
            assert dashboard_of(manager, query).rows.exists(), f"{name} leaves nothing"
            check_filtered(manager, query, where)


def test_every_figure_under_every_filter_with_every_other(manager):
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
def test_every_number_opens_its_rows(browser, manager, filters):
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


def test_feedback_that_is_asked_for_anew_is_outstanding_and_not_given(browser, manager):
    """One that was imported with its feedback, then held again: else a figure of "given" would open no list."""
    TrackerEntry.objects.filter(referral__feedback__answered_at=None).update(feedback="It helped the school.")
    page = browser.get(reverse("tracker:dashboard"), {"period": "all", "feedback": "given"}).context
    assert page["outstanding"][1].number == "0"
    page = browser.get(reverse("tracker:dashboard"), {"period": "all"}).context
    waiting = page["outstanding"][1]
    assert int(waiting.number) == browser.get(waiting.url).context["count"].number > 0
    assert TrackerEntry.objects.filter(referral__feedback__answered_at=None, referral__feedback__pk__gt=0).exists()


def test_a_value_that_is_nowhere_does_not_undo_a_link(browser, manager):
    """The list leaves a filter with such a value out of account; a link that carried it on would find too many."""
    theme, harm = Theme.objects.all()[1], ListItem.objects.of(ListName.HARM)[0]
    for query in ({"themes": theme.pk, "also_theme": "999999"}, {"harm": harm.pk, "also_harm": "999999"}):
        page = browser.get(reverse("tracker:dashboard"), query | {"period": "all"}).content.decode()
        further = [one for one in links_in(page) if re.search("also_(theme|harm)=(?!999999)", one[1])]
        assert further
        for number, address in further:
            assert browser.get(address).context["count"].number == number, address


def test_a_link_leads_to_the_list_itself(browser):
    page = browser.get(f"{reverse('tracker:dashboard')}?period=all").context
    figure = page["headlines"][0]
    response = browser.get(figure.url)
    assert response.status_code == 200
    assert page["received"] == 34  # of 36, two are restricted and this manager has no access


def test_days_are_days_of_the_list(manager):
    """The links of a page about some time say its first and last day."""
    page = dashboard_of(manager, QueryDict("period=last-month"), TODAY)
    assert page.links.to(1) == (
        "/tracker/?received_from_day=1&received_from_month=10&received_from_year=2026"
        "&received_to_day=31&received_to_month=10&received_to_year=2026"
    )


def test_a_restricted_referral_is_in_no_figure_of_who_may_not_see_it(signed_in, manager):
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


def test_a_search_by_the_dashboard_is_in_the_audit_log_once(browser, manager):
    browser.get(reverse("tracker:dashboard"), {"q": "lock"})
    event = AuditEvent.objects.get(act="searched")
    assert (event.detail["in"], event.detail["words"]) == ("dashboard", "lock")


def test_a_lead_gets_no_page_with_rows_behind_it(signed_in, manager):
    shown = signed_in(a_person(Role.LEAD)).get(reverse("tracker:dashboard")).content.decode()
    assert not re.search(f'href="{reverse("tracker:tracker")}["?]', shown)
    assert "No figures yet" in shown, "a page of its own, see test_lead_dashboard"


def test_a_period_without_end_shows_all_that_there_is(browser):
    query = date_parts("received_from", date(1000, 1, 1)) | date_parts("received_to", date(2999, 12, 31))
    context = browser.get(reverse("tracker:dashboard"), query).context
    assert sum(int(row["cells"][1]["text"]) for row in context["by_month"].rows) == context["received"] == 34
    assert context["before"] is None


def test_figures_of_the_page_are_the_sql_ones(browser, manager):
    context = browser.get(reverse("tracker:dashboard"), {"period": "all"}).context
    numbers = [figure.number for figure in context["headlines"]]
    assert numbers[:6] == [
        str(figures_sql.run(name, manager, today=timezone.localdate())[0][0])
        for name in ("received", "screened", "held", "signposted", "withdrawn", "waiting")
    ]
