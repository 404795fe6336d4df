"""What the lines of `table.py` leave open: that no route is without one, and what lists, search and counts show."""

import pytest
from django.urls import reverse

from . import requests, table
from .checking import all_routes, answer_of, ask, leaks
from .table import Cell
from .world import IDENTITIES

pytestmark = pytest.mark.django_db


def test_every_route_has_its_line():
    assert set(all_routes()) == set(table.named_routes())


def test_every_record_route_is_tried_with_what_does_not_exist():
    by_route = {}
    for cell in table.cells():
        by_route.setdefault((cell.route, cell.method), set()).add(cell.row)
    without = [key for key, rows in by_route.items() if rows & {"ours", "theirs", "draft"} and "nowhere" not in rows]
    assert without == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_no_other_method_is_taken(world, method):
    """A page is read by GET, changed by POST. Any other way would get round the record of who read it."""
    wrong = []
    for route in table.named_routes():
        cell = table.cells_of(route)[0]
        url = reverse(route, args=requests.arguments(world, cell))
        for identity in ("anonymous", "maker", "cs", "manager", "administrator"):
            response = world.browser(identity).generic(method, url)
            if response.status_code != 405 and answer_of(response) != "in":
                wrong.append(f"{method} {route} as {identity}: {response.status_code}")
            assert not leaks(world, identity, response)
    assert wrong == []


LISTS = [
    ("home", ""), ("consultations:referrals", ""), ("consultations:referrals", "state=draft&state=held"),
    ("consultations:referrals", "mine=on"), ("tracker:tracker", "sort=team"), ("tracker:tracker", "entry=due"),
    ("tracker:tracker", "q=detail-of"), ("tracker:exports", ""), ("tracker:imports", ""),
    ("accounts:people", ""), ("consultations:new", ""),
    ("consultations:restricted", ""), ("consultations:duplicates", ""), ("consultations:merges", ""),
    ("consultations:actions", ""), ("consultations:actions", "mine=on&status=open"),
    ("tracker:themes", ""), ("tracker:other-texts", ""), ("tracker:taggings", ""),
]  # fmt: skip


def test_lists_show_only_what_is_theirs(world):
    _ = world.kept_text
    for identity in IDENTITIES:
        browser = world.browser(identity)
        for name, query in LISTS:
            response = browser.get(f"{reverse(name)}?{query}")
            assert response.status_code in (200, 302, 403)
            assert leaks(world, identity, response) == [], f"{name}?{query} as {identity}"


def test_search_by_the_words_of_any_record_shows_only_what_is_theirs(world):
    for identity in ("maker", "colleague", "outsider", "cs", "manager"):
        browser = world.browser(identity)
        for row in ("ours", "theirs", "assigned", "draft", "restricted", "granted"):
            words = world.record(row, "held")["words"]
            for word in (words["name"], words["number"], words.get("reference", "CS-")):
                shown = browser.post(reverse("search"), {"q": word}, follow=True).content.decode()
                shown = shown.replace(f"“{word}”", "").replace(f'value="{word}"', "")  # what was asked comes back
                assert [marker for marker in world.forbidden(identity) if marker in shown] == [], (identity, word)


def test_search_finds_own_and_says_nothing_of_foreign_ones(world):
    browser = world.browser("maker")
    own, foreign = world.record("ours", "held")["words"], world.record("theirs", "held")["words"]
    assert own["reference"] in browser.post(reverse("search"), {"q": own["name"]}, follow=True).content.decode()
    nothing = browser.post(reverse("search"), {"q": "no such name"}, follow=True).content.decode()
    hidden = browser.post(reverse("search"), {"q": foreign["name"]}, follow=True).content.decode()
    assert "Nothing found" in hidden
    assert foreign["reference"] not in hidden
    assert len(nothing) == len(hidden)


def test_counts_leave_out_what_may_not_be_seen(world):
    page = world.browser("maker").get(reverse("consultations:referrals")).context["page"]
    assert page.paginator.count == 5  # ours in four states, and the draft
    assert world.browser("outsider").get(reverse("consultations:referrals")).context["page"].paginator.count == 8
    for identity, count in {"cs": 16, "manager": 12}.items():  # no restricted one without a grant that holds today
        listed = world.browser(identity).get(reverse("tracker:tracker")).context
        assert (listed["count"], len(listed["page"])) == ((count, False), count)


def test_home_names_only_own_work(world):
    actions = {work.heading: work for work in world.browser("maker").get("/").context["work"]}
    assert actions["Your actions"].count == 4  # of ours and of the assigned ones, planned and held
    of_colleague = world.browser("colleague").get("/").context["work"]
    mine = {line.url for line in actions["Your actions"].lines}
    assert mine
    assert not mine & {line.url for work in of_colleague for line in work.lines}


def test_a_person_without_any_role_sees_nothing(world):
    assert world.browser("demoted").get("/").context["work"] == []
    assert world.browser("demoted").get(reverse("session")).json()["signed_in"] is True
    assert world.browser("deactivated").get(reverse("session")).json()["signed_in"] is False


def test_a_denial_is_recorded_once_with_route_and_id_and_no_more(world):
    from core.models import AuditEvent

    referral = world.record("theirs", "held")["referral"]
    world.browser("maker").get(reverse("consultations:referral", args=[referral.pk]) + "?q=secret-words")
    event = AuditEvent.objects.get(act="denied")
    assert event.actor_id == world.people["maker"].pk
    assert event.detail == {
        "route": "consultations:referral", "ids": {"pk": str(referral.pk)}, "method": "GET", "status": 404,
    }  # fmt: skip


def test_a_refused_post_leaves_the_row_as_it_was(world):
    record = world.record("theirs", "screening")
    before = type(record["referral"]).objects.filter(pk=record["referral"].pk).values().get()
    for identity in ("maker", "colleague", "manager", "lead", "demoted", "deactivated", "anonymous"):
        cell = Cell("consultations:screen", "POST", "theirs", "screening", {})
        response, _ = ask(world, cell, identity)
        assert response.status_code in (302, 403)
        assert answer_of(response) in ("in", "403")
    assert type(record["referral"]).objects.filter(pk=record["referral"].pk).values().get() == before
