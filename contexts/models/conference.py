"""Context safeguarding conferences: the meeting, who is invited and came, and the pack that is sent before it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.permissions import Permission, can
from core.models import Text

from ..choices import Attendance, ConferenceKind, ConferenceStatus, ContextState, PackStatus
from .contexts import Context
from .plan import PlanAction, PlanGoal


class ConferenceQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ConferenceQuerySet":
        """Those of the contexts whose casework `user` reads, those that they chair, and those they are invited to.

        Who only chairs or is invited sees the conference itself: `of_casework` says whether there is more.
        """
        if not can(user, Permission.CONFERENCE_SEE):
            return self.none()
        invited = ConferenceInvitee.objects.filter(person=user).values("conference")
        whole = Context.objects.casework_of(user).values("pk")
        found = self.filter(context__merged_into=None)
        return found.filter(Q(context__in=whole) | Q(chair=user) | Q(pk__in=invited))

    def of_casework(self, user) -> "ConferenceQuerySet":
        """Of those, the ones whose context's casework `user` may read too."""
        if not can(user, Permission.CONFERENCE_SEE):
            return self.none()
        return self.filter(context__in=Context.objects.casework_of(user).values("pk"))

    def with_names(self) -> "ConferenceQuerySet":
        """With the rows that a list shows beside each conference, in the same query."""
        return self.select_related("context", "chair__team", "made_by")


class Conference(models.Model):
    """One conference about a context: when, where, who chairs it, what it is for, and what became of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="conferences")
    kind = models.CharField(max_length=10, choices=ConferenceKind.choices)
    status = models.CharField(max_length=10, choices=ConferenceStatus.choices, default=ConferenceStatus.ARRANGED)
    on = models.DateField()
    starts_at = models.TimeField(null=True, blank=True, help_text="London time; empty where only the day is known.")
    place = models.CharField(max_length=200, blank=True)
    purpose = models.TextField(blank=True)
    chair = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="conferences_chaired"
    )
    chair_name = models.CharField(max_length=200, blank=True)
    chair_agency = models.CharField(max_length=200, blank=True)
    # Where the context goes back to when the conference is called off.
    came_from = models.CharField(max_length=12, choices=ContextState.choices, default=ContextState.PLANNED)
    invitation = models.PositiveIntegerField(default=0, help_text="How often the invitation was changed.")
    version = models.PositiveIntegerField(default=1)
    decisions = models.OneToOneField(Text, on_delete=models.PROTECT, related_name="+")
    goals = models.ManyToManyField(PlanGoal, blank=True, related_name="conferences")
    actions = models.ManyToManyField(PlanAction, blank=True, related_name="conferences")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    review_on = models.DateField(null=True, blank=True, help_text="The review date that the conference set.")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was recorded as held, or called off.")
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    off_because = models.TextField(blank=True)

    objects = ConferenceQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["context"],
                condition=Q(status="arranged"),
                name="conference_arranged_once",
                violation_error_message="A conference of this context is arranged already.",
            ),
            models.CheckConstraint(
                condition=Q(chair__isnull=False, chair_name="", chair_agency="")
                | (Q(chair=None) & ~Q(chair_name="") & ~Q(chair_agency="")),
                name="conference_has_a_chair",
                violation_error_message="Say who chairs it: a person here, or a name and an agency.",
            ),
            models.CheckConstraint(
                condition=Q(status="arranged", ended_at=None, ended_by=None, off_because="", review_on=None)
                | Q(status="held", ended_at__isnull=False, ended_by__isnull=False, off_because="")
                | (Q(status="off", ended_at__isnull=False, ended_by__isnull=False) & ~Q(off_because="")),
                name="conference_ended_by_and_at",
                violation_error_message="A conference that was held or called off keeps who said so and when.",
            ),
        ]
        indexes = [
            models.Index(fields=["context", "-on"], name="conference_of_context"),
            models.Index(fields=["chair", "status", "on"], name="conference_of_chair"),
        ]

    def __str__(self) -> str:
        return f"conference {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("contexts:conference", args=[self.context_id, self.pk])

    @property
    def is_arranged(self) -> bool:
        """Whether it is still to be held."""
        return self.status == ConferenceStatus.ARRANGED

    @property
    def chaired_by(self) -> str:
        """The chair's name, with the team or agency."""
        if self.chair_id:
            return f"{self.chair.name}, {self.chair.team}" if self.chair.team_id else self.chair.name
        return f"{self.chair_name}, {self.chair_agency}"


