"""Views of the tracker that somebody saved under a name: its filters, order and columns."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.permissions import Permission, can


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, user) -> "SavedViewQuerySet":
        """The person's own, and those that anybody shares with all who see the tracker."""
        if not can(user, Permission.TRACKER_SEE):
            return self.none()
        return self.filter(Q(owner=user) | Q(shared=True))


class SavedView(models.Model):
    """A named view. `query` is the address's own words, kept as far as the tracker knows them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="saved_views")
    name = models.CharField(max_length=80)
    query = models.TextField(blank=True)
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = [Lower("name"), "created_at"]
        constraints = [
            models.UniqueConstraint(
                "owner",
                Lower("name"),
                name="saved_view_name_once",
                violation_error_message="You have a view with this name already.",
            ),
        ]
        indexes = [models.Index(fields=["name"], condition=Q(shared=True), name="saved_view_shared")]

    def __str__(self) -> str:
        return self.name
