"""Actions of plans: agreed, changed, handed over, noted on, ended; who may, what is refused, what a list shows."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations.services import rounds
from contexts.choices import WORKED_ON, ContextState
from contexts.models import Context, PlanAction, PlanProgress
from contexts.services import plan, plan_reminders, work
from core.models import AuditEvent, FormDraft, ListItem, Notice
from core.workflow import ActRefused, EditConflict
from csproject.home import work_for
from tests.context_factories import a_context, a_linked_person
from tests.factories import a_person, a_team, an_action
from tests.slices.contexts import date_parts
from tests.slices.plan import a_goal, an_action_of

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def cs(db):
    return a_person(Role.CS_PRACTITIONER, name="Amina Rahman")


@pytest.fixture
def context(cs):
    return a_context("planned", cs=cs, name="Lakeside")


def at(route: str, pk, **query) -> str:
    return reverse(f"contexts:{route}", args=[pk], query=query or None)


def form(**more) -> dict:
    return {"what": "Mend the lights", "who": "elsewhere", "owner_name": "Parks team", "version": "1"} | more


def leave(person) -> None:
    person.is_active = False
    person.save()


def test_an_action_has_a_goal_options_people_and_a_day(signed_in, cs, context):
    goal, dario = a_goal(context, cs), a_linked_person(context, name="Dario")
    option = ListItem.objects.get(list="intervention", code="peer-mapping")
    sent = form(goal=goal.pk, people=[dario.pk], interventions=[option.pk], **date_parts("due", TODAY))
    answer = signed_in(cs).post(at("add-plan-action", context.pk), sent)
    assert answer.url == at("plan", context.pk)
    action = PlanAction.objects.get()
    assert (action.goal, action.due, action.who) == (goal, TODAY, "Parks team")
    assert list(action.people.all()) == [dario]
    page = signed_in(cs).get(at("plan", context.pk)).content.decode()
    for words in ("Mend the lights", "Concerns Dario", "Peer-group mapping"):
        assert words in page


def test_the_form_begins_with_the_goal_and_the_person_it_was_opened_for(signed_in, cs, context):
    goal, dario = a_goal(context, cs), a_linked_person(context, name="Dario")
    browser = signed_in(cs)
    page = browser.get(at("add-plan-action", context.pk, goal=goal.pk, person=dario.pk)).content.decode()
    assert f'<option value="{goal.pk}" selected>' in page
    assert re.search(f'value="{dario.pk}" id="[^"]+" checked', page)
    for wrong in ("x", "\x00", "9" * 400):
        assert browser.get(at("add-plan-action", context.pk, goal=wrong, person=wrong)).status_code == 200


def test_nothing_of_another_context_can_be_chosen(signed_in, cs, context):
    other = a_context("planned", cs=cs)
    goal, person = a_goal(other, cs), a_linked_person(other)
    browser = signed_in(cs)
    for wrong in (
        {"goal": goal.pk},
        {"people": [person.pk]},
        {"people": ["x"]},
        {"goal": "\x00"},
        {"owner": "9" * 400},
    ):
        a_linked_person(context)
        answer = browser.post(at("add-plan-action", context.pk), form(**wrong) | {"who": "here"})
        assert answer.status_code == 200, wrong
    values = {"what": "x", "owner": None}
    for wrong in ({"goal": goal}, {"people": [person]}):
        with pytest.raises(ActRefused, match="another context"):
            plan.add(context, values | wrong, by=cs)
    assert not PlanAction.objects.exists()


def test_an_action_may_wait_for_somebody_and_stands_out(signed_in, cs, context):
    browser = signed_in(cs)
    assert browser.post(at("add-plan-action", context.pk), form(who="nobody")).status_code == 302
    action = PlanAction.objects.get()
    assert (action.who, action.owner_name) == ("Nobody yet", "")
    for url in (at("plan", context.pk), at("plan-action", action.pk), reverse("contexts:plan-actions")):
        assert "Nobody" in browser.get(url).content.decode(), url
    assert "Actions of plans that nobody does" in browser.get("/").content.decode()
    page = browser.get(at("change-plan-action", action.pk)).content.decode()
    assert re.search('value="nobody" id="[^"]+" checked', page)
    owner = a_person(Role.PRACTITIONER)
    sent = form(who="here", owner=owner.pk)
    assert browser.post(at("change-plan-action", action.pk), sent).status_code == 302
    assert Notice.objects.visible_to(owner).get().url == at("plan-action", action.pk)
    assert "Actions of plans that nobody does" not in browser.get("/").content.decode()


def test_an_action_has_one_owner_in_the_database_too(cs, context):
    action = an_action_of(context, cs, owner=cs)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanAction.objects.filter(pk=action.pk).update(owner_name="Somebody")
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanAction.objects.filter(pk=action.pk).update(status="done")


def test_the_same_form_sent_twice_makes_one_action(signed_in, cs, context):
    a, b = a_linked_person(context), a_linked_person(context)
    browser = signed_in(cs)
    for _ in range(2):
        assert browser.post(at("add-plan-action", context.pk), form(people=[a.pk])).status_code == 302
    assert PlanAction.objects.count() == 1
    browser.post(at("add-plan-action", context.pk), form(people=[a.pk, b.pk]))
    assert PlanAction.objects.count() == 2  # for other people it is another action


def test_two_who_change_an_action_see_both(signed_in, cs, context):
    dario, kofi = a_linked_person(context, name="Dario"), a_linked_person(context, name="Kofi")
    goal = a_goal(context, cs)
    action = an_action_of(context, cs, people=[])
    first, second = signed_in(cs), signed_in(a_person(Role.CS_PRACTITIONER))
    url = at("change-plan-action", action.pk)
    assert first.post(url, form(people=[dario.pk], goal=goal.pk)).status_code == 302
    answer = second.post(url, form(people=[kofi.pk], what="Typed"))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Saved meanwhile: Dario" in page
    assert "Saved meanwhile: Girls use the corridor without fear" in page
    assert "Typed</textarea>" in page
    assert list(action.people.all()) == [dario]
    event = AuditEvent.objects.get(act="plan-action.changed")
    assert event.detail["people"] == [[], [str(dario.pk)]]


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_lose_nothing_silently():
    by = a_person(Role.CS_PRACTITIONER)
    action = an_action_of(a_context("planned", cs=by), by)
    start, came = threading.Barrier(2), []

    def send(what: str) -> None:
        try:
            start.wait(10)
            plan.change(action, {"what": what}, version=1, by=by)
            came.append("saved")
        except EditConflict:
            came.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[what]) for what in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came) == ["conflict", "saved"]


@pytest.mark.parametrize("state", ContextState.values)
def test_each_act_on_an_action_in_each_state_of_the_context(cs, state):
    context = a_context("planned", cs=cs)
    is_open, is_done = an_action_of(context, cs), an_action_of(context, cs, what="Done")
    plan.close(is_done, status="done", outcome="x", by=cs)
    other = a_context(state, cs=cs)
    PlanAction.objects.update(context=other)
    for action in (is_open, is_done):
        action.refresh_from_db()
    agreeing = {
        "add": lambda: plan.add(other, {"what": "y", "owner": None}, by=cs),
        "change": lambda: plan.change(is_open, {"what": "z"}, version=1, by=cs),
        "reopen": lambda: plan.reopen(is_done, reason="x", by=cs),
    }
    for name, act in agreeing.items():
        if state in WORKED_ON:
            act()
        else:
            before = list(PlanAction.objects.values())
            with pytest.raises(ActRefused):
                act()
            assert list(PlanAction.objects.values()) == before, name
    plan.note(is_open, body="x", by=cs)  # whatever became of the context, an owner ends what is theirs
    plan.close(is_open, status="dropped", outcome="x", by=cs)


def test_an_owner_outside_the_casework_does_their_action_and_no_more(signed_in, cs, context):
    owner = a_person(Role.PRACTITIONER, team=a_team())
    action = an_action_of(
        context, cs, owner=owner, goal=a_goal(context, cs), people=[a_linked_person(context, name="Dario")]
    )
    browser = signed_in(owner)
    page = browser.get(at("plan-action", action.pk)).content.decode()
    for words in ("Mend the lights", "Lakeside", "Girls use the corridor without fear"):
        assert words in page
    assert "Dario" not in page and "See the plan" not in page and "Change the action" not in page
    assert browser.get(at("plan", context.pk)).status_code == 404
    assert browser.get(at("context", context.pk)).status_code == 404
    assert browser.post(at("change-plan-action", action.pk), form()).status_code == 403
    assert browser.post(at("reopen-plan-action", action.pk), {"reason": "x"}).status_code == 403
    assert browser.post(at("plan-action-progress", action.pk), {"body": "Half of it"}).status_code == 302
    assert "Half of it" in browser.get(at("plan-action", action.pk)).content.decode()
    assert browser.post(at("close-plan-action", action.pk), {"status": "done", "outcome": "Lit"}).status_code == 302
    action.refresh_from_db()
    assert (action.status, action.closed_by) == ("done", owner)


def test_one_that_ended_meanwhile_says_so_and_keeps_what_was_typed(signed_in, cs, context):
    owner = a_person(Role.PRACTITIONER)
    action = an_action_of(context, cs, owner=owner)
    plan.close(action, status="done", outcome="By the other", by=cs)
    for route, sent in (
        ("plan-action-progress", {"body": "Typed words"}),
        ("close-plan-action", {"status": "done", "outcome": "Typed words"}),
    ):
        answer = signed_in(owner).post(at(route, action.pk), sent)
        assert answer.status_code == 409
        assert "This action is already done." in answer.content.decode()
        assert "Typed words" in answer.content.decode()
    assert not PlanProgress.objects.exists()


def test_how_it_had_ended_becomes_a_note_when_it_is_opened_again(signed_in, cs, context):
    action = an_action_of(context, cs)
    plan.close(action, status="dropped", outcome="Nobody answered", by=cs)
    for _ in range(2):
        assert signed_in(cs).post(at("reopen-plan-action", action.pk), {"reason": "They did"}).status_code == 302
    page = signed_in(cs).get(at("plan-action", action.pk)).content.decode()
    assert "Nobody answered" in page and "Why it is open again: They did" in page
    assert PlanProgress.objects.count() == 1


def test_who_has_left_is_shown_and_cannot_be_chosen(signed_in, cs, context):
    gone = a_person(Role.PRACTITIONER, name="Gone Away")
    action = an_action_of(context, cs, owner=gone)
    leave(gone)
    browser = signed_in(cs)
    for url in (at("plan-action", action.pk), at("plan", context.pk), reverse("contexts:plan-actions")):
        assert "Owner has left" in browser.get(url).content.decode(), url
    assert "Actions of plans that nobody does" in browser.get("/").content.decode()
    page = browser.get(at("change-plan-action", action.pk)).content.decode()
    assert "Gone Away has left. Choose who takes this action over." in page
    assert browser.post(at("change-plan-action", action.pk), form(who="here", owner=gone.pk)).status_code == 200
    with pytest.raises(ActRefused, match="has left"):
        plan.add(context, {"what": "x", "owner": gone}, by=cs)


def test_a_closing_context_asks_what_becomes_of_open_actions(signed_in, cs):
    owner = a_person(Role.PRACTITIONER)
    closing = {"outcome": "safer", "words": "It is lit"}
    for what, status in (("stay", "open"), ("drop", "dropped")):
        context = a_context("reviewing", cs=cs)
        action, done = an_action_of(context, cs, owner=owner), an_action_of(context, cs, what="Done")
        plan.close(done, status="done", outcome="Well", by=cs)
        browser, url = signed_in(cs), at("close", context.pk)
        assert "1 action of its plan is still open" in browser.get(url).content.decode()
        answer = browser.post(url, closing)
        assert answer.status_code == 200
        assert "Select what becomes of the actions that are still open" in answer.content.decode()
        assert browser.post(url, closing | {"open_actions": what}).status_code == 302
        for one in (action, done):
            one.refresh_from_db()
        assert (action.status, done.status, done.outcome) == (status, "done", "Well")
        assert Context.objects.get(pk=context.pk).state == "closed"
    assert action.outcome == "It is lit"
    assert Notice.objects.visible_to(owner).filter(words__contains="was dropped").count() == 1


def test_a_context_without_open_actions_closes_as_before(signed_in, cs):
    context = a_context("reviewing", cs=cs)
    page = signed_in(cs).get(at("close", context.pk)).content.decode()
    assert "open_actions" not in page
    sent = {"outcome": "safer", "words": "It is lit"}
    assert signed_in(cs).post(at("close", context.pk), sent).status_code == 302


def test_dropping_with_the_context_is_all_or_nothing(cs):
    """A closing that is refused drops nothing."""
    context = a_context("reviewing", cs=cs)
    action = an_action_of(context, cs)
    with pytest.raises(EditConflict):
        work.close(context, outcome="safer", words="x", drop_actions=True, seen_version=1, by=cs)
    action.refresh_from_db()
    assert action.status == "open"


# ---------------------------------------------------------------- list, home, reminders
def test_the_list_is_narrowed_by_the_url_and_shows_only_what_one_may_see(signed_in, cs, context):
    team = a_team()
    owner = a_person(Role.PRACTITIONER, team=team)
    mine = an_action_of(context, cs, what="One of mine", owner=owner, due=TODAY - timedelta(days=2))
    an_action_of(context, cs, what="For the parks team")
    an_action_of(context, cs, what="For nobody", owner_name="")
    plan.close(an_action_of(context, cs, what="Ended already"), status="done", outcome="x", by=cs)
    wanted = {
        "": ["One of mine", "For the parks team", "For nobody", "Ended already"],
        "overdue=on": ["One of mine"],
        "unowned=on": ["For nobody"],
        "status=done": ["Ended already"],
        f"agency={team.agency_id}": ["One of mine"],
        "mine=on": [],
        "status=nonsense&agency=x&sort=owner__password&page=999": wanted_all(),
        "sort=-due": wanted_all(),
    }
    for query, names in wanted.items():
        page = signed_in(cs).get(f"{reverse('contexts:plan-actions')}?{query}").content.decode()
        for name in wanted_all():
            assert (name in page) == (name in names), (query, name)
    page = signed_in(owner).get(reverse("contexts:plan-actions")).content.decode()
    assert "One of mine" in page and "For the parks team" not in page
    assert at("plan", context.pk) not in page
    assert mine.is_overdue


def wanted_all() -> list[str]:
    return ["One of mine", "For the parks team", "For nobody", "Ended already"]


def test_home_has_plan_actions_among_your_actions_overdue_first(cs, context):
    person = a_person(Role.PRACTITIONER)
    an_action(owner=person, what="Of a consultation", due=TODAY + timedelta(days=3))
    an_action_of(context, cs, what="Of a plan, late", owner=person, due=TODAY - timedelta(days=3))
    an_action_of(context, cs, what="Of a plan, some day", owner=person)
    (yours,) = [kind for kind in work_for(person) if kind.heading == "Your actions"]
    assert [line.words for line in yours.lines] == ["Of a plan, late", "Of a consultation", "Of a plan, some day"]
    assert [line.warning for line in yours.lines] == ["Overdue", "", ""]
    assert "Lakeside" in yours.lines[0].note
    assert yours.count == 3


def test_home_shows_ten_and_says_where_the_rest_is(signed_in, cs, context):
    person = a_person(Role.PRACTITIONER)
    for number in range(9):
        an_action_of(context, cs, what=f"Plan {number}", owner=person)
        an_action(owner=person, what=f"Agreed {number}")
    (yours,) = [kind for kind in work_for(person) if kind.heading == "Your actions"]
    assert (len(yours.lines), yours.count) == (10, 18)
    page = signed_in(person).get("/").content.decode()
    assert "All of plans" in page and "All of consultations" in page


def test_owners_are_reminded_once_before_and_once_a_week_after(cs, context):
    owner, gone = a_person(Role.PRACTITIONER), a_person(Role.PRACTITIONER)
    action = an_action_of(context, cs, owner=owner, due=TODAY + timedelta(days=1))
    an_action_of(context, cs, what="Left", owner=gone, due=TODAY)
    leave(gone)
    done = an_action_of(context, cs, what="Done", owner=owner, due=TODAY)
    plan.close(done, status="done", outcome="x", by=cs)
    Notice.objects.all().delete()
    now = timezone.now()
    for _ in range(2):
        plan_reminders.remind_of_plans(now)
    notice = Notice.objects.visible_to(owner).get()
    assert "is due on" in notice.words and context.reference in notice.words and "Lakeside" not in notice.words
    assert notice.url == at("plan-action", action.pk)
    for days in (3, 4, 10):
        plan_reminders.remind_of_plans(now + timedelta(days=days))
    assert Notice.objects.visible_to(owner).filter(words__contains="was due on").count() == 2
    assert not Notice.objects.visible_to(gone).exists()


def test_managers_and_leads_hear_once_a_week_how_much_is_overdue(cs):
    lead, manager = a_person(Role.PRACTITIONER), a_person(Role.MANAGER)
    context = a_context("planned", cs=cs)
    work.give(context, lead=lead, by=cs)
    for number in range(2):
        an_action_of(context, cs, what=f"Late {number}", due=TODAY - timedelta(days=9))
    Notice.objects.all().delete()
    for _ in range(2):
        plan_reminders.remind_of_plans(timezone.now())
    assert Notice.objects.visible_to(manager).get().words == "2 actions are overdue in plans."
    assert Notice.objects.visible_to(lead).get().words == "2 actions are overdue in plans that you lead."


def test_the_rounds_remind_of_plans_too(cs, context):
    owner = a_person(Role.PRACTITIONER)
    an_action_of(context, cs, owner=owner, due=TODAY)
    Notice.objects.all().delete()
    assert rounds.run()["remind_of_plans"] == 1
    assert Notice.objects.visible_to(owner).count() == 1


def test_what_is_typed_into_an_action_is_kept_and_given_up_when_sent(signed_in, cs, context):
    action = an_action_of(context, cs)
    for name, route, sent in (
        ("progress", "plan-action-progress", {"body": "x"}),
        ("", "change-plan-action", form(what="Else")),
        ("close", "close-plan-action", {"status": "done", "outcome": "x"}),
    ):
        key = plan.draft_key(action, name)
        FormDraft.objects.create(user=cs, key=key, data={"what": ["a"], "body": ["a"]}, updated_at=timezone.now())
        assert "did not send" in signed_in(cs).get(at(route, action.pk)).content.decode()
        assert signed_in(cs).post(at(route, action.pk), sent).status_code == 302
        assert not FormDraft.objects.filter(key=key).exists()
