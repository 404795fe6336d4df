"""Tagging many referrals: chosen, looked at, applied, undone; what is restricted, what changed meanwhile, who may."""

import html
import uuid
from urllib.parse import urlencode

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.models import Referral
from consultations.services import access
from core.models import AuditEvent
from core.workflow import ActRefused, EditConflict
from tests.factories import a_draft, a_person, a_referral, a_team, an_entry
from tracker.models import Tagging, Theme, TrackerEntry
from tracker.rows import entry_due
from tracker.services import tagging, theme_merges, themes, undoing
from tracker.services.entries import complete_entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def cs():
    return a_person(Role.CS_PRACTITIONER, name="Cass Bell")


@pytest.fixture
def manager():
    return a_person(Role.MANAGER, name="Mo Grey")


@pytest.fixture
def browser(signed_in, cs):
    return signed_in(cs)


def theme(name: str) -> Theme:
    return Theme.objects.get(name=name)


def at(name: str, *args) -> str:
    return reverse(f"tracker:{name}", args=args)


def text_of(answer) -> str:
    return html.unescape(answer.content.decode())


def names(referral: Referral) -> set[str]:
    entry = TrackerEntry.objects.filter(referral=referral).first()
    return set(entry.themes.values_list("name", flat=True)) if entry else set()


def tag(referrals, by, *, adds=(), removes=()) -> Tagging:
    """Prepare, choose and apply."""
    made = tagging.prepare([referral.pk for referral in referrals], by=by)
    tagging.choose(made, adds=[theme(name) for name in adds], removes=[theme(name) for name in removes], by=by)
    return tagging.apply(made, mark=tagging.plan(made, by).mark, by=by)


def restrict(referral, *people, by):
    access.restrict(referral, reason="Known to the team.", people=list(people), by=by)


# ---------------------------------------------------------------- the way through the pages
def test_from_ticked_rows_to_their_themes_and_back(browser):
    one, other = an_entry(themes=[theme("Gangs")]), an_entry(themes=[theme("CSE"), theme("SEN")])
    third = a_referral("planned")
    ids = [str(one.referral_id), str(other.referral_id), str(third.pk)]
    answer = browser.post(at("tag"), {"referral": ids, "filters": "sort=team"})
    assert answer.status_code == 302
    page = text_of(browser.get(answer.url))
    assert "Tag 3 referrals" in page
    assert "1 of 3 has it" in page
    assert f"{reverse('tracker:tracker')}?sort=team" in page
    answer = browser.post(answer.url, {"adds": [theme("Gangs").pk], "removes": [theme("CSE").pk]})
    preview = browser.get(answer.url)
    plan = preview.context["plan"]
    assert [(line.name, line.adds, line.changing, line.already) for line in plan.lines] == [
        ("Gangs", True, 2, 1), ("CSE", False, 1, 2),
    ]  # fmt: skip
    page = text_of(preview)
    assert "2 referrals will change" in page
    assert "1 of them has no data entry form yet" in page
    assert names(third) == set()
    answer = browser.post(answer.url, {"mark": plan.mark})
    done = Tagging.objects.get()
    assert answer.url == at("tagging", done.pk)
    assert [names(row) for row in (one.referral, other.referral, third)] == [{"Gangs"}, {"Gangs", "SEN"}, {"Gangs"}]
    page = text_of(browser.get(answer.url))
    assert "You can undo this" in page
    assert at("undo-tagging", done.pk) in page
    assert "2 referrals are tagged as before" in text_of(browser.get(at("undo-tagging", done.pk)))
    answer = browser.post(at("undo-tagging", done.pk), follow=True)
    assert "Undone in 2 referrals." in text_of(answer)
    assert [names(row) for row in (one.referral, other.referral, third)] == [{"Gangs"}, {"CSE", "SEN"}, set()]
    assert not TrackerEntry.objects.filter(referral=third).exists()
    assert "There is nothing left to undo" in text_of(browser.get(at("undo-tagging", done.pk)))


