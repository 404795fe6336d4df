"""What was found in a results tool: statements with their actions, overall ratings, and what is wrong with each."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from consultations.forms.common import LONG_TEXT
from core import texts

from ..choices import Domain, Level, Overall, Part, Rating, Stage

SHORT_TEXT = 200


@dataclass(frozen=True)
class Sheet:
    """The filled rows of one sheet: (number as in Excel, cells)."""

    name: str
    rows: list[tuple[int, list[Any]]]


@dataclass
class FoundAction:
    """An action as it would be imported. `remarks` are shown for checking; `problems` keep it out."""

    what: str
    lead: str = ""
    email: str = ""
    agency: str = ""
    timescale: str = ""
    due: date | None = None
    counted: bool = True  # whether its date is counted from the words of the timescale
    points_to: list[str] = field(default_factory=list)
    status: str = "open"
    ended_on: date | None = None
    outcome: str = ""
    remarks: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Find what the database could not hold."""
        if self.agency and not (self.lead or self.email):  # an agency that leads without anybody's name
            self.lead, self.agency = self.agency, ""
        if not _is_visible(self.what):
            self.problems.append("There are no words that say what is done.")
        for name, text, most in (
            ("action", self.what, LONG_TEXT), ("outcome", self.outcome, LONG_TEXT), ("lead", self.lead, SHORT_TEXT),
            ("lead’s e-mail", self.email, SHORT_TEXT), ("lead’s agency", self.agency, SHORT_TEXT),
            ("timescale", self.timescale, SHORT_TEXT),
        ):  # fmt: skip
            if len(text) > most:
                self.problems.append(
                    f"The {name} is too long: it has {len(text):,} characters, and at most {most:,} fit."
                )


@dataclass
class FoundStatement:
    """A statement with its actions. Where its part, rating or domain cannot be read, that is "" and can be chosen."""

    where: str
    words: str
    level: str = ""
    stage: str = ""
    rating: str = ""
    domain: str = Domain.TARGET
    actions: list[FoundAction] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def part(self) -> Part | None:
        """Its level and stage, where both are known."""
        return Part.of(self.level, self.stage) if self.level and self.stage else None

    @property
    def place(self) -> str:
        """Where it would go, as far as that is known."""
        known = [
            Level(self.level).label if self.level else "", Stage(self.stage).label if self.stage else "",
            Rating(self.rating).label if self.rating else "",
        ]  # fmt: skip
        return ", ".join(word for word in known if word)

    @property
    def sound(self) -> bool:
        """Whether it can be imported as it is."""
        return bool(self.part and self.rating and self.domain and not self.problems)

    def check(self) -> None:
        """Find what the database could not hold."""
        if not _is_visible(self.words):
            self.problems.append("There are no words.")
        if len(self.words) > texts.MAX_LENGTH:
            self.problems.append(
                f"It is too long: it has {len(self.words):,} characters, and at most {texts.MAX_LENGTH:,} fit."
            )
        for action in self.actions:
            action.check()


@dataclass
class FoundOverall:
    """An overall rating of a part."""

    where: str
    part: Part | None
    rating: str
    reason: str = ""
    problems: list[str] = field(default_factory=list)


@dataclass
class Found:
    """Everything that was found. `remarks` say what was not read, and why."""

    statements: list[FoundStatement] = field(default_factory=list)
    overall: list[FoundOverall] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    area: str = ""
    on: date | None = None
    lead_email: str = ""
    next_on: date | None = None

    def check(self) -> "Found":
        """Find what is wrong; a part that is rated twice keeps the first rating."""
        for statement in self.statements:
            statement.check()
        seen: set[Part] = set()
        for one in self.overall:
            if one.part and one.part in seen:
                one.problems.append("This part was rated above already.")
            if one.part and not one.problems:
                seen.add(one.part)
            if len(one.reason) > LONG_TEXT:
                one.problems.append("Its reason is too long.")
        return self

    @property
    def ratings(self) -> list[FoundOverall]:
        """The overall ratings that can be imported."""
        return [one for one in self.overall if one.part and one.rating in Overall.values and not one.problems]


def _is_visible(text: str) -> bool:
    """Whether anything is left of a text when it is cleaned as it will be kept."""
    return bool(texts.clean(text[: texts.MAX_LENGTH]).strip())
