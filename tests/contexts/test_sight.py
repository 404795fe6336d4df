"""Who is nameless to whom, in rows and in words; with controls that show the names would be there."""

import pytest

from accounts.permissions import Role
from consultations.services import access, people
from contexts.models import LinkedPerson
from contexts.models.people import NAMELESS
from contexts.sight import Sight, everybody
from tests.context_factories import a_context, a_linked_person
from tests.factories import a_person, a_referral

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    """A context with somebody whom a CS practitioner may see, somebody restricted, and somebody known by a name."""
    manager, granted = a_person(Role.MANAGER), a_person(Role.CS_PRACTITIONER)
    context = a_context("assessing", kind="peer-group")
    seen, hidden = a_referral("held", name="Zebedee Quill"), a_referral("held", name="Ottoline Vane")
    access.restrict(hidden, reason="Known to the team", people=[granted], by=manager)
    for person in (seen.young_person, hidden.young_person):
        a_linked_person(context, person)
    a_linked_person(context, name="Kofi")
    return context, granted, hidden


def names(context, user) -> list[str]:
    return list(LinkedPerson.objects.filter(context=context).with_sight(user).values_list("shown_name", flat=True))


def test_a_name_comes_only_to_who_may_see_that_young_person(group, django_assert_num_queries):
    context, granted, _ = group
    cs = a_person(Role.CS_PRACTITIONER)
    assert names(context, cs) == ["Zebedee Quill", NAMELESS, "Kofi"]
    assert names(context, granted) == ["Zebedee Quill", "Ottoline Vane", "Kofi"]
    assert names(context, a_person(Role.PRACTITIONER)) == [NAMELESS, NAMELESS, "Kofi"]


def test_a_hidden_name_does_not_leave_the_database(group):
    context, _, _ = group
    rows = list(LinkedPerson.objects.filter(context=context).with_sight(a_person(Role.CS_PRACTITIONER)))
    assert not [row for row in rows if "Ottoline" in str(vars(row))]
    assert [row.seen for row in rows] == [True, False, True]


def test_one_who_was_merged_away_is_who_stays(group):
    context, _, _ = group
    manager = a_person(Role.MANAGER)
    one, other = (a_referral(case_number=number, name="Ivo Marsh").young_person for number in ("4711", "47-11"))
    linked = a_linked_person(context, other)
    plan = people.plan(one, other, keep=one, choices={})
    people.merge(one, other, keep=one, choices={}, mark=plan.mark, reason="The same", by=manager)
    row = LinkedPerson.objects.with_sight(a_person(Role.CS_PRACTITIONER)).get(pk=linked.pk)
    assert (row.seen, row.shown_name) == (True, "Ivo Marsh")


@pytest.mark.parametrize(
    "text",
    [
        "Ottoline Vane brought it.", "OTTOLINE was there", "Vane, Ottoline", "Ottoline's bag", "with Mr Vane’s sister",
        "@ottolinevane posts it", "Otto\u00adline Vane", "Óttoline Vane",
    ],
)  # fmt: skip
def test_words_name_nobody_hidden(group, text):
    context, granted, _ = group
    hidden = Sight(a_person(Role.CS_PRACTITIONER), context)
    assert "ottoline" not in hidden.words(text).casefold()
    assert "vane" not in hidden.words(text).casefold()
    assert not hidden.is_whole(text)
    assert Sight(granted, context).words(text) == text  # the control: who may see it reads every word


def test_words_about_others_stay_as_they_are(group):
    context, _, _ = group
    text = "Zebedee Quill and Kofi met at the advance booking hall."
    assert Sight(a_person(Role.CS_PRACTITIONER), context).words(text) == text


def test_the_case_number_and_the_name_on_a_referral_are_hidden_too(group):
    context, _, hidden = group
    type(hidden).objects.filter(pk=hidden.pk).update(name="Tilly Vane")
    words = Sight(a_person(Role.CS_PRACTITIONER), context).words(f"Tilly, number {hidden.case_number}")
    assert "Tilly" not in words
    assert hidden.case_number not in words


def test_nothing_is_asked_twice(group, django_assert_num_queries):
    context, _, _ = group
    sight = Sight(a_person(Role.CS_PRACTITIONER), context)
    sight.words("Ottoline")
    with django_assert_num_queries(0):
        sight.words("Ottoline and others")


def test_everybody_is_whoever_may_be_named(group):
    context, _, hidden = group
    assert {"Zebedee Quill", "Ottoline Vane", "Kofi", hidden.case_number} <= set(everybody(context))
