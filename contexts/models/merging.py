"""Contexts that were one and stood here twice: what moved, so that it can be moved back."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .contexts import Context


class ContextMergeQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ContextMergeQuerySet":
        """The merges of contexts that `user` may see, where what was kept is kept now."""
        seen = Context.objects.visible_to(user).values("pk")
        return self.filter(Q(kept__in=seen) | Q(kept__merged_into__in=seen))


class ContextMerge(models.Model):
    """Two contexts were made one. What moved is kept, so that it can be moved back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kept = models.ForeignKey(Context, on_delete=models.PROTECT, related_name="merges_kept")
    gone = models.ForeignKey(Context, on_delete=models.PROTECT, related_name="merges_gone")
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    moved = models.JSONField(help_text="{relation: the ids of what moved}, and what stayed or was ended.")
    mark = models.CharField(max_length=64, help_text="Stands for the kept context as the merge left it.")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ContextMergeQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="context_merge_of_two"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="context_merge_undone_by_and_at",
            ),
            models.UniqueConstraint(fields=["gone"], condition=Q(undone_at=None), name="context_merged_away_once"),
        ]

    def __str__(self) -> str:
        return f"merge {self.pk}"
