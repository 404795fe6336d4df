"""Where referrals name a place, a school or a group in words, and what was decided about names that come again."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from consultations.models import Referral

from ..choices import MentionSource, NamedAs
from .contexts import Context


class ContextMention(models.Model):
    """One referral names something in one of its places. It is kept up by `services.patterns`, never typed.

    Which context is meant the rules find, or a person says.
    """

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="context_mentions")
    source = models.CharField(max_length=10, choices=MentionSource.choices)
    text = models.CharField(max_length=500)
    key = models.CharField(max_length=200, help_text="The name as it is compared (place_names.place_key).")
    received_on = models.DateField(help_text="When the referral was received.")
    context = models.ForeignKey(Context, on_delete=models.SET_NULL, null=True, blank=True, related_name="mentions")
    how = models.CharField(max_length=10, choices=NamedAs.choices, blank=True)
    # Who said which context is meant, or that none is: it holds while the referral gives the name.
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    said_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-received_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["referral", "source", "key"], name="context_mention_once"),
            models.CheckConstraint(condition=~Q(key=""), name="context_mention_names_something"),
            models.CheckConstraint(
                condition=Q(said_at=None, said_by=None) | Q(said_at__isnull=False, said_by__isnull=False),
                name="context_mention_said_by_and_at",
            ),
        ]
        indexes = [
            models.Index(fields=["key", "received_on"], name="context_mention_by_key"),
            models.Index(fields=["context", "received_on"], name="context_mention_by_context"),
            models.Index(fields=["received_on"], name="context_mention_by_day"),
        ]

    def __str__(self) -> str:
        return f"mention {self.pk}"


class PatternDecision(models.Model):
    """What was decided about a name that came again: a context was referred, or it was dismissed; and why."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=200)
    name = models.CharField(max_length=500)
    accepted = models.BooleanField()
    reason = models.TextField()
    number = models.PositiveIntegerField(help_text="How many referrals named it then.")
    context = models.ForeignKey(Context, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(undone_at=None, accepted=False), name="pattern_dismissed_once"
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="pattern_undone_by_and_at",
            ),
            models.CheckConstraint(
                condition=Q(accepted=True, context__isnull=False) | Q(accepted=False, context=None),
                name="pattern_accepted_has_context",
            ),
        ]

    def __str__(self) -> str:
        return f"pattern decision {self.pk}"


class PatternReading(models.Model):
    """How far the audit log has been read for names that changed; one row."""

    event = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="pattern_reading_once")]

    def __str__(self) -> str:
        return f"read to {self.event}"
