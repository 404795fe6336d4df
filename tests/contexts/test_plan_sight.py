"""A plan and its actions name nobody to who may not see them: on its page, to owners, on each young person's page."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations.services import access, people
from contexts.models import GoalReading
from contexts.services import goals, plan, plan_reminders
from core.models import Notice
from core.workflow import ActRefused
from tests.context_factories import a_context, a_linked_person
from tests.factories import a_person, a_referral, a_team
from tests.slices.plan import a_goal, an_action_of

pytestmark = pytest.mark.django_db
HIDDEN = ("Ottoline", "Vane", "991177")
TEXT = "Talk to Ottoline Vane and VANE’s friends, 991177, with Zebedee Quill and Dario"


@pytest.fixture
def cs(db):
    return a_person(Role.CS_PRACTITIONER)


@pytest.fixture
def group(cs):
    """A plan whose every text names one whom `cs` sees, one who is restricted, and one known by a name alone.

    Gives (context, goal, action, the referrer of the one whom all may see, who was given access to the other).
    """
    manager, granted = a_person(Role.MANAGER), a_person(Role.CS_PRACTITIONER)
    referrer = a_person(Role.PRACTITIONER, team=a_team())
    seen = a_referral("held", name="Zebedee Quill", by=referrer)
    hidden = a_referral("held", name="Ottoline Vane", case_number="991177")
    context = a_context("planned", cs=cs, name="Friends of Ottoline Vane")
    linked = [a_linked_person(context, one.young_person, by=cs) for one in (seen, hidden)]
    linked.append(a_linked_person(context, name="Dario", by=cs))
    goal = a_goal(context, granted, words=TEXT, measure=TEXT, how=TEXT, unit="Vane")
    GoalReading.objects.create(
        goal=goal, on=timezone.localdate(), value=Decimal(3), words=TEXT, by=granted, at=timezone.now()
    )
    owner = a_person(Role.PRACTITIONER, name="Olive Owner", team=a_team())
    action = an_action_of(context, granted, what=TEXT, goal=goal, people=linked, owner=owner)
    plan.note(action, body=TEXT, by=granted)
    access.restrict(hidden, reason="Known to the team", people=[granted], by=manager)
    return context, goal, action, referrer, granted


def at(route: str, pk) -> str:
    return reverse(f"contexts:{route}", args=[pk])


def check(answer, *, names=(), without=HIDDEN) -> str:
    page = answer.content.decode().replace("Friends of Ottoline Vane", "")
    for name in names:
        assert name in page
    for name in without:
        assert name.casefold() not in page.casefold(), name
    return page


def test_the_plan_names_nobody_who_is_hidden_from_its_reader(signed_in, group, cs):
    context, goal, action, _, granted = group
    reading = goal.readings.get()
    routes = {
        "plan": context, "context": context, "add-plan-action": context, "change-goal": goal, "end-goal": goal,
        "measure-goal": goal, "take-away-reading": reading, "plan-action": action, "change-plan-action": action,
        "plan-action-progress": action, "close-plan-action": action,
    }  # fmt: skip
    for route, row in routes.items():
        check(signed_in(cs).get(at(route, row.pk)), names=["[Person A]"] if route != "add-plan-action" else ())
        page = signed_in(granted).get(at(route, row.pk)).content.decode()
        assert "Talk to Ottoline Vane" in page or route == "add-plan-action", route  # the control
    check(signed_in(cs).get(reverse("contexts:plan-actions")), names=["[Person A]", "Zebedee Quill", "Dario"])


def test_what_names_somebody_hidden_cannot_be_reworded_but_handed_over(signed_in, group, cs):
    _context, goal, action, _, granted = group
    browser = signed_in(cs)
    page = check(browser.get(at("change-plan-action", action.pk)))
    assert "you cannot change what it says" in page
    assert 'name="what"' not in page
    sent = {"who": "elsewhere", "owner_name": "Parks team", "version": "1", "what": "Something else"}
    sent["people"] = [str(person.pk) for person in action.people.all()]
    refused = browser.post(at("change-plan-action", action.pk), sent)  # typed before the name was written there
    assert refused.status_code == 409
    check(refused, names=["Something else", "whom you may not see"])
    del sent["what"]
    assert browser.post(at("change-plan-action", action.pk), sent).status_code == 302
    action.refresh_from_db()
    assert (action.what, action.owner_name) == (TEXT, "Parks team")
    with pytest.raises(ActRefused, match="whom you may not see"):
        plan.change(action, {"what": "Something else"}, version=action.version, by=cs)
    page = browser.get(at("change-goal", goal.pk)).content.decode()
    assert 'name="words"' not in page and 'name="measure"' not in page and 'name="how"' not in page
    refused = browser.post(at("change-goal", goal.pk), {"words": "Something else", "version": "1"})
    assert refused.status_code == 409
    check(refused, names=["Something else", "whom you may not see"])
    with pytest.raises(ActRefused, match="whom you may not see"):
        goals.change(goal, {"words": "Else"}, version=1, by=cs)
    with pytest.raises(ActRefused, match="whom you may not see"):
        goals.take_away(goal.readings.get(), by=cs)
    plan.change(action, {"what": "Something else"}, version=action.version, by=granted)  # the control
    goals.change(goal, {"words": "Else"}, version=1, by=granted)


def test_a_conflict_shows_no_hidden_name(signed_in, group, cs):
    _context, _goal, action, _, granted = group
    plan.change(action, {"what": f"{TEXT}.", "due": timezone.localdate()}, version=1, by=granted)
    sent = {"who": "elsewhere", "owner_name": "Parks team", "version": "1", "people": []}
    answer = signed_in(cs).post(at("change-plan-action", action.pk), sent)
    assert answer.status_code == 409
    check(answer, names=["Saved meanwhile", "A young person you may not see", "Zebedee Quill"])


def test_an_owner_outside_the_casework_is_told_nobody_whom_they_may_not_see(signed_in, group):
    _context, _, action, _, _ = group
    browser = signed_in(action.owner)
    nobody = (*HIDDEN, "Zebedee", "Quill", "Dario")
    for url in (
        at("plan-action", action.pk),
        at("plan-action-progress", action.pk),
        at("close-plan-action", action.pk),
        reverse("contexts:plan-actions"),
        "/",
    ):
        answer = browser.get(url)
        page = answer.content.decode()
        for name in nobody:
            assert name not in page, (url, name)  # nor in the name of the context
        assert "Talk to [Person" in page, url
    answer = browser.post(at("plan-action-progress", action.pk), {"body": ""})
    assert "Ottoline" not in answer.content.decode()


def test_an_owner_who_referred_one_of_them_reads_that_name(signed_in, group, cs):
    _context, _, action, referrer, granted = group
    plan.change(action, {"owner": referrer}, version=1, by=granted)
    page = signed_in(referrer).get(at("plan-action", action.pk)).content.decode()
    assert "Zebedee Quill" in page
    for name in (*HIDDEN, "Dario"):
        assert name not in page, name


def test_the_page_of_a_young_person_has_the_action_and_nobody_else(signed_in, group, cs):
    context, _goal, action, referrer, granted = group
    young = next(one for one in action.people.all() if one.young_person_id and "Zebedee" in one.young_person.name)
    url = reverse("consultations:young-person", args=[young.young_person_id])
    page = signed_in(referrer).get(url).content.decode()
    assert "Actions in plans of contexts" in page
    assert "Zebedee Quill" in page and "Olive Owner" in page and context.reference in page
    for name in (*HIDDEN, "Dario"):
        assert name not in page, name
    for one in action.people.all():
        assert str(one.pk) not in page
    assert at("plan-action", action.pk) not in page  # they may not open it
    page = signed_in(granted).get(url).content.decode()
    assert "Talk to Ottoline Vane" in page  # who reads the casework and may see them: the control
    assert at("plan-action", action.pk) in page


def test_even_somebody_whom_the_reader_may_see_is_not_said_to_be_linked(signed_in, group, cs):
    """Who refers two of a group learns on the page of one of them nothing of the other's part in it."""
    context, _, action, referrer, granted = group
    also = a_referral("held", name="Marjorie Pike", by=referrer)
    linked = a_linked_person(context, also.young_person)
    plan.change(action, {"what": "Marjorie Pike and Zebedee Quill", "people": [linked]}, version=1, by=granted)
    page = signed_in(referrer).get(reverse("consultations:young-person", args=[also.young_person_id])).content.decode()
    assert "Marjorie Pike and [Person" in page
    assert "Zebedee" not in page


