"""Two people at the very same moment: one cell, one mark, one line on the list, and no words lost."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from accounts.permissions import Role
from consultations.choices import Space
from consultations.models import FrameworkCell, FrameworkPlace, Participant, SpaceMark, TakeAway
from consultations.services import framework, marks, participants, take_aways
from core.models import FormSection, SetAsideText
from core.models.lists import FormName
from core.workflow import ActRefused, EditConflict
from tests.factories import a_person, a_referral

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 6


def at_once(do) -> list:
    """What `do(number)` gives or raises, for several threads that begin at the same moment."""
    gate = threading.Barrier(AT_ONCE)

    def run(number):
        gate.wait()
        try:
            return do(number)
        except (ActRefused, EditConflict) as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


@pytest.fixture
def consultation():
    return a_referral("planned").consultation


@pytest.fixture
def people():
    return [a_person(Role.CS_PRACTITIONER, name=f"Person {number}") for number in range(AT_ONCE)]


def test_first_saves_of_a_cell_share_it_and_all_words_are_kept(consultation, people):
    place = FrameworkPlace.objects.select_related("factor", "consultation__referral").first()
    point = FormSection.objects.of(FormName.FRAMEWORK_POINTS).first()
    bodies = [f"Words of {number}" for number in range(AT_ONCE)]
    at_once(lambda n: framework.save_cell(place, point, body=bodies[n], base_version=0, by=people[n]))
    kept = [FrameworkCell.objects.get().text.body, *SetAsideText.objects.values_list("body", flat=True)]
    assert sorted(kept) == bodies


def test_a_column_is_not_taken_away_under_somebodys_words(consultation, people):
    factor = FormSection.objects.get(form=FormName.FRAMEWORK_FACTORS, key="schools")
    point = FormSection.objects.of(FormName.FRAMEWORK_POINTS).first()
    made = framework.add_place(consultation, factor, name="Eastfields", by=people[0])
    place = FrameworkPlace.objects.select_related("factor", "consultation__referral").get(pk=made.pk)

    def write_or_remove(n):
        if n % 2:
            return framework.remove_place(place, by=people[n])
        return framework.save_cell(place, point, body=f"Words {n}", base_version=0, by=people[n])

    results = at_once(write_or_remove)
    told_saved = [result for result in results[::2] if not isinstance(result, ActRefused)]
    if told_saved:
        kept = FrameworkCell.objects.filter(place=place).count() + SetAsideText.objects.count()
        assert kept == len(told_saved)
    else:
        assert not FrameworkPlace.objects.filter(pk=place.pk).exists()


def test_columns_added_at_once_stand_in_a_row(consultation, people):
    factor = FormSection.objects.get(form=FormName.FRAMEWORK_FACTORS, key="schools")
    at_once(lambda n: framework.add_place(consultation, factor, name=f"School {n % 3}", by=people[n]))
    added = consultation.framework_places.filter(factor=factor)
    assert sorted(added.values_list("order", flat=True)) == [1, 2, 3, 4]


def test_of_first_marks_one_stands_and_the_others_are_told(consultation, people):
    choices = ["none", "some", "serious", "none", "some", "serious"]
    results = at_once(
        lambda n: marks.save(consultation, Space.HOME, harm=choices[n], strength="", version=0, by=people[n])
    )
    mark = SpaceMark.objects.get()
    refused = [result for result in results if isinstance(result, EditConflict)]
    assert len(refused) == 4  # two chose the same
    assert {result.current.harm for result in refused} == {mark.harm}
    assert mark.version == 1


@pytest.mark.parametrize("elsewhere", [False, True])
def test_one_person_is_on_the_list_once(consultation, people, elsewhere):
    somebody = None if elsewhere else a_person(name="Ben")
    values = {"person": somebody, "name": "PC Stone" if elsewhere else "", "agency": "", "email": ""}
    before = Participant.objects.count()
    at_once(lambda n: participants.add(consultation, values, by=people[n]))
    assert Participant.objects.count() == before + 1


def test_a_question_sent_twice_is_one_and_is_answered_once(consultation, people):
    values = {"what": "Who?", "owner": None, "owner_name": "PC Stone", "owner_agency": "", "due": None}
    at_once(lambda n: take_aways.add(consultation, values, by=people[0], at=timezone.now() + timedelta(seconds=n)))
    question = TakeAway.objects.select_related("consultation__referral").get()
    results = at_once(lambda n: take_aways.answer(question, status="done", outcome=f"Answer {n}", by=people[n]))
    assert sum(isinstance(result, ActRefused) for result in results) == AT_ONCE - 1
    assert TakeAway.objects.get().version == 2
