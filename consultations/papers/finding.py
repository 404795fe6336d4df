"""Finding what may be a name of somebody else in the texts of a paper, so that it can be proposed for leaving out."""

import itertools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from .plain_words import ALSO_NAMES, MONTHS, ORDINARY, PARTICLES, PLACES, TITLES
from .redaction import (
    _NOT_A_USER,
    CONTACTS,
    OTHER_SCRIPTS,
    USER_NAME,
    fold,
    words_of,
)

_LETTER = r"[^\W\d_]"
_WORD = re.compile(rf"{_LETTER}+(?:['’‘ʼ`´‐‑\-]{_LETTER}+)*")
# What may stand between two words of one name: spaces, and the full stop of an initial or a title before them.
_SAME_NAME = re.compile(r"\.?[ \t\xa0]+")
_BEGINS = re.compile(r"(?:^|[.!?…\n•*–—]|\n\s*[\-\d.)]+)[\s\"“”'‘(\[]*$")
_BEFORE_A_DAY = {
    "in",
    "since",
    "until",
    "till",
    "by",
    "from",
    "last",
    "next",
    "this",
    "early",
    "late",
    "mid",
    "end",
    "of",
}


@dataclass
class Proposals:
    """What may be somebody else's name, in groups; in each the words as they are written, first found first.

    names       ticked: within a sentence, or more than one word
    openings    ticked: found only where a sentence or a line begins
    contacts    ticked: e-mail addresses, telephone numbers, user names, web addresses, postcodes
    ordinary    not ticked: found only where a sentence begins, and written small elsewhere
    staff       not ticked: those who work with the young person, and their agencies
    also_staff  of `names` and `openings`: which are also a part of the name of whom in `staff`
    """

    names: list[str] = field(default_factory=list)
    openings: list[str] = field(default_factory=list)
    contacts: list[str] = field(default_factory=list)
    ordinary: list[str] = field(default_factory=list)
    staff: list[str] = field(default_factory=list)
    also_staff: dict[str, str] = field(default_factory=dict)

    def ticked(self) -> list[str]:
        """What is left out unless somebody says otherwise."""
        return [*self.names, *self.openings, *self.contacts]


@dataclass
class _Token:
    word: str
    folded: str
    start: int
    end: int

    @property
    def capital(self) -> bool:
        return any(letter.isupper() for letter in self.word)


def small_words(texts: Iterable[str]) -> frozenset[str]:
    """The words that the texts write in small letters somewhere, folded."""
    found: set[str] = set()
    for text in texts:
        found |= {fold(word[0]) for word in _WORD.finditer(_tidy(text)) if word[0] == word[0].lower()}
    return frozenset(found)


def find(texts: Iterable[str], *, own: str, staff: Iterable[str], form_words: Iterable[str] = ()) -> Proposals:
    """What to propose. `own` is the young person's name, `staff` the professionals and agencies on record.

    `form_words` are the forms' own headings and prompts: their words are nobody's name.
    """
    texts = [_tidy(text) for text in texts]
    form = {fold(word[0]) for text in form_words for word in _WORD.finditer(_tidy(text))}
    search = _Search(
        form=frozenset(form | {part for word in form for part in word.split("-")}) - PARTICLES,
        own=frozenset(words_of(own)),
        staff={name: frozenset(words_of(name)) - TITLES for name in staff},
    )
    found = Proposals(staff=list(search.staff))
    contacts: dict[str, None] = {}
    rests: list[str] = []
    for text in texts:
        rest = _take_contacts(text, contacts)
        rests.append(rest)
        if not search.other_scripts and any(unicodedata.category(letter) == "Lo" for letter in rest):
            search.other_scripts = True
    search.small = small_words(rests)
    for rest in rests:
        search.read(rest)
    found.names = list(search.names.values())
    found.openings = [word for key, word in search.openings.items() if key not in search.names]
    found.contacts = list(contacts) + ([OTHER_SCRIPTS] if search.other_scripts else [])
    taken = search.names.keys() | search.openings.keys()
    found.ordinary = [word for key, word in search.ordinary.items() if key not in taken]
    for word in (*found.names, *found.openings):
        if whose := next((name for name, words in search.staff.items() if set(words_of(word)) <= words), ""):
            found.also_staff[word] = whose
    return found


