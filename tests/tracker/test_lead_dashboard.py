"""The lead's page: nobody's rows, no small group by any way that it offers, and nothing but the year narrows it."""

import html
import re
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Agency, Team
from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.models import Referral
from consultations.services import access
from core.models import AuditEvent
from tests.factories import a_person, a_referral, a_team
from tests.tracker.many import AT, many
from tracker import public_figures, suppression, tasks
from tracker.choices import PrimaryConcern
from tracker.forms.filters import TrackerFilter
from tracker.models import PublishedFigures, Theme, TrackerEntry
from tracker.services import publishing
from tracker.services.publishing import publish

pytestmark = pytest.mark.django_db

URL = "/tracker/dashboard/"


@pytest.fixture
def lead():
    return a_person(Role.LEAD, name="Lee Lead")


@pytest.fixture
def browser(signed_in, lead):
    return signed_in(lead)


def page(browser, query: str = "") -> str:
    answer = browser.get(URL + query)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def main_of(browser, query: str = "") -> str:
    """The page without what belongs to the moment, as the token in its forms."""
    return re.search(r"<main.*</main>", page(browser, query), re.DOTALL)[0]


def rows_of(shown: str) -> dict[str, dict[str, str]]:
    """{caption of a table: {label: what stands as its number}}."""
    found = {}
    for table in re.findall(r"<table.*?</table>", shown, re.DOTALL):
        caption = words(re.search(r"<caption.*?</caption>", table, re.DOTALL)[0])
        found[caption] = {}
        for row in re.findall(r"<tr.*?</tr>", table.partition("</thead>")[2], re.DOTALL):
            cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
            label = words(cells[0])
            assert label not in found[caption] or caption == "Agencies and teams"
            found[caption][label] = words(cells[1])
    return found


