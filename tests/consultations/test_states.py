"""Every act in every state by every role, through the pages: what is possible is done, the rest changes nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations.choices import ReferralAct, ReferralState
from consultations.models import (
    ActionFeedback,
    Consultation,
    ConsultationAction,
    ConsultationNote,
    Feedback,
    FrameworkCell,
    FrameworkPlace,
    Participant,
    Referral,
    ReferralDecision,
    ReferralMessage,
    YoungPerson,
)
from consultations.views.framework import slot_key
from consultations.workflow import REFERRAL
from core.models import FormSection, Text, TextVersion
from core.models.lists import FormName
from tests.factories import a_person, a_referral, a_team, an_action
from tests.permissions.requests import date_parts
from tracker.models import TrackerEntry

pytestmark = pytest.mark.django_db
FOUND = {"name": "Zebedee Quince"}
MOMENT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def accept_form(referral=None) -> dict:
    return {"decision": "accept", "reason": "Suitable", **date_parts("planned_for")}


def signpost_form(referral=None) -> dict:
    return {"decision": "signpost", "signposted_to": "Early Help", "reason": "x"}


def cell_form(referral) -> dict:
    """Words for one cell of the framework; of a referral without one, for a cell that there cannot be."""
    place = FrameworkPlace.objects.filter(consultation__referral=referral).first()
    key = slot_key(place, FormSection.objects.of(FormName.FRAMEWORK_POINTS).first()) if place else "none"
    return {f"text-{key}": "Words", f"version-{key}": "0"}


def allocate_form(referral) -> dict:
    return {"to": a_person(Role.CS_PRACTITIONER).pk, "was": referral.allocated_to_id or ""}


def reschedule_form(referral) -> dict:
    return {"place": "Room 2", "starts_at": "2.30pm", **date_parts("planned_for")}


# Each act: its route, the arguments after the referral's id, and a complete form.
REQUESTS = {
    ReferralAct.SEND: ("consultations:check", [], lambda referral: {}),
    ReferralAct.DISCARD: ("consultations:discard", [], lambda referral: {}),
    ReferralAct.ALLOCATE: ("consultations:allocate", [], allocate_form),
    ReferralAct.ACCEPT: ("consultations:screen", [], accept_form),
    ReferralAct.ASK: ("consultations:screen", [], lambda referral: {"decision": "ask", "question": "Who else?"}),
    ReferralAct.ANSWER: ("consultations:answer", [], lambda referral: {"body": "Two of them."}),
    ReferralAct.SIGNPOST: ("consultations:screen", [], signpost_form),
    ReferralAct.WITHDRAW: ("consultations:withdraw", [], lambda referral: {"reason": "Made in error"}),
    ReferralAct.REOPEN: ("consultations:reopen", [], lambda referral: {"reason": "It happened again"}),
    ReferralAct.RESCHEDULE: ("consultations:reschedule", [], reschedule_form),
    ReferralAct.PREPARE: ("consultations:save-framework", [], cell_form),
    ReferralAct.WRITE: ("consultations:save-all", [], lambda referral: {"text-home": "Words", "version-home": "0"}),
    ReferralAct.HOLD: ("consultations:hold", [], lambda referral: date_parts("held_on")),
    ReferralAct.ENTER_DATA: ("tracker:data-entry", [], lambda referral: {"primary_concern": "home"}),
    ReferralAct.GIVE_FEEDBACK: ("consultations:feedback", [], lambda referral: {"used": "yes", "useful": "4"}),
}  # fmt: skip
# Who holds the permission of each act. Written out here, so that a slip in the table of permissions is seen.
REFERRING = {Role.PRACTITIONER, Role.CS_PRACTITIONER}
MAY = {
    ReferralAct.SEND: REFERRING,
    ReferralAct.DISCARD: REFERRING,
    ReferralAct.ALLOCATE: {Role.CS_PRACTITIONER, Role.MANAGER},
    ReferralAct.ACCEPT: {Role.CS_PRACTITIONER},
    ReferralAct.ASK: {Role.CS_PRACTITIONER},
    ReferralAct.ANSWER: REFERRING,
    ReferralAct.SIGNPOST: {Role.CS_PRACTITIONER},
    ReferralAct.WITHDRAW: REFERRING,
    ReferralAct.REOPEN: {Role.CS_PRACTITIONER},
    ReferralAct.RESCHEDULE: {Role.CS_PRACTITIONER},
    ReferralAct.PREPARE: REFERRING,
    ReferralAct.WRITE: {Role.CS_PRACTITIONER},
    ReferralAct.HOLD: {Role.CS_PRACTITIONER},
    ReferralAct.ENTER_DATA: {Role.CS_PRACTITIONER},
    ReferralAct.GIVE_FEEDBACK: REFERRING,
}
# Acts on a consultation's own pages: where there is no consultation, there is no such page.
ON_ITS_PAGES = {ReferralAct.PREPARE, ReferralAct.WRITE}
# An act that changes the referral itself without leading to another state.
CHANGES_THE_ROW = {ReferralAct.ALLOCATE}
HAS_CONSULTATION = {ReferralState.PLANNED, ReferralState.HELD}


def snapshot() -> list:
    """Every row that an act could change."""
    models = [
        *(Referral, ReferralDecision, ReferralMessage, Consultation, ConsultationNote, ConsultationAction, Participant),
        *(FrameworkPlace, FrameworkCell, Text, TextVersion, TrackerEntry, YoungPerson, Feedback, ActionFeedback),
    ]
    return [list(model.objects.order_by("pk").values()) for model in models]


def expected(act: str, state: str, role: Role) -> int:
    """The status that the answer has to have."""
    if role not in MAY[act]:
        return 403
    if act in ON_ITS_PAGES and state not in HAS_CONSULTATION:
        return 404
    return 302 if state in REFERRAL[act].sources else 409


def test_every_act_is_tried():
    assert set(REQUESTS) == set(MAY) == set(ReferralAct)


@pytest.mark.parametrize("state", ReferralState.values)
@pytest.mark.parametrize("act", ReferralAct.values)
def test_every_act_in_every_state_by_every_role(signed_in, act, state):
    route, rest, form = REQUESTS[act]
    person = a_person(Role.PRACTITIONER, team=a_team())
    referral = a_referral(state, by=person, **FOUND)
    url = reverse(route, args=[referral.pk, *rest])
    for role in Role:
        person.role_grants.all().delete()
        person.role_grants.create(role=role, given_at=timezone.now())
        browser = signed_in(person)
        sent = form(referral)
        before = snapshot()
        with transaction.atomic():
            answer = browser.post(url, sent)
            after = snapshot()
            transaction.set_rollback(True)
        assert answer.status_code == expected(act, state, role), role
        assert (after != before) == (answer.status_code == 302), role
        if answer.status_code == 409:
            page = answer.content.decode()
            assert REFERRAL[act].refusal(state) in page.replace("&#x27;", "'")
            assert ReferralState(state).label in page or state == ReferralState.DRAFT
            assert FOUND["name"] in page  # the record as it stands, for whoever may see it


@pytest.mark.parametrize("state", ReferralState.values)
def test_an_action_needs_a_consultation(signed_in, state):
    referral = a_referral(state)
    form = {"space": "home", "what": "Do it", "who": "elsewhere", "owner_name": "PC Stone"}
    browser = signed_in(a_person(Role.CS_PRACTITIONER))
    answer = browser.post(reverse("consultations:add-action", args=[referral.pk]), form)
    possible = state in HAS_CONSULTATION
    assert answer.status_code == (302 if possible else 404)
    assert ConsultationAction.objects.count() == (1 if possible else 0)


@pytest.mark.parametrize(
    ("act", "state"), [(act, state) for act in ReferralAct.values for state in sorted(REFERRAL[act].sources)]
)
def test_a_possible_act_leads_to_its_state(signed_in, act, state):
    route, rest, form = REQUESTS[act]
    person = a_person(Role.CS_PRACTITIONER, team=a_team())
    referral = a_referral(state, by=person)
    version = referral.version
    signed_in(person).post(reverse(route, args=[referral.pk, *rest]), form(referral))
    now = Referral.objects.filter(pk=referral.pk).first()
    if act == ReferralAct.DISCARD:
        assert now is None
        return
    assert now.state == (REFERRAL[act].target or state)
    assert (now.version > version) == (REFERRAL[act].target is not None or act in CHANGES_THE_ROW)


@pytest.mark.parametrize("decision", ["accept", "ask", "signpost", "withdraw"])
def test_screening_twice_shows_the_present_state(signed_in, decision):
    referral = a_referral()
    url = reverse("consultations:screen", args=[referral.pk])
    first, second = (signed_in(a_person(Role.CS_PRACTITIONER)) for _ in range(2))
    assert second.get(url).status_code == 200  # both have the page open
    assert first.post(url, signpost_form()).status_code == 302
    before = snapshot()
    form = accept_form() | {"decision": decision, "question": "Who?", "signposted_to": "Elsewhere"}
    answer = second.post(url, form)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "This referral has already been screened." in page
    assert "Signposted" in page
    assert "Screen this referral" not in page  # no button for what is not possible
    assert snapshot() == before


@pytest.mark.parametrize("state", [ReferralState.SCREENING, ReferralState.PLANNED])
@pytest.mark.parametrize("method", ["get", "post"])
def test_data_entry_before_the_consultation(signed_in, state, method):
    referral = a_referral(state)
    browser = signed_in(a_person(Role.CS_PRACTITIONER))
    answer = getattr(browser, method)(reverse("tracker:data-entry", args=[referral.pk]), {"primary_concern": "home"})
    assert answer.status_code == 409
    assert REFERRAL[ReferralAct.ENTER_DATA].refusal(state) in answer.content.decode()
    assert not TrackerEntry.objects.exists()


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.CS_PRACTITIONER, Role.MANAGER])
@pytest.mark.parametrize("state", ReferralState.values)
def test_a_page_draws_only_buttons_that_work(signed_in, role, state):
    person = a_person(role, team=a_team())
    referral = a_referral(state, by=person)
    browser = signed_in(person)
    html = browser.get(reverse("consultations:referral", args=[referral.pk])).content.decode()
    pages = ("screen", "answer", "withdraw", "reopen", "allocate", "reschedule", "prepare")
    for name in (*pages, "consultation", "hold", "discard", "check"):
        url = reverse(f"consultations:{name}", args=[referral.pk])
        if f'href="{url}"' in html:
            assert browser.get(url).status_code == 200, url
    entry = reverse("tracker:data-entry", args=[referral.pk])
    assert (f'href="{entry}"' in html) == (browser.get(entry).status_code == 200)


@pytest.mark.parametrize("route", ["change-action", "close-action"])
def test_a_closed_action_stays_closed(signed_in, route):
    action = an_action()
    browser = signed_in(a_person(Role.CS_PRACTITIONER))
    close = {"status": "done", "outcome": "It helped"}
    assert browser.post(reverse("consultations:close-action", args=[action.pk]), close).status_code == 302
    version = ConsultationAction.objects.get().version
    form = {"space": "home", "what": "x", "who": "elsewhere", "owner_name": "y", "version": version}
    form |= {"status": "dropped", "outcome": "changed my mind"}
    answer = browser.post(reverse(f"consultations:{route}", args=[action.pk]), form)
    assert answer.status_code == 409
    assert "This action is already done." in answer.content.decode()
    assert ConsultationAction.objects.get().outcome == "It helped"


def test_two_people_change_one_action(signed_in):
    action = an_action()
    url = reverse("consultations:change-action", args=[action.pk])
    form = {"space": "home", "who": "elsewhere", "owner_name": "PC Stone", "version": "1"}
    first, second = (signed_in(a_person(Role.CS_PRACTITIONER)) for _ in range(2))
    assert first.post(url, form | {"what": "First wording"}).status_code == 302
    answer = second.post(url, form | {"what": "Second wording"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Saved meanwhile: First wording" in page
    assert "Second wording" in page
    assert ConsultationAction.objects.get().what == "First wording"
    assert second.post(url, form | {"what": "Second wording", "version": "2"}).status_code == 302


def test_two_people_complete_one_data_entry_form(signed_in):
    referral = a_referral("held")
    url = reverse("tracker:data-entry", args=[referral.pk])
    first, second = (signed_in(a_person(Role.CS_PRACTITIONER)) for _ in range(2))
    assert first.post(url, {"primary_concern": "home", "detail": "First", "version": "0"}).status_code == 302
    answer = second.post(url, {"primary_concern": "school", "detail": "Second", "version": "0"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Saved meanwhile: First" in page
    assert 'value="Second"' in page
    assert TrackerEntry.objects.get().detail == "First"
    assert second.post(url, {"primary_concern": "school", "detail": "Second", "version": "1"}).status_code == 302
    assert TrackerEntry.objects.get().detail == "Second"


def test_a_version_of_a_data_entry_form_that_is_not_there_does_no_harm(signed_in):
    referral = a_referral("held")
    browser = signed_in(a_person(Role.CS_PRACTITIONER))
    url = reverse("tracker:data-entry", args=[referral.pk])
    assert browser.post(url, {"primary_concern": "home", "version": "7"}).status_code in (302, 409)


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Referral, {"state": "screening"}),
        (Referral, {"state": "signposted", "signposted_to": ""}),
        (Referral, {"screened_at": MOMENT}),
        (Referral, {"reference": None}),
        (Consultation, {"planned_for": None, "held_on": None}),
        (Consultation, {"held_recorded_at": MOMENT}),
        (ConsultationAction, {"status": "done"}),
        (ConsultationAction, {"owner_name": ""}),
        (ConsultationAction, {"closed_at": MOMENT}),
        (Text, {"version": 3}),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "-".join(value),
)
def test_the_database_refuses_half_a_state(model, values):
    referral = a_referral("planned") if "screened_at" not in values else a_referral()
    if model is ConsultationAction:
        an_action(referral)
    if model is Text:
        Text.objects.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.all().update(**values)


def test_a_consultation_held_before_the_referral_arrived_or_tomorrow_is_refused(signed_in):
    referral = a_referral("planned")
    browser = signed_in(a_person(Role.CS_PRACTITIONER))
    url = reverse("consultations:hold", args=[referral.pk])
    for day in (referral.received_on - timedelta(days=1), timezone.localdate() + timedelta(days=1)):
        answer = browser.post(url, date_parts("held_on", day))
        assert answer.status_code == 200
        assert "There is a problem" in answer.content.decode()
    referral.refresh_from_db()
    assert referral.state == ReferralState.PLANNED
