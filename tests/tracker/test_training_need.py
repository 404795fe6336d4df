"""What each team needs, as it follows from training, Champions and referrals; and the Champions themselves."""

from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Team
from accounts.permissions import Role
from consultations.models import Referral
from consultations.services import access
from core.models import AuditEvent
from tests.factories import a_champion, a_course, a_person, a_referral, a_team, an_attendance
from tests.permissions.requests import date_parts
from tracker.models import Champion
from tracker.services import champions, training
from tracker.training import year_before


@pytest.fixture
def manager():
    return a_person(Role.MANAGER, team=a_team("Contextual Safeguarding"))


@pytest.fixture
def browser(signed_in, manager):
    return signed_in(manager)


def words_of(response) -> str:
    return " ".join(response.content.decode().split())


def need_of(browser, team, **query):
    found = [row for row in browser.get(reverse("tracker:training-teams"), query).context["rows"]
             if row["need"].team == team]  # fmt: skip
    return found[0] if found else None


# ---------------------------------------------------------------- the last twelve months
@given(st.dates(min_value=date(2001, 1, 1), max_value=date(2200, 1, 1)))
def test_twelve_months_are_a_year_less_a_day_in_any_year(day):
    first = year_before(day)
    assert first <= day
    assert 364 <= (day - first).days <= 365
    assert year_before(date(2024, 2, 29)) == date(2023, 3, 1)
    assert year_before(date(2026, 11, 27)) == date(2025, 11, 28)


# ---------------------------------------------------------------- training
@pytest.mark.django_db
def test_people_count_once_in_the_team_of_that_day_and_only_if_they_came(browser):
    team, person = a_team(), a_person(Role.PRACTITIONER, team=a_team())
    today = timezone.localdate()
    old = a_course(held_on=year_before(today) - timedelta(days=1))
    new, newest = a_course(held_on=year_before(today)), a_course(held_on=today)
    for course in (old, new, newest):
        an_attendance(course, name="Helen Marsh", team=team)
    an_attendance(new, name="HELEN MARSH", team=a_team())  # of another team: somebody else
    an_attendance(old, name="Oona Blake", team=team)
    an_attendance(new, name="Booked", team=team, status="booked")
    an_attendance(new, name="Absent", team=team, status="absent")
    training.remove(an_attendance(new, name="Removed", team=team), by=new.added_by)
    an_attendance(a_course(days_ago=-10), name="To come", team=team)
    an_attendance(newest, person=person)
    need = need_of(browser, team)["need"]
    assert (need.trained_lately, need.trained_ever, need.last_course) == (1, 2, today)
    assert need_of(browser, person.team)["need"].trained_ever == 1


@pytest.mark.django_db
def test_what_is_missing_is_said_in_words(browser):
    nothing, old, well = a_team("Nothing"), a_team("Old"), a_team("Well")
    an_attendance(a_course(days_ago=500), team=old)
    an_attendance(a_course(), team=well)
    a_champion(team=well)
    a_champion(team=old, until=timezone.localdate() - timedelta(days=1))
    a_referral(by=a_person(Role.PRACTITIONER, team=well))
    assert need_of(browser, nothing)["need"].needs == ["Has never referred", "Nobody trained yet", "No Champion"]
    assert need_of(browser, old)["need"].needs == [
        "Has never referred", "Nobody trained in the last 12 months", "No Champion",
    ]  # fmt: skip
    assert need_of(browser, well)["need"].needs == []
    assert need_of(browser, well, need="on") is None
    assert need_of(browser, old, need="on") is not None
    assert need_of(browser, old, agency=a_team(agency="Police").agency_id) is None


@pytest.mark.django_db
def test_referrals_and_the_share_signposted_lead_to_their_rows(browser, manager):
    team = a_team("CIN Unit 1")
    by = a_person(Role.PRACTITIONER, team=team)
    for state in ("signposted", "signposted", "signposted", "held", "screening"):
        a_referral(state, by=by)
    a_referral("draft", by=by)
    Referral.objects.filter(pk=a_referral("signposted", by=by).pk).update(
        received_on=timezone.localdate() - timedelta(days=500)
    )
    hidden = access.restrict(a_referral("signposted", by=by), reason="Known.", people=[], by=a_person(Role.MANAGER))
    row = need_of(browser, team)
    assert (row["need"].received, row["need"].referred.signposted, row["need"].signposted) == (5, 3, 60)
    assert "Most referrals were signposted" in row["need"].needs
    listed = browser.get(row["received_url"]).context["page"]
    assert len(list(listed)) == 5
    assert hidden.reference not in words_of(browser.get(row["received_url"]))
    assert len(list(browser.get(row["signposted_url"]).context["page"])) == 3


