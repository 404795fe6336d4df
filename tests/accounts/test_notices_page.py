"""The page of notices: one's own alone, read by opening them, and a count in the header of every page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from core import notices
from core.models import Notice
from tests.factories import a_person

pytestmark = pytest.mark.django_db
URL = "/referrals/"


def told(person, words: str = "Something waits.", **values) -> Notice:
    [notice] = notices.tell([person], words, key=words, url=URL, **values)
    return notice


def test_opening_a_notice_marks_it_as_read_and_leads_to_where_it_waits(signed_in):
    person = a_person(Role.PRACTITIONER)
    notice = told(person)
    browser = signed_in(person)
    shown = browser.get(reverse("notices")).content.decode()
    assert "Something waits." in shown
    assert "Notices (1" in shown
    assert Notice.objects.get().read_at is None
    answer = browser.post(reverse("open-notice", args=[notice.pk]))
    assert (answer.status_code, answer.url) == (302, URL)
    read_at = Notice.objects.get().read_at
    assert read_at is not None
    browser.post(reverse("open-notice", args=[notice.pk]))
    assert Notice.objects.get().read_at == read_at
    assert "Notices (" not in browser.get(reverse("notices")).content.decode()


def test_a_notice_without_a_page_leads_back(signed_in):
    person = a_person()
    [notice] = notices.tell([person], "Only words.", key="k")
    assert signed_in(person).post(reverse("open-notice", args=[notice.pk])).url == reverse("notices")


def test_somebody_elses_notice_is_not_there(signed_in):
    notice = told(a_person(), "Not for everybody.")
    browser = signed_in(a_person(*Role))
    assert "Not for everybody." not in browser.get(reverse("notices")).content.decode()
    assert browser.post(reverse("open-notice", args=[notice.pk])).status_code == 404
    browser.post(reverse("read-notices"))
    assert Notice.objects.get().read_at is None


def test_marking_all_as_read_leaves_what_came_after_the_page(signed_in):
    person = a_person()
    browser = signed_in(person)
    told(person, "Before.")
    shown_at = browser.get(reverse("notices")).context["shown_at"]
    told(person, "After.", at=shown_at + timedelta(seconds=1))
    answer = browser.post(reverse("read-notices"), {"upto": shown_at.isoformat()}, follow=True)
    assert answer.status_code == 200
    assert list(Notice.objects.filter(read_at=None).values_list("words", flat=True)) == ["After."]


@pytest.mark.parametrize("upto", ["", "yesterday", "2026-13-45T99:99", "2026-01-01T00:00:00", "\x00"])
def test_a_moment_that_is_none_marks_all(signed_in, upto):
    person = a_person()
    told(person)
    assert signed_in(person).post(reverse("read-notices"), {"upto": upto}).status_code == 302
    assert not Notice.objects.filter(read_at=None).exists()


def test_words_of_a_notice_are_text(signed_in):
    person = a_person()
    told(person, "<script>alert(1)</script>")
    assert "<script>alert(1)" not in signed_in(person).get(reverse("notices")).content.decode()


def test_the_count_costs_one_query_a_page_and_none_for_strangers(signed_in, client):
    person = a_person(Role.PRACTITIONER)
    browser = signed_in(person)
    for number in range(40):
        told(person, f"Something waits {number}.", at=timezone.now())
    for name in ("home", "notices", "consultations:referrals"):
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse(name))
        counting = [query for query in queries if "core_notice" in query["sql"] and "read_at" in query["sql"]
                    and "COUNT" in query["sql"]]  # fmt: skip
        assert len([query for query in counting if '"read_at" IS NULL' in query["sql"]]) == 1, name
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("account_login"))
    assert not [query for query in queries if "core_notice" in query["sql"]]
