"""Makers of system reviews and what belongs to them, through the services, so that what they make could exist."""

import itertools
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from accounts.permissions import Role
from reviews.models import OverallRating, Review, ReviewAction, Statement
from reviews.services import actions, ratings, rounds, statements
from tests.factories import a_person

_numbers = itertools.count(1)


def a_review(*, by: User | None = None, closed: bool = False, **values) -> Review:
    """A round of an area of its own, held today, without statements."""
    by = by or a_person(Role.LEAD)
    given = {"area": f"Locality {next(_numbers)}", "on": timezone.localdate(), "lead": by, "next_on": None}
    made = rounds.begin(given | values, by=by)
    return rounds.close(made, by=by) if closed else made


def a_statement(review: Review | None = None, *, by: User | None = None, **values) -> Statement:
    """An amber statement about referrals on level 1."""
    by = by or a_person(Role.LEAD)
    given = {
        "level": "1", "stage": "referral", "domain": "target", "rating": "amber",
        "words": f"Peers are asked about in some referrals. ({next(_numbers)})",
    }  # fmt: skip
    return statements.add(review or a_review(by=by), given | values, by=by)


def a_review_action(
    statement: Statement | None = None, *, owner: User | None = None, by: User | None = None, **values
) -> ReviewAction:
    """An open action, due in two weeks; without `owner` somebody elsewhere leads it."""
    by = by or a_person(Role.LEAD)
    given = {
        "what": f"Amend the referral form. ({next(_numbers)})",
        "owner": owner,
        "owner_name": "" if owner else "Lorna Reid",
        "due": timezone.localdate() + timedelta(days=14),
    }
    return actions.add(statement or a_statement(by=by), given | values, by=by)


def an_overall(review: Review, part: str = "1:referral", rating: str = "amber-red", *, by: User) -> OverallRating:
    """An overall rating of one part, over whatever is current."""
    current = review.overall_ratings.current().filter(part=part).first()
    seen = current.pk if current else None
    return ratings.rate(review, part, rating=rating, reason="Paperwork is changing.", seen=seen, by=by)
