"""The training register: courses, who was on them, and the Champions of the teams."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q, Value
from django.db.models.functions import Coalesce, Lower
from django.urls import reverse
from django.utils import timezone

from accounts.models import Agency, Team
from accounts.permissions import Permission, can

from ..choices import AttendanceStatus


class TrainingQuerySet(models.QuerySet):
    """What courses, attendances and Champions share: who may see one may see all."""

    def visible_to(self, user) -> "TrainingQuerySet":
        """All rows for who may see the register, else none."""
        return self.all() if can(user, Permission.TRAINING_SEE) else self.none()


class CourseQuerySet(TrainingQuerySet):
    def with_counts(self) -> "CourseQuerySet":
        """Each course with how many attended, are booked, and did not come."""
        there = Q(people__removed_at=None)
        return self.annotate(
            **{
                status.value: Count("people", filter=there & Q(people__status=status.value))
                for status in AttendanceStatus
            }
        )


class TrainingCourse(models.Model):
    """One course on one day: what about, by whom, where, how long."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=100)
    held_on = models.DateField()
    hours = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    trainer = models.CharField(max_length=200, blank=True)
    place = models.CharField(max_length=200, blank=True)
    notes = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = CourseQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on", "title"]
        constraints = [
            models.CheckConstraint(
                condition=Q(hours=None) | Q(hours__gt=0),
                name="course_takes_time",
                violation_error_message="A course takes some time, or none is given.",
            ),
        ]
        indexes = [models.Index(fields=["-held_on", "title"], name="course_newest_first")]

    def __str__(self) -> str:
        return f"course {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("tracker:training-course", args=[self.pk])


class Somebody(models.Model):
    """A person with an account here, or somebody by name. Who leaves stays."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True

    @property
    def who(self) -> str:
        """The name."""
        return self.person.name if self.person_id else self.name

    @property
    def has_left(self) -> bool:
        """Whether this person had an account here and may not sign in any more."""
        return self.person_id is not None and not self.person.is_active


class AttendanceQuerySet(TrainingQuerySet):
    def there(self) -> "AttendanceQuerySet":
        """Those that were not removed."""
        return self.filter(removed_at=None)

    def of_the_same(self, other: "TrainingAttendance") -> "AttendanceQuerySet":
        """Everything of one person: of the account, or of the name in the same team (or agency, without a team)."""
        if other.person_id:
            return self.filter(person=other.person_id)
        named = self.annotate(lower_name=Lower("name")).filter(person=None, lower_name=Lower(Value(other.name)))
        return named.filter(team=other.team_id, **({} if other.team_id else {"agency": other.agency_id}))


class TrainingAttendance(Somebody):
    """Somebody on the list of a course. Team and agency are those of that day: a person may move on later.

    One that was removed stays here until the course is deleted, so that it can be put back.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(TrainingCourse, on_delete=models.CASCADE, related_name="people")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="training")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="training")
    status = models.CharField(max_length=10, choices=AttendanceStatus.choices, default=AttendanceStatus.ATTENDED)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        ordering = ["course", "added_at", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, name="") | (Q(person=None) & ~Q(name="")),
                name="attendance_of_somebody",
                violation_error_message="Say who it is: somebody here, or a name.",
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None) | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="attendance_removed_by_and_at",
            ),
            models.UniqueConstraint(
                fields=["course", "person"],
                condition=Q(person__isnull=False, removed_at=None),
                name="attendance_once_a_person",
                violation_error_message="This person is on the list already.",
            ),
            models.UniqueConstraint(
                Lower("name"),
                F("course"),
                Coalesce(F("team"), Value(0)),
                Coalesce(F("agency"), Value(0)),
                condition=Q(person=None, removed_at=None),
                name="attendance_once_a_name",
                violation_error_message="Somebody of this name and team is on the list already.",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "status"], condition=Q(removed_at=None), name="attendance_by_team"),
            models.Index(fields=["person"], name="attendance_by_person"),
            models.Index(Lower("name"), name="attendance_by_name"),
        ]

    def __str__(self) -> str:
        return f"attendance {self.pk}"

    @property
    def from_where(self) -> str:
        """The team, else the agency, as a list shows it."""
        return str(self.team or self.agency or "")


class ChampionQuerySet(TrainingQuerySet):
    def current(self, on: date | None = None) -> "ChampionQuerySet":
        """The Champions on a day (today, London), without those whose account ended before anybody said so here."""
        on = on or timezone.localdate()
        return (
            self.filter(since__lte=on)
            .filter(Q(until=None) | Q(until__gte=on))
            .filter(Q(person=None) | Q(person__is_active=True))
        )


class Champion(Somebody):
    """A member of staff who speaks for Contextual Safeguarding in their team, from a day on, perhaps until a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="champions")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = ChampionQuerySet.as_manager()

    class Meta:
        ordering = ["team__name", "-since"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, name="") | (Q(person=None) & ~Q(name="")),
                name="champion_is_somebody",
                violation_error_message="Say who it is: somebody here, or a name.",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="champion_ends_after_beginning",
                violation_error_message="The last day must be on or after the first.",
            ),
            models.UniqueConstraint(
                fields=["team", "person"],
                condition=Q(person__isnull=False, until=None),
                name="champion_once_a_person",
                violation_error_message="This person is a Champion of this team already.",
            ),
            models.UniqueConstraint(
                Lower("name"),
                F("team"),
                condition=Q(person=None, until=None),
                name="champion_once_a_name",
                violation_error_message="Somebody of this name is a Champion of this team already.",
            ),
        ]
        indexes = [models.Index(fields=["team", "-since"], name="champion_by_team")]

    def __str__(self) -> str:
        return f"champion {self.pk}"

    @property
    def state(self) -> str:
        """How it stands today: current, to-come, ended, or left: their account ended, and no last day is given."""
        today = timezone.localdate()
        if self.until is not None and self.until < today:
            return "ended"
        if self.has_left:
            return "left"
        return "to-come" if self.since > today else "current"
