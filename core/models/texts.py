"""Narrative that several people may write at once: one row a text, every version kept, conflicts set aside."""

import uuid

from django.conf import settings
from django.db import models


class Text(models.Model):
    """The present state of one text. Rows that own a text point to it; `core.texts` is the only writer.

    `client` and `seq` name the last save by the page that made it: a page that repeats a save, because the answer
    was lost on the way, is never told that it is in conflict with itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True, help_text="When the first save was made that the last version gathers.")
    client = models.CharField(max_length=64, blank=True)
    seq = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(version=0, updated_at=None, updated_by=None, begun_at=None)
                | models.Q(version__gt=0, updated_at__isnull=False, updated_by__isnull=False, begun_at__isnull=False),
                name="text_saved_by_and_at",
                violation_error_message="A saved text keeps who saved it and when.",
            ),
        ]

    def __str__(self) -> str:
        return f"text {self.pk} version {self.version}"


class TextVersion(models.Model):
    """A version that was once the text. A save that only adds to its author's own last one replaces that one."""

    text = models.ForeignKey(Text, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    body = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    begun_at = models.DateTimeField(help_text="When the first of the saves was made that this version gathers.")

    class Meta:
        ordering = ["text", "version"]
        constraints = [models.UniqueConstraint(fields=["text", "version"], name="text_version_number_once")]

    def __str__(self) -> str:
        return f"version {self.version}"


class SetAsideText(models.Model):
    """What somebody wrote on top of a version that was no longer the last: kept until one of them merges it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    text = models.ForeignKey(Text, on_delete=models.CASCADE, related_name="set_aside")
    body = models.TextField(blank=True)
    base_version = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    client = models.CharField(max_length=64, blank=True)
    seq = models.PositiveBigIntegerField(default=0)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(resolved_by=None, resolved_at=None)
                | models.Q(resolved_by__isnull=False, resolved_at__isnull=False),
                name="set_aside_resolved_by_and_at",
            ),
        ]
        indexes = [
            models.Index(fields=["text"], condition=models.Q(resolved_at=None), name="set_aside_waiting"),
        ]

    def __str__(self) -> str:
        return f"set aside {self.pk}"
