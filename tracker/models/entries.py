"""The data entry form of a referral, once it is completed or imported: what the tracker adds to it."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from consultations.models import Referral
from core.words import Words

from ..choices import PrimaryConcern
from .themes import Theme


class TrackerEntry(models.Model):
    """The data entry form of one referral, once it is completed or imported."""

    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="entry")
    version = models.PositiveIntegerField(default=1)
    how_long_known = models.TextField(blank=True)
    previous_referrals = models.TextField(blank=True)
    primary_concern = models.CharField(max_length=15, choices=PrimaryConcern.choices, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    themes = models.ManyToManyField(Theme, blank=True, related_name="entries")
    other_theme = models.CharField(max_length=300, blank=True)
    feedback = models.TextField(blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    import_key = models.CharField(max_length=64, null=True, blank=True, unique=True)

    class Meta:
        verbose_name_plural = "tracker entries"
        constraints = [
            models.CheckConstraint(
                condition=Q(completed_at=None, completed_by=None)
                | (Q(completed_at__isnull=False, completed_by__isnull=False) & ~Q(primary_concern="")),
                name="entry_completed_with_concern",
                violation_error_message="A completed data entry form has one primary concern.",
            ),
        ]
        indexes = [
            models.Index(fields=["primary_concern"], name="entry_by_concern"),
            GinIndex(Words("detail"), name="entry_by_detail"),
            GinIndex(Words("other_theme"), name="entry_by_other_theme"),
        ]

    def __str__(self) -> str:
        return f"entry {self.pk}"
