"""Themes as data: named once, in groups and an order, switched off, merged and taken apart again, each with history."""

import html
import re

import pytest
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations.services import access
from consultations.services.referrals import draft_key
from core import drafts
from core.models import AuditEvent
from core.workflow import ActRefused, EditConflict
from tests.factories import a_person, a_referral, an_entry
from tracker import toolkit
from tracker.forms.data_entry import DataEntryForm
from tracker.models import Tagging, Theme, ThemeGroup, TrackerEntry
from tracker.papers import data_entry
from tracker.services import tagging, theme_merges, themes, undoing
from tracker.services.entries import complete_entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return a_person(Role.MANAGER, name="Mo Grey")


@pytest.fixture
def browser(signed_in, manager):
    return signed_in(manager)


def theme(name: str) -> Theme:
    return Theme.objects.get(name=name)


def in_order() -> list[str]:
    return [one.name for one in Theme.objects.in_use()]


def at(name: str, *args, **query) -> str:
    return reverse(f"tracker:{name}", args=args, query=query)


def page_of(browser, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def names_of(entry: TrackerEntry) -> set[str]:
    return set(entry.themes.values_list("name", flat=True))


def merged(gone: Theme, into: Theme, by) -> Tagging:
    return theme_merges.merge(gone, into, mark=theme_merges.plan(gone, into, by).mark, by=by)


# ---------------------------------------------------------------- the list
def test_a_new_tracker_has_the_toolkits_themes_in_its_order():
    assert in_order() == toolkit.THEMES
    assert not ThemeGroup.objects.exists()


def test_counts_are_of_what_may_be_seen(browser, manager):
    gangs = theme("Gangs")
    for _ in range(2):
        an_entry(themes=[gangs])
    hidden = an_entry(themes=[gangs]).referral
    access.restrict(hidden, reason="Known to the team.", people=[a_person(Role.CS_PRACTITIONER)], by=manager)
    shown = page_of(browser, at("themes"))
    row = re.search(rf'id="theme-{gangs.pk}".*?</tr>', shown, re.DOTALL)[0]
    assert ">2<" in row
    assert f"{reverse('tracker:tracker')}?themes={gangs.pk}" in row


def test_every_form_carries_its_token(browser, manager):
    themes.change(theme("CSE"), {"name": "CSE", "new_group": "One"}, version=1, by=manager)
    themes.change(theme("SEN"), {"name": "SEN", "new_group": "Two"}, version=1, by=manager)
    entry = an_entry(themes=[theme("Gangs")])
    prepared = tagging.prepare([entry.referral_id], by=manager)
    tagging.choose(prepared, adds=[theme("CSE")], removes=[], by=manager)
    done = merged(theme("HSB"), theme("CSE"), manager)
    urls = [
        at("themes"), at("add-theme"), at("theme", theme("CSE").pk), at("change-theme", theme("CSE").pk),
        at("merge-theme", theme("CSE").pk, into=theme("SEN").pk), at("tag-themes", prepared.pk),
        at("tag-preview", prepared.pk), at("undo-tagging", done.pk), reverse("tracker:tracker"),
        reverse("consultations:referral", args=[entry.referral_id]),
    ]  # fmt: skip
    for url in urls:
        shown = page_of(browser, url)
        forms = re.findall(r'<form method="post".*?</form>', shown, re.DOTALL)
        assert forms, url
        assert all('name="csrfmiddlewaretoken"' in form for form in forms), url


def test_an_administrator_keeps_themes_and_learns_nothing_of_referrals(signed_in):
    gangs = theme("Gangs")
    an_entry(themes=[gangs, theme("Other [state]")], other_theme="Planted words")
    browser = signed_in(a_person(Role.ADMINISTRATOR))
    shown = page_of(browser, at("themes"))
    assert "Referrals" not in re.sub(r"<p.*?</p>", "", shown.partition("<main")[2])
    assert at("other-texts") not in shown
    assert "?themes=" not in page_of(browser, at("theme", gangs.pk))
    preview = page_of(browser, at("merge-theme", gangs.pk, into=theme("CSE").pk))
    assert not re.search(r"\d+ referral", preview)
    assert browser.get(at("other-texts")).status_code == 403
    assert browser.post(at("add-theme"), {"name": "Cuckooing", "group": "none"}).status_code == 302
    assert "Cuckooing" in in_order()
    assert '<a class="govuk-service-navigation__link" href="/tracker/themes/"' in shown


# ---------------------------------------------------------------- names
@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("", "Enter the name of the theme"), ("  ", "Enter the name of the theme"), ("a; b", "semicolon"),
        ("x" * 101, "100 characters or fewer"), ("gANGS", "There is a theme with this name already"),
        ("Gangs ", "There is a theme with this name already"), ("a\x00b", "cannot be stored"), ("a\nb", "on one line"),
    ],
)  # fmt: skip
def test_a_name_that_cannot_be_is_refused_and_kept(browser, name, complaint):
    before = Theme.objects.count()
    for url in (at("add-theme"), at("change-theme", theme("CSE").pk)):
        answer = browser.post(url, {"name": name, "group": "none", "version": "1"})
        shown = html.unescape(answer.content.decode())
        assert answer.status_code == 200
        assert "There is a problem" in shown
        assert complaint in shown
    assert (Theme.objects.count(), theme("CSE").version) == (before, 1)


