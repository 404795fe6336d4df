"""The data entry form: prefilled, one primary concern, themes with the text of Other, short without a consultation."""

import html

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.permissions import Role
from consultations.choices import ReferralState
from core.models import AuditEvent
from core.workflow import ActRefused, EditConflict
from tests.factories import a_person, a_referral, a_team, an_entry
from tracker.models import Theme, TrackerEntry
from tracker.services.entries import complete_entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(signed_in):
    return signed_in(a_person(Role.CS_PRACTITIONER, name="Cass"))


def url(referral) -> str:
    return reverse("tracker:data-entry", args=[referral.pk])


def page(browser, referral) -> str:
    return html.unescape(browser.get(url(referral)).content.decode())


def test_what_is_known_is_there_already(browser):
    referral = a_referral("held", by=a_person(Role.PRACTITIONER, team=a_team("Near team"), name="Robin Ash"))
    shown = page(browser, referral)
    for known in (referral.case_number, "Robin Ash", "Near team", referral.reference):
        assert known in shown


def test_completing_it_puts_it_into_the_tracker(browser):
    referral = a_referral("held")
    themes = list(Theme.objects.in_use()[2:5])
    sent = {
        "how_long_known": "Two years", "previous_referrals": "One, by the school", "primary_concern": "peer-group",
        "detail": "Marlow School", "themes": [theme.pk for theme in themes], "version": "0",
    }  # fmt: skip
    answer = browser.post(url(referral), sent)
    assert answer.headers["Location"] == reverse("consultations:referral", args=[referral.pk])
    entry = TrackerEntry.objects.get()
    assert (entry.how_long_known, entry.previous_referrals) == ("Two years", "One, by the school")
    assert (entry.primary_concern, entry.detail, entry.version) == ("peer-group", "Marlow School", 1)
    assert set(entry.themes.all()) == set(themes)
    assert entry.completed_by.name == "Cass"
    shown = browser.get(reverse("consultations:referral", args=[referral.pk])).content.decode()
    assert "Completed by Cass" in shown
    assert "Change the data entry form" in shown


def test_a_completed_form_can_be_changed_and_keeps_who_completed_it(browser):
    entry = an_entry(by=a_person(Role.CS_PRACTITIONER, name="First"))
    sent = {"primary_concern": "home", "version": "1", "how_long_known": "3 years"}
    assert browser.post(url(entry.referral), sent).status_code == 302
    entry.refresh_from_db()
    assert (entry.primary_concern, entry.version, entry.completed_by.name) == ("home", 2, "First")
    assert not entry.themes.exists()
    event = AuditEvent.objects.get(act="data-entry.changed")
    assert event.actor_name == "Cass"
    assert event.detail["how_long_known"] == ["2 years", "3 years"]
    assert event.detail["themes"][1] == []


@pytest.mark.parametrize("concern", ["", "street", "home,school"])
def test_exactly_one_of_the_five_concerns(browser, concern):
    referral = a_referral("held")
    answer = browser.post(url(referral), {"primary_concern": concern, "detail": "Typed"})
    assert answer.status_code == 200
    assert "There is a problem" in answer.content.decode()
    assert not TrackerEntry.objects.exists()


@pytest.mark.parametrize("text", ["", "  "])
def test_other_needs_its_text(browser, text):
    referral = a_referral("held")
    other = Theme.objects.get(needs_text=True)
    answer = browser.post(url(referral), {"primary_concern": "home", "themes": [other.pk], "other_theme": text})
    assert answer.status_code == 200
    assert "Enter what the other theme is" in answer.content.decode()
    sent = {"primary_concern": "home", "themes": [other.pk], "other_theme": "Cuckooing"}
    assert browser.post(url(referral), sent).status_code == 302
    assert TrackerEntry.objects.get().other_theme == "Cuckooing"
    assert "Other: Cuckooing" in browser.get(reverse("tracker:tracker")).content.decode()


def test_the_text_of_other_goes_when_other_is_not_chosen(browser):
    referral = a_referral("held")
    browser.post(url(referral), {"primary_concern": "home", "other_theme": "Left over"})
    assert TrackerEntry.objects.get().other_theme == ""


@pytest.mark.parametrize("state", [ReferralState.SIGNPOSTED, ReferralState.WITHDRAWN])
def test_without_a_consultation_the_form_is_short(browser, state):
    referral = a_referral(state)
    shown = page(browser, referral)
    assert "How long have they been known" not in shown
    assert "this is the short form" in shown
    sent = {"primary_concern": "home", "how_long_known": "smuggled in"}
    assert browser.post(url(referral), sent).status_code == 302
    assert TrackerEntry.objects.get().how_long_known == ""


def test_a_theme_that_was_switched_off_stays_where_it_was_chosen(browser):
    theme = Theme.objects.first()
    entry = an_entry(themes=[theme])
    Theme.objects.filter(pk=theme.pk).update(active=False)
    assert f">{theme.name}" in page(browser, entry.referral).replace("\n", "").replace("  ", "")
    assert (
        browser.post(url(entry.referral), {"primary_concern": "home", "version": "1", "themes": [theme.pk]}).status_code
        == 302
    )
    new = a_referral("held")
    answer = browser.post(url(new), {"primary_concern": "home", "themes": [theme.pk]})
    assert answer.status_code == 200
    assert not TrackerEntry.objects.filter(referral=new).exists()


def test_the_service_refuses_an_old_version():
    entry = an_entry()
    by = a_person(Role.CS_PRACTITIONER)
    with pytest.raises(EditConflict):
        complete_entry(entry.referral, {"primary_concern": "home"}, version=0, by=by)


def test_the_service_refuses_it_before_the_consultation():
    with pytest.raises(ActRefused, match="has not been held yet"):
        complete_entry(a_referral("planned"), {"primary_concern": "home"}, version=0, by=a_person())


def test_the_database_knows_no_completed_form_without_a_concern():
    entry = an_entry()
    for values in ({"primary_concern": ""}, {"completed_by": None}, {"completed_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            TrackerEntry.objects.filter(pk=entry.pk).update(**values)


def test_home_asks_for_it_until_it_is_done(browser):
    referral = a_referral("held")
    assert url(referral) in browser.get("/").content.decode()
    browser.post(url(referral), {"primary_concern": "home"})
    assert url(referral) not in browser.get("/").content.decode()
