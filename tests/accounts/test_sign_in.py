"""Signing in: the right words when it fails, a bound on tries, no signing up, and mail that says nothing of anybody."""

import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from core.models import AuditEvent
from tests.factories import PASSPHRASE, a_person, a_team

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def no_tries_yet():
    cache.clear()


@pytest.fixture
def person():
    return a_person(Role.PRACTITIONER, team=a_team(), name="Morgan Unusual", passphrase=PASSPHRASE)


def sign_in(client, email, passphrase, **kwargs):
    return client.post(LOGIN, {"login": email, "password": passphrase}, **kwargs)


def is_signed_in(client) -> bool:
    return client.get(reverse("session")).json()["signed_in"]


def test_the_right_passphrase(client, person):
    answer = sign_in(client, person.email, PASSPHRASE)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert is_signed_in(client)


def test_capitals_in_the_address_do_not_matter(client, person):
    assert sign_in(client, person.email.upper(), PASSPHRASE).status_code == 302


@pytest.mark.parametrize("email", ["", "nobody@example.org"])
def test_a_wrong_passphrase_and_an_unknown_address_say_the_same(client, person, email):
    answer = sign_in(client, email or person.email, "not the passphrase")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "There is a problem" in page
    assert not is_signed_in(client)
    known = sign_in(Client(), person.email, "not the passphrase").context["form"].non_field_errors()
    assert answer.context["form"].non_field_errors() == known
    assert person.name not in page


def test_the_message_speaks_of_a_passphrase(client, person):
    message = str(sign_in(client, person.email, "not the passphrase").context["form"].non_field_errors())
    assert "passphrase" in message
    assert "password" not in message


def test_somebody_who_left_is_told_no_more_than_anybody(client):
    left = a_person(Role.PRACTITIONER, active=False, passphrase=PASSPHRASE)
    answer = sign_in(client, left.email, PASSPHRASE)
    assert not is_signed_in(client)
    assert answer.status_code in (200, 302)


def test_after_five_failures_not_even_the_right_passphrase_opens(person):
    for _ in range(5):
        assert sign_in(Client(), person.email, "not the passphrase").status_code == 200
    browser = Client()
    answer = sign_in(browser, person.email, PASSPHRASE)
    assert answer.status_code in (200, 429)
    assert "Too many failed tries" in answer.content.decode()
    assert not is_signed_in(browser)


def test_failures_of_one_address_do_not_lock_another(person):
    for _ in range(5):
        sign_in(Client(), person.email, "not the passphrase")
    other = a_person(Role.PRACTITIONER, passphrase=PASSPHRASE)
    assert sign_in(Client(), other.email, PASSPHRASE).status_code == 302


def test_a_forwarded_address_does_not_get_round_the_bound(person):
    for number in range(5):
        sign_in(Client(), person.email, "not the passphrase", headers={"x-forwarded-for": f"10.0.0.{number}"})
    answer = sign_in(Client(), person.email, PASSPHRASE, headers={"x-forwarded-for": "10.1.1.1"})
    assert answer.status_code != 302


def test_tries_are_counted_where_every_process_sees_them(person):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_cache")
        assert cursor.fetchone()[0] == 0
        sign_in(Client(), person.email, "not the passphrase")
        cursor.execute("SELECT count(*) FROM core_cache")
        assert cursor.fetchone()[0] > 0


@pytest.mark.parametrize("next_page", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(client, person, next_page):
    sent = {"login": person.email, "password": PASSPHRASE, "next": next_page}
    answer = client.post(f"{LOGIN}?next={next_page}", sent)
    assert answer.status_code in (302, 400)
    assert answer.headers.get("Location", "/") == "/"


def test_the_session_changes_when_somebody_signs_in(client, person):
    client.get(LOGIN)
    before = client.cookies.get("sessionid")
    sign_in(client, person.email, PASSPHRASE)
    assert client.cookies["sessionid"].value != (before.value if before else "")
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["max-age"]  # it ends with the browser


def test_signing_out_needs_a_post_and_ends_the_session(client, person):
    sign_in(client, person.email, PASSPHRASE)
    client.get(reverse("account_logout"))
    assert is_signed_in(client)
    client.post(reverse("account_logout"))
    assert not is_signed_in(client)


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_signs_themselves_up(client, method):
    sent = {"email": "new@example.org", "password1": PASSPHRASE, "password2": PASSPHRASE, "name": "New"}
    answer = getattr(client, method)(reverse("account_signup"), sent)
    assert answer.status_code == 200
    assert "form" not in (answer.context or {})
    assert 'name="password1"' not in answer.content.decode()
    assert not User.objects.filter(email="new@example.org").exists()


def test_the_mail_to_reset_a_passphrase_names_nobody(client, person):
    answer = client.post(reverse("account_reset_password"), {"email": person.email})
    assert answer.status_code == 302
    (message,) = mail.outbox
    assert message.to == [person.email]
    words = f"{message.subject}\n{message.body}"
    for personal in (person.name, "Morgan", person.team.name, person.email, "practitioner"):
        assert personal not in words
    assert not message.alternatives
    assert "/accounts/password/reset/key/" in words


def test_the_link_in_the_mail_sets_a_passphrase_once(client, person):
    client.post(reverse("account_reset_password"), {"email": person.email})
    link = next(word for word in mail.outbox[0].body.split() if "/reset/key/" in word)
    path = link.split("testserver")[1]
    form = client.get(path, follow=True)
    new = "a quite different passphrase"
    answer = client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    assert answer.status_code == 302
    assert sign_in(Client(), person.email, new).status_code == 302
    again = Client().get(path, follow=True).content.decode()
    assert 'name="password1"' not in again


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client):
    answer = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("account_reset_password_done"))
    assert mail.outbox == []


@pytest.mark.parametrize("weak", ["short", "password1234", "Morgan Unusual"])
def test_a_weak_passphrase_is_refused(signed_in, person, weak):
    browser = signed_in(person)
    sent = {"oldpassword": PASSPHRASE, "password1": weak, "password2": weak}
    answer = browser.post(reverse("account_change_password"), sent)
    assert answer.status_code == 200
    person.refresh_from_db()
    assert person.check_password(PASSPHRASE)


def test_a_new_passphrase_is_recorded_without_it(client):
    person = a_person(Role.PRACTITIONER, passphrase=PASSPHRASE)
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
    new = "quite another passphrase"
    sent = {"oldpassword": PASSPHRASE, "password1": new, "password2": new}
    assert client.post(reverse("account_change_password"), sent).status_code == 302
    person.refresh_from_db()
    assert person.check_password(new)
    event = AuditEvent.objects.get(act="passphrase.changed")
    assert (event.actor_id, event.subject_id, event.detail) == (person.pk, str(person.pk), {})