def test_each_referral_has_its_event_and_its_version(browser, cs):
    entry, same = an_entry(themes=[theme("Gangs")]), an_entry(themes=[theme("CSE")])
    tag([entry.referral, same.referral], cs, adds=["CSE"])
    assert TrackerEntry.objects.get(pk=entry.pk).version == 2
    assert TrackerEntry.objects.get(pk=same.pk).version == 1
    event = AuditEvent.objects.get(act="data-entry.tagged")
    assert (event.actor_name, event.subject_label) == ("Cass Bell", entry.referral.reference)
    assert event.detail == {"themes": [["Gangs"], ["CSE", "Gangs"]]}
    told = text_of(browser.get(reverse("consultations:chronology", args=[entry.referral_id])))
    assert "Themes changed in the tracker" in told
    assert AuditEvent.objects.get(act="themes.tagged").detail["referrals"] == 1


def test_all_that_the_filter_finds(browser, cs):
    held = [a_referral("held") for _ in range(3)]
    a_referral("planned")
    answer = browser.post(at("tag"), {"all": "1", "filters": "state=held&page=2"})
    made = Tagging.objects.get()
    assert set(made.selection) == {str(referral.pk) for referral in held}
    assert made.filters == "state=held"
    assert answer.url == at("tag-themes", made.pk)


def test_filters_that_are_too_long_to_keep_widen_nothing(browser, cs):
    a_referral()
    long = urlencode([("team", "1")] * 1500 + [("state", "held")])
    answer = browser.post(at("tag"), {"all": "1", "filters": long}, follow=True)
    assert "too many filters to tag" in text_of(answer)
    assert not Tagging.objects.exists()
    some = urlencode([("team", "none")] * 500 + [("state", "held")])
    assert len(some) > 5000
    browser.post(at("tag"), {"all": "1", "filters": some})
    assert not Tagging.objects.exists(), "no referral is held"


def test_too_many_are_refused_with_what_to_do(browser, monkeypatch):
    monkeypatch.setattr(tagging, "MOST", 2)
    for _ in range(3):
        a_referral("held")
    answer = browser.post(at("tag"), {"all": "1", "filters": "state=held"})
    assert answer.url == f"{reverse('tracker:tracker')}?state=held"
    assert "At most 2 referrals can be tagged in one go. Narrow the filter first." in text_of(browser.get(answer.url))
    assert not Tagging.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        {}, {"referral": ["x", "\x00", "9" * 40, ""]}, {"referral": [str(uuid.uuid4())]},
        {"all": "1", "filters": "state=withdrawn"},
        {"filters": "\x00=%00&q=" + "x" * 5000}, {"referral": ["1" * 1_000_000]},
    ],
    ids=range(6),
)  # fmt: skip
def test_a_selection_of_nothing_leads_back_to_the_list(browser, sent):
    a_referral("held")
    answer = browser.post(at("tag"), sent)
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("tracker:tracker"))
    assert not Tagging.objects.exists()


@pytest.mark.parametrize(
    ("sent", "complaint"),
    [
        ({}, "Choose at least one theme"), ({"adds": ["x"]}, "There is a problem"),
        ({"adds": ["9" * 40]}, "There is a problem"),
        ({"adds": ["\x00"]}, "There is a problem"), ({"adds": ["other"]}, "There is a problem"),
        ({"adds": ["Gangs"], "removes": ["Gangs"]}, "cannot be added and taken away at once"),
    ],
)  # fmt: skip
def test_themes_that_cannot_be_chosen(browser, cs, sent, complaint):
    made = tagging.prepare([an_entry(themes=[theme("Gangs")]).referral_id], by=cs)
    ids = {"Gangs": theme("Gangs").pk, "other": theme("Other [state]").pk}
    answer = browser.post(
        at("tag-themes", made.pk), {name: [ids.get(one, one) for one in found] for name, found in sent.items()}
    )
    assert answer.status_code == 200
    assert complaint in text_of(answer)
    assert browser.get(at("tag-preview", made.pk)).url == at("tag-themes", made.pk)


def test_other_choices_in_another_tab_are_not_applied_unseen(browser, cs):
    referral = a_referral("held")
    made = tagging.prepare([referral.pk], by=cs)
    tagging.choose(made, adds=[theme("Gangs")], removes=[], by=cs)
    mark = tagging.plan(made, cs).mark
    tagging.choose(made, adds=[theme("CSE")], removes=[], by=cs)
    answer = browser.post(at("tag-preview", made.pk), {"mark": mark})
    assert answer.status_code == 409
    assert "another tab or window" in text_of(answer)
    assert names(referral) == set()


