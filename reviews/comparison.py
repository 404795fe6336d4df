"""Two rounds of one chain side by side: what moved up, what slipped, since when; nothing here names a person.

Statements are followed by `carried_from`, so a statement that was reworded or put into another part is still the same.
What a round says of its actions is how they stood when the next one took them over; for the last round, now.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from django.utils import timezone

from core.differences import Budget, Piece, differences
from core.models.actions import ActionStatus

from .choices import Overall, Part, Rating
from .models import OverallRating, Review, ReviewAction, Statement, StatementMove

RATINGS, STEPS = list(Rating), list(Overall)  # both from the worst to the best


class Sort(StrEnum):
    """What became of a statement, or of an overall rating."""

    UP = "up"
    SLIPPED = "slipped"
    SAME = "same"
    NEW = "new"
    LEFT_OUT = "left-out"


SORT_WORDS = {
    Sort.UP: "Moved up", Sort.SLIPPED: "Slipped", Sort.SAME: "Unchanged", Sort.NEW: "New", Sort.LEFT_OUT: "Left out",
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """A move, or the end of a statement: what, on which day, why."""

    words: str
    on: date
    reason: str


@dataclass
class Line:
    """One statement then and now. Of a new one there is no `then`, of one that was left out no `now`."""

    sort: Sort
    then: Statement | None
    now: Statement | None
    steps: list[Step] = field(default_factory=list)
    since: date | None = None  # the day of the move to its rating, or on which a new one was added
    pieces: list[Piece] = field(default_factory=list)  # where its words were changed

    @property
    def shown(self) -> Statement:
        """The statement whose words and place are shown."""
        return self.now or self.then

    @property
    def sort_words(self) -> str:
        return SORT_WORDS[self.sort]

    @property
    def was_in(self) -> str:
        """The part that it was in, where it is in another one now."""
        moved = self.then and self.now and self.then.part != self.now.part
        return self.then.part.label if moved else ""


@dataclass(frozen=True)
class Acts:
    """How many actions are done, dropped, open; of the open ones, how many are overdue, and led by nobody."""

    done: int = 0
    dropped: int = 0
    open: int = 0
    overdue: int = 0
    nobody: int = 0

    def __add__(self, other: "Acts") -> "Acts":
        return Acts(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


@dataclass
class PartLine:
    """A level and stage then and now."""

    part: Part
    then: OverallRating | None
    now: OverallRating | None
    lines: list[Line]
    acts_then: Acts
    acts_now: Acts

    @property
    def sort(self) -> Sort | None:
        """Which way the overall rating went; None where one of the two is missing."""
        if not (self.then and self.now):
            return None
        return _way(STEPS.index(Overall(self.then.rating)), STEPS.index(Overall(self.now.rating)))

    @property
    def sort_words(self) -> str:
        return SORT_WORDS[self.sort] if self.sort else "Cannot be compared"


@dataclass
class Comparison:
    """Two rounds, part by part, with a summary in words."""

    then: Review
    now: Review
    parts: list[PartLine]
    acts_then: Acts
    acts_now: Acts

    @property
    def lines(self) -> list[Line]:
        return [line for part in self.parts for line in part.lines]

    @property
    def counts(self) -> dict[Sort, int]:
        """How many statements of each sort."""
        found = Counter(line.sort for line in self.lines)
        return {sort: found[sort] for sort in Sort}

    @property
    def reworded(self) -> int:
        return sum(bool(line.pieces) for line in self.lines)

    @property
    def summary(self) -> list[str]:
        """What happened, in words: of the statements, of the overall ratings, of the actions."""
        return [_of_statements(self.counts, self.reworded), _of_ratings(self.parts), _of_actions(self)]


def chain_of(review: Review) -> list[Review]:
    """The rounds of a review's chain, the earliest first; one query."""
    return list(Review.objects.of_chain(review))


def pair(review: Review, chain: list[Review], wanted: UUID | None) -> tuple[Review, Review] | None:
    """Then and now: `review` and the wanted round of its chain, else the one before, else the one after; None alone."""
    others = [one for one in chain if one.pk != review.pk]
    if not others:
        return None
    place = next(number for number, one in enumerate(chain) if one.pk == review.pk)
    known = {one.pk: one for one in others}
    other = known.get(wanted) or (chain[place - 1] if place else chain[1])
    order = {one.pk: number for number, one in enumerate(chain)}
    first, second = sorted((review, other), key=lambda one: order[one.pk])
    return first, second


def compare(then: Review, now: Review, chain: list[Review]) -> Comparison:
    """Two rounds of one chain, `then` the earlier one; five queries, however many rounds lie between them."""
    pks = [one.pk for one in chain]
    between = chain[pks.index(then.pk) : pks.index(now.pk) + 1]
    rows = Statement.objects.filter(review__in=between).select_related("words", "left_out")
    statements = {one.pk: one for one in rows}
    moves = _moves(between[1:])
    by_part: dict[Part, list[Line]] = {part: [] for part in Part}
    for line in _lines(then, now, statements, moves):
        by_part[line.shown.part].append(line)
    ratings = {(one.review_id, one.part): one for one in OverallRating.objects.current().filter(review__in=[then, now])}
    acts = actions_of(chain, [then, now])
    empty = Acts()
    parts = [
        PartLine(
            part, ratings.get((then.pk, part)), ratings.get((now.pk, part)), lines,
            acts.get((then.pk, part), empty), acts.get((now.pk, part), empty),
        )
        for part, lines in by_part.items()
    ]  # fmt: skip
    totals = (sum((getattr(part, name) for part in parts), empty) for name in ("acts_then", "acts_now"))
    return Comparison(then, now, parts, *totals)


