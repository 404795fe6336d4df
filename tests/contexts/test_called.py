"""What a context is called: its name is words that somebody typed, and may hold the name of a hidden young person."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.permissions import Role
from consultations.services import access
from contexts.models import Context
from contexts.services import work
from core.workflow import ActRefused
from tests.context_factories import a_context, a_linked_person
from tests.factories import a_person, a_referral, a_team

pytestmark = pytest.mark.django_db
HERS = "Ottoline Ravensdale’s friends"


@pytest.fixture
def hidden():
    """(a context named after a young person whom its worker may not see, the worker, somebody who may see them)."""
    knows, worker = a_person(Role.CS_PRACTITIONER), a_person(Role.CS_PRACTITIONER)
    referral = a_referral("screening", name="Ottoline Ravensdale")
    access.restrict(referral, reason="Known", people=[knows], by=a_person(Role.MANAGER))
    found = a_context(by=worker, cs=worker, lead=worker, name=HERS, place="Behind Ottoline’s house")
    a_linked_person(found, referral.young_person, by=knows)
    return found, worker, knows


def pages(found):
    for name in ("context", "change", "people", "plan", "workers", "chronology"):
        yield reverse(f"contexts:{name}", args=[found.pk])
    yield from (reverse("home"), reverse("contexts:contexts"))


def test_its_name_and_place_name_nobody_hidden_and_somebody_who_may_be_known(hidden, signed_in):
    found, worker, knows = hidden
    browser = signed_in(worker)
    for url in pages(found):
        page = browser.get(url).content.decode()
        assert "Ottoline" not in page, url
        assert "Ravensdale" not in page, url
    assert "[Person A]’s friends" in browser.get(found.get_absolute_url()).content.decode()
    assert HERS in signed_in(knows).get(found.get_absolute_url()).content.decode()


def test_a_context_about_which_nobody_said_who_reads_is_called_by_its_reference(hidden):
    found = Context.objects.get(pk=hidden[0].pk)
    assert (found.shown_name, found.shown_place) == (found.reference, "")


@pytest.mark.parametrize(("words", "there"), [("Ottoline", False), ("ravens", False), ("friends", True)])
def test_a_search_for_a_hidden_name_finds_nothing(hidden, signed_in, words, there):
    found, worker, knows = hidden
    for person, finds in ((worker, there), (knows, True)):
        browser = signed_in(person)
        listed = browser.get(reverse("contexts:contexts"), {"q": words}).content.decode()
        assert (found.reference in listed) is finds
        searched = browser.post(reverse("search"), {"q": words}, follow=True).content.decode()
        assert (found.reference in searched) is finds
        assert bool(browser.post(reverse("contexts:suggest"), {"text": words}).json()["offered"]) is finds


def test_what_hides_somebody_is_not_theirs_to_change(hidden, signed_in):
    found, worker, _ = hidden
    browser, url = signed_in(worker), reverse("contexts:change", args=[found.pk])
    page = browser.get(url).content.decode()
    assert "names somebody whom you may not see" in page
    assert 'name="name"' not in page
    browser.post(url, {"version": found.version, "name": "The benches", "place": "The quay"})
    assert Context.objects.get(pk=found.pk).name == HERS
    with pytest.raises(ActRefused):
        work.change(found, name="The benches", place=found.place, by=worker)


def test_a_name_that_holds_somebodys_name_is_pointed_out_to_who_may_see_them_only(hidden, signed_in):
    found, worker, knows = hidden
    for url in (
        found.get_absolute_url(), reverse("contexts:people", args=[found.pk]),
        reverse("contexts:change", args=[found.pk]),
    ):  # fmt: skip
        assert "of somebody who is linked to" in signed_in(knows).get(url).content.decode(), url
        assert "of somebody who is linked to" not in signed_in(worker).get(url).content.decode(), url
    work.change(found, name="The benches", place="The quay", by=knows)
    assert "of somebody who is linked to" not in signed_in(knows).get(found.get_absolute_url()).content.decode()


def test_a_name_alone_that_is_that_of_somebody_hidden_names_nobody(hidden, signed_in):
    found, worker, knows = hidden
    a_linked_person(found, name="Ottoline Ravensdale’s cousin", by=knows)
    for name in ("people", "plan", "add-plan-action"):
        page = signed_in(worker).get(reverse(f"contexts:{name}", args=[found.pk])).content.decode()
        assert "cousin" in page, name
        assert "Ottoline" not in page, name


def test_a_list_asks_the_same_however_many_names_hide_somebody(hidden, signed_in):
    _, worker, knows = hidden
    browser = signed_in(worker)
    browser.get(reverse("contexts:contexts"))

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            browser.get(reverse("contexts:contexts"))
        return len(found)

    one = asked()
    for number in range(5):
        referral = a_referral("screening", name=f"Peregrine Holt {number}")
        access.restrict(referral, reason="Known", people=[knows], by=a_person(Role.MANAGER))
        a_linked_person(a_context(name=f"Peregrine Holt {number}’s lot"), referral.young_person, by=knows)
    assert asked() == one
    assert "Peregrine" not in browser.get(reverse("contexts:contexts")).content.decode()


def test_whoever_only_told_of_it_is_told_nobody_known_there_by_a_name_alone(signed_in):
    teller = a_person(Role.PRACTITIONER, team=a_team())
    found = a_context(by=teller, name="Behind Leopold’s shop")
    assert "Leopold" in signed_in(teller).get(found.get_absolute_url()).content.decode()
    a_linked_person(found, name="Leopold")
    page = signed_in(teller).get(found.get_absolute_url()).content.decode()
    assert '<h1 class="govuk-heading-l">Behind [Person A]’s shop</h1>' in page
