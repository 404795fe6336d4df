"""The texts of Other: grouped by likeness, made a theme, applied to what they came from, and taken back."""

import html
from time import perf_counter

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.permissions import Role
from consultations.services import access
from core.models import AuditEvent
from tests.factories import a_person, an_entry
from tracker import likeness
from tracker.models import Tagging, Theme, TrackerEntry
from tracker.services import other_texts, tagging, themes, undoing

pytestmark = pytest.mark.django_db
OTHER = "Other [state]"


@pytest.fixture
def manager():
    return a_person(Role.MANAGER, name="Mo Grey")


@pytest.fixture
def browser(signed_in, manager):
    return signed_in(manager)


def theme(name: str) -> Theme:
    return Theme.objects.get(name=name)


def with_text(text: str, *names: str) -> TrackerEntry:
    return an_entry(themes=[theme(OTHER), *(theme(name) for name in names)], other_theme=text)


def names(entry: TrackerEntry) -> set[str]:
    return set(entry.themes.values_list("name", flat=True))


def at(name: str, *args) -> str:
    return reverse(f"tracker:{name}", args=args)


def text_of(answer) -> str:
    return html.unescape(answer.content.decode())


def found(user) -> list[tuple[str, int]]:
    return [(group.words, group.number) for group in other_texts.groups_for(user)]


# ---------------------------------------------------------------- likeness
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cuckooing", "cuckooing"), ("Cuckooing", "Cuckoing"), ("knife crime", "Knife-crimes!"),
        ("self-harm", "Self harm"), ("knife crime", "Knifecrime"), ("knife crime", "knive crime"),
        ("Radicalisation online", "radicalization online"), ("young carers", "Young carer"),
        ("Mobile-phone theft", "mobile phone thefts"),
        ("café gatherings", "Cafe gathering"), ("bully’s group", "bullys group"), ("parties", "party"),
    ],
)  # fmt: skip
def test_what_means_the_same_stands_together(one, other):
    texts = [likeness.Text(likeness.key_of(words), {words: 1}) for words in (one, other)]
    unlike = {text.key: text for text in texts}
    assert len(likeness.grouped(unlike.values())) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CSE", "CCE"), ("drug use", "drug abuse"), ("Cuckooing", "Trafficking"), ("male victim", "female victim"),
        ("online harm", "offline harm"), ("legal highs", "illegal highs"), ("bus", "bush"),
        ("knife crime", "hate crime"), ("loss", "loose"),
    ],
)  # fmt: skip
def test_what_means_something_else_does_not(one, other):
    texts = [likeness.Text(likeness.key_of(words), {words: 1}) for words in (one, other)]
    assert len(likeness.grouped(texts)) == 2


def test_parts_of_a_text():
    assert likeness.parts("Cuckooing; knife crime") == ["Cuckooing", "knife crime"]
    assert likeness.parts("Drugs and alcohol") == ["Drugs and alcohol"]
    assert likeness.parts("24/7 care / debts,, !!!") == ["24/7 care", "debts"]


@given(st.lists(st.text(min_size=1, max_size=40), max_size=30))
def test_every_text_is_in_exactly_one_group(typed):
    texts = {}
    for one in typed:
        for part in likeness.parts(one):
            texts.setdefault(likeness.key_of(part), likeness.Text(likeness.key_of(part))).spellings[part] = 1
    groups = likeness.grouped(texts.values())
    members = [text.key for group in groups for text in group.texts]
    assert sorted(members) == sorted(texts)
    assert [group.number for group in groups] == sorted((group.number for group in groups), reverse=True)


# ---------------------------------------------------------------- the list
def test_the_list_counts_what_may_be_seen(browser, manager):
    for text in ("Cuckooing", "cuckooing ", "Cuckoing", "Knife crime; debts"):
        with_text(text)
    hidden = with_text("Cuckooing").referral
    only = with_text("Planted words").referral
    for referral in (hidden, only):
        access.restrict(referral, reason="Known.", people=[a_person(Role.CS_PRACTITIONER)], by=manager)
    assert found(manager) == [("Cuckooing", 3), ("debts", 1), ("Knife crime", 1)]
    page = text_of(browser.get(at("other-texts")))
    assert "Cuckoing" in page
    assert "Planted words" not in page
    group = text_of(browser.get(at("other-text", other_texts.code_of("cuckooing"))))
    assert hidden.reference not in group
    assert browser.get(at("other-text", other_texts.code_of(likeness.key_of("Planted words")))).status_code == 302


