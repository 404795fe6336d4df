"""Deciding, asking and answering, withdrawing, reopening, allocating, moving the date; and the list of referrals."""

import threading
from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations.models import Consultation, Referral, ReferralDecision, ReferralMessage
from consultations.services import access, referrals, screening, waiting
from core.models import AuditEvent, FormDraft, Notice
from core.workflow import ActRefused
from csproject.home import work_for
from tests.factories import a_draft, a_person, a_referral, a_team
from tests.permissions.requests import date_parts

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def cs():
    return a_person(Role.CS_PRACTITIONER, team=a_team())


def url(name: str, referral) -> str:
    return reverse(f"consultations:{name}", args=[referral.pk])


def words(response) -> str:
    return response.content.decode().replace("&#x27;", "'")


def accept(day=None, **more) -> dict:
    return {"decision": "accept", "reason": "Suitable", **date_parts("planned_for", day)} | more


def told(person) -> list[str]:
    return list(Notice.objects.filter(user=person).order_by("created_at").values_list("words", flat=True))


def headings(person) -> dict[str, list[str]]:
    return {work.heading: [line.words for line in work.lines] for work in work_for(person)}


# ---------------------------------------------------------------- the decision


def test_a_consultation_is_planned_with_time_place_and_people(signed_in, cs):
    referral = a_referral(by=a_person(Role.PRACTITIONER, team=a_team(), name="Rowan Ellis"))
    day = TODAY() + timedelta(days=9)
    form = accept(day, starts_at="2.30 PM", place="Room 2", attending="PC Stone, Police\r\n\r\nHead of year")
    answer = signed_in(cs).post(url("screen", referral), form, follow=True)
    assert "at 14:30, Room 2" in words(answer)
    meeting = Consultation.objects.get(referral=referral)
    assert (meeting.planned_for, meeting.starts_at, meeting.place) == (day, time(14, 30), "Room 2")
    people = [(one.person or one.name, one.agency) for one in meeting.participants.all()]
    assert sorted(map(str, people)) == sorted(
        map(str, [(referral.made_by, ""), (cs, ""), ("PC Stone", "Police"), ("Head of year", "")])
    )


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"planned_for_year": ""}, "must include a year"),
        (
            {"planned_for_day": "", "planned_for_month": "", "planned_for_year": ""},
            "Enter the date of the consultation",
        ),
        ({"planned_for_year": "2206"}, "must be within a year from today"),
        ({"planned_for_year": "1066"}, "must be after 1 January 1990"),
        ({"planned_for_year": str(timezone.localdate().year - 1)}, "when the referral was received"),
        ({"starts_at": "25:00"}, "Enter a time, like 14:30"),
        ({"starts_at": "noon"}, "Enter a time, like 14:30"),
        ({"starts_at": "2:30"}, "must be between 7am and 9pm"),
        ({"place": "x" * 201}, "must be 200 characters or fewer"),
        ({"attending": "y" * 201}, "one person a line"),
        ({"reason": " \u200b "}, "Enter the reason for your decision"),
        ({"decision": ""}, "Select your decision"),
        ({"decision": "delete"}, "with one of the options"),
        ({"decision": "ask"}, "Enter what you need to know"),
        ({"decision": "signpost"}, "Enter the forum, agency or procedure"),
    ],
)
def test_a_decision_that_lacks_something_is_refused_and_kept(signed_in, cs, changed, problem):
    referral = a_referral()
    page = signed_in(cs).post(url("screen", referral), accept() | {"reason": "My own words"} | changed)
    assert page.status_code == 200
    assert problem in words(page)
    assert "My own words" in words(page) or "reason" in changed
    referral.refresh_from_db()
    assert referral.state == "screening"
    assert not Consultation.objects.exists()


def test_a_day_that_has_passed_is_taken_with_a_word_about_it(signed_in, cs):
    draft = a_draft()
    Referral.objects.filter(pk=draft.pk).update(received_on=TODAY() - timedelta(days=9))
    referral = referrals.send(draft, by=draft.made_by)
    page = signed_in(cs).post(url("screen", referral), accept(TODAY() - timedelta(days=2)), follow=True)
    assert "has already passed. Mark the consultation as held if it was." in words(page)