@pytest.mark.django_db
def test_what_an_import_dates_after_today_is_neither_counted_nor_behind_the_number(browser):
    team = a_team("CIN Unit 1")
    made = [a_referral("signposted", by=a_person(Role.PRACTITIONER, team=team)) for _ in range(3)]
    Referral.objects.filter(pk=made[0].pk).update(received_on=timezone.localdate() + timedelta(days=1))
    row = need_of(browser, team)
    assert (row["need"].received, row["need"].referred.signposted) == (2, 2)
    for url in (row["received_url"], row["signposted_url"]):
        assert browser.get(url).context["count"].number == 2


@pytest.mark.django_db
def test_the_teams_are_sorted_by_what_the_url_says(browser):
    first, second = a_team("A team"), a_team("B team")
    a_referral("signposted", by=a_person(Role.PRACTITIONER, team=second))
    an_attendance(a_course(), team=first)
    a_champion(team=second)

    def order(sort):
        rows = browser.get(reverse("tracker:training-teams"), {"sort": sort}).context["rows"]
        return [row["need"].team.name for row in rows if row["need"].team in (first, second)]

    for sort in ("team", "-lately", "-ever", "-last", "champions", "received", "signposted"):
        assert order(sort) == ["A team", "B team"], sort
        turned = sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"
        assert order(turned) == ["B team", "A team"], turned
    assert order("nonsense") == order("")


@pytest.mark.django_db
def test_a_lead_learns_nothing_of_referrals(signed_in):
    """Not by columns, words, sorting, links or the file: of a small team even a count would say too much."""
    team, other = a_team("CIN Unit 1"), a_team("CIN Unit 4")
    for state in ("signposted", "signposted", "signposted"):
        a_referral(state, by=a_person(Role.PRACTITIONER, team=team))
    lead = signed_in(a_person(Role.LEAD))
    pages = {}
    for sort in ("", "received", "-received", "signposted", "-signposted", "nonsense"):
        shown = lead.get(reverse("tracker:training-teams"), {"sort": sort})
        pages[sort] = [(row["need"].team, row["need"].needs) for row in shown.context["rows"]]
        assert all(row["need"].referred is None for row in shown.context["rows"])
        assert all(set(row) == {"need"} for row in shown.context["rows"])
        for words in ("eferral", "eferred", "ignposted", "?team="):
            assert words not in words_of(shown), words
    assert all(found == pages[""] for found in pages.values())
    assert {team for team, _ in pages[""]} >= {team, other}
    for one in (team, other):
        assert "eferral" not in words_of(lead.get(reverse("tracker:training-team", args=[one.pk])))


@pytest.mark.django_db
def test_a_team_that_is_not_in_use_needs_nothing_and_keeps_its_history(browser):
    team = a_team("Dissolved team")
    an_attendance(a_course(title="The course"), team=team)
    a_champion(team=team, name="Oona Blake")
    Team.objects.filter(pk=team.pk).update(active=False)
    assert need_of(browser, team) is None
    assert "The course" in words_of(browser.get(reverse("tracker:training-team", args=[team.pk])))
    shown = words_of(browser.get(reverse("tracker:training-champions")))
    assert "Oona Blake" in shown
    assert "not in use" in shown


# ---------------------------------------------------------------- Champions
def champion_form(team, who="Helen Marsh", **values):
    return {"who": who, "team": team.pk, "version": "1", **date_parts("since", date(2026, 1, 5)), **values}


@pytest.mark.django_db
def test_a_champion_is_entered_changed_and_ended(browser):
    team = a_team("Youth Justice")
    add = reverse("tracker:training-add-champion")
    assert f'<option value="{team.pk}" selected>' in words_of(browser.get(add, {"team": team.pk}))
    for _ in range(2):  # sent twice
        browser.post(add, champion_form(team))
    champion = Champion.objects.get()
    assert (champion.who, champion.since, champion.until) == ("Helen Marsh", date(2026, 1, 5), None)
    url = reverse("tracker:training-change-champion", args=[champion.pk])
    browser.post(url, champion_form(team, **date_parts("until", date(2026, 9, 30))))
    champion.refresh_from_db()
    assert champion.until == date(2026, 9, 30)
    shown = words_of(browser.get(reverse("tracker:training-champions")))
    assert "Helen Marsh, 5 January 2026 to 30 September 2026" in shown
    assert "No Champion" in shown
    changed = AuditEvent.objects.get(act="champion.changed")
    assert changed.detail == {"until": [None, "2026-09-30"]}


