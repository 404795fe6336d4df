"""The joint plan of a context: goals with what shows that they are met, and the actions that lead to them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.permissions import Permission, can
from core.models import ActionBase, ListItem
from core.models.actions import ActionQuerySet, ProgressBase

from ..choices import GoalStatus
from .contexts import Context
from .people import LinkedPerson


class OfPlanQuerySet(models.QuerySet):
    """Rows with a `context`: for who reads its casework."""

    def visible_to(self, user) -> "OfPlanQuerySet":
        """Those of the contexts whose casework `user` may read."""
        return self.filter(context__in=Context.objects.casework_of(user).values("pk"))


class PlanGoal(models.Model):
    """One goal: what will be so, said as something good; what is counted, how, and how it stands."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="goals")
    words = models.TextField()
    measure = models.CharField(max_length=300, help_text="What is counted or asked.")
    unit = models.CharField(max_length=60, blank=True, help_text="What a number of it counts, such as per cent.")
    how = models.TextField(blank=True, help_text="How it is measured: by whom, how often.")
    order = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=10, choices=GoalStatus.choices, default=GoalStatus.WORKING)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_because = models.TextField(blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        ordering = ["order", "made_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="goal_has_words"),
            models.CheckConstraint(
                condition=Q(status="working", ended_at=None, ended_by=None, ended_because="")
                | (~Q(status="working") & Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(ended_because="")),
                name="goal_ended_by_and_at",
                violation_error_message="A goal that is met or given up keeps who said so, when and why.",
            ),
        ]
        indexes = [models.Index(fields=["context", "order"], name="goal_of_context")]

    def __str__(self) -> str:
        return f"goal {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it is being worked on."""
        return self.status == GoalStatus.WORKING


class GoalReadingQuerySet(models.QuerySet):
    def visible_to(self, user) -> "GoalReadingQuerySet":
        """Those of the contexts whose casework `user` may read."""
        return self.filter(goal__context__in=Context.objects.casework_of(user).values("pk"))


class GoalReading(models.Model):
    """What the measure of a goal was on a day: a number, or words where it cannot be counted. The first is "before"."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    goal = models.ForeignKey(PlanGoal, on_delete=models.CASCADE, related_name="readings")
    on = models.DateField()
    value = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    words = models.CharField(max_length=300, blank=True, help_text="In words, or what to know about the number.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = GoalReadingQuerySet.as_manager()

    class Meta:
        ordering = ["on", "at"]
        constraints = [
            models.UniqueConstraint(
                fields=["goal", "on"],
                name="goal_read_once_a_day",
                violation_error_message="There is a value of this day already.",
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=False) | ~Q(words=""),
                name="goal_reading_says_something",
                violation_error_message="Enter a number, or say it in words.",
            ),
        ]

    def __str__(self) -> str:
        return f"reading {self.pk}"


class PlanActionQuerySet(ActionQuerySet):
    def visible_to(self, user) -> "PlanActionQuerySet":
        """Those of the contexts whose casework `user` may read, and those that are theirs to do."""
        if not can(user, Permission.ACTION_UPDATE_OWN):
            return self.none()
        return self.filter(Q(context__in=Context.objects.casework_of(user).values("pk")) | Q(owner=user))

    def without_owner(self) -> "PlanActionQuerySet":
        """Those that nobody does: nobody was named, or who was named has left."""
        return self.filter(Q(owner=None, owner_name="") | Q(owner__is_active=False))


class PlanAction(ActionBase):
    """An action of a context's plan, for a goal or for none, with the young people whom it concerns.

    In a plan an action may have no owner yet: it stands out until somebody takes it.
    """

    context = models.ForeignKey(Context, on_delete=models.PROTECT, related_name="plan_actions")
    goal = models.ForeignKey(PlanGoal, on_delete=models.PROTECT, null=True, blank=True, related_name="actions")
    interventions = models.ManyToManyField(ListItem, blank=True, related_name="+")
    people = models.ManyToManyField(LinkedPerson, blank=True, related_name="plan_actions")

    objects = PlanActionQuerySet.as_manager()

    class Meta(ActionBase.Meta):
        ordering = ["due", "created_at", "pk"]
        constraints = [rule for rule in ActionBase.Meta.constraints if rule.name != "%(class)s_has_somebody"]
        indexes = [
            models.Index(fields=["owner", "status", "due"], name="plan_action_of_owner"),
            models.Index(fields=["context", "status"], name="plan_action_of_context"),
        ]

    @property
    def who(self) -> str:
        """The owner's name, with the agency for somebody elsewhere; words that say so where there is none."""
        return super().who or "Nobody yet"


class PlanProgress(ProgressBase):
    """A note on how an action of a plan is going."""

    action = models.ForeignKey(PlanAction, on_delete=models.CASCADE, related_name="progress")

    class Meta(ProgressBase.Meta):
        indexes = [models.Index(fields=["action", "at"], name="progress_of_plan_action")]
