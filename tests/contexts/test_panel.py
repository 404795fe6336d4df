"""The panel: its states, its agenda, what is decided there, and who may read what of it."""

import io
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from docx import Document
from pypdf import PdfReader

from accounts.permissions import Role
from consultations.services import access
from contexts import panel_papers
from contexts.models import Panel, PanelItem
from contexts.services import panel as services
from contexts.services import panel_actions, panel_people, work
from contexts.services import panel_papers as jobs_of_panel
from core import jobs
from core.models import ListItem, Notice
from core.models.lists import ListName
from core.workflow import ActRefused, EditConflict
from tests.context_factories import a_context, a_linked_person
from tests.factories import a_person, a_referral

pytestmark = pytest.mark.django_db


@pytest.fixture
def cs():
    return a_person(Role.CS_PRACTITIONER)


@pytest.fixture
def panel(cs):
    return a_panel(cs)


def a_panel(by, *, days=7, **values):
    """A panel, as its form would plan it."""
    given = {"on": timezone.localdate() + timedelta(days=days), "starts_at": None, "place": "", "chair": "Ann, Police"}
    return services.plan(given | values, by=by)


def put(panel, subject, by, **values):
    """An item about `subject`, as its form would put it."""
    return services.put(panel, subject, {"reason": "Two fights", "presented_by": ""} | values, by=by)


def write(item, by, **words):
    """What was said and decided of an item."""
    for name, body in words.items():
        services.save_text(item, name, body=body, base_version=0, by=by)


def test_what_the_practice_calls_the_categories_may_be_chosen(panel, cs):
    offered = list(ListItem.objects.of(ListName.PANEL_CATEGORY))
    assert [str(one) for one in offered] == [
        "Sexual exploitation", "Criminal exploitation", "Harmful sexual behaviour", "Affected by gangs",
        "Serious youth violence", "Modern slavery",
    ]  # fmt: skip
    item = put(panel, a_context("assessing"), cs, categories=offered[:2])
    assert set(item.categories.all()) == set(offered[:2])


def test_a_panel_is_planned_by_its_form_once(cs, signed_in):
    day = timezone.localdate() + timedelta(days=7)
    sent = {"on_day": day.day, "on_month": day.month, "on_year": day.year, "chair": "Ann", "starts_at": "14:30"}
    browser = signed_in(cs)
    for _ in range(2):
        assert browser.post(reverse("contexts:panel-plan"), sent).status_code == 302
    assert [(one.on, one.chair) for one in Panel.objects.all()] == [(day, "Ann")]


def test_a_referral_or_a_context_is_put_on_the_agenda_by_its_reference_once(panel, cs, signed_in):
    browser, context, referral = signed_in(cs), a_context("assessing", cs=cs), a_referral("held")
    for about in (context, referral, referral):
        sent = {"panel": panel.pk, "reference": about.reference.lower(), "reason": "Fights"}
        assert browser.post(reverse("contexts:panel-put"), sent).status_code == 302
    assert [item.subject for item in panel.items.all()] == [context, referral]
    wrong = browser.post(reverse("contexts:panel-put"), {"panel": panel.pk, "reference": "CS-\x00", "reason": "x"})
    assert wrong.status_code == 200


def test_a_restricted_referral_cannot_be_told_from_none(panel, cs, signed_in):
    hidden = a_referral("held")
    _restrict(hidden, a_person(Role.MANAGER))
    sent = {"panel": panel.pk, "reason": "Fights"}
    browser = signed_in(cs)
    answers = [
        browser.post(reverse("contexts:panel-put"), sent | {"reference": reference}).content.decode()
        for reference in (hidden.reference, "CS-1999-9999")
    ]
    assert all("No referral or context that you may see has this reference" in answer for answer in answers)
    assert not PanelItem.objects.exists()


