"""Contexts: a peer group, a school, a place or an online space as a subject of casework in its own right."""

import re
import unicodedata
import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Agency, Team
from accounts.permissions import Permission, can
from consultations.choices import Arrival, MessageKind
from core.models import ListItem
from core.words import Words

from ..choices import WORKED_ON, ClosingOutcome, ContextAct, ContextState

# What stands where it is: the fields whose words find a context in a list.
SEARCHED = ("reference", "name", "place")


def context_key(name: str) -> str:
    """A context's name as it is compared: small letters and digits without accents or punctuation, in their order."""
    plain = unicodedata.normalize("NFKD", re.sub("['’‘ʼ`´.]", "", name).casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[^\W_]+", plain))[:200]


class ContextQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ContextQuerySet":
        """The contexts whose own page `user` may open: what it is, where it stands, and what they told of it.

        Every one, for who may see all; else those that they or their team referred, and those they work on.
        One that was merged into another is found as the other.
        """
        if not can(user, Permission.CONTEXT_SEE):
            return self.none()
        found = self.filter(merged_into=None)
        if can(user, Permission.CONTEXT_SEE_ALL):
            return found
        told = ContextReferral.objects.by_or_for(user).values("context")
        return found.filter(Q(pk__in=told) | Q(lead=user) | Q(pk__in=_worked_on_by(user)))

    def casework_of(self, user) -> "ContextQuerySet":
        """Of those, the ones whose casework `user` may read: people, assessments, maps, plan, conferences, chronology.

        Who only referred it does not: what others said of other children is not theirs to read.
        """
        found = self.visible_to(user)
        if can(user, Permission.CONTEXT_SEE_ALL):
            return found
        return found.filter(Q(lead=user) | Q(pk__in=_worked_on_by(user)))

    def with_names(self) -> "ContextQuerySet":
        """With the rows that a list shows beside each context, in the same query."""
        return self.select_related("lead", "team", "agency", "made_by")


def _worked_on_by(user):
    return ContextMember.objects.filter(user=user).values("context")


class Context(models.Model):
    """One context: what it is, where it stands, who leads the work, what screening and closing decided."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=30, help_text="A key of the registry in `contexts.kinds`.")
    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200, editable=False)
    place = models.CharField(max_length=300, blank=True, help_text="Where it is: an address, an area, an app.")
    state = models.CharField(max_length=12, choices=ContextState.choices, default=ContextState.REFERRED)
    version = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="contexts_made")
    created_at = models.DateTimeField()
    received_on = models.DateField(help_text="When it was first referred.")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="contexts")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="contexts")
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="contexts_led"
    )

    screened_at = models.DateTimeField(null=True, blank=True)
    screened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    screening_reason = models.TextField(blank=True)
    signposted_to = models.CharField(max_length=300, blank=True)
    review_on = models.DateField(null=True, blank=True, help_text="When the work on it is looked at next.")

    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(max_length=12, choices=ClosingOutcome.choices, blank=True)
    closing_words = models.TextField(blank=True)

    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")

    objects = ContextQuerySet.as_manager()

    # Whoever reads it: what `contexts.called.tell` gave. Nothing of it is kept.
    called = None

    class Meta:
        ordering = ["-received_on", "-reference"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="context_has_a_name"),
            models.CheckConstraint(
                condition=Q(state__in=["referred", "information"], screened_at=None, screened_by=None)
                | Q(state="withdrawn")
                | (
                    ~Q(state__in=["referred", "information", "withdrawn"])
                    & Q(screened_at__isnull=False, screened_by__isnull=False)
                ),
                name="context_screened_by_and_at",
                violation_error_message="A context that was screened keeps who screened it and when.",
            ),
            models.CheckConstraint(
                condition=(Q(state="closed", closed_at__isnull=False, closed_by__isnull=False) & ~Q(outcome=""))
                | (~Q(state="closed") & Q(closed_at=None, closed_by=None, outcome="", closing_words="")),
                name="context_closed_by_and_at",
                violation_error_message="A closed context keeps its outcome, who closed it and when.",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="context_not_into_itself"
            ),
        ]
        indexes = [
            models.Index(fields=["-received_on", "-reference"], name="context_newest_first"),
            models.Index(fields=["state", "-received_on"], name="context_by_state"),
            models.Index(fields=["kind", "-received_on"], name="context_by_kind"),
            models.Index(fields=["lead", "state"], name="context_by_lead"),
            models.Index(fields=["name_key"], name="context_by_name"),
            GinIndex(Words(*SEARCHED), name="context_by_words"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        """Keep the key by which names are compared."""
        self.name_key = context_key(self.name)
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "name_key"}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("contexts:context", args=[self.pk])

    @property
    def shown_name(self) -> str:
        """Its name as its reader may read it; the reference while nobody said who reads (`called.tell`)."""
        return self.called.words(self.pk, self.name) if self.called else self.reference

    @property
    def shown_place(self) -> str:
        """Where it is, likewise; nothing while nobody said who reads."""
        return self.called.words(self.pk, self.place) if self.called else ""

    @property
    def is_review_overdue(self) -> bool:
        """Whether the day of the review has passed while the work goes on."""
        return self.state in WORKED_ON and self.review_on is not None and self.review_on < timezone.localdate()

    @property
    def kind_label(self) -> str:
        """What kind of context it is, in words."""
        from ..kinds import kind_of

        return kind_of(self.kind).label


class ContextName(models.Model):
    """A name by which a context is known: its own, and the variants that people write."""

    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(max_length=200)
    key = models.CharField(max_length=200, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["context", "key"], name="context_name_once"),
            models.CheckConstraint(condition=~Q(key=""), name="context_name_has_letters"),
        ]
        indexes = [models.Index(fields=["key"], name="context_name_by_key")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        """Keep the key by which names are compared."""
        self.key = context_key(self.name)
        super().save(*args, **kwargs)


class ContextMember(models.Model):
    """Somebody who works on a context beside its lead, and so may read and write its casework."""

    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="contexts_worked_on")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["context", "user"], name="context_member_once")]

    def __str__(self) -> str:
        return f"member {self.pk}"


class ContextReferralQuerySet(models.QuerySet):
    def by_or_for(self, user) -> "ContextReferralQuerySet":
        """What `user` told of contexts, and what their team did."""
        theirs = Q(made_by=user)
        if user.team_id:
            theirs |= Q(team=user.team_id)
        return self.filter(theirs)

    def visible_to(self, user) -> "ContextReferralQuerySet":
        """The referrals of contexts that `user` may read: of those whose casework they read, all; else their own."""
        if not can(user, Permission.CONTEXT_SEE):
            return self.none()
        whole = Context.objects.casework_of(user).values("pk")
        return self.filter(Q(context__in=whole) | Q(pk__in=ContextReferral.objects.by_or_for(user).values("pk")))


class ContextReferral(models.Model):
    """One referral of a context: what somebody told of it. A context is often referred more than once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="referrals")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    referrer_name = models.CharField(max_length=200)
    arrival = models.CharField(max_length=10, choices=Arrival.choices)
    received_on = models.DateField()
    worry = models.TextField()
    why_it_matters = models.TextField(blank=True)
    strengths = models.TextField(blank=True)
    harms = models.ManyToManyField(ListItem, blank=True, related_name="+")

    objects = ContextReferralQuerySet.as_manager()

    class Meta:
        ordering = ["received_on", "at"]
        indexes = [
            models.Index(fields=["context", "received_on"], name="context_referral_of"),
            models.Index(fields=["made_by"], name="context_referral_by_maker"),
            models.Index(fields=["team"], name="context_referral_by_team"),
        ]

    def __str__(self) -> str:
        return f"context referral {self.pk}"

    def is_by_or_for(self, user) -> bool:
        """Whether `user` told it, or their team did: what `by_or_for` asks of the database."""
        return self.made_by_id == user.pk or (user.team_id is not None and self.team_id == user.team_id)


class ContextDecision(models.Model):
    """One decision about a context: who, when, why. They are added, never changed."""

    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="decisions")
    act = models.CharField(max_length=15, choices=ContextAct.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    words = models.CharField(max_length=300, blank=True, help_text="To where, to whom, or for which day.")

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["context", "at"], name="decision_of_context")]

    def __str__(self) -> str:
        return f"{self.act} {self.context_id}"


class ContextMessage(models.Model):
    """A line of the conversation about a context's referral: what is asked, and the answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=10, choices=MessageKind.choices)
    body = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["context", "at"], name="message_of_context")]

    def __str__(self) -> str:
        return f"message {self.pk}"
