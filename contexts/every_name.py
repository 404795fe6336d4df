"""The names of every young person here: looking for them in words that are to be read by people outside (ADR 38).

A conference pack is looked through for the people of one context. What is said of the system may name anybody, so
here everybody's names and numbers are looked for, as far as they could stand in the words at all: with thousands of
young people, a pattern for each of them would take minutes.
"""

from collections.abc import Iterable
from functools import cached_property

from accounts.models import User
from consultations.models import Referral, YoungPerson
from consultations.papers.plain_words import ORDINARY, PARTICLES, SMALL
from consultations.papers.redaction import bare_letters, could_stand_in, words_of

from .models import LinkedPerson
from .no_names import SHORTEST_NUMBER, NoNames

# Names that are words of which such texts are full; a child who has one is found by the whole name alone.
_EVERYDAY = frozenset(
    """
    amber baker banks bell best bishop black bloom brook brooks brown carer carter church close cook cross day
    dean field fields fisher ford forest fox freed gold good grace gray green grey hall hand head heath hill
    hope house hunt joy just keys king lamb lane law long love mark marks marsh mason mills moon moss new page
    pages parent peers price pride reason red reed rice rich ridge river rivers rock rose rush sage sharp short
    silver sky small spring stone storm street strong summer swift teacher true trust ward water waters wells
    white winter wise wood woods work worth young
    """.split()  # noqa: SIM905  (as a list it takes eight times the lines)
)


class EveryName:
    """Finds the names of young people in `texts`, and can put "a young person" in their place.

    Names that are whole, and numbers, are told from parts of names: a first name alone may be anybody's. Ordinary
    words are not looked for alone, nor are the whole names of people with an account.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        letters = bare_letters("\n".join(texts))
        words: dict[str, bool] = {}
        staff = User.objects.order_by().values_list("name", flat=True)
        self._names = [name for name in _known() if could_stand_in(name, letters, words)]
        self._kept = [name for name in staff if could_stand_in(name, letters, words)]

    @cached_property
    def _all(self) -> NoNames:
        parts = {part.capitalize() for name in self._names for part in _parts(name)}
        return NoNames(wholes=parts | _wholes(self._names), kept=self._kept)

    @cached_property
    def _whole(self) -> NoNames:
        return NoNames(wholes=_wholes(self._names), kept=self._kept)

    def has_whole(self, text: str) -> bool:
        """Whether a full name or a number of a young person stands in `text`."""
        return bool(self._whole.where(text))

    def has_any(self, text: str) -> bool:
        """Whether a name stands in `text`, or a part of one that may be somebody else's."""
        return bool(self._all.where(text))

    def replaced(self, text: str) -> str:
        """`text` with "a young person" in the place of each name and of each part of one."""
        return self._all.replaced(text)

    def whole_replaced(self, text: str, instead: str) -> str:
        """`text` with `instead` in the place of whole names alone: where it names somebody who works with them."""
        return self._whole.replaced(text, instead)


def _known() -> list[str]:
    """Every name and case number of a young person, on records, on referrals and on links; three queries."""
    people = YoungPerson.objects.order_by().values_list("name", "case_number")
    known = {said for row in people for said in row}
    referrals = Referral.objects.order_by().values_list("name", "case_number")
    known |= {said for row in referrals for said in row}
    known |= set(LinkedPerson.objects.filter(young_person=None).order_by().values_list("name", flat=True))
    return sorted(name.strip() for name in known if name and name.strip())


def _wholes(names: Iterable[str]) -> set[str]:
    """Of these names the full ones, as they are said and with the last word first, and the numbers."""
    found: set[str] = set()
    for name in names:
        *first, last = name.split()
        if len(words_of(name)) > 1:
            found |= {name, f"{last} {' '.join(first)}"}
        elif len(bare_letters(name)) >= SHORTEST_NUMBER and any(letter.isdigit() for letter in name):
            found.add(name)
    return found


def _parts(name: str) -> set[str]:
    """The words of a name that are looked for alone: no ordinary ones, no letters and no short numbers.

    Of what describes somebody, as "older boy with a bike, Dwayne", only what has a capital inside it.
    """
    given = name.split()
    if any(word in SMALL - PARTICLES for word in given):
        given = [word for word in given[1:] if word[:1].isupper()]
    words = words_of(" ".join(given))
    parts = {part for word in words for part in (word, *word.split("-"))} - ORDINARY - _EVERYDAY
    return {part for part in parts if len(part) >= (SHORTEST_NUMBER if part.isdigit() else 2)}