def test_an_item_that_a_reader_may_not_see_has_no_words_on_the_page_or_in_the_minutes(panel, cs, signed_in):
    manager = a_person(Role.MANAGER)
    hidden = a_referral("held", name="Zorinda Quaile")
    item = put(panel, hidden, manager, reason="planted-reason", presented_by="planted-presenter")
    write(item, manager, discussion="planted-discussion", decision="planted-decision")
    action = panel_actions.add(item, {"what": "planted-action", "owner_name": "Police"}, by=manager)
    _restrict(hidden, manager)
    browser = signed_in(cs)
    for name in ("panel", "panel-minutes"):
        page = browser.get(reverse(f"contexts:{name}", args=[panel.pk]), headers={"sec-fetch-dest": "document"})
        text = page.content.decode()
        assert "An item that you may not see" in text
        assert not [word for word in ("planted", "Zorinda", hidden.reference, str(item.pk)) if word in text]
    assert "Zorinda" not in panel_papers.html(panel_papers.minutes(cs, panel))
    assert browser.get(item.get_absolute_url()).status_code == 404
    assert browser.get(panel_actions.page_of(action)).status_code == 404
    for name in ("panel-move-item", "panel-carry-over", "panel-save-item"):
        assert browser.post(reverse(f"contexts:{name}", args=[item.pk])).status_code == 404


def test_a_name_that_a_reader_may_not_see_is_taken_out_of_an_item_and_they_cannot_change_it(panel, cs, signed_in):
    manager = a_person(Role.MANAGER)
    referral, context = a_referral("held", name="Zorinda Quaile"), a_context("assessing", cs=cs)
    a_linked_person(context, referral.young_person)
    item = put(panel, context, manager, reason="Zorinda Quaile was hurt")
    write(item, manager, decision="Zorinda Quaile moves school")
    _restrict(referral, manager)
    browser = signed_in(cs)
    for url in (item.get_absolute_url(), panel.get_absolute_url(), context.get_absolute_url(),
                reverse("contexts:panel-minutes", args=[panel.pk]), reverse("contexts:chronology", args=[context.pk]),
                reverse("contexts:panel-change-item", args=[item.pk])):  # fmt: skip
        text = browser.get(url).content.decode()
        assert "Zorinda" not in text, url
    with pytest.raises(ActRefused, match="names somebody"):
        services.save_text(item, "decision", body="Other", base_version=1, by=cs)


def test_the_panel_is_held_then_its_minutes_are_agreed_and_frozen(panel, cs):
    item = put(panel, a_context("assessing", cs=cs), cs)
    with pytest.raises(ActRefused, match="held before"):
        services.agree(panel, by=cs)
    services.hold(panel, attendance_note="Ann, Police", by=cs)
    write(item, cs, decision="Patrols")
    services.agree(panel, by=cs)
    for act in (
        lambda: services.save_text(item, "decision", body="Other", base_version=1, by=cs),
        lambda: put(panel, a_context("assessing", cs=cs), cs),
        lambda: services.move_item(item, up=True, by=cs),
        lambda: services.change_item(item, {"categories": []}, seen_version=1, by=cs),
        lambda: panel_actions.add(item, {"what": "More", "owner_name": "Police"}, by=cs),
        lambda: services.hold(panel, attendance_note="", by=cs),
    ):
        with pytest.raises(ActRefused):
            act()
    write(item, cs, outcome="It is quiet now")  # it is no part of the minutes
    services.correct(panel, reason="The day was wrong", by=cs)
    services.save_text(item, "decision", body="Patrols on Friday", base_version=1, by=cs)
    assert services.agree(panel, by=cs).state == "agreed"
    assert [one.reason for one in panel.corrections.all()] == ["The day was wrong"]
    item.refresh_from_db()
    assert item.decision.body == "Patrols on Friday"


def test_each_step_has_its_page(panel, cs, signed_in):
    browser = signed_in(cs)
    steps = [("hold", {"attendance_note": "Ann"}), ("agree", {}), ("correct", {"reason": "Wrong day"})]
    for step, sent in steps:
        url = reverse(f"contexts:panel-{step}", args=[panel.pk])
        assert browser.get(url).status_code == 200
        assert browser.post(url, sent).status_code == 302
        if step != "hold":
            assert browser.post(url, sent).status_code == 409
    assert "Wrong day" in browser.get(panel.get_absolute_url()).content.decode()


