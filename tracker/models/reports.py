"""Reports for a scrutiny commission: a period and the manager's own words. The figures are made anew at each look."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.permissions import Permission, can


class ReportQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ReportQuerySet":
        """Your own: the figures are of the referrals that you may see."""
        return self.filter(made_by=user) if can(user, Permission.REPORT_MAKE) else self.none()


class Report(models.Model):
    """One report: what it is called, what introduces it, and the period of its figures (whole months)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=200)
    introduction = models.TextField(blank=True)
    first = models.DateField()
    last = models.DateField()
    version = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reports")
    made_at = models.DateTimeField()

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first__lte=F("last")),
                name="report_period_in_order",
                violation_error_message="A report ends on or after the day it begins.",
            ),
        ]
        indexes = [models.Index(fields=["made_by", "-made_at"], name="report_by_maker")]

    def __str__(self) -> str:
        return f"report {self.pk}"
