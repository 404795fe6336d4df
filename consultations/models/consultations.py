"""Consultations: the meeting, its words, who was there, and what was found in each space."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models import FormSection, Text

from ..choices import HarmMark, Space, StrengthMark
from .referrals import Referral


class Consultation(models.Model):
    """The meeting about a referral, from the day it is planned. Its words are in `notes`, one text a section."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="consultation")
    planned_for = models.DateField(null=True, blank=True)
    starts_at = models.TimeField(null=True, blank=True, help_text="London time; empty where only the day is known.")
    place = models.CharField(max_length=200, blank=True)
    invitation = models.PositiveIntegerField(default=0, help_text="How often the invitation was changed.")
    held_on = models.DateField(null=True, blank=True)
    held_recorded_at = models.DateTimeField(null=True, blank=True)
    held_recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(planned_for__isnull=False) | Q(held_on__isnull=False), name="consultation_has_a_date"
            ),
            models.CheckConstraint(
                condition=Q(held_recorded_at=None, held_recorded_by=None)
                | Q(held_recorded_at__isnull=False, held_recorded_by__isnull=False, held_on__isnull=False),
                name="consultation_held_recorded_by_and_at",
            ),
        ]
        indexes = [models.Index(fields=["planned_for"], name="consultation_by_date")]

    def __str__(self) -> str:
        return f"consultation {self.pk}"

    @property
    def recorded_here(self) -> bool:
        """Whether it was planned or held in this system; an imported one has a date and no form."""
        return self.planned_for is not None or self.held_recorded_at is not None


class ConsultationNote(models.Model):
    """What is written in one section of the consultation form."""

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="notes")
    section = models.ForeignKey(FormSection, on_delete=models.PROTECT, related_name="+")
    text = models.OneToOneField(Text, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consultation", "section"], name="consultation_note_once")]

    def __str__(self) -> str:
        return f"note {self.pk}"


class Participant(models.Model):
    """Somebody who is invited to a consultation or was there: a person here, or somebody elsewhere by name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="participants")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=200, blank=True)
    agency = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    came = models.BooleanField(null=True, blank=True, help_text="Whether they were there; empty until it is known.")
    invited_at = models.DateTimeField(null=True, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["added_at", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, name="", agency="", email="") | (Q(person=None) & ~Q(name="")),
                name="participant_is_somebody",
                violation_error_message="Say who it is: somebody here, or a name.",
            ),
            models.UniqueConstraint(
                fields=["consultation", "person"], condition=Q(person__isnull=False), name="participant_once"
            ),
        ]

    def __str__(self) -> str:
        return f"participant {self.pk}"

    @property
    def who(self) -> str:
        """The name, with the team or agency."""
        if self.person_id:
            return f"{self.person.name}, {self.person.team}" if self.person.team_id else self.person.name
        return f"{self.name}, {self.agency}" if self.agency else self.name


class SpaceMark(models.Model):
    """What the consultation found in one space: harm and strength, both."""

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="marks")
    space = models.CharField(max_length=15, choices=Space.choices)
    harm = models.CharField(max_length=10, choices=HarmMark.choices, blank=True)
    strength = models.CharField(max_length=10, choices=StrengthMark.choices, blank=True)
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consultation", "space"], name="space_mark_once")]

    def __str__(self) -> str:
        return f"mark {self.pk}"


class Presence(models.Model):
    """Where somebody is on the consultation page just now; one row an open page, forgotten when it goes silent."""

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    client = models.CharField(max_length=64)
    section = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consultation", "user", "client"], name="presence_once_a_page")]

    def __str__(self) -> str:
        return f"presence {self.pk}"
