"""A link by which people outside the council read one round without an account, until its end date (ADR 38)."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.permissions import Permission, can

from .rounds import Review


class PartnerLinkQuerySet(models.QuerySet):
    def visible_to(self, user) -> "PartnerLinkQuerySet":
        """Every link, for who reads system reviews."""
        return self if can(user, Permission.REVIEW_SEE) else self.none()


class PartnerLink(models.Model):
    """One link. What opens it is known to whoever was given it, and is kept nowhere: here stands only its hash."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="partner_links")
    label = models.CharField(max_length=200, help_text="For whom it is.")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_on = models.DateField(help_text="The last day on which it opens, London time.")
    shows_leads = models.BooleanField(default=False, help_text="Whether the names of those who lead actions are shown.")
    passed_because = models.TextField(blank=True, help_text="Why words that may be names are no child's name.")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = PartnerLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(label=""), name="partner_link_has_label"),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="partner_link_revoked_by_and_at",
                violation_error_message="A link that was ended keeps who ended it and when.",
            ),
        ]

    def __str__(self) -> str:
        return f"link {self.pk}"

    def is_open(self, on: date | None = None) -> bool:
        """Whether it opens the round on a day (today, London): until its last day, unless it was ended before."""
        return self.revoked_at is None and (on or timezone.localdate()) <= self.expires_on