def test_the_name_of_one_that_is_off_or_merged_is_not_given_again(browser, manager):
    themes.switch(theme("SEN"), active=False, version=1, by=manager)
    merged(theme("CSE"), theme("Gangs"), manager)
    assert "switched off" in browser.post(at("add-theme"), {"name": "sen", "group": "none"}).content.decode()
    assert "was merged into" in browser.post(at("add-theme"), {"name": "cse", "group": "none"}).content.decode()


def test_the_database_keeps_names_apart_and_whole():
    for values in ({"name": "GANGS"}, {"name": "a;b"}, {"name": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Theme.objects.create(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        Theme.objects.filter(name="CSE").update(merged_into=theme("Gangs"))


def test_a_renamed_theme_is_called_so_everywhere(browser):
    entry = an_entry(themes=[theme("Gangs")])
    sent = {"name": "Gangs and  groups", "group": "none", "version": "1"}
    assert browser.post(at("change-theme", theme("Gangs").pk), sent).status_code == 302
    assert names_of(entry) == {"Gangs and groups"}
    assert "Gangs and groups" in browser.get(reverse("tracker:tracker")).content.decode()
    assert in_order().index("Gangs and groups") == toolkit.THEMES.index("Gangs")


def test_two_at_once_lose_nothing(browser, manager):
    """The second of two who opened the same theme sees what the first saved, and keeps what they typed."""
    gangs = theme("Gangs")
    assert (
        browser.post(at("change-theme", gangs.pk), {"name": "First", "group": "none", "version": "1"}).status_code
        == 302
    )
    answer = browser.post(at("change-theme", gangs.pk), {"name": "Second", "group": "none", "version": "1"})
    shown = html.unescape(answer.content.decode())
    assert answer.status_code == 409
    assert "Saved meanwhile: First" in shown
    assert 'value="Second"' in shown
    assert (
        browser.post(at("change-theme", gangs.pk), {"name": "Second", "group": "none", "version": "2"}).status_code
        == 302
    )
    assert Theme.objects.get(pk=gangs.pk).name == "Second"
    assert browser.post(at("switch-theme", gangs.pk), {"to": "off", "version": "1"}).status_code == 409
    with pytest.raises(EditConflict):
        themes.switch(gangs, active=False, version=1, by=manager)


# ---------------------------------------------------------------- order and groups
def test_moving_keeps_forms_and_papers_in_the_same_order(browser):
    first, second = (theme(name) for name in toolkit.THEMES[:2])
    assert browser.post(at("move-theme", second.pk), {"to": "up"}).headers["Location"].endswith(f"#theme-{second.pk}")
    wanted = [second.name, first.name, *toolkit.THEMES[2:]]
    assert in_order() == wanted
    assert [one.name for one in DataEntryForm().fields["themes"].queryset] == wanted
    assert [choice.label for choice in data_entry().themes] == wanted
    browser.post(at("move-theme", second.pk), {"to": "up"})
    assert in_order() == wanted
    browser.post(at("move-theme", second.pk), {"to": "down"})
    assert in_order() == toolkit.THEMES
    browser.post(at("move-theme", theme(toolkit.THEMES[-1]).pk), {"to": "down"})
    assert in_order() == toolkit.THEMES


def test_themes_of_a_group_stand_together_and_groups_move_with_them(browser):
    for name, group in (("CSE", "Exploitation"), ("Gangs", "Exploitation"), ("SEN", "School"), ("HSB", "exploitation")):
        sent = {"name": name, "group": "new", "new_group": group, "version": "1"}
        assert browser.post(at("change-theme", theme(name).pk), sent).status_code == 302
    assert [group.name for group in ThemeGroup.objects.all()] == ["Exploitation", "School"]
    assert in_order()[:4] == ["CSE", "Gangs", "HSB", "SEN"]
    school = ThemeGroup.objects.get(name="School")
    assert browser.post(at("move-theme-group", school.pk), {"to": "up"}).status_code == 302
    assert in_order()[:4] == ["SEN", "CSE", "Gangs", "HSB"]
    rest = [name for name in toolkit.THEMES if name not in ("SEN", "CSE", "Gangs", "HSB")]
    assert in_order()[4:] == rest
    browser.post(at("move-theme", theme("SEN").pk), {"to": "down"})
    assert in_order()[0] == "SEN"  # it is alone in its group
    shown = page_of(browser, at("themes"))
    assert shown.index(">School<") < shown.index(">Exploitation<") < shown.index(">Without a group<")


def test_a_group_is_renamed_and_taken_away_when_it_is_empty(browser, manager):
    themes.change(theme("CSE"), {"name": "CSE", "new_group": "One"}, version=1, by=manager)
    group = ThemeGroup.objects.get()
    answer = browser.post(at("remove-theme-group", group.pk), follow=True)
    assert "There are themes in “One”" in html.unescape(answer.content.decode())
    themes.switch(theme("CSE"), active=False, version=2, by=manager)
    assert "Take the group" not in page_of(browser, at("themes"))
    assert browser.post(at("change-theme-group", group.pk), {"name": "Two", "version": "1"}).status_code == 302
    assert browser.post(at("change-theme-group", group.pk), {"name": "Three", "version": "1"}).status_code == 409
    sent = {"name": "CSE", "group": "none", "version": "3"}
    assert browser.post(at("change-theme", theme("CSE").pk), sent).status_code == 302
    assert "Take the group Two away" in page_of(browser, at("themes"))
    assert browser.post(at("remove-theme-group", group.pk)).status_code == 302
    assert not ThemeGroup.objects.exists()


# ---------------------------------------------------------------- off and on
def test_a_theme_that_is_off_is_not_offered_and_comes_back_in_its_place(browser):
    entry = an_entry(themes=[theme("Gangs")])
    assert browser.post(at("switch-theme", theme("Gangs").pk), {"to": "off", "version": "1"}).status_code == 302
    assert "Gangs" not in in_order()
    assert names_of(entry) == {"Gangs"}
    assert "Switched off" in page_of(browser, at("themes"))
    assert browser.post(at("switch-theme", theme("Gangs").pk), {"to": "on", "version": "2"}).status_code == 302
    assert in_order() == toolkit.THEMES


# ---------------------------------------------------------------- history
def test_the_history_says_who_when_before_and_after(browser, manager):
    gangs = theme("Gangs")
    browser.post(at("change-theme", gangs.pk), {"name": "Gang", "group": "new", "new_group": "Crime", "version": "1"})
    browser.post(at("move-theme", theme("CSE").pk), {"to": "down"})
    browser.post(at("switch-theme", gangs.pk), {"to": "off", "version": "2"})
    shown = page_of(browser, at("theme", gangs.pk))
    for words in ("Name: Gangs → Gang", "Group: no group → Crime", "Switched off", "by Mo Grey"):
        assert words in shown
    assert "Place in its group: 4 → 5" in page_of(browser, at("theme", theme("CSE").pk))
    added = themes.add({"name": "Cuckooing"}, by=manager)
    assert "Name: Cuckooing" in page_of(browser, at("theme", added.pk))
    assert "Nothing has been changed" in page_of(browser, at("theme", theme("SEN").pk))


def test_an_act_without_its_event_does_not_happen(manager, monkeypatch):
    def refuse(*args, **kwargs):
        raise IntegrityError("the audit log is full")

    gangs, cse = theme("Gangs"), theme("CSE")
    entry = an_entry(themes=[gangs])
    mark = theme_merges.plan(gangs, cse, manager).mark
    before = list(Theme.objects.order_by("pk").values())
    monkeypatch.setattr(AuditEvent.objects, "create", refuse)
    for act in (
        lambda: themes.add({"name": "New"}, by=manager),
        lambda: themes.change(gangs, {"name": "New"}, version=1, by=manager),
        lambda: themes.move(gangs, down=True, by=manager),
        lambda: themes.switch(gangs, active=False, version=1, by=manager),
        lambda: theme_merges.merge(gangs, cse, mark=mark, by=manager),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
    assert list(Theme.objects.order_by("pk").values()) == before
    assert names_of(entry) == {"Gangs"}


# ---------------------------------------------------------------- merging
def test_merging_with_both_one_and_none(browser, manager):
    gone, into, third = theme("CSE"), theme("Gangs"), theme("SEN")
    both, one, none = an_entry(themes=[gone, into]), an_entry(themes=[gone, third]), an_entry(themes=[third])
    preview = page_of(browser, at("merge-theme", gone.pk, into=into.pk))
    assert "1 referral gets “Gangs” instead of “CSE”" in preview
    assert "1 referral has both and keeps “Gangs”" in preview
    mark = theme_merges.plan(gone, into, manager).mark
    assert browser.post(at("merge-theme", gone.pk), {"into": into.pk, "mark": mark}).status_code == 302
    assert [names_of(entry) for entry in (both, one, none)] == [{"Gangs"}, {"Gangs", "SEN"}, {"SEN"}]
    versions = [TrackerEntry.objects.get(pk=entry.pk).version for entry in (both, one, none)]
    assert versions == [2, 2, 1]
    assert "CSE" not in in_order()
    event = AuditEvent.objects.get(act="data-entry.theme-merged", subject_id=str(one.referral_id))
    assert event.detail == {"themes": [["CSE", "SEN"], ["Gangs", "SEN"]]}
    chronology = page_of(browser, reverse("consultations:chronology", args=[one.referral_id]))
    assert "Two themes merged into one" in chronology
    shown = page_of(browser, at("theme", gone.pk))
    assert "Its referrals have “Gangs” now" in shown
    assert "Into: Gangs" in shown


def test_a_merge_undone_leaves_all_as_it_was(browser, manager):
    gone, into, third = theme("CSE"), theme("Gangs"), theme("SEN")
    entries = [an_entry(themes=found) for found in ([gone, into], [gone, third], [third], [into], [])]
    before = [names_of(entry) for entry in entries]
    done = merged(gone, into, manager)
    assert browser.get(at("undo-tagging", done.pk)).status_code == 200
    assert browser.post(at("undo-tagging", done.pk)).headers["Location"] == at("theme", gone.pk)
    assert [names_of(entry) for entry in entries] == before
    assert in_order() == toolkit.THEMES
    assert browser.post(at("undo-tagging", done.pk)).status_code in (302, 409)
    assert [names_of(entry) for entry in entries] == before


def test_undoing_a_merge_leaves_alone_what_was_changed_since(manager):
    gone, into = theme("CSE"), theme("Gangs")
    changed, still = an_entry(themes=[gone]), an_entry(themes=[gone])
    done = merged(gone, into, manager)
    changed.themes.set([theme("SEN")])
    found = undoing.undo(done, by=manager)
    assert [referral.pk for referral in found.alone] == [changed.referral_id]
    assert names_of(changed) == {"SEN"}
    assert names_of(still) == {"CSE"}


def test_a_theme_that_was_off_is_off_again_when_its_merge_is_undone(manager):
    gone = themes.switch(theme("CSE"), active=False, version=1, by=manager)
    undoing.undo(merged(gone, theme("Gangs"), manager), by=manager)
    assert not theme("CSE").active


def test_merges_on_top_of_each_other_come_apart_in_turn(browser, manager):
    entry = an_entry(themes=[theme("CSE")])
    first = merged(theme("CSE"), theme("Gangs"), manager)
    second = merged(theme("Gangs"), theme("SEN"), manager)
    assert names_of(entry) == {"SEN"}
    answer = browser.post(at("undo-tagging", first.pk))
    assert answer.status_code == 409
    assert "Undo that merge first" in answer.content.decode()
    undoing.undo(second, by=manager)
    undoing.undo(first, by=manager)
    assert names_of(entry) == {"CSE"}


def test_what_cannot_be_merged(browser, manager):
    other, gangs = theme("Other [state]"), theme("Gangs")
    assert "stays: its texts say" in page_of(browser, at("merge-theme", other.pk))
    for gone, into in ((other, gangs), (gangs, other), (gangs, gangs)):
        with pytest.raises(ActRefused):
            theme_merges.merge(gone, into, mark="", by=manager)
    themes.switch(theme("SEN"), active=False, version=1, by=manager)
    answer = browser.post(at("merge-theme", gangs.pk), {"into": theme("SEN").pk, "mark": "x"})
    assert "There is a problem" in answer.content.decode()
    assert theme("Gangs").active


def test_a_merge_whose_themes_changed_since_the_preview_is_refused(browser, manager):
    gone, into = theme("CSE"), theme("Gangs")
    mark = theme_merges.plan(gone, into, manager).mark
    themes.change(into, {"name": "Something else"}, version=1, by=manager)
    answer = browser.post(at("merge-theme", gone.pk), {"into": into.pk, "mark": mark})
    assert answer.status_code == 409
    assert "since you looked at the preview" in answer.content.decode()
    assert theme("CSE").active


def test_a_merge_holds_for_restricted_referrals_and_counts_none(browser, signed_in, manager):
    """The list of themes is one for all (ADR 18): nobody may be left with a theme that there is no more."""
    cs = a_person(Role.CS_PRACTITIONER)
    entry = an_entry(themes=[theme("CSE")])
    access.restrict(entry.referral, reason="Known to the team.", people=[cs], by=manager)
    assert "0 referrals get “Gangs”" in page_of(browser, at("merge-theme", theme("CSE").pk, into=theme("Gangs").pk))
    done = merged(theme("CSE"), theme("Gangs"), manager)
    assert names_of(entry) == {"Gangs"}
    shown = page_of(browser, at("undo-tagging", done.pk))
    assert "0 referrals are tagged as before" in shown
    assert entry.referral.reference not in shown + page_of(browser, at("tagging", done.pk))
    assert "Gangs" in signed_in(cs).get(reverse("consultations:referral", args=[entry.referral_id])).content.decode()


def test_a_form_that_was_open_while_its_theme_was_merged_is_saved_with_the_other(signed_in, manager):
    gone, into = theme("CSE"), theme("Gangs")
    cs = signed_in(a_person(Role.CS_PRACTITIONER))
    first, second = a_referral("held"), a_referral("held")
    merged(gone, into, manager)
    sent = {"themes": [gone.pk, theme("SEN").pk], "version": "0"}
    shown = cs.post(at("data-entry", first.pk), sent).content.decode()
    assert "Select the primary concern" in shown
    assert re.search(rf'value="{into.pk}" id="id_themes_\d+" checked', shown)
    assert cs.post(at("data-entry", first.pk), sent | {"primary_concern": "home"}).status_code == 302
    assert names_of(first.entry) == {"Gangs", "SEN"}
    entry = complete_entry(second, {"primary_concern": "home", "themes": [gone]}, version=0, by=manager)
    assert names_of(entry) == {"Gangs"}


def test_a_draft_of_a_form_follows_a_merge_too(signed_in, manager):
    person = a_person(Role.CS_PRACTITIONER)
    referral = a_referral("held")
    kept = QueryDict(f"themes={theme('CSE').pk}&detail=Canal")
    drafts.keep(draft_key(referral, "data-entry"), user=person, data=kept, client="a", at=timezone.now())
    merged(theme("CSE"), theme("Gangs"), manager)
    shown = signed_in(person).get(at("data-entry", referral.pk)).content.decode()
    assert re.search(rf'value="{theme("Gangs").pk}" id="id_themes_\d+" checked', shown)


def test_an_address_with_a_merged_theme_finds_what_stands_for_it(browser, manager):
    gone, into, last = theme("CSE"), theme("Gangs"), theme("SEN")
    had = an_entry(themes=[gone]).referral
    other = an_entry(themes=[theme("HSB")]).referral
    merged(gone, into, manager)
    merged(theme("Gangs"), last, manager)
    answer = browser.get(reverse("tracker:tracker"), {"themes": [str(gone.pk)]})
    shown = html.unescape(answer.content.decode())
    assert had.reference in shown
    assert other.reference not in shown
    assert "Themes: CSE (now SEN)" in shown
    plain = page_of(browser, reverse("tracker:tracker"))
    assert "(now SEN)" not in plain
    assert f'value="{gone.pk}" id="id_themes' not in plain
    dashboard = page_of(browser, reverse("tracker:dashboard"))
    assert not re.search(r">\s*CSE\s*<", dashboard)