def test_the_same_form_sent_twice_tags_once(browser, cs):
    entry = an_entry(themes=[])
    made = tagging.prepare([entry.referral_id], by=cs)
    tagging.choose(made, adds=[theme("Gangs")], removes=[], by=cs)
    mark = tagging.plan(made, cs).mark
    for _ in range(2):
        tagging.apply(made, mark=mark, by=cs)
        assert browser.post(at("tag-preview", made.pk), {"mark": mark}).url == at("tagging", made.pk)
    assert TrackerEntry.objects.get(pk=entry.pk).version == 2
    assert AuditEvent.objects.filter(act="data-entry.tagged").count() == 1


def test_a_theme_switched_off_or_merged_between_preview_and_applying(cs, manager):
    referral = a_referral("held")
    made = tagging.prepare([referral.pk], by=cs)
    tagging.choose(made, adds=[theme("Gangs")], removes=[], by=cs)
    mark = tagging.plan(made, cs).mark
    themes.switch(theme("Gangs"), active=False, version=1, by=manager)
    with pytest.raises(ActRefused, match="switched off since"):
        tagging.apply(made, mark=mark, by=cs)
    themes.switch(theme("Gangs"), active=True, version=2, by=manager)
    plan = theme_merges.plan(theme("Gangs"), theme("CSE"), manager)
    theme_merges.merge(plan.gone, plan.into, mark=plan.mark, by=manager)
    tagging.apply(made, mark=mark, by=cs)
    assert names(referral) == {"CSE"}


def test_taking_other_away_takes_its_text_and_undo_brings_it_back(browser, cs):
    entry = an_entry(themes=[theme("Other [state]")], other_theme="Cuckooing")
    made = tagging.prepare([entry.referral_id], by=cs)
    tagging.choose(made, adds=[], removes=[theme("Other [state]")], by=cs)
    assert "1 of them loses the text of “Other”" in text_of(browser.get(at("tag-preview", made.pk)))
    tagging.apply(made, mark=tagging.plan(made, cs).mark, by=cs)
    entry.refresh_from_db()
    assert (entry.other_theme, names(entry.referral)) == ("", set())
    undoing.undo(made, by=cs)
    entry.refresh_from_db()
    assert (entry.other_theme, names(entry.referral)) == ("Cuckooing", {"Other [state]"})


# ---------------------------------------------------------------- a referral without a data entry form
def test_an_entry_that_tagging_began_is_completed_later(browser, cs):
    referral = a_referral("held")
    tag([referral], cs, adds=["Gangs"])
    entry = TrackerEntry.objects.get()
    assert (entry.completed_at, entry.primary_concern, entry.version) == (None, "", 1)
    assert list(entry_due(Referral.objects.all())) == [referral]
    page = text_of(browser.get(at("data-entry", referral.pk)))
    assert "Completed by" not in page
    assert f'value="{theme("Gangs").pk}" id="id_themes_8" checked' in page
    sent = {"primary_concern": "home", "version": "1", "themes": [theme("Gangs").pk, theme("CSE").pk]}
    assert browser.post(at("data-entry", referral.pk), sent).status_code == 302
    entry.refresh_from_db()
    assert (entry.completed_by, entry.version) == (cs, 2)
    assert names(referral) == {"Gangs", "CSE"}
    assert AuditEvent.objects.get(act="data-entry.completed").detail["themes"] == [["Gangs"], ["CSE", "Gangs"]]


def test_a_data_entry_form_that_was_open_meanwhile_loses_nothing(browser, cs):
    referral = a_referral("held")
    tag([referral], cs, adds=["Gangs"])
    sent = {"primary_concern": "home", "version": "0", "themes": [theme("CSE").pk], "detail": "Typed Detail"}
    answer = browser.post(at("data-entry", referral.pk), sent)
    page = text_of(answer)
    assert answer.status_code == 409
    assert "Saved meanwhile: Gangs" in page
    assert "Typed Detail" in page
    assert names(referral) == {"Gangs"}