def test_what_was_typed_for_another_decision_is_no_hindrance(signed_in, cs):
    referral = a_referral()
    form = accept(starts_at="never", planned_for_year="1") | {"decision": "signpost", "signposted_to": "Early Help"}
    assert signed_in(cs).post(url("screen", referral), form).status_code == 302
    assert Referral.objects.get().signposted_to == "Early Help"


# ---------------------------------------------------------------- the conversation


def test_a_question_and_its_answer_go_to_and_fro_in_the_record(signed_in, cs):
    author, colleague = (a_person(Role.PRACTITIONER, team=a_team("One team")) for _ in range(2))
    referral = a_referral(by=author)
    screener, referrer = signed_in(cs), signed_in(author)
    question = "Who else is there? \u05e9\u05dc\u05d5\u05dd 🙂\r\nAnd O'Brien?" + " More." * 7000
    assert screener.post(url("screen", referral), {"decision": "ask", "question": question}).status_code == 302
    asked = ReferralMessage.objects.get()
    assert asked.body == question.replace("\r\n", "\n")  # 40,000 characters, whole
    assert told(author) == [f"A question about referral {referral.reference} waits for your answer."]
    assert told(cs) == []
    assert headings(author)["Questions to answer"]
    assert "Referrals to screen" not in headings(cs)
    page = words(referrer.get(url("referral", referral)))
    assert "And O'Brien?" in page
    assert url("answer", referral) in page
    assert "Questions to answer" not in headings(colleague)

    assert "Who else is there?" in words(referrer.get(url("answer", referral)))
    assert "Enter your answer" in words(referrer.post(url("answer", referral), {"body": "  "}))
    assert referrer.post(url("answer", referral), {"body": "Two of them."}).status_code == 302
    assert told(cs) == [f"Your question about referral {referral.reference} is answered."]
    assert told(author) == []  # nothing waits for them any more
    assert headings(cs)["Answers that came in"] == [f"{referral.name}, {referral.reference}"]
    assert "Referrals to screen" not in headings(cs)  # once, not twice
    assert "Two of them." in words(screener.get(url("screen", referral)))
    referral.refresh_from_db()
    assert (referral.state, referral.messages.count()) == ("screening", 2)


def test_the_same_message_sent_twice_stands_once(signed_in, cs):
    referral = a_referral()
    screener, referrer = signed_in(cs), signed_in(referral.made_by)
    for _ in range(2):
        assert screener.post(url("screen", referral), {"decision": "ask", "question": "Who?"}).status_code == 302
    for _ in range(2):
        body = {"body": "Two of them."}
        assert referrer.post(url("answer", referral), body).status_code in (302, 409)
    assert [message.body for message in referral.messages.all()] == ["Who?", "Two of them."]
    assert screening.answer(referral, body="Two of them.", by=referral.made_by) == referral.messages.last()


def test_nobody_decides_without_having_read_the_answer(signed_in, cs):
    referral = a_referral("information", cs=cs)
    screener = signed_in(cs)
    page = screener.get(url("screen", referral))
    heard = page.context["page"].form["heard"].value()
    screening.answer(referral, body="He is safe: it was a mix-up.", by=referral.made_by)
    for form in (accept(), {"decision": "signpost", "signposted_to": "x", "reason": "y"}):
        answer = screener.post(url("screen", referral), form | {"heard": heard, "reason": "Typed by me"})
        assert answer.status_code == 409
        assert "Something was asked or answered after you opened this page." in words(answer)
        assert "He is safe: it was a mix-up." in words(answer)
        assert "Typed by me" in words(answer)
    assert Referral.objects.get().state == "screening"
    again = answer.context["page"].form["heard"].value()
    assert screener.post(url("screen", referral), form | {"heard": again}).status_code == 302


def test_a_decision_without_an_answer_takes_the_question_back(cs):
    referral = a_referral("information", cs=cs)
    assert told(referral.made_by)
    screening.signpost(referral, to="Early Help", reason="Fits better", by=cs)
    assert told(referral.made_by) == [f"Referral {referral.reference} is signposted elsewhere."]


# ---------------------------------------------------------------- withdrawing and reopening


