"""Their words and our lists: what stands in the columns with closed lists that is not ours, and what it may mean."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from consultations.choices import Arrival

from ..choices import PrimaryConcern
from . import outcomes
from .fields import Matching, Vocabulary, choices_of, word_key
from .values import shown, text

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
    "gender": {"f": "Female", "girl": "Female", "woman": "Female", "m": "Male", "boy": "Male", "man": "Male"},
}  # fmt: skip
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
    """{field: {word key: Word}} for what is not in our lists; for agencies and teams too: those would be made.

    "" as a word: empty cells where the primary concern is needed.
    """
    columns = [(target, column) for target, column in matching.by_target().items() if target in SOURCES]
    counts: dict[str, Counter[str]] = {}
    spelling: dict[str, dict[str, str]] = {}
    for number, cells in rows:
        if cells is None or number <= matching.heading_row:
            continue
        for target, column in columns:
            cell = text(cells[column.place]) if column.place < len(cells) else ""
            name = SOURCES[target]
            for word in words_in(target, cell, vocab):
                if known(name, word, vocab) is None:
                    counts.setdefault(name, Counter())[word_key(word)] += 1
                    spelling.setdefault(name, {}).setdefault(word_key(word), shown(word))
    found: dict[str, dict[str, Word]] = {}
    for name, count_of in counts.items():
        for key, count in count_of.most_common():
            suggestion, why = suggest(name, spelling[name][key], vocab)
            found.setdefault(name, {})[key] = Word(spelling[name][key], count, suggestion, why)
    return found


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
        return split(cell, [label for _, label in choices_of(name, vocab)])
    return [cell]


def referrer_and_team(cell: str) -> tuple[str, str]:
    """The two that stand in one cell, the team after the stroke; no team where there is none."""
    referrer, _, team = cell.partition(" / " if " / " in cell else "/")
    return referrer.strip(), team.strip()


def split(cell: str, ours: list[str]) -> list[str]:
    """The names in a cell with several, divided by ";"; one of ours that holds a ";" itself stays whole."""
    parts = [part.strip() for part in cell.replace("\n", ";").split(";")]
    names = {word_key(name) for name in ours if ";" in name}
    found, at = [], 0
    while at < len(parts):
        end = next((e for e in range(len(parts), at + 1, -1) if word_key("; ".join(parts[at:e])) in names), at + 1)
        found.append("; ".join(parts[at:end]))
        at = end
    return [name for name in found if name]


def known(name: str, word: str, vocab: Vocabulary) -> str | None:
    """Our value for a word where it is ours but for its case."""
    wanted = word_key(word)
    if name == "outcome":
        state = outcomes.KNOWN.get(wanted)
        return str(state.value) if state else None
    return next((value for value, label in choices_of(name, vocab) if wanted in (word_key(label), value)), None)


def suggest(name: str, word: str, vocab: Vocabulary) -> tuple[str | None, str]:
    """The value that a word of theirs may mean, and why; (None, "") where nothing comes near."""
    wanted = word_key(word)
    choices = choices_of(name, vocab)
    values = {value for value, _ in choices}
    synonym = SYNONYMS.get(name, {}).get(wanted)
    if synonym in values:
        return str(synonym), "often used for it"
    for mark in ("/", "&", "+", " and ", ","):
        first = wanted.split(mark)[0].strip()
        if mark in wanted and (value := known(name, first, vocab)):
            return value, "the first of those it names"
    labels = {word_key(label): value for value, label in choices}
    close = get_close_matches(wanted, labels, n=1, cutoff=0.8)
    return (labels[close[0]], "spelled almost the same") if close else (None, "")
