"""No child's name: looking for the names of a context's people in what goes out to others (ADR 30).

The names are those of everybody who was ever linked to the context, whoever may see them, in every spelling that the
redaction of papers knows. Here they are only found and replaced; `contexts.sight` says what a reader may read of them.
"""

import re
from collections.abc import Iterable
from functools import cached_property

from django.utils.crypto import salted_hmac

from consultations.papers.plain_words import ALSO_NAMES, ORDINARY, TITLES
from consultations.papers.redaction import Redactor, kind_of, words_of

from .models import LinkedPerson
from .sight import everybody

INSTEAD = "a young person"
# With a child called Young these would be names everywhere; they stay, as what stands in the place of names does.
_NOT_NAMES = ["young person", "young persons", "young people", "young women", "young men", "young adults"]
# A number as short as this is in every text; what is longer is looked for.
SHORTEST_NUMBER = 3
# The s of several of one name: "the Abbotts".
_PLURAL = re.compile(r"[sS](?!\w)")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+|\n+")


class NoNames:
    """Finds `names` in texts, and can put "a young person" in their place.

    `loose` are names that somebody typed, as "older boy with a bike": ordinary words of theirs are not looked for
    alone. `wholes` are looked for as they are, and no part of one alone. `kept` are the names of professionals with an
    account; they stay although a child may share a part of one.
    """

    def __init__(
        self,
        names: Iterable[str] = (),
        *,
        loose: Iterable[str] = (),
        wholes: Iterable[str] = (),
        kept: Iterable[str] = (),
    ) -> None:
        loose = set(loose)
        entries: list[str] = []
        for name in sorted(set(names) | loose):
            entries += _entries(name, loose=name in loose)
        entries += [f'"{name}"' for name in sorted(set(wholes))]
        self._redactor = Redactor(names=entries, kept=[*kept, *_NOT_NAMES])
        self._entries = entries

    @property
    def fingerprint(self) -> str:
        """Stands for the names that are looked for, and gives none of them away."""
        return salted_hmac("contexts.no_names", "\n".join(self._entries), algorithm="sha256").hexdigest()[:32]

    @classmethod
    def of(cls, context, *, kept: Iterable[str] = ()) -> "NoNames":
        """For everybody of this context, ended links included."""
        by_name_alone = LinkedPerson.objects.filter(context=context, young_person=None).values_list("name", flat=True)
        return cls(everybody(context), loose=by_name_alone, kept=kept)

    def where(self, text: str) -> list[tuple[int, int]]:
        """Where in `text` a name stands: (start, end), in order; what touches is one."""
        if not (text and self._entries):
            return []
        found: list[tuple[int, int]] = []
        for start, end in self._redactor.where(text):
            end += bool(_PLURAL.match(text, end))
            if found and re.fullmatch(r"[ \t'’-]{0,3}", text[found[-1][1] : start]):
                found[-1] = found[-1][0], end
            else:
                found.append((start, end))
        return found

    def replaced(self, text: str, instead: str = INSTEAD) -> str:
        """`text` with `instead` in the place of each name; with a capital where a sentence begins."""
        for start, end in reversed(self.where(text)):
            text = replaced_at(text, start, end, instead)
        return text


def replaced_at(text: str, start: int, end: int, instead: str = INSTEAD) -> str:
    """`text` with `instead` between two places of it; with a capital where a sentence begins there."""
    begins = not text[:start].strip() or re.search(r"(?:[.!?]\s+|\n\s*)$", text[:start])
    return text[:start] + (instead[:1].upper() + instead[1:] if begins else instead) + text[end:]


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence (or the sentences) that hold this place of `text` begin and end."""
    ends = [match.span() for match in _SENTENCE_ENDS.finditer(text)]
    begin = max((after for before, after in ends if after <= start), default=0)
    stop = min((before for before, after in ends if before >= end), default=len(text))
    return begin, stop


class NamesOfRecord:
    """The names that a reader may not see, looked for as strictly as a pack is: so that a hit gives none away."""

    def __init__(self, sight) -> None:
        self._sight = sight

    @cached_property
    def _hidden(self) -> NoNames:
        return NoNames(self._sight.hidden)

    def masked(self, text: str) -> tuple[str, bool]:
        """`text` as this reader may read it, and whether something was taken out."""
        shown = self._sight.words(self._hidden.replaced(text, "[a name you may not see]"))
        return shown, shown != text


def _entries(name: str, *, loose: bool) -> list[str]:
    """What is looked for of one name: the whole, and each part alone."""
    name = name.strip()
    bare = re.sub(r"[\W_]+", "", name)
    if not bare or _short_number(bare):
        return []
    if loose:
        parts = {part for word in words_of(name) for part in (word, *word.split("-"))}
        named = [part for part in sorted(parts) if part not in ORDINARY or part in ALSO_NAMES]
        return [f'"{name}"', *(f'"{one.capitalize()}"' for one in named if len(one) > 1 and not _short_number(one))]
    if kind_of(name) == "place":  # Grace Park is a child here: each part counts
        return [name, *(word.capitalize() for word in words_of(name) if word not in TITLES)]
    return [name]


def _short_number(word: str) -> bool:
    return word.isdigit() and len(word) < SHORTEST_NUMBER
