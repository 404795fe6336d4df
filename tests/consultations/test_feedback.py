"""Feedback: asked for once, chased once, given by the referrer's side or written down for it, and never lost."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations.choices import ReferralState, WhatHappened
from consultations.models import ActionFeedback, Consultation, Feedback, Referral
from consultations.services import actions, feedback, rounds
from core import jobs
from core.models import AuditEvent, CaseworkSettings, FormDraft, Notice
from core.models.actions import ActionStatus
from core.workflow import ActRefused, EditConflict
from tests.factories import a_person, a_referral, a_team, an_action, an_entry
from tracker.exports import lines

pytestmark = pytest.mark.django_db
# Of the default settings: asked after 6 weeks, chased 2 weeks later.
DUE, CHASED = timedelta(weeks=6), timedelta(weeks=8)


@pytest.fixture(autouse=True)
def quiet_bell(monkeypatch):
    monkeypatch.setattr(jobs, "ring_task", lambda task, *ids: True)


def held(days_ago: int = 42, *, by=None, cs=None, **values) -> Referral:
    """A referral whose consultation was held so many days ago."""
    referral = a_referral(ReferralState.HELD, by=by or a_person(Role.PRACTITIONER, team=a_team()), cs=cs)
    Consultation.objects.filter(referral=referral).update(held_on=timezone.localdate() - timedelta(days=days_ago))
    if values:
        Referral.objects.filter(pk=referral.pk).update(**values)
    return Referral.objects.get(pk=referral.pk)


def told(key: str) -> list:
    """Whom the notices about this were for."""
    return [notice.user for notice in Notice.objects.filter(key__endswith=f":{key}").select_related("user")]


def values(referral, **changed) -> dict:
    """Complete feedback, by what `give` takes."""
    said = {action.pk: (WhatHappened.DONE, "") for action in feedback.actions_to_ask_about(referral, None)}
    given = {"used": "yes", "useful": 4, "young_person": "Back at school.", "context": "Lights mended."}
    return given | {"actions": said} | changed


def form(referral, version: int = 0, **changed) -> dict:
    """Complete feedback, as the form sends it."""
    sent = {"version": version, "used": "yes", "useful": "4", "young_person": "Back at school.", "context": ""}
    for action in feedback.actions_to_ask_about(referral, None):
        sent |= {f"happened-{action.pk}": "done", f"words-{action.pk}": ""}
    return sent | changed


def page(referral) -> str:
    return reverse("consultations:feedback", args=[referral.pk])


# ---------------------------------------------------------------- asking and chasing


def test_feedback_is_asked_for_on_the_day_and_not_before():
    on_the_day, too_early = held(42), held(41)
    assert feedback.ask_due(timezone.now()) == 1
    assert Feedback.objects.get().referral == on_the_day
    assert told("asked") == [on_the_day.referrer]
    assert too_early.reference not in Notice.objects.get(key__endswith=":asked").words
    event = AuditEvent.objects.get(act="feedback.asked")
    assert (event.subject_label, event.actor_id) == (on_the_day.reference, None)


def test_the_interval_is_the_administrators():
    held(15)
    assert feedback.ask_due(timezone.now()) == 0
    CaseworkSettings.objects.create(pk=1, feedback_after_weeks=2, feedback_chase_after_weeks=1)
    assert feedback.ask_due(timezone.now()) == 1
    assert feedback.chase(timezone.now() + timedelta(days=6, hours=23)) == 0
    assert feedback.chase(timezone.now() + timedelta(days=7, hours=1)) == 1


def test_nobody_is_asked_about_what_was_imported_planned_or_given_already():
    a_referral(ReferralState.PLANNED)
    imported = held()
    Consultation.objects.filter(referral=imported).update(
        planned_for=None, held_recorded_at=None, held_recorded_by=None
    )
    given = held()
    feedback.give(given, values(given), version=0, by=given.referrer)
    assert feedback.ask_due(timezone.now()) == 0
    assert told("asked") == []


def test_a_round_that_runs_again_asks_and_chases_nobody_twice():
    referral = held()
    soon, later = timezone.now(), timezone.now() + timedelta(weeks=2, days=1)
    assert [rounds.run(soon)["ask_due"], rounds.run(soon)["ask_due"]] == [1, 0]
    assert rounds.run(soon)["chase"] == 0
    assert [rounds.run(later)["chase"], rounds.run(later)["chase"]] == [1, 0]
    assert rounds.run(later + timedelta(weeks=20))["chase"] == 0
    assert told("asked") == told("chased") == [referral.referrer]
    assert AuditEvent.objects.filter(act="feedback.chased").count() == 1
    assert Feedback.objects.get().chased_at == later


def test_a_part_of_the_round_that_fails_keeps_no_other_from_its_work(monkeypatch):
    def broken(at):
        raise ZeroDivisionError

    monkeypatch.setattr(rounds, "PARTS", [broken, feedback.ask_due])
    held()
    assert rounds.run() == {"ask_due": 1}


def test_what_was_given_is_not_chased_and_its_notice_is_taken_back():
    referral = held()
    feedback.ask_due(timezone.now())
    feedback.give(referral, values(referral), version=1, by=referral.referrer)
    assert told("asked") == []
    assert feedback.chase(timezone.now() + CHASED) == 0


def test_asking_costs_the_same_for_2_and_for_12():
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            feedback.ask_due(timezone.now())
            feedback.chase(timezone.now() + CHASED)
        return len(queries)

    for _ in range(2):
        held()
    few = cost()
    for _ in range(12):
        held()
    assert cost() == few
    assert Feedback.objects.exclude(chased_at=None).count() == 14


def test_a_long_list_is_asked_in_batches(monkeypatch):
    monkeypatch.setattr(feedback, "BATCH", 2)
    for _ in range(5):
        held()
    assert feedback.ask_due(timezone.now()) == 5
    assert feedback.chase(timezone.now() + CHASED) == 5


@pytest.mark.django_db(transaction=True)
def test_two_rounds_at_once_ask_and_chase_once():
    for _ in range(8):
        held()
    now, together, done = timezone.now(), threading.Barrier(2, timeout=20), []

    def work():
        together.wait()
        done.append(feedback.ask_due(now))
        together.wait()
        done.append(feedback.chase(now + CHASED))
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 16
    assert Notice.objects.filter(key__endswith=":asked").count() == 8
    assert Notice.objects.filter(key__endswith=":chased").count() == 8
    assert AuditEvent.objects.filter(act="feedback.asked").count() == 8
    assert AuditEvent.objects.filter(act="feedback.chased").count() == 8


@pytest.mark.django_db(transaction=True)
def test_giving_while_the_round_asks_loses_neither():
    for _ in range(5):
        referral = held()
        together, errors = threading.Barrier(2, timeout=20), []

        def work(act, together=together, errors=errors):
            together.wait()
            try:
                act()
            except Exception as error:
                errors.append(error)
            connections.close_all()

        def give(referral=referral):
            feedback.give(referral, values(referral), version=0, by=referral.referrer)

        acts = [give, lambda: feedback.ask_due(timezone.now())]
        threads = [threading.Thread(target=work, args=[act]) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert Feedback.objects.get(referral=referral).answered_by == referral.referrer
        assert told("asked") == []


@pytest.mark.django_db(transaction=True)
def test_giving_waits_for_the_chase_and_leaves_its_mark():
    referral = held()
    feedback.ask_due(timezone.now())
    chased, given = timezone.now(), threading.Event()

    def give():
        feedback.give(referral, values(referral), version=1, by=referral.referrer)
        given.set()
        connections.close_all()

    thread = threading.Thread(target=give)
    with transaction.atomic():
        Feedback.objects.update(chased_at=chased)
        thread.start()
        assert not given.wait(0.5)
    thread.join()
    row = Feedback.objects.get()
    assert (row.chased_at, row.answered_by) == (chased, referral.referrer)


# ---------------------------------------------------------------- whom to ask


def test_the_referrer_else_the_maker_else_the_practitioner_of_the_case():
    maker, referrer = a_person(Role.PRACTITIONER), a_person(Role.PRACTITIONER)
    holder, allocated = a_person(Role.CS_PRACTITIONER), a_person(Role.CS_PRACTITIONER)
    referral = held(by=maker, cs=holder, referrer=referrer, allocated_to=allocated)

    def asked():
        return feedback.whom_to_ask(Referral.objects.get(pk=referral.pk))

    def leaves(person):
        person.is_active = False
        person.save()

    assert asked() == referrer
    leaves(referrer)
    assert asked() == maker
    maker.role_grants.all().delete()  # still here, but may not give feedback any more
    assert asked() == allocated
    leaves(allocated)
    assert asked() == holder
    leaves(holder)
    assert asked() is None
    assert feedback.ask_due(timezone.now()) == 1
    assert told("asked") == []


def test_a_referrer_without_an_account_is_asked_through_the_practitioner():
    holder = a_person(Role.CS_PRACTITIONER)
    referral = held(cs=holder, referrer=None, referrer_name="Ms Brandt")
    feedback.ask_due(timezone.now())
    assert told("asked") == [holder]
    assert "ask them, and record what they say" in Notice.objects.get(key__endswith=":asked").words
    assert "Brandt" not in Notice.objects.get(key__endswith=":asked").words
    assert [row.referral for row in feedback.to_follow_up(holder)] == [referral]


def test_who_may_not_see_a_restricted_referral_is_not_asked_about_it():
    allocated, manager = a_person(Role.CS_PRACTITIONER), a_person(Role.MANAGER)
    secret = {"restricted_at": timezone.now(), "restricted_by": manager, "restriction_reason": "x",
              "restriction_review_on": timezone.localdate()}  # fmt: skip
    referral = held(cs=allocated, referrer=None, allocated_to=allocated, **secret)
    feedback.ask_due(timezone.now())
    assert told("asked") == []
    assert list(feedback.to_follow_up(allocated)) == []
    assert Feedback.objects.get().referral == referral


# ---------------------------------------------------------------- giving


def test_feedback_is_given_in_one_form(signed_in):
    referrer = a_person(Role.PRACTITIONER, team=a_team())
    referral = held(by=referrer)
    first, second = an_action(referral, what="Map the group."), an_action(referral, what="Mend the lights.")
    browser = signed_in(referrer)
    shown = browser.get(page(referral)).content.decode()
    assert "4 short questions, about 2 minutes" in shown
    sent = form(referral) | {f"happened-{second.pk}": "not-done", f"words-{second.pk}": "No money"}
    answer = browser.post(page(referral), sent)
    assert (answer.status_code, answer.url) == (302, f"{referral.get_absolute_url()}#feedback")
    given = Feedback.objects.get()
    assert (given.used, given.useful, given.young_person, given.answered_by) == ("yes", 4, "Back at school.", referrer)
    said = {one.action_id: (one.happened, one.words) for one in given.actions.all()}
    assert said == {first.pk: ("done", ""), second.pk: ("not-done", "No money")}
    read = browser.get(referral.get_absolute_url()).content.decode()
    assert "4 of 5" in read
    assert "Back at school." in read
    assert "No money" in read
    assert f"Given by {referrer.name}" in read


@pytest.mark.parametrize(
    ("left_out", "message"),
    [
        ("used", "Select whether the advice was used"),
        ("useful", "Select how useful the consultation was"),
        ("happened", "Select what happened with action 1"),
    ],
)
def test_what_is_left_out_is_asked_for(signed_in, left_out, message):
    referral = held()
    action = an_action(referral)
    name = f"happened-{action.pk}" if left_out == "happened" else left_out
    answer = signed_in(referral.referrer).post(page(referral), form(referral, **{name: ""}))
    assert answer.status_code == 200
    assert message in answer.content.decode()
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("useful", ["0", "6", "-1", "4.5", "five", "\x00", "9" * 50])
def test_usefulness_is_one_to_five(signed_in, useful):
    referral = held()
    answer = signed_in(referral.referrer).post(page(referral), form(referral, useful=useful))
    assert answer.status_code == 200
    assert not Feedback.objects.exists()


def test_long_words_and_hostile_ones_are_kept_as_they_are(signed_in):
    referral = held()
    words = "<script>alert(1)</script> 🙂 مرحبا Zielińska O'Brien"
    answer = signed_in(referral.referrer).post(page(referral), form(referral, young_person=words, context="x" * 20_001))
    assert "must be 20000 characters or fewer" in answer.content.decode()
    signed_in(referral.referrer).post(page(referral), form(referral, young_person=words, context="x" * 20_000))
    assert Feedback.objects.get().young_person == words
    assert "<script>alert" not in signed_in(referral.referrer).get(referral.get_absolute_url()).content.decode()


def test_an_action_of_another_consultation_cannot_be_spoken_of():
    referral, foreign = held(), an_action(held())
    feedback.give(referral, values(referral, actions={foreign.pk: ("done", "x")}), version=0, by=referral.referrer)
    assert not ActionFeedback.objects.exists()


def test_it_may_be_given_before_it_is_asked_for():
    referral = held(3)
    given = feedback.give(referral, values(referral), version=0, by=referral.referrer)
    assert given.asked_at == given.answered_at
    assert feedback.ask_due(timezone.now() + DUE) == 0


def test_being_asked_after_the_page_was_opened_is_no_conflict(signed_in):
    referral = held()
    browser = signed_in(referral.referrer)
    sent = form(referral, browser.get(page(referral)).context["page"].form.initial["version"])
    feedback.ask_due(timezone.now())
    assert browser.post(page(referral), sent).status_code == 302
    assert Feedback.objects.get().answered_at is not None


def test_the_same_form_twice_is_one_answer(signed_in):
    referral = held()
    browser = signed_in(referral.referrer)
    assert [browser.post(page(referral), form(referral)).status_code for _ in range(2)] == [302, 302]
    assert AuditEvent.objects.filter(act__startswith="feedback.").count() == 1
    assert Feedback.objects.get().version == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_answer_and_one_conflict():
    maker = a_person(Role.PRACTITIONER)
    referral = held(by=maker, referrer=a_person(Role.PRACTITIONER))
    together, outcome = threading.Barrier(2, timeout=20), []

    def work(person, useful):
        together.wait()
        try:
            feedback.give(referral, values(referral, useful=useful), version=0, by=person)
            outcome.append("saved")
        except EditConflict:
            outcome.append("conflict")
        connections.close_all()

    threads = [threading.Thread(target=work, args=one) for one in [(maker, 2), (referral.referrer, 5)]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["conflict", "saved"]


def test_a_change_shows_what_stands_there_and_keeps_the_history(signed_in):
    referral = held()
    action = an_action(referral)
    browser = signed_in(referral.referrer)
    browser.post(page(referral), form(referral))
    browser.post(page(referral), form(referral, 1, useful="2"))
    stale = form(referral, 1, useful="5", young_person="Mine.", **{f"happened-{action.pk}": "started"})
    answer = browser.post(page(referral), stale)
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "Somebody saved this feedback after you opened it." in shown
    assert "Saved meanwhile: 2" in shown
    assert "Saved meanwhile: Back at school." in shown
    assert "Saved meanwhile: Done" in shown
    assert Feedback.objects.get().useful == 2
    assert browser.post(page(referral), stale | {"version": 2}).status_code == 302
    changes = AuditEvent.objects.filter(act="feedback.changed").order_by("pk")
    assert changes[0].detail == {"useful": [4, 2]}
    assert changes[1].detail["young_person"] == ["Back at school.", "Mine."]


@pytest.mark.parametrize("state", [s for s in ReferralState if s not in (ReferralState.HELD, ReferralState.DRAFT)])
def test_before_a_consultation_was_held_there_is_no_feedback(signed_in, state):
    referral = a_referral(state)
    browser = signed_in(referral.made_by)
    for answer in (browser.get(page(referral)), browser.post(page(referral), form(referral))):
        assert answer.status_code == 409
        assert "Feedback comes after a consultation was held." in answer.content.decode()
    with pytest.raises(ActRefused):
        feedback.give(referral, values(referral), version=0, by=referral.made_by)
    assert not Feedback.objects.exists()


# ---------------------------------------------------------------- who gives it


def test_a_colleague_of_the_team_sees_it_and_does_not_give_it(signed_in):
    team = a_team()
    referral = held(by=a_person(Role.PRACTITIONER, team=team))
    colleague = signed_in(a_person(Role.PRACTITIONER, team=team))
    assert colleague.get(page(referral)).status_code == 403
    assert colleague.post(page(referral), form(referral)).status_code == 403
    shown = colleague.get(referral.get_absolute_url()).content.decode()
    assert "Not asked for yet." in shown
    assert page(referral) not in shown
    assert not Feedback.objects.exists()


def test_a_practitioner_records_it_for_the_referrer_and_it_says_so(signed_in):
    referral, cs = held(referrer_name="Ms Brandt", referrer=None), a_person(Role.CS_PRACTITIONER)
    browser = signed_in(cs)
    assert "on behalf of <strong>Ms Brandt</strong>" in browser.get(page(referral)).content.decode()
    browser.post(page(referral), form(referral))
    assert Feedback.objects.get().answered_by == cs
    assert f"Recorded by {cs.name} for Ms Brandt" in browser.get(referral.get_absolute_url()).content.decode()
    second = a_person(Role.CS_PRACTITIONER)
    assert signed_in(second).post(page(referral), form(referral, 1, useful="5")).status_code == 302
    assert (Feedback.objects.get().useful, Feedback.objects.get().answered_by) == (5, cs)


def test_what_the_referrer_said_nobody_else_changes(signed_in):
    referral = held()
    feedback.give(referral, values(referral), version=0, by=referral.referrer)
    browser = signed_in(a_person(Role.CS_PRACTITIONER))
    assert browser.get(page(referral)).url == f"{referral.get_absolute_url()}#feedback"
    answer = browser.post(page(referral), form(referral, 1, useful="1"))
    assert answer.status_code == 409
    assert "so only they can change it" in answer.content.decode()
    assert "Change the feedback" not in browser.get(referral.get_absolute_url()).content.decode()
    assert Feedback.objects.get().useful == 4


def test_the_referrer_takes_over_what_was_recorded_for_them():
    referral, cs = held(), a_person(Role.CS_PRACTITIONER)
    feedback.give(referral, values(referral), version=0, by=cs)
    feedback.give(referral, values(referral), version=1, by=referral.referrer)  # the same words, now their own
    assert Feedback.objects.get().answered_by == referral.referrer
    with pytest.raises(ActRefused):
        feedback.give(referral, values(referral, useful=1), version=2, by=cs)


def test_what_was_typed_is_kept_and_forgotten_once_it_is_sent(signed_in):
    referral = held()
    browser = signed_in(referral.referrer)
    kept = {"draft_key": browser.get(page(referral)).context["page"].draft_key, "client": "page-1", "context": "Half a"}
    browser.post(reverse("core:keep-draft"), kept)
    assert "Half a" in browser.get(page(referral)).content.decode()
    browser.post(page(referral), form(referral))
    assert not FormDraft.objects.exists()


# ---------------------------------------------------------------- actions, lists and Home


def test_an_action_said_to_be_done_and_open_here_offers_to_be_closed(signed_in):
    referral = held()
    mine = an_action(referral, owner=referral.referrer, what="Mine to do.")
    closed, other, dropped = (an_action(referral, what=f"Action {number}") for number in range(3))
    actions.close(closed, status=ActionStatus.DONE, outcome="Done.", by=referral.referrer)
    actions.close(dropped, status=ActionStatus.DROPPED, outcome="Not needed.", by=referral.referrer)
    assert dropped not in feedback.actions_to_ask_about(referral, None)
    browser = signed_in(referral.referrer)
    assert browser.get(page(referral)).context["page"].form.initial[f"happened-{closed.pk}"] == "done"
    browser.post(page(referral), form(referral))
    assert actions.ConsultationAction.objects.get(pk=mine.pk).status == ActionStatus.OPEN  # nothing by itself

    def offered(person) -> set:
        shown = signed_in(person).get(referral.get_absolute_url()).content.decode().partition('id="feedback"')[2]
        return {action.pk for action in (mine, closed, other)
                if reverse("consultations:close-action", args=[action.pk]) in shown}  # fmt: skip

    assert offered(referral.referrer) == {mine.pk}
    assert offered(a_person(Role.CS_PRACTITIONER)) == {mine.pk, other.pk}
    assert offered(a_person(Role.MANAGER)) == set()


def test_home_says_what_is_to_be_given_and_what_is_outstanding_after_the_reminder(signed_in):
    referral, cs = held(), a_person(Role.CS_PRACTITIONER)

    def lines(person) -> dict:
        return {work.heading: work for work in signed_in(person).get("/").context["work"]}

    feedback.ask_due(timezone.now())
    assert lines(referral.referrer)["Feedback to give"].lines[0].url == page(referral)
    assert "Feedback outstanding" not in lines(cs)
    Feedback.objects.update(asked_at=timezone.now() - timedelta(weeks=3))
    feedback.chase(timezone.now())
    assert lines(referral.referrer)["Feedback to give"].lines[0].warning == "Reminded"
    assert lines(cs)["Feedback outstanding"].lines[0].url == page(referral)
    feedback.give(referral, values(referral), version=1, by=referral.referrer)
    assert "Feedback to give" not in lines(referral.referrer)
    assert "Feedback outstanding" not in lines(cs)


def test_the_list_is_narrowed_by_what_is_outstanding_given_and_how_useful(signed_in):
    useful, useless, chased, asked = held(), held(), held(), held()
    feedback.give(useful, values(useful, useful=5), version=0, by=useful.referrer)
    feedback.give(useless, values(useless, useful=1), version=0, by=useless.referrer)
    feedback.ask_due(timezone.now())
    Feedback.objects.filter(referral=chased).update(chased_at=timezone.now())
    browser = signed_in(a_person(Role.MANAGER))

    def found(query: str) -> set:
        return {
            row.referral for row in browser.get(f"{reverse('consultations:feedback-list')}?{query}").context["page"]
        }

    assert found("") == {useful, useless, chased, asked}
    assert found("show=given") == {useful, useless}
    assert found("show=outstanding") == {chased, asked}
    assert found("show=chased") == {chased}
    assert found("useful=5&useful=4") == {useful}
    assert found("show=nonsense&useful=9&sort=%00&page=-1") == {useful, useless, chased, asked}
    by_use = browser.get(f"{reverse('consultations:feedback-list')}?sort=-useful").context["page"]
    assert [row.useful for row in by_use] == [5, 1, None, None]


def test_the_tracker_shows_what_was_given_where_the_form_says_nothing(signed_in):
    referral = held()
    feedback.give(referral, values(referral), version=0, by=referral.referrer)
    shown = signed_in(a_person(Role.MANAGER)).get(reverse("tracker:tracker")).content.decode()
    assert "4 of 5" in shown
    assert "Back at school." in shown


def test_the_export_has_what_was_given_where_the_form_says_nothing():
    referral, manager = held(), a_person(Role.MANAGER)

    def column() -> str | None:
        ((line, _),) = lines.lines(manager, lines.Keys(Referral.objects.filter(pk=referral.pk)))
        return lines.feedback_of(line)

    assert column() is None
    feedback.ask_due(timezone.now())
    assert column() is None
    feedback.give(referral, values(referral), version=1, by=referral.referrer)
    words = "Useful: 4 of 5. Advice used: yes.\nYoung person: Back at school.\nContext: Lights mended."
    assert column() == words
    entry = an_entry(referral)
    assert column() == words
    type(entry).objects.update(feedback="From the old tracker.")
    assert column() == "From the old tracker."
