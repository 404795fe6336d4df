"""Defects that were found by trying to break consultations from outside; each test failed before its mending."""

import itertools
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from accounts.permissions import Role
from consultations.forms.papers import LONGEST_NAME, MOST_NAMES, RedactionForm
from consultations.models import Presence, Referral
from consultations.papers.finding import Proposals
from consultations.services import feedback, known, papers, people, presence, referrals, take_aways
from core.models import AuditEvent, Notice
from core.workflow import EditConflict
from tests.factories import a_draft, a_person, a_referral, a_take_away, an_action

pytestmark = pytest.mark.django_db
SAID = {"used": "yes", "useful": 4, "young_person": "Calmer", "context": "", "actions": {}}


@pytest.fixture
def cs():
    return a_person(Role.CS_PRACTITIONER)


def test_one_person_who_makes_up_pages_does_not_fill_the_table(cs):
    referral, now = a_referral("planned"), timezone.now()
    visible = Referral.objects.visible_to(cs)
    for number in range(60):
        at = now + timedelta(milliseconds=number)
        presence.here(visible, referral.pk, by=cs, client=f"page-{number}", at=at)
    assert Presence.objects.count() == presence.MOST_PAGES
    other = a_person(Role.CS_PRACTITIONER)
    presence.here(visible, referral.pk, by=other, client="page-0", at=now)
    assert Presence.objects.filter(user=other).exists()
    # The page that spoke last is there; the first ones gave their places up.
    assert Presence.objects.filter(user=cs, client="page-59").exists()
    assert not Presence.objects.filter(user=cs, client="page-0").exists()


def test_the_same_change_of_a_question_sent_twice_is_no_conflict(cs):
    question = a_take_away(a_referral("planned"), by=cs)
    values = {name: getattr(question, name) for name in take_aways.FIELDS} | {"what": "Who else was there?"}
    first = take_aways.change(question, values, version=question.version, by=cs)
    again = take_aways.change(question, values, version=question.version, by=cs)
    assert first.version == again.version
    assert AuditEvent.objects.filter(act="take-away.changed").count() == 1
    with pytest.raises(EditConflict):
        take_aways.change(question, values | {"what": "Other words"}, version=question.version, by=cs)


def test_a_question_that_is_somebody_elses_or_answered_waits_for_nobody(cs):
    first, second = a_person(Role.PRACTITIONER), a_person(Role.PRACTITIONER)
    values = {"what": "Who?", "owner": first, "owner_name": "", "owner_agency": "", "due": None}
    question = take_aways.add(a_referral("planned").consultation, values, by=cs)
    assert Notice.objects.filter(user=first).count() == 1
    question = take_aways.change(question, values | {"owner": second}, version=question.version, by=cs)
    assert not Notice.objects.filter(user=first).exists()
    assert Notice.objects.filter(user=second).count() == 1
    take_aways.answer(question, status="done", outcome="Found out", by=cs)
    assert not Notice.objects.filter(user=second).exists()


def test_feedback_recorded_by_a_second_practitioner_and_sent_twice_is_no_conflict(cs):
    referral, other = a_referral("held"), a_person(Role.CS_PRACTITIONER)
    given = feedback.give(referral, SAID, version=0, by=cs)
    values = SAID | {"useful": 2}
    first = feedback.give(referral, values, version=given.version, by=other)
    assert feedback.give(referral, values, version=given.version, by=other).version == first.version


def test_a_number_leads_through_three_merges(cs):
    manager = a_person(Role.MANAGER)
    sent = [
        referrals.send(a_draft(cs, case_number=number, name="Sam"), by=cs)
        for number in ("AA-100", "BB-200", "CC-300", "DD-400")
    ]
    ones = [one.young_person for one in sent]
    for gone, kept in itertools.pairwise(ones):
        gone.refresh_from_db()
        kept.refresh_from_db()
        plan = people.plan(gone, kept, keep=kept, choices={})
        people.merge(gone, kept, keep=kept, choices={}, mark=plan.mark, reason="One", by=manager)
    found = known.known("AA-100", by=cs)
    assert [one.id for one in found] == [ones[-1].pk]
    assert len(found[0].referrals) == 4


def test_words_to_leave_out_that_are_refused_for_their_length_are_not_looked_for():
    data = QueryDict(mutable=True)
    data["more"] = "\n".join(["x" * (LONGEST_NAME + 1), *(f"Name {number}" for number in range(MOST_NAMES + 9))])
    form = RedactionForm(data, found=Proposals(), digest="d")
    assert not form.is_valid()
    chosen = form.chosen_so_far()
    assert len(chosen) == MOST_NAMES
    assert chosen[0] == "Name 0"


def test_a_relative_who_does_an_action_is_left_out_unless_somebody_says_otherwise(cs):
    consultation = a_referral("planned").consultation
    an_action(consultation.referral, owner_name="Wilhelmina Threlkeld", owner_agency="")
    an_action(consultation.referral, owner_name="Oswald Pemberton", owner_agency="Police")
    found = papers.proposals(consultation, papers.whole_record(consultation))
    assert "Wilhelmina Threlkeld" in found.names
    assert "Oswald Pemberton" in found.staff
