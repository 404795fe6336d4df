"""Feedback: toolkit step 6, what came of the advice and of the actions."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.permissions import Permission, can

from ..choices import AdviceUsed, WhatHappened
from .actions import ConsultationAction
from .referrals import Referral


class FeedbackQuerySet(models.QuerySet):
    def visible_to(self, user) -> "FeedbackQuerySet":
        """The feedback about referrals that `user` may see."""
        if not can(user, Permission.REFERRAL_SEE):
            return self.none()
        return self.filter(referral__in=Referral.objects.visible_to(user))

    def outstanding(self) -> "FeedbackQuerySet":
        """Asked for and not given yet."""
        return self.filter(answered_at=None)


class Feedback(models.Model):
    """What the referrer says some weeks after the consultation. The row is made when it is asked for."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="feedback")
    asked_at = models.DateTimeField()
    chased_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    used = models.CharField(max_length=10, choices=AdviceUsed.choices, blank=True)
    useful = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    young_person = models.TextField(blank=True, help_text="What changed for the young person.")
    context = models.TextField(blank=True, help_text="What changed in the context.")
    version = models.PositiveIntegerField(default=1)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "feedback"
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None)
                | (Q(answered_at__isnull=False, answered_by__isnull=False, useful__isnull=False) & ~Q(used="")),
                name="feedback_answered_in_full",
            ),
            models.CheckConstraint(condition=Q(useful=None) | Q(useful__range=(1, 5)), name="feedback_useful_1_to_5"),
        ]
        indexes = [models.Index(fields=["asked_at"], condition=Q(answered_at=None), name="feedback_outstanding")]

    def __str__(self) -> str:
        return f"feedback {self.pk}"


class ActionFeedback(models.Model):
    """What the referrer says became of one action."""

    feedback = models.ForeignKey(Feedback, on_delete=models.CASCADE, related_name="actions")
    action = models.ForeignKey(ConsultationAction, on_delete=models.PROTECT, related_name="feedback")
    happened = models.CharField(max_length=10, choices=WhatHappened.choices)
    words = models.TextField(blank=True)

    class Meta:
        ordering = ["action__created_at"]
        constraints = [models.UniqueConstraint(fields=["feedback", "action"], name="feedback_on_action_once")]

    def __str__(self) -> str:
        return f"feedback on action {self.pk}"
