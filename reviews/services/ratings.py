"""The overall rating of a level and stage: set by judgement with a reason, never computed (practice.md §3)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core import drafts
from core.workflow import EditConflict

from ..choices import Overall, Part
from ..models import OverallRating, Review
from . import steps

RATED = "Somebody rated this part after you opened this page."


def rate(
    review: Review, part: str, *, rating: str, reason: str, seen: UUID | None, by, at: datetime | None = None
) -> OverallRating:
    """Set the current overall rating of a part; the one before it is kept.

    `seen` is the current one that the page showed, None where there was none. The same form sent twice is one. Raises
    EditConflict where somebody rated it meanwhile, ActRefused where the round is closed, ValueError for a part or
    rating that does not exist.
    """
    at = at or timezone.now()
    part, rating = Part(part), Overall(rating)
    with transaction.atomic():
        current = steps.locked(review)
        drafts.drop(steps.draft_key(current, f"rate:{part}"), by)
        before = current.overall_ratings.current().filter(part=part).first()
        if before and (before.rating, before.reason, before.by_id) == (rating, reason, by.pk):
            return before
        if (before.pk if before else None) != seen:
            raise EditConflict(RATED, before)
        current.overall_ratings.current().filter(part=part).update(is_current=False)
        made = OverallRating.objects.create(review=current, part=part, rating=rating, reason=reason, by=by, at=at)
        steps.record(
            "review.rated", current, current, by=by, at=at, part=part.label, reason=reason,
            changed={"rating": [before.get_rating_display() if before else "", rating.label]},
        )  # fmt: skip
    return made