def test_no_words_stand_in_an_address(browser):
    with_text("Planted words")
    page = text_of(browser.get(at("other-texts")))
    links = [part.split('"')[0] for part in page.split('href="')[1:]]
    assert not [link for link in links if "lanted" in link]


def test_nothing_under_other_says_what_comes_here(browser):
    assert "Nothing stands under “Other”" in text_of(browser.get(at("other-texts")))


@pytest.mark.parametrize("role", [Role.CS_PRACTITIONER, Role.ADMINISTRATOR, Role.LEAD, Role.PRACTITIONER])
def test_only_for_who_keeps_the_themes_and_sees_the_tracker(signed_in, role):
    with_text("Planted words")
    browser = signed_in(a_person(role))
    for url in (at("other-texts"), at("other-text", other_texts.code_of("planted word"))):
        assert browser.get(url).status_code == 403
        assert browser.post(url, {}).status_code in (403, 405)


# ---------------------------------------------------------------- making a theme
def made(browser, key: str, **sent) -> Tagging:
    """Through the pages to what was applied. `texts` are keys."""
    sent["texts"] = [other_texts.code_of(one) for one in sent["texts"]]
    answer = browser.post(at("other-text", other_texts.code_of(key)), sent)
    assert answer.status_code == 302, text_of(answer)
    preview = browser.get(answer.url)
    answer = browser.post(answer.url, {"mark": preview.context["plan"].mark})
    assert answer.status_code == 302
    return Tagging.objects.latest("made_at")


def test_a_new_theme_for_the_referrals_that_it_was_written_in(browser, manager):
    whole, misspelt, part = with_text("Cuckooing", "SEN"), with_text("cuckoing"), with_text("Cuckooing; debts")
    unlike = with_text("Debts")
    done = made(browser, "cuckooing", texts=["cuckooing", "cuckoing"], become="new", name="Cuckooing")
    assert names(whole) == {"SEN", "Cuckooing"}
    assert names(misspelt) == {"Cuckooing"}
    assert names(part) == {OTHER, "Cuckooing"}
    assert names(unlike) == {OTHER}
    texts = [TrackerEntry.objects.get(pk=entry.pk).other_theme for entry in (whole, misspelt, part, unlike)]
    assert texts == ["", "", "Cuckooing; debts", "Debts"]
    event = AuditEvent.objects.get(act="data-entry.other-made-theme", subject_id=str(whole.referral_id))
    assert event.detail["themes"] == [[OTHER, "SEN"], ["Cuckooing", "SEN"]]
    assert found(manager) == [("Debts", 2)]
    assert browser.post(at("undo-tagging", done.pk)).status_code == 302
    assert [names(entry) for entry in (whole, misspelt, part)] == [{OTHER, "SEN"}, {OTHER}, {OTHER}]
    texts = [TrackerEntry.objects.get(pk=entry.pk).other_theme for entry in (whole, misspelt, part, unlike)]
    assert texts == ["Cuckooing", "cuckoing", "Cuckooing; debts", "Debts"]
    assert theme("Cuckooing").active  # it stays, and can be switched off


def test_the_preview_says_what_follows_and_changes_nothing(browser):
    with_text("Cuckooing")
    part = with_text("Cuckooing; debts")
    code = other_texts.code_of("cuckooing")
    answer = browser.post(at("other-text", code), {"texts": [code], "become": "new", "name": "Cuckooing"})
    page = text_of(browser.get(answer.url))
    assert "2 referrals will change" in page
    assert "(new)" in page
    assert "only where the whole text is covered" in page
    assert names(part) == {OTHER}
    assert not Theme.objects.filter(name="Cuckooing").exists()