@pytest.mark.parametrize("state", [ReferralState.SCREENING, ReferralState.INFORMATION, ReferralState.PLANNED])
def test_the_form_stays_closed_before_its_time(browser, cs, state):
    referral = a_referral(state)
    tag([referral], cs, adds=["Gangs"])
    assert browser.get(at("data-entry", referral.pk)).status_code == 409
    assert not entry_due(Referral.objects.all()).exists()


# ---------------------------------------------------------------- who may, and what is not theirs
@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.LEAD, Role.ADMINISTRATOR, Role.AUDITOR])
def test_who_may_not_tag(signed_in, cs, role):
    referral = a_referral("held")
    made = tag([referral], cs, adds=["Gangs"])
    browser = signed_in(a_person(role, team=a_team()))
    assert browser.post(at("tag"), {"referral": [str(referral.pk)]}).status_code == 403
    for name in ("tagging", "tag-themes", "tag-preview"):
        assert browser.get(at(name, made.pk)).status_code == 403
    assert browser.post(at("undo-tagging", made.pk)).status_code in (403, 404)
    assert browser.get(at("taggings")).status_code == 403
    assert names(referral) == {"Gangs"}


def test_nobody_goes_on_with_the_tagging_of_another(signed_in, cs, manager):
    made = tagging.prepare([a_referral("held").pk], by=cs)
    tagging.choose(made, adds=[theme("Gangs")], removes=[], by=cs)
    browser = signed_in(manager)
    for name in ("tagging", "tag-themes", "tag-preview", "undo-tagging"):
        assert browser.get(at(name, made.pk)).status_code == 404
    assert browser.post(at("tag-preview", made.pk), {"mark": tagging.plan(made, cs).mark}).status_code == 404


def test_all_of_a_filter_leaves_restricted_referrals_and_drafts_alone(signed_in, cs, manager):
    open_one, hidden, own = a_referral("held"), a_referral("held"), a_draft(manager)
    restrict(hidden, cs, by=manager)
    browser = signed_in(manager)
    answer = browser.post(at("tag"), {"all": "1", "filters": ""})
    made = Tagging.objects.get()
    assert made.selection == [str(open_one.pk)]
    browser.post(answer.url, {"adds": [theme("Gangs").pk]})
    page = text_of(browser.get(at("tag-preview", made.pk)))
    assert "1 referral will change" in page
    assert hidden.reference not in page
    browser.post(at("tag-preview", made.pk), {"mark": tagging.plan(made, manager).mark})
    assert (names(open_one), names(hidden), names(own)) == ({"Gangs"}, set(), set())
    assert not AuditEvent.objects.filter(act="data-entry.tagged", subject_id=str(hidden.pk)).exists()


def test_ticking_the_id_of_a_restricted_one_by_hand_tags_nothing(signed_in, cs, manager):
    hidden = a_referral("held")
    restrict(hidden, cs, by=manager)
    answer = signed_in(manager).post(at("tag"), {"referral": [str(hidden.pk)]})
    assert answer.url == reverse("tracker:tracker")
    assert not Tagging.objects.exists()


def test_one_that_is_restricted_after_it_was_chosen_is_left_alone(signed_in, cs, manager):
    stays, hidden = a_referral("held"), a_referral("held")
    made = tagging.prepare([stays.pk, hidden.pk], by=manager)
    tagging.choose(made, adds=[theme("Gangs")], removes=[], by=manager)
    restrict(hidden, cs, by=manager)
    page = text_of(signed_in(manager).get(at("tag-preview", made.pk)))
    assert "1 of the chosen referrals is no longer in your tracker" in page
    assert hidden.reference not in page
    tagging.apply(made, mark=tagging.plan(made, manager).mark, by=manager)
    assert (names(stays), names(hidden)) == ({"Gangs"}, set())


