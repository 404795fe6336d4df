"""Conferences: an independent chair, who may do what in which state, who is invited and sees how much."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from contexts.choices import ContextState
from contexts.models import Conference, Context, PlanGoal
from contexts.services import conference as services
from contexts.services import conference_people, packs, work
from core.models import AuditEvent, Notice
from core.workflow import ActRefused, EditConflict
from tests.conference_factories import a_conference, a_pack, arranging, invited
from tests.context_factories import a_context
from tests.factories import a_person, a_team
from tests.slices.contexts import date_parts

pytestmark = pytest.mark.django_db


@pytest.fixture
def cs():
    return a_person(Role.CS_PRACTITIONER, team=a_team())


def _form(**values) -> dict:
    given = {"kind": "initial", "who": "elsewhere", "chair_name": "Ines Albrecht", "chair_agency": "Elsewhere"}
    return given | date_parts("on", timezone.localdate() + timedelta(days=9)) | values


def _again(row):
    return type(row).objects.get(pk=row.pk)


def _chairs(context, cs) -> dict:
    lead, member = (a_person(Role.PRACTITIONER, team=a_team()) for _ in range(2))
    work.give(context, lead=lead, people=[member], by=cs)
    return {"leads": lead, "works": member, "referred": context.referrals.get().made_by}


@pytest.mark.parametrize("why", ["leads", "works", "referred"])
def test_a_chair_who_is_not_independent_is_refused(cs, client, why):
    context = a_context(ContextState.PLANNED, cs=cs)
    chair = _chairs(context, cs)[why]
    client.force_login(cs)
    url = reverse("contexts:conference-arrange", args=[context.pk])
    page = client.post(url, _form(who="here", chair=chair.pk, purpose="To agree"))
    assert page.status_code == 200
    assert f"{chair.name} {why}" in page.content.decode()
    assert "To agree" in page.content.decode()
    with pytest.raises(ActRefused, match="independent"):
        services.arrange(context, arranging(chair=chair), by=cs)
    assert not context.conferences.exists()


def test_a_chair_who_came_to_work_on_it_since_cannot_have_held_it(cs, client):
    chair = a_person(Role.PRACTITIONER, team=a_team())
    conference = a_conference(a_context(ContextState.PLANNED, cs=cs), by=cs, chair=chair)
    work.give(conference.context, lead=chair, by=cs)
    client.force_login(cs)
    assert "no longer independent" in client.get(conference.get_absolute_url()).content.decode()
    with pytest.raises(ActRefused, match="leads the work"):
        services.hold(_again(conference), held_on=timezone.localdate(), review_on=timezone.localdate(), by=cs)
    other = a_person(Role.MANAGER, team=a_team())
    values = {name: getattr(conference, name) for name in services.FIELDS} | {"chair": other}
    services.change(conference, values, seen_version=1, by=cs)
    held = services.hold(_again(conference), held_on=timezone.localdate(), review_on=timezone.localdate(), by=cs)
    assert held.context.state == ContextState.REVIEWING


def test_somebody_without_the_right_to_read_conferences_is_not_offered(cs, client):
    outside = a_person(Role.LEAD)
    context = a_context(ContextState.PLANNED, cs=cs)
    client.force_login(cs)
    page = client.get(reverse("contexts:conference-arrange", args=[context.pk])).content.decode()
    assert outside.name not in page
    with pytest.raises(ActRefused):
        services.arrange(context, arranging(chair=outside), by=cs)


# What an act on a conference leads to, from each state of it, by whom: None where it is refused (409).
ACTS = {
    "change": ({"arranged"}, lambda one: _form()),
    "call-off": ({"arranged"}, lambda one: {"reason": "Nobody can come"}),
    "hold": ({"arranged"}, lambda one: date_parts("held_on", timezone.localdate())
             | date_parts("review_on", timezone.localdate() + timedelta(days=60))),
    "invite": ({"arranged", "held"}, lambda one: {"agency": "Libraries", "who": "nobody"}),
    "agreed": ({"arranged", "held"}, lambda one: {}),
    "attendance": ({"arranged", "held"}, lambda one: {}),
    "save": ({"arranged", "held"}, lambda one: {
        "text-decisions": "We decided", "version-decisions": "0", "digest-decisions": "x"}),
    "begin-pack": ({"arranged"}, lambda one: {}),
}  # fmt: skip


@pytest.mark.parametrize("status", ["arranged", "held", "off", "closed"])
@pytest.mark.parametrize("act", ACTS)
def test_what_may_be_done_when(cs, client, act, status):
    held_on = timezone.localdate() if status in ("held", "closed") else None
    conference = a_conference(a_context(ContextState.PLANNED, cs=cs), by=cs, held_on=held_on)
    if status == "off":
        services.call_off(conference, reason="Ill", by=cs)
    if status == "closed":
        work.close(conference.context, outcome="safer", words="Lit", by=cs)
    allowed, data = ACTS[act]
    url = reverse(f"contexts:conference-{act}", args=[conference.context_id, conference.pk])
    for role, answer in ((Role.PRACTITIONER, 403), (Role.LEAD, 403), (Role.AUDITOR, 403)):
        client.force_login(a_person(role))
        assert client.post(url, data(conference)).status_code == answer
    client.force_login(a_person(Role.MANAGER))
    before = Conference.objects.filter(pk=conference.pk).values().get()
    answer = client.post(url, data(conference))
    assert answer.status_code == (302 if status in allowed else 409), answer.content.decode()[:2000]
    if answer.status_code == 409:
        assert "This was not done" in answer.content.decode()
        assert Conference.objects.filter(pk=conference.pk).values().get() == before


@pytest.mark.parametrize("state", ContextState.values)
def test_a_conference_is_arranged_after_the_assessment_alone(cs, state):
    context = a_context(state, cs=cs)
    if state in ("planned", "reviewing", "conference"):  # the last has no conference of its own here
        made = services.arrange(context, arranging(), by=cs)
        assert made.context.state == ContextState.CONFERENCE
        off = services.call_off(made, reason="Ill", by=cs)
        assert off.context.state == state
    else:
        with pytest.raises(ActRefused):
            services.arrange(context, arranging(), by=cs)


def test_a_review_is_arranged_and_held_as_the_first_was_and_sets_the_review_date(cs):
    first = a_conference(by=cs, held_on=timezone.localdate())
    assert _again(first.context).review_on == timezone.localdate() + timedelta(days=90)
    review = a_conference(_again(first.context), by=cs, kind="review")
    assert _again(review.context).state == ContextState.CONFERENCE
    services.call_off(review, reason="Ill", by=cs)
    assert _again(review.context).state == ContextState.REVIEWING
    assert _again(review.context).review_on == timezone.localdate() + timedelta(days=90)


def test_one_conference_at_a_time_and_the_same_form_twice_makes_one(cs):
    context = a_context(ContextState.PLANNED, cs=cs)
    one = services.arrange(context, arranging(), by=cs)
    assert services.arrange(context, arranging(), by=cs).pk == one.pk
    with pytest.raises(ActRefused, match="arranged already"):
        services.arrange(context, arranging(place="Elsewhere"), by=cs)
    with pytest.raises(IntegrityError), transaction.atomic():
        Conference.objects.create(
            context=context, kind="initial", on=one.on, chair_name="A", chair_agency="B", made_by=cs,
            made_at=timezone.now(), decisions=type(one.decisions).objects.create(),
        )  # fmt: skip


def test_two_who_change_it_see_each_others_values(cs, client):
    conference = a_conference(by=cs)
    values = {name: getattr(conference, name) for name in services.FIELDS}
    services.change(conference, values | {"place": "Library"}, seen_version=1, by=cs)
    with pytest.raises(EditConflict):
        services.change(conference, values | {"place": "School"}, seen_version=1, by=cs)
    client.force_login(cs)
    url = reverse("contexts:conference-change", args=[conference.context_id, conference.pk])
    page = client.post(url, _form(place="School", version="1"))
    assert page.status_code == 409
    assert "Saved meanwhile: Library" in page.content.decode()
    assert "School" in page.content.decode()


@pytest.mark.parametrize("how", ["chair", "invited"])
def test_who_chairs_or_is_invited_sees_the_conference_and_no_casework(cs, client, how):
    who = a_person(Role.PRACTITIONER, team=a_team())
    context = a_context(ContextState.PLANNED, cs=cs, worry="What was told of it.")
    conference = a_conference(context, by=cs, **({"chair": who} if how == "chair" else {}))
    invitee = None if how == "chair" else invited(conference, who, by=cs)
    pack = a_pack(conference, by=cs, questions="What helps?")
    client.force_login(who)
    where = [context.pk, conference.pk]
    page = client.get(conference.get_absolute_url()).content.decode()
    assert "Download the calendar file" in page
    assert "Record it as held" not in page
    assert (
        "What helps?" in client.get(reverse("contexts:conference-issued-pack", args=[*where, pack.pk])).content.decode()
    )
    for route in ("context", "conferences"):
        assert client.get(reverse(f"contexts:{route}", args=[context.pk])).status_code == 404
    assert client.get(reverse("contexts:conference-pack", args=where)).status_code == 403
    home = client.get(reverse("home")).content.decode()
    assert f"Conference {context.reference}" in home
    assert Notice.objects.filter(user=who, words__contains=context.reference).exclude(calendar="").exists()
    if invitee:
        conference_people.uninvite(invitee, by=cs)
        assert client.get(conference.get_absolute_url()).status_code == 404


def test_attendance_and_who_is_missing(cs, client):
    conference = a_conference(by=cs, on=timezone.localdate())
    came, ill = invited(conference, by=cs), invited(conference, by=cs, agency="School", name="")
    client.force_login(cs)
    url = reverse("contexts:conference-attendance", args=[conference.context_id, conference.pk])
    sent = {f"was-{came.pk}": "", f"came-{came.pk}": "came", f"was-{ill.pk}": "", f"came-{ill.pk}": "apologies"}
    client.post(url, sent | {"came-nonsense": "x"})
    page = client.get(conference.get_absolute_url()).content.decode()
    assert "Missing at the conference:</strong> School (sent apologies)" in page
    assert "Usually needed, and not invited yet:</strong>" in page
    assert "Health" not in page.split("not invited yet:</strong>")[1].split("</p>")[0]
    client.post(url, {f"was-{came.pk}": "", f"came-{came.pk}": "absent"})  # from a page that showed less
    assert _again(came).came == "came"
    client.post(url, {f"was-{came.pk}": "came", f"came-{came.pk}": "\0"})
    assert _again(came).came == "came"


def test_inviting_twice_is_once_and_who_is_there_is_refused(cs, settings):
    settings.SENDS_MAIL = True
    conference = a_conference(by=cs)
    one = invited(conference, by=cs, email="rosa@elsewhere.example")
    assert invited(conference, by=cs, email="rosa@elsewhere.example").pk == one.pk
    assert Notice.objects.filter(email="rosa@elsewhere.example").count() == 1
    other = a_person(Role.CS_PRACTITIONER)
    with pytest.raises(ActRefused, match="invited already"):
        invited(conference, by=other)
    with pytest.raises(ActRefused, match="cannot read"):
        invited(conference, a_person(Role.ADMINISTRATOR), by=cs)
    services.call_off(conference, reason="Ill", by=cs)
    assert Notice.objects.filter(email="rosa@elsewhere.example").count() == 2


def test_goals_and_actions_agreed_there_are_linked_and_another_contexts_are_not(cs, client):
    conference = a_conference(by=cs)
    goal, foreign = (
        PlanGoal.objects.create(context=context, words=words, measure="m", made_by=cs, made_at=timezone.now())
        for context, words in ((conference.context, "All feel safe"), (a_context(cs=cs), "Another goal"))
    )
    client.force_login(cs)
    url = reverse("contexts:conference-agreed", args=[conference.context_id, conference.pk])
    assert client.post(url, {"goals": [str(foreign.pk)]}).status_code == 200
    assert client.post(url, {"goals": ["x\0"]}).status_code == 200
    client.post(url, {"goals": [str(goal.pk)]})
    assert list(conference.goals.all()) == [goal]
    assert "All feel safe" in client.get(conference.get_absolute_url()).content.decode()


@pytest.mark.parametrize("wrong", [
    {"on_year": "99999999999"}, {"chair_name": "A\0"}, {"who": "here", "chair": "9" * 40}, {"place": "x" * 201},
    {"version": "9" * 30}, {"kind": "other"}, {"starts_at": "25:99"}, {"who": "here", "chair": "NaN"},
])  # fmt: skip
def test_nonsense_is_answered_with_the_form(cs, client, wrong):
    context = a_context(ContextState.PLANNED, cs=cs)
    client.force_login(cs)
    answer = client.post(reverse("contexts:conference-arrange", args=[context.pk]), _form(purpose="Kept") | wrong)
    assert answer.status_code == 200
    assert "There is a problem" in answer.content.decode()
    assert "Kept" in answer.content.decode()
    assert not Conference.objects.exists()


def test_decisions_are_saved_as_typed_and_two_writers_lose_nothing(cs, client):
    conference = a_conference(by=cs, held_on=timezone.localdate())
    client.force_login(cs)
    url = reverse("contexts:conference-save-decisions", args=[conference.context_id, conference.pk])
    typed = {"body": "We decided", "version": "0", "client": "one", "seq": "1"}
    assert client.post(url, typed, headers={"accept": "application/json"}).json()["status"] == "saved"
    late = client.post(url, typed | {"body": "Another", "client": "two"}, headers={"accept": "application/json"})
    assert late.status_code == 409
    assert late.json()["theirs"]["body"] == "We decided"
    page = client.get(conference.get_absolute_url()).content.decode()
    assert "Another" in page
    for nonsense in ({"body": "\0"}, {"version": "-1"}, {"body": "x" * 300_000}, {"seq": "9" * 40}):
        answer = client.post(url, typed | nonsense, headers={"accept": "application/json"})
        assert answer.status_code == 400


def test_everything_is_in_the_log_without_a_name(cs):
    conference = a_conference(by=cs)
    invited(conference, by=cs, name="Rosa Lind")
    pack = a_pack(conference, by=cs)
    packs.withdraw(pack, because="A slip", by=cs)
    acts = list(AuditEvent.objects.filter(subject_id=str(conference.context_id)).values_list("act", flat=True))
    for act in ("confer", "conference-arranged", "conference-invited", "pack-begun", "pack-issued", "pack-withdrawn"):
        assert f"context.{act}" in acts
    assert "Rosa" not in str(list(AuditEvent.objects.values_list("detail", flat=True)))
    assert Context.objects.get(pk=conference.context_id).state == ContextState.CONFERENCE


@pytest.mark.parametrize("page", ["change", "call-off", "hold"])
def test_who_decides_not_to_comes_back_to_the_conference(cs, client, page):
    conference = a_conference(by=cs)
    client.force_login(cs)
    form = client.get(reverse(f"contexts:conference-{page}", args=[conference.context_id, conference.pk]))
    assert form.content.decode().count(f'href="{conference.get_absolute_url()}"') == 2  # above the form, and below
