"""What somebody else changed on a board while it is open: what a page shows, in marks that are compared.

A mark is what the rows behind a card stood at; a page that is open sends its marks now and then, and draws anew only
what has another one. Nothing is written. A page shows by its token that it was opened, which the audit log has noted.
"""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db.models import Count, Sum

from core.models import SetAsideText

from ..choices import Domain, Level, Part, Stage
from ..models import Review, ReviewAction, Statement, StatementMove

_signer = Signer(salt="reviews.board")


@dataclass(frozen=True)
class Marks:
    """A board in marks: `cells` as (stage:rating, ids in order), a mark for each statement and each stage's head."""

    cells: list[tuple[str, list[str]]]
    cards: dict[str, str]
    heads: dict[str, str]
    state: str

    @property
    def digest(self) -> str:
        """One short text for all of it."""
        words = repr((self.cells, sorted(self.cards.items()), sorted(self.heads.items()), self.state))
        return hashlib.sha256(words.encode()).hexdigest()[:16]


def token(review: Review, level: str) -> str:
    """What the page of a board carries, to show that it was opened."""
    return _signer.sign(f"{review.pk}:{level}")


def opened(review: Review, level: str, sent: str) -> bool:
    """Whether `sent` is the token of a page of this very board: nobody reads along without having opened it."""
    try:
        return _signer.unsign(sent) == f"{review.pk}:{level}"
    except BadSignature:
        return False


def marks(review: Review, level: Level, domain: Domain | None = None) -> Marks:
    """The board of one level as it stands; four queries, whatever it holds."""
    rows = review.statements.standing().filter(level=level)
    if domain:
        rows = rows.filter(domain=domain)
    statements = list(rows.values_list("pk", "stage", "rating", "version", "words_id", "words__version"))
    acted = ReviewAction.objects.filter(statement__in=[row[0] for row in statements]).order_by().values("statement")
    actions = {
        row["statement"]: f"{row['number']}-{row['versions']}"
        for row in acted.annotate(number=Count("pk"), versions=Sum("version"))
    }
    aside = SetAsideText.objects.filter(text__in=[row[4] for row in statements], resolved_at=None).order_by()
    waits = {row["text"]: row["number"] for row in aside.values("text").annotate(number=Count("pk"))}
    cells: dict[str, list[str]] = {}
    cards: dict[str, str] = {}
    ratings: dict[str, list[str]] = {stage: [] for stage in Stage}
    for pk, stage, rating, version, words, words_version in statements:
        cells.setdefault(f"{stage}:{rating}", []).append(str(pk))
        cards[str(pk)] = mark(version, words_version, waits.get(words, 0), actions.get(pk, "0-0"))
        ratings[stage].append(rating)
    rated = dict(review.overall_ratings.current().values_list("part", "pk"))
    heads = {
        str(stage): head_mark(rated.get(Part.of(level, stage)), "" if domain else ratings[stage]) for stage in Stage
    }
    return Marks(sorted(cells.items()), cards, heads, str(review.state))


def mark(version: int, words: int, waits: int, actions: str) -> str:
    """What a card shows, in numbers: its place and rating, its words, texts that wait to be merged, its actions."""
    return f"{version}.{words}.{waits}.{actions}"


def mark_of(statement: Statement, actions: list[ReviewAction], waits: int) -> str:
    """The same of what was read to be drawn."""
    told = f"{len(actions)}-{sum(action.version for action in actions)}"
    return mark(statement.version, statement.words.version, waits, told)


def head_mark(rating: UUID | None, ratings) -> str:
    """What the head of a stage shows: its overall rating, and what decides whether the statements go with it."""
    told = "".join(sorted(one[0] for one in ratings))
    return hashlib.sha256(f"{rating}:{told}".encode()).hexdigest()[:8]


def said(statement: Statement, before: str, now: str, *, move: StatementMove | None, reader) -> str:
    """Who did what to a card that the page showed as `before` ("" where it did not), in words."""
    parts_before, parts = before.split("."), now.split(".")
    if before and len(parts_before) == len(parts):
        moved, written = parts_before[0] != parts[0], parts_before[1] != parts[1]
        acted = parts_before[3] != parts[3]
    else:
        moved, written, acted = True, False, False
    told = []
    if moved and move is not None:
        told.append(f"{_who(move.by, reader)} moved it {move.words[:1].lower()}{move.words[1:]}")
    elif moved:
        told.append(f"{_who(statement.made_by, reader)} added it" if statement.version == 1 else "It was put back")
    if written and statement.words.updated_by:
        told.append(f"{_who(statement.words.updated_by, reader)} changed the words")
    if acted:
        told.append("Its action plan changed")
    return ". ".join(told)


def _who(person, reader) -> str:
    return "You, in another window," if person.pk == reader.pk else person.name


def last_moves(statements: list[Statement]) -> dict[UUID, StatementMove]:
    """The last move of each statement that was moved; one query."""
    rows = StatementMove.objects.filter(statement__in=statements).select_related("by")
    return {row.statement_id: row for row in rows.order_by("statement_id", "-at").distinct("statement_id")}


def taken_away(review: Review, ids: list[UUID], reader) -> dict[str, str]:
    """Why cards that a page shows are no longer on its board, in words, by id; one query."""
    rows = review.statements.filter(pk__in=ids).select_related("removed_by")
    return {
        str(row.pk): f"{_who(row.removed_by, reader)} took it off the board"
        if row.removed_by
        else f"It is in {row.part.label}, {row.get_domain_display()} now"
        for row in rows
    }
