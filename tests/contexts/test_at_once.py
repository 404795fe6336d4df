"""Two people who do the same at the same moment, on connections of their own: one of them does it, nobody loses any."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from contexts.choices import ContextAct, ContextState
from contexts.models import ContextMerge, LinkedPerson, PeerTie
from contexts.services import conference, links, merging, packs
from tests.conference_factories import a_conference, a_pack, arranging
from tests.context_factories import a_context, a_linked_person, provenance
from tests.factories import a_person, a_referral, a_team
from tests.permissions.requests import date_parts

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts) -> list:
    """What each of these acts gave or raised, begun at the same moment."""
    results: list = [None] * len(acts)
    start = threading.Barrier(len(acts), timeout=30)

    def run(number: int, act) -> None:
        try:
            start.wait()
            results[number] = act()
        except Exception as failure:
            results[number] = failure
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def sent_by(person, url: str, data: dict):
    """A request that this person sends."""
    browser = Client(raise_request_exception=False)
    browser.force_login(person)
    return lambda: browser.post(url, data)


@pytest.fixture
def cs(db):
    return a_person(Role.CS_PRACTITIONER, team=a_team())


@pytest.fixture
def other(db):
    return a_person(Role.CS_PRACTITIONER, team=a_team())


def test_one_of_two_screens(cs, other):
    found = a_context(ContextState.REFERRED)
    url = reverse("contexts:screen", args=[found.pk])
    yes = {"decision": "accept", "reason": "It is the place.", "heard": "0", "lead": cs.pk}
    no = {"decision": "decline", "reason": "Too little.", "heard": "0"}
    answers = together(sent_by(cs, url, yes), sent_by(other, url, no))
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    for answer, words in zip(answers, ("It is the place.", "Too little."), strict=True):
        assert answer.status_code == 302 or words in answer.content.decode()  # what they wrote is theirs still
    found.refresh_from_db()
    assert found.decisions.filter(act__in=[ContextAct.ACCEPT, ContextAct.DECLINE]).count() == 1
    assert found.screened_by == (cs if answers[0].status_code == 302 else other)


def test_one_of_two_closes(cs, other):
    found = a_context(ContextState.REVIEWING, cs=cs)
    url = reverse("contexts:close", args=[found.pk])
    forms = [
        {"outcome": "safer", "words": words, "version": found.version, "actions": "keep"}
        for words in ("All is well.", "It is over.")
    ]
    answers = together(sent_by(cs, url, forms[0]), sent_by(other, url, forms[1]))
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    found.refresh_from_db()
    assert found.closing_words == ("All is well." if answers[0].status_code == 302 else "It is over.")
    assert found.decisions.filter(act=ContextAct.CLOSE).count() == 1


def test_one_conference_is_arranged_and_held_once(cs, other):
    found = a_context(ContextState.PLANNED, cs=cs)
    acts = [
        lambda by=by, place=place: conference.arrange(found, arranging(place=place), by=by)
        for by, place in ((cs, "Town hall"), (other, "Library"))
    ]
    together(*acts)
    assert found.conferences.count() == 1
    arranged = found.conferences.get()
    url = reverse("contexts:conference-hold", args=[found.pk, arranged.pk])
    review_on = date_parts("review_on", timezone.localdate() + timedelta(days=60))
    data = date_parts("held_on") | review_on
    arranged.on = timezone.localdate()
    arranged.save(update_fields=["on"])
    answers = together(sent_by(cs, url, data), sent_by(other, url, data))
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    found.refresh_from_db()
    assert found.state == ContextState.REVIEWING
    assert found.decisions.filter(act=ContextAct.HOLD).count() == 1


def test_a_pack_is_issued_once(cs, other):
    draft = a_pack(a_conference(by=cs), by=cs, issued=False)
    digest = packs.look_through(draft, cs).digest
    acts = [lambda by=by: packs.issue(draft, digest=digest, because="Places.", by=by) for by in (cs, other)]
    together(*acts)
    issued = draft.conference.packs.get()
    assert issued.status == "issued"
    assert issued.issued_by in (cs, other)


def test_two_begin_a_pack(cs, other):
    about = a_conference(by=cs)
    together(*[lambda by=by: packs.begin(about, by=by) for by in (cs, other)])
    assert about.packs.count() == 1


def test_two_contexts_merged_both_ways(cs):
    managers = [a_person(Role.MANAGER) for _ in range(2)]
    first, second = (a_context(cs=cs, assessed=False) for _ in range(2))
    pairs = [(first, second), (second, first)]
    marks = [merging.plan(gone, kept).mark for gone, kept in pairs]
    acts = [
        lambda pair=pair, mark=mark, by=by: merging.merge(*pair, mark=mark, reason="The same place.", by=by)
        for pair, mark, by in zip(pairs, marks, managers, strict=True)
    ]
    results = together(*acts)
    assert [isinstance(each, ContextMerge) for each in results].count(True) == 1
    for each in (first, second):
        each.refresh_from_db()
    assert not (first.merged_into_id and second.merged_into_id)


def test_the_same_young_person_is_linked_once(cs, other):
    found = a_context(cs=cs)
    young_person = a_referral(by=cs).young_person
    values = {"nature": "harmed", "standing": "", "meets_at": ""} | provenance()
    together(*[lambda by=by: links.link(found, values, young_person=young_person, by=by) for by in (cs, other)])
    assert LinkedPerson.objects.filter(context=found).count() == 1


def test_the_same_tie_is_made_once_from_either_end(cs, other):
    found = a_context(cs=cs)
    one, two = (a_linked_person(found, by=cs) for _ in range(2))
    values = {"nature": "friend", "mutual": True, "detail": ""} | provenance()
    together(lambda: links.tie(one, two, values, by=cs), lambda: links.tie(two, one, values, by=other))
    assert PeerTie.objects.filter(context=found).count() == 1


def test_a_person_is_moved_on_the_map_while_another_is(cs, other):
    """Neither move is lost, nor are those who were drawn where nobody had put them moved back."""
    found = a_context(cs=cs)
    one, two, third = (a_linked_person(found, by=cs) for _ in range(3))
    drawn = {each.pk: (50.0, 50.0) for each in (one, two, third)}
    together(
        lambda: links.place(found, {one.pk: (20.0, 20.0)}, drawn_at=drawn, by=cs),
        lambda: links.place(found, {two.pk: (80.0, 80.0)}, drawn_at=drawn, by=other),
    )
    places = dict(LinkedPerson.objects.filter(context=found).values_list("pk", "map_x"))
    assert (float(places[one.pk]), float(places[two.pk]), float(places[third.pk])) == (20, 80, 50)


def test_an_end_and_a_change_of_one_link(cs, other):
    found = a_context(cs=cs)
    person = a_linked_person(found, by=cs)
    values = {name: getattr(person, name) for name in links.OF_PERSON} | {"purpose": "Another purpose."}
    results = together(
        lambda: links.end(person, reason="Moved away.", by=cs),
        lambda: links.change(person, values, version=person.version, by=other),
    )
    assert isinstance(results[0], LinkedPerson)
    person.refresh_from_db()
    assert person.ended_because == "Moved away."
    assert (person.purpose == "Another purpose.") == isinstance(results[1], LinkedPerson)
