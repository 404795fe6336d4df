"""What is to be done after a consultation: the agreed actions, and the questions that somebody takes away."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from accounts.permissions import Permission, can
from core.models import ActionBase, FormSection, ListItem
from core.models.actions import ActionQuerySet, ProgressBase
from core.words import Words

from ..choices import Space
from .consultations import Consultation
from .referrals import Referral


class OfConsultationQuerySet(ActionQuerySet):
    def visible_to(self, user) -> "OfConsultationQuerySet":
        """Those of the referrals that `user` may see, and those that are theirs to do."""
        if not can(user, Permission.ACTION_UPDATE_OWN):
            return self.none()
        return self.filter(Q(consultation__referral__in=Referral.objects.visible_to(user)) | Q(owner=user))


class ConsultationAction(ActionBase):
    """An action agreed in a consultation, against the space where the harm or strength lies."""

    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="actions")
    space = models.CharField(max_length=15, choices=Space.choices)
    interventions = models.ManyToManyField(ListItem, blank=True, related_name="+")
    context_name = models.CharField(max_length=200, blank=True, help_text="The place, school or group it concerns.")

    objects = OfConsultationQuerySet.as_manager()

    class Meta(ActionBase.Meta):
        ordering = ["due", "created_at"]
        indexes = [
            models.Index(fields=["owner", "status", "due"], name="action_of_owner"),
            GinIndex(Words("context_name"), name="action_by_context"),
        ]


class ActionProgress(ProgressBase):
    """A note on how an action of a consultation is going."""

    action = models.ForeignKey(ConsultationAction, on_delete=models.CASCADE, related_name="progress")

    class Meta(ProgressBase.Meta):
        indexes = [models.Index(fields=["action", "at"], name="progress_of_action")]


class TakeAway(ActionBase):
    """A question that nobody in the room could answer: `what` asks, `outcome` answers, the owner finds out."""

    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="take_aways")
    section = models.ForeignKey(FormSection, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = OfConsultationQuerySet.as_manager()

    class Meta(ActionBase.Meta):
        ordering = ["due", "created_at"]
        indexes = [models.Index(fields=["owner", "status", "due"], name="take_away_of_owner")]