@pytest.mark.parametrize("state", ["screening", "information", "planned"])
def test_a_referrer_withdraws_until_it_is_held(signed_in, cs, state):
    referral = a_referral(state, cs=cs)
    screening.allocate(referral, to=cs, by=cs)
    browser = signed_in(referral.made_by)
    page = words(browser.get(url("withdraw", referral)))
    assert "Withdraw this referral?" in page
    assert ("does not take place" in page) == (state == "planned")
    assert "Enter why you withdraw" in words(browser.post(url("withdraw", referral), {"reason": ""}))
    browser.post(url("withdraw", referral), {"reason": "The family moved away"})
    again = browser.post(url("withdraw", referral), {"reason": "The family moved away"})
    assert again.status_code == 409
    referral.refresh_from_db()
    assert referral.state == "withdrawn"
    assert referral.decisions.filter(act="withdraw", by=referral.made_by).get().reason == "The family moved away"
    assert any(referral.reference in line for line in told(cs))
    assert url("reopen", referral) not in words(browser.get(url("referral", referral)))  # not theirs to reopen


def test_reopening_keeps_what_was_decided_and_goes_on_with_what_was_planned(signed_in, cs):
    referral = a_referral("planned", cs=cs)
    meeting = Consultation.objects.get()
    screening.withdraw(referral, reason="Moved away", by=referral.made_by)
    browser = signed_in(cs)
    assert browser.post(url("reopen", referral), {"reason": "They came back"}).status_code == 302
    page = words(browser.get(url("referral", referral)))
    for line in ("Found suitable for a consultation", "Moved away", "They came back"):
        assert line in page
    referral.refresh_from_db()
    assert (referral.state, referral.screened_at, referral.screening_reason) == ("screening", None, "")
    assert headings(cs)["Referrals to screen"]
    assert browser.post(url("screen", referral), accept(TODAY() + timedelta(days=3))).status_code == 302
    assert Consultation.objects.get() == meeting
    assert Consultation.objects.get().planned_for == TODAY() + timedelta(days=3)


def test_an_answer_from_before_a_reopening_is_no_news(cs):
    referral = a_referral("information", cs=cs)
    screening.answer(referral, body="Two", by=referral.made_by)
    assert [one.pk for one in waiting.answered(cs)] == [referral.pk]
    screening.signpost(referral, to="Early Help", reason="x", by=cs)
    screening.reopen(referral, reason="y", by=cs)
    assert list(waiting.answered(cs)) == []
    assert [one.pk for one in waiting.to_screen(cs)] == [referral.pk]


# ---------------------------------------------------------------- allocation


def test_allocated_ones_wait_first_and_only_for_whose_they_are(signed_in, cs):
    other, manager = a_person(Role.CS_PRACTITIONER), a_person(Role.MANAGER)
    older, newer, theirs = (a_referral(name=name) for name in ("Older", "Newer", "Theirs"))
    browser = signed_in(manager)
    for referral, person in ((newer, cs), (theirs, other)):
        form = {"to": person.pk, "was": "", "reason": "Knows the school"}
        assert browser.post(url("allocate", referral), form).status_code == 302
    mine = [f"{one.name}, {one.reference}" for one in (newer, older)]
    assert headings(cs)["Referrals to screen"] == mine
    assert told(cs) == [f"Referral {newer.reference} is allocated to you."]
    assert newer.decisions.get().words == cs.name
    assert browser.post(url("allocate", newer), {"to": "", "was": cs.pk}).status_code == 302
    newer.refresh_from_db()
    assert newer.allocated_to is None


def test_who_cannot_screen_is_not_allocated_to(signed_in, cs):
    referral = a_referral()
    left = a_person(Role.CS_PRACTITIONER, active=False)
    for person in (a_person(Role.PRACTITIONER), a_person(Role.MANAGER), left):
        page = signed_in(cs).post(url("allocate", referral), {"to": person.pk, "was": ""})
        assert page.status_code == 200
        assert "from the options" in words(page)
        with pytest.raises(ActRefused):
            screening.allocate(referral, to=person, by=cs)
    assert not ReferralDecision.objects.exists()


