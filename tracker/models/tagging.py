"""Taggings: what was done to the themes of several referrals at once, so that it can be told and taken back."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.permissions import Permission, permissions_of
from consultations.models import Referral

from ..choices import TaggingKind
from .themes import Theme


class TaggingQuerySet(models.QuerySet):
    def applied(self) -> "TaggingQuerySet":
        """Those that were done, and not only prepared."""
        return self.filter(applied_at__isnull=False)

    def visible_to(self, user) -> "TaggingQuerySet":
        """Your own; merges of themes, for who keeps the themes; and those of others, for who sees the tracker besides
        and may see a referral that it changed. Of its referrals each reader sees only what is theirs to see anyway.
        """
        held = permissions_of(user)
        shown = Q(made_by=user)
        if Permission.THEMES_MANAGE in held:
            shown |= Q(kind=TaggingKind.MERGED, applied_at__isnull=False)
            if Permission.TRACKER_SEE in held:
                seen = Referral.objects.visible_to(user)
                changed = TaggingChange.objects.filter(tagging=OuterRef("pk"), referral__in=seen)
                shown |= Q(Exists(changed), applied_at__isnull=False)
        return self.filter(shown)


class Tagging(models.Model):
    """Themes added to referrals and taken away, by one person in one go; prepared first, then applied.

    `selection` holds the ids of the referrals while it is prepared, `filters` the list's address that they were chosen
    in. `about` is what a kind needs besides: of texts of Other their keys ("texts"); of a merge whether the theme was
    in use ("was_active").
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=TaggingKind.choices)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    adds = models.ManyToManyField(Theme, blank=True, related_name="+")
    removes = models.ManyToManyField(Theme, blank=True, related_name="+")
    new_theme = models.CharField(max_length=100, blank=True)
    selection = models.JSONField(default=list, blank=True)
    filters = models.TextField(blank=True)
    about = models.JSONField(default=dict, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = TaggingQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False, applied_at__isnull=False),
                name="tagging_undone_by_and_at",
                violation_error_message="Only what was applied can be undone, by somebody at some time.",
            ),
        ]
        indexes = [
            models.Index(fields=["made_by", "-made_at"], name="tagging_by_person"),
            models.Index(fields=["-applied_at"], condition=Q(applied_at__isnull=False), name="tagging_newest_first"),
        ]

    def __str__(self) -> str:
        return f"tagging {self.pk}"


class TaggingChange(models.Model):
    """What a tagging changed in one referral: ids of themes, and the text of Other before and after."""

    tagging = models.ForeignKey(Tagging, on_delete=models.CASCADE, related_name="changes")
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="taggings")
    added = models.JSONField(default=list)
    removed = models.JSONField(default=list)
    other_before = models.CharField(max_length=300, blank=True)
    other_after = models.CharField(max_length=300, blank=True)
    made_entry = models.BooleanField(default=False)
    undone = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["tagging", "referral"], name="tagging_changes_a_referral_once"),
        ]

    def __str__(self) -> str:
        return f"change {self.pk}"
