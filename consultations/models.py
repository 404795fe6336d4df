"""Young people, referrals, consultations and their actions."""

import uuid
from datetime import date

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone

from accounts.models import Agency, Team
from accounts.permissions import Permission, can
from core.models import ActionBase, FormSection, ListItem, Text
from core.models.actions import ActionQuerySet

from .choices import Arrival, ReferralState, Space

case_number_shape = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9/\- ]*$", "A case number has letters, digits, spaces, hyphens and slashes only"
)


class YoungPerson(models.Model):
    """A young person as several referrals may know them; told apart by the case number."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case_number = models.CharField(max_length=40, validators=[case_number_shape])
    name = models.CharField(max_length=200, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "young people"
        constraints = [models.UniqueConstraint(Upper("case_number"), name="young_person_case_number_once")]

    def __str__(self) -> str:
        return f"young person {self.pk}"


class ReferralQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ReferralQuerySet":
        """The referrals that `user` may see.

        A draft: its maker alone. A sent one: who may see all; else who made it or belongs to the referring team.
        """
        if not can(user, Permission.REFERRAL_SEE):
            return self.none()
        own_draft = Q(state=ReferralState.DRAFT, made_by=user)
        if can(user, Permission.REFERRAL_SEE_ALL):
            return self.filter(~Q(state=ReferralState.DRAFT) | own_draft)
        sent = Q(made_by=user)
        if user.team_id:
            sent |= Q(team=user.team_id)
        return self.filter(own_draft | (~Q(state=ReferralState.DRAFT) & sent))

    def sent(self) -> "ReferralQuerySet":
        """All but drafts: what counts as a referral received."""
        return self.exclude(state=ReferralState.DRAFT)

    def with_names(self) -> "ReferralQuerySet":
        """With the rows that a list shows beside each referral, in the same query."""
        return self.select_related("team", "agency", "made_by", "consultation")

    def with_open_actions(self) -> "ReferralQuerySet":
        """Annotated with `has_open_actions`."""
        open_ones = ConsultationAction.objects.open().filter(consultation__referral=OuterRef("pk"))
        return self.annotate(has_open_actions=Exists(open_ones))


class Referral(models.Model):
    """A case referred for consultation: what the referrer gave, where it stands, and what screening decided.

    The young person's details stay here as they were given; `young_person` is who that is.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=20, unique=True, null=True, blank=True)
    state = models.CharField(max_length=12, choices=ReferralState.choices, default=ReferralState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    step_versions = models.JSONField(default=dict, blank=True, help_text="Of a draft: step → how often saved.")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="referrals_made")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    imported = models.BooleanField(default=False)

    young_person = models.ForeignKey(
        YoungPerson, on_delete=models.PROTECT, null=True, blank=True, related_name="referrals"
    )
    case_number = models.CharField(max_length=40, blank=True, validators=[case_number_shape])
    name = models.CharField(max_length=200, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    gender = models.ForeignKey(ListItem, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ethnicity = models.ForeignKey(ListItem, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    disabilities = models.ManyToManyField(ListItem, blank=True, related_name="+")
    legal_status = models.ForeignKey(ListItem, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    education = models.ForeignKey(ListItem, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    referrer_name = models.CharField(max_length=200, blank=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="referrals")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="referrals")
    arrival = models.CharField(max_length=10, choices=Arrival.choices, blank=True)
    received_on = models.DateField(null=True, blank=True)

    worry = models.TextField(blank=True)
    harms = models.ManyToManyField(ListItem, blank=True, related_name="+")

    screened_at = models.DateTimeField(null=True, blank=True)
    screened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    screening_reason = models.TextField(blank=True)
    signposted_to = models.CharField(max_length=300, blank=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        ordering = ["-received_on", "-reference"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", reference=None, sent_at=None)
                | (~Q(state="draft") & Q(reference__isnull=False, received_on__isnull=False)),
                name="referral_sent_has_reference",
                violation_error_message="A referral that was sent has a reference and the date it was received.",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(imported=True) | Q(sent_at__isnull=False, young_person__isnull=False),
                name="referral_sent_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "screening"], screened_at=None, screened_by=None)
                | (~Q(state__in=["draft", "screening"]) & Q(screened_at__isnull=False, screened_by__isnull=False))
                | Q(imported=True),
                name="referral_screened_by_and_at",
            ),
            models.CheckConstraint(
                condition=~Q(state="signposted") | Q(imported=True) | ~Q(signposted_to=""),
                name="referral_signposted_somewhere",
                violation_error_message="Say where the referrer was signposted to.",
            ),
        ]
        indexes = [
            models.Index(fields=["-received_on", "-reference"], name="referral_newest_first"),
            models.Index(fields=["state", "-received_on"], name="referral_by_state"),
            models.Index(fields=["team", "-received_on"], name="referral_by_team"),
            models.Index(fields=["agency", "-received_on"], name="referral_by_agency"),
            models.Index(fields=["made_by", "-created_at"], name="referral_by_maker"),
            models.Index(Upper("case_number"), name="referral_by_case_number"),
        ]

    def __str__(self) -> str:
        return self.reference or "draft referral"

    def get_absolute_url(self) -> str:
        return reverse("consultations:referral", args=[self.pk])

    def step_version(self, step: str) -> int:
        """How often this step of a draft was saved: what a page of it was drawn from."""
        return self.step_versions.get(step, 0)

    def age_on(self, day: date) -> int | None:
        """The young person's age in whole years on `day`; None where the date of birth is not known."""
        born = self.date_of_birth
        if born is None:
            return None
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    @property
    def age(self) -> int | None:
        """The age today, London time."""
        return self.age_on(timezone.localdate())


class SuitabilityAnswer(models.Model):
    """The referrer's answer to one of the toolkit's six suitability questions."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(FormSection, on_delete=models.PROTECT, related_name="+")
    body = models.TextField(blank=True)

    class Meta:
        ordering = ["question__order"]
        constraints = [models.UniqueConstraint(fields=["referral", "question"], name="suitability_answer_once")]

    def __str__(self) -> str:
        return f"answer {self.pk}"


class Consultation(models.Model):
    """The meeting about a referral, from the day it is planned. Its words are in `notes`, one text a section."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="consultation")
    planned_for = models.DateField(null=True, blank=True)
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


class ConsultationActionQuerySet(ActionQuerySet):
    def visible_to(self, user) -> "ConsultationActionQuerySet":
        """Actions of the referrals that `user` may see, and those that are theirs to do."""
        if not can(user, Permission.ACTION_UPDATE_OWN):
            return self.none()
        return self.filter(Q(consultation__referral__in=Referral.objects.visible_to(user)) | Q(owner=user))


class ConsultationAction(ActionBase):
    """An action agreed in a consultation, against the space where the harm or strength lies."""

    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="actions")
    space = models.CharField(max_length=15, choices=Space.choices)

    objects = ConsultationActionQuerySet.as_manager()

    class Meta(ActionBase.Meta):
        ordering = ["due", "created_at"]
        indexes = [models.Index(fields=["owner", "status", "due"], name="action_of_owner")]
