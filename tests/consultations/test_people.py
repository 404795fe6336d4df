"""Young people who stand here twice: finding them, merging with a preview, undoing, and what must never leak."""

import threading
import time
from datetime import date, timedelta

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import Workbook

from accounts.permissions import Role
from consultations.models import NotDuplicate, Referral, YoungPerson, YoungPersonMerge
from consultations.models.people import case_key, name_key
from consultations.services import access, people, referrals
from core.models import AuditEvent
from core.workflow import ActRefused, EditConflict
from tests.factories import a_draft, a_person, a_referral, an_action
from tracker.services.imports_at_once import import_tracker

pytestmark = pytest.mark.django_db
BORN = date(2010, 1, 15)


@pytest.fixture
def manager():
    return a_person(Role.MANAGER, name="Frances")


def a_young_person(number: str, name: str = "", **values) -> YoungPerson:
    """A young person with one referral."""
    return a_referral(case_number=number, name=name or f"Name {number}", **values).young_person


def a_pair(first: str = "4711", second: str = "47-11", **values) -> tuple[YoungPerson, YoungPerson]:
    return a_young_person(first, "Kai Mensah", **values), a_young_person(second, "Kay Mensa", date_of_birth=None)


def merged(first, second, *, by, keep=None, at=None, **choices) -> YoungPersonMerge:
    keep = keep or first
    plan = people.plan(first, second, keep=keep, choices=choices)
    return people.merge(first, second, keep=keep, choices=choices, mark=plan.mark, reason="Same", by=by, at=at)


def found(manager, **query) -> set[frozenset]:
    return {frozenset((pair.first, pair.second)) for pair in people.possible(manager, **query)}


def everything() -> list:
    return [list(model.objects.order_by("pk").values()) for model in (YoungPerson, YoungPersonMerge, NotDuplicate)] + [
        list(Referral.objects.order_by("pk").values("pk", "young_person", "case_number", "name"))
    ]


# ---------------------------------------------------------------- keys
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O'Brien, Jordan", "Jordan OBRIEN"), ("Jordan O’Brien", "jordan o‘brien"), ("Zielińska", "ZIELINSKA"),
        ("Łukasz Wałęsa", "Walesa Lukasz"), ("Nadia Yılmaz", "nadia yilmaz"), ("Zoë Smith-Jones", "Jones Smith, Zoe"),
        ("  Kai   Mensah ", "Kai Mensah"), ("J. R. Hartley", "J R Hartley"), ("Groß", "GROSS"), ("Æsa", "Aesa"),
        ("ＫＡＩ", "Kai"),
    ],
)  # fmt: skip
def test_names_that_are_one(one, other):
    assert name_key(one) == name_key(other) != ""


@pytest.mark.parametrize(("one", "other"), [("Kai Mensah", "Kay Mensah"), ("محمد", "أحمد"), ("Anna", "Anna B")])
def test_names_that_are_two(one, other):
    assert name_key(one) != name_key(other)


LETTERS = st.text(st.characters(categories=["Lu", "Ll"], max_codepoint=0x24F), min_size=1, max_size=20)


@given(st.lists(LETTERS, min_size=1, max_size=8), st.randoms())
def test_order_case_and_commas_never_matter(words, chance):
    shuffled = list(words)
    chance.shuffle(shuffled)
    assert name_key(" ".join(words)) == name_key(", ".join(shuffled).swapcase().swapcase())
    assert name_key(" ".join(words)) == name_key("  ".join(words).casefold())


@given(st.text(max_size=300))
@example("´ ' .")
def test_a_key_of_a_name_is_its_own_key_and_fits(name):
    key = name_key(name)
    assert len(key) <= 200
    assert name_key(key) == key or len(key) == 200


@given(st.integers(1, 10**9), st.sampled_from(["", "0", "000"]), st.sampled_from([" ", "-", "/", ""]))
def test_spaces_hyphens_and_leading_zeros_of_a_case_number_never_matter(number, zeros, mark):
    digits = str(number)
    assert case_key(f"{zeros}{digits[:2]}{mark}{digits[2:]}") == case_key(digits)
    assert case_key(f"ab{digits}") == case_key(f"AB {digits}") != case_key(digits)


