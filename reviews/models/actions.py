"""The action plan of a statement: each action with its own lead, date or timescale, status and progress."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.permissions import Permission, can
from core.models import ActionBase
from core.models.actions import ActionQuerySet, ProgressBase

from ..choices import Part
from .statements import Statement


class ReviewActionQuerySet(ActionQuerySet):
    def visible_to(self, user) -> "ReviewActionQuerySet":
        """All of them, for who reads system reviews; for others those that are theirs to do."""
        if can(user, Permission.REVIEW_SEE):
            return self
        return self.filter(owner=user) if can(user, Permission.REVIEW_ACTION_UPDATE_OWN) else self.none()

    def standing(self) -> "ReviewActionQuerySet":
        """Those of statements that were not taken away."""
        return self.filter(statement__removed_at=None)

    def live(self) -> "ReviewActionQuerySet":
        """Those to follow up: standing, and not carried into a later round, where they go on."""
        return self.standing().filter(carried_to=None)

    def overdue(self, on: date | None = None) -> "ReviewActionQuerySet":
        """Open ones whose date lies before a day (today, London), and that no later round took over."""
        return super().overdue(on).filter(carried_to=None)

    def without_lead(self) -> "ReviewActionQuerySet":
        """Those that nobody leads: nobody was named, or who was named has left.

        One that refers to other parts of the review is led by those who lead the actions there.
        """
        return self.filter(Q(owner=None, owner_name="", points_to=[]) | Q(owner__is_active=False))


class ReviewAction(ActionBase):
    """An action of a statement. Its owner is called its lead on pages, as in the results tool; it may have none yet."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="actions")
    timescale = models.CharField(max_length=200, blank=True, help_text="In words, such as in three months' time.")
    due_counted = models.BooleanField(
        default=False, help_text="Whether `due` was counted from the day of the review by the words of `timescale`."
    )
    points_to = ArrayField(
        models.CharField(max_length=12, choices=Part.choices), default=list, blank=True,
        help_text="Other parts of the review whose actions this one refers to.",
    )  # fmt: skip
    order = models.PositiveIntegerField(default=0)
    carried_from = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="carried_to"
    )

    objects = ReviewActionQuerySet.as_manager()

    class Meta(ActionBase.Meta):
        ordering = ["order", "created_at", "pk"]
        constraints = [
            *(rule for rule in ActionBase.Meta.constraints if rule.name != "%(class)s_has_somebody"),
            models.CheckConstraint(
                condition=Q(due_counted=False) | (Q(due__isnull=False) & ~Q(timescale="")),
                name="%(class)s_counted_from_words",
                violation_error_message="A date that was counted keeps the words that it was counted by.",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "status", "due"], name="review_action_of_owner"),
            models.Index(fields=["statement", "status"], name="review_action_of_statement"),
        ]

    @property
    def who(self) -> str:
        """The lead's name, with the agency for somebody elsewhere; words that say so where there is none."""
        return super().who or ("As there" if self.points_to else "Nobody yet")

    @property
    def has_nobody(self) -> bool:
        """Whether nobody leads it, as `without_lead` asks of many."""
        return self.owner_has_left or not (self.owner_id or self.owner_name or self.points_to)

    @property
    def is_overdue(self) -> bool:
        """Whether it is late. One that a later round carried on is late there, or was done there, and not here."""
        return super().is_overdue and not hasattr(self, "carried_to")

    @property
    def pointed_to(self) -> list[Part]:
        """The other parts of the review that it refers to."""
        return [Part(value) for value in self.points_to]


class ReviewProgress(ProgressBase):
    """A note on how an action of a review is going."""

    action = models.ForeignKey(ReviewAction, on_delete=models.CASCADE, related_name="progress")

    class Meta(ProgressBase.Meta):
        indexes = [models.Index(fields=["action", "at"], name="progress_of_review_action")]
