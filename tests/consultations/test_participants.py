"""Who takes part: added, removed, marked; nobody gains access by it, and nobody's mark is written over unseen."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations.models import Participant, Referral
from consultations.services import notes, participants, screening
from core.models import AuditEvent, Notice
from core.workflow import ActRefused
from tests.factories import a_person, a_referral, a_team

pytestmark = pytest.mark.django_db
ELSEWHERE = {"person": None, "name": "PC Stone", "agency": "Police", "email": ""}


@pytest.fixture
def cs():
    return a_person(Role.CS_PRACTITIONER, name="Ann")


@pytest.fixture
def consultation(cs):
    """Planned for next week, so that whoever is added is invited."""
    sent = a_referral("screening")
    day = timezone.localdate() + timedelta(days=7)
    return screening.accept(sent, planned_for=day, reason="Suitable.", by=cs).consultation


def page(consultation) -> str:
    return reverse("consultations:participants", args=[consultation.referral_id])


def here(person) -> dict:
    return {"person": person, "name": "", "agency": "", "email": ""}


def test_a_person_here_is_added_invited_and_gains_no_access(cs, consultation, signed_in):
    outsider = a_person(Role.PRACTITIONER, team=a_team(), name="Olive")
    response = signed_in(cs).post(page(consultation), {"who": "here", "person": outsider.pk}, follow=True)
    assert "Olive may not read this record: taking part does not give access to it." in response.content.decode()
    assert Notice.objects.get(user=outsider).calendar
    assert not Referral.objects.visible_to(outsider).exists()
    assert signed_in(outsider).get(page(consultation)).status_code == 404
    event = AuditEvent.objects.get(act="consultation.participant-added")
    assert event.subject_label == consultation.referral.reference


def test_somebody_elsewhere_is_added_by_name_and_invited_by_e_mail(cs, consultation, signed_in, settings):
    settings.SENDS_MAIL = True
    sent = {"who": "elsewhere", "name": "PC Stone", "agency": "Police", "email": "stone@police.example"}
    signed_in(cs).post(page(consultation), sent)
    there = Participant.objects.get(name="PC Stone")
    assert there.invited_at is not None
    assert Notice.objects.get(email="stone@police.example", user=None).calendar


def test_where_no_e_mail_is_sent_the_page_says_so_and_offers_the_file(cs, consultation, signed_in, settings):
    settings.SENDS_MAIL = False
    sent = {"who": "elsewhere", "name": "PC Stone", "agency": "Police", "email": "stone@police.example"}
    shown = signed_in(cs).post(page(consultation), sent, follow=True).content.decode()
    assert "This service sends no e-mail." in shown
    assert reverse("consultations:calendar-file", args=[consultation.referral_id]) in shown
    assert Participant.objects.get(name="PC Stone").invited_at is None


@pytest.mark.parametrize("who", ["here", "elsewhere"])
def test_the_same_form_twice_adds_one(cs, consultation, who):
    values = here(a_person(name="Ben")) if who == "here" else ELSEWHERE
    before = Participant.objects.count()
    first = participants.add(consultation, values, by=cs)
    assert participants.add(consultation, values, by=cs) == first
    assert Participant.objects.count() == before + 1
    assert AuditEvent.objects.filter(act="consultation.participant-added").count() == 1


@pytest.mark.parametrize("who", ["here", "elsewhere"])
def test_somebody_who_is_there_already_is_refused_kindly(cs, consultation, signed_in, who):
    values = here(a_person(name="Ben")) if who == "here" else ELSEWHERE
    participants.add(consultation, values, by=a_person(Role.CS_PRACTITIONER))
    if who == "here":
        sent, said = {"who": "here", "person": values["person"].pk}, "Ben is on the list already."
    else:
        sent, said = {"who": "elsewhere", "name": "pc stone", "agency": "POLICE"}, "PC Stone is on the list already."
    response = signed_in(cs).post(page(consultation), sent)
    assert response.status_code == 409
    assert said in response.content.decode()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Select who it is"),
        ({"who": "here"}, "Choose who it is"),
        ({"who": "elsewhere", "name": " "}, "Enter their name"),
        ({"who": "elsewhere", "name": "A", "email": "nonsense"}, "Enter an e-mail address"),
        ({"who": "elsewhere", "name": "x" * 201}, "Name must be 200 characters or fewer"),
        ({"who": "here", "person": "999999999"}, "Choose person from the options"),
    ],
)
def test_what_is_missing_or_wrong_is_said(cs, consultation, signed_in, sent, said):
    before = Participant.objects.count()
    response = signed_in(cs).post(page(consultation), sent)
    assert response.status_code == 200
    assert said in response.content.decode()
    assert Participant.objects.count() == before


def test_who_has_left_cannot_be_added(cs, consultation, signed_in):
    left = a_person(name="Gone", active=False)
    response = signed_in(cs).post(page(consultation), {"who": "here", "person": left.pk})
    assert "Choose person from the options" in response.content.decode()


def test_removing_asks_tells_who_was_invited_and_may_come_twice(cs, consultation, signed_in):
    ben = a_person(Role.CS_PRACTITIONER, name="Ben")
    there = participants.add(consultation, here(ben), by=cs)
    url = reverse("consultations:remove-participant", args=[consultation.referral_id, there.pk])
    browser = signed_in(cs)
    assert "they are told that they are no longer expected" in browser.get(url).content.decode()
    browser.post(url)
    assert not Participant.objects.filter(pk=there.pk).exists()
    assert "METHOD:CANCEL" in Notice.objects.filter(user=ben).order_by("created_at").last().calendar
    assert participants.remove(there, by=cs) is False
    assert AuditEvent.objects.filter(act="consultation.participant-removed").count() == 1


def test_a_participant_of_another_consultation_is_not_reached_through_this_one(cs, consultation, signed_in):
    other = a_referral("planned", cs=cs).consultation.participants.first()
    url = reverse("consultations:remove-participant", args=[consultation.referral_id, other.pk])
    assert signed_in(cs).post(url).status_code == 404
    marks = reverse("consultations:mark-participants", args=[consultation.referral_id])
    signed_in(cs).post(marks, {f"was-{other.pk}": "", f"came-{other.pk}": "yes"})
    other.refresh_from_db()
    assert other.came is None


def test_who_came_is_marked_before_and_after_the_meeting(cs, consultation, signed_in):
    one, two = consultation.participants.all()
    url = reverse("consultations:mark-participants", args=[consultation.referral_id])
    browser = signed_in(cs)
    browser.post(url, {f"was-{one.pk}": "", f"came-{one.pk}": "yes", f"was-{two.pk}": "", f"came-{two.pk}": ""})
    notes.hold(consultation, held_on=timezone.localdate(), by=cs)
    browser.post(url, {f"was-{two.pk}": "", f"came-{two.pk}": "no"})
    assert list(consultation.participants.values_list("came", flat=True)) == [True, False]
    assert AuditEvent.objects.filter(act="consultation.participant-came").count() == 2


def test_two_people_mark_at_once_and_the_first_stands(cs, consultation, signed_in):
    one = consultation.participants.first()
    url = reverse("consultations:mark-participants", args=[consultation.referral_id])
    signed_in(a_person(Role.CS_PRACTITIONER)).post(url, {f"was-{one.pk}": "", f"came-{one.pk}": "no"})
    shown = signed_in(cs).post(url, {f"was-{one.pk}": "", f"came-{one.pk}": "yes"}, follow=True).content.decode()
    one.refresh_from_db()
    assert one.came is False
    assert "Somebody else changed this at the same time" in shown
    assert f"{one.who}: did not come" in shown


@pytest.mark.parametrize("sent", [{"came": "maybe"}, {"was": "perhaps"}, {"was": None}])
def test_marks_that_no_page_sends_change_nothing(cs, consultation, signed_in, sent):
    one = consultation.participants.first()
    values = {name: value for name, value in ({"was": "", "came": "yes"} | sent).items() if value is not None}
    url = reverse("consultations:mark-participants", args=[consultation.referral_id])
    signed_in(cs).post(url, {f"{name}-{one.pk}": value for name, value in values.items()})
    one.refresh_from_db()
    assert one.came is None


def test_a_closed_referral_takes_nobody(cs, consultation, signed_in):
    screening.withdraw(consultation.referral, reason="Not needed.", by=cs)
    with pytest.raises(ActRefused, match="closed without a consultation"):
        participants.add(consultation, ELSEWHERE, by=cs)
    sent = {"who": "elsewhere", "name": "PC Stone"}
    assert signed_in(cs).post(page(consultation), sent).status_code == 409
    there = consultation.participants.first()
    with pytest.raises(ActRefused):
        participants.remove(there, by=cs)
    with pytest.raises(ActRefused):
        participants.mark(consultation, {there.pk: (None, True)}, by=cs)


def test_after_the_meeting_nobody_is_invited(cs, consultation):
    notes.hold(consultation, held_on=timezone.localdate(), by=cs)
    consultation.referral.refresh_from_db()
    before = Notice.objects.count()
    assert participants.add(consultation, here(a_person(name="Ben")), by=cs).invited_at is None
    assert Notice.objects.count() == before


def test_the_consultation_page_shows_who_takes_part(cs, consultation, signed_in):
    participants.add(consultation, ELSEWHERE | {"name": "<b>Stone</b>"}, by=cs)
    shown = signed_in(cs).get(reverse("consultations:consultation", args=[consultation.referral_id])).content.decode()
    assert "&lt;b&gt;Stone&lt;/b&gt;, Police" in shown
    assert page(consultation) in shown