# ---------------------------------------------------------------- finding
def test_pairs_are_found_by_number_and_by_name_each_once(manager):
    first, second = a_pair()
    third = a_young_person("900", "Mensah, Kai", date_of_birth=BORN)
    a_young_person("901", "Kai Mensah", date_of_birth=date(2011, 1, 1))
    a_young_person("902", "Kai Mensah", date_of_birth=None)
    assert found(manager) == {frozenset((first.pk, second.pk)), frozenset((first.pk, third.pk))}
    assert found(manager, kinds=["name"]) == {frozenset((first.pk, third.pk))}
    both = a_young_person("0900", "Kai MENSAH", date_of_birth=BORN)
    pairs = [pair for pair in people.possible(manager) if {pair.first, pair.second} == {third.pk, both.pk}]
    assert [set(pair.why) for pair in pairs] == [{"case-number", "name"}]


def test_a_pair_with_a_hidden_referral_says_nothing_of_itself(manager, signed_in):
    first, second = a_pair()
    hidden = a_referral(case_number="47-11", name="Hidden Name")
    assert hidden.young_person == second
    browser = signed_in(manager)
    url = reverse("consultations:duplicate", args=[first.pk, second.pk])
    assert browser.get(url).status_code == 200
    access.restrict(hidden, reason="Why", people=[], by=a_person(Role.MANAGER))
    assert found(manager) == set()
    for name in ("duplicate", "merge", "separate"):
        for send in (browser.get, browser.post):
            answer = send(reverse(f"consultations:{name}", args=[first.pk, second.pk]), {"reason": "x"})
            assert answer.status_code == (405 if (name, send) == ("duplicate", browser.post) else 404)
    assert "Kai Mensah" not in browser.get(reverse("consultations:duplicates")).content.decode()
    access.grant(hidden, person=manager, until=timezone.localdate(), reason="Why", by=a_person(Role.MANAGER))
    assert browser.get(url).status_code == 200


def test_a_pair_is_not_offered_after_it_was_found_to_be_two(manager, signed_in):
    first, second = a_pair()
    browser, url = signed_in(manager), reverse("consultations:separate", args=[first.pk, second.pk])
    assert "Enter the reason" in browser.post(url, {"reason": ""}).content.decode()
    for _ in range(2):
        assert browser.post(url, {"reason": "Cousins"}).status_code == 302
    assert NotDuplicate.objects.count() == 1
    assert AuditEvent.objects.filter(act="young-person.not-a-duplicate").count() == 2  # once in each record
    assert found(manager) == set()
    assert "Cousins" in browser.get(reverse("consultations:duplicate", args=[second.pk, first.pk])).content.decode()
    assert first.case_number in browser.get(reverse("consultations:merges")).content.decode()


@pytest.mark.parametrize("number", [4, 12])
def test_finding_and_listing_pairs_costs_the_same_however_many(manager, signed_in, number):
    for each in range(number):
        a_pair(f"77{each}1", f"77-{each}1")
    browser = signed_in(manager)
    with CaptureQueriesContext(connection) as queries:
        page = browser.get(reverse("consultations:duplicates"), {"kind": "case-number"})
    assert page.context["page"].paginator.count == number
    assert len(queries) <= 9, "\n".join(query["sql"] for query in queries)


# ---------------------------------------------------------------- merging
def test_merging_through_the_pages(manager, signed_in):
    first, second = a_pair()
    mine, moved = Referral.objects.get(young_person=first), Referral.objects.get(young_person=second)
    browser = signed_in(manager)
    compare = reverse("consultations:duplicate", args=[first.pk, second.pk])
    shown = browser.get(compare).content.decode()
    assert 'name="see" value="merge"' in shown
    assert all(words in shown for words in ("Kai Mensah", "Kay Mensa", "47-11", "4711", "Differs", mine.reference))
    assert "Select which record stays" in browser.get(compare, {"see": "merge"}).content.decode()
    chosen = {"keep": "second", "name": "first", "date_of_birth": "first"}
    answer = browser.get(compare, chosen)
    assert answer.status_code == 302
    assert "Mensah" not in answer.url and "2010" not in answer.url
    preview = browser.get(answer.url)
    assert preview.context["plan"].kept == second
    assert mine.reference in preview.content.decode()
    assert not YoungPersonMerge.objects.exists(), "a preview changes nothing"
    mark = preview.context["plan"].mark
    assert "Enter the reason" in browser.post(answer.url, {"mark": mark}).content.decode()
    for _ in range(2):  # pressed twice
        done = browser.post(answer.url, {"mark": mark, "reason": "Same child"})
        assert (done.status_code, done.url) == (302, second.get_absolute_url())
    done = YoungPersonMerge.objects.get()
    second.refresh_from_db()
    assert (second.case_number, second.name, second.date_of_birth) == ("47-11", "Kai Mensah", BORN)
    assert second.name_key == name_key("Kai Mensah")
    assert done.filled == {"name": ["Kay Mensa", "Kai Mensah"], "date_of_birth": [None, "2010-01-15"]}
    assert done.referrals == [str(mine.pk)]
    assert {one.young_person for one in Referral.objects.all()} == {second}
    mine.refresh_from_db()
    assert (mine.name, mine.case_number) == ("Kai Mensah", "4711"), "what was given stays as it was given"
    event = AuditEvent.objects.get(act="young-person.merged")
    assert event.detail["referrals"] == [mine.reference]
    assert AuditEvent.objects.get(act="referral.young-person-merged").subject_label == mine.reference
    assert moved.young_person_id == second.pk
    assert found(manager) == set()
    page = browser.get(second.get_absolute_url()).content.decode()
    assert "Kai Mensah (given in" in page and "Kay Mensa (given in" in page
    assert browser.get(first.get_absolute_url()).url == second.get_absolute_url()


