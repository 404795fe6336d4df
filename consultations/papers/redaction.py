"""Taking other people's names out of a paper: finding what may be a name, and removing what was chosen.

It fails closed. What might be a name is proposed; what is chosen goes in every spelling that can be told: other case,
accents, possessives, hyphens and line ends inside it, invisible characters, letters of another width, the parts of a
full name alone, user names that contain it. Parts of one full name get one pseudonym, so that the text stays readable.
"""

import dataclasses
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ..rings import Rings
from .plain_words import ORDINARY, PARTICLES, PLACES, SMALL, TITLES

# What stands for "every word in a script without capital letters" among the chosen names.
OTHER_SCRIPTS = "*other scripts*"
EMAIL = re.compile(r"[\w.+'’-]{1,320}@[\w-]+(?:\.[\w-]+)+")
WEB = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
HANDLE = re.compile(r"(?<![\w@.])(?:@[\w.]{2,}|#(?=\w*[^\W\d_])\w{3,})")
PHONE = re.compile(r"(?<![\w/])(?:\+|\(\+?)?\d(?:[\s().\-]{0,3}\d){8,14}(?!\w)")
POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE)
# A word of letters and digits or with an underscore: a user name, unless it is one of the things after it.
USER_NAME = re.compile(r"(?<![\w@.-])(?=\w*[^\W\d_])(?=\w*[\d_])\w[\w.]{2,}")
_NOT_A_USER = re.compile(
    r"\d+(?:st|nd|rd|th|am|pm|yo|y|yrs?|years?|k|m|kg|g|mg|h|hrs?|hours?|mins?|x)|(?:y|yr|year|ks|s|gcse|key)\d+|\d+s",
    re.IGNORECASE,
)
CONTACTS = (
    ("e-mail address", EMAIL), ("web address", WEB), ("user name", HANDLE), ("telephone number", PHONE),
    ("postcode", POSTCODE), ("user name", USER_NAME),
)  # fmt: skip
# A name that is part of a user name is told from chance by its length.
SHORTEST_IN_USER_NAME = 4

_APOSTROPHES = "'’‘ʼ`´′＇"
_DASHES = "-‐‑‒–—−﹣－"
_INVISIBLE = {"\u3164", "\u115f", "\u1160", "\uffa0", "\u2800"}
# Letters that do not come apart into a letter and an accent, and letters of other scripts that look like ours.
_LIKE = {
    "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ħ": "h", "ŧ": "t", "ə": "e",
    "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "х": "x", "у": "y", "і": "i", "ѕ": "s", "ј": "j",
    "α": "a", "ο": "o", "ν": "v", "ι": "i", "ρ": "p",
}  # fmt: skip


@cache
def _fold_letter(letter: str) -> str:
    if letter in _APOSTROPHES:
        return "'"
    if letter in _DASHES:
        return "-"
    if letter in "\r\x0b\x0c\x85\u2028\u2029":
        return "\n"
    if letter in _INVISIBLE or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return ""
    plain = "".join(each for each in unicodedata.normalize("NFKD", letter) if unicodedata.category(each) != "Mn")
    return "".join(_LIKE.get(each, each) for each in plain.casefold() if unicodedata.category(each) != "Mn")


def fold(text: str) -> str:
    """`text` in small letters without accents and invisible characters, apostrophes and dashes of one kind."""
    return "".join(map(_fold_letter, text))