def test_two_changes_of_one_panel_meet(panel, cs):
    values = {"on": panel.on, "starts_at": None, "place": "Hall", "chair": "Ann, Police"}
    services.change(panel, values, seen_version=1, by=cs)
    with pytest.raises(EditConflict):
        services.change(panel, values | {"place": "Library"}, seen_version=1, by=cs)


@pytest.mark.django_db(transaction=True)
def test_items_moved_at_the_same_time_keep_one_order():
    cs = a_person(Role.CS_PRACTITIONER)
    panel = a_panel(cs)
    items = [put(panel, a_context("assessing", cs=cs), cs) for _ in range(4)]
    start = threading.Barrier(4)

    def move(item, up):
        start.wait()
        try:
            services.move_item(item, up=up, by=cs)
        finally:
            connection.close()

    threads = [threading.Thread(target=move, args=(item, n % 2 == 1)) for n, item in enumerate(items)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(panel.items.values_list("order", flat=True)) == [1, 2, 3, 4]
    assert {item.pk for item in panel.items.all()} == {item.pk for item in items}


def test_an_item_moves_by_its_button(panel, cs, signed_in):
    first, second = (put(panel, a_context("assessing", cs=cs), cs) for _ in range(2))
    signed_in(cs).post(reverse("contexts:panel-move-item", args=[second.pk]), {"up": "1"})
    assert list(panel.items.all()) == [second, first]


def test_an_item_is_carried_over_once_to_the_next_panel(panel, cs):
    categories = list(ListItem.objects.of(ListName.PANEL_CATEGORY)[:1])
    item = put(panel, a_context("assessing", cs=cs), cs, categories=categories)
    services.hold(panel, attendance_note="Ann", by=cs)
    with pytest.raises(ActRefused, match="No later panel"):
        services.carry_over(item, by=cs)
    later = a_panel(cs, days=30)
    nearer = a_panel(cs, days=14)
    made = services.carry_over(item, by=cs)
    assert services.carry_over(item, by=cs) == made  # the same form, sent twice
    assert (made.panel, made.carried_from, made.reason, list(made.categories.all())) == (
        nearer, item, item.reason, categories,
    )  # fmt: skip
    assert not later.items.exists()


def test_what_was_carried_over_is_not_offered_or_carried_again(panel, cs, signed_in):
    item = put(panel, a_context("assessing", cs=cs), cs)
    services.hold(panel, by=cs)
    a_panel(cs, days=14)
    browser, url = signed_in(cs), reverse("contexts:panel-carry-over", args=[item.pk])
    for page in (panel, item):
        assert url in browser.get(page.get_absolute_url()).content.decode()
    made = services.carry_over(item, by=cs, at=timezone.now() - timedelta(hours=1))
    for page in (panel, item):
        assert url not in browser.get(page.get_absolute_url()).content.decode()
    assert "carried over to a later panel" in browser.get(panel.get_absolute_url()).content.decode()
    answer = browser.post(url)
    assert answer.status_code == 409 and "carried over already" in answer.content.decode()
    services.remove_item(made, by=cs)  # it can be carried over again once it is off that agenda
    assert browser.post(url).status_code == 302


def test_what_somebody_put_on_the_next_agenda_counts_as_carried_over(panel, cs):
    context = a_context("assessing", cs=cs)
    item, later = put(panel, context, cs), a_panel(cs, days=14)
    services.hold(panel, by=cs)
    there = put(later, context, cs)
    assert services.carry_over(item, by=cs) == there
    there.refresh_from_db()
    assert there.carried_from == item
    between = put(a_panel(cs, days=8), context, cs)
    services.hold(between.panel, by=cs)
    with pytest.raises(ActRefused, match="on the agenda of the panel on"):
        services.carry_over(between, by=cs)


def test_who_is_invited_and_who_came_are_people_with_their_agency(panel, cs, signed_in):
    browser, nurse = signed_in(cs), a_person(Role.PRACTITIONER, name="Nadia Nurse")
    url = reverse("contexts:panel-people", args=[panel.pk])
    for sent in (
        {"agency": "Health", "who": "here", "person": nurse.pk},
        {"agency": "Police", "who": "elsewhere", "name": "Sgt Dale"},
        {"agency": "School", "who": "nobody"},
    ):
        assert browser.post(url, sent).status_code == 302
        assert browser.post(url, sent).status_code == 302  # sent twice
    wrong = browser.post(url, {"agency": "", "who": "elsewhere"})
    assert "Enter the agency" in wrong.content.decode() and "Enter their name" in wrong.content.decode()
    health, police, school = panel.people.all()
    panel.people.update(added_at=timezone.now() - timedelta(hours=1))
    again = browser.post(url, {"agency": "Health", "who": "here", "person": nurse.pk})
    assert again.status_code == 409 and "on the list already" in again.content.decode()
    marks = {f"was-{one.pk}": "" for one in (health, police, school)}
    marks |= {f"came-{health.pk}": "came", f"came-{police.pk}": "apologies", f"came-{school.pk}": "asleep"}
    browser.post(reverse("contexts:panel-attendance", args=[panel.pk]), marks)
    assert [one.came for one in panel.people.all()] == ["came", "apologies", ""]
    text = panel_papers.html(panel_papers.minutes(cs, panel))
    for words in ("Health, Nadia Nurse: came", "Police, Sgt Dale: sent apologies", "School: invited"):
        assert words in text
    stale = {f"was-{health.pk}": "", f"came-{health.pk}": "absent"}
    answer = browser.post(reverse("contexts:panel-attendance", args=[panel.pk]), stale, follow=True)
    assert "Their marks stay" in answer.content.decode()
    browser.post(reverse("contexts:panel-remove-person", args=[panel.pk, school.pk]))
    assert list(panel.people.all()) == [health, police]
    services.hold(panel, by=cs)
    services.agree(panel, by=cs)
    for act in (
        lambda: panel_people.invite(panel, {"agency": "Parks", "person": None, "name": ""}, by=cs),
        lambda: panel_people.mark(panel, {health.pk: ("came", "absent")}, by=cs),
        lambda: panel_people.remove(health, by=cs),
    ):
        with pytest.raises(ActRefused, match="agreed"):
            act()


def test_a_panel_whose_words_name_somebody_hidden_is_changed_by_nobody_who_may_not_see_them(panel, cs):
    hidden = a_referral("held", name="Zorinda Quaile")
    put(panel, hidden, cs)
    values = {"on": panel.on, "starts_at": None, "place": "Home of Zorinda Quaile", "chair": "Ann, Police"}
    services.change(panel, values, seen_version=1, by=cs)
    uncle = panel_people.invite(panel, {"agency": "Family", "person": None, "name": "Uncle of Zorinda"}, by=cs)
    _restrict(hidden, a_person(Role.MANAGER))
    for act in (
        lambda: services.change(panel, values | {"place": "Hall"}, seen_version=2, by=cs),
        lambda: services.hold(panel, attendance_note="", by=cs),
        lambda: panel_people.remove(uncle, by=cs),
    ):
        with pytest.raises(ActRefused, match="may not see"):
            act()
    panel.refresh_from_db()
    assert (panel.place, panel.state) == ("Home of Zorinda Quaile", "planned")


def test_an_item_about_a_referral_is_written_by_nobody_from_whom_somebody_beside_it_is_hidden(panel, cs, signed_in):
    """Two young people of one context: the item is about one, its words name the other, who is hidden."""
    one, other = a_referral("held"), a_referral("held", name="Zorinda Quaile")
    context = a_context("assessing", cs=cs)
    for referral in (one, other):
        a_linked_person(context, referral.young_person)
    item = put(panel, one, cs, reason="Seen with Zorinda Quaile")
    write(item, cs, decision="Zorinda Quaile is spoken to")
    action = panel_actions.add(item, {"what": "Ring Zorinda Quaile", "owner_name": "Police"}, by=cs)
    _restrict(other, a_person(Role.MANAGER))
    for act in (
        lambda: services.save_text(item, "decision", body="Other", base_version=1, by=cs),
        lambda: services.change_item(item, {"reason": "Other", "categories": []}, seen_version=1, by=cs),
        lambda: panel_actions.change(action, {"what": "Other"}, version=1, by=cs),
    ):
        with pytest.raises(ActRefused, match="may not see"):
            act()
    browser = signed_in(cs)
    for name, pk in (("panel-item", item.pk), ("panel-change-item", item.pk), ("panel-change-action", action.pk)):
        assert "Zorinda" not in browser.get(reverse(f"contexts:{name}", args=[pk])).content.decode()


def test_an_item_comes_off_the_agenda_until_something_is_written(panel, cs, signed_in):
    browser = signed_in(cs)
    item, kept = (put(panel, a_context("assessing", cs=cs), cs) for _ in range(2))
    write(kept, cs, discussion="Said")
    url = reverse("contexts:panel-remove-item", args=[item.pk])
    assert browser.get(url).status_code == 200
    assert browser.post(url).status_code == 302
    assert browser.post(reverse("contexts:panel-remove-item", args=[kept.pk])).status_code == 409
    assert list(panel.items.all()) == [kept]


def test_the_owner_of_an_action_sees_and_ends_it_and_no_more_of_the_panel(panel, cs, signed_in):
    owner = a_person(Role.PRACTITIONER)
    referral = a_referral("held", name="Zorinda Quaile")
    item = put(panel, referral, cs, reason="planted-reason")
    action = panel_actions.add(item, {"what": "Ring Zorinda at home", "owner": owner}, by=cs)
    browser = signed_in(owner)
    assert panel_actions.page_of(action) in browser.get(reverse("home")).content.decode()
    text = browser.get(panel_actions.page_of(action)).content.decode()
    assert "Ring" in text
    assert "Zorinda" not in text
    assert "planted" not in text
    assert browser.get(panel.get_absolute_url()).status_code == 403
    assert browser.get(item.get_absolute_url()).status_code == 403
    url = reverse("contexts:panel-close-action", args=[action.pk])
    assert browser.post(url, {"status": "done", "outcome": "She answered"}).status_code == 302
    action.refresh_from_db()
    assert action.status == "done"
    stranger = signed_in(a_person(Role.PRACTITIONER))
    assert stranger.get(panel_actions.page_of(action)).status_code == 404


def test_owners_are_reminded(panel, cs):
    owner = a_person(Role.PRACTITIONER)
    item = put(panel, a_referral("held"), cs)
    due = timezone.localdate() - timedelta(days=1)
    panel_actions.add(item, {"what": "Ring", "owner": owner, "due": due}, by=cs)
    before = Notice.objects.visible_to(owner).count()
    assert panel_actions.remind_of_panels(timezone.now()) == 1
    assert Notice.objects.visible_to(owner).count() == before + 1


def test_the_chronology_of_a_context_tells_of_the_panel_and_leads_to_it_who_may_open_it(panel, cs, signed_in):
    worker = a_person(Role.PRACTITIONER)
    context = work.give(a_context("assessing", cs=cs), lead=worker, by=cs)
    item = put(panel, context, cs)
    write(item, cs, decision="Patrols on Friday")
    action = panel_actions.add(item, {"what": "Mend the lights", "owner_name": "Parks"}, by=cs)
    url = reverse("contexts:chronology", args=[context.pk])
    for reader, leads in ((cs, True), (worker, False)):
        text = signed_in(reader).get(url).content.decode()
        for words in (
            "Put on the panel’s agenda",
            "“Panel: decision”: written",
            "Patrols",
            "Action agreed by the panel",
        ):
            assert words in text
        assert (item.get_absolute_url() in text) is leads
        assert (panel_actions.page_of(action) in text) is leads
    narrowed = signed_in(cs).get(url, {"kinds": "meetings"}).content.decode()
    assert "Put on the panel’s agenda" in narrowed
    services.remove_item(put(panel, other := a_context("assessing", cs=cs), cs), by=cs)
    told = signed_in(cs).get(reverse("contexts:chronology", args=[other.pk])).content.decode()
    assert "Taken off the panel’s agenda" in told


def test_reading_an_item_counts_as_viewing_what_it_is_about(panel, cs, signed_in):
    reader = a_person(Role.CS_PRACTITIONER, name="Reader Jones")
    context = a_context("assessing", cs=cs)
    signed_in(reader).get(put(panel, context, cs).get_absolute_url())
    page = signed_in(a_person(Role.MANAGER)).get(reverse("contexts:views", args=[context.pk])).content.decode()
    assert "Reader Jones" in page


def test_an_action_can_end_and_open_again_after_the_minutes_are_agreed_but_says_the_same(panel, cs):
    action = panel_actions.add(put(panel, a_referral("held"), cs), {"what": "Ring", "owner_name": "Parks"}, by=cs)
    services.hold(panel, attendance_note="Ann", by=cs)
    services.agree(panel, by=cs)
    before = panel_papers.minutes(cs, Panel.objects.get(pk=panel.pk)).parts
    panel_actions.note(action, body="Half of it", by=cs)
    panel_actions.close(action, status="done", outcome="Rung", by=cs)
    assert panel_papers.minutes(cs, Panel.objects.get(pk=panel.pk)).parts == before
    assert panel_actions.reopen(action, reason="Not at home", by=cs).is_open
    with pytest.raises(ActRefused, match="agreed"):
        panel_actions.change(action, {"what": "Write"}, version=3, by=cs)


def test_the_draft_for_one_record_is_not_offered_for_another(cs):
    assert services.put_draft_key("", "CS-2026-0001") != services.put_draft_key("", "CS-2026-0002")


def test_what_was_decided_stands_with_the_referral_and_the_context(panel, cs, signed_in):
    referral, context = a_referral("held"), a_context("assessing", cs=cs)
    for about in (referral, context):
        item = put(panel, about, cs)
        write(item, cs, decision="Patrols on Friday")
        text = signed_in(cs).get(about.get_absolute_url()).content.decode()
        assert "Patrols on Friday" in text
        assert f"{reverse('contexts:panel-put')}?reference={about.reference}" in text


def test_the_minutes_say_who_came_what_was_decided_and_who_does_what(panel, cs):
    item = put(panel, a_context("assessing", cs=cs, name="Hartley Park"), cs)
    write(item, cs, decision="Patrols on Friday")
    panel_actions.add(item, {"what": "Mend the lights", "owner_name": "Parks team"}, by=cs)
    panel_people.invite(panel, {"agency": "Police", "person": None, "name": "Ann"}, by=cs)
    services.hold(panel, attendance_note="Health rang in", by=cs)
    text = panel_papers.html(panel_papers.minutes(cs, Panel.objects.get(pk=panel.pk)))
    for words in (
        "Police, Ann: invited",
        "Health rang in",
        "Hartley Park",
        "Patrols on Friday",
        "Mend the lights",
        "Parks team",
    ):
        assert words in text


def test_a_file_is_not_handed_out_once_its_reader_may_see_less(panel, cs, signed_in):
    referral = a_referral("held")
    put(panel, referral, cs)
    job = jobs_of_panel.ask_for(panel, form="docx", by=cs)
    jobs.run(job.pk)
    download = reverse("contexts:panel-download-paper", args=[job.pk])
    assert signed_in(cs).get(download).status_code == 200
    assert signed_in(a_person(Role.CS_PRACTITIONER)).get(download).status_code == 404
    _restrict(referral, a_person(Role.MANAGER))
    assert signed_in(cs).get(download).status_code == 404


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_a_file_has_what_its_reader_may_see(panel, cs, form):
    seen, hidden = a_context("assessing", cs=cs, name="Hartley Park"), a_referral("held", name="Zorinda Quaile")
    write(put(panel, seen, cs), cs, decision="Patrols on Friday")
    write(put(panel, hidden, cs, reason="planted-reason"), cs, decision="planted-decision")
    _restrict(hidden, a_person(Role.MANAGER))
    made = jobs_of_panel.make(jobs_of_panel.ask_for(panel, form=form, by=cs))
    file = io.BytesIO(made.content)
    if form == "pdf":
        words = "\n".join(page.extract_text() for page in PdfReader(file).pages)
    else:
        words = "\n".join(one.text for one in Document(file).paragraphs)
    assert "Hartley Park" in words
    assert "Patrols on Friday" in words
    assert "An item that you may not see" in words
    assert not [word for word in ("Zorinda", "planted", hidden.reference) if word in words]
    assert made.name == f"panel-minutes-{panel.on.isoformat()}.{form}"


def _restrict(referral, by):
    access.restrict(referral, reason="Family", people=[], by=by)
