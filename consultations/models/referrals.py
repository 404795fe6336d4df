"""Referrals: what was referred, where it stands, what was decided and asked about it, and who may see it."""

import uuid
from datetime import date

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone

from accounts.models import Agency, Team
from accounts.permissions import Permission, can
from core.models import FormSection, ListItem
from core.words import Words

from ..choices import Arrival, MessageKind, ReferralAct, ReferralState
from .people import YoungPerson, case_number_shape

# The fields whose words find a referral in a list; the words stand in the address, so never a name (ADR 9).
SEARCHED = ("reference", "case_number", "referrer_name")


class ReferralQuerySet(models.QuerySet):
    def visible_to(self, user, *, on: date | None = None) -> "ReferralQuerySet":
        """The referrals that `user` may see on a day (today, London).

        A draft: its maker alone. A sent one: who may see all; else who made it, whose it is, to whom it is allocated,
        or who belongs to the referring team. A restricted one: who made it or whose it is, else only with a grant
        (product.md, "Who uses it").
        """
        if not can(user, Permission.REFERRAL_SEE):
            return self.none()
        own_draft = Q(state=ReferralState.DRAFT, made_by=user)
        own = Q(made_by=user, imported=False) | Q(referrer=user)
        granted = AccessGrant.objects.current(on).filter(user=user).values("referral")
        others = Q(restricted_at=None) | Q(pk__in=granted)
        if not can(user, Permission.REFERRAL_SEE_ALL):
            theirs = Q(made_by=user) | Q(allocated_to=user)
            if user.team_id:
                theirs |= Q(team=user.team_id)
            others &= theirs
        return self.filter(own_draft | (~Q(state=ReferralState.DRAFT) & (own | others)))

    def to_restrict(self, user) -> "ReferralQuerySet":
        """The sent referrals whose access `user` may manage: every one, for who may restrict, with a grant or without.

        For the pages about access alone. Somebody has to be able to give access to a record that nobody may see, so
        these pages show the reference, the restriction and the grants, and never a child's name or any casework.
        """
        return self.sent() if can(user, Permission.REFERRAL_RESTRICT) else self.none()

    def sent(self) -> "ReferralQuerySet":
        """All but drafts: what counts as a referral received."""
        return self.exclude(state=ReferralState.DRAFT)

    def with_names(self) -> "ReferralQuerySet":
        """With the rows that a list shows beside each referral, in the same query."""
        return self.select_related("team", "agency", "made_by", "referrer", "allocated_to", "consultation")


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
    allocated_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="referrals_allocated"
    )

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

    referrer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="referrals_referred",
        help_text="The referrer, where they have an account; `referrer_name` stands in any case.",
    )
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

    restricted_at = models.DateTimeField(null=True, blank=True)
    restricted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    restriction_reason = models.TextField(blank=True)
    restriction_review_on = models.DateField(null=True, blank=True)

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
                condition=Q(state__in=["draft", "screening", "information"], screened_at=None, screened_by=None)
                | (
                    ~Q(state__in=["draft", "screening", "information"])
                    & Q(screened_at__isnull=False, screened_by__isnull=False)
                )
                | Q(imported=True),
                name="referral_screened_by_and_at",
            ),
            models.CheckConstraint(
                condition=~Q(state="signposted") | Q(imported=True) | ~Q(signposted_to=""),
                name="referral_signposted_somewhere",
                violation_error_message="Say where the referrer was signposted to.",
            ),
            models.CheckConstraint(
                condition=Q(restricted_at=None, restricted_by=None, restriction_review_on=None, restriction_reason="")
                | (
                    Q(restricted_at__isnull=False, restricted_by__isnull=False, restriction_review_on__isnull=False)
                    & ~Q(restriction_reason="")
                ),
                name="referral_restricted_with_reason",
                violation_error_message="A restriction has its reason, its giver and the day it is reviewed.",
            ),
        ]
        indexes = [
            models.Index(fields=["-received_on", "-reference"], name="referral_newest_first"),
            models.Index(fields=["state", "-received_on"], name="referral_by_state"),
            models.Index(fields=["team", "-received_on"], name="referral_by_team"),
            models.Index(fields=["agency", "-received_on"], name="referral_by_agency"),
            models.Index(fields=["made_by", "-created_at"], name="referral_by_maker"),
            models.Index(Upper("case_number"), name="referral_by_case_number"),
            models.Index(fields=["allocated_to", "state"], name="referral_by_allocation"),
            models.Index(
                fields=["restriction_review_on"], condition=Q(restricted_at__isnull=False), name="referral_restricted"
            ),
            GinIndex(Words(*SEARCHED), name="referral_by_words"),
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


class ReferralDecision(models.Model):
    """One decision about a referral: who, when, why. They are added, never changed."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="decisions")
    act = models.CharField(max_length=15, choices=ReferralAct.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    words = models.CharField(max_length=300, blank=True, help_text="To where, to whom, or for which day.")

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["referral", "at"], name="decision_of_referral")]

    def __str__(self) -> str:
        return f"{self.act} {self.referral_id}"


class ReferralMessage(models.Model):
    """A line of the conversation about a referral: what the CS practitioner needs to know, and the answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=10, choices=MessageKind.choices)
    body = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["referral", "at"], name="message_of_referral")]

    def __str__(self) -> str:
        return f"message {self.pk}"


class AccessGrantQuerySet(models.QuerySet):
    def current(self, on: date | None = None) -> "AccessGrantQuerySet":
        """The grants that hold on a day (today, London)."""
        return self.filter(ended_at=None, until__gte=on or timezone.localdate())

    def to_end(self, user) -> "AccessGrantQuerySet":
        """The grants that `user` may end: those of the referrals whose access they manage."""
        return self.filter(referral__in=Referral.objects.to_restrict(user))


class AccessGrant(models.Model):
    """One person's access to one restricted referral: by whom, why, until when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="grants")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="access_grants")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField()
    until = models.DateField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = AccessGrantQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="grant_ended_by_and_at",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "referral", "until"], condition=Q(ended_at=None), name="grant_in_force"),
        ]

    def __str__(self) -> str:
        return f"grant {self.pk}"
