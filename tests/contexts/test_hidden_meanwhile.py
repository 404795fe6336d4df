"""A name that comes to be hidden while somebody works: by a merge, by what another writes, between two clicks."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations.services import access, people
from contexts.models import LinkedPerson
from contexts.models.people import NAMELESS
from contexts.services import conference as conferences
from contexts.services import links, panel_actions, panel_people
from contexts.services import panel as panels
from contexts.sight import Sight, everybody
from core.models import SetAsideText, Text
from tests.conference_factories import a_conference, a_pack
from tests.context_factories import a_context, a_linked_person
from tests.contexts.test_panel import a_panel, put
from tests.factories import a_person, a_referral
from tests.slices.contexts import date_parts

pytestmark = pytest.mark.django_db
HIDDEN = "Ottoline Vane"


@pytest.fixture
def cs():
    return a_person(Role.CS_PRACTITIONER)


@pytest.fixture
def granted():
    return a_person(Role.CS_PRACTITIONER)


@pytest.fixture
def hidden(granted):
    """A referral that `granted` may see, and nobody else who works here."""
    referral = a_referral("held", name=HIDDEN)
    access.restrict(referral, reason="Known to the team", people=[granted], by=a_person(Role.MANAGER))
    return referral


def merge(gone, kept, by):
    plan = people.plan(gone, kept, keep=kept, choices={})
    people.merge(gone, kept, keep=kept, choices={}, mark=plan.mark, reason="The same", by=by)


def test_somebody_merged_twice_is_named_only_to_who_may_see_them(cs, granted):
    manager, context = a_person(Role.MANAGER), a_context("assessing", kind="peer-group")
    first, second, last = (
        a_referral(case_number=number, name=name)
        for number, name in (("B-4711", "Tilly Marsh"), ("B-4712", "Ivo Quill"), ("B-4713", HIDDEN))
    )
    linked = a_linked_person(context, first.young_person)
    merge(first.young_person, second.young_person, manager)
    merge(second.young_person, last.young_person, manager)
    rows = LinkedPerson.objects.filter(pk=linked.pk)
    assert [(row.seen, row.shown_name) for row in rows.with_sight(cs)] == [(True, HIDDEN)]
    text = "Tilly Marsh (B-4711), Ivo Quill (B-4712), Ottoline Vane (B-4713)"
    assert Sight(cs, context).is_whole(text)  # the control
    for referral in (first, second, last):
        access.restrict(type(last).objects.get(pk=referral.pk), reason="Known", people=[granted], by=manager)
    assert [(row.seen, row.shown_name) for row in rows.with_sight(cs)] == [(False, NAMELESS)]
    words = Sight(cs, context).words(text)
    assert not [part for part in ("Tilly", "Ivo", "Ottoline", "4711", "4712", "4713") if part in words]
    assert {"Tilly Marsh", "Ivo Quill", HIDDEN, "B-4711"} <= set(everybody(context))


def test_somebody_linked_by_the_record_that_stays_is_hidden_by_the_name_of_the_other_too(cs, granted):
    manager, context = a_person(Role.MANAGER), a_context("assessing", kind="peer-group")
    gone, kept = a_referral(case_number="B-4714", name="Tilly Marsh"), a_referral(case_number="B-4715", name=HIDDEN)
    a_linked_person(context, kept.young_person)
    merge(gone.young_person, kept.young_person, manager)
    for referral in (gone, kept):
        access.restrict(type(kept).objects.get(pk=referral.pk), reason="Known", people=[granted], by=manager)
    words = Sight(cs, context).words("Tilly was there, B-4714")
    assert "Tilly" not in words
    assert "4714" not in words


def test_a_conflict_about_a_conference_shows_no_hidden_name(cs, granted, hidden, signed_in):
    conference = a_conference(a_context("planned", cs=cs), by=cs)
    a_linked_person(conference.context, hidden.young_person)
    values = {name: getattr(conference, name) for name in conferences.FIELDS}
    conferences.change(conference, values | {"purpose": f"To help {HIDDEN}"}, seen_version=1, by=granted)
    given = {"kind": "initial", "who": "elsewhere", "chair_name": "Ines", "chair_agency": "Here", "version": "1"}
    given |= date_parts("on", conference.on) | {"purpose": "To agree"}
    answer = signed_in(cs).post(
        reverse("contexts:conference-change", args=[conference.context_id, conference.pk]), given
    )
    assert answer.status_code == 409
    assert "Ottoline" not in answer.content.decode()


def a_text_of(what: str, hidden, cs) -> tuple[Text, str]:
    """A text of a context to which `hidden` is linked, and where it is saved as it is typed."""
    if what == "panel":
        context = a_context("assessing")
        item = put(a_panel(cs), context, cs)
        found = item.decision, reverse("contexts:panel-save-text", args=[item.pk, "decision"])
    else:
        conference = a_conference(a_context("planned", cs=cs), by=cs)
        context, args = conference.context, [conference.context_id, conference.pk]
        found = conference.decisions, reverse("contexts:conference-save-decisions", args=args)
        if what == "pack":
            part = a_pack(conference, by=cs, issued=False).parts.select_related("text").first()
            found = part.text, reverse("contexts:conference-save-part", args=[*args, part.key])
    a_linked_person(context, hidden.young_person)
    return found


@pytest.mark.parametrize("what", ["panel", "conference", "pack"])
def test_a_copy_that_waits_to_be_merged_is_not_given_to_who_may_not_read_it(what, cs, granted, hidden, signed_in):
    text, url = a_text_of(what, hidden, cs)
    now = timezone.now()
    Text.objects.filter(pk=text.pk).update(body="Lights", version=2, updated_by=cs, updated_at=now, begun_at=now)
    aside = SetAsideText.objects.create(text=text, body=HIDDEN, by=granted, at=timezone.now(), base_version=1)
    sent = {"body": "Lights and a bench", "version": 2, "resolves": str(aside.pk), "seen": "2026-01-01T00:00:00Z"}
    answer = signed_in(cs).post(url, sent, headers={"accept": "application/json"})
    assert answer.status_code == 409
    assert "Ottoline" not in answer.content.decode()
    assert "Ottoline" in signed_in(granted).post(url, sent, headers={"accept": "application/json"}).content.decode()


def test_the_owner_of_an_action_about_a_referral_reads_no_other_name_of_theirs(cs, granted, hidden):
    from contexts.panel_sight import action_words

    other = a_referral(case_number=hidden.case_number, name="Tilly Marsh")
    assert other.young_person_id == hidden.young_person_id
    item = put(a_panel(cs), hidden, granted)
    owner = a_person(Role.PRACTITIONER)
    given = {"what": "Ring Tilly Marsh and Ottoline", "owner": owner}
    action = panel_actions.add(item, given, by=granted)
    words = action_words(owner, [action])[action.pk](action.what)
    assert "Tilly" not in words
    assert "Ottoline" not in words


def test_the_same_change_sent_twice_is_no_conflict(cs):
    context = a_context("assessing")
    person = a_linked_person(context)
    values = {name: getattr(person, name) for name in links.OF_PERSON} | {"meets_at": "Fridays"}
    for _ in range(2):
        changed = links.change(person, values, version=1, by=cs)
    assert (changed.version, changed.meets_at) == (2, "Fridays")
    item = put(a_panel(cs), context, cs)
    values = {"reason": "A third fight", "presented_by": "", "categories": []}
    for _ in range(2):
        item = panels.change_item(item, values, seen_version=1, by=cs)
    assert (item.version, item.reason) == (2, "A third fight")


@pytest.mark.parametrize("about", ["referral", "context"])
def test_what_is_said_of_a_whole_panel_names_nobody_hidden(cs, granted, hidden, signed_in, about):
    panel, context = a_panel(granted, chair=f"Ann, aunt of {HIDDEN}", place=f"Home of {HIDDEN}"), a_context("assessing")
    a_linked_person(context, hidden.young_person)
    put(panel, hidden if about == "referral" else context, granted)
    panel_people.invite(panel, {"agency": "Family", "person": None, "name": HIDDEN}, by=granted)
    panels.hold(panel, attendance_note=f"Ann\n{HIDDEN}", by=granted)
    panels.agree(panel, by=granted)
    panels.correct(panel, reason=f"{HIDDEN} was there", by=granted)
    names = ("panel", "panel-change", "panel-people", "panel-minutes")
    for name, args in (("panels", []), *((name, [panel.pk]) for name in names)):
        url = reverse(f"contexts:{name}", args=args)
        assert "Ottoline" not in signed_in(cs).get(url).content.decode(), name
        assert "Ottoline" in signed_in(granted).get(url).content.decode(), name
