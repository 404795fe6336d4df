"""Every state of a context × every act × every role, through the pages; and what each act leaves behind."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from contexts.choices import OPEN, ContextAct, ContextState
from contexts.models import Context, ContextDecision
from contexts.services import steps, work
from contexts.workflow import CONTEXT
from core.models import AuditEvent, Notice
from core.workflow import ActRefused
from tests.context_factories import a_context
from tests.factories import a_person, a_team
from tests.slices.contexts import date_parts

pytestmark = pytest.mark.django_db
IN_A_WEEK = timezone.localdate() + timedelta(days=7)
# The acts that have a page of their own here: (act, the page, what is sent).
PAGES = [
    (ContextAct.ACCEPT, "screen", {"decision": "accept", "reason": "It concerns many"}),
    (ContextAct.DECLINE, "screen", {"decision": "decline", "reason": "Too little"}),
    (ContextAct.ASK, "screen", {"decision": "ask", "question": "Who else?"}),
    (ContextAct.ANSWER, "answer", {"reason": "The older ones"}),
    (ContextAct.WITHDRAW, "withdraw", {"reason": "A mistake"}),
    (ContextAct.ALLOCATE, "workers", {"lead": "", "people": "CS"}),
    (ContextAct.CHANGE, "change", {"name": "Another name", "place": ""}),
    (ContextAct.REVIEW, "begin-reviewing", {"reason": "Two agencies", **date_parts("review_on", IN_A_WEEK)}),
    (ContextAct.MOVE_REVIEW, "move-review", {"reason": "Half-term", **date_parts("review_on", IN_A_WEEK)}),
    (ContextAct.CLOSE, "close", {"outcome": "safer", "words": "It is lit"}),
    (ContextAct.REOPEN, "reopen", {"reason": "Seen there again"}),
]
# Who may do each act where the state allows it: the teller's own acts, those of who works on it, those of who screens.
TELLERS = {"teller", "teammate", "cs"}
WORKERS = {"worker", "cs"}
MAY = {
    ContextAct.ACCEPT: {"cs"},
    ContextAct.DECLINE: {"cs"},
    ContextAct.ASK: {"cs"},
    ContextAct.ANSWER: TELLERS,
    ContextAct.WITHDRAW: TELLERS,
    ContextAct.ALLOCATE: {"cs", "manager"},
    ContextAct.CHANGE: WORKERS,
    ContextAct.REVIEW: WORKERS,
    ContextAct.MOVE_REVIEW: WORKERS,
    ContextAct.CLOSE: {"cs"},
    ContextAct.REOPEN: {"cs"},
}


def people_of(context: Context) -> dict:
    """Somebody in each position towards this context."""
    teller = context.made_by
    worker = a_person(Role.PRACTITIONER, team=a_team())
    if context.state in OPEN:
        work.give(context, lead=context.lead, people=[worker], by=a_person(Role.CS_PRACTITIONER))
    return {
        "teller": teller,
        "teammate": a_person(Role.PRACTITIONER, team=teller.team),
        "worker": worker,
        "stranger": a_person(Role.PRACTITIONER, team=a_team()),
        "cs": a_person(Role.CS_PRACTITIONER),
        "manager": a_person(Role.MANAGER),
        "lead": a_person(Role.LEAD),
        "administrator": a_person(Role.ADMINISTRATOR),
    }


@pytest.mark.parametrize("state", ContextState)
@pytest.mark.parametrize(("act", "page", "sent"), PAGES, ids=[act for act, _, _ in PAGES])
def test_an_act_is_done_where_the_state_allows_it_by_whom_it_is_for(signed_in, state, act, page, sent):
    context = a_context(state)
    people = people_of(context)
    before = Context.objects.get(pk=context.pk)
    if sent.get("people") == "CS":
        sent = sent | {"people": [str(people["cs"].pk)]}
    url = reverse(f"contexts:{page}", args=[context.pk])
    allowed = state in CONTEXT[act].sources
    for name, person in people.items():
        with transaction.atomic():
            answer = signed_in(person).post(url, sent)
            now = Context.objects.get(pk=context.pk)
            if name in MAY[act] and allowed:
                assert answer.status_code == 302, (name, answer.status_code)
                assert (now.state, now.version) == (CONTEXT[act].target or state, before.version + 1)
                assert ContextDecision.objects.filter(context=context, act=act, by=person).exists()
                events = AuditEvent.objects.filter(act=f"context.{act}", subject_id=str(context.pk))
                assert events.filter(actor_id=person.pk).exists()
            else:
                assert answer.status_code in (403, 404, 409), (name, answer.status_code)
                assert (now.state, now.version) == (before.state, before.version), name
            transaction.set_rollback(True)


def test_buttons_are_drawn_for_what_is_possible_and_for_nothing_else(signed_in):
    for state in ContextState:
        context = a_context(state)
        for name, person in people_of(context).items():
            page = signed_in(person).get(context.get_absolute_url())
            if page.status_code != 200:
                assert name in ("stranger", "worker", "lead", "administrator")
                continue
            acts = steps.acts_for(context, person)
            shown = page.content.decode()
            for act, route, _ in PAGES:
                link = f'href="{reverse(f"contexts:{route}", args=[context.pk])}"'
                ways = {each for each, other, _ in PAGES if other == route}
                assert (link in shown) == bool(acts & ways), (state, name, act)


def test_every_refusal_says_why():
    for state in ContextState:
        for transition in CONTEXT:
            if state not in transition.sources:
                assert len(transition.refusal(state)) > 20
                with pytest.raises(ActRefused):
                    CONTEXT.check(transition.act, state)


def test_whoever_told_of_it_is_told_what_became_of_it(signed_in):
    context = a_context("referred")
    cs = a_person(Role.CS_PRACTITIONER)
    decided = {"decision": "decline", "reason": "Too little is known", "signposted_to": "Community safety"}
    signed_in(cs).post(reverse("contexts:screen", args=[context.pk]), decided)
    notice = Notice.objects.get(user=context.made_by)
    assert context.reference in notice.words
    assert context.name not in notice.words
    page = signed_in(context.made_by).get(context.get_absolute_url()).content.decode()
    assert "Too little is known" in page
    assert "Community safety" in page


def test_a_decision_on_an_old_page_is_shown_what_was_said_meanwhile(signed_in):
    context = a_context("information")
    cs = a_person(Role.CS_PRACTITIONER)
    browser = signed_in(cs)
    signed_in(context.made_by).post(reverse("contexts:answer", args=[context.pk]), {"reason": "The older ones"})
    sent = {"decision": "decline", "reason": "Nobody answered", "heard": "1"}
    answer = browser.post(reverse("contexts:screen", args=[context.pk]), sent)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "The older ones" in page
    assert "Nobody answered" in page  # what was typed is still there
    assert Context.objects.get(pk=context.pk).state == "referred"


def test_two_who_change_it_at_once(signed_in):
    context = a_context("assessing")
    sent = {"name": "Mine", "place": "Here", "version": str(context.version)}
    one, two = (signed_in(a_person(Role.CS_PRACTITIONER)) for _ in range(2))
    url = reverse("contexts:change", args=[context.pk])
    assert one.post(url, sent | {"name": "Theirs"}).status_code == 302
    answer = two.post(url, sent)
    assert answer.status_code == 409
    assert "Saved meanwhile: Theirs" in answer.content.decode()
    again = two.post(url, sent | {"version": str(context.version + 1)})
    assert again.status_code == 302
    assert {name.name for name in context.names.all()} == {context.name, "Theirs", "Mine"}


def test_who_left_cannot_be_chosen_to_lead(signed_in):
    context = a_context("assessing")
    left = a_person(Role.PRACTITIONER, active=False)
    answer = signed_in(a_person(Role.MANAGER)).post(
        reverse("contexts:workers", args=[context.pk]), {"lead": str(left.pk)}
    )
    assert answer.status_code == 200
    assert Context.objects.get(pk=context.pk).lead is None


CASEWORK = ["people", "peer-map", "safety-maps", "plan", "conferences", "latest-assessment"]
WHY_NOTHING_IS_ADDED = {
    ContextState.REFERRED: "has not been screened yet",
    ContextState.DECLINED: "Refer it again before you change anything",
    ContextState.CLOSED: "Reopen it before you change anything",
}


@pytest.mark.parametrize("state", [*WHY_NOTHING_IS_ADDED, ContextState.PLANNED])
def test_a_page_of_the_casework_says_why_nothing_can_be_added_and_leads_to_what_comes_next(signed_in, state):
    context = a_context(state)
    client = signed_in(a_person(Role.CS_PRACTITIONER))
    for page in CASEWORK:
        html = client.get(reverse(f"contexts:{page}", args=[context.pk]), follow=True).content.decode()
        if state in WHY_NOTHING_IS_ADDED:
            assert WHY_NOTHING_IS_ADDED[state] in html, page
        assert ("See what comes next" in html) == (state in WHY_NOTHING_IS_ADDED), page


def test_a_review_that_is_past_is_recorded_and_the_next_one_set(signed_in):
    context = a_context("reviewing")
    cs = a_person(Role.CS_PRACTITIONER)
    Context.objects.filter(pk=context.pk).update(review_on=timezone.localdate() - timedelta(days=1))
    browser, url = signed_in(cs), reverse("contexts:begin-reviewing", args=[context.pk])
    page = browser.get(context.get_absolute_url()).content.decode()
    assert "Review overdue" in page
    assert "Record a review" in page
    assert "Overdue" in browser.get(reverse("contexts:contexts")).content.decode()
    assert "What did the review find?" in browser.get(url).content.decode()
    sent = {"reason": "Fewer are met there.", **date_parts("review_on", IN_A_WEEK)}
    for _ in range(2):
        assert browser.post(url, sent).status_code == 302
    context.refresh_from_db()
    assert (context.state, context.review_on) == (ContextState.REVIEWING, IN_A_WEEK)
    assert ContextDecision.objects.filter(context=context, act=ContextAct.REVIEW).count() == 2  # begun, and this one
    page = browser.get(context.get_absolute_url()).content.decode()
    assert "Review overdue" not in page
    assert "Fewer are met there." in page


@pytest.mark.parametrize(("state", "page"), [("assessing", "finish-assessing"), ("planned", "begin-reviewing")])
def test_who_gives_a_reason_is_told_that_whoever_referred_it_reads_it(signed_in, state, page):
    context = a_context(state)
    form = signed_in(a_person(Role.CS_PRACTITIONER)).get(reverse(f"contexts:{page}", args=[context.pk]))
    assert "Whoever referred it can read it." in form.content.decode()


PAST = {"reason": "Few", **date_parts("review_on", timezone.localdate() - timedelta(days=1))}


@pytest.mark.parametrize(
    ("state", "page", "sent"),
    [
        ("referred", "screen", {"decision": "accept", **PAST}),
        ("planned", "begin-reviewing", PAST),
        ("reviewing", "begin-reviewing", PAST),
        ("assessing", "move-review", PAST),
    ],
)
def test_the_next_review_lies_ahead(signed_in, state, page, sent):
    context = a_context(state)
    before = context.review_on
    answer = signed_in(a_person(Role.CS_PRACTITIONER)).post(reverse(f"contexts:{page}", args=[context.pk]), sent)
    assert answer.status_code == 200
    assert "Review date must be today or later" in answer.context["page"].form.errors["review_on"][0]
    context.refresh_from_db()
    assert (context.state, context.review_on) == (state, before)


def test_a_review_date_is_moved_while_it_is_assessed(signed_in):
    context = a_context("assessing")
    browser = signed_in(a_person(Role.CS_PRACTITIONER))
    url = reverse("contexts:move-review", args=[context.pk])
    assert "Set a review date" in browser.get(context.get_absolute_url()).content.decode()
    for _ in range(2):
        browser.post(url, {"reason": "Half-term comes between", **date_parts("review_on", IN_A_WEEK)})
    context.refresh_from_db()
    assert (context.state, context.review_on) == (ContextState.ASSESSING, IN_A_WEEK)
    assert ContextDecision.objects.filter(context=context, act=ContextAct.MOVE_REVIEW).count() == 1
    page = browser.get(context.get_absolute_url()).content.decode()
    assert "Half-term comes between" in page and "Review date moved" in page and "Move the review date" in page