def test_the_old_number_leads_to_the_kept_record_however_often_it_was_merged(manager):
    first, second = a_pair()
    third = a_young_person("0047-11")
    merged(second, first, keep=second, by=manager)
    merged(third, second, keep=third, by=manager)
    assert a_referral(case_number="4711").young_person == third
    assert people.standing_for(first.pk) == third
    assert {one.young_person for one in Referral.objects.all()} == {third}


def test_a_merge_is_refused_when_something_changed_since_the_preview(manager, signed_in):
    first, second = a_pair()
    plan = people.plan(first, second, keep=first, choices={})
    late = a_referral(case_number="47-11")
    before = everything()
    with pytest.raises(EditConflict):
        people.merge(first, second, keep=first, choices={}, mark=plan.mark, reason="Same", by=manager)
    assert everything() == before
    url = reverse("consultations:merge", args=[first.pk, second.pk]) + "?keep=first&name=first&date_of_birth=first"
    answer = signed_in(manager).post(url, {"mark": plan.mark, "reason": "My own words"})
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "My own words" in shown and late.reference in shown
    again = {"mark": answer.context["page"].form["mark"].value(), "reason": "My own words"}
    assert signed_in(manager).post(url, again).status_code == 302


def test_a_merge_of_a_record_that_is_gone_or_hidden_is_refused(manager):
    first, second = a_pair()
    third = a_young_person("0047-11")
    merged(first, second, keep=first, by=manager)
    before = everything()
    for one, other, keep in [(second, third, third), (third, second, third), (first, second, second)]:
        for person in (one, other):
            person.refresh_from_db()
        with pytest.raises(ActRefused, match="merged into another one already"):
            merged(one, other, keep=keep, by=a_person(Role.MANAGER))
    access.restrict(Referral.objects.get(young_person=third), reason="Why", people=[], by=a_person(Role.MANAGER))
    with pytest.raises(ActRefused, match="may not see"):
        merged(first, third, keep=first, by=manager)
    assert everything() == before


@pytest.mark.parametrize("sent", [{}, {"keep": "third"}, {"keep": "first", "name": "\x00"}, {"keep": ["first", "x"]}])
def test_nonsense_in_the_address_merges_nothing(manager, signed_in, sent):
    first, second = a_pair()
    url = reverse("consultations:merge", args=[first.pk, second.pk])
    answer = signed_in(manager).post(url, {"reason": "x"}, query_params=sent)
    assert answer.status_code == 302
    assert not YoungPersonMerge.objects.exists()
    same = reverse("consultations:merge", args=[first.pk, first.pk])
    assert signed_in(manager).get(same).status_code == 404


# ---------------------------------------------------------------- undoing
def test_a_merge_is_undone_as_if_it_had_never_been(manager, signed_in):
    first, second = a_pair()
    before = everything()
    done = merged(first, second, keep=second, by=manager, name=first, date_of_birth=first)
    browser, url = signed_in(manager), reverse("consultations:undo-merge", args=[done.pk])
    assert "What follows" in browser.get(url).content.decode()
    for _ in range(2):
        assert browser.post(url, {"reason": "Wrong child"}).status_code == 302
    after = everything()
    after[1] = []
    assert after == before
    done.refresh_from_db()
    assert done.undone_by == manager
    assert AuditEvent.objects.filter(act="young-person.merge-undone").count() == 1
    assert found(manager) == {frozenset((first.pk, second.pk))}
    assert a_referral(case_number="4711").young_person == first
    assert "Undone" in browser.get(reverse("consultations:merges")).content.decode()
    assert merged(first, YoungPerson.objects.get(pk=second.pk), by=manager), "merged again"