def test_a_restricted_referral_is_allocated_to_who_may_see_it(cs):
    referral, manager = a_referral(), a_person(Role.MANAGER)
    access.restrict(referral, reason="Family works here", people=[], by=manager)
    with pytest.raises(ActRefused, match="Give them access first"):
        screening.allocate(referral, to=cs, by=manager)
    access.grant(referral, person=cs, reason="Screens it", until=TODAY() + timedelta(days=9), by=manager)
    assert screening.allocate(referral, to=cs, by=manager).allocated_to == cs


def test_two_people_take_one_referral(signed_in, cs):
    """The second learns whose it is already, and takes nothing away from them."""
    referral, second = a_referral(), a_person(Role.CS_PRACTITIONER)
    page = words(signed_in(second).get(url("referral", referral)))
    assert "Allocate to me" in page
    assert signed_in(cs).post(url("allocate", referral), {"to": cs.pk, "was": ""}).status_code == 302
    answer = signed_in(second).post(url("allocate", referral), {"to": second.pk, "was": ""})
    assert answer.status_code == 409
    assert f"now allocated to {cs.name}" in words(answer)
    referral.refresh_from_db()
    assert referral.allocated_to == cs
    again = signed_in(cs).post(url("allocate", referral), {"to": cs.pk, "was": ""})  # a double click
    assert again.status_code == 302
    assert ReferralDecision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_take_one_referral_at_the_same_moment():
    referral = a_referral()
    takers = [a_person(Role.CS_PRACTITIONER) for _ in range(4)]
    start, refused = threading.Barrier(4), []

    def take(person) -> None:
        try:
            start.wait(10)
            screening.allocate(referral, to=person, was=None, by=person)
        except ActRefused as refusal:
            refused.append(refusal.reason)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[person]) for person in takers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3
    assert ReferralDecision.objects.count() == 1


# ---------------------------------------------------------------- another date


def test_two_people_move_one_consultation(signed_in, cs):
    referral = a_referral("planned", cs=cs)
    page = signed_in(cs).get(url("reschedule", referral))
    invitation = page.context["page"].form["invitation"].value()
    day = TODAY() + timedelta(days=3)
    form = {"invitation": invitation, "place": "Room 2", **date_parts("planned_for", day)}
    assert signed_in(cs).post(url("reschedule", referral), form | {"starts_at": "14:30"}).status_code == 302
    other = signed_in(a_person(Role.CS_PRACTITIONER))
    mine = form | {"place": "Room 3", "starts_at": ""}
    answer = other.post(url("reschedule", referral), mine)
    assert answer.status_code == 409
    for line in ("Saved meanwhile: Room 2", "Saved meanwhile: 14:30", 'value="Room 3"'):
        assert line in words(answer)
    assert Consultation.objects.get().place == "Room 2"
    again = answer.context["page"].form["invitation"].value()
    assert other.post(url("reschedule", referral), mine | {"invitation": again}).status_code == 302
    assert Consultation.objects.get().place == "Room 3"
    assert ReferralDecision.objects.filter(act="reschedule").count() == 2


def test_the_same_change_sent_twice_is_one(signed_in, cs):
    referral = a_referral("planned", cs=cs)
    form = {"place": "Room 2", "reason": "Bigger", **date_parts("planned_for"), "invitation": "1"}
    for _ in range(2):
        assert signed_in(cs).post(url("reschedule", referral), form).status_code == 302
    assert ReferralDecision.objects.filter(act="reschedule").count() == 1
    early = form | date_parts("planned_for", referral.received_on - timedelta(days=1))
    assert "when the referral was received" in words(signed_in(cs).post(url("reschedule", referral), early))


# ---------------------------------------------------------------- who it is for


def referrer_form(**more) -> dict:
    return {"arrival": "telephone", "version": "0", **date_parts("received_on"), **more}