@pytest.mark.django_db
def test_one_cannot_be_a_champion_twice_at_once(browser):
    team, add = a_team(), reverse("tracker:training-add-champion")
    first = a_champion(name="Helen Marsh", team=team, since=date(2025, 1, 1), until=date(2025, 12, 31))
    answer = browser.post(add, champion_form(team, "HELEN MARSH", **date_parts("since", date(2025, 12, 31))))
    assert answer.status_code == 409
    assert "is a Champion of" in words_of(answer)
    assert browser.post(add, champion_form(team)).status_code == 302  # from January 2026 on
    other = a_team()
    assert browser.post(add, champion_form(other)).status_code == 302
    url = reverse("tracker:training-change-champion", args=[first.pk])
    answer = browser.post(url, champion_form(team, **date_parts("since", date(2025, 6, 1))))  # without an end
    assert answer.status_code == 409
    first.refresh_from_db()
    assert first.until == date(2025, 12, 31)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"who": ""}, "Enter who it is"),
        ({"who": "x" * 300}, "Name must be 200 characters or fewer"),
        ({"team": ""}, "Choose the team"),
        ({"since_day": "", "since_month": "", "since_year": ""}, "Enter since when they are a Champion"),
        ({"until_day": "1", "until_month": "1", "until_year": "2026"}, "must be on or after the first"),
        ({"since_year": "2199"}, "must be within a year from today"),
    ],
)
def test_what_is_wrong_with_a_champion_is_said(browser, values, message):
    answer = browser.post(reverse("tracker:training-add-champion"), champion_form(a_team()) | values)
    assert message in words_of(answer)
    assert not Champion.objects.exists()


@pytest.mark.django_db
def test_two_who_change_a_champion_see_each_other(browser):
    team, other = a_team("First team"), a_team("Second team")
    champion = a_champion(name="Helen Marsh", team=team)
    values = champions.values_of(champion)
    champions.change(champion, values | {"team": other}, version=1, by=a_person(Role.LEAD))
    url = reverse("tracker:training-change-champion", args=[champion.pk])
    answer = browser.post(url, champion_form(team, "Helen March"))
    assert answer.status_code == 409
    assert "Saved meanwhile: Second team" in words_of(answer)
    assert "Saved meanwhile: Helen Marsh" in words_of(answer)
    champion.refresh_from_db()
    assert champion.who == "Helen Marsh"


@pytest.mark.django_db
def test_a_champion_whose_account_ended_stands_out_and_counts_no_more(browser):
    team = a_team("CIN Unit 1")
    person = a_person(Role.PRACTITIONER, team=team, name="Rowan Ellis")
    champion = a_champion(person=person, team=team)
    assert need_of(browser, team)["need"].champions == [champion]
    person.is_active = False
    person.save()
    shown = words_of(browser.get(reverse("tracker:training-champions")))
    assert "Has left: enter the last day" in shown
    assert need_of(browser, team)["need"].champions == []
    assert "No Champion" in need_of(browser, team)["need"].needs
    url = reverse("tracker:training-change-champion", args=[champion.pk])
    assert "Rowan Ellis (CIN Unit 1), has left" in words_of(browser.get(url))


@pytest.mark.django_db
def test_only_teams_without_a_champion_are_shown_when_asked(browser):
    with_one, without = a_team("Has one"), a_team("Has none")
    a_champion(team=with_one)
    a_champion(team=without, name="Oona Blake", since=timezone.localdate() + timedelta(days=5))
    shown = words_of(browser.get(reverse("tracker:training-champions"), {"need": "on"}))
    assert "Has none" in shown
    assert "Has one" not in shown
    assert "To come" in shown


@pytest.mark.django_db
def test_a_mistaken_champion_is_deleted_after_asking(browser):
    champion = a_champion(name="Helen Marsh")
    url = reverse("tracker:training-delete-champion", args=[champion.pk])
    assert "Delete Helen Marsh?" in words_of(browser.get(url))
    assert Champion.objects.exists()
    browser.post(url)
    assert not Champion.objects.exists()
    assert AuditEvent.objects.get(act="champion.deleted").detail["who"] == "Helen Marsh"


@pytest.mark.django_db
def test_a_lead_reaches_the_register_from_the_navigation(signed_in):
    lead = signed_in(a_person(Role.LEAD))
    links = [part.split('"')[0] for part in words_of(lead.get("/")).split('href="')[1:]]
    inside = {link for link in links if urlsplit(link).path.startswith("/tracker/")}
    assert any(reverse("tracker:training") in words_of(lead.get(link)) for link in inside)


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["0", "99999999999999999999999999999999"])
def test_a_team_that_there_cannot_be_is_not_found(browser, number):
    assert browser.get(f"/tracker/training/teams/{number}/").status_code == 404
    assert browser.get(reverse("tracker:training-teams"), {"agency": number}).status_code == 200
    assert browser.get(reverse("tracker:training-add-champion"), {"team": number}).status_code == 200
