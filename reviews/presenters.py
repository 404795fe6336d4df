"""How rounds and their boards are shown: rows, cells and counts, at a number of queries that does not grow."""

from dataclasses import dataclass, field

from django.db.models import Count, Q
from django.utils.formats import date_format

from core import texts
from core.models.actions import ActionStatus

from .choices import COLUMNS, LEVEL_WORDS, Column, Domain, Level, Overall, Part, Rating, Stage
from .models import OverallRating, Review, ReviewAction, Statement
from .services import live

_OPEN = Q(status=ActionStatus.OPEN)
_NOBODY = _OPEN & (Q(owner=None, owner_name="", points_to=[]) | Q(owner__is_active=False))


@dataclass
class Card:
    """A statement with its action plan."""

    statement: Statement
    actions: list[ReviewAction] = field(default_factory=list)
    waits: int = 0  # copies of its words that wait to be merged

    @property
    def mark(self) -> str:
        """What it shows, in numbers: a page asks by them what has changed."""
        return live.mark_of(self.statement, self.actions, self.waits)


@dataclass
class Pair:
    """A rating and the action plan beside it: the cards of one part, or of one domain of it."""

    column: Column
    cards: list[Card] = field(default_factory=list)


@dataclass
class Row:
    """One part of the board: its overall rating, and its statements in the three pairs of columns."""

    part: Part
    overall: OverallRating | None
    pairs: list[Pair]
    counts: dict[str, int]
    mark: str
    last: OverallRating | None = None  # what the round before was rated
    doubt: str = ""  # where the rating and the statements do not go together, in words


def lead_words(person) -> str:
    """Who leads, in words."""
    if person is None:
        return "Nobody yet"
    return person.name if person.is_active else f"{person.name} (has left)"


def by_when(action: ReviewAction) -> str:
    """Its timescale and date in words; a date that was counted says so."""
    if not action.due:
        return action.timescale
    day = date_format(action.due, "DATE_FORMAT")
    if action.due_counted:
        which = " in which it was agreed" if action.carried_from_id else ""
        return f"{action.timescale} (counted from the review{which}: {day})"
    return f"by {day} ({action.timescale})" if action.timescale else f"by {day}"


def last_ratings(review: Review) -> dict[str, OverallRating]:
    """The overall ratings of the round before, by part. They are judgements, so a round does not take them over."""
    if review.follows_id is None:
        return {}
    return {one.part: one for one in OverallRating.objects.current().filter(review=review.follows_id)}


def listed(rounds: list[Review]) -> list[dict]:
    """For the list of rounds: {"review", "statements", "open", "nobody", "earlier"}; three queries."""
    pks = [one.pk for one in rounds]
    statements = Statement.objects.standing().filter(review__in=pks).order_by().values("review")
    counted = {row["review"]: row["number"] for row in statements.annotate(number=Count("pk"))}
    actions = ReviewAction.objects.live().filter(statement__review__in=pks).order_by().values("statement__review")
    acted = {
        row["statement__review"]: row
        for row in actions.annotate(open=Count("pk", filter=_OPEN), nobody=Count("pk", filter=_NOBODY))
    }
    chains = {one.first_id or one.pk for one in rounds}
    earlier: dict = {}
    for one in Review.objects.filter(Q(pk__in=chains) | Q(first__in=chains)).order_by("-made_at"):
        earlier.setdefault(one.first_id or one.pk, []).append(one)
    return [
        {
            "review": one,
            "earlier": [each for each in earlier[one.first_id or one.pk] if each.made_at < one.made_at],
            "lead": lead_words(one.lead),
            "statements": counted.get(one.pk, 0),
            "open": acted.get(one.pk, {}).get("open", 0),
            "nobody": acted.get(one.pk, {}).get("nobody", 0),
        }
        for one in rounds
    ]