def words(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", markup).split())


def test_the_page_shows_what_was_published(browser):
    many(180)
    publish(AT)
    shown = page(browser)
    assert "about 180" in shown
    assert "Referrals received from 1 April 2026 to 31 October 2026" in shown
    assert "had become of them on 1 November 2026" in shown
    assert "The next figures come on 1 December 2026" in shown
    tables = rows_of(shown)
    assert set(tables) == {
        "Received by quarter", "Outcome", "Primary concern", "Kinds of harm", "Themes", "Agencies and teams",
    }  # fmt: skip
    held = Referral.objects.filter(state="held").count()
    assert tables["Outcome"]["Consultation held"] == str(suppression.rounded(held))
    assert set(tables["Primary concern"]) == {*PrimaryConcern.labels, "Not recorded"}


@pytest.mark.parametrize("seed", range(6))
def test_every_number_is_rounded_and_no_small_one_follows(browser, seed):
    """From the page itself: what it shows is a multiple of five, and what it hides cannot be told apart.

    The exact counts behind what is shown are more than anybody gets; not even they give a hidden small group away.
    """
    rows = many(40 + 30 * seed, seed=seed)
    publish(AT)
    tables = rows_of(page(browser))
    exact = counted(rows)
    hidden = 0
    for caption, lines in tables.items():
        for label, shown in lines.items():
            assert shown == "Not shown" or int(shown) % 5 == 0, (caption, label)
            assert shown != "0"
            if caption != "Agencies and teams" and shown != "Not shown":
                count = exact[caption][label]
                assert count >= 5
                assert abs(count - int(shown)) <= 2
    for caption in ("Received by quarter", "Outcome", "Primary concern"):
        left = {label: exact[caption].get(label, 0) for label, shown in tables[caption].items() if shown == "Not shown"}
        hidden += len(left)
        if any(0 < count < 5 for count in left.values()):
            assert max(left.values()) >= 5 or len(left) == len(tables[caption])
    for caption in ("Themes", "Kinds of harm"):
        for label, shown in tables[caption].items():
            without = len(rows) - exact[caption].get(label, 0)
            assert shown == "Not shown" or without == 0 or without >= 5
    assert hidden


def counted(rows) -> dict[str, Counter]:
    found = defaultdict(Counter)
    quarters = {2: "April to June 2026", 3: "July to September 2026", 4: "October 2026"}
    for row in Referral.objects.filter(pk__in=[one.pk for one in rows]).select_related("entry"):
        entry = getattr(row, "entry", None)
        found["Received by quarter"][quarters[(row.received_on.month + 2) // 3]] += 1
        found["Outcome"][row.get_state_display()] += 1
        found["Primary concern"][entry.get_primary_concern_display() if entry else "Not recorded"] += 1
        for harm in row.harms.all():
            found["Kinds of harm"][harm.label] += 1
        for theme in entry.themes.all() if entry else []:
            found["Themes"][theme.name] += 1
    return found


def test_nothing_leads_to_rows_and_nobody_is_named(browser):
    many(120)
    publish(AT)
    shown = main_of(browser)
    links = set(re.findall(r'href="([^"]*)"', shown))
    assert all(link.startswith(("?year=", "#", "/tracker/")) for link in links), links
    for path in ("/tracker/", "/tracker/export/", "/referrals/"):
        assert browser.get(path).status_code == 403
    exports = browser.get("/tracker/exports/").content.decode()  # those of the training register alone
    for secret in ("Child ", "T-0-", "Referrer", "9000"):
        assert secret not in shown
        assert secret not in exports


def test_nothing_but_the_year_narrows_it(browser):
    many(120)
    many(90, seed=1, first=date(2025, 4, 1), days=365)
    publish(AT)
    plain = main_of(browser)
    names = [*TrackerFilter.base_fields, "sort", "page", "from", "period", "month", "quarter", "year[]", "YEAR"]
    team = Team.objects.first()
    for name in names:
        for value in ("1", str(team.pk), "held", "2026-10-01", "any", "x" * 1000, "\x00"):
            answer = browser.get(URL, {name: value, f"{name}_day": "1", f"{name}_month": "10", f"{name}_year": "2026"})
            assert re.search(r"<main.*</main>", html.unescape(answer.content.decode()), re.DOTALL)[0] == plain, name
    assert main_of(browser, "?year=2025") != plain
    for nonsense in ("?year=2024", "?year=2026&year=", "?year=%00", "?year=99999999999999999999", "?year=2025-10"):
        assert main_of(browser, nonsense) == plain
    assert main_of(browser, "?year=2025&state=held&received_from_year=2025") == main_of(browser, "?year=2025")


def test_two_years_share_no_referral(browser):
    many(30, days=1)
    many(30, seed=1, first=date(2026, 3, 31), days=1)
    publish(AT)
    assert "about 30" in page(browser)
    assert "from 1 April 2025 to 31 March 2026" in page(browser, "?year=2025")
    assert "about 30" in page(browser, "?year=2025")


def test_the_page_does_not_change_within_a_month(browser):
    many(60)
    publish(AT)
    before = main_of(browser)
    many(40, seed=1, first=date(2026, 4, 1))
    assert publish(AT + timedelta(days=20)) == 0
    assert main_of(browser) == before
    assert publish(datetime(2026, 12, 1, 3, tzinfo=UTC)) == 1
    assert "about 100" in page(browser)
    assert PublishedFigures.objects.count() == 2


def test_what_is_stored_has_no_small_number():
    many(75)
    publish(AT)
    stored = PublishedFigures.objects.get().years

    def numbers(value, name=""):
        if isinstance(value, dict):
            for key, one in value.items():
                yield from numbers(one, key)
        elif isinstance(value, list):
            for one in value:
                yield from numbers(one, name)
        elif isinstance(value, int) and not isinstance(value, bool):
            yield name, value

    counts = [value for name, value in numbers(stored) if not name.startswith("days_")]
    assert counts
    assert all(value % 5 == 0 and value >= 5 for value in counts)


def test_restricting_a_referral_changes_nothing_that_a_lead_sees(browser):
    many(12, state="held")
    hidden = a_referral("held", received_on=date(2026, 5, 5))
    publish(AT)
    before = main_of(browser)
    PublishedFigures.objects.all().delete()
    access.restrict(hidden, reason="Known to the team.", people=[], by=a_person(Role.MANAGER))
    publish(AT)
    assert main_of(browser) == before
    assert "about 15" in before


def test_drafts_do_not_count(browser):
    many(12)
    for _ in range(3):
        a_referral("draft", received_on=date(2026, 5, 5))
    publish(AT)
    assert "about 10" in page(browser)


@pytest.mark.parametrize(("number", "words_there"), [(4, "No figures yet"), (9, "No figures yet"), (10, "about 10")])
def test_few_referrals_are_no_figures(browser, number, words_there):
    many(number, state="held", days=1)
    publish(AT)
    assert words_there in page(browser)


def test_a_year_of_few_between_two_years_says_nothing_of_them(browser):
    many(50, first=date(2024, 5, 1), days=20)
    many(4, seed=1, first=date(2025, 5, 1), days=20)
    many(7, seed=2)
    publish(AT)
    few = page(browser, "?year=2025")
    assert "Fewer than 5 referrals were received in this time" in few
    assert rows_of(few) == {}
    some = page(browser)
    assert "about 5" in some
    assert "too few referrals to break them down" in some
    assert rows_of(some) == {}


def test_a_team_that_is_not_shown_is_not_listed(browser):
    north, small = a_team("North"), a_team("Smallest team of all")
    many(20, team=north)
    many(2, seed=1, team=small)
    many(30, seed=2, team=a_team("South"))
    publish(AT)
    lines = rows_of(page(browser))["Agencies and teams"]
    assert lines == {"Children's social care": "50", "South": "30", "Other teams": "Not shown"}


def test_a_theme_that_is_switched_off_is_not_listed_for_being_used_by_few(browser):
    rows = many(40, state="held")
    theme = Theme.objects.create(name="Old theme", active=False)
    TrackerEntry.objects.filter(referral__in=rows).first().themes.add(theme)
    publish(AT)
    assert "Old theme" not in page(browser)
    for entry in TrackerEntry.objects.filter(referral__in=rows)[:20]:
        entry.themes.add(theme)
    PublishedFigures.objects.all().delete()
    publish(AT)
    assert rows_of(page(browser))["Themes"]["Old theme"] == "20"


def test_publishing_is_recorded_and_done_once():
    many(30)
    tasks.publish_figures()
    tasks.publish_figures()
    assert PublishedFigures.objects.count() == 1
    event = AuditEvent.objects.get(act="figures.published")
    assert (event.actor_id, event.detail) == (None, {"years": 1})


def test_a_date_of_long_ago_begins_no_year(browser):
    many(30)
    Referral.objects.bulk_create(
        Referral(
            reference="OLD-1", state=ReferralState.WITHDRAWN, made_by=a_person(), created_at=AT, imported=True,
            received_on=date(1026, 5, 5),
        ) for _ in range(1)
    )  # fmt: skip
    publish(AT)
    assert len(PublishedFigures.objects.get().years) == 1


def test_the_page_costs_the_same_however_many_referrals_there_are(browser):
    many(30)
    publish(AT)
    with CaptureQueriesContext(connection) as few:
        page(browser)
    PublishedFigures.objects.all().delete()
    many(300, seed=1, first=date(2019, 5, 1), days=2500)
    publish(AT)
    with CaptureQueriesContext(connection) as more:
        page(browser)
    assert len(more) == len(few)


def test_what_is_stored_is_read_again_as_it_was():
    many(80)
    for year in publishing.every_year(date(2026, 11, 1)):
        assert public_figures.PublicFigures.from_json(year.as_json()) == year


def test_the_page_is_the_lead_s_own(signed_in):
    for role in (Role.PRACTITIONER, Role.ADMINISTRATOR, Role.AUDITOR):
        assert signed_in(a_person(role)).get(URL).status_code == 403
    navigation = signed_in(a_person(Role.LEAD)).get("/").content.decode()
    assert f'href="{reverse("tracker:dashboard")}"' in navigation
    assert Agency.objects.count() == 0
