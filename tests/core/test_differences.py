"""Which words were added and removed: nothing left out, nothing made up, and quick whatever is compared."""

import random
import time
from itertools import pairwise

import pytest

from core.differences import (
    ADDED,
    GAP,
    MOST_AT_ONCE,
    REMOVED,
    SAME,
    Budget,
    Piece,
    changed_words,
    differences,
    short,
)

WORDS = [
    "the",
    "young",
    "person",
    "home",
    "night",
    "O'Brien",
    "Zielińska",
    "مدرسة",
    "👩‍👧",
    "lock 4",
    "said",
    "\n\n",
    "12.03",
]


def after(pieces) -> str:
    return "".join(text for kind, text in pieces if kind != REMOVED)


def before(pieces) -> str:
    return "".join("".join(text for kind, text in pieces if kind != ADDED).split())


def holds(old: str, new: str) -> list[Piece]:
    """The differences, which together say both texts."""
    pieces = differences(old, new)
    assert after(pieces) == new
    assert before(pieces) == "".join(old.split())
    assert all(one.kind != other.kind for one, other in pairwise(pieces))
    return pieces


def test_words_are_said_where_they_were():
    pieces = holds("She goes home at night.", "She stays home at night, she says.")
    assert pieces == [
        Piece(SAME, "She "),
        Piece(REMOVED, "goes "),
        Piece(ADDED, "stays "),
        Piece(SAME, "home at night"),
        Piece(ADDED, ", she says"),
        Piece(SAME, "."),
    ]
    assert changed_words(pieces) == (4, 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [("", ""), ("", "New words."), ("Old words.", ""), ("One.", "One."), (" ", "\n"), ("a b", "a  b"), ("x", "y")],
)
def test_the_smallest_texts(old, new):
    holds(old, new)


def test_only_spaces_that_changed_are_no_words():
    assert changed_words(holds("One two. Three", "One two.\n\nThree")) == (0, 0)


def test_letters_that_belong_together_stay_together():
    pieces = holds("Seen with 👩‍👧 and José", "Seen with 👩‍👧 and José‍s")
    assert Piece(SAME, "Seen with 👩‍👧 and ") in pieces


@pytest.mark.parametrize("seed", range(40))
def test_any_two_texts_are_told_whole(seed):
    chance = random.Random(seed)  # noqa: S311 (the same texts each time)
    old = " ".join(chance.choices(WORDS, k=chance.randrange(120)))
    parts = old.split(" ")
    for _ in range(chance.randrange(30)):
        place = chance.randrange(len(parts) + 1)
        parts[place : place + chance.randrange(3)] = chance.choices(WORDS, k=chance.randrange(3))
    holds(old, " ".join(parts))


def _lines(number: int, every: int) -> str:
    return "\n".join(f"{line} {'x' if line % every else 'y'}" for line in range(number))


LONG = "The young person was seen at the canal. She said nothing about it. "
LONGEST = {
    "nothing in common": ("".join(f"a{n} " for n in range(28_000)), "".join(f"b{n} " for n in range(28_000))),
    "every second word": ("".join(f"a{n} b " for n in range(20_000)), "".join(f"a{n} c " for n in range(20_000))),
    "every second line": (_lines(20_000, 2), _lines(20_000, 1)),
    "one word many times": ("a " * 100_000, "b a " * 50_000),
    "the same sentences": (LONG * 2_900, f"New. {LONG * 1_400}Other. {LONG * 1_400}"),
    "one long word": ("x" * 200_000, "x" * 199_999 + "y"),
    "marks": ("." * 200_000, ". " * 100_000),
    "spaces": (" " * 200_000, "\n" * 200_000),
}


@pytest.mark.parametrize("name", LONGEST)
def test_the_longest_texts_take_no_seconds(name):
    old, new = LONGEST[name]
    begun = time.process_time()
    holds(old, new)
    assert time.process_time() - begun < 3  # measured 0.7 at most; machines under load are slower


def test_a_small_change_of_a_long_text_is_found_by_words():
    lines = [f"Line {number} says what was said about matter {number}." for number in range(2_000)]
    changed = list(lines)
    changed[3] = changed[3].replace("said", "heard")
    changed[1_900] = changed[1_900].replace("matter", "issue")
    assert changed_words(holds("\n".join(lines), "\n".join(changed))) == (2, 2)


def test_a_budget_is_shared_and_then_texts_are_shown_as_replaced():
    old, new = "one two three four five", "one 2 three 4 five"
    assert len(differences(old, new, Budget())) > 4
    empty = Budget(0)
    assert [piece.kind for piece in differences(old, new, empty)] == [SAME, REMOVED, ADDED, SAME]
    assert Budget().takes(MOST_AT_ONCE) and not Budget().takes(MOST_AT_ONCE + 1)


def test_the_short_form_says_how_much_it_leaves_out():
    same = "".join(f"w{number} " for number in range(40))
    pieces = short(holds(f"{same}old {same}", f"{same}new {same}"), around=3)
    assert [piece.kind for piece in pieces] == [GAP, SAME, REMOVED, ADDED, SAME, GAP]
    assert pieces[0].text == "37 words unchanged"
    assert pieces[1].text == "w37 w38 w39 "
    assert pieces[4].text == "w0 w1 w2 "
    assert short([Piece(SAME, "a b c d "), Piece(ADDED, "e")], around=3) == [Piece(SAME, "a b c d "), Piece(ADDED, "e")]


def test_the_short_form_of_a_long_paste_counts_what_it_does_not_show():
    pieces = short(differences("", "word " * 5_000), most=40)
    assert [piece.kind for piece in pieces] == [ADDED, GAP]
    assert len(pieces[0].text.split()) == 40
    assert pieces[1].text == "4,960 words more added"
    old = " ".join(f"w{number} a{number} c d e f g h i j" for number in range(60))
    many = short(holds(old, " ".join(f"w{number} b{number} c d e f g h i j" for number in range(60))), most=2)
    assert many[-1].kind == GAP and many[-1].text.endswith("more changed")
    assert len(many) < 200