def test_when_every_part_has_become_a_theme_other_goes(browser):
    entry = with_text("Cuckooing; debts")
    made(browser, "cuckooing", texts=["cuckooing"], become="new", name="Cuckooing")
    made(browser, "debt", texts=["debt"], become="existing", theme=theme("Gangs").pk)
    assert names(entry) == {"Cuckooing", "Gangs"}
    assert TrackerEntry.objects.get(pk=entry.pk).other_theme == ""


def test_a_text_that_was_unticked_keeps_its_other(browser):
    kept, one = with_text("Cuckoing"), with_text("Cuckooing")
    made(browser, "cuckooing", texts=["cuckooing"], become="existing", theme=theme("Gangs").pk)
    assert (names(kept), names(one)) == ({OTHER}, {"Gangs"})


def test_a_text_that_was_changed_since_the_preview_is_left_alone(browser, manager):
    changed, still = with_text("Cuckooing"), with_text("Cuckooing")
    done = tagging.prepare_other(
        ["cuckooing"], [changed.referral_id, still.referral_id], theme=theme("Gangs"), by=manager
    )
    mark = tagging.plan(done, manager).mark
    TrackerEntry.objects.filter(pk=changed.pk).update(other_theme="Debts")
    tagging.apply(done, mark=mark, by=manager)
    assert (names(changed), names(still)) == ({OTHER}, {"Gangs"})


@pytest.mark.parametrize("ticked", [True, False])
def test_undo_keeps_a_text_that_was_written_since(browser, manager, ticked):
    """Also where the text came without its tick, as from an import."""
    entry = with_text("Cuckooing")
    done = made(browser, "cuckooing", texts=["cuckooing"], become="existing", theme=theme("Gangs").pk)
    if ticked:
        entry.themes.add(theme(OTHER))
    TrackerEntry.objects.filter(pk=entry.pk).update(other_theme="Debts")
    undoing.undo(done, by=manager)
    assert names(entry) == ({OTHER} if ticked else set())
    assert TrackerEntry.objects.get(pk=entry.pk).other_theme == "Debts"


@pytest.mark.parametrize(
    ("sent", "complaint"),
    [
        ({}, "Choose what the texts should become"),
        ({"become": "new", "name": "gangs"}, "There is a theme called “Gangs” already"),
        ({"become": "new", "name": ""}, "Enter the name of the new theme"),
        ({"become": "new", "name": "a;b"}, "semicolon"), ({"become": "existing"}, "Choose the theme"),
        ({"become": "existing", "theme": "9" * 40}, "There is a problem"),
        ({"become": "new", "name": "x", "texts": []}, "Tick at least one text"),
        ({"become": "new", "name": "x", "texts": ["\x00", "zzz"]}, "There is a problem"),
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_refused(browser, sent, complaint):
    with_text("Cuckooing")
    code = other_texts.code_of("cuckooing")
    answer = browser.post(at("other-text", code), {"texts": [code]} | sent)
    assert answer.status_code == 200
    assert complaint in text_of(answer)
    assert not Tagging.objects.exists()


def test_a_name_that_was_taken_since_is_said_and_nothing_happens(browser, manager):
    entry = with_text("Cuckooing")
    code = other_texts.code_of("cuckooing")
    answer = browser.post(at("other-text", code), {"texts": [code], "become": "new", "name": "Cuckooing"})
    mark = browser.get(answer.url).context["plan"].mark
    themes.add({"name": "cuckooing"}, by=manager)
    refused = browser.post(answer.url, {"mark": mark})
    assert refused.status_code == 409
    assert "There is a theme with this name already" in text_of(refused)
    assert names(entry) == {OTHER}
    suggested = text_of(browser.get(at("other-text", code)))
    assert f'value="{theme("cuckooing").pk}" selected' in suggested


def test_two_thousand_different_texts_are_grouped_at_once():
    """Comparing each with each by the standard library takes minutes: seen."""
    keys = {likeness.key_of(f"word {number} {number * 7919}") for number in range(2000)}
    begun = perf_counter()
    likeness.grouped(likeness.Text(key, {key: 1}) for key in keys)
    assert perf_counter() - begun < 10
