"""The statements of a round, each in its place of the results tool, and every move of one."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.permissions import Permission, can
from core.models import Text

from ..choices import Domain, Level, Part, Rating, Stage
from .rounds import Review


class StatementQuerySet(models.QuerySet):
    def visible_to(self, user) -> "StatementQuerySet":
        """Every statement, for who reads system reviews."""
        return self if can(user, Permission.REVIEW_SEE) else self.none()

    def standing(self) -> "StatementQuerySet":
        """Those that were not taken away."""
        return self.filter(removed_at=None)


class Statement(models.Model):
    """What is so in one part of the system, with its rating. Its words are a versioned text."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="statements")
    level = models.CharField(max_length=1, choices=Level.choices)
    stage = models.CharField(max_length=12, choices=Stage.choices)
    domain = models.CharField(max_length=12, choices=Domain.choices, default=Domain.TARGET)
    rating = models.CharField(max_length=5, choices=Rating.choices)
    words = models.OneToOneField(Text, on_delete=models.PROTECT, related_name="+")
    order = models.PositiveIntegerField(default=0)
    carried_from = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="carried_to"
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    removed_because = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1, help_text="Of its place and rating; its words have their own.")

    objects = StatementQuerySet.as_manager()

    class Meta:
        ordering = ["level", "order", "made_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(level__in=Level.values), name="statement_level_known"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="statement_stage_known"),
            models.CheckConstraint(condition=Q(domain__in=Domain.values), name="statement_domain_known"),
            models.CheckConstraint(
                condition=Q(rating__in=Rating.values),
                name="statement_rating_known",
                violation_error_message="A statement is red, amber or green.",
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None, removed_because="")
                | (Q(removed_at__isnull=False, removed_by__isnull=False) & ~Q(removed_because="")),
                name="statement_removed_by_and_at",
                violation_error_message="A statement that was taken away keeps who did it, when and why.",
            ),
        ]
        indexes = [models.Index(fields=["review", "level", "stage", "order"], name="statement_of_cell")]

    def __str__(self) -> str:
        return f"statement {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("reviews:statement", args=[self.pk])

    @property
    def part(self) -> Part:
        """Its level and stage."""
        return Part.of(self.level, self.stage)


class StatementMove(models.Model):
    """A statement was rated otherwise, or put into another part: who, when, why. Moves are never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="moves")
    rating_before = models.CharField(max_length=5, choices=Rating.choices)
    rating_after = models.CharField(max_length=5, choices=Rating.choices)
    part_before = models.CharField(max_length=12, choices=Part.choices)
    part_after = models.CharField(max_length=12, choices=Part.choices)
    domain_before = models.CharField(max_length=12, choices=Domain.choices)
    domain_after = models.CharField(max_length=12, choices=Domain.choices)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="statement_move_has_reason")]
        indexes = [models.Index(fields=["statement", "at"], name="move_of_statement")]

    def __str__(self) -> str:
        return f"move {self.pk}"

    @property
    def words(self) -> str:
        """What moved, in words: "From Red to Amber"."""
        said = []
        if self.rating_before != self.rating_after:
            said.append(f"from {self.get_rating_before_display()} to {self.get_rating_after_display()}")
        if self.part_before != self.part_after:
            said.append(f"from {self.get_part_before_display()} to {self.get_part_after_display()}")
        if self.domain_before != self.domain_after:
            said.append(f"from {self.get_domain_before_display()} to {self.get_domain_after_display()}")
        words = "; ".join(said)
        return words[:1].upper() + words[1:]
