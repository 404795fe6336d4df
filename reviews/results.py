"""A round as the results tool has it: two levels, each with its stages as bands over the six columns."""

from dataclasses import dataclass

from django.utils.formats import date_format

from core.models.actions import ActionStatus

from . import presenters
from .choices import COLUMNS, LEVEL_WORDS, Column, Domain, Level, Part
from .models import Review, ReviewAction

TITLE = "Contextual Safeguarding system review results"
NO_LEAD = "No lead yet"


@dataclass(frozen=True)
class ToolAction:
    """An action as the tool writes it: what, then who leads it and by when."""

    what: str
    lead: str
    when: str
    see: str
    ended: str  # "Done", "Dropped" or ""
    outcome: str
    unowned: bool

    @property
    def after(self) -> str:
        """What stands behind the action: "Malik to lead, by 1 March 2027. See Level 2, Response"."""
        led = ", ".join(part for part in (self.lead, self.when) if part)
        return ". ".join(part for part in (led, self.see) if part)

    @property
    def rest(self) -> str:
        """What stands behind the lead."""
        return self.after.removeprefix(self.lead)

    @property
    def text(self) -> str:
        """All of it in one line of text."""
        line = f"{self.what} — {self.after}" if self.after else self.what
        if not self.ended:
            return line
        return f"{line}\n{self.ended}: {self.outcome}" if self.outcome else f"{line}\n{self.ended}"


@dataclass(frozen=True)
class ToolStatement:
    """A statement with its action plan."""

    words: str
    actions: tuple[ToolAction, ...]


@dataclass(frozen=True)
class ToolGroup:
    """The statements of one domain in a stage: rows of (red, amber, green), with None where there is no more."""

    domain: Domain
    rows: tuple[tuple[ToolStatement | None, ...], ...]

    @property
    def lines(self) -> list[list[tuple[Column, ToolStatement | None]]]:
        """The rows, each statement with its column."""
        return [list(zip(COLUMNS, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class ToolStage:
    """A stage: the band with its overall rating, and what stands below it."""

    part: Part
    overall: str
    groups: tuple[ToolGroup, ...]

    @property
    def band(self) -> str:
        """The second half of the band, as the tool has it."""
        return f"Current overall rating {self.part.level.label}: {self.overall or 'not rated yet'}"


@dataclass(frozen=True)
class ToolLevel:
    """One page of the tool."""

    level: Level
    words: str
    stages: tuple[ToolStage, ...]


@dataclass(frozen=True)
class Results:
    """The whole tool."""

    area: str
    on: str
    lead: str
    domains: tuple[Domain, ...]  # those that have statements
    levels: tuple[ToolLevel, ...]

    title = TITLE
    columns = COLUMNS

    @property
    def reference(self) -> str:
        """What the foot of a page calls it."""
        return f"{self.area}, {self.on}"

    @property
    def by_domain(self) -> bool:
        """Whether statements stand under the headings of their domains: where there are several."""
        return len(self.domains) > 1

    @property
    def domain_words(self) -> str:
        """The one domain that has statements; "" where there are none or several."""
        return self.domains[0].label if len(self.domains) == 1 else ""

    def size(self) -> int:
        """How many characters it has, about."""
        return sum(
            len(statement.words) + sum(len(action.text) for action in statement.actions)
            for level in self.levels for stage in level.stages for group in stage.groups
            for row in group.rows for statement in row if statement
        )  # fmt: skip


def results(review: Review) -> Results:
    """The round as it stands now; as many queries whatever it holds."""
    boards = {level: presenters.board(review, level) for level in Level}
    used = {
        card.statement.domain
        for board in boards.values() for row in board for pair in row.pairs for card in pair.cards
    }  # fmt: skip
    return Results(
        area=review.area,
        on=date_format(review.on, "DATE_FORMAT"),
        lead=presenters.lead_words(review.lead) if review.lead_id else "",
        domains=tuple(domain for domain in Domain if domain in used),
        levels=tuple(
            ToolLevel(level, LEVEL_WORDS[level], tuple(_stage(row) for row in board)) for level, board in boards.items()
        ),
    )


def _stage(row: presenters.Row) -> ToolStage:
    groups = []
    for domain in Domain:
        columns = [[card for card in pair.cards if card.statement.domain == domain] for pair in row.pairs]
        deepest = max(len(cards) for cards in columns)
        lines = tuple(
            tuple(_statement(cards[number]) if number < len(cards) else None for cards in columns)
            for number in range(deepest)
        )
        if lines:
            groups.append(ToolGroup(domain, lines))
    return ToolStage(row.part, row.overall.get_rating_display() if row.overall else "", tuple(groups))


def _statement(card: presenters.Card) -> ToolStatement:
    return ToolStatement(card.statement.words.body, tuple(_action(action) for action in card.actions))


def _action(action: ReviewAction) -> ToolAction:
    led = action.owner_id or action.owner_name
    unowned = not led and not action.points_to
    left = " (has left)" if action.owner_has_left else ""
    return ToolAction(
        what=action.what,
        lead=f"{action.who} to lead{left}" if led else NO_LEAD if unowned else "",
        when=presenters.by_when(action),
        see=f"See {' and '.join(part.label for part in action.pointed_to)}" if action.points_to else "",
        ended="" if action.is_open else ActionStatus(action.status).label,
        outcome="" if action.is_open else action.outcome,
        unowned=unowned and action.is_open,
    )
