"""A fictional system review: the tool's worked example as the last of three rounds, with a lead and dates."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from reviews.choices import Domain, Part
from reviews.models import Review, Statement
from reviews.services import actions, evidence, example, going_on, ratings, rounds, statements
from reviews.timescales import counted_from
from reviews.worked_example import OVERALL, STATEMENTS

from .review_rounds import ACTIONS, EARLIER, LEFT_OUT, MOVES, RATINGS

APART = timedelta(days=183)
NO_LEAD = "Who leads is agreed in the next round."


def load(people: dict[str, User], now: datetime) -> Review:
    """Three rounds of the whole borough half a year apart. The last one, some weeks ago, is the worked example."""
    by = people["lead"]
    days = {number: now - timedelta(days=40) - (3 - number) * APART for number in (1, 2, 3)}
    values = {"area": "The whole borough", "lead": by, "next_on": None}
    review = rounds.begin(values | {"on": timezone.localdate(days[1])}, by=by, at=days[1])
    known: dict[int | str, Statement] = {}
    for number, day in days.items():
        if number > 1:
            left_out = {known.pop(name).pk: why for name, (when, why) in LEFT_OUT.items() if when == number}
            on = timezone.localdate(day)
            given = values | {"on": on, "next_on": on + APART if number == 3 else None}
            choices = going_on.Choices(left_out=left_out)
            review, _ = going_on.start(review, given, choices, reason=NO_LEAD, by=by, at=day)
            known = {name: Statement.objects.get(carried_from=one) for name, one in known.items()}
        _write(review, number, known, by=by, day=day)
    _complete(review, known, by=by, at=days[3] + timedelta(days=2))
    tried = review.statements.get(words__body="No school assessments have been trialled to date")
    shown = {"key": "assessments", "kind": "school", "period": "12m", "note": "Counted from the contexts themselves"}
    evidence.attach_figure(tried, **shown, by=by, at=days[3] + timedelta(days=2))
    return review


def _write(review: Review, number: int, known: dict[int | str, Statement], *, by: User, day: datetime) -> None:
    """What was added, moved, planned and rated in this round."""
    for name, one in EARLIER.items():
        if one.round == number:
            known[name] = _said(review, one.part, one.rating, one.words, by=by, at=day)
    for name, moves in MOVES.items():
        for place, move in enumerate(moves):
            if move.round == number:
                at = day + timedelta(days=1) if number == 3 else day + timedelta(days=80 + 7 * place)
                _move(known[name], move.rating, move.reason, move.words, by=by, at=at)
    for name, plans in ACTIONS.items():
        for plan in plans:
            if plan.round == number:
                due = timezone.localdate(day) + timedelta(days=plan.days) if plan.days else None
                told = {"what": plan.what, "owner_name": plan.lead, "due": due}
                made = actions.add(known[name], told, by=by, at=day)
                if plan.status != "open":
                    at = day + timedelta(days=(plan.days or 0) - 5)
                    actions.close(made, status=plan.status, outcome=plan.outcome, by=by, at=at)
    for part, (rating, reason) in RATINGS.get(number, {}).items():
        ratings.rate(review, part, rating=rating, reason=reason, seen=None, by=by, at=day + timedelta(days=3))


def _complete(review: Review, known: dict[int | str, Statement], *, by: User, at: datetime) -> None:
    """Make the last round what the worked example is, word for word."""
    for place, given in enumerate(STATEMENTS):
        made = known.get(place) or _said(review, given.part, given.rating, given.words, by=by, at=at)
        _write_words(made, given.words, by=by, at=at)
        there = set(made.actions.values_list("what", flat=True))
        for action in given.actions:
            if action.what not in there:
                due = counted_from(action.timescale, review.on)
                told = {
                    "what": action.what, "owner_name": action.lead, "timescale": action.timescale, "due": due,
                    "due_counted": due is not None, "points_to": [str(part) for part in action.points_to],
                }  # fmt: skip
                actions.add(made, told, by=by, at=at)
    for part, rating in OVERALL.items():
        ratings.rate(review, part, rating=rating, reason=example.REASON, seen=None, by=by, at=at)


def _said(review: Review, part: Part, rating: str, words: str, *, by: User, at: datetime) -> Statement:
    values = {"level": part.level, "stage": part.stage, "domain": Domain.TARGET, "rating": rating, "words": words}
    return statements.add(review, values, by=by, at=at)


def _move(statement: Statement, rating: str, reason: str, words: str, *, by: User, at: datetime) -> None:
    statement.refresh_from_db()
    statements.move(statement, rating=rating, reason=reason, seen_version=statement.version, by=by, at=at)
    if words:
        _write_words(statement, words, by=by, at=at)


def _write_words(statement: Statement, words: str, *, by: User, at: datetime) -> None:
    statement.words.refresh_from_db()
    if statement.words.body != words:
        statements.save_words(statement, body=words, base_version=statement.words.version, by=by, at=at)
