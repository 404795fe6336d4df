"""Nobody's words are ever lost: saves, repeats, conflicts, merging, and what is gathered into one version."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from core import texts
from core.models import SetAsideText, Text, TextVersion
from tests.factories import a_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def text():
    return Text.objects.create()


@pytest.fixture
def ann():
    return a_person(name="Ann")


@pytest.fixture
def ben():
    return a_person(name="Ben")


def save(text, body, version, by, **kwargs) -> texts.SaveResult:
    return texts.save(text.pk, body=body, base_version=version, by=by, **kwargs)


def bodies(text) -> list[str]:
    return list(TextVersion.objects.filter(text=text).order_by("version").values_list("body", flat=True))


def test_a_save_moves_the_text_on(text, ann):
    result = save(text, "One", 0, ann)
    assert (result.text.body, result.text.version, result.conflict, result.new_version) == ("One", 1, False, True)
    text.refresh_from_db()
    assert (text.body, text.version, text.updated_by) == ("One", 1, ann)
    assert bodies(text) == ["One"]


def test_saving_the_same_again_changes_nothing(text, ann, ben):
    save(text, "One", 0, ann)
    result = save(text, "One", 0, ben)
    assert (result.conflict, result.text.version) == (False, 1)
    assert bodies(text) == ["One"]


def test_a_page_whose_answer_was_lost_tries_again_and_is_not_in_conflict(text, ann):
    save(text, "One", 0, ann, client="page", seq=1)
    repeated = save(text, "One two", 0, ann, client="page", seq=2)  # it still believes in version 0
    assert not repeated.conflict
    assert (repeated.text.body, repeated.text.version) == ("One two", 2)


def test_an_older_attempt_of_the_same_page_comes_too_late(text, ann):
    save(text, "One two", 0, ann, client="page", seq=2)
    late = save(text, "One", 0, ann, client="page", seq=1)
    assert not late.conflict
    text.refresh_from_db()
    assert text.body == "One two"


def test_another_page_of_the_same_person_may_be_in_conflict(text, ann):
    save(text, "From one tab", 0, ann, client="page-1", seq=1)
    result = save(text, "From the other tab", 0, ann, client="page-2", seq=1)
    assert result.conflict
    assert result.set_aside.body == "From the other tab"


def test_a_page_id_that_somebody_else_borrows_gives_no_right_to_write_over(text, ann, ben):
    save(text, "Ann's", 0, ann, client="page", seq=1)
    assert save(text, "Ben's", 0, ben, client="page", seq=2).conflict


def test_the_latecomers_text_is_kept_beside(text, ann, ben):
    save(text, "Ann's words", 0, ann)
    result = save(text, "Ben's words", 0, ben)
    assert result.conflict
    assert (result.set_aside.body, result.set_aside.by, result.set_aside.base_version) == ("Ben's words", ben, 0)
    text.refresh_from_db()
    assert (text.body, text.version) == ("Ann's words", 1)
    assert texts.waiting([text]) == {text.pk: [result.set_aside]}


def test_typing_on_in_a_conflict_goes_on_in_the_same_set_aside_text(text, ann, ben):
    save(text, "Ann's", 0, ann, client="a", seq=1)
    first = save(text, "Ben", 0, ben, client="b", seq=1).set_aside
    for seq, body in enumerate(["Ben's", "Ben's words"], start=2):
        again = save(text, body, 0, ben, client="b", seq=seq, parked=first.pk)
        assert again.set_aside.pk == first.pk
    assert SetAsideText.objects.get().body == "Ben's words"


def test_an_older_attempt_does_not_shorten_the_set_aside_text(text, ann, ben):
    save(text, "Ann's", 0, ann)
    save(text, "Ben's words", 0, ben, client="b", seq=2)
    save(text, "Ben", 0, ben, client="b", seq=1)
    assert SetAsideText.objects.get().body == "Ben's words"


@pytest.mark.parametrize("later", ["Other words", "", "Ben words"])
def test_what_a_later_text_takes_away_from_a_set_aside_one_stays_as_well(text, ann, ben, later):
    save(text, "Ann's", 0, ann)
    first = save(text, "Ben's words", 0, ben, client="b", seq=1).set_aside
    save(text, later, 0, ben, client="b", seq=2, parked=first.pk)
    assert [aside.body for aside in texts.waiting([text])[text.pk]] == [later]  # one is there to be merged
    assert set(SetAsideText.objects.values_list("body", "by__name", "resolved_by__name")) == {
        (later, "Ben", None), ("Ben's words", "Ben", "Ben"),
    }  # fmt: skip


def test_putting_words_around_a_set_aside_text_keeps_one(text, ann, ben):
    save(text, "Ann's", 0, ann)
    first = save(text, "Ben's words", 0, ben, client="b", seq=1).set_aside
    save(text, "So: Ben's words. Yes", 0, ben, client="b", seq=2, parked=first.pk)
    assert SetAsideText.objects.get().body == "So: Ben's words. Yes"


def test_a_merge_that_is_late_itself_keeps_what_was_set_aside_before(text, ann, ben):
    save(text, "Ann's", 0, ann)
    first = save(text, "Ben's words", 0, ben, client="b", seq=1).set_aside
    save(text, "Ann's, changed", 1, ann)
    late = save(text, "All that was said", 1, ben, client="b", seq=2, resolves=first.pk)
    assert late.conflict
    assert set(SetAsideText.objects.values_list("body", flat=True)) == {"Ben's words", "All that was said"}


def test_what_came_after_reading_is_not_merged(text, ann, ben):
    save(text, "Ann's", 0, ann)
    read = save(text, "Ben's", 0, ben, client="b", seq=1).set_aside
    save(text, "Ben's and more", 0, ben, client="b", seq=2, parked=read.pk)
    result = save(text, "Ann's and Ben's", 1, ann, resolves=read.pk, seen=read.at)
    assert (result.conflict, result.newer.body) == (False, "Ben's and more")
    again = save(text, "Ann's and Ben's and more", 2, ann, resolves=read.pk, seen=result.newer.at)
    assert again.newer is None
    assert texts.waiting([text]) == {}


def test_nobody_writes_into_anothers_set_aside_text(text, ann, ben):
    save(text, "Ann's", 0, ann)
    bens = save(text, "Ben's", 0, ben, client="b", seq=1).set_aside
    carol = a_person(name="Carol")
    save(text, "Carol's", 0, carol, client="c", seq=1, parked=bens.pk)
    assert set(SetAsideText.objects.values_list("body", "by__name")) == {("Ben's", "Ben"), ("Carol's", "Carol")}


def test_the_same_form_sent_twice_without_scripts_is_kept_once(text, ann, ben):
    save(text, "Ann's", 0, ann)
    save(text, "Ben's", 0, ben)
    save(text, "Ben's", 0, ben)
    assert SetAsideText.objects.get().body == "Ben's"


def test_merging_resolves_and_keeps_who_and_when(text, ann, ben):
    save(text, "Ann's", 0, ann)
    aside = save(text, "Ben's", 0, ben).set_aside
    result = save(text, "Ann's and Ben's", 1, ann, resolves=aside.pk)
    assert not result.conflict
    aside.refresh_from_db()
    assert (aside.resolved_by, aside.body) == (ann, "Ben's")
    assert aside.resolved_at is not None
    assert texts.waiting([text]) == {}


def test_a_merge_that_comes_too_late_itself_is_kept_and_resolves_nothing(text, ann, ben):
    save(text, "Ann's", 0, ann)
    aside = save(text, "Ben's", 0, ben).set_aside
    save(text, "Ann's, changed", 1, ann)
    result = save(text, "Ann's and Ben's", 1, ben, resolves=aside.pk)
    assert result.conflict
    assert [left.body for left in texts.waiting([text])[text.pk]] == ["Ann's and Ben's"]


def test_the_set_aside_text_of_another_text_is_not_resolved(text, ann, ben):
    other = Text.objects.create()
    save(other, "Ann's", 0, ann)
    aside = save(other, "Ben's", 0, ben).set_aside
    save(text, "Something", 0, ann, resolves=aside.pk)
    aside.refresh_from_db()
    assert aside.resolved_at is None


def test_pure_additions_of_one_person_are_gathered(text, ann):
    start = timezone.now()
    for version, body in enumerate(["We", "We met", "We met at the park", "Today: We met at the park"]):
        save(text, body, version, ann, at=start + timedelta(minutes=version))
    assert bodies(text) == ["Today: We met at the park"]
    text.refresh_from_db()
    assert text.version == 4


@pytest.mark.parametrize("second", ["We", "We met Bo", "They met", ""])
def test_whatever_takes_words_away_keeps_the_version_before(text, ann, second):
    save(text, "We met", 0, ann)
    save(text, "We met Al", 1, ann)
    save(text, second, 2, ann)
    assert bodies(text) == ["We met Al", second]


def test_another_persons_addition_is_another_version(text, ann, ben):
    save(text, "We", 0, ann)
    save(text, "We met", 1, ben)
    assert bodies(text) == ["We", "We met"]


def test_additions_are_gathered_for_half_an_hour_only(text, ann):
    start = timezone.now()
    save(text, "We", 0, ann, at=start)
    save(text, "We met", 1, ann, at=start + texts.GATHER - timedelta(seconds=1))
    save(text, "We met them", 2, ann, at=start + texts.GATHER)
    assert bodies(text) == ["We met", "We met them"]


@pytest.mark.parametrize(
    "body",
    [
        "word " * 8000,
        "👩‍👧‍👦 she said “no” \U0001f9d1\U0001f3ff",
        "قالت إنها لا تشعر بالأمان\n‏ثم غادرت",
        "Ünïcödé and   spaces\n\n\nlines ",
        "he said \u2018no\u2019 \u2013 she said \u201cyes\u201d \u2026 \u2022 10\u202a \u2066a\u2069",
        "<script>alert(1)</script> & {{ x }} {% y %} =1+1",
    ],
    ids=["40,000 characters", "emoji", "right to left", "spaces", "quotes", "markup"],
)
def test_any_text_is_kept_exactly(text, ann, body):
    save(text, body, 0, ann)
    text.refresh_from_db()
    assert text.body == body
    assert bodies(text) == [body]


def test_line_ends_become_one_kind(text, ann):
    assert save(text, "a\r\nb\rc\n", 0, ann).text.body == "a\nb\nc\n"


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("•\tOne\r\n•\tTwo", "• One\n• Two"),
        ("·\tOne\no\tInner\n§\tInmost", "• One\n• Inner\n• Inmost"),
        ("\uf0b7\tOne\n  -  \t\tTwo", "• One\n  • Two"),
        ("\uf0b7 One", "• One"),
        ("1.\tOne\tTwo", "1. One Two"),
        ("to\tbe or not", "to be or not"),
        ("A\u00a0B\u202fC\u2007D", "A B C D"),
        ("safe\u00adguarding \u200band\ufeff", "safeguarding and"),
        ("one\x0btwo\x0cthree\u2028four\u2029five\x85six", "one\ntwo\nthree\nfour\nfive\nsix"),
        ("well\u2011being\x1eself\x1f\x07", "well-being-self"),
        ("fine\u202etxt.exe", "finetxt.exe"),
        ("قالت\u200f \u200eA\u061c", "قالت\u200f \u200eA\u061c"),
        ("👩\u200d👧 ❤\ufe0f می\u200cخواهم", "👩\u200d👧 ❤\ufe0f می\u200cخواهم"),
        ("“it’s” ‘so’ – 1½ €5 …", "“it’s” ‘so’ – 1½ €5 …"),
    ],
)
def test_a_paste_is_cleaned_of_what_nobody_sees(pasted, kept):
    assert texts.clean(pasted) == kept


PASTED = st.text(
    alphabet=st.one_of(
        st.sampled_from("ab o•·§-–\t\r\n\x0b\u00a0\u00ad\u200b\u200d\u200f\u2011\u2028\u202e\uf0b7“’é👩"),
        st.characters(exclude_characters="\x00", exclude_categories=["Cs"]),
    )
)


@given(PASTED)
@example("\r\u200b\n•\t\t•\t")
@example("\n\r\n\r")
def test_cleaning_keeps_every_word_and_is_done_once(pasted):
    kept = texts.clean(pasted)
    assert texts.clean(kept) == kept
    assert not set(kept) & set("\t\r\x0b\x0c\u00a0\u00ad\u200b\u202e\ufeff\uf0b7")

    def letters(body):
        return [sign for sign in body if sign.isalnum() and sign != "o"]  # an o may be the sign of a list

    assert letters(kept) == letters(pasted)
    assert len(kept) <= len(pasted)


@given(PASTED)
def test_what_is_kept_is_what_a_form_without_scripts_sends_back_unchanged(pasted):
    kept = texts.clean(pasted)
    assert texts.digest(kept.replace("\n", "\r\n").replace("\r\n", "\n")) == texts.digest(kept)


def test_forty_thousand_characters_from_word_are_kept_whole(text, ann):
    line = "•\tShe said\u00a0“I’m fine”\x0band went\u00adhome \U0001f3e0"
    body = "\r\n".join([line] * 1030)
    assert len(body) > 40_000
    kept = save(text, body, 0, ann).text.body
    assert kept == "\n".join(["• She said “I’m fine”\nand wenthome \U0001f3e0"] * 1030)
    result = save(text, body, 1, ann)  # the page that still shows what was pasted sends it again
    assert (result.text.version, bodies(text)) == (1, [kept])


@pytest.mark.parametrize(
    ("way", "made"),
    [("before", "theirs\n\nmine"), ("after", "mine\n\ntheirs"), ("instead", "theirs"), ("drop", "mine")],
)
def test_one_text_is_made_of_two(way, made):
    assert texts.combined("mine", "theirs", way) == made
    assert texts.combined("", "theirs", way) == ("" if way == "drop" else "theirs")


@pytest.mark.parametrize(
    ("body", "words"), [("a\x00b", "NUL"), ("x" * (texts.MAX_LENGTH + 1), "200,001 characters")], ids=["NUL", "long"]
)
def test_what_cannot_be_stored_is_refused_with_words(text, ann, body, words):
    with pytest.raises(ValidationError, match=words):
        save(text, body, 0, ann)
    text.refresh_from_db()
    assert text.version == 0
    assert not SetAsideText.objects.exists()


def test_the_longest_text_is_kept(text, ann):
    assert len(save(text, "x" * texts.MAX_LENGTH, 0, ann).text.body) == texts.MAX_LENGTH


def test_a_text_that_is_not_there(ann):
    with pytest.raises(Text.DoesNotExist):
        texts.save("00000000-0000-4000-8000-000000000000", body="x", base_version=0, by=ann)


def test_a_text_may_begin_with_what_is_known(ann):
    begun = texts.begin("Known", by=ann, at=timezone.now())
    assert (begun.version, bodies(begun)) == (1, ["Known"])
    assert texts.begin("", by=ann, at=timezone.now()).version == 0


# Few letters, so that words repeat: that is where comparing from both ends goes wrong.
few = st.text(alphabet="ab ", max_size=12)


@given(old=few, new=few)
@example(old="aa", new="aaa")
@example(old="abab", new="ab")
@example(old="", new="")
def test_only_adds_means_that_one_run_taken_out_gives_the_old_text(old, new):
    size = len(new) - len(old)
    one_run_more = size >= 0 and any(new[:at] + new[at + size :] == old for at in range(len(old) + 1))
    assert texts.only_adds(old, new) == one_run_more