def test_a_tagging_of_restricted_referrals_says_nothing_to_who_may_not_see_them(signed_in, cs, manager):
    seen, hidden = a_referral("held"), a_referral("held")
    restrict(hidden, cs, by=manager)
    both, only = tag([seen, hidden], cs, adds=["Gangs"]), tag([hidden], cs, adds=["CSE"])
    browser = signed_in(manager)
    shown = browser.get(at("taggings")).context["page"]
    assert [(one.pk, one.number) for one in shown] == [(both.pk, 1)]
    assert browser.get(at("tagging", only.pk)).status_code == 404
    assert hidden.reference not in text_of(browser.get(at("tagging", both.pk)))
    assert "1 referral is tagged as before" in text_of(browser.get(at("undo-tagging", both.pk)))
    browser.post(at("undo-tagging", both.pk))
    assert (names(seen), names(hidden)) == (set(), {"Gangs", "CSE"})
    assert signed_in(cs).post(at("undo-tagging", both.pk)).status_code == 302
    assert names(hidden) == {"CSE"}


def test_yours_and_for_who_keeps_the_themes_everybodys(signed_in, cs, manager):
    other = a_person(Role.CS_PRACTITIONER)
    mine, theirs = tag([a_referral("held")], cs, adds=["Gangs"]), tag([a_referral("held")], other, adds=["CSE"])
    assert [one.pk for one in signed_in(cs).get(at("taggings")).context["page"]] == [mine.pk]
    assert {one.pk for one in signed_in(manager).get(at("taggings")).context["page"]} == {mine.pk, theirs.pk}
    assert signed_in(manager).post(at("undo-tagging", theirs.pk)).status_code == 302


# ---------------------------------------------------------------- undo
def test_undo_changes_back_only_what_is_as_the_tagging_left_it(browser, cs):
    kept, changed, partly = (an_entry(themes=[theme("SEN")]) for _ in range(3))
    done = tag([entry.referral for entry in (kept, changed, partly)], cs, adds=["Gangs", "CSE"], removes=["SEN"])
    for entry, found in ((changed, ["SEN", "HSB"]), (partly, ["Gangs"])):
        values = {"primary_concern": "home", "themes": [theme(name) for name in found]}
        complete_entry(entry.referral, values, version=2, by=cs)
    page = text_of(browser.get(at("undo-tagging", done.pk)))
    assert "2 referrals are tagged as before" in page
    assert "1 referral was changed since and is left alone" in page
    assert changed.referral.reference in page
    answer = browser.post(at("undo-tagging", done.pk), follow=True)
    assert "Undone in 2 referrals. In 1 referral of them some themes" in text_of(answer)
    assert [names(entry.referral) for entry in (kept, changed, partly)] == [{"SEN"}, {"SEN", "HSB"}, {"SEN"}]
    assert "Left alone" in text_of(browser.get(at("tagging", done.pk)))


def test_what_a_later_tagging_touched_belongs_to_that_one(cs):
    entry = an_entry(themes=[])
    first = tag([entry.referral], cs, adds=["Gangs"])
    tag([entry.referral], cs, removes=["Gangs"])
    last = tag([entry.referral], cs, adds=["Gangs"])
    undoing.undo(first, by=cs)
    assert names(entry.referral) == {"Gangs"}
    undoing.undo(last, by=cs)
    assert names(entry.referral) == set()


def test_an_entry_in_which_something_was_written_since_stays(cs):
    referral = a_referral("held")
    done = tag([referral], cs, adds=["Gangs"])
    complete_entry(referral, {"primary_concern": "home", "themes": [theme("Gangs")]}, version=1, by=cs)
    undoing.undo(done, by=cs)
    entry = TrackerEntry.objects.get()
    assert (entry.completed_by, entry.primary_concern, entry.version) == (cs, "home", 3)
    assert names(referral) == set()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_undo_after_any_tagging_restores_everything(cs, data):
    """Whatever was there and whatever is chosen: applied and undone, each referral is tagged as before."""
    pool = ["Gangs", "CSE", "SEN", "Other [state]"]
    with transaction.atomic():
        entries = []
        for has in data.draw(st.lists(st.sets(st.sampled_from(pool)), min_size=1, max_size=3)):
            other = "Cuckooing" if "Other [state]" in has else ""
            entries.append(an_entry(themes=[theme(name) for name in has], other_theme=other))
        before = [(names(entry.referral), entry.other_theme) for entry in entries]
        adds = data.draw(st.sets(st.sampled_from(pool[:3])))
        removes = data.draw(st.sets(st.sampled_from(pool))) - adds
        try:
            done = tag([entry.referral for entry in entries], cs, adds=adds, removes=removes)
        except ActRefused:
            assert all(adds <= has and not removes & has for has, _ in before)
        else:
            for entry, (has, _) in zip(entries, before, strict=True):
                assert names(entry.referral) == (has - removes) | adds
            undoing.undo(done, by=cs)
            for entry in entries:
                entry.refresh_from_db()
            assert [(names(entry.referral), entry.other_theme) for entry in entries] == before
        transaction.set_rollback(True)


