"""What a tracker's columns can be, and the plain data that goes into and comes out of the engine."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from openpyxl.utils import get_column_letter

from consultations.choices import Arrival, ReferralState, Space
from core.models.actions import ActionStatus

from ..choices import PrimaryConcern

LEAVE_OUT = ""  # the target of a column that is not read
THEME = "theme:"  # "theme:Gangs" is the column of marks for that theme, ours or to be made
MARKS = "marks"  # in a mapping: words in such columns that are neither yes nor no

# A column is the date or text or closed list that `kind` says; "joined" is several values with "; " between them.
TEXT, DATE, MOMENT, CHOICE, JOINED, FLAG, COMBINED = "text", "date", "moment", "choice", "joined", "flag", "combined"


@dataclass(frozen=True)
class Field:
    """One of our fields that a column can be: its label, and the headings (small letters) that it is known by."""

    label: str
    headings: tuple[str, ...]
    kind: str = TEXT
    most: int | None = None  # characters


FIELDS: dict[str, Field] = {
    "reference": Field("Reference", ("reference", "cs reference", "our reference"), most=20),
    "received_on": Field(
        "Date received",
        ("date received", "date", "received", "date of referral", "referral date", "date referred"), DATE,
    ),
    "case_number": Field(
        "Case number", ("mosaic id", "case number", "mosaic no", "mosaic", "mosaic number", "case no", "case id", "id"),
        most=40,
    ),
    "name": Field("Name of Young Person", ("name of young person", "young person", "name", "yp", "child"), most=200),
    "date_of_birth": Field("Date of birth", ("date of birth", "dob", "d o b"), DATE),
    "gender": Field("Gender", ("gender", "sex"), CHOICE),
    "arrival": Field("How it arrived", ("how it arrived", "arrival", "how received", "received by"), CHOICE),
    "referrer_name": Field("Referrer", ("referrer", "referred by", "referrer name", "practitioner"), most=200),
    "team": Field("Team", ("team", "referring team", "unit"), most=150),
    "referrer_team": Field("Referrer and team in one column", ("referrer team", "referrer and team"), COMBINED),
    "agency": Field("Agency", ("agency", "organisation", "referring agency", "service"), most=150),
    "harms": Field("Kinds of harm", ("kinds of harm", "kind of harm", "harm", "harms", "type of harm"), JOINED),
    "how_long_known": Field("How long known", ("how long known", "known for", "known since", "length of time known")),
    "previous_referrals": Field("Previous referrals", ("previous referrals", "previous", "earlier referrals")),
    "primary_concern": Field(
        "Primary Concern", ("primary concern", "main concern", "concern", "primary area of concern"), CHOICE
    ),
    "detail": Field(
        "Detail", ("detail", "details", "school gang location", "location", "place", "context", "school gang area"),
        most=500,
    ),
    "themes": Field("Themes (several in one column)", ("themes", "themes identified", "theme"), JOINED),
    "other_theme": Field("Other (state)", ("other state", "other", "other theme", "other please state"), most=300),
    "outcome": Field("Outcome", ("outcome", "status", "result"), CHOICE),
    "outcome_detail": Field(
        "Outcome with its date or place in one column",
        ("consultation", "consultation y n", "consultation held", "consultation outcome", "cs consultation"), COMBINED,
    ),
    "screened_on": Field("Date screened", ("date screened", "screened", "screened on"), DATE),
    "held_on": Field(
        "Date of consultation", ("date of consultation", "consultation date", "date held", "held on"), DATE
    ),
    "planned_for": Field("Consultation planned for", ("consultation planned for", "planned for", "planned date"), DATE),
    "signposted_to": Field("Signposted to", ("signposted to", "signposted", "signposting", "signpost"), most=300),
    "feedback": Field("Feedback", ("feedback", "notes", "comments", "comment", "note", "remarks")),
    "completed_at": Field("Data entry completed", ("data entry completed",), MOMENT),
    "restricted": Field("Restricted", ("restricted",), FLAG),
}  # fmt: skip

ACTION_FIELDS: dict[str, Field] = {
    "reference": Field("Reference", ("reference",), most=20),
    "space": Field("Space", ("space",), CHOICE),
    "what": Field("What", ("what",)),
    "who": Field("Who", ("who",), most=200),
    "agency": Field("Agency", ("agency",), most=200),
    "due": Field("By when", ("by when",), DATE),
    "interventions": Field("Interventions", ("interventions",), JOINED),
    "context": Field("Context", ("context",), most=200),
    "status": Field("Status", ("status",), CHOICE),
    "closed_on": Field("Closed on", ("closed on",), DATE),
    "outcome": Field("What came of it", ("what came of it",)),
}

# What a row needs, and which columns can give it.
NEEDED: dict[str, tuple[str, ...]] = {
    "received_on": ("received_on",),
    "case_number": ("case_number",),
    "primary_concern": ("primary_concern",),
    "outcome": ("outcome", "outcome_detail"),
}


# The fields with a list of values.
LISTS = (
    "primary_concern", "outcome", "arrival", "space", "status", MARKS,
    "gender", "harms", "themes", "interventions", "agency", "team",
)  # fmt: skip


@dataclass(frozen=True)
class Vocabulary:
    """What the database knows, as plain names. `other_theme` is the theme that needs its text."""

    case_number_name: str
    themes: tuple[str, ...] = ()
    other_theme: str = ""
    harms: tuple[str, ...] = ()
    genders: tuple[str, ...] = ()
    interventions: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()

    @cached_property
    def ours(self) -> dict[str, dict[str, str]]:
        """{field: {word key of a label or value: the value}}, for looking words up a million times."""
        return {
            name: {
                word_key(word): value for value, label in reversed(choices_of(name, self)) for word in (value, label)
            }
            for name in LISTS
        }

    @cached_property
    def with_semicolons(self) -> dict[str, dict[str, int]]:
        """{field: {word key: how many parts}} of our names that hold the ";" that divides them in a cell."""
        return {name: {word: word.count(";") + 1 for word in words if ";" in word} for name, words in self.ours.items()}


def label_of(target: str, vocab: Vocabulary) -> str:
    """What people read for the target of a column."""
    if target == LEAVE_OUT:
        return "Leave out"
    if target.startswith(THEME):
        return target.removeprefix(THEME)
    return vocab.case_number_name if target == "case_number" else FIELDS[target].label


def targets_of(vocab: Vocabulary, *, own: bool = False) -> list[tuple[str, list[tuple[str, str]]]]:
    """[(group, [(target, label)])] of what a column can be taken for. References are read from our own export alone."""
    fields = [(name, label_of(name, vocab)) for name in FIELDS if own or name != "reference"]
    return [("Referral", fields), ("Themes (a mark in each row)", [(THEME + name, name) for name in vocab.themes])]


@dataclass(frozen=True)
class ColumnMatch:
    """One column of the sheet: where it stands (from 0), its heading, what it is taken for, how surely and why."""

    place: int
    heading: str
    target: str = LEAVE_OUT
    sure: bool = False
    why: str = ""

    @property
    def letter(self) -> str:
        return get_column_letter(self.place + 1)

    @property
    def title(self) -> str:
        """The column as people call it: its heading, else its letter."""
        return self.heading or f"column {self.letter}"

    def address(self, number: int, *, moved: int = 0) -> str:
        """The cell's name in the file: C17. `moved`: how many places further right the row's cells stand."""
        return f"{get_column_letter(max(self.place + 1 + moved, 1))}{number}"


@dataclass(frozen=True)
class Matching:
    """Which column is what. `own` where the sheet is our own export's: then its rows are kept as they are."""

    heading_row: int
    columns: tuple[ColumnMatch, ...]
    own: bool = False

    def by_target(self) -> dict[str, ColumnMatch]:
        """{target: its column}, without those left out."""
        return {column.target: column for column in reversed(self.columns) if column.target != LEAVE_OUT}

    def missing(self) -> list[str]:
        """The needed fields that no column gives."""
        taken = self.by_target()
        return [name for name, targets in NEEDED.items() if not any(target in taken for target in targets)]

    def twice(self) -> list[str]:
        """The targets that more than one column is taken for: nobody could say which counts."""
        targets = [column.target for column in self.columns if column.target != LEAVE_OUT]
        return [target for target in dict.fromkeys(targets) if targets.count(target) > 1]

    def with_targets(self, targets: dict[int, str]) -> "Matching":
        """The same with some columns' targets as a person chose them: {place: target}."""
        columns = [
            ColumnMatch(column.place, column.heading, targets[column.place], True, "Chosen by you")
            if column.place in targets and targets[column.place] != column.target
            else column
            for column in self.columns
        ]
        return Matching(self.heading_row, tuple(columns), self.own)

    def to_data(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Matching":
        return cls(data["heading_row"], tuple(ColumnMatch(**column) for column in data["columns"]), data["own"])


Mapping = dict[str, dict[str, str]]


class Kind(StrEnum):
    """What became of a row."""

    SOUND = "sound"
    REJECTED = "rejected"  # a referral with a defect that has to be put right
    REPEATED = "repeated"  # the same referral stands further up
    LEFT_OUT = "left-out"  # no referral: a totals row, headings again, a stray word


@dataclass(frozen=True)
class Problem:
    """One thing about a row, in plain words that name the column as the file does and the cell: "Date (A17): …".

    Fatal: the row cannot be taken in. Otherwise a remark on how it was read.
    """

    field: str
    text: str
    fatal: bool = True


@dataclass
class Parsed:
    """One row as it was understood. `values` holds each field of FIELDS that the sheet has but the combined ones."""

    number: int
    kind: Kind
    values: dict[str, Any] = field(default_factory=dict)
    themes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    key: str = ""
    repeats: int | None = None  # the row in which the same referral stands

    @property
    def why(self) -> str:
        """Why the row is not taken in, in one line; empty where it is."""
        if self.kind == Kind.SOUND:
            return ""
        if self.kind == Kind.REJECTED:
            return "; ".join(problem.text for problem in self.problems if problem.fatal)
        return self.problems[0].text

    @property
    def remarks(self) -> list[str]:
        """How a row was read where that is not plain."""
        return [problem.text for problem in self.problems if not problem.fatal]


def word_key(word: str) -> str:
    """A word as a mapping knows it: small letters, single spaces."""
    return " ".join(word.split()).casefold()


def choices_of(name: str, vocab: Vocabulary) -> list[tuple[str, str]]:
    """[(value, label)] that a word of this field can be mapped to."""
    fixed = {
        "primary_concern": PrimaryConcern.choices,
        "outcome": [choice for choice in ReferralState.choices if choice[0] != ReferralState.DRAFT],
        "arrival": Arrival.choices,
        "space": Space.choices,
        "status": ActionStatus.choices,
        MARKS: [("yes", "Yes"), ("no", "No")],
    }
    if name in fixed:
        return [(value, label) for value, label in fixed[name]]
    ours: dict[str, Iterable[str]] = {
        "gender": vocab.genders,
        "harms": vocab.harms,
        "themes": vocab.themes,
        "interventions": vocab.interventions,
        "agency": vocab.agencies,
        "team": vocab.teams,
    }
    return [(word, word) for word in ours.get(name, ())]