def _folded(text: str) -> tuple[str, list[int]]:
    """`fold(text)`, and for each of its letters where in `text` it comes from."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for each in _fold_letter(letter):
            letters.append(each)
            places.append(place)
    return "".join(letters), places


def _bare(folded: str) -> str:
    """Its letters and digits alone."""
    return re.sub(r"[\W_]+", "", folded)


def _caseless(letter: str) -> bool:
    """Whether it is a letter of a script without capitals, in which words may carry a small word in front."""
    return unicodedata.category(letter) == "Lo"


# Between two letters of a name: an apostrophe, a line end with or without the hyphen that breaks the word.
_GAP = r"'?(?:-?[ \t]{0,9}\n\s{0,9})?"
_BETWEEN_WORDS = r"[\s'_.,\-]{0,12}"
_LAST_FIRST = r",?\s{1,12}"


def _spellings(word: str) -> list[str]:
    """A folded word, and as it is written where ä, ö and ü are (Mueller for Müller)."""
    short = re.sub(r"(?<=[aou])e(?=.)", "", word) if len(word) > 4 else word
    return [word] if short == word else [word, short]


def _word_pattern(folded: str) -> str:
    """A pattern for one word of a name, in each of its spellings; hyphens and apostrophes may be missing or spaces."""
    parts = []
    for part in filter(_bare, re.split("[-']", folded)):
        spellings = (_GAP.join(re.escape(letter) for letter in word) for word in _spellings(_bare(part)))
        parts.append(f"(?:{'|'.join(spellings)})")
    return r"[-'\s]{0,3}".join(parts)


def _phrase_pattern(words: list[str]) -> str:
    """A pattern for several words one after the other, or with the last of them first ("Zielińska, Anna")."""
    found = [_word_pattern(word) for word in words]
    ways = [_BETWEEN_WORDS.join(found)]
    if len(found) > 1:
        ways.append(found[-1] + _LAST_FIRST + _BETWEEN_WORDS.join(found[:-1]))
    return "|".join(f"(?:{way})" for way in ways)


@dataclass(frozen=True)
class _Rule:
    """One thing to take out (or, without `label`, to leave): what it looks like, and whom it stands for.

    `label` is what is put in its place, in brackets, or "person:3", or several such with | between them.
    """

    pattern: re.Pattern
    bare: tuple[str, ...]
    label: str
    needs_capital: bool = False
    whole: bool = True


def words_of(name: str) -> list[str]:
    """The folded words of a name: those between spaces, without the punctuation around them."""
    words = (word.strip(".,;:!?()[]\"“”'-/*") for word in fold(name).split())
    return [word for word in words if _bare(word)]


def bare_letters(text: str) -> str:
    """The letters and digits of `text`, folded: what `could_stand_in` looks through."""
    return _bare(fold(text))


def could_stand_in(name: str, letters: str, known: dict[str, bool]) -> bool:
    """Whether a `Redactor` could find a word of `name` in a text of these letters; of many names, most could not.

    `known` is what was found of other names' words, as many share some.
    """
    parts = {part for word in words_of(name) for part in (word, *word.split("-"))}
    for word in parts:
        if word not in known:
            bare = _bare(word)
            known[word] = bool(bare) and any(spelling in letters for spelling in _spellings(bare))
        if known[word]:
            return True
    return False


def kind_of(name: str) -> str:
    """What a chosen entry is: a kind of contact ("e-mail address"…), "place" or "person"."""
    stripped = name.strip()
    for kind, pattern in CONTACTS:
        if (found := pattern.fullmatch(stripped)) and not _NOT_A_USER.fullmatch(found[0]):
            return kind
    return "place" if PLACES & set(words_of(name)[1:]) else "person"


@dataclass
class Redactor:
    """Takes `names` out of texts.

    names   what was chosen, as given; a nickname after a slash ("Anna Zielińska / Zuzu") is the same person; what is
            put in quotation marks goes only as a whole
    own     the young person's name, which stays; a part of it that others share goes only within their full names
    kept    names that stay although a part of them may be among `names`: professionals that were not chosen
    plain   folded words that the texts use as ordinary words: they do not go as a mere part of a place's name
    """

    names: list[str]
    own: str = ""
    kept: list[str] = field(default_factory=list)
    plain: frozenset[str] = frozenset()
    counts: Counter = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._letters: dict[str, str] = {}
        self._other_scripts = OTHER_SCRIPTS in self.names
        self._wholes: list[_Rule] = []
        self._parts: dict[str, list[str]] = {}
        self._needs_capital: set[str] = set()
        self._numbers: list[re.Pattern] = []
        self._seen: dict[str, str] = {}
        self._own_words = set(words_of(self.own)) | {part for word in words_of(self.own) for part in word.split("-")}
        chosen = [name.strip() for name in self.names if name.strip() and name != OTHER_SCRIPTS]
        # Longer names first, so that a part alone finds the full name it belongs to.
        for number, name in enumerate(sorted(chosen, key=lambda name: -len(words_of(name)))):
            self._take(name, number)
        for name in [self.own, *(name for name in self.kept if not self._is_chosen(name))]:
            words = words_of(name)
            if words and not (len(words) == 1 and words[0] in self._parts):
                self._wholes.append(self._rule(words, ""))
        self._wholes.sort(key=lambda rule: -len(rule.bare[0]))
        self._lone = [
            _Rule(
                re.compile(_word_pattern(word)), tuple(_spellings(_bare(word))), "|".join(labels), self._capital(word)
            )
            for word, labels in sorted(self._parts.items(), key=lambda item: -len(item[0]))
        ]
        self._in_user_names = [
            (spelling, rule.label)
            for rule in (*self._wholes, *self._lone)
            if rule.label
            for spelling in rule.bare
            if len(spelling) >= SHORTEST_IN_USER_NAME and spelling not in SMALL
        ]

    def _take(self, entry: str, number: int) -> None:
        kind = kind_of(entry)
        if kind == "telephone number":
            digits = re.sub(r"\D", "", entry)
            self._numbers.append(_number_pattern(digits))
            return
        if kind not in ("person", "place"):
            self._wholes.append(
                _Rule(re.compile(re.escape(fold(entry))), (_bare(fold(entry)),), f"[{kind}]", whole=False)
            )
            return
        quoted = re.fullmatch(r"[\"“”'‘](.+)[\"“”'’]", entry)
        label = ""
        for alias in (quoted[1] if quoted else entry).split("/"):
            words = words_of(alias)
            if not words:
                continue
            known = self._known(words)
            label = label or known or f"{kind}:{number}"
            self._seen.setdefault(" ".join(words), label)
            self._wholes.append(self._rule(words, label, given=alias))
            if not quoted:
                for part in self._lonely(words, kind):
                    labels = self._parts.setdefault(part, [])
                    labels += [one for one in label.split("|") if one not in labels]

    def _known(self, words: list[str]) -> str:
        """The pseudonym of a full name that these words are, or are one word of."""
        same = self._seen.get(" ".join(words))
        if same or len(words) > 1:
            return same or ""
        return "|".join(self._parts.get(words[0], []))

    def _say(self, label: str) -> str:
        """What is put in the place of a name: [Person A], lettered in the order in which the paper speaks of them."""
        if label.startswith("["):
            return label
        said = []
        for one in label.split("|"):
            kind = one.partition(":")[0]
            if one not in self._letters:
                others = sum(each.startswith(f"{kind}:") for each in self._letters)
                self._letters[one] = _letters(others + 1)
            said.append((kind, self._letters[one]))
        kinds = {kind for kind, _ in said}
        if len(said) > 3 or len(kinds) > 1:
            return "[one of several]"
        letters = sorted(letter for _, letter in said)
        first = f"{', '.join(letters[:-1])} or " if len(letters) > 1 else ""
        return f"[{kinds.pop().capitalize()} {first}{letters[-1]}]"

    def _rule(self, words: list[str], label: str, given: str = "") -> _Rule:
        bare = "".join(_bare(word) for word in words)
        alone = len(words) == 1 and (len(bare) == 1 or (words[0] in SMALL | PARTICLES and given != given.lower()))
        return _Rule(re.compile(_phrase_pattern(words)), tuple(_spellings(bare)), label, needs_capital=alone)

    def _lonely(self, words: list[str], kind: str) -> Iterator[str]:
        """The parts of a name that go on their own: words, and what hyphens join."""
        if len(words) == 1 and "-" not in words[0]:
            return
        parts = [part for word in words for part in dict.fromkeys((word, *word.split("-")))]
        for part in parts:
            bare = _bare(part)
            if len(bare) < 2 or part in TITLES or part in self._own_words:
                continue
            if kind == "place" and (part in PLACES | ORDINARY | PARTICLES or part in self.plain or bare.isdigit()):
                continue
            yield part

    def _capital(self, word: str) -> bool:
        return word in SMALL | PARTICLES

    def _is_chosen(self, name: str) -> bool:
        return " ".join(words_of(name)) in self._seen

    def apply(self, text: str) -> str:
        """`text` without what was chosen; `counts` grows by what was put in its place."""
        return self._put(text, *self._look(text)) if text else text

    def where(self, text: str) -> list[tuple[int, int]]:
        """Where in `text` something that was chosen stands: (start, end) of each, in order; nothing is taken out."""
        _, places, spans = self._look(text)
        return [(places[start], places[end] if end < len(places) else len(text)) for start, end, _ in spans]

    def _look(self, text: str) -> tuple[str, list[int], list[tuple[int, int, str]]]:
        """The folded text, where in `text` each of its letters comes from, and the spans that were chosen."""
        folded, places = _folded(text)
        taken = bytearray(len(folded))
        spans: list[tuple[int, int, str]] = []
        bare = _bare(folded)

        def take(start: int, end: int, label: str) -> None:
            taken[start:end] = b"\x01" * (end - start)
            if label:
                spans.append((start, end, label))

        # User names first: cut out of the middle of one, a name would leave the rest of it behind.
        for start, end, label in self._user_names(folded):
            if not any(taken[start:end]):
                take(start, end, label)
        for rule in (*self._wholes, *self._lone):
            if not any(spelling in bare for spelling in rule.bare):
                continue
            for start, end in self._matches(rule, text, folded, places):
                if not any(taken[start:end]):
                    take(start, end, rule.label)
        for pattern in self._numbers:
            for match in pattern.finditer(folded):
                if not any(taken[match.start() : match.end()]):
                    take(match.start(), match.end(), "[telephone number]")
        if self._other_scripts:
            for start, end in _caseless_runs(folded):
                if not any(taken[start:end]):
                    take(start, end, "[words in another script]")
        return folded, places, sorted(spans)

    def _user_names(self, folded: str) -> Iterator[tuple[int, int, str]]:
        """Words that are no plain word (@kyle.z, kyle_07, #kylestrong) and have a chosen name in them."""
        if not self._in_user_names:
            return
        for match in re.finditer(r"[^\s,;:()\[\]\"“”<>]+", folded):
            if not re.search(r"[\d_@#]", match[0]):  # asked for apart: in one pattern, a long word takes minutes
                continue
            bare = _bare(match[0])
            for spelling, _ in self._in_user_names:
                if spelling in bare:
                    end = match.end() - len(match[0]) + len(match[0].rstrip(".!?'"))
                    yield match.start(), end, "[e-mail address]" if EMAIL.fullmatch(match[0]) else "[user name]"
                    break

    def _matches(self, rule: _Rule, text: str, folded: str, places: list[int]) -> Iterator[tuple[int, int]]:
        at = 0
        while match := rule.pattern.search(folded, at):
            start, end = match.span()
            if self._stands_alone(rule, text, folded, places, start, end):
                yield start, end
                at = max(end, start + 1)
            else:
                at = start + 1

    @staticmethod
    def _stands_alone(rule: _Rule, text: str, folded: str, places: list[int], start: int, end: int) -> bool:
        """Whether what was found is a word or words of its own, not a piece of a longer one."""
        if not rule.whole:
            return True
        first, last = text[places[start]], text[places[end - 1]]
        if rule.needs_capital and not first.isupper():
            return False
        before = start == 0 or not folded[start - 1].isalpha() or _caseless(folded[start])
        if not before:
            before = text[places[start - 1]].islower() and first.isupper()  # JusticeForKyle
        after = end == len(folded) or not folded[end].isalpha() or _caseless(folded[end - 1])
        if not after:
            plural = folded[end] == "s" and (end + 1 == len(folded) or not folded[end + 1].isalpha())
            after = (plural and bool(rule.label)) or (last.islower() and text[places[end]].isupper())
        if after and not rule.label and re.match(r"-[^\W\d_]", folded[end:]):
            return False  # Kai Mensah-Brown is not Kai Mensah, who stays
        return before and after

    def _put(self, text: str, folded: str, places: list[int], spans: list[tuple[int, int, str]]) -> str:
        """`text` with the labels in the places of the spans; the same label twice in a row stands once."""
        pieces: list[str] = []
        at = 0
        last_label = ""
        for start, end, label in spans:
            # What stands between the last letter and the next one is its accents, and goes along.
            begin, stop = places[start], (places[end] if end < len(places) else len(text))
            between = text[at:begin]
            if label == last_label and re.fullmatch(r"[ \t'-]{0,3}", fold(between)):
                at = stop
                continue
            pieces += [between, self._say(label)]
            self.counts[pieces[-1]] += 1
            at, last_label = stop, label
        pieces.append(text[at:])
        return "".join(pieces)


def _number_pattern(digits: str) -> re.Pattern:
    """The same number in any grouping, with or without the country's code."""
    core = digits[-9:]
    return re.compile(r"(?<!\d)\(?\+?(?:\d[\s().\-/]{0,3}){0,5}" + r"[\s().\-/]{0,3}".join(core) + r"(?!\d)")


def _caseless_runs(folded: str) -> Iterator[tuple[int, int]]:
    """Where words in scripts without capital letters stand, neighbours together."""
    run: list[int] = []
    for place, letter in enumerate(folded):
        if _caseless(letter):
            run = [run[0] if run else place, place + 1]
        elif run and letter not in " \t":
            yield run[0], run[1]
            run = []
    if run:
        yield run[0], run[1]


def _letters(number: int) -> str:
    """1 is A, 26 is Z, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def redacted(value: Any, redactor: Redactor) -> Any:
    """A paper, or anything in one, with every string in it gone through `redactor`.

    Raises TypeError for what is no string and holds no strings that could be gone through: nothing slips past.
    """
    if isinstance(value, str):
        return redactor.apply(value)
    if value is None or isinstance(value, bool | int | Rings):  # the drawing says the form's own words and numbers
        return value
    if isinstance(value, tuple):
        return tuple(redacted(each, redactor) for each in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {
            each.name: redacted(getattr(value, each.name), redactor)
            for each in dataclasses.fields(value)
            if each.name not in ("key", "reference")  # they name a template, a file and the referral; never a person
        }
        return dataclasses.replace(value, **changed)
    raise TypeError(f"a paper cannot hold a {type(value).__name__}")
