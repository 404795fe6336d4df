"""What a statement stands on: figures of the catalogue, and files."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.permissions import Permission, can

from .statements import Statement


class EvidenceQuerySet(models.QuerySet):
    def visible_to(self, user) -> "EvidenceQuerySet":
        """All of it, for who reads system reviews."""
        return self if can(user, Permission.REVIEW_SEE) else self.none()


class Figure(models.Model):
    """A figure of `reviews.catalogue` with its filter and period; `kept_…`: what it said when its round was closed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="figures")
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=30, blank=True, help_text="A kind of context, empty for all.")
    period = models.CharField(max_length=20)
    note = models.CharField(max_length=300, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    kept_on = models.DateField(null=True, blank=True)
    kept_from = models.DateField(null=True, blank=True)
    kept_until = models.DateField(null=True, blank=True)
    kept_number = models.PositiveIntegerField(null=True, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "key", "kind", "period"],
                name="figure_once",
                violation_error_message="This figure is attached to the statement already.",
            ),
            models.CheckConstraint(
                condition=Q(kept_on=None, kept_until=None, kept_from=None, kept_number=None)
                | Q(kept_on__isnull=False, kept_until__isnull=False),
                name="figure_kept_with_its_day",
            ),
        ]

    def __str__(self) -> str:
        return f"figure {self.pk}"


class EvidenceFile(models.Model):
    """A file that shows what a statement says. Its bytes stand here, for whichever machine is asked for them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="files")
    title = models.CharField(max_length=200)
    ending = models.CharField(max_length=5)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, help_text="Of its bytes: the same sent twice is one file.")
    content = models.BinaryField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="evidence_file_has_title"),
            models.UniqueConstraint(
                fields=["statement", "digest"],
                name="evidence_file_once",
                violation_error_message="This file is attached to the statement already.",
            ),
        ]

    def __str__(self) -> str:
        return f"evidence file {self.pk}"
