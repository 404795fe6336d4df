"""The base of every action: of a consultation, a context plan, a system review."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class ActionStatus(models.TextChoices):
    OPEN = "open", "Open"
    DONE = "done", "Done"
    DROPPED = "dropped", "Dropped"


class ActionQuerySet(models.QuerySet):
    def open(self) -> "ActionQuerySet":
        """Actions that still wait to be done."""
        return self.filter(status=ActionStatus.OPEN)

    def overdue(self, on: date | None = None) -> "ActionQuerySet":
        """Open ones whose date lies before a day (today, London)."""
        return self.open().filter(due__lt=on or timezone.localdate())

    def of_owner(self, user) -> "ActionQuerySet":
        """The actions that are this person's to do."""
        return self.filter(owner=user)


class ActionBase(models.Model):
    """What, who, by when, and how it stands. Who is a person here or somebody elsewhere, by name and agency."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    what = models.TextField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="%(class)ss"
    )
    owner_name = models.CharField(max_length=200, blank=True)
    owner_agency = models.CharField(max_length=200, blank=True)
    due = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=ActionStatus.choices, default=ActionStatus.OPEN)
    outcome = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(owner__isnull=False) | ~Q(owner_name=""),
                name="%(class)s_has_somebody",
                violation_error_message="Say who will do this action.",
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=True) | Q(owner_name=""),
                name="%(class)s_has_one_owner",
                violation_error_message="An action has one owner: somebody here or somebody elsewhere.",
            ),
            models.CheckConstraint(
                condition=Q(status=ActionStatus.OPEN, closed_at=None, closed_by=None)
                | (~Q(status=ActionStatus.OPEN) & Q(closed_at__isnull=False, closed_by__isnull=False)),
                name="%(class)s_closed_by_and_at",
                violation_error_message="An action that is done or dropped keeps who closed it and when.",
            ),
        ]

    def __str__(self) -> str:
        return f"action {self.pk}"

    @property
    def who(self) -> str:
        """The owner's name, with the agency for somebody elsewhere."""
        if self.owner_id:
            return self.owner.name
        return f"{self.owner_name}, {self.owner_agency}" if self.owner_agency else self.owner_name

    @property
    def is_open(self) -> bool:
        """Whether it still waits to be done."""
        return self.status == ActionStatus.OPEN

    @property
    def is_overdue(self) -> bool:
        """Whether it is open and its date lies before today, London time."""
        return self.is_open and self.due is not None and self.due < timezone.localdate()

    @property
    def owner_has_left(self) -> bool:
        """Whether its owner had an account here and has left, so that somebody else has to take it over."""
        return self.owner_id is not None and not self.owner.is_active


class ProgressBase(models.Model):
    """A note on how an action is going. Notes are added, stamped with author and time, and never changed.

    The model that derives from it says whose notes they are: `action`, under the related name `progress`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering = ["at"]

    def __str__(self) -> str:
        return f"progress {self.pk}"