def test_a_merge_that_was_built_on_is_not_undone(manager, signed_in):
    first, second = a_pair()
    third, fourth = a_young_person("0047-11"), a_young_person("00047-11")
    start = timezone.now() - timedelta(days=1)
    done = merged(first, second, keep=first, by=manager, at=start)
    later = merged(first, third, keep=first, by=manager)
    browser, url = signed_in(manager), reverse("consultations:undo-merge", args=[done.pk])

    def refused() -> str:
        fresh = YoungPersonMerge.objects.select_related("kept", "gone").get(pk=done.pk)
        before = everything()
        with pytest.raises(ActRefused) as refusal:
            people.undo(fresh, reason="x", by=manager)
        assert everything() == before
        answer = browser.post(url, {"reason": "x"})
        assert answer.status_code == 409
        assert refusal.value.reason.split(".")[0].split("’")[0] in answer.content.decode()
        return refusal.value.reason

    assert "Another record has been merged into the same one since" in refused()
    people.undo(later, reason="Not they", by=manager)
    away = merged(fourth, YoungPerson.objects.get(pk=first.pk), keep=fourth, by=manager)
    assert "has itself been merged" in refused()
    people.undo(away, reason="Not they", by=manager)
    built = a_referral(case_number="47-11")
    assert built.young_person == first
    assert "has come in under the merged record" in refused()
    Referral.objects.filter(pk=built.pk).update(case_number="4711")
    people.undo(YoungPersonMerge.objects.get(pk=done.pk), reason="Free again", by=manager)


def test_a_merge_whose_values_were_changed_since_is_not_undone(manager):
    first, second = a_pair()
    done = merged(first, second, keep=first, by=manager, name=second)
    YoungPerson.objects.filter(pk=first.pk).update(name="Somebody put it right")
    with pytest.raises(ActRefused, match="changed since"):
        people.undo(YoungPersonMerge.objects.get(pk=done.pk), reason="x", by=manager)


def test_a_merge_of_what_is_hidden_since_is_neither_shown_nor_undone(manager, signed_in):
    first, second = a_pair()
    done = merged(first, second, by=manager)
    browser = signed_in(manager)
    assert "Kay Mensa" in browser.get(reverse("consultations:merges")).content.decode()
    access.restrict(Referral.objects.first(), reason="Why", people=[], by=a_person(Role.MANAGER))
    assert "Kay Mensa" not in browser.get(reverse("consultations:merges")).content.decode()
    url = reverse("consultations:undo-merge", args=[done.pk])
    assert (browser.get(url).status_code, browser.post(url, {"reason": "x"}).status_code) == (404, 404)
    with pytest.raises(ActRefused, match="may not see"):
        people.undo(done, reason="x", by=manager)


# ---------------------------------------------------------------- several at once
def together(*acts) -> list:
    """Do these at the same moment on connections of their own; what each returned or raised."""
    results: list = [None] * len(acts)
    start = threading.Barrier(len(acts), timeout=30)

    def run(number: int, act) -> None:
        try:
            start.wait()
            results[number] = act()
        except BaseException as failure:
            results[number] = failure
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.mark.django_db(transaction=True)
def test_two_managers_merge_the_same_two_in_opposite_directions_at_once(manager):
    other = a_person(Role.MANAGER)
    for each in range(6):
        first, second = a_pair(f"88{each}9", f"88-{each}9")
        results = together(
            lambda one=first, two=second: merged(one, two, keep=one, by=manager),
            lambda one=first, two=second: merged(one, two, keep=two, by=other),
        )
        done = [result for result in results if isinstance(result, YoungPersonMerge)]
        refused = [result for result in results if isinstance(result, ActRefused)]
        assert (len(done), len(refused)) == (1, 1), results
        assert Referral.objects.filter(young_person=done[0].kept).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_referral_that_is_sent_while_its_young_person_is_merged_and_split_is_never_lost_or_stuck(manager):
    for each in range(6):
        first, second = a_pair(f"99{each}8", f"99-{each}8")
        drafts = [a_draft(case_number=f"99-{each}8") for _ in range(3)]
        sends = [lambda draft=draft: referrals.send(draft, by=draft.made_by) for draft in drafts]
        results = together(lambda one=first, two=second: merged(one, two, keep=one, by=manager), *sends)
        assert all(isinstance(result, Referral) for result in results[1:]), results
        standing = people.kept_of(YoungPerson.objects.get(pk=second.pk))
        assert {Referral.objects.get(pk=draft.pk).young_person for draft in drafts} == {standing}
        if isinstance(results[0], YoungPersonMerge):
            more = a_draft(case_number=f"99-{each}8")
            undone, sent = together(
                lambda done=results[0]: people.undo(done, reason="x", by=manager),
                lambda draft=more: referrals.send(draft, by=draft.made_by),
            )
            assert isinstance(sent, Referral), sent
            assert isinstance(undone, YoungPersonMerge | ActRefused), undone
            standing = people.kept_of(YoungPerson.objects.get(pk=second.pk))
            assert Referral.objects.get(pk=more.pk).young_person == standing