class ConferenceInvitee(models.Model):
    """An agency that is invited to a conference, with who comes for it: somebody here, elsewhere, or not yet known."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="invitees")
    agency = models.CharField(max_length=200)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="conferences_invited_to"
    )
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    came = models.CharField(max_length=10, choices=Attendance.choices, blank=True)
    invited_at = models.DateTimeField(null=True, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["agency", "added_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(agency=""), name="conference_invitee_has_agency"),
            models.CheckConstraint(
                condition=Q(person=None) | Q(name="", email=""),
                name="conference_invitee_here_or_elsewhere",
                violation_error_message="Somebody here has their own name and address.",
            ),
            models.UniqueConstraint(
                fields=["conference", "person"], condition=Q(person__isnull=False), name="conference_invitee_once"
            ),
        ]

    def __str__(self) -> str:
        return f"conference invitee {self.pk}"

    @property
    def who(self) -> str:
        """The person who comes for the agency; "" where nobody is named."""
        return self.person.name if self.person_id else self.name


class PackQuerySet(models.QuerySet):
    def visible_to(self, user) -> "PackQuerySet":
        """The issued packs of the conferences that `user` may see; drafts and withdrawn ones with the casework."""
        seen = Conference.objects.visible_to(user)
        whole = Conference.objects.of_casework(user)
        return self.filter(
            Q(conference__in=whole.values("pk")) | Q(status=PackStatus.ISSUED, conference__in=seen.values("pk"))
        )


class ConferencePack(models.Model):
    """What is sent before a conference. A draft has parts that are written; an issued one is frozen in `content`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="packs")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=PackStatus.choices, default=PackStatus.DRAFT)
    content = models.JSONField(default=dict, blank=True, help_text="What was issued: {facts, parts}, each as pairs.")
    passed_words = models.JSONField(
        default=list, blank=True, help_text="Words that look like names and that a person said are no child's."
    )
    passed_because = models.TextField(blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_because = models.TextField(blank=True)

    objects = PackQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["conference", "number"], name="pack_number_once"),
            models.UniqueConstraint(fields=["conference"], condition=Q(status="draft"), name="pack_drafted_once"),
            models.UniqueConstraint(fields=["conference"], condition=Q(status="issued"), name="pack_issued_once"),
            models.CheckConstraint(
                condition=Q(status="draft", issued_at=None, issued_by=None)
                | (~Q(status="draft") & Q(issued_at__isnull=False, issued_by__isnull=False)),
                name="pack_issued_by_and_at",
                violation_error_message="An issued pack keeps who issued it and when.",
            ),
            models.CheckConstraint(
                condition=(Q(status="withdrawn", withdrawn_at__isnull=False, withdrawn_by__isnull=False))
                | (~Q(status="withdrawn") & Q(withdrawn_at=None, withdrawn_by=None, withdrawn_because="")),
                name="pack_withdrawn_by_and_at",
                violation_error_message="A withdrawn pack keeps who withdrew it, when and why.",
            ),
        ]

    def __str__(self) -> str:
        return f"pack {self.pk}"


class PackPart(models.Model):
    """One part of a pack that is being written."""

    pack = models.ForeignKey(ConferencePack, on_delete=models.CASCADE, related_name="parts")
    key = models.CharField(max_length=30)
    title = models.CharField(max_length=100)
    order = models.PositiveIntegerField()
    text = models.OneToOneField(Text, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["pack", "key"], name="pack_part_once")]

    def __str__(self) -> str:
        return f"pack part {self.pk}"
