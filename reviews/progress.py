"""Progress over the rounds of a chain, as plain words and numbers: for the page, for paper and for a partnership.

Nobody is named: no lead, no author. The words of statements and reasons are the review's own, which name no child.
"""

from dataclasses import dataclass

from django.db.models import Count
from django.utils.formats import date_format

from .choices import LEVEL_WORDS, Level, Part, Rating
from .comparison import Acts, Comparison, Sort, actions_of, compare
from .models import OverallRating, Review, Statement
from .pictures import Path, bars, path


@dataclass(frozen=True)
class RoundLine:
    """One round: its day, how many statements were red, amber and green, and how its actions stood."""

    day: str
    is_this: bool
    counts: dict[str, int]
    acts: Acts


@dataclass(frozen=True)
class PartProgress:
    """The overall ratings of one part, round by round ("" where it was not rated), as words and as a drawing."""

    part: Part
    ratings: list[dict[str, str]]  # {"rating", "words"}
    drawing: Path


@dataclass(frozen=True)
class Change:
    """A statement that moved, came or went: what the page says of it."""

    sort: str
    words: str
    part: str
    before: str  # ratings in words, "" where there is none
    after: str
    rating_before: str
    rating_after: str
    why: list[str]


@dataclass(frozen=True)
class Progress:
    """All that the page of progress shows."""

    area: str
    day: str
    since: str  # the day of the round before, "" in a first one
    summary: list[str]
    rounds: list[RoundLine]
    levels: list[dict]  # {"label", "words", "parts": [PartProgress]}
    bars: object
    changes: list[dict]  # {"heading", "lines": [Change]}; empty ones are left out


def progress(review: Review, chain: list[Review]) -> Progress:
    """How far a review has come up to this round: later ones are not told of. Nine queries, whatever there is."""
    rounds = chain[: [one.pk for one in chain].index(review.pk) + 1]
    days = [date_format(one.on, "DATE_FORMAT") for one in rounds]
    counts = _counts(rounds)
    acts = actions_of(chain, rounds)
    lines = [
        RoundLine(
            day, one.pk == review.pk, counts[one.pk],
            sum((told for (pk, _), told in acts.items() if pk == one.pk), Acts()),
        )
        for day, one in zip(days, rounds, strict=True)
    ]  # fmt: skip
    ratings = {(one.review_id, one.part): one for one in OverallRating.objects.current().filter(review__in=rounds)}
    short = [date_format(one.on, "M Y") for one in rounds]
    levels = [
        {
            "label": level.label,
            "words": LEVEL_WORDS[level],
            "parts": [_part(part, rounds, short, ratings) for part in Part if part.level == level],
        }
        for level in Level
    ]
    found = compare(rounds[-2], review, chain) if len(rounds) > 1 else None
    return Progress(
        area=review.area,
        day=days[-1],
        since=days[-2] if found else "",
        summary=found.summary if found else [],
        rounds=lines,
        levels=levels,
        bars=bars("bars", "Red, amber and green statements by round", [(one.day, one.counts) for one in lines]),
        changes=_changes(found) if found else [],
    )


def _counts(rounds: list[Review]) -> dict:
    found = {one.pk: dict.fromkeys(Rating, 0) for one in rounds}
    rows = Statement.objects.standing().filter(review__in=rounds).order_by().values("review", "rating")
    for row in rows.annotate(number=Count("pk")):
        found[row["review"]][Rating(row["rating"])] = row["number"]
    return found


def _part(part: Part, rounds: list[Review], days: list[str], ratings: dict) -> PartProgress:
    found = [ratings.get((one.pk, part)) for one in rounds]
    told = [
        {"rating": one.rating, "words": one.get_rating_display()} if one else {"rating": "", "words": "Not rated"}
        for one in found
    ]
    title = f"Overall rating over the rounds: {part.label}"
    name = part.value.replace(":", "-")
    return PartProgress(part, told, path(f"path-{name}", title, days, [one.rating if one else None for one in found]))


def _changes(found: Comparison) -> list[dict]:
    headings = {
        Sort.UP: "What moved up", Sort.SLIPPED: "What slipped", Sort.NEW: "What is new",
        Sort.LEFT_OUT: "What was left out",
    }  # fmt: skip
    made = [
        {"heading": heading, "lines": [_change(line) for line in found.lines if line.sort == sort]}
        for sort, heading in headings.items()
    ]
    return [one for one in made if one["lines"]]


def _change(line) -> Change:
    then, now = line.then, line.now
    return Change(
        sort=line.sort,
        words=line.shown.words.body,
        part=line.shown.part.label,
        before=then.get_rating_display() if then else "",
        after=now.get_rating_display() if now else "",
        rating_before=then.rating if then else "",
        rating_after=now.rating if now else "",
        why=[f"{step.words}, {date_format(step.on, 'DATE_FORMAT')}: {step.reason}" for step in line.steps],
    )