def test_an_ended_link_ends_what_the_page_shows(signed_in, group, cs):
    _context, _, action, referrer, _ = group
    young = next(one for one in action.people.all() if one.young_person_id and "Zebedee" in one.young_person.name)
    type(young).objects.filter(pk=young.pk).update(ended_at=timezone.now(), ended_by=cs, ended_because="A mistake")
    page = signed_in(referrer).get(reverse("consultations:young-person", args=[young.young_person_id]))
    assert "Actions in plans of contexts" not in page.content.decode()


def test_one_who_was_merged_keeps_their_actions(signed_in, cs):
    manager = a_person(Role.MANAGER)
    one, other = (a_referral(case_number=number, name="Ivo Marsh").young_person for number in ("4711", "47-11"))
    context = a_context("planned", cs=cs)
    an_action_of(context, cs, what="Boxing with Ivo Marsh", people=[a_linked_person(context, other)])
    wanted = people.plan(one, other, keep=one, choices={})
    people.merge(one, other, keep=one, choices={}, mark=wanted.mark, reason="The same", by=manager)
    page = signed_in(manager).get(reverse("consultations:young-person", args=[one.pk])).content.decode()
    assert "Boxing with Ivo Marsh" in page


def test_the_page_of_a_young_person_costs_the_same_however_many_actions(signed_in, cs):
    referral = a_referral("held", name="Zebedee Quill")
    browser = signed_in(cs)

    def make(number: int) -> None:
        for _ in range(number):
            context = a_context("planned", cs=cs)
            linked = [a_linked_person(context, referral.young_person), a_linked_person(context)]
            an_action_of(context, cs, people=linked, goal=a_goal(context, cs), owner=cs)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse("consultations:young-person", args=[referral.young_person_id]))
        return len(queries)

    make(1)
    one = cost()
    make(2)
    three = cost()
    make(27)
    assert one == three == cost()


def test_notices_name_nobody(group, cs):
    _context, _, action, _, granted = group
    plan.change(action, {"due": timezone.localdate()}, version=1, by=granted)
    plan_reminders.remind_of_plans(timezone.now())
    words = " ".join(Notice.objects.values_list("words", flat=True))
    for name in (*HIDDEN, "Zebedee", "Dario"):
        assert name not in words


def test_a_refused_act_on_a_goal_shows_no_hidden_name(signed_in, group, cs):
    _context, goal, _, _, _ = group
    answer = signed_in(cs).post(at("take-up-goal", goal.pk), {"reason": "Worse again"})
    assert answer.status_code == 409
    check(answer, names=["This goal is being worked on"])
