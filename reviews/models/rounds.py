"""A round of a system review: an area, a day, who leads it, and the round that it went on from."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.permissions import Permission, can

from ..choices import ReviewState


class ReviewQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ReviewQuerySet":
        """Every round, for who reads system reviews: they are about the system and name no child."""
        return self if can(user, Permission.REVIEW_SEE) else self.none()

    def latest(self) -> "ReviewQuerySet":
        """Those that no later round went on from."""
        return self.filter(next_round=None)

    def of_chain(self, review: "Review") -> "ReviewQuerySet":
        """This round with all that went before it and came after it, the earliest first."""
        first = review.first_id or review.pk
        return self.filter(Q(pk=first) | Q(first=first)).order_by("made_at")


class Review(models.Model):
    """One round. Its statements, ratings and actions are its own, so that an earlier one stays as it was."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.CharField(max_length=200, help_text="What is reviewed, such as the whole borough.")
    on = models.DateField(help_text="The day of the review; dates in words count from it.")
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="led_reviews"
    )
    next_on = models.DateField(null=True, blank=True, help_text="When the next round is meant to be.")
    state = models.CharField(max_length=10, choices=ReviewState.choices, default=ReviewState.OPEN)
    follows = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="next_round")
    first = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="later_rounds",
        help_text="The round that its chain began with; empty in that one.",
    )  # fmt: skip
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_because = models.TextField(blank=True, help_text="Why it was closed although actions have no lead.")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-made_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(area=""), name="review_has_area"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None, closed_by=None, closed_because="")
                | Q(state="closed", closed_at__isnull=False, closed_by__isnull=False),
                name="review_closed_by_and_at",
                violation_error_message="A round that is closed keeps who closed it and when.",
            ),
            models.CheckConstraint(
                condition=Q(follows=None, first=None) | Q(follows__isnull=False, first__isnull=False),
                name="review_in_a_chain",
                violation_error_message="A round that goes on from another belongs to the chain of that one.",
            ),
        ]
        indexes = [models.Index(fields=["state", "on"], name="review_of_day")]

    def __str__(self) -> str:
        return f"review {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("reviews:review", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether it can still be written into."""
        return self.state == ReviewState.OPEN