def actions_of(chain: list[Review], rounds: list[Review]) -> dict[tuple[UUID, Part], Acts]:
    """How the actions of each of `rounds` stood, by round and part; one query.

    In an earlier round, overdue is counted on the day on which the next one took over; and who has left since led
    them then.
    """
    taken_over = {one.follows_id: timezone.localdate(one.made_at) for one in chain if one.follows_id}
    today = timezone.localdate()
    found: dict[tuple[UUID, Part], Counter] = {}
    rows = ReviewAction.objects.standing().filter(statement__review__in=rounds)
    for action in rows.select_related("statement", "owner").defer("what", "outcome"):
        pk = action.statement.review_id
        told = found.setdefault((pk, action.statement.part), Counter())
        told[action.status] += 1
        if action.status == ActionStatus.OPEN:
            told["overdue"] += bool(action.due and action.due < taken_over.get(pk, today))
            named = action.owner_id or action.owner_name or action.points_to
            told["nobody"] += not named if pk in taken_over else action.has_nobody
    return {
        key: Acts(
            told[ActionStatus.DONE],
            told[ActionStatus.DROPPED],
            told[ActionStatus.OPEN],
            told["overdue"],
            told["nobody"],
        )
        for key, told in found.items()
    }


def _moves(rounds: list[Review]) -> dict[UUID, list[StatementMove]]:
    found: dict[UUID, list[StatementMove]] = {}
    for move in StatementMove.objects.filter(statement__review__in=rounds).order_by("at"):
        found.setdefault(move.statement_id, []).append(move)
    return found


def _lines(
    then: Review, now: Review, statements: dict[UUID, Statement], moves: dict[UUID, list[StatementMove]]
) -> list[Line]:
    """Each statement of either round once, in the order of the board now; what was left out comes last.

    One that came and went between the two rounds is in neither.
    """
    later = {one.carried_from_id: one for one in statements.values() if one.carried_from_id in statements}
    budget = Budget()
    here: dict[UUID, Line] = {}  # by the statement of the later round
    left_out = []
    for root in statements.values():
        if root.carried_from_id in statements:
            continue
        way = [root]
        while way[-1].pk in later:
            way.append(later[way[-1].pk])
        last = way[-1]
        was, is_here = (
            one.review_id == review.pk and one.removed_at is None for one, review in ((root, then), (last, now))
        )
        if not (was or is_here):
            continue
        moved = [move for one in way for move in moves.get(one.pk, ())]
        line = Line(Sort.NEW, root if was else None, last if is_here else None, [_step(move) for move in moved])
        if is_here:
            here[last.pk] = line
            rated = [move.at for move in moved if move.rating_before != move.rating_after]
            line.since = timezone.localdate(rated[-1] if rated else root.made_at) if rated or not was else None
        else:
            left_out.append(line)
            line.sort, line.steps = Sort.LEFT_OUT, [*line.steps, _end(last)]
        if was and is_here:
            line.sort = _way(RATINGS.index(Rating(root.rating)), RATINGS.index(Rating(last.rating)))
            if root.words.body != last.words.body:
                line.pieces = differences(root.words.body, last.words.body, budget)
    return [here[pk] for pk in statements if pk in here] + left_out


def _end(last: Statement) -> Step:
    """Why a statement does not go on: it was taken off the board, or not carried into the next round."""
    if last.removed_at is not None:
        return Step("Taken away", timezone.localdate(last.removed_at), last.removed_because)
    return Step("Left out", timezone.localdate(last.left_out.at), last.left_out.reason)


def _step(move: StatementMove) -> Step:
    return Step(move.words, timezone.localdate(move.at), move.reason)


def _way(before: int, after: int) -> Sort:
    return Sort.SAME if before == after else Sort.UP if after > before else Sort.SLIPPED


def _of_statements(counts: dict[Sort, int], reworded: int) -> str:
    said = [
        f"{counts[Sort.UP]} moved up", f"{counts[Sort.SLIPPED]} slipped", f"{counts[Sort.NEW]} new",
        f"{counts[Sort.LEFT_OUT]} left out", f"{counts[Sort.SAME]} unchanged",
    ]  # fmt: skip
    return f"Statements: {', '.join(said)}. {reworded or 'None'} {'were' if reworded > 1 else 'was'} reworded."


def _of_ratings(parts: list[PartLine]) -> str:
    found = Counter(part.sort for part in parts)
    missing = found[None]
    words = f"{found[Sort.UP]} moved up, {found[Sort.SLIPPED]} slipped, {found[Sort.SAME]} unchanged"
    return f"Overall ratings: {words}" + (f", {missing} not rated in both rounds." if missing else ".")


def _of_actions(found: Comparison) -> str:
    then, now = found.acts_then, found.acts_now
    return (
        f"Actions: {now.open} open (then {then.open}), {now.overdue} overdue (then {then.overdue}), "
        f"{now.nobody} without a lead (then {then.nobody}), {now.done} done (then {then.done})."
    )
