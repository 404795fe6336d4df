"""Their words and our lists: what stands in the columns with closed lists that is not ours, and what it may mean."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from consultations.choices import Arrival, ReferralState

from ..choices import PrimaryConcern
from . import outcomes
from .fields import MARKS, THEME, ColumnMatch, Matching, Vocabulary, choices_of, word_key
from .values import flag, shown, text

# Words that trackers use for ours.
SYNONYMS: dict[str, dict[str, str]] = {
    "primary_concern": {
        "peers": PrimaryConcern.PEER_GROUP, "peer": PrimaryConcern.PEER_GROUP, "gang": PrimaryConcern.PEER_GROUP,
        "friends": PrimaryConcern.PEER_GROUP, "family": PrimaryConcern.HOME, "parents": PrimaryConcern.HOME,
        "education": PrimaryConcern.SCHOOL, "location": PrimaryConcern.NEIGHBOURHOOD,
        "place": PrimaryConcern.NEIGHBOURHOOD, "area": PrimaryConcern.NEIGHBOURHOOD,
        "community": PrimaryConcern.NEIGHBOURHOOD, "estate": PrimaryConcern.NEIGHBOURHOOD,
        "neighborhood": PrimaryConcern.NEIGHBOURHOOD, "yp": PrimaryConcern.INDIVIDUAL,
        "child": PrimaryConcern.INDIVIDUAL,
    },
    "arrival": {
        "e-mail": Arrival.EMAIL, "email": Arrival.EMAIL, "mail": Arrival.EMAIL, "phone": Arrival.TELEPHONE,
        "call": Arrival.TELEPHONE, "phone call": Arrival.TELEPHONE, "tel": Arrival.TELEPHONE,
        "web": Arrival.ONLINE, "form": Arrival.ONLINE, "in person": Arrival.MEETING, "panel": Arrival.MEETING,
    },
    "outcome": {
        "no": ReferralState.SIGNPOSTED, "n": ReferralState.SIGNPOSTED, "not suitable": ReferralState.SIGNPOSTED,
        "referred on": ReferralState.SIGNPOSTED, "dna": ReferralState.WITHDRAWN, "declined": ReferralState.WITHDRAWN,
        "closed": ReferralState.WITHDRAWN, "tbc": ReferralState.SCREENING, "ongoing": ReferralState.SCREENING,
        "in progress": ReferralState.SCREENING, "done": ReferralState.HELD, "completed": ReferralState.HELD,
    },
    "gender": {"f": "Female", "girl": "Female", "woman": "Female", "m": "Male", "boy": "Male", "man": "Male"},
}  # fmt: skip
YES_MARK = "yes"
LONGEST = 300  # characters of a word that may be one of ours
MOST_SUGGESTED = 200  # words of one field, the most frequent; a list longer than that is nobody's to go through
ASKED_WHERE_EMPTY = ("primary_concern", "outcome")
FREE = ("agency", "team")  # lists that grow: a word that is not ours is made, unless it is to be one of ours
# The columns whose words are looked up, and the field whose list that is.
SOURCES = {
    "primary_concern": "primary_concern", "outcome": "outcome", "outcome_detail": "outcome", "arrival": "arrival",
    "gender": "gender", "harms": "harms", "themes": "themes", "agency": "agency", "team": "team",
    "referrer_team": "team",
}  # fmt: skip


@dataclass
class Word:
    """A word of theirs: as it stands, how often, and the value that it may mean (None: no idea) with the reason."""

    word: str
    count: int = 0
    suggestion: str | None = None
    why: str = ""


def words_to_map(
    rows: Iterable[tuple[int, list | None]], matching: Matching, vocab: Vocabulary
) -> dict[str, dict[str, Word]]:
    """{field: {word key: Word}}, the most frequent first, of what is not in our lists.

    Of agencies and teams too: those would be made. "" as a word: cells left empty where something is needed.
    `MARKS`: words in the columns of themes that are neither yes nor no.
    """
    targets = matching.by_target()
    columns = [(target, column) for target, column in targets.items() if target in SOURCES]
    marks = [column for target, column in targets.items() if target.startswith(THEME)]
    needed = [targets[name] for name in ("received_on", "case_number") if name in targets]
    found: dict[str, dict[str, Word]] = {}

    def note(name: str, word: str) -> None:
        kept = found.setdefault(name, {}).setdefault(word_key(word), Word(shown(word)))
        kept.count += 1

    for number, cells in rows:
        if cells is None or number <= matching.heading_row:
            continue
        filled = all(text(_at(cells, column)) for column in needed)  # a referral, or a row of totals and the like
        for target, column in columns:
            cell, name = text(_at(cells, column)), SOURCES[target]
            if not cell and filled and name in ASKED_WHERE_EMPTY and not matching.own:
                note(name, "")
            for word in words_in(target, cell, vocab):
                if known(name, word, vocab) is None:
                    note(name, word)
        for column in marks:
            if (cell := _at(cells, column)) is not None and flag(cell) is None:
                note(MARKS, text(cell))
    return {name: _with_suggestions(name, words, vocab) for name, words in found.items()}


def _at(cells: list, column: ColumnMatch) -> Any:
    return cells[column.place] if column.place < len(cells) else None


def _with_suggestions(name: str, words: dict[str, Word], vocab: Vocabulary) -> dict[str, Word]:
    most_first = dict(sorted(words.items(), key=lambda item: -item[1].count))
    for word in list(most_first.values())[:MOST_SUGGESTED]:
        word.suggestion, word.why = suggest(name, word.word, vocab)
    return most_first


def words_in(name: str, cell: str, vocab: Vocabulary) -> list[str]:
    """The words in one cell of a column that are looked up in a list."""
    if not cell:
        return []
    if name == "outcome_detail":
        found = outcomes.read(cell)
        return [found.word] if found.state is None else []
    if name == "referrer_team":
        team = referrer_and_team(cell)[1]
        return [team] if team else []
    if name in ("harms", "themes", "interventions"):
        return split(cell, vocab.with_semicolons[name])
    return [cell]


def referrer_and_team(cell: str) -> tuple[str, str]:
    """The two that stand in one cell, the team after the stroke; no team where there is none."""
    referrer, _, team = cell.partition(" / " if " / " in cell else "/")
    return referrer.strip(), team.strip()


def split(cell: str, whole: dict[str, int]) -> list[str]:
    """The names in a cell with several, divided by ";"; one of ours that holds a ";" itself stays whole.

    `whole`: {word key of such a name: how many parts it has}.
    """
    parts = [part.strip() for part in cell.replace("\n", ";").split(";")]
    if not whole:
        return [name for name in parts if name]
    longest = max(whole.values())
    found, at = [], 0
    while at < len(parts):
        lengths = range(min(longest, len(parts) - at), 1, -1)
        length = next((n for n in lengths if word_key("; ".join(parts[at : at + n])) in whole), 1)
        found.append("; ".join(parts[at : at + length]))
        at += length
    return [name for name in found if name]


def known(name: str, word: str, vocab: Vocabulary) -> str | None:
    """Our value for a word where it is ours but for its case."""
    if len(word) > LONGEST:
        return None
    wanted = word_key(word)
    if name == "outcome":
        state = outcomes.KNOWN.get(wanted)
        return str(state.value) if state else None
    return vocab.ours[name].get(wanted)


def suggest(name: str, word: str, vocab: Vocabulary) -> tuple[str | None, str]:
    """The value that a word of theirs may mean, and why; (None, "") where nothing comes near."""
    if not word:
        return None, ""
    wanted = word_key(word)
    choices = choices_of(name, vocab)
    values = {value for value, _ in choices}
    synonym = SYNONYMS.get(name, {}).get(wanted)
    if synonym in values:
        return str(synonym), "often used for it"
    for mark in ("/", "&", "+", " and ", ",") if name not in FREE else ():
        first = wanted.split(mark)[0].strip()
        if mark in wanted and (value := known(name, first, vocab)):
            return value, "the first of those it names"
    labels = {word_key(label): value for value, label in choices}
    # Unit 7 is not Unit 1, however much alike they look.
    near = [label for label in labels if _digits(label) == _digits(wanted)]
    close = get_close_matches(wanted, near, n=1, cutoff=0.8)
    return (labels[close[0]], "spelled almost the same") if close else (None, "")


def _digits(words: str) -> str:
    return "".join(letter for letter in words if letter.isdigit())
