"""Putting the tool's own worked example into a round: for a first look at what a filled-in review is."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from ..choices import Domain
from ..models import Review
from ..timescales import counted_from
from ..worked_example import OVERALL, STATEMENTS
from . import actions, ratings, statements

REASON = "As the worked example of the results tool has it."


def add_to(review: Review, *, by, at: datetime | None = None) -> None:
    """The 14 statements with their 20 actions, and the printed overall ratings. Leads are names, not people here."""
    at = at or timezone.now()
    with transaction.atomic():
        for given in STATEMENTS:
            values = {
                "level": given.part.level, "stage": given.part.stage, "domain": Domain.TARGET, "rating": given.rating,
                "words": given.words,
            }  # fmt: skip
            made = statements.add(review, values, by=by, at=at)
            for action in given.actions:
                due = counted_from(action.timescale, review.on)
                told = {
                    "what": action.what, "owner_name": action.lead, "timescale": action.timescale, "due": due,
                    "due_counted": due is not None, "points_to": [str(part) for part in action.points_to],
                }  # fmt: skip
                actions.add(made, told, by=by, at=at)
        for part, rating in OVERALL.items():
            if not review.overall_ratings.filter(part=part).exists():
                ratings.rate(review, part, rating=rating, reason=REASON, seen=None, by=by, at=at)