# ---------------------------------------------------------------- all or nothing, and cost
def test_no_event_no_tagging(cs, monkeypatch):
    def refuse(*args, **kwargs):
        raise IntegrityError("the audit log is full")

    entry, without = an_entry(themes=[]), a_referral("held")
    made = tagging.prepare([entry.referral_id, without.pk], by=cs)
    tagging.choose(made, adds=[theme("Gangs")], removes=[], by=cs)
    mark = tagging.plan(made, cs).mark
    monkeypatch.setattr(AuditEvent.objects, "bulk_create", refuse)
    with pytest.raises(IntegrityError), transaction.atomic():
        tagging.apply(made, mark=mark, by=cs)
    assert (names(entry.referral), names(without)) == (set(), set())
    assert not TrackerEntry.objects.filter(referral=without).exists()
    assert Tagging.objects.get().applied_at is None


def test_what_was_prepared_and_left_is_forgotten(cs):
    old = tagging.prepare([a_referral("held").pk], by=cs)
    Tagging.objects.update(made_at=timezone.now() - tagging.KEPT_FOR * 2)
    new = tagging.prepare([a_referral("held").pk], by=cs)
    assert [one.pk for one in Tagging.objects.all()] == [new.pk]
    assert old.pk != new.pk


def test_tagging_costs_the_same_for_few_and_many(cs, django_assert_max_num_queries):
    for number in (2, 30):
        referrals = [a_referral("held") for _ in range(number)] + [an_entry(themes=[]).referral]
        made = tagging.prepare([referral.pk for referral in referrals], by=cs)
        tagging.choose(made, adds=[theme("Gangs"), theme("CSE")], removes=[], by=cs)
        mark = tagging.plan(made, cs).mark
        with django_assert_max_num_queries(45):
            tagging.apply(made, mark=mark, by=cs)
        with django_assert_max_num_queries(45):
            undoing.undo(made, by=cs)


def test_the_list_is_where_it_leads_back_to(browser, cs):
    query = urlencode({"state": "held", "sort": "-team"})
    a_referral("held")
    answer = browser.post(at("tag"), {"all": "1", "filters": query})
    assert f"{reverse('tracker:tracker')}?state=held&sort=-team" in text_of(browser.get(answer.url))
    with pytest.raises(EditConflict):
        made = Tagging.objects.get()
        tagging.choose(made, adds=[theme("Gangs")], removes=[], by=cs)
        tagging.apply(made, mark="another", by=cs)


# ---------------------------------------------------------------- from the list and from a referral's page
def test_rows_are_ticked_in_the_list_by_who_may_tag(browser, signed_in):
    made = a_referral("held")
    page = text_of(browser.get(reverse("tracker:tracker"), {"state": "held", "sort": "team"}))
    assert f'name="referral" value="{made.pk}" id="tick-{made.pk}" form="tag-form"' in page
    assert 'name="filters" value="state=held&sort=team"' in page
    assert 'id="tag-form"' in page
    assert "Tag all 1" in page
    assert 'name="csrfmiddlewaretoken"' in page[page.index('id="tag-form"') :][:300]


def test_from_a_referrals_own_page(browser, signed_in):
    made = a_referral("planned")
    url = reverse("consultations:referral", args=[made.pk])
    assert f'name="referral" value="{made.pk}"' in text_of(browser.get(url))
    page = text_of(browser.post(at("tag"), {"referral": [str(made.pk)]}, follow=True))
    assert f"Tag {made.reference}" in page
    assert at("tag") not in text_of(signed_in(made.made_by).get(url))
    own = a_draft(a_person(Role.PRACTITIONER, Role.CS_PRACTITIONER, team=a_team()))
    assert at("tag") not in text_of(signed_in(own.made_by).get(reverse("consultations:check", args=[own.pk])))
