"""Which short texts mean the same: written in capitals, with other marks, in the plural, with a letter wrong.

For the texts of Other, in which people write two or three words each. RapidFuzz compares what is left after that:
the standard library's difflib takes half a minute for the 2,000 different texts that it does in a second.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

# Several things in one text stand apart by these.
_BETWEEN = re.compile(r"[;,|\n]|\s/\s")
_NOT_A_WORD = re.compile(r"[^\w]+")
# Shorter texts are as often other abbreviations as slips: CSE and CCE.
SHORTEST = 6
# Texts that are not even so much alike (of 100) are not compared word by word; of the rest so many are looked at.
NEAR, LOOKED_AT = 80, 10
# How many different texts are compared with each other; rarer ones stand for themselves.
MOST = 2000


@dataclass
class Text:
    """One text, however it is written: its key, the spelling used most, and how often each spelling is used."""

    key: str
    spellings: dict[str, int] = field(default_factory=dict)

    @property
    def words(self) -> str:
        return self.ordered[0]

    @property
    def ordered(self) -> list[str]:
        """The spellings, the most frequent first."""
        return sorted(self.spellings, key=lambda words: (-self.spellings[words], words))

    @property
    def number(self) -> int:
        return sum(self.spellings.values())


@dataclass
class Group:
    """Texts that are alike, the most frequent first, which names the group."""

    texts: list[Text]

    @property
    def words(self) -> str:
        return self.texts[0].words

    @property
    def number(self) -> int:
        return sum(text.number for text in self.texts)


def parts(text: str) -> list[str]:
    """The things that one text names, as they are written: “Cuckooing; knife crime” names two."""
    return [words for part in _BETWEEN.split(text) if (words := part.strip()) and key_of(words)]


def key_of(text: str) -> str:
    """`text` without what makes no difference: capitals, accents, marks, spaces, the plural."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = plain.replace("'", "").replace("’", "")
    return " ".join(_singular(word) for word in _NOT_A_WORD.split(plain) if word)


def grouped(texts: Iterable[Text]) -> list[Group]:
    """The texts in groups of like ones, the most frequent group first.

    Each is compared with the names of the groups so far, never with their other members: so nothing drifts from one
    thing to another by small steps.
    """
    ordered = sorted(texts, key=lambda text: (-text.number, text.key))
    groups: dict[str, Group] = {}
    names: list[str] = []
    for place, text in enumerate(ordered):
        found = None
        if place < MOST and len(text.key) >= SHORTEST and names:
            near = process.extract(text.key, names, scorer=fuzz.ratio, score_cutoff=NEAR, limit=LOOKED_AT)
            found = next((name for name, _, _ in near if _is_slip(text.key, name)), None)
        if found:
            groups[found].texts.append(text)
            continue
        groups[text.key] = Group([text])
        if place < MOST and len(text.key) >= SHORTEST:
            names.append(text.key)
    return sorted(groups.values(), key=lambda group: (-group.number, group.words.casefold()))


def _is_slip(one: str, other: str) -> bool:
    """Whether the two differ as by a slip: a letter in a word, two in a long one, or a space between words."""
    words, others = one.split(), other.split()
    if len(words) != len(others):
        return one.replace(" ", "") == other.replace(" ", "")
    return all(OSA.distance(*pair) <= _slips_in(min(pair, key=len)) for pair in zip(words, others, strict=True))


def _slips_in(word: str) -> int:
    return 0 if len(word) < 5 else 1 if len(word) < 10 else 2


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
