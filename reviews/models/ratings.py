"""The current overall rating of a level and stage: a judgement with its reason, never computed; all are kept."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.permissions import Permission, can

from ..choices import Overall, Part
from .rounds import Review


class OverallRatingQuerySet(models.QuerySet):
    def visible_to(self, user) -> "OverallRatingQuerySet":
        """Every rating, for who reads system reviews."""
        return self if can(user, Permission.REVIEW_SEE) else self.none()

    def current(self) -> "OverallRatingQuerySet":
        """The last one of each round and part."""
        return self.filter(is_current=True)


class OverallRating(models.Model):
    """One judgement. Another one replaces it, and it stays as it was."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="overall_ratings")
    part = models.CharField(max_length=12, choices=Part.choices)
    rating = models.CharField(max_length=12, choices=Overall.choices)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    objects = OverallRatingQuerySet.as_manager()

    class Meta:
        ordering = ["part", "at"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="overall_rating_has_reason"),
            models.CheckConstraint(
                condition=Q(rating__in=Overall.values),
                name="overall_rating_known",
                violation_error_message="An overall rating is one of the five steps.",
            ),
            models.CheckConstraint(condition=Q(part__in=Part.values), name="overall_rating_part_known"),
            models.UniqueConstraint(
                fields=["review", "part"],
                condition=Q(is_current=True),
                name="overall_rating_current_once",
                violation_error_message="Each level and stage has one current overall rating.",
            ),
        ]

    def __str__(self) -> str:
        return f"overall rating {self.pk}"
