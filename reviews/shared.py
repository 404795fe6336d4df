"""What a link for people outside shows of a round: its words without young people's names, and nobody's history."""

from dataclasses import dataclass

from contexts.every_name import EveryName
from core.models.actions import ActionStatus

from . import presenters
from .choices import LEVEL_WORDS, Column, Level, Part
from .models import PartnerLink, ReviewAction

SOMEBODY = "somebody"


@dataclass(frozen=True)
class SharedAction:
    """An action: what, when, how it stands, what came of it; who leads it where the link shows that."""

    what: str
    lead: str
    when: str
    see: list[str]
    outcome: str
    action: ReviewAction  # for how it stands alone: its words are those above


@dataclass(frozen=True)
class SharedStatement:
    """A statement with its action plan."""

    domain: str
    words: str
    actions: list[SharedAction]


@dataclass(frozen=True)
class SharedPair:
    """A rating and the action plan beside it."""

    column: Column
    statements: list[SharedStatement]


@dataclass(frozen=True)
class SharedRow:
    """One part of the board."""

    part: Part
    rating: str
    rating_words: str
    reason: str
    pairs: list[SharedPair]


@dataclass(frozen=True)
class SharedLevel:
    """One level of the board."""

    level: Level
    words: str
    rows: list[SharedRow]


@dataclass(frozen=True)
class SharedReview:
    """The whole page."""

    area: str
    levels: list[SharedLevel]
    counts: dict[str, int]  # actions by "all", "done", "dropped", "open" and "overdue"


def shared(link: PartnerLink) -> SharedReview:
    """The round that this link opens; as many queries whatever it holds.

    Names are looked for in what stands there now: one that was typed after the link was made is left out too.
    """
    review = link.review
    boards = {level: presenters.board(review, level) for level in Level}
    rows = [row for board in boards.values() for row in board]
    cards = [card for row in rows for pair in row.pairs for card in pair.cards]
    actions = [action for card in cards for action in card.actions]
    texts = [review.area, *(row.overall.reason for row in rows if row.overall)]
    texts += [card.statement.words.body for card in cards]
    texts += [text for one in actions for text in (one.what, one.timescale, one.outcome, one.owner_name)]
    texts += [one.owner_agency for one in actions]
    names = EveryName(texts)
    return SharedReview(
        area=names.replaced(review.area),
        levels=[
            SharedLevel(level, LEVEL_WORDS[level], [_row(row, link, names) for row in board])
            for level, board in boards.items()
        ],
        counts=_counts(actions),
    )


def _row(row: presenters.Row, link: PartnerLink, names: EveryName) -> SharedRow:
    overall = row.overall
    return SharedRow(
        part=row.part,
        rating=overall.rating if overall else "",
        rating_words=overall.get_rating_display() if overall else "",
        reason=names.replaced(overall.reason) if overall else "",
        pairs=[
            SharedPair(
                pair.column,
                [
                    SharedStatement(
                        card.statement.get_domain_display(),
                        names.replaced(card.statement.words.body),
                        [_action(action, link, names) for action in card.actions],
                    )
                    for card in pair.cards
                ],
            )
            for pair in row.pairs
        ],
    )


def _action(action: ReviewAction, link: PartnerLink, names: EveryName) -> SharedAction:
    lead = ""
    if link.shows_leads and (action.owner_id or action.owner_name):
        # Who works with young people may share a first name with one of them: only a whole name is left out here.
        lead = action.who if action.owner_id else names.whole_replaced(action.who, SOMEBODY)
    return SharedAction(
        what=names.replaced(action.what),
        lead=lead,
        when=names.replaced(presenters.by_when(action)),
        see=[part.label for part in action.pointed_to],
        outcome=names.replaced(action.outcome),
        action=action,
    )


def _counts(actions: list[ReviewAction]) -> dict[str, int]:
    return {
        "all": len(actions),
        **{status: sum(one.status == status for one in actions) for status in ActionStatus.values},
        "overdue": sum(one.is_overdue for one in actions),
    }