def overview(review: Review) -> list[dict]:
    """How each part stands, by level: {"level", "words", "rows": [{"part", "overall", "red", …, "open", "nobody"}]}."""
    rated = {one.part: one for one in review.overall_ratings.current().select_related("by")}
    last = last_ratings(review)
    statements = review.statements.standing().order_by().values("level", "stage", "rating")
    counts: dict[str, dict[str, int]] = {part: dict.fromkeys(Rating.values, 0) for part in Part}
    for row in statements.annotate(number=Count("pk")):
        counts[Part.of(row["level"], row["stage"])][row["rating"]] = row["number"]
    actions = ReviewAction.objects.live().filter(statement__review=review).order_by()
    by_part = actions.values("statement__level", "statement__stage")
    acted = {
        Part.of(row["statement__level"], row["statement__stage"]): row
        for row in by_part.annotate(open=Count("pk", filter=_OPEN), nobody=Count("pk", filter=_NOBODY))
    }
    return [
        {
            "level": level,
            "words": LEVEL_WORDS[level],
            "rows": [
                {
                    "part": part, "overall": rated.get(part), "last": last.get(part), **counts[part],
                    "open": acted.get(part, {}).get("open", 0), "nobody": acted.get(part, {}).get("nobody", 0),
                    "doubt": doubt(rated.get(part), counts[part]),
                }
                for part in Part
                if part.level == level
            ],
        }
        for level in Level
    ]  # fmt: skip


def board(review: Review, level: Level, domain: Domain | None = None) -> list[Row]:
    """The board of one level, all domains or one: a row for each stage; five queries, whatever it holds."""
    rows = review.statements.standing().filter(level=level)
    if domain:
        rows = rows.filter(domain=domain)
    drawn = cards(list(rows.select_related("words__updated_by")))
    rated = {one.part: one for one in review.overall_ratings.current().select_related("by")}
    last = last_ratings(review)
    made = [_row(Part.of(level, stage), rated, drawn, whole=domain is None) for stage in Stage]
    for row in made:
        row.last = last.get(row.part)
    return made


def cards(statements: list[Statement]) -> list[Card]:
    """The statements with their actions and what waits to be merged; two queries."""
    made = {statement.pk: Card(statement) for statement in statements}
    for action in ReviewAction.objects.filter(statement__in=list(made)).select_related("owner", "carried_to"):
        action.statement = made[action.statement_id].statement
        made[action.statement_id].actions.append(action)
    waiting = texts.waiting([statement.words for statement in statements])
    for card in made.values():
        card.waits = len(waiting.get(card.statement.words_id, ()))
    return list(made.values())


def _row(part: Part, rated: dict[str, OverallRating], drawn: list[Card], *, whole: bool) -> Row:
    """One part with its cards; `whole` where all domains are shown."""
    pairs = [Pair(column) for column in COLUMNS]
    by_rating = {pair.column.rating: pair for pair in pairs}
    counts = dict.fromkeys(Rating.values, 0)
    for card in drawn:
        if card.statement.stage == part.stage:
            by_rating[Rating(card.statement.rating)].cards.append(card)
            counts[card.statement.rating] += 1
    overall = rated.get(part)
    ratings = [rating for rating, number in counts.items() for _ in range(number)]
    mark = live.head_mark(overall.pk if overall else None, ratings if whole else "")
    # What is said of the rating is said of all domains; with one of them shown, it is not the whole part.
    return Row(part, overall, pairs, counts, mark, doubt=doubt(overall, counts) if whole else "")


def doubt(overall: OverallRating | None, counts: dict[str, int]) -> str:
    """Where an overall rating and the statements do not go together, in words; "" else. It changes nothing."""
    if overall is None or not sum(counts.values()):
        return ""
    rating, red, green = overall.rating, counts[Rating.RED], counts[Rating.GREEN]
    if rating in (Overall.GREEN, Overall.GREEN_AMBER) and red:
        return f"The rating is {overall.get_rating_display()}, and {_statements(red)} red."
    if rating in (Overall.GREEN, Overall.GREEN_AMBER) and not green:
        return f"The rating is {overall.get_rating_display()}, and no statement is green."
    if rating == Overall.RED and not red:
        return "The rating is Red, and no statement is red."
    if rating == Overall.AMBER_RED and not red and not counts[Rating.AMBER]:
        return "The rating is Amber/Red, and every statement is green."
    return ""


def _statements(number: int) -> str:
    return "1 statement is" if number == 1 else f"{number} statements are"