def test_me_somebody_here_or_somebody_elsewhere(signed_in):
    author = a_person(Role.PRACTITIONER, team=a_team("Near"), name="Rowan Ellis")
    other = a_person(Role.PRACTITIONER, team=a_team("Far", "Police"), name="Nicola Stone")
    draft, browser = a_draft(author), signed_in(author)
    step = reverse("consultations:step", args=[draft.pk, "referrer"])

    def stands() -> tuple:
        now = Referral.objects.get(pk=draft.pk)
        return now.referrer, now.referrer_name, str(now.team), str(now.agency)

    assert browser.post(step, referrer_form(who="here", referrer=other.pk)).status_code == 302
    assert stands() == (other, "Nicola Stone", "Far", "Police")
    assert "Nicola Stone" in words(browser.get(url("check", draft)))
    agency = author.team.agency_id
    form = referrer_form(who="elsewhere", referrer_name="Zoë O'Neill-Łuczak", agency=agency, version="1")
    assert browser.post(step, form | {"referrer": other.pk}).status_code == 302
    assert stands() == (None, "Zoë O'Neill-Łuczak", "None", "Children's social care")
    answer = browser.post(step, referrer_form(who="me", referrer_name="Typed before", version="1"))
    assert answer.status_code == 409
    assert "Saved meanwhile: Zoë O'Neill-Łuczak, Children's social care" in words(answer)
    assert browser.post(step, referrer_form(who="me", referrer_name="Typed before", version="2")).status_code == 302
    assert stands() == (author, "Rowan Ellis", "Near", "Children's social care")


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        ({}, "Select who is making this referral"),
        ({"who": "here"}, "Select who is making this referral"),
        ({"who": "elsewhere"}, "Enter the referrer’s name"),
        ({"who": "elsewhere", "referrer_name": "A"}, "Select the referrer’s agency"),
        ({"who": "here", "referrer": "left"}, "from the options"),
        ({"who": "me", "received_on_year": "2009"}, "must be after the date of birth, 15 January 2010"),
        ({"who": "me", "received_on_year": "2999"}, "must be today or in the past"),
    ],
)
def test_a_referrer_that_is_nobody_is_refused(signed_in, sent, problem):
    draft = a_draft()
    left = a_person(Role.PRACTITIONER, team=a_team(), active=False)
    sent = {name: left.pk if value == "left" else value for name, value in sent.items()}
    step = reverse("consultations:step", args=[draft.pk, "referrer"])
    page = signed_in(draft.made_by).post(step, referrer_form() | sent)
    assert page.status_code == 200
    assert problem in words(page)
    assert Referral.objects.get().arrival == "online"


def test_somebody_without_a_team_says_which_agency_is_theirs(signed_in):
    author = a_person(Role.PRACTITIONER)
    agency = a_team().agency
    draft = a_draft(author, agency=None)
    step, browser = reverse("consultations:step", args=[draft.pk, "referrer"]), signed_in(author)
    assert "Select your agency" in words(browser.post(step, referrer_form(who="me")))
    assert browser.post(step, referrer_form(who="me", own_agency=agency.pk)).status_code == 302
    draft.refresh_from_db()
    assert (draft.referrer, draft.agency, draft.team) == (author, agency, None)


def test_a_birth_after_the_referral_is_refused(signed_in):
    draft = a_draft()
    Referral.objects.update(received_on=date(2020, 3, 1))
    step = reverse("consultations:step", args=[draft.pk, "young-person"])
    form = {"case_number": "815", "name": "Kai", "version": "1", **date_parts("date_of_birth", date(2021, 1, 1))}
    assert "Date of birth must be before 1 March 2020" in words(signed_in(draft.made_by).post(step, form))


def test_whom_it_was_made_for_is_told_sees_it_and_is_asked(signed_in, cs):
    referrer = a_person(Role.PRACTITIONER, team=a_team("Far", "Police"), name="Nicola Stone")
    draft = a_draft(cs, referrer=referrer, referrer_name=referrer.name, team=referrer.team)
    assert signed_in(referrer).get(url("referral", draft)).status_code == 404  # a draft is its maker's
    sent = referrals.send(draft, by=cs)
    assert told(referrer) == [f"Referral {sent.reference} was made on your behalf."]
    page = words(signed_in(referrer).get(url("referral", sent)))
    assert "Made on their behalf by" in page
    screening.ask(sent, question="Who?", by=cs)
    assert headings(referrer)["Questions to answer"]
    assert "Questions to answer" in headings(cs)  # who made it may know the answer too


# ---------------------------------------------------------------- the list


