"""Which words somebody added to a text and which they took away.

Texts are compared word by word; spaces and line breaks do not count as words, so that a paragraph begun in another
place is no change of its words. Comparing costs up to the product of what is compared, so it is bounded: what both
texts begin and end with is set aside first; what is left is compared by words where that is little work, else lines
and sentences that stand once in both hold, and what is between them is compared by words. What is too much even then
is shown as replaced.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

# Kinds of pieces. GAP stands in the short form for words that are left out; its text says how many.
SAME, ADDED, REMOVED, GAP = "same", "added", "removed", "gap"
# The most that one comparison by words may cost (see `_work`), and all of those of one call together: measured, two
# texts of 200,000 characters that have nothing in common, or every second word, take less than a second.
MOST_AT_ONCE = 100_000
MOST_IN_ALL = 500_000

# A word with the space after it. Marks at its end are words of their own: "home." and "home" differ by the full stop.
_WORD = re.compile(r"(?:[^\s.,;:!?()\[\]“”\"…]+|[.,;:!?()\[\]“”\"…]+)\s*|\s+")
_MARK = re.compile(r"[.,;:!?)\]”…]")
_LINE = re.compile(r"[^\n]*?(?:[.!?]\s+|\n\s*)|[^\n]+\Z", re.DOTALL)


class Budget:
    """What comparisons may still cost. One for a page of many texts keeps the whole page quick."""

    def __init__(self, work: int = MOST_IN_ALL):
        self.left = work

    def takes(self, work: int) -> bool:
        """Whether `work` may be done; then it is taken off."""
        if work > min(MOST_AT_ONCE, self.left):
            return False
        self.left -= work
        return True


class Piece(NamedTuple):
    """A run of words of one kind, with the spaces after them as they were."""

    kind: str
    text: str


def differences(before: str, after: str, budget: Budget | None = None) -> list[Piece]:
    """The pieces of `before` and `after` in reading order, what was removed before what was added in its place.

    All but the removed pieces together are `after`, to the letter; all but the added ones are the words of `before`.
    """
    if before == after:
        return [Piece(SAME, after)] if after else []
    return list(_joined(_compared(_words(before), _words(after), budget or Budget())))


def changed_words(pieces: list[Piece]) -> tuple[int, int]:
    """How many words were added, and how many removed."""
    counts = Counter()
    for kind, text in pieces:
        counts[kind] += len(text.split())
    return counts[ADDED], counts[REMOVED]


def short(pieces: list[Piece], *, around: int = 8, most: int = 0) -> list[Piece]:
    """The changes with `around` words on either side; what is left out between them is a GAP that says how much.

    With `most`, no run of added or removed words is longer than that, and after some ten times as many the rest is
    only counted.
    """
    found: list[Piece] = []
    room = most * 10
    for place, (kind, text) in enumerate(pieces):
        if most and room <= 0:
            left = sum(len(piece.text.split()) for piece in pieces[place:] if piece.kind != SAME)
            if left:
                found.append(Piece(GAP, f"{_count(left)} more changed"))
            return found
        if kind == SAME:
            found += _shortened(text, around if place else 0, around if place < len(pieces) - 1 else 0)
        elif most and len(words := text.split()) > most:
            start = _words(text)[:most]
            found.append(Piece(kind, "".join(start)))
            found.append(Piece(GAP, f"{_count(len(words) - most)} more {kind}"))
            room -= most
        else:
            found.append(Piece(kind, text))
            room -= len(text.split())
    return found


def _shortened(text: str, first: int, last: int) -> list[Piece]:
    words = _words(text)
    left_out = len(words) - first - last
    if left_out < 4:  # a gap would take as much room as the words
        return [Piece(SAME, text)]
    begin, end = "".join(words[:first]), "".join(words[len(words) - last :] if last else [])
    middle = Piece(GAP, f"{_count(len(''.join(words[first : len(words) - last]).split()))} unchanged")
    return [piece for piece in (Piece(SAME, begin), middle, Piece(SAME, end)) if piece.text]


def _count(number: int) -> str:
    return f"{number:,} word{'' if number == 1 else 's'}"


def _compared(before: list[str], after: list[str], budget: Budget) -> Iterator[Piece]:
    """Pieces of two lists of words, each word with the spaces after it."""
    old, new = _bare(before), _bare(after)
    start, end = _trimmed(old, new)
    stop_old, stop_new = len(old) - end, len(new) - end
    yield Piece(SAME, "".join(after[:start]))
    yield from _middle(before[start:stop_old], after[start:stop_new], budget)
    yield Piece(SAME, "".join(after[stop_new:]))


def _middle(before: list[str], after: list[str], budget: Budget, *, in_lines: bool = True) -> Iterator[Piece]:
    """What is left between a common beginning and end: by words, else by lines, else as replaced."""
    old, new = _bare(before), _bare(after)
    if budget.takes(_work(old, new)):
        for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            gone, come = "".join(before[i:j]), "".join(after[k:m])
            yield from [Piece(SAME, come)] if kind == "equal" else [Piece(REMOVED, gone), Piece(ADDED, come)]
    elif in_lines:
        yield from _by_lines("".join(before), "".join(after), budget)
    else:
        yield from (Piece(REMOVED, "".join(before)), Piece(ADDED, "".join(after)))


def _by_lines(before: str, after: str, budget: Budget) -> Iterator[Piece]:
    """Lines that stand once in either text, in the same order, hold; what is between them is compared by words."""
    old, new = _lines(before), _lines(after)
    held = _held([" ".join(line.split()) for line in old], [" ".join(line.split()) for line in new])
    from_old = from_new = 0
    for in_old, in_new in [*held, (len(old), len(new))]:
        gone, come = _words("".join(old[from_old:in_old])), _words("".join(new[from_new:in_new]))
        start, end = _trimmed(_bare(gone), _bare(come))
        yield Piece(SAME, "".join(come[:start]))
        yield from _middle(gone[start : len(gone) - end], come[start : len(come) - end], budget, in_lines=False)
        yield Piece(SAME, "".join([*come[len(come) - end :], *new[in_new : in_new + 1]]))
        from_old, from_new = in_old + 1, in_new + 1


def _held(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """The places of lines that stand once in both, as many as keep their order (the longest increasing run)."""
    times_old, times_new = Counter(old), Counter(new)
    places = {line: place for place, line in enumerate(new) if line and times_new[line] == 1}
    pairs = [(place, places[line]) for place, line in enumerate(old) if times_old[line] == 1 and line in places]
    ends: list[int] = []  # the last place in `new` of the best run of each length
    last: list[int] = []  # which pair that is
    previous: list[int] = []
    for number, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        previous.append(last[length - 1] if length else -1)
        ends[length : length + 1], last[length : length + 1] = [place], [number]
    run, number = [], last[-1] if last else -1
    while number >= 0:
        run.append(pairs[number])
        number = previous[number]
    return run[::-1]


def _trimmed(old: list[str], new: list[str]) -> tuple[int, int]:
    """How many items both begin with, and how many of the rest both end with."""
    most = min(len(old), len(new))
    start = next((place for place in range(most) if old[place] != new[place]), most)
    rest = most - start
    return start, next((place for place in range(rest) if old[-1 - place] != new[-1 - place]), rest)


def _work(old: list[str], new: list[str]) -> int:
    """What a comparison of these may cost: each place where a word stands in both, and the steps of the search."""
    there = Counter(new)
    pairs = sum(count * there[word] for word, count in Counter(old).items())
    return pairs + len(old) * len(new) // 20 if old and new else 0


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _bare(words: list[str]) -> list[str]:
    return [word.strip() for word in words]


def _lines(text: str) -> list[str]:
    return [line for line in _LINE.findall(text) if line]


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Neighbours of one kind as one piece: of a run of changes first all that was removed, then all that was added.

    A little word or a mark that stayed between two changes goes with them: single words in between are hard to read.
    """
    changed: dict[str, str] = {REMOVED: "", ADDED: ""}
    same = ended = ""
    for kind, text in pieces:
        if not text:
            continue
        if kind == SAME:
            same += text
            continue
        if same and any(changed.values()) and len(same.strip()) <= 3 and "\n" not in same:
            changed = {one: there + same for one, there in changed.items()}
        elif same:
            yield from _flush(changed, ended)
            yield Piece(SAME, same)
            changed, ended = {REMOVED: "", ADDED: ""}, same[-1]
        same = ""
        changed[kind] += text
    yield from _flush(changed, ended)
    if same:
        yield Piece(SAME, same)


def _flush(changed: dict[str, str], ended: str) -> Iterator[Piece]:
    """The changes so far; `ended` is the letter before them. What was removed stands apart from what is there."""
    gone, come = changed[REMOVED], changed[ADDED]
    if gone:
        before = " " if ended and not ended.isspace() and not _MARK.match(gone) else ""
        after = " " if come and not gone[-1].isspace() and not _MARK.match(come) else ""
        yield Piece(REMOVED, f"{before}{gone}{after}")
    if come:
        yield Piece(ADDED, come)
