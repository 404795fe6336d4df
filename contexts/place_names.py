"""Names of places, schools and groups as people write them: which of them are one.

"Marlow Road Acad.", "MARLOW RD ACADEMY " and "near Marlow Road Academy" are one; "Lock 4" and "Lock 5" are two, and so
are "Hazelmere High" and "Year 10 group, Hazelmere". RapidFuzz compares what is left after the rules (see tracker).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from .models import context_key

# What people shorten, as it is compared. "St" stays, as it is as often a saint as a street.
_SHORT = {
    "acad": "academy", "ave": "avenue", "blk": "block", "bldg": "building", "cl": "close", "coll": "college",
    "ct": "court", "ctr": "centre", "center": "centre", "cres": "crescent", "dr": "drive", "est": "estate",
    "flr": "floor", "gdns": "gardens", "gp": "group", "grp": "group", "hse": "house", "ln": "lane", "nr": "near",
    "pk": "park", "pl": "place", "prim": "primary", "rd": "road", "saint": "st", "sch": "school", "sec": "secondary",
    "shp": "shop", "sq": "square", "stn": "station", "street": "st", "terr": "terrace", "uni": "university",
    "yr": "year",
}  # fmt: skip
# Words that say where somebody was and belong to no name.
_AROUND = {"a", "an", "and", "at", "around", "by", "from", "in", "near", "of", "on", "opposite", "outside", "the", "to"}
# What is written where no place is known.
_NOTHING = {
    "above", "as above", "see above", "same", "same as above", "ditto", "na", "n a", "nil", "no", "none", "not known",
    "other", "tbc", "tba", "unknown", "various", "x",
}  # fmt: skip
LONGEST = 200
# Names that are not even so much alike (of 100) are not compared word by word; of the rest so many are looked at.
NEAR, LOOKED_AT = 84, 8
# A name within a longer text is told from chance by its words, or its letters.
FEWEST_WORDS, FEWEST_LETTERS = 2, 8
# Words that every second name has: a name of these alone is not looked for within other texts.
_GENERIC = {"academy", "estate", "flat", "group", "home", "house", "park", "road", "school", "shop", "st", "station"}
# Words for any place of their kind: one of these alone, after words that say when or whose, is no name.
_ANYWHERE = _GENERIC | {
    "centre", "college", "community", "home address", "internet", "local area", "online", "outdoor", "playground",
    "street", "shopping centre", "social media", "town", "town centre", "work", "youth club",
}  # fmt: skip
_WHEN_OR_WHOSE = {
    "after", "all", "any", "before", "daily", "during", "every", "family", "her", "his", "local", "my", "other", "our",
    "own", "some", "their", "this", "various", "way", "with",
}  # fmt: skip
# Words that make another name of a place's: "'Lock 4' group", "the Penrose lot".
_GROUPS = {"boy", "boys", "crew", "friend", "gang", "girl", "group", "lot"}
_KINDS = [
    ("online", {"app", "chat", "discord", "instagram", "online", "roblox", "snap", "snapchat", "telegram", "tiktok",
                "whatsapp"}),
    ("peer-group", _GROUPS),
    ("school", {"academy", "college", "high", "nursery", "primary", "pru", "school", "secondary", "sixth"}),
]  # fmt: skip


def place_key(text: str) -> str:
    """A name as it is compared with others; "" for what names nothing ("as above", "tbc")."""
    plain = context_key(text[:LONGEST])
    if plain in _NOTHING:
        return ""
    words = [_SHORT.get(word, word) for word in plain.split()]
    kept = [_singular(word) for word in words if word not in _AROUND]
    telling = [word for word in kept if word not in _WHEN_OR_WHOSE]
    return "" if not telling or " ".join(telling) in _ANYWHERE else " ".join(kept)


# What stands between two names in one text; a corner or a way between two places is one place.
_JOINTS = re.compile(r"\s+(?:and|und|plus)\s+|\s*[&,;/+\n]\s*", re.IGNORECASE)
_ONE_PLACE = re.compile(r"\b(?:between|corner|crossing|junction|from)\b", re.IGNORECASE)


def parts_of(text: str, known: "Known") -> list[str]:
    """The names in a text that gives several ("Hartley Park and Lock 4"): where one of them is known just so.

    Else the text is one name: "Tanner St and Mill Lane" may be a corner, "Year 10 group, Hazelmere" is a group.
    """
    parts = [part for part in _JOINTS.split(text[:LONGEST]) if place_key(part)]
    if len(parts) < 2 or _ONE_PLACE.search(text) or known.find_whole(place_key(text)):
        return [text]
    return parts if any(known.is_name(place_key(part)) for part in parts) else [text]


def _singular(word: str) -> str:
    if any(letter.isdigit() for letter in word) or len(word) < 5 or word.endswith(("ss", "us", "is")):
        return word
    return word[:-1] if word.endswith("s") else word


def same(one: str, other: str) -> bool:
    """Whether two keys differ as by a slip of the pen: a letter in a word, two in a long one. Never in a number."""
    words, others = one.split(), other.split()
    if len(words) != len(others):
        return bool(one) and one.replace(" ", "") == other.replace(" ", "")
    return all(_alike(*pair) for pair in zip(words, others, strict=True))


def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    shorter = min(len(one), len(other))
    if any(letter.isdigit() for letter in one + other) or one[0] != other[0] or shorter < 5:
        return False
    return OSA.distance(one, other) <= (2 if shorter >= 10 else 1)


def guess_kind(key: str) -> str:
    """Which kind of context a name is likely to be."""
    words = set(key.split())
    return next((kind for kind, signs in _KINDS if words & signs), "neighbourhood")


class Known:
    """Names that are known, to find which of them a text means."""

    def __init__(self, names: Iterable[tuple[str, object]]):
        """`names`: (a name, what it stands for); of two that are one the first counts."""
        self._by_key: dict[str, object] = {}
        for name, meant in names:
            if key := place_key(name):
                self._by_key.setdefault(key, meant)
        self._keys = list(self._by_key)

    def find(self, key: str) -> tuple[object, bool] | None:
        """(what is meant, whether it is written just so) for a key of `place_key`; None where nothing is."""
        if not key or not self._keys:
            return None
        if key in self._by_key:
            return self._by_key[key], True
        if (near := self._near(key)) is not None:
            return self._by_key[near], False
        within = self._within(key)
        return (self._by_key[within], False) if within else None

    def is_name(self, key: str) -> bool:
        """Whether a key is just that of a known name."""
        return key in self._by_key

    def find_whole(self, key: str) -> bool:
        """Whether a key is that of a known name, or a slip of it."""
        return bool(key and self._keys) and (key in self._by_key or self._near(key) is not None)

    def _near(self, key: str) -> str | None:
        near = process.extract(key, self._keys, scorer=fuzz.ratio, score_cutoff=NEAR, limit=LOOKED_AT)
        return next((each for each, _, _ in near if same(key, each)), None)

    def _within(self, key: str) -> str | None:
        """The longest known name that stands within a longer text."""
        words = key.split()
        for length in range(len(words) - 1, 0, -1):
            for start in range(len(words) - length + 1):
                part = words[start : start + length]
                name = " ".join(part)
                telling = len(part) >= FEWEST_WORDS or len(name) >= FEWEST_LETTERS
                rest = {*words[:start], *words[start + length :]}
                if rest <= _GROUPS:
                    continue  # the group that is named after a place is not the place
                if name in self._by_key and telling and not set(part) <= _GENERIC:
                    return name
        return None


@dataclass
class Named:
    """One place, school or group as referrals name it: its key, how it is written, and how many referrals name it."""

    key: str
    spellings: dict[str, int] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    number: int = 0

    @property
    def words(self) -> str:
        """The spelling used most; of two the one that is not all in capitals."""
        return min(self.spellings, key=lambda words: (-self.spellings[words], words.isupper(), words))


def grouped(counted: Iterable[tuple[str, str, int]]) -> list[Named]:
    """(key, spelling, number of referrals) in groups of those that are one, the most named first.

    Each is compared with the names of the groups so far, never with their other members: so nothing drifts.
    """
    by_key: dict[str, Named] = {}
    for key, spelling, number in counted:
        one = by_key.setdefault(key, Named(key, keys={key}))
        one.spellings[spelling.strip()] = one.spellings.get(spelling.strip(), 0) + number
        one.number += number
    groups: dict[str, Named] = {}
    for one in sorted(by_key.values(), key=lambda each: (-each.number, each.key)):
        near = process.extract(one.key, list(groups), scorer=fuzz.ratio, score_cutoff=NEAR, limit=LOOKED_AT)
        name = next((each for each, _, _ in near if same(one.key, each)), None)
        if name is None:
            groups[one.key] = one
            continue
        group = groups[name]
        group.number += one.number
        group.keys |= one.keys
        for spelling, number in one.spellings.items():
            group.spellings[spelling] = group.spellings.get(spelling, 0) + number
    return sorted(groups.values(), key=lambda group: (-group.number, group.words.casefold()))
