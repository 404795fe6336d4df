"""Actions: agreed, handed over, noted on, closed, reopened; who may, what is refused, and what a list shows."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations.models import ActionProgress, ConsultationAction, Referral
from consultations.services import actions
from core.models import AuditEvent, FormDraft, ListItem, Notice
from core.workflow import ActRefused, EditConflict
from csproject.home import work_for
from tests.factories import a_person, a_referral, a_team, an_action, an_entry
from tests.permissions.requests import date_parts

pytestmark = pytest.mark.django_db


@pytest.fixture
def cs(db):
    return a_person(Role.CS_PRACTITIONER, name="Amina Rahman")


@pytest.fixture
def referral(db):
    return a_referral("planned", name="Zebedee Quince")


def at(route: str, pk, **query) -> str:
    return reverse(f"consultations:{route}", args=[pk], query=query or None)


def form(**more) -> dict:
    return {"space": "online", "what": "Do it", "who": "elsewhere", "owner_name": "PC Stone", "version": "1"} | more


def options(*codes) -> list[ListItem]:
    return list(ListItem.objects.filter(list="intervention", code__in=codes))


# ---------------------------------------------------------------- adding and changing
def test_an_action_has_options_a_place_and_a_space_online(signed_in, cs, referral):
    chosen = options("peer-mapping", "agencies")
    sent = form(interventions=[item.pk for item in chosen], context_name="Canal towpath by Lock 4")
    answer = signed_in(cs).post(at("add-action", referral.pk), sent)
    assert answer.url == f"{at('consultation', referral.pk)}#actions"
    action = ConsultationAction.objects.get()
    assert (action.space, action.context_name) == ("online", "Canal towpath by Lock 4")
    assert set(action.interventions.all()) == set(chosen)
    page = signed_in(cs).get(at("consultation", referral.pk)).content.decode()
    assert "Canal towpath by Lock 4" in page
    assert "Peer-group mapping" in page


def test_an_option_that_was_switched_off_is_not_offered_but_stays_where_it_was_chosen(signed_in, cs, referral):
    (option,) = options("research")
    action = an_action(referral, interventions=[option])
    ListItem.objects.filter(pk=option.pk).update(active=False)
    browser = signed_in(cs)
    assert "Research support" not in browser.get(at("add-action", referral.pk)).content.decode()
    assert browser.post(at("add-action", referral.pk), form(interventions=[option.pk])).status_code == 200
    assert "Research support" in browser.get(at("change-action", action.pk)).content.decode()
    sent = form(what="Another wording", interventions=[option.pk])
    assert browser.post(at("change-action", action.pk), sent).status_code == 302
    assert list(action.interventions.all()) == [option]


def test_an_item_of_another_list_is_no_option(signed_in, cs, referral):
    other = ListItem.objects.filter(list="gender").first()
    assert signed_in(cs).post(at("add-action", referral.pk), form(interventions=[other.pk])).status_code == 200
    assert not ConsultationAction.objects.exists()


@pytest.mark.parametrize("route", ["add-action", "change-action"])
def test_a_date_that_has_passed_is_taken_with_a_warning(signed_in, cs, referral, route):
    yesterday = timezone.localdate() - timedelta(days=1)
    pk = referral.pk if route == "add-action" else an_action(referral).pk
    answer = signed_in(cs).post(at(route, pk), form(**date_parts("due", yesterday)), follow=True)
    page = answer.content.decode()
    assert "has passed already" in page
    assert "Overdue" in page
    assert ConsultationAction.objects.get().due == yesterday


def test_a_date_to_come_has_no_warning(signed_in, cs, referral):
    answer = signed_in(cs).post(at("add-action", referral.pk), form(**date_parts("due")), follow=True)
    assert "has passed already" not in answer.content.decode()


def test_the_same_form_sent_twice_makes_one_action(signed_in, cs, referral):
    browser, sent = signed_in(cs), form(interventions=[item.pk for item in options("tools")])
    for _ in range(2):
        assert browser.post(at("add-action", referral.pk), sent).status_code == 302
    assert ConsultationAction.objects.count() == 1
    other = form(interventions=[item.pk for item in options("parents")])
    browser.post(at("add-action", referral.pk), other)
    assert ConsultationAction.objects.count() == 2  # another option is another action


def test_the_same_change_sent_twice_is_no_conflict_with_oneself(signed_in, cs):
    action = an_action()
    sent = form(what="Another wording", interventions=[item.pk for item in options("tools", "parents")])
    for _ in range(2):
        assert signed_in(cs).post(at("change-action", action.pk), sent).status_code == 302
    assert AuditEvent.objects.filter(act="action.changed").count() == 1


def test_two_who_change_the_options_see_both(signed_in, cs):
    action = an_action()
    tools, parents = options("tools")[0], options("parents")[0]
    first, second = signed_in(cs), signed_in(a_person(Role.CS_PRACTITIONER))
    url = at("change-action", action.pk)
    assert first.post(url, form(interventions=[tools.pk], context_name="Lock 4")).status_code == 302
    answer = second.post(url, form(interventions=[parents.pk], context_name="Lock 5"))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Saved meanwhile: Signposting to tools" in page
    assert "Saved meanwhile: Lock 4" in page
    assert 'value="Lock 5"' in page
    assert list(action.interventions.all()) == [tools]


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_lose_nothing_silently():
    action, by = an_action(), a_person(Role.CS_PRACTITIONER)
    start, came = threading.Barrier(2), []

    def send(what: str) -> None:
        try:
            start.wait(10)
            actions.change(action, actions.values_of(action) | {"what": what}, version=1, by=by)
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


@pytest.mark.parametrize("act", ["add", "change", "reopen"])
def test_nothing_is_agreed_in_a_withdrawn_referral(cs, act):
    action = an_action()
    referral = action.consultation.referral
    if act == "reopen":
        actions.close(action, status="done", outcome="x", by=cs)
    Referral.objects.filter(pk=referral.pk).update(state="withdrawn")
    values = actions.values_of(action) | {"what": "Another"}
    do = {
        "add": lambda: actions.add(action.consultation, values, by=cs),
        "change": lambda: actions.change(action, values, version=1, by=cs),
        "reopen": lambda: actions.reopen(action, reason="x", by=cs),
    }
    before = list(ConsultationAction.objects.values())
    with pytest.raises(ActRefused, match="closed without a consultation"):
        do[act]()
    assert list(ConsultationAction.objects.values()) == before


def test_an_open_action_of_a_withdrawn_referral_can_still_be_dropped(signed_in, cs):
    action = an_action()
    Referral.objects.update(state="withdrawn")
    page = signed_in(cs).get(at("action", action.pk)).content.decode()
    assert at("change-action", action.pk) not in page
    sent = {"status": "dropped", "outcome": "The referral was withdrawn"}
    assert signed_in(cs).post(at("close-action", action.pk), sent).status_code == 302


def test_words_that_look_like_markup_are_shown_as_words(signed_in, cs, referral):
    nasty = "<script>alert('O’Brien & Zielińska')</script> \u202eمرحبا 👩‍👧"
    sent = form(what=nasty, context_name="<b>Lock</b>", owner_name="<i>PC</i>")
    signed_in(cs).post(at("add-action", referral.pk), sent)
    action = ConsultationAction.objects.get()
    assert action.what == nasty
    actions.note(action, body=nasty, by=cs)
    for url in (
        at("consultation", referral.pk),
        at("rings", referral.pk),
        at("action", action.pk),
        reverse("consultations:actions"),
    ):
        page = signed_in(cs).get(url).content.decode()
        assert "<script>alert" not in page
        assert "<b>Lock" not in page and "<i>PC" not in page
        assert "&lt;script&gt;alert" in page


def test_a_paste_from_word_is_kept_whole(signed_in, cs, referral):
    long = "Ä word. " * 5_000
    browser = signed_in(cs)
    assert browser.post(at("add-action", referral.pk), form(what=long)).status_code == 302
    action = ConsultationAction.objects.get()
    browser.post(at("action-progress", action.pk), {"body": long})
    browser.post(at("close-action", action.pk), {"status": "done", "outcome": long})
    action.refresh_from_db()
    assert action.what == action.outcome == action.progress.get().body == long.strip()
    assert browser.post(at("add-action", referral.pk), form(what="x" * 100_001)).status_code == 200
    assert ConsultationAction.objects.count() == 1


# ---------------------------------------------------------------- owners
def test_an_owner_is_told_and_who_takes_over_too(cs):
    first, second = a_person(Role.PRACTITIONER), a_person(Role.PRACTITIONER)
    action = an_action(owner=first, by=cs)
    assert [notice.url for notice in Notice.objects.visible_to(first)] == [at("action", action.pk)]
    actions.change(action, actions.values_of(action) | {"owner": second}, version=1, by=cs)
    assert not Notice.objects.visible_to(first).exists()  # unread, and not theirs any more
    words = Notice.objects.visible_to(second).get().words
    assert action.consultation.referral.reference in words
    assert action.consultation.referral.name not in words


def test_who_gives_an_action_to_themselves_is_not_told(cs):
    an_action(owner=cs, by=cs)
    assert not Notice.objects.visible_to(cs).exists()


def leave(person):
    person.is_active = False
    person.save()


def test_somebody_who_has_left_is_shown_and_handed_over(signed_in, cs, referral):
    gone, new = a_person(Role.PRACTITIONER, name="Gone Away"), a_person(Role.PRACTITIONER, name="Takes Over")
    action = an_action(referral, owner=gone)
    leave(gone)
    browser = signed_in(cs)
    for url in (at("action", action.pk), at("consultation", referral.pk), reverse("consultations:actions")):
        assert "Owner has left" in browser.get(url).content.decode(), url
    url = at("change-action", action.pk)
    page = browser.get(url).content.decode()
    assert "Gone Away has left. Choose who takes this action over." in page
    assert f'<option value="{gone.pk}"' not in page
    assert browser.post(url, form(who="here", owner=gone.pk)).status_code == 200
    assert browser.post(url, form(who="here", owner="")).status_code == 200
    assert browser.post(url, form(who="here", owner=new.pk)).status_code == 302
    action.refresh_from_db()
    assert action.owner == new
    assert Notice.objects.visible_to(new).count() == 1


def test_somebody_who_has_left_is_not_chosen_anew(cs, referral):
    gone = a_person(Role.PRACTITIONER, active=False)
    with pytest.raises(ActRefused, match="has left"):
        an_action(referral, owner=gone)
    action = an_action(referral)
    values = actions.values_of(action) | {"owner": gone, "owner_name": "", "owner_agency": ""}
    with pytest.raises(ActRefused, match="has left"):
        actions.change(action, values, version=1, by=cs)


def test_home_names_what_nobody_does_any_more(cs):
    gone = a_person(Role.PRACTITIONER, name="Gone Away")
    an_action(owner=gone)
    closed = an_action(owner=gone)
    actions.close(closed, status="done", outcome="x", by=cs)
    headings = {work.heading: work for work in work_for(cs)}
    assert "Actions whose owner has left" not in headings
    leave(gone)
    assert {work.heading: work for work in work_for(cs)}["Actions whose owner has left"].count == 1
    assert "Actions whose owner has left" not in {work.heading for work in work_for(a_person(Role.PRACTITIONER))}


# ---------------------------------------------------------------- progress, closing, reopening
def test_a_note_keeps_its_author_and_time(signed_in, cs):
    owner = a_person(Role.PRACTITIONER, name="Rowan Ellis")
    action = an_action(owner=owner)
    answer = signed_in(owner).post(at("action-progress", action.pk), {"body": "Met the\nyouth worker"}, follow=True)
    page = answer.content.decode()
    assert "Your note is added." in page
    assert "Rowan Ellis" in page
    note = ActionProgress.objects.get()
    assert (note.by, note.body) == (owner, "Met the\nyouth worker")
    action.refresh_from_db()
    assert action.version == 1  # a note is in nobody's way who changes the action


def test_the_same_note_sent_twice_is_one(cs):
    action = an_action()
    first = actions.note(action, body="Half of it", by=cs)
    assert actions.note(action, body="Half of it", by=cs) == first
    actions.note(action, body="The rest", by=cs)
    later = timezone.now() + timedelta(minutes=5)
    actions.note(action, body="Half of it", by=cs, at=later)
    assert action.progress.count() == 3


@pytest.mark.parametrize(
    ("route", "sent"),
    [
        ("action-progress", {"body": "Typed by me."}),
        ("close-action", {"status": "dropped", "outcome": "Typed by me."}),
        ("change-action", form(what="Typed by me.")),
    ],
)
def test_what_is_typed_for_a_closed_action_is_shown_and_not_done(signed_in, cs, route, sent):
    action = an_action()
    actions.close(action, status="done", outcome="Done by the other.", by=a_person(Role.CS_PRACTITIONER))
    before = list(ConsultationAction.objects.values())
    answer = signed_in(cs).post(at(route, action.pk), sent)
    assert answer.status_code == 409
    page = answer.content.decode()
    for words in ("This action is already done.", "Done by the other.", "Typed by me."):
        assert words in page
    assert list(ConsultationAction.objects.values()) == before
    assert not ActionProgress.objects.exists()
    assert signed_in(cs).get(at(route, action.pk)).url == at("action", action.pk)


def test_closing_twice_with_the_same_form_is_once(signed_in, cs):
    action, sent = an_action(), {"status": "done", "outcome": "It helped"}
    for _ in range(2):
        assert signed_in(cs).post(at("close-action", action.pk), sent).status_code == 302
    assert AuditEvent.objects.filter(act="action.done").count() == 1


def test_reopening_keeps_how_it_had_ended(signed_in, cs):
    action = an_action(owner=a_person(Role.PRACTITIONER))
    actions.close(action, status="dropped", outcome="Nobody answered.", by=action.owner)
    url, sent = at("reopen-action", action.pk), {"reason": "The school rang back."}
    for _ in range(2):  # the button pressed twice
        assert signed_in(cs).post(url, sent).status_code == 302
    action.refresh_from_db()
    assert (action.status, action.outcome, action.closed_at, action.closed_by) == ("open", "", None, None)
    note = action.progress.get()
    for words in ("It was dropped on", action.owner.name, "Nobody answered.", "The school rang back."):
        assert words in note.body
    event = AuditEvent.objects.get(act="action.reopened")
    assert event.detail == {"was": "Dropped", "reason": "The school rang back."}
    assert signed_in(cs).post(url, {"reason": "Another reason"}).status_code == 409


def test_reopening_is_the_cs_practitioners(signed_in):
    owner = a_person(Role.PRACTITIONER)
    action = an_action(owner=owner)
    actions.close(action, status="done", outcome="x", by=owner)
    assert signed_in(owner).post(at("reopen-action", action.pk), {"reason": "x"}).status_code == 403
    assert at("reopen-action", action.pk) not in signed_in(owner).get(at("action", action.pk)).content.decode()


@pytest.mark.parametrize("route", ["change-action", "action-progress", "close-action"])
def test_what_is_typed_is_kept_until_it_is_sent(signed_in, cs, route):
    action = an_action()
    key = {"change-action": "", "action-progress": "progress", "close-action": "close"}[route]
    key = actions.draft_key(action, key)
    data = {"what": ["Half a sent"], "body": ["Half a sent"], "outcome": ["Half a sent"]}
    FormDraft.objects.create(user=cs, key=key, data=data, updated_at=timezone.now())
    assert "Half a sent" in signed_in(cs).get(at(route, action.pk)).content.decode()
    sent = form(body="Whole", outcome="Whole", status="done")
    assert signed_in(cs).post(at(route, action.pk), sent).status_code == 302
    assert not FormDraft.objects.exists()


# ---------------------------------------------------------------- one action, and the way back
def test_the_owner_who_may_not_see_the_referral_sees_the_action_alone(signed_in, referral):
    owner = a_person(Role.PRACTITIONER, team=a_team())
    action = an_action(referral, owner=owner)
    assert signed_in(owner).get(at("referral", referral.pk)).status_code == 404
    page = signed_in(owner).get(at("action", action.pk)).content.decode()
    assert referral.reference in page
    assert action.what in page
    for hidden in (referral.name, referral.case_number, referral.worry, at("consultation", referral.pk)):
        assert hidden not in page
    assert at("action-progress", action.pk) in page


def test_a_cs_practitioner_changes_nothing_of_a_referral_that_they_may_not_see(signed_in, cs, referral):
    """Restricted, without a grant: the action is theirs to do, and no more than that."""
    action = an_action(referral, owner=cs)
    manager = a_person(Role.MANAGER)
    Referral.objects.filter(pk=referral.pk).update(
        restricted_at=timezone.now(), restricted_by=manager, restriction_reason="x",
        restriction_review_on=timezone.localdate(),
    )  # fmt: skip
    page = signed_in(cs).get(at("action", action.pk)).content.decode()
    assert referral.name not in page
    assert at("change-action", action.pk) not in page
    for route in ("change-action", "reopen-action"):
        assert signed_in(cs).get(at(route, action.pk)).status_code == 403
        assert signed_in(cs).post(at(route, action.pk), form(reason="x")).status_code == 403
    assert signed_in(cs).post(at("action-progress", action.pk), {"body": "x"}).status_code == 302


def test_back_to_where_one_came_from(signed_in, cs):
    action = an_action()
    here = reverse("consultations:actions") + "?overdue=on&page=2"
    answer = signed_in(cs).post(at("action-progress", action.pk, next=here), {"body": "x"})
    assert answer.url == here
    there = at("consultation", action.consultation.referral_id) + "#actions"
    sent = {"status": "done", "outcome": "x"}
    assert signed_in(cs).post(at("close-action", action.pk, next=there), sent).url == there


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/", "//evil.example/", "/\\evil.example", "/\\/evil.example", "\\\\evil.example",
        "javascript:alert(1)", "/accounts/logout/", "/tracker/exports/", "/nothing/", "", "evil",
        "///evil.example/referrals/",
        "/referrals/actions/\r\nSet-Cookie: x=1", "/%5cevil.example", "http:///referrals/actions/",
    ],
)  # fmt: skip
def test_only_to_our_own_pages(signed_in, cs, elsewhere):
    action = an_action()
    answer = signed_in(cs).post(at("action-progress", action.pk, next=elsewhere), {"body": "x"})
    assert answer.status_code == 302
    assert answer.url == at("action", action.pk)
    page = signed_in(cs).get(at("action", action.pk, next=elsewhere)).content.decode()
    assert 'href="https://evil' not in page and "javascript:" not in page


# ---------------------------------------------------------------- the list, and the names it suggests
def shown(browser, **query) -> set:
    response = browser.get(reverse("consultations:actions", query=query))
    assert response.status_code == 200
    return {action.pk for action in response.context["page"]}


def test_every_filter_of_the_list(signed_in, cs):
    team, today = a_team(), timezone.localdate()
    owner, gone = a_person(Role.PRACTITIONER, team=team), a_person(Role.PRACTITIONER)
    mine = an_action(owner=cs, space="online")
    late = an_action(owner=owner, due=today - timedelta(days=1), interventions=options("tools"))
    done = an_action(due=today - timedelta(days=1))
    actions.close(done, status="done", outcome="x", by=cs)
    left = an_action(owner=gone)
    leave(gone)
    Referral.objects.filter(pk=late.consultation.referral_id).update(allocated_to=cs)
    browser = signed_in(cs)
    assert shown(browser) == {mine.pk, late.pk, done.pk, left.pk}
    expected = {
        "mine": ("on", mine), "overdue": ("on", late), "allocated": ("on", late), "left": ("on", left),
        "status": ("done", done), "space": ("online", mine), "intervention": (options("tools")[0].pk, late),
        "owner": (owner.pk, late), "team": (team.pk, late),
    }  # fmt: skip
    for name, (value, action) in expected.items():
        assert shown(browser, **{name: value}) == {action.pk}, name
    assert shown(browser, status="nonsense", owner="x", team="-1", page="x", sort="what") == shown(browser)


def test_open_actions_come_first_by_date(signed_in, cs, referral):
    days = {"later": 9, "soon": 1, "never": None, "closed": -5}
    made = {}
    for name, number in days.items():
        due = None if number is None else timezone.localdate() + timedelta(days=number)
        made[name] = an_action(referral, what=name, due=due)
    actions.close(made["closed"], status="done", outcome="x", by=cs)
    browser, url = signed_in(cs), reverse("consultations:actions")
    assert [one.what for one in browser.get(url).context["page"]] == ["soon", "later", "never", "closed"]
    assert [one.what for one in browser.get(url, {"sort": "-due"}).context["page"]] == [
        "later", "soon", "closed", "never",
    ]  # fmt: skip


def test_a_practitioner_sees_no_foreign_action_by_any_filter(signed_in, referral):
    me, other = a_person(Role.PRACTITIONER, team=a_team()), a_person(Role.PRACTITIONER, name="Foreign Owner")
    an_action(referral, owner=other, what="Foreign")
    mine = an_action(referral, owner=me)
    browser = signed_in(me)
    assert shown(browser) == {mine.pk}
    for query in ({"owner": other.pk}, {"left": "on"}, {"allocated": "on"}, {"status": "open"}, {"sort": "reference"}):
        response = browser.get(reverse("consultations:actions", query=query))
        assert "Foreign" not in response.content.decode(), query


def test_suggested_names_are_those_of_referrals_one_may_see(signed_in, cs, referral):
    an_entry(a_referral("held"), detail="Canal towpath by Lock 4")
    an_action(referral, context_name="Hartley Park")
    hidden = a_referral("held")
    an_entry(hidden, detail="Hidden Street")
    Referral.objects.filter(pk=hidden.pk).update(
        restricted_at=timezone.now(),
        restricted_by=cs,
        restriction_reason="x",
        restriction_review_on=timezone.localdate(),
    )
    page = signed_in(cs).get(at("add-action", referral.pk)).content.decode()
    assert '<option value="Canal towpath by Lock 4">' in page
    assert '<option value="Hartley Park">' in page
    assert "Hidden Street" not in page
    assert 'list="known-contexts"' in page
