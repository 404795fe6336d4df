"""The goals of a plan: agreed, reworded, measured before and after, met, given up, taken up again."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.permissions import Role
from contexts.choices import WORKED_ON, ContextState
from contexts.models import GoalReading, PlanGoal
from contexts.positive import reads_negative
from contexts.services import goals, plan, steps
from core.models import AuditEvent, FormDraft
from core.workflow import ActRefused, EditConflict
from tests.context_factories import a_context, a_linked_person
from tests.factories import a_person
from tests.slices.contexts import date_parts
from tests.slices.plan import a_goal, an_action_of

pytestmark = pytest.mark.django_db
WORDS = {"words": "Girls use the corridor without fear", "measure": "Girls who say so", "unit": "per cent", "how": ""}


@pytest.fixture
def cs(db):
    return a_person(Role.CS_PRACTITIONER, name="Amina Rahman")


@pytest.fixture
def context(cs):
    return a_context("planned", cs=cs)


def at(route: str, pk) -> str:
    return reverse(f"contexts:{route}", args=[pk])


def days_ago(days: int):
    return timezone.localdate() - timedelta(days=days)


def test_a_goal_is_agreed_and_measured_before_and_after(signed_in, cs, context):
    browser = signed_in(cs)
    assert "No plan yet" in browser.get(at("plan", context.pk)).content.decode()
    answer = browser.post(at("add-goal", context.pk), WORDS, follow=True)
    goal = PlanGoal.objects.get()
    page = answer.content.decode()
    assert "Not measured yet. Enter how it is before the work begins." in page
    for days, value in ((200, "31"), (100, "46.5"), (1, "1,000")):
        sent = {"value": value, **date_parts("on", days_ago(days))}
        answer = browser.post(at("measure-goal", goal.pk), sent, follow=True)
    assert "Number must be a number" in answer.content.decode()  # 1,000 is no number here; the others are kept
    browser.post(at("measure-goal", goal.pk), {"value": "68", **date_parts("on", days_ago(1))})
    page = browser.get(at("plan", context.pk)).content.decode()
    first, last = date_format(days_ago(200), "DATE_FORMAT"), date_format(days_ago(1), "DATE_FORMAT")
    assert f"Before: 31 per cent on {first}. After: 68 per cent on {last}." in page
    assert page.count("<rect") == 3
    assert "46.5 per cent" in page


def test_what_cannot_be_counted_is_said_in_words(signed_in, cs, context):
    goal = a_goal(context, cs, unit="")
    browser = signed_in(cs)
    sent = {"words": "Nobody could name an adult", **date_parts("on", days_ago(3))}
    assert browser.post(at("measure-goal", goal.pk), sent).status_code == 302
    page = browser.get(at("plan", context.pk)).content.decode()
    assert "Before: “Nobody could name an adult” on" in page
    assert "Not measured again yet." in page
    assert "<rect" not in page


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "Enter a number, or say it in words"),
        ({"value": "NaN"}, "Number must be a number"),
        ({"value": "Infinity"}, "Number must be a number"),
        ({"value": "-3"}, "Number must be 0 or more"),
        ({"value": "1" * 400}, "Number must have no more than 8 digits"),
        ({"value": "1.234"}, "Number must have no more than 2 digits after the point"),
        ({"value": "1e400"}, "Number must"),
        ({"value": "5\x00"}, "Number must be a number"),
        ({"value": "5", **date_parts("on", timezone.localdate() + timedelta(days=2))}, "today or in the past"),
        ({"value": "5", "on_day": "31", "on_month": "2", "on_year": "2026"}, "Date must be"),
        ({"words": "x" * 301}, "300"),
    ],
)
def test_a_value_that_is_none_is_refused_beside_its_field(signed_in, cs, context, sent, says):
    goal = a_goal(context, cs)
    answer = signed_in(cs).post(at("measure-goal", goal.pk), date_parts("on", days_ago(1)) | sent)
    assert answer.status_code == 200
    assert says in answer.content.decode()
    assert not GoalReading.objects.exists()


def test_a_second_value_of_a_day_is_refused_and_the_same_one_sent_twice_is_one(signed_in, cs, context):
    goal = a_goal(context, cs)
    browser, day = signed_in(cs), date_parts("on", days_ago(1))
    for _ in range(2):
        assert browser.post(at("measure-goal", goal.pk), {"value": "34", **day}).status_code == 302
    answer = browser.post(at("measure-goal", goal.pk), {"value": "35", "words": "Typed words", **day})
    page = answer.content.decode()
    assert page.count("There is another value of that day.") == 2  # in the summary, and beside the date
    assert 'value="35"' in page
    assert "Typed words" in page
    assert GoalReading.objects.get().value == Decimal(34)
    with pytest.raises(IntegrityError), transaction.atomic():
        GoalReading.objects.create(goal=goal, on=days_ago(1), value=1, by=cs, at=timezone.now())


def test_a_wrong_value_is_taken_away_and_the_log_keeps_it(signed_in, cs, context):
    goal = a_goal(context, cs)
    reading = goals.measure(goal, on=days_ago(1), value=Decimal(99), words="", by=cs)
    browser, url = signed_in(cs), at("take-away-reading", reading.pk)
    assert "99 per cent" in browser.get(url).content.decode()
    assert GoalReading.objects.exists()
    assert browser.post(url).status_code == 302
    assert not GoalReading.objects.exists()
    assert browser.post(url).status_code == 404
    assert AuditEvent.objects.get(act="plan.goal-value-taken-away").detail["value"] == "99.00"


@pytest.mark.parametrize(
    ("words", "negative"),
    [
        ("Stop fights in the corridor", True),
        ("No more knives on the estate", True),
        ("Reduce missing episodes by half", True),
        ("Fewer referrals from the school", True),
        ("Young people no longer carry knives", True),
        ("Prevent exploitation", True),
        ("End the fights", True),
        ("Nobody is harmed here", True),
        ("Girls use the corridor without fear", False),
        ("Everybody has an adult to turn to at the weekend", False),
        ("By the end of term there is a youth worker at the bus stop on Friday", False),
        ("An adult whom they trust is there every evening", False),
    ],
)
def test_a_goal_that_takes_something_away_is_known(words, negative):
    assert reads_negative(words) is negative


def test_a_negative_goal_gets_a_hint_and_is_saved(signed_in, cs, context):
    answer = signed_in(cs).post(at("add-goal", context.pk), WORDS | {"words": "Stop the fights"}, follow=True)
    assert "This goal says what should end." in answer.content.decode()
    assert PlanGoal.objects.get().words == "Stop the fights"
    answer = signed_in(cs).post(at("add-goal", context.pk), WORDS, follow=True)
    assert "This goal says what should end." not in answer.content.decode()


def test_the_same_goal_sent_twice_is_one(signed_in, cs, context):
    for _ in range(2):
        assert signed_in(cs).post(at("add-goal", context.pk), WORDS).status_code == 302
    assert PlanGoal.objects.count() == 1


def test_two_who_change_a_goal_see_both(signed_in, cs, context):
    goal = a_goal(context, cs)
    first, second, url = signed_in(cs), signed_in(a_person(Role.CS_PRACTITIONER)), at("change-goal", goal.pk)
    assert first.post(url, WORDS | {"words": "One wording", "version": "1"}).status_code == 302
    answer = second.post(url, WORDS | {"words": "Another wording", "version": "1"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Saved meanwhile: One wording" in page
    assert "Another wording</textarea>" in page
    goal.refresh_from_db()
    assert goal.words == "One wording"
    assert second.post(url, WORDS | {"words": "Another wording", "version": "2"}).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_two_changes_of_a_goal_at_once_lose_nothing_silently():
    by = a_person(Role.CS_PRACTITIONER)
    goal = a_goal(a_context("planned", cs=by), by)
    start, came = threading.Barrier(2), []

    def send(words: str) -> None:
        try:
            start.wait(10)
            goals.change(goal, {"words": words}, version=1, by=by)
            came.append("saved")
        except EditConflict:
            came.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[words]) for words in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came) == ["conflict", "saved"]


def test_goals_move_up_and_down(signed_in, cs, context):
    one, two, three = (a_goal(context, cs, words=f"Goal {number}") for number in range(3))
    browser = signed_in(cs)
    browser.post(at("move-goal", three.pk), {"up": "1"})
    browser.post(at("move-goal", one.pk), {"up": "1"})  # the first already
    assert list(context.goals.all()) == [one, three, two]
    browser.post(at("move-goal", one.pk))
    assert list(context.goals.all()) == [three, one, two]


def test_a_goal_is_met_and_taken_up_again(signed_in, cs, context):
    goal = a_goal(context, cs)
    browser = signed_in(cs)
    assert browser.post(at("end-goal", goal.pk), {"status": "met"}).status_code == 200  # how do you know?
    sent = {"status": "met", "reason": "Nine in ten say so"}
    for _ in range(2):  # sent twice
        assert browser.post(at("end-goal", goal.pk), sent).status_code == 302
    page = browser.get(at("plan", context.pk)).content.decode()
    assert "Nine in ten say so" in page
    assert at("change-goal", goal.pk) not in page
    assert browser.post(at("change-goal", goal.pk), WORDS | {"words": "X", "version": "2"}).status_code == 409
    assert browser.post(at("end-goal", goal.pk), {"status": "given-up", "reason": "y"}).status_code == 409
    assert browser.post(at("take-up-goal", goal.pk), {"reason": "Worse again"}).status_code == 302
    goal.refresh_from_db()
    assert (goal.status, goal.ended_by, goal.ended_because) == ("working", None, "")
    event = AuditEvent.objects.get(act="plan.goal-taken-up")
    assert event.detail == {"reason": "Worse again", "was": "Met", "because": "Nine in ten say so"}
    assert browser.post(at("take-up-goal", goal.pk), {"reason": "Again"}).status_code == 409


def test_who_ended_a_goal_is_kept_by_the_database(cs, context):
    goal = a_goal(context, cs)
    for wrong in ({"status": "met"}, {"ended_because": "x"}, {"status": "met", "ended_at": timezone.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PlanGoal.objects.filter(pk=goal.pk).update(**wrong)


@pytest.mark.parametrize("state", ContextState.values)
def test_a_plan_is_written_while_the_context_is_worked_on(cs, state):
    context = a_context(state, cs=cs)
    goal = PlanGoal.objects.create(context=context, made_by=cs, made_at=timezone.now(), words="So", measure="It")
    reading = GoalReading.objects.create(goal=goal, on=days_ago(9), value=1, by=cs, at=timezone.now())
    acts = {
        "add": lambda: goals.add(context, WORDS, by=cs),
        "change": lambda: goals.change(goal, {"words": "Else"}, version=1, by=cs),
        "move": lambda: goals.move(goal, up=True, by=cs),
        "measure": lambda: goals.measure(goal, on=days_ago(1), value=Decimal(2), words="", by=cs),
        "take away": lambda: goals.take_away(reading, by=cs),
        "end": lambda: goals.end(goal, status="met", reason="x", by=cs),
        "take up": lambda: goals.take_up(goal, reason="x", by=cs),
    }
    for name, act in acts.items():
        if state in WORKED_ON:
            act()
        else:
            before = list(PlanGoal.objects.values()), list(GoalReading.objects.values())
            with pytest.raises(ActRefused):
                act()
            assert (list(PlanGoal.objects.values()), list(GoalReading.objects.values())) == before, name


def test_a_person_without_an_action_is_pointed_out(signed_in, cs, context):
    one, two = a_linked_person(context, name="Dario"), a_linked_person(context, name="Kofi")
    action = an_action_of(context, cs, people=[one])
    browser, url = signed_in(cs), at("plan", context.pk)

    def pointed_out() -> str:
        return browser.get(url).content.decode().split("Young people whom no action concerns")[1]

    assert "Kofi" in pointed_out() and "Dario" not in pointed_out()
    assert f"?person={two.pk}" in pointed_out()
    plan.close(action, status="dropped", outcome="Not possible", by=cs)
    assert "Dario" in pointed_out()
    type(two).objects.filter(pk=two.pk).update(review_on=days_ago(1), noted_on=days_ago(9))
    assert "Kofi" not in pointed_out()  # an expired link counts no more


def test_words_that_look_like_markup_are_shown_as_words(signed_in, cs, context):
    nasty = "<script>alert('O’Brien & Zielińska')</script> \u202eمرحبا 👩‍👧"
    sent = {"words": nasty, "measure": "<b>m</b>", "unit": "<i>u</i>", "how": nasty}
    browser = signed_in(cs)
    assert browser.post(at("add-goal", context.pk), sent).status_code == 302
    goal = PlanGoal.objects.get()
    assert goal.words == nasty
    for days in (1, 2):
        goals.measure(goal, on=days_ago(days), value=Decimal(1), words="<u>w</u>", by=cs)
    for url in (at("plan", context.pk), at("context", context.pk), at("measure-goal", goal.pk)):
        page = browser.get(url).content.decode()
        assert "<script>alert" not in page and "<b>m" not in page and "<i>u" not in page and "<u>w" not in page
        assert "&lt;script&gt;alert" in page


def test_what_is_typed_into_a_goal_is_kept_and_given_up_when_sent(signed_in, cs, context):
    key = steps.draft_key(context, "goal:new")
    FormDraft.objects.create(user=cs, key=key, data={"words": ["Half a thought"]}, updated_at=timezone.now())
    browser = signed_in(cs)
    assert "Half a thought" in browser.get(at("add-goal", context.pk)).content.decode()
    browser.post(at("add-goal", context.pk), WORDS)
    assert not FormDraft.objects.exists()


def test_what_is_missing_is_said_and_what_was_typed_stays(signed_in, cs, context):
    answer = signed_in(cs).post(at("add-goal", context.pk), {"how": "Kept words", "words": "\x00"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Enter what shows it" in page
    assert "Kept words" in page


def test_the_page_of_the_context_says_how_the_plan_stands(signed_in, cs, context):
    browser = signed_in(cs)
    assert "See the plan" not in browser.get(at("context", context.pk)).content.decode()
    goal = a_goal(context, cs)
    an_action_of(context, cs, goal=goal, owner=cs, due=days_ago(3))
    an_action_of(context, cs, owner_name="")
    page = browser.get(at("context", context.pk)).content.decode()
    assert "Girls use the corridor without fear" in page
    assert "2 actions: 2 open, 0 done, <strong>1 overdue</strong>, <strong>1 that nobody does</strong>." in page
    page = browser.get(at("plan", context.pk)).content.decode()
    assert "What wants attention" in page
    assert "Nobody does it" in page
