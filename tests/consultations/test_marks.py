"""Harm and strength of a space: saved at once, nothing lost between two people, and the same without scripts."""

import pytest
from django.urls import reverse

from accounts.permissions import Role
from consultations.choices import Space
from consultations.models import ConsultationNote, SpaceMark
from consultations.services import marks, screening
from core.models import AuditEvent
from core.workflow import ActRefused, EditConflict
from tests.factories import a_person, a_referral

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


@pytest.fixture
def referral():
    return a_referral("planned")


@pytest.fixture
def people():
    return [a_person(Role.CS_PRACTITIONER, name=name) for name in ("Ann", "Ben")]


def save(browser, referral, space="school", **values):
    sent = {"harm": "", "strength": "", "version": "0"} | values
    return browser.post(reverse("consultations:mark-space", args=[referral.pk, space]), sent, headers=JSON)


def test_a_mark_is_saved_and_says_who_marked_it(referral, people, signed_in):
    browser = signed_in(people[0])
    answer = save(browser, referral, harm="serious", strength="some").json()
    assert (answer["status"], answer["version"]) == ("saved", 1)
    assert answer["saved_line"].startswith("Marked by Ann, ")
    answer = save(browser, referral, harm="some", strength="some", version="1").json()
    assert answer["version"] == 2
    found = marks.of(referral.consultation)
    assert list(found) == [Space.SCHOOL]
    assert (found[Space.SCHOOL].harm, found[Space.SCHOOL].strength) == ("some", "some")
    last = AuditEvent.objects.filter(act="consultation.marked").first()
    assert last.detail == {"space": "school", "harm": ["serious", "some"]}
    assert last.subject_label == referral.reference


def test_whoever_comes_second_is_told_who_chose_what_and_nothing_is_lost(referral, people, signed_in):
    ann, ben = map(signed_in, people)
    save(ann, referral, harm="serious", strength="none")
    answer = save(ben, referral, harm="none")
    assert answer.status_code == 409
    said = answer.json()
    assert (said["harm"], said["strength"], said["version"]) == ("serious", "none", 1)
    assert said["message"].startswith("Ann changed School to serious harm and no strength known at the same time.")
    assert SpaceMark.objects.get().harm == "serious"
    assert save(ben, referral, harm="none", version="1").json()["version"] == 2  # having seen it


def test_the_same_choice_twice_is_one_and_no_conflict(referral, people, signed_in):
    ann, ben = map(signed_in, people)
    save(ann, referral, harm="some")
    assert save(ann, referral, harm="some").json() == save(ben, referral, harm="some").json()
    assert SpaceMark.objects.get().by == people[0]
    assert AuditEvent.objects.filter(act="consultation.marked").count() == 1


def test_a_mark_can_be_taken_back(referral, people, signed_in):
    browser = signed_in(people[0])
    save(browser, referral, harm="some")
    save(browser, referral, version="1")
    assert (SpaceMark.objects.get().harm, SpaceMark.objects.get().version) == ("", 2)


@pytest.mark.parametrize(
    "values", [{"harm": "terrible"}, {"strength": "serious"}, {"version": ""}, {"version": "-1"}, {"version": "9" * 20}]
)
def test_what_no_page_sends_is_refused(referral, people, signed_in, values):
    answer = save(signed_in(people[0]), referral, **values)
    assert (answer.status_code, answer.json()["status"]) == (400, "refused")
    assert not SpaceMark.objects.exists()


def test_a_space_that_there_is_not(referral, people, signed_in):
    assert save(signed_in(people[0]), referral, space="moon", harm="some").status_code == 404


@pytest.mark.parametrize("reopened", [False, True])
def test_what_was_closed_or_waits_to_be_screened_again_takes_no_mark(people, reopened):
    referral = a_referral("planned")
    consultation = referral.consultation
    screening.withdraw(referral, reason="Not needed.", by=people[0])
    if reopened:
        screening.reopen(referral, reason="Needed.", by=people[0])
    with pytest.raises(ActRefused):
        marks.save(consultation, Space.HOME, harm="some", strength="", version=0, by=people[0])


def test_a_conflict_carries_what_stands(referral, people):
    given = {"strength": "", "version": 0}
    marks.save(referral.consultation, Space.HOME, harm="some", by=people[0], **given)
    with pytest.raises(EditConflict) as caught:
        marks.save(referral.consultation, Space.HOME, harm="none", by=people[1], **given)
    assert caught.value.current.harm == "some"


def without_scripts(**values) -> dict:
    """What the form sends for the space School."""
    sent = {"was": "/", "version": "0", "harm": "", "strength": ""} | values
    return {f"mark-school-{name}": value for name, value in sent.items()}


def test_without_scripts_marks_are_saved_with_the_texts(referral, people, signed_in):
    everything = reverse("consultations:save-all", args=[referral.pk])
    sent = {"text-school": "Words", "version-school": "0", "section": "school"} | without_scripts(harm="serious")
    answer = signed_in(people[0]).post(everything, sent, follow=True)
    assert "School: harm and strength" in answer.content.decode()
    assert SpaceMark.objects.get().harm == "serious"
    assert ConsultationNote.objects.get(section__key="school").text.body == "Words"


def test_without_scripts_what_was_not_changed_is_not_written_over(referral, people, signed_in):
    ann, ben = map(signed_in, people)
    everything = reverse("consultations:save-all", args=[referral.pk])
    save(ann, referral, harm="serious")
    assert ben.post(everything, without_scripts()).status_code == 302  # drawn before Ann marked it, and left alone
    assert SpaceMark.objects.get().harm == "serious"
    answer = ben.post(everything, without_scripts(harm="none"))
    assert answer.status_code == 409
    assert "Ann changed School to serious harm" in answer.content.decode()
    assert SpaceMark.objects.get().harm == "serious"


def test_the_page_shows_the_marks_to_who_reads_only(referral, people, signed_in):
    save(signed_in(people[0]), referral, harm="serious", strength="strong")
    shown = signed_in(referral.made_by).get(reverse("consultations:consultation", args=[referral.pk])).content.decode()
    assert "Serious harm. Real strength" in shown
    assert "mark-school-harm" not in shown
