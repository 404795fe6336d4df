"""A filled-in results tool on its way into a round: its cells as they stand, and how its columns are read.

The cells are deleted when it is imported or discarded, or a week after they were last touched.
"""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.permissions import Permission, can
from tracker.models.imports import cells_field

from .rounds import Review

EXPIRES_AFTER = timedelta(days=7)


class ReviewImportQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ReviewImportQuerySet":
        """Those that `user` uploaded: nobody else reads a file before it is in a round."""
        return self.filter(made_by=user) if can(user, Permission.REVIEW_WRITE) else self.none()

    def waiting(self) -> "ReviewImportQuerySet":
        """Those that were not imported."""
        return self.filter(imported_at=None)

    def expired(self, at: datetime) -> "ReviewImportQuerySet":
        """Those that nobody has touched for a week and that were not imported."""
        return self.waiting().filter(touched_at__lt=at - EXPIRES_AFTER)


class ReviewImport(models.Model):
    """One file. `reviews.services.imports` is the only writer; `version` goes up when its columns are said anew."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    file_name = models.CharField(max_length=255, blank=True)
    digest = models.CharField(max_length=64, help_text="Of what the file holds: the same tool is not imported twice.")
    own = models.BooleanField(default=False, help_text="Whether it is an export of ours.")
    sheets = cells_field(default=list, help_text="The filled rows of each sheet: [{name, rows}].")
    blocks = models.JSONField(default=list, help_text="What each column is, below each row of headings.")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, null=True, blank=True, related_name="imports")
    imported_at = models.DateTimeField(null=True, blank=True)

    objects = ReviewImportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(imported_at=None, review=None) | Q(imported_at__isnull=False, review__isnull=False),
                name="review_import_has_its_round",
                violation_error_message="A file that was imported keeps the round that it went into.",
            )
        ]
        indexes = [models.Index(fields=["digest"], name="review_import_digest")]

    def __str__(self) -> str:
        return f"review import {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("reviews:import", args=[self.pk])
