"""Every answer private, every refusal in plain words, as a page or for our script."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.permissions import Role
from csproject import views
from tests.factories import a_person, a_referral

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}
PAGES = ["/", "/referrals/", "/accessibility/", "/accounts/login/", "/session/", "/no/such/page/", "/audit/"]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_kept_by_anybody_and_none_is_framed(signed_in, path):
    answer = signed_in(a_person(Role.PRACTITIONER)).get(path)
    assert answer.headers["Cache-Control"] == "no-store, private, max-age=0"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_no_browser_keeps_an_address_that_was_put_right(client):
    """The key in the address of a shared round would stay in the memory of a browser that others use."""
    answer = client.get("/reviews/shared/token")
    assert answer.status_code == 301
    assert "no-store" in answer.headers["Cache-Control"]


def test_what_is_not_there_is_said_plainly(client):
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "Page not found" in answer.content.decode()
    assert client.get("/no/such/page/", headers=JSON).json() == {"status": "refused", "message": "Page not found"}


def test_a_refusal_is_json_for_a_script_and_a_page_for_a_person(signed_in):
    browser = signed_in(a_person(Role.LEAD))
    page = browser.get("/referrals/")
    assert page.status_code == 403
    assert "You do not have the right to do this." in page.content.decode()
    answer = browser.get("/referrals/", headers=JSON)
    assert (answer.status_code, answer.json()["status"]) == (403, "refused")


def test_an_act_out_of_order_is_json_for_a_script(signed_in):
    referral = a_referral()
    browser = signed_in(a_person(Role.CS_PRACTITIONER))
    answer = browser.get(reverse("tracker:data-entry", args=[referral.pk]), headers=JSON)
    assert answer.status_code == 409
    assert "not been screened yet" in answer.json()["message"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "NONSENSE"])
def test_methods_that_no_page_uses_are_refused(client, method):
    answer = client.generic(method, "/livez")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, POST"
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_failure_says_nothing_of_the_record(signed_in, monkeypatch):
    def fail(user):
        raise RuntimeError("the name of a child")

    monkeypatch.setattr(views, "work_for", fail)
    browser = signed_in(a_person(Role.PRACTITIONER), raise_request_exception=False)
    page = browser.get("/")
    assert page.status_code == 500
    assert "the name of a child" not in page.content.decode()
    assert browser.get("/", headers=JSON).json() == {"status": "unavailable"}


def test_a_database_that_is_away_is_said_without_the_database(signed_in, monkeypatch):
    from django.db import OperationalError

    def fail(user):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(views, "work_for", fail)
    page = signed_in(a_person(Role.PRACTITIONER), raise_request_exception=False).get("/")
    assert page.status_code == 503


def test_a_form_without_its_token_is_refused_in_plain_words():
    person = a_person(Role.PRACTITIONER)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)
    page = browser.post("/referrals/new/", {"case_number": "1", "name": "x"})
    assert page.status_code == 403
    assert "out of date" in page.content.decode()
    answer = browser.post("/referrals/new/", {"name": "x"}, headers=JSON)
    assert answer.json()["status"] == "csrf"


def test_the_session_route_gives_a_token_that_works():
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(a_person(Role.PRACTITIONER))
    token = browser.get("/session/").json()["csrf"]
    sent = browser.post("/referrals/new/", {"case_number": "7001", "name": "x", "csrfmiddlewaretoken": token})
    assert sent.status_code == 302


def test_readiness_says_when_the_database_is_away(client, monkeypatch):
    assert client.get("/readyz").content == b"ok\n"

    class Away:
        def cursor(self):
            raise OSError

    monkeypatch.setattr(views, "connection", Away())
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert client.get("/livez").status_code == 200
