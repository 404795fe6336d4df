"""The settings of casework: within their limits, with what they were before in the audit log, nobody's change lost."""

import threading

import pytest
from django.db import connections, transaction
from django.urls import reverse

from accounts.permissions import Role
from core import intervals
from core.models import AuditEvent, CaseworkSettings, FormDraft
from core.workflow import EditConflict
from tests.factories import a_person

pytestmark = pytest.mark.django_db
GIVEN = {
    "feedback_after_weeks": 4, "feedback_chase_after_weeks": 2, "remind_days_before": 3, "restriction_review_days": 90,
    "pattern_referrals": 3, "pattern_days": 120,
}  # fmt: skip


@pytest.fixture
def browser(signed_in):
    return signed_in(a_person(Role.ADMINISTRATOR))


def send(browser, version: int = 1, **changed):
    return browser.post(reverse("accounts:settings"), GIVEN | {"version": version} | changed)


def test_the_settings_are_saved_with_what_they_were_before(browser):
    assert b'value="6"' in browser.get(reverse("accounts:settings")).content
    assert send(browser).status_code == 302
    assert CaseworkSettings.current().feedback_after_weeks == 4
    event = AuditEvent.objects.get(act="settings.casework")
    assert event.detail == {"set": {"feedback after weeks": "6 to 4"}}


def test_the_same_form_twice_is_one_change(browser):
    assert [send(browser).status_code, send(browser).status_code] == [302, 302]
    assert AuditEvent.objects.filter(act="settings.casework").count() == 1
    assert CaseworkSettings.current().version == 2


def test_what_somebody_else_changed_meanwhile_is_shown_and_kept(browser):
    send(browser, feedback_after_weeks=8)
    answer = send(browser, version=1, feedback_after_weeks=10)
    assert answer.status_code == 409
    assert "Saved meanwhile: 8" in answer.content.decode()
    assert CaseworkSettings.current().feedback_after_weeks == 8
    assert send(browser, version=2, feedback_after_weeks=10).status_code == 302


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("feedback_after_weeks", "", "Enter the number of weeks until feedback is asked for"),
        ("feedback_after_weeks", "0", "must be 1 or more"),
        ("feedback_after_weeks", "53", "must be 52 or less"),
        ("feedback_after_weeks", "-1", "must be 1 or more"),
        ("feedback_after_weeks", "six", "must be a whole number"),
        ("feedback_after_weeks", "2.5", "must be a whole number"),
        ("feedback_after_weeks", "9" * 400, "must be"),
        ("feedback_chase_after_weeks", "0", "must be 1 or more"),
        ("remind_days_before", "61", "must be 60 or less"),
        ("restriction_review_days", "366", "must be 365 or less"),
    ],
)
def test_what_cannot_be_is_refused(browser, name, value, message):
    answer = send(browser, **{name: value})
    assert answer.status_code == 200
    assert message in answer.content.decode()
    assert not AuditEvent.objects.filter(act="settings.casework").exists()


def test_reminding_on_the_day_itself_is_possible(browser):
    send(browser, remind_days_before=0)
    assert CaseworkSettings.current().remind_days_before == 0


def test_what_was_typed_is_forgotten_once_it_is_sent(browser):
    page = browser.get(reverse("accounts:settings")).context["page"]
    kept = {"draft_key": page.draft_key, "client": "page-1", **dict.fromkeys(GIVEN, "7")}
    browser.post(reverse("core:keep-draft"), kept)
    assert FormDraft.objects.count() == 1
    assert b"is in this form again" in browser.get(reverse("accounts:settings")).content
    send(browser)
    assert not FormDraft.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_administrators_at_once():
    CaseworkSettings.objects.create(pk=1)
    told = []

    def work():
        try:
            intervals.change(GIVEN | {"feedback_after_weeks": 10}, version=1, by=a_person(Role.ADMINISTRATOR))
            told.append("saved")
        except EditConflict:
            told.append("conflict")
        connections.close_all()

    thread = threading.Thread(target=work)
    with transaction.atomic():
        intervals.change(GIVEN | {"feedback_after_weeks": 8}, version=1, by=a_person(Role.ADMINISTRATOR))
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
    thread.join()
    assert told == ["conflict"]
    assert CaseworkSettings.current().feedback_after_weeks == 8
