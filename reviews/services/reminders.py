"""Reminders of the actions of reviews, as of all others: before the day, after it, and every week then."""

from datetime import datetime

from consultations.services.reminders import remind_owners
from core.forms import lower_first

from ..models import ReviewAction
from . import steps
from .actions import KIND


def remind_of_reviews(at: datetime) -> int:
    """Tell leads here what is due soon or overdue of what is still to follow up; how many were told."""
    return remind_owners(
        ReviewAction.objects.live().open().select_related("statement__review"),
        start=KIND.name,
        page="reviews:action",
        words=lambda action: f"Your action of the system {lower_first(steps.label(action.statement.review))}",
        at=at,
    )