@dataclass
class _Search:
    form: frozenset[str]
    own: frozenset[str]
    staff: dict[str, frozenset[str]]
    small: frozenset[str] = frozenset()
    names: dict[str, str] = field(default_factory=dict)
    openings: dict[str, str] = field(default_factory=dict)
    ordinary: dict[str, str] = field(default_factory=dict)
    other_scripts: bool = False

    def read(self, text: str) -> None:
        """Note what may be a name in one text."""
        tokens = []
        for match in _WORD.finditer(text):
            word = re.sub(r"['’‘ʼ`´][sS]$", "", match[0])
            tokens.append(_Token(word, fold(word), match.start(), match.end()))
        run: list[_Token] = []
        for number, token in enumerate(tokens):
            if run and not self._goes_on(text, run[-1], token):
                self._note(text, run)
                run = []
            if self._part_of_name(text, tokens[number : number + 5], bool(run)):
                run.append(token)
            elif run:
                self._note(text, run)
                run = []
        if run:
            self._note(text, run)

    @staticmethod
    def _goes_on(text: str, before: _Token, token: _Token) -> bool:
        between = text[before.end : token.start]
        if not _SAME_NAME.fullmatch(between):
            return False
        return "." not in between or len(before.folded) == 1 or before.folded in TITLES

    def _part_of_name(self, text: str, tokens: list[_Token], within: bool) -> bool:
        """Whether the first of these words may belong to a name; the others are what follows it."""
        token = tokens[0]
        if not token.capital or token.folded in TITLES:
            if token.folded not in (TITLES if token.capital else PARTICLES) or not (within or token.capital):
                return False
            for before, following in itertools.pairwise(tokens):  # "de la Cruz", "Mrs Mensah"
                if not self._goes_on(text, before, following):
                    return False
                if following.capital:
                    return True
                if following.folded not in PARTICLES:
                    return False
            return False
        if within and token.folded in PLACES:
            return True  # Marlow Road Academy
        if token.folded in ALSO_NAMES:
            return not self._begins(text, token) and not self._in_a_date(text, token)
        return not self._nobody(token.folded)

    def _nobody(self, folded: str) -> bool:
        """Whether each part of a word is an ordinary one, or one of the form's own."""
        known = ORDINARY | self.form
        return folded in known or all(part in known for part in folded.split("-"))

    @staticmethod
    def _begins(text: str, token: _Token) -> bool:
        return bool(_BEGINS.search(text[max(0, token.start - 40) : token.start]))

    @staticmethod
    def _in_a_date(text: str, token: _Token) -> bool:
        if token.folded not in MONTHS:
            return False
        before = re.search(r"(\w+)\W*$", text[max(0, token.start - 20) : token.start])
        after = re.match(r"\W*(\d)", text[token.end :])
        return bool(after) or bool(before and (before[1][0].isdigit() or fold(before[1]) in _BEFORE_A_DAY))

    def _note(self, text: str, run: list[_Token]) -> None:
        begins = self._begins(text, run[0])
        # "Bumped Kyle off his bike": the first word is an ordinary one elsewhere. Each goes by itself.
        while begins and len(run) > 1 and run[0].folded in self.small - PARTICLES and run[0].folded not in TITLES:
            self.openings.setdefault(run[0].folded, run[0].word)
            run = run[1:]
            begins = False
        while run and run[-1].folded in TITLES:
            run = run[:-1]
        words = [token for token in run if token.folded not in TITLES]
        if not words or (len(words) == 1 and len(words[0].folded) == 1 and len(run) == 1):
            return
        titled = len(words) < len(run)
        folded = {token.folded for token in words}
        if folded <= self.own and not titled:
            return
        if any(folded <= parts for parts in self.staff.values()) and (titled or len(words) > 1):
            return
        name = " ".join(token.word for token in (run if titled and folded <= self.own else words))
        key = fold(name)
        if begins and len(words) == 1 and not titled:
            (self.ordinary if words[0].folded in self.small else self.openings).setdefault(key, name)
        else:
            self.names.setdefault(key, name)


def _tidy(text: str) -> str:
    """Composed letters, and nothing invisible inside a word."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(letter for letter in composed if unicodedata.category(letter) != "Cf")


def _take_contacts(text: str, found: dict[str, None]) -> str:
    """`text` without its e-mail addresses, numbers and the like, which go into `found`."""
    for _, pattern in CONTACTS:

        def take(match: re.Match, pattern: re.Pattern = pattern) -> str:
            if pattern is USER_NAME and (_NOT_A_USER.fullmatch(match[0]) or re.fullmatch(r"CS-\d{4}-\d+", match[0])):
                return match[0]
            found.setdefault(" ".join(match[0].split()).rstrip(".,;"))
            return " · "

        text = pattern.sub(take, text)
    return text
