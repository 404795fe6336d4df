"""What somebody who tried to break the product found, each so that it stays mended."""

import threading

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.models import ConsultationAction, ConsultationNote, Referral
from consultations.services import actions, notes, referrals, screening
from core.models.actions import ActionStatus
from csproject.home import work_for
from tests.factories import a_draft, a_person, a_referral, a_team, an_action

pytestmark = pytest.mark.django_db


@pytest.fixture
def cs():
    return a_person(Role.CS_PRACTITIONER, team=a_team())


def test_a_list_of_people_stays_a_list_on_one_line(cs, signed_in):
    sent = a_referral()
    planned = screening.accept(
        sent, planned_for=timezone.localdate(), attending="Amina Rahman\r\nDaniel Osei\n\nSchool", reason="x", by=cs
    )
    taking_part = planned.consultation.participants.filter(person=None)
    assert {person.name for person in taking_part} == {"Amina Rahman", "Daniel Osei", "School"}
    notes_of = ConsultationNote.objects.filter(consultation=planned.consultation)
    url = reverse("consultations:save-section", args=[sent.pk, "siblings"])
    signed_in(cs).post(url, {"body": "Kai\r\nLeah", "version": 0}, headers={"Accept": "application/json"})
    assert notes_of.get(section__key="siblings").text.body == "Kai, Leah"


def test_another_steps_save_is_no_conflict(signed_in):
    draft = a_draft()
    browser = signed_in(draft.made_by)
    worry = reverse("consultations:step", args=[draft.pk, "worry"])
    shown = browser.get(worry).context["form"]["version"].value()
    suitability = reverse("consultations:step", args=[draft.pk, "suitability"])
    assert browser.post(suitability, {"version": "0"}).status_code == 302
    assert browser.post(worry, {"worry": "More", "version": shown}).status_code == 302
    again = browser.post(worry, {"worry": "Other", "version": shown})
    assert again.status_code == 409
    assert "Saved meanwhile: More" in again.content.decode()


def test_the_same_first_step_sent_twice_makes_one_draft():
    person = a_person(Role.PRACTITIONER, team=a_team())
    values = {"case_number": "1234567", "name": "Kai Mensah", "date_of_birth": None}
    first = referrals.start(dict(values), by=person)
    assert referrals.start(dict(values), by=person) == first
    assert referrals.start(values | {"name": "Leah Brook"}, by=person) != first


@pytest.mark.django_db(transaction=True)
def test_the_same_action_sent_three_times_at_once_is_one_action(cs):
    planned = a_referral(ReferralState.PLANNED)
    values = {"space": "home", "what": "Ring", "owner": None, "owner_name": "A", "owner_agency": "", "due": None}
    start = threading.Barrier(3)

    def send() -> None:
        try:
            start.wait(10)
            actions.add(planned.consultation, dict(values), by=cs)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ConsultationAction.objects.count() == 1


def test_an_imported_referral_that_is_screened_here_goes_all_the_way(cs, signed_in):
    sent = a_referral()
    Referral.objects.filter(pk=sent.pk).update(imported=True)
    sent.refresh_from_db()
    planned = screening.accept(sent, planned_for=timezone.localdate(), attending="", reason="Suitable", by=cs)
    page = signed_in(cs).get(planned.get_absolute_url()).content.decode()
    assert reverse("consultations:consultation", args=[planned.pk]) in page
    notes.hold(planned.consultation, held_on=timezone.localdate(), by=cs)
    assert "Data entry forms to complete" in [work.heading for work in work_for(cs)]


def test_closing_an_action_that_somebody_closed_shows_both(cs, signed_in):
    action = an_action(owner=cs)
    browser = signed_in(cs)
    actions.close(action, status=ActionStatus.DONE, outcome="Done by the other.", by=cs)
    url = reverse("consultations:close-action", args=[action.pk])
    answer = browser.post(url, {"status": "dropped", "outcome": "Typed by me."})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "already done" in page
    assert "Done by the other." in page
    assert "Typed by me." in page
    assert browser.get(reverse("consultations:change-action", args=[action.pk])).url == actions.page_of(action)


def test_an_address_that_only_takes_posts_says_so(cs, signed_in):
    answer = signed_in(a_person(Role.MANAGER)).get(reverse("read-notices"))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "cannot be opened by its address" in answer.content.decode()
