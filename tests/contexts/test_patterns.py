"""Names that several referrals give: which are one, when they are pointed out, what is decided, what is offered."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations.services import access
from contexts.models import Context, ContextMention, PatternDecision
from contexts.place_names import Known, grouped, guess_kind, place_key, same
from contexts.services import mentions, patterns
from core.models import CaseworkSettings, Notice
from tests.context_factories import a_context
from tests.factories import a_person, a_referral, a_team, an_action, an_entry
from tests.imports import Browser, a_workbook
from tracker.services import imports_undo

pytestmark = pytest.mark.django_db
PAGE = "/contexts/patterns/"


def named(detail: str, **values):
    referral = a_referral("held", **values)
    an_entry(referral, detail=detail)
    return referral


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Marlow Road Academy", "Marlow Road Acad."), ("Marlow Road Academy", "MARLOW RD ACADEMY "),
        ("St Brannoc's School", "St. Brannocs Sch"), ("The Lanes PRU", "lanes pru"),
        ("Hartley Park skate ramp", "Hartly Park skate ramp"), ("Girls' group from The Lanes", "girls group the Lanes"),
        ("Corner of Tanner St and Mill Lane", "corner Tanner Street & Mill Ln"), ("Penrose boys", "Penrose Boys'"),
    ],
)  # fmt: skip
def test_variants_of_a_name_are_one(one, other):
    assert place_key(one) == place_key(other) or same(place_key(one), place_key(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lock 4", "Lock 5"), ("'388s'", "Bus route 388"), ("Hazelmere High", "Year 10 group, Hazelmere"),
        ("Penrose boys", "Penrose Estate"), ("Canal towpath by Lock 4", "'Lock 4' group"), ("Year 9", "Year 10"),
        ("Mill Lane", "Hill Lane"), ("Girls' group from The Lanes", "The Lanes PRU"),
    ],
)  # fmt: skip
def test_different_places_stay_two(one, other):
    assert place_key(one) != place_key(other)
    assert not same(place_key(one), place_key(other))


@pytest.mark.parametrize(
    "text",
    ["as above", "AS ABOVE.", " ", "tbc", "n/a", "Unknown", "ditto", "", "—", "after school", "School", "at home",
     "online", "the local park", "In the park", "his school", "on the way home"],
)  # fmt: skip
def test_what_names_nothing_is_left_alone(text):
    assert place_key(text) == ""


def test_a_name_is_found_within_a_longer_text_and_never_by_an_ordinary_word():
    known = Known([("Marlow Road Academy", 1), ("The park", 2), ("Penrose boys", 3)])
    assert known.find(place_key("outside Marlow Rd Acad after school")) == (1, False)
    assert known.find(place_key("Marlow Road Academy")) == (1, True)
    assert known.find(place_key("some park by the river")) is None
    assert known.find(place_key("the boys of the estate")) is None


def test_kinds_are_guessed_by_what_the_name_says():
    kinds = {"Marlow Road Academy": "school", "Penrose boys": "peer-group", "Snapchat group": "online"}
    assert {name: guess_kind(place_key(name)) for name in kinds} == kinds
    assert guess_kind(place_key("Hartley Park")) == "neighbourhood"


def test_groups_do_not_drift():
    made = grouped([("aaaaaaaa", "Aaaaaaaa", 5), ("aaaaaaab", "Aaaaaaab", 3), ("aaaaaabb", "Aaaaaabb", 1)])
    assert [(one.words, one.number) for one in made] == [("Aaaaaaaa", 8), ("Aaaaaabb", 1)]


def test_what_is_read_is_read_once_and_follows_what_is_changed():
    referral = named("Hartley Park skate ramp")
    an_action(a_referral("planned"), context_name="as above")
    assert mentions.read_again([referral.pk]) == 0  # it was read when the form was completed
    entry = referral.entry
    entry.detail = "Marlow Road Academy"
    entry.save()
    mentions.read_again([referral.pk])
    assert [row.text for row in ContextMention.objects.all()] == ["Marlow Road Academy"]
    entry.detail = "tbc"
    entry.save()
    mentions.read_again([referral.pk])
    assert not ContextMention.objects.exists()


def test_a_round_reads_what_the_log_tells_of_and_nothing_twice():
    patterns.read_what_changed()
    action = an_action(context_name="Lock 4")
    assert patterns.read_what_changed() >= 1
    assert ContextMention.objects.get(source="action").referral_id == action.consultation.referral_id
    assert patterns.read_what_changed() == 0


def test_drafts_name_nothing():
    draft = a_referral("draft")
    mentions.read_again([draft.pk])
    assert not ContextMention.objects.exists()


def test_a_name_is_pointed_out_when_it_passes_the_threshold_and_once(signed_in):
    manager = a_person(Role.MANAGER)
    browser = signed_in(manager)
    for detail in ("Hartley Park skate ramp", "HARTLEY PARK SKATE RAMP"):
        named(detail)
    patterns.read_what_changed()
    assert "Nothing to decide" in browser.get(PAGE).content.decode()
    named("Hartly Park skate ramp")
    for _ in range(2):
        patterns.read_what_changed()
    page = browser.get(PAGE).content.decode()
    assert "Hartley Park skate ramp" in page
    assert "Also written" in page
    notice = Notice.objects.get(user=manager, key__startswith="pattern:")
    assert "3 referrals" in notice.words
    assert "Hartley" not in notice.words


def test_what_lies_outside_the_period_does_not_count():
    for _ in range(3):
        named("Hartley Park skate ramp")
    assert len(patterns.found()) == 1
    later = timezone.localdate() + timedelta(days=CaseworkSettings.current().pattern_days + 1)
    assert patterns.found(on=later) == []


def test_one_referral_that_names_it_twice_counts_once():
    referral = a_referral("held")
    an_action(referral, context_name="Hartley Park")
    an_entry(referral, detail="Hartley Park")
    mentions.read_again([referral.pk])
    assert patterns.found(least=1)[0].number == 1


def test_accepting_refers_a_context_with_all_its_spellings(signed_in):
    for detail in ("Marlow Road Academy", "Marlow Road Acad.", "MARLOW ROAD ACADEMY"):
        named(detail)
    manager = a_person(Role.MANAGER, team=a_team())
    browser = signed_in(manager)
    (pattern,) = patterns.found()
    url = reverse("contexts:accept-pattern", args=[pattern.code])
    page = browser.get(url).content.decode()
    assert 'value="school" checked' in page.replace('" id', '" id') or "checked" in page
    answer = browser.post(url, {"kind": "school", "name": "Marlow Road Academy", "reason": "Three in a month"})
    context = Context.objects.get()
    assert answer.url == context.get_absolute_url()
    assert (context.state, context.kind) == ("referred", "school")
    assert set(ContextMention.objects.values_list("context", flat=True)) == {context.pk}
    assert patterns.found() == []
    assert PatternDecision.objects.get().context == context
    again = browser.post(url, {"kind": "school", "name": "x", "reason": "y"})
    assert again.status_code == 404
    named("marlow rd acad")
    assert ContextMention.objects.filter(context=context).count() == 4
    assert "Named in 4 referrals" in browser.get(context.get_absolute_url()).content.decode()


def test_a_closed_context_that_is_named_again_is_pointed_out_and_screened_anew(signed_in):
    closed = a_context("closed", name="Hartley Park")
    for _ in range(3):
        named("Hartley Park")
    (pattern,) = patterns.found()
    assert pattern.context == closed
    cs = a_person(Role.CS_PRACTITIONER, team=a_team())
    signed_in(cs).post(reverse("contexts:accept-pattern", args=[pattern.code]), {"reason": "Named three times again"})
    closed.refresh_from_db()
    assert closed.state == "referred"
    assert Context.objects.count() == 1


def test_dismissed_is_quiet_until_as_many_have_come_once_more_and_can_be_taken_back(signed_in):
    for _ in range(3):
        named("Mother's address")
    browser = signed_in(a_person(Role.MANAGER))
    (pattern,) = patterns.found()
    url = reverse("contexts:dismiss-pattern", args=[pattern.code])
    assert browser.post(url, {"reason": ""}).status_code == 200
    assert browser.post(url, {"reason": "A home, no context"}).status_code == 302
    assert "Nothing to decide" in browser.get(PAGE).content.decode()
    assert "A home, no context" in browser.get(PAGE, {"show": "dismissed"}).content.decode()
    for _ in range(2):
        named("Mother's address")
    assert not patterns.waits(patterns.found()[0], 3)
    named("Mother's address")
    assert patterns.waits(patterns.found()[0], 3)
    decision = PatternDecision.objects.get()
    for _ in range(2):
        assert browser.post(reverse("contexts:undo-pattern", args=[decision.pk])).status_code == 302
    assert patterns.found()[0].dismissed is None


def test_what_only_a_restricted_referral_says_is_shown_to_nobody_who_may_not_see_it(signed_in):
    manager, granted = a_person(Role.MANAGER), a_person(Role.CS_PRACTITIONER)
    for detail in ("Hartley Park", "Hartley Park", "Hartley Parc, with Ottoline"):
        one = named(detail)
    access.restrict(one, reason="Known", people=[granted], by=manager)
    other = named("Ottoline Vane's house")
    access.restrict(other, reason="Known", people=[granted], by=manager)
    CaseworkSettings.objects.update_or_create(pk=1, defaults={"pattern_referrals": 2})
    browser = signed_in(a_person(Role.CS_PRACTITIONER))
    page = browser.get(PAGE, {"show": "all"}).content.decode()
    assert "Hartley Park" in page
    assert "Ottoline" not in page
    code = next(one.code for one in patterns.found(granted, least=1) if "Vane" in one.named.words)
    assert browser.get(reverse("contexts:dismiss-pattern", args=[code])).status_code == 404
    patterns.dismiss(patterns.with_code(code, granted), reason="Ottoline lives there", by=granted)
    assert "Ottoline" not in browser.get(PAGE).content.decode()
    assert "Ottoline" in signed_in(granted).get(PAGE).content.decode()


@pytest.mark.parametrize("code", ["0" * 16, "f" * 16])
def test_a_code_that_stands_for_nothing_is_not_found(signed_in, code):
    browser = signed_in(a_person(Role.MANAGER))
    assert browser.get(reverse("contexts:accept-pattern", args=[code])).status_code == 404


def test_an_import_is_read_and_does_not_keep_it_from_being_undone(signed_in):
    browser = Browser(signed_in(a_person(Role.MANAGER)))
    patterns.read_what_changed()
    rows = [
        [date(2026, 11, day), str(1000 + day), "A. Smith", "Police", "Peer Group", "Lock 4 group", "Consultation held"]
        for day in (1, 2, 3)
    ]
    headings = ["Date received", "Mosaic ID", "Referrer", "Agency", "Primary Concern", "Detail", "Outcome"]
    of = browser.imported(SimpleUploadedFile("t.xlsx", a_workbook(headings, *rows)))
    patterns.read_what_changed()
    assert ContextMention.objects.count() == of.counts["added"] == 3
    assert imports_undo.in_the_way(of) == []


# ------------------------------------------------------------------ while somebody types
def ask(browser, text: str, **more) -> dict:
    answer = browser.post(reverse("contexts:suggest"), {"text": text, **more}, headers={"accept": "application/json"})
    assert answer.status_code == 200
    return answer.json()


def test_known_contexts_are_offered_and_others_are_counted(signed_in):
    a_context("assessing", name="Marlow Road Academy", kind="school")
    mine = named("Marlow Road Academy")
    for detail in ("Marlow Road Acad.", "near Marlow Road Academy"):
        named(detail)
    said = ask(signed_in(a_person(Role.CS_PRACTITIONER)), "marlow rd acad", but=str(mine.pk))
    assert [one["name"] for one in said["offered"]] == ["Marlow Road Academy"]
    assert said["line"] == "2 other referrals this term name it."
    begun = ask(signed_in(a_person(Role.CS_PRACTITIONER)), "marlow rd")
    assert [one["name"] for one in begun["offered"]] == ["Marlow Road Academy"]


def test_who_does_not_see_a_context_is_not_offered_it_nor_told_of_a_few(signed_in):
    a_context("assessing", name="Marlow Road Academy", kind="school")
    teacher = signed_in(a_person(Role.PRACTITIONER, team=a_team()))
    for _ in range(2):
        named("Marlow Road Academy")
    assert ask(teacher, "Marlow Road Academy") == {"offered": [], "line": ""}
    named("Marlow Road Academy")
    assert ask(teacher, "Marlow Road Academy") == {"offered": [], "line": "3 other referrals this term name it."}


def test_hidden_referrals_are_told_of_as_a_number_only_where_they_are_not_a_few(signed_in):
    context = a_context("assessing", name="Marlow Road Academy", kind="school")
    manager, cs = a_person(Role.MANAGER), signed_in(a_person(Role.CS_PRACTITIONER))
    shown = named("Marlow Road Academy")
    for hidden in range(1, 4):
        one = named("Marlow Road Academy", name="Ottoline Vane")
        access.restrict(one, reason="Known", people=[], by=manager)
        number = 4 if hidden == 3 else 1
        page = cs.get(context.get_absolute_url()).content.decode()
        assert f"Named in {number} referral" in page
        assert one.reference not in page
        assert shown.reference in page
        assert ask(cs, "Marlow Road Academy")["line"].startswith(f"{number} other referral")


def test_a_few_hidden_referrals_pass_no_threshold(signed_in):
    manager = a_person(Role.MANAGER)
    named("Hartley Park")
    for _ in range(2):
        access.restrict(named("Hartley Park"), reason="Known", people=[], by=manager)
    patterns.read_what_changed()
    assert patterns.found() == patterns.found(manager) == []
    assert not Notice.objects.filter(key__startswith="pattern:").exists()


@pytest.mark.parametrize(
    ("sent", "status"),
    [({"text": "a\x00b"}, 400), ({"text": "x" * 900_000}, 200), ({"text": "Lock", "but": "nonsense"}, 400), ({}, 200)],
)
def test_nonsense_is_answered(signed_in, sent, status):
    browser = signed_in(a_person(Role.CS_PRACTITIONER))
    assert browser.post(reverse("contexts:suggest"), sent, headers={"accept": "application/json"}).status_code == status


def test_a_referral_says_what_it_names_to_who_may_see_the_context(signed_in):
    context = a_context("assessing", name="Marlow Road Academy", kind="school")
    teller = a_person(Role.PRACTITIONER, team=a_team())
    referral = named("Marlow Road Academy", by=teller)
    assert (
        context.reference in signed_in(a_person(Role.CS_PRACTITIONER)).get(referral.get_absolute_url()).content.decode()
    )
    own = signed_in(teller).get(referral.get_absolute_url()).content.decode()
    assert "What it names" in own
    assert context.reference not in own


def test_a_text_that_gives_several_known_names_means_each():
    park, lock = (a_context(name=name) for name in ("Hartley Park", "Lock 4"))
    texts = ("Hartley Park and Lock 4", "Hartley Park, after school", "'Lock 4' group")
    mentions.read_again([named(text).pk for text in texts])
    meant = {(row.text, row.context_id) for row in ContextMention.objects.all()}
    assert meant == {
        ("Hartley Park", park.pk), ("Lock 4", lock.pk), ("'Lock 4' group", None),
        ("Hartley Park, after school", park.pk),
    }  # fmt: skip


def test_several_names_are_told_apart_once_one_of_them_is_a_context():
    mentions.read_again([named("Hartley Park & Lock 4").pk])
    assert [row.text for row in ContextMention.objects.all()] == ["Hartley Park & Lock 4"]
    park = a_context(name="Hartley Park")
    meant = {(row.text, row.context_id) for row in ContextMention.objects.all()}
    assert meant == {("Hartley Park", park.pk), ("Lock 4", None)}


def test_the_list_of_referrals_behind_a_name_has_no_name_in_its_address(signed_in):
    browser = signed_in(a_person(Role.MANAGER))
    rows = [named(text) for text in ("Hartley Park ramp", "HARTLEY PARK RAMP", "Hartly Park ramp")]
    other = named("Penrose boys")
    patterns.read_what_changed()
    page = browser.get(PAGE).content.decode()
    [code] = {part.split('"')[0] for part in page.split("/tracker/?named=")[1:]}
    assert "context=" not in page
    found = browser.get("/tracker/", {"named": code}).content.decode()
    assert all(row.reference in found for row in rows)
    assert other.reference not in found


def test_a_person_says_which_context_a_referral_means_and_takes_it_back(signed_in):
    manager = a_person(Role.MANAGER)
    browser = signed_in(manager)
    school, other = (a_context(name=name) for name in ("Marlow Road Academy", "The benches"))
    referral = named("Marlow Rd Academy")
    mentions.read_again([referral.pk])
    row = ContextMention.objects.get()
    url = reverse("contexts:mention", args=[row.pk])
    assert f'href="{url}"' in browser.get(referral.get_absolute_url()).content.decode()
    for sent, meant in (
        ({"which": str(school.pk)}, school.pk),
        ({"which": "other", "reference": other.reference}, other.pk),
        ({"which": "none"}, None),
    ):
        assert browser.post(url, sent).status_code == 302
        mentions.read_again([referral.pk])
        a_context(name=f"Marlow Rd Academy {meant}")
        row.refresh_from_db()
        assert (row.context_id, row.said_by) == (meant, manager)
    assert browser.post(url, {"which": "rules"}).status_code == 302
    row.refresh_from_db()
    assert (row.context_id, row.said_by) == (school.pk, None)
    assert browser.post(url, {"which": "other", "reference": "CTX-1"}).status_code == 200


def test_of_two_open_contexts_of_one_name_neither_is_meant_until_a_person_says(signed_in):
    browser = signed_in(a_person(Role.MANAGER))
    one, two = (a_context(name="The benches") for _ in range(2))
    referral = named("the benches")
    mentions.read_again([referral.pk])
    a_context(name="The Benches")
    row = ContextMention.objects.get()
    assert row.context_id is None
    page = browser.get(reverse("contexts:mention", args=[row.pk])).content.decode()
    assert "More than one context is called so" in page
    assert one.reference in page
    assert two.reference in page
    browser.post(reverse("contexts:mention", args=[row.pk]), {"which": str(two.pk)})
    mentions.read_again([referral.pk])
    assert ContextMention.objects.get().context_id == two.pk


def test_who_may_not_see_the_referral_says_nothing_of_it(signed_in):
    referral = named("The benches")
    mentions.read_again([referral.pk])
    access.restrict(referral, reason="Known", people=[], by=a_person(Role.MANAGER))
    browser = signed_in(a_person(Role.CS_PRACTITIONER))
    assert browser.get(reverse("contexts:mention", args=[ContextMention.objects.get().pk])).status_code == 404
