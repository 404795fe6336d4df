"""The extra-familial risk panel: dated meetings, what is on their agenda, and the actions that they agree."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from accounts.permissions import Permission, can
from consultations.models import Referral
from core.models import ActionBase, ListItem, Text
from core.models.actions import ActionQuerySet, ProgressBase

from ..choices import Attendance, PanelState
from .contexts import Context

# The texts of an item: those of the minutes, and what came of it, which is written afterwards.
TEXTS = {"discussion": "Discussion", "decision": "Decision", "outcome": "What came of it"}


class PanelQuerySet(models.QuerySet):
    def visible_to(self, user) -> "PanelQuerySet":
        """Every panel, for who plans and records them; what each item is about is asked of the item."""
        return self if can(user, Permission.PANEL_HOLD) else self.none()


class Panel(models.Model):
    """One meeting of the panel: when, where, who chairs it, who came, and how its minutes stand."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=10, choices=PanelState.choices, default=PanelState.PLANNED)
    on = models.DateField()
    starts_at = models.TimeField(null=True, blank=True, help_text="London time; empty where only the day is known.")
    place = models.CharField(max_length=200, blank=True)
    chair = models.CharField(max_length=200)
    attendance_note = models.TextField(blank=True, help_text="What else is to be said of who came.")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    held_at = models.DateTimeField(null=True, blank=True, help_text="When it was recorded as held.")
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agreed_at = models.DateTimeField(null=True, blank=True, help_text="When its minutes were agreed.")
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    objects = PanelQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="planned", held_at=None, held_by=None)
                | (~Q(state="planned") & Q(held_at__isnull=False, held_by__isnull=False)),
                name="panel_held_by_and_at",
                violation_error_message="A panel that was held keeps who said so and when.",
            ),
            models.CheckConstraint(
                condition=Q(state="agreed", agreed_at__isnull=False, agreed_by__isnull=False)
                | (~Q(state="agreed") & Q(agreed_at=None, agreed_by=None)),
                name="panel_agreed_by_and_at",
                violation_error_message="Minutes that are agreed keep who said so and when.",
            ),
        ]
        indexes = [models.Index(fields=["state", "on"], name="panel_of_day")]

    def __str__(self) -> str:
        return f"panel {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("contexts:panel", args=[self.pk])


class PanelPerson(models.Model):
    """An agency that is invited to a panel, with who comes for it, and whether they came."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    panel = models.ForeignKey(Panel, on_delete=models.CASCADE, related_name="people")
    agency = models.CharField(max_length=200)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=200, blank=True)
    came = models.CharField(max_length=10, choices=Attendance.choices, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["agency", "added_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(agency=""), name="panel_person_has_agency"),
            models.CheckConstraint(
                condition=Q(person=None) | Q(name=""),
                name="panel_person_here_or_elsewhere",
                violation_error_message="Somebody here has their own name.",
            ),
            models.UniqueConstraint(
                fields=["panel", "person"], condition=Q(person__isnull=False), name="panel_person_once"
            ),
        ]

    def __str__(self) -> str:
        return f"panel person {self.pk}"

    @property
    def who(self) -> str:
        """The person who comes for the agency; "" where nobody is named."""
        return self.person.name if self.person_id else self.name


class PanelCorrection(models.Model):
    """Why agreed minutes were opened again. What was changed stands in the versions of the texts."""

    panel = models.ForeignKey(Panel, on_delete=models.CASCADE, related_name="corrections")
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="panel_correction_has_reason")]

    def __str__(self) -> str:
        return f"panel correction {self.pk}"


class PanelItemQuerySet(models.QuerySet):
    def visible_to(self, user) -> "PanelItemQuerySet":
        """Those about a referral that `user` may see, or a context whose casework they read.

        Each row is asked for by its id: the database would else look at every pair of rows where it knows no numbers.
        """
        referrals = Referral.objects.visible_to(user).filter(pk=OuterRef("referral"))
        contexts = Context.objects.casework_of(user).filter(pk=OuterRef("context"))
        return self.filter(Exists(referrals) | Exists(contexts))


class PanelItem(models.Model):
    """One item of an agenda, about a referral or a context: why, who presents it, what was said and decided."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="items")
    order = models.PositiveIntegerField(default=0)
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, null=True, blank=True, related_name="panel_items")
    context = models.ForeignKey(Context, on_delete=models.PROTECT, null=True, blank=True, related_name="panel_items")
    categories = models.ManyToManyField(ListItem, blank=True, related_name="+")
    presented_by = models.CharField(max_length=200, blank=True)
    reason = models.TextField()
    discussion = models.OneToOneField(Text, on_delete=models.PROTECT, related_name="+")
    decision = models.OneToOneField(Text, on_delete=models.PROTECT, related_name="+")
    outcome = models.OneToOneField(Text, on_delete=models.PROTECT, related_name="+")
    carried_from = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="carried_to"
    )
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = PanelItemQuerySet.as_manager()

    class Meta:
        ordering = ["order", "added_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(referral__isnull=False, context=None) | Q(referral=None, context__isnull=False),
                name="panel_item_about_one",
                violation_error_message="An item is about a referral or a context.",
            ),
            models.UniqueConstraint(fields=["panel", "referral"], name="panel_referral_once"),
            models.UniqueConstraint(fields=["panel", "context"], name="panel_context_once"),
        ]
        indexes = [models.Index(fields=["panel", "order"], name="panel_item_order")]

    def __str__(self) -> str:
        return f"panel item {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("contexts:panel-item", args=[self.pk])

    @property
    def subject(self) -> Referral | Context:
        """The referral or the context that it is about."""
        return self.referral if self.referral_id else self.context


class PanelActionQuerySet(ActionQuerySet):
    def visible_to(self, user) -> "PanelActionQuerySet":
        """Those that are theirs to do; for who holds panels, those of the items that they may see too."""
        if not can(user, Permission.ACTION_UPDATE_OWN):
            return self.none()
        if not can(user, Permission.PANEL_HOLD):
            return self.filter(owner=user)
        return self.filter(Q(owner=user) | Exists(PanelItem.objects.visible_to(user).filter(pk=OuterRef("item"))))


class PanelAction(ActionBase):
    """An action that a panel agreed about one item."""

    item = models.ForeignKey(PanelItem, on_delete=models.PROTECT, related_name="actions")

    objects = PanelActionQuerySet.as_manager()

    class Meta(ActionBase.Meta):
        ordering = ["due", "created_at", "pk"]
        indexes = [models.Index(fields=["owner", "status", "due"], name="panel_action_of_owner")]


class PanelProgress(ProgressBase):
    """A note on how an action of a panel is going."""

    action = models.ForeignKey(PanelAction, on_delete=models.CASCADE, related_name="progress")

    class Meta(ProgressBase.Meta):
        indexes = [models.Index(fields=["action", "at"], name="progress_of_panel_action")]
