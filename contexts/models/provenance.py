"""Where a link comes from, how far it can be relied on, and until when: no association hardens into fact."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from ..choices import Reliability, Source


class ProvenanceQuerySet(models.QuerySet):
    def standing(self) -> "ProvenanceQuerySet":
        """Those that nobody has ended."""
        return self.filter(ended_at=None)

    def current(self, on: date | None = None) -> "ProvenanceQuerySet":
        """Those that count on a day (today, London): not ended, and their day of review has not passed."""
        return self.standing().filter(review_on__gte=on or timezone.localdate())

    def expired(self, on: date | None = None) -> "ProvenanceQuerySet":
        """Those that nobody has ended and that nobody has looked at again in time: they fade, and count no more."""
        return self.standing().filter(review_on__lt=on or timezone.localdate())


class Provenance(models.Model):
    """What every link carries (practice.md §2): source, reliability, date, review date, purpose, and its end."""

    source = models.CharField(max_length=15, choices=Source.choices)
    reliability = models.CharField(max_length=12, choices=Reliability.choices)
    noted_on = models.DateField(help_text="The day of the information.")
    review_on = models.DateField(help_text="From the day after, it no longer counts until somebody has looked at it.")
    purpose = models.TextField(help_text="Why it has to be known.")
    version = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_because = models.TextField(blank=True)

    objects = ProvenanceQuerySet.as_manager()

    class Meta:
        abstract = True

    @staticmethod
    def rules(name: str) -> list[models.BaseConstraint]:
        """The constraints that every model of links has, under names that begin with `name`."""
        return [
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, ended_because="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(ended_because="")),
                name=f"{name}_ended_by_and_at",
                violation_error_message="A link that is ended keeps who ended it, when and why.",
            ),
            models.CheckConstraint(
                condition=Q(review_on__gte=models.F("noted_on")),
                name=f"{name}_reviewed_later",
                violation_error_message="The day of review must not be before the day of the information.",
            ),
        ]

    def is_current(self, on: date | None = None) -> bool:
        """Whether it counts on a day (today, London): what `ProvenanceQuerySet.current` asks of the database."""
        return self.ended_at is None and self.review_on >= (on or timezone.localdate())
