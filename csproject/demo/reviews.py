"""A fictional system review: the tool's worked example as a round, with a lead and dates."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from reviews.models import Review
from reviews.services import example, rounds


def load(people: dict[str, User], now: datetime) -> Review:
    """One round of the whole borough, held a few weeks ago."""
    lead = people["lead"]
    on = timezone.localdate(now) - timedelta(days=40)
    review = rounds.begin(
        {"area": "The whole borough", "on": on, "lead": lead, "next_on": on + timedelta(days=183)}, by=lead, at=now
    )
    example.add_to(review, by=lead, at=now)
    return review
