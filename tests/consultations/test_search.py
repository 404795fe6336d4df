"""Finding a referral however it is spelled, and only one that may be seen."""

import re

import pytest
from django.urls import reverse

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.models import Referral
from consultations.models.people import case_key, name_key
from consultations.search import _CaseKey, _NameKey, matching
from consultations.services import access, people
from tests.factories import a_person, a_referral, a_team, an_action

pytestmark = pytest.mark.django_db
NAMES = [
    "Zielińska", "O'Brien, Jordan", "Jordan O’Brien", "Łukasz Żółw", "Søren Ærø", "ÉLODIE Groß", "Anne-Marie St. John",
    "Đặng Thị", "Işık", "مُحَمَّد", "Øystein Œuvre", "Smith-Jones", "D´Arcy",
]  # fmt: skip


def found(words: str) -> set[str]:
    return set(matching(Referral.objects.all(), words).values_list("name", flat=True))


def test_names_are_compared_in_the_database_as_in_python():
    for name in NAMES:
        a_referral(name=name)
    for name, key in Referral.objects.annotate(key=_NameKey("name")).values_list("name", "key"):
        assert sorted(re.findall(r"[^\W_]+", key)) == name_key(name).split(), name


def test_case_numbers_are_compared_in_the_database_as_in_python():
    for number in ("00123 45", "ab-12/3", "0", "7700001"):
        a_referral(case_number=number)
    for number, key in Referral.objects.annotate(key=_CaseKey("case_number")).values_list("case_number", "key"):
        assert key == case_key(number), number


@pytest.mark.parametrize(
    "words", ["zielinska", "ZIELIŃSKA", "Zielin", "maria zielinska", "Zielińska Maria", "zielinska, MARIA"]
)
def test_a_name_is_found_without_its_accents_and_in_any_order(words):
    a_referral(name="Maria Zielińska")
    a_referral(name="Maria Kowalska")
    assert found(words) == {"Maria Zielińska"}


@pytest.mark.parametrize("words", ["7700001", "77-00 001", "007700001", "77 00 0", "CS"])
def test_a_case_number_is_found_however_it_is_spaced(words):
    a_referral(name="Kai", case_number="77 00001")
    a_referral(name="Other", case_number="8800002")
    assert "Kai" in found(words)
    assert words == "CS" or found(words) == {"Kai"}


def test_a_short_number_is_the_whole_one():
    a_referral(name="Kai", case_number="0012")
    a_referral(name="Other", case_number="77.12".replace(".", "-"))
    assert "Kai" in found("12")
    assert found("0-0 12") == {"Kai"}


def test_the_context_of_an_action_finds_its_referral():
    action = an_action(a_referral(ReferralState.PLANNED, name="Kai"), context_name="Marlow Road Academy")
    an_action(a_referral(ReferralState.PLANNED, name="Other"), context_name="Penrose Estate")
    assert action.context_name == "Marlow Road Academy"
    assert found("marlow road") == {"Kai"}


@pytest.mark.parametrize("words", ["%", "_", "\\", "'", "--", "...", "0", "()", "[a-z]*", "👩‍👧", " "])
def test_signs_are_looked_for_as_they_are(words):
    a_referral(name="Kai Mensah", case_number="7700001")
    found(words)


def search(browser, words: str) -> str:
    return browser.post(reverse("search"), {"q": words}, follow=True).content.decode()


def test_only_what_may_be_seen_is_found(signed_in):
    hidden = a_referral(ReferralState.PLANNED, name="Maria Zielińska", case_number="77-00001")
    an_action(hidden, context_name="Marlow Road Academy")
    stranger = signed_in(a_person(Role.PRACTITIONER, team=a_team("Elsewhere")))
    cs = a_person(Role.CS_PRACTITIONER)
    manager = a_person(Role.MANAGER)
    for words in ("zielinska", "7700001", "marlow", hidden.reference):
        assert "Nothing found" in search(stranger, words)
        assert hidden.reference in search(signed_in(cs), words)
    access.restrict(hidden, reason="Sensitive", people=[], by=manager)
    assert "Nothing found" in search(signed_in(cs), "zielinska")
    assert "Nothing found" in search(signed_in(manager), "marlow")
    people_to = {"person": cs, "until": Referral.objects.get(pk=hidden.pk).restriction_review_on}
    access.grant(Referral.objects.get(pk=hidden.pk), reason="Screens it", by=manager, **people_to)
    assert hidden.reference in search(signed_in(cs), "zielinska")


def test_nothing_is_found_by_what_only_a_hidden_referral_says(signed_in):
    """The young person's record has a number and a name from another team's referral: searching must not tell."""
    a_referral(name="Maria Zielińska", case_number="7700001")
    mine = a_referral(name="M", case_number="9900002")
    first, second = mine.young_person, Referral.objects.exclude(pk=mine.pk).get().young_person
    manager = a_person(Role.MANAGER)
    plan = people.plan(first, second, keep=second, choices={})
    people.merge(first, second, keep=second, choices={}, mark=plan.mark, reason="The same", by=manager)
    browser = signed_in(mine.made_by)
    assert mine.reference in search(browser, "9900002")
    for words in ("7700001", "zielinska"):
        assert "Nothing found" in search(browser, words)