@pytest.mark.django_db(transaction=True)
def test_a_merge_waits_for_a_referral_that_is_being_sent_and_then_sees_it(manager):
    first, second = a_pair()
    plan = people.plan(first, second, keep=first, choices={})
    draft = a_draft(case_number="47-11")
    sent = threading.Event()

    def send() -> Referral:
        with transaction.atomic():
            done = referrals.send(draft, by=draft.made_by)
            sent.set()
            time.sleep(1)  # not committed yet, while the merge looks which referrals there are
        return done

    def merge() -> YoungPersonMerge:
        sent.wait(10)
        return people.merge(first, second, keep=first, choices={}, mark=plan.mark, reason="Same", by=manager)

    results = together(send, merge)
    assert isinstance(results[0], Referral)
    assert isinstance(results[1], EditConflict), results[1]


# ---------------------------------------------------------------- a young person's page, and who is who
def test_a_young_persons_page_gives_names_and_contexts_over_time(signed_in):
    cs = a_person(Role.CS_PRACTITIONER)
    old = a_referral("planned", case_number="123", name="Kai Mensa", date_of_birth=BORN, cs=cs)
    new = a_referral("held", case_number="123", name="Kai Mensah", date_of_birth=None, cs=cs)
    an_action(old, context_name="Lock 4")
    an_action(new, context_name="lock 4 ")
    page = signed_in(cs).get(old.young_person.get_absolute_url())
    shown = page.content.decode()
    assert '<h1 class="govuk-heading-l">Kai Mensah</h1>' in shown
    assert f"Kai Mensa (given in {old.reference})" in shown
    assert [one["references"] for one in page.context["contexts"]] == [[new.reference, old.reference]]
    assert AuditEvent.objects.filter(act="viewed", subject_id=str(old.young_person_id)).count() == 1
    assert old.young_person.get_absolute_url() in signed_in(cs).get(old.get_absolute_url()).content.decode()


def test_a_merged_away_page_leads_on_only_for_who_may_see_the_kept_one(manager, signed_in):
    first, second = a_pair()
    merged(first, second, by=manager)
    stranger = a_person(Role.PRACTITIONER)
    assert signed_in(stranger).get(second.get_absolute_url()).status_code == 404
    maker = Referral.objects.get(case_number="47-11").made_by
    page = signed_in(maker).get(second.get_absolute_url(), follow=True).content.decode()
    assert "Kay Mensa" in page
    assert "Kai Mensah" not in page, "the name of a referral that the maker does not see"


def test_what_differs_from_the_record_is_said_without_its_values():
    record = a_referral(case_number="31", name="Kai Mensah", date_of_birth=BORN)
    same = a_referral(case_number="31", name="MENSAH, Kai", date_of_birth=BORN)
    other = a_referral(case_number="31", name="Leah Brook", date_of_birth=date(2009, 1, 1))
    assert people.mismatch(record) == people.mismatch(same) == []
    words = people.mismatch(other)
    assert len(words) == 2
    assert "Mensah" not in str(words) and "2010" not in str(words)


def test_an_imported_tracker_is_found_as_duplicates_and_follows_merges(manager, tmp_path):
    first, second = a_pair()
    merged(first, second, keep=first, by=manager)
    book = Workbook()
    heads = ["Date received", "Mosaic ID", "Name of Young Person", "Referrer", "Primary Concern", "Outcome"]
    book.active.append(heads)
    for number in ("47-11", "00815", "815"):
        book.active.append([date(2024, 1, 5), number, "Kay", "R. Ellis", "School", "Awaiting"])
    book.save(tmp_path / "tracker.xlsx")
    outcome = import_tracker(tmp_path / "tracker.xlsx", by=manager)
    assert outcome.added == 3, outcome.rejected
    imported = Referral.objects.filter(imported=True)
    assert imported.get(case_number="47-11").young_person == first
    two = frozenset(imported.exclude(case_number="47-11").values_list("young_person", flat=True))
    assert two in found(manager, kinds=["case-number"])