def test_the_list_is_narrowed_and_sorted_by_its_address(signed_in, cs):
    near = a_team("Near")
    author = a_person(Role.PRACTITIONER, team=near)
    one, two, three = (a_referral(by=author, name=name) for name in ("Bea", "Abe", "Cid"))
    a_referral(name="Far")
    screening.allocate(one, to=cs, by=cs)
    screening.signpost(two, to="Early Help", reason="x", by=cs)
    browser = signed_in(cs)

    def names(**query) -> list[str]:
        page = browser.get(reverse("consultations:referrals"), query)
        assert page.status_code == 200
        return [referral.name for referral in page.context["page"]]

    assert names(team=near.pk, sort="name") == ["Abe", "Bea", "Cid"]
    assert names(team=near.pk, sort="-name") == ["Cid", "Bea", "Abe"]
    assert names(team=near.pk, sort="reference") == ["Bea", "Abe", "Cid"]
    assert names(allocated="me") == ["Bea"]
    assert names(allocated=str(cs.pk)) == ["Far", "Cid", "Abe", "Bea"]  # not an option: left out of account
    assert names(allocated="nobody", team=near.pk, sort="name") == ["Abe", "Cid"]
    assert names(team=near.pk, sort="allocated")[0] == "Bea"
    assert names(state="signposted") == ["Abe"]
    assert names(sort="-status")[0] == "Abe"
    for nonsense in ({"sort": "password"}, {"allocated": "1 OR 1"}, {"team": "x"}, {"page": "-7"}, {"state": "x"}):
        assert len(names(**nonsense)) == 4
    for sort in ("referrer", "-referrer", "received", "-received", "status", "-allocated", "-reference"):
        assert len(names(sort=sort)) == 4
    other = a_person(Role.CS_PRACTITIONER)
    mine = signed_in(other).get(reverse("consultations:referrals"), {"allocated": str(cs.pk)})
    assert [referral.name for referral in mine.context["page"]] == ["Bea"]
    assert three.allocated_to is None


def test_mine_are_those_made_by_me_and_for_me(signed_in):
    author = a_person(Role.PRACTITIONER, team=a_team("Near"))
    a_referral(by=author, name="By me")
    a_referral(by=a_person(Role.PRACTITIONER, team=author.team), name="By a colleague")
    maker = a_person(Role.CS_PRACTITIONER, team=a_team())
    a_referral(by=maker, name="For me", referrer=author, team=None)
    page = signed_in(author).get(reverse("consultations:referrals"), {"mine": "on"})
    assert {referral.name for referral in page.context["page"]} == {"By me", "For me"}
    assert "allocated" not in page.context["form"].fields


# ---------------------------------------------------------------- what is typed is kept


@pytest.mark.parametrize(
    ("name", "state", "typed"),
    [
        ("screen", "screening", {"decision": "ask", "question": "Half a que"}),
        ("answer", "information", {"body": "Half an ans"}),
        ("withdraw", "planned", {"reason": "Half a rea"}),
        ("reopen", "signposted", {"reason": "Half a rea"}),
        ("allocate", "screening", {"reason": "Half a rea"}),
        ("reschedule", "planned", {"reason": "Half a rea"}),
    ],
)
def test_every_form_is_kept_while_it_is_typed_and_forgotten_when_sent(signed_in, cs, name, state, typed):
    referral = a_referral(state, cs=cs)
    browser = signed_in(cs)
    token = browser.get(url(name, referral)).context["page"].draft_key
    kept = browser.post(reverse("core:keep-draft"), {"draft_key": token, "client": "tab", **typed})
    assert kept.status_code in (200, 302)
    page = browser.get(url(name, referral))
    assert list(typed.values())[-1] in words(page)
    assert "There is a problem" not in words(page)
    form = {"to": cs.pk, "was": "", "question": "Who?", "reason": "Whole", "body": "Whole", "decision": "ask"}
    sent = browser.post(url(name, referral), form | date_parts("planned_for", TODAY() + timedelta(days=1)))
    assert sent.status_code == 302
    assert not FormDraft.objects.exists()
    assert AuditEvent.objects.filter(subject_id=str(referral.pk)).exists()
