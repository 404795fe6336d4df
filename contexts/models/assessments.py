"""Assessments of a context: what is written under each section, how it was found out, how its areas stand."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from accounts.models import Agency
from core.models import Text

from ..choices import Light, Method
from .contexts import Context
from .people import LinkedPerson

MOST_PEOPLE = 1_000_000


class OfCasework(models.QuerySet):
    """Rows that belong to the casework of a context; `path` leads from a row to it."""

    path = "context"

    def visible_to(self, user) -> "OfCasework":
        """Those of the contexts whose casework `user` may read."""
        return self.filter(**{f"{self.path}__in": Context.objects.casework_of(user).values("pk")})


class OfAssessment(OfCasework):
    path = "assessment__context"


class OfMethod(OfCasework):
    path = "method__assessment__context"


class Assessment(models.Model):
    """One assessment: the first of a context, or one made at a review. It can be added to after it is finished."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="assessments")
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="assessments_led"
    )
    agencies = models.ManyToManyField(Agency, blank=True, related_name="+")
    people = models.ManyToManyField(LinkedPerson, blank=True, related_name="assessments")
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    objects = OfCasework.as_manager()

    class Meta:
        ordering = ["begun_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at=None, finished_by=None)
                | Q(finished_at__isnull=False, finished_by__isnull=False),
                name="assessment_finished_by_and_at",
                violation_error_message="A finished assessment keeps who finished it and when.",
            ),
        ]
        indexes = [models.Index(fields=["context", "begun_at"], name="assessment_of_context")]

    def __str__(self) -> str:
        return f"assessment {self.pk}"


class AssessmentText(models.Model):
    """What is written under one heading of an assessment; `key` is one of `contexts.assessing.headings`."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="texts")
    key = models.CharField(max_length=80)
    text = models.OneToOneField(Text, on_delete=models.PROTECT, related_name="of_assessment")

    objects = OfAssessment.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["assessment", "key"], name="assessment_text_once")]

    def __str__(self) -> str:
        return f"text {self.key} of {self.assessment_id}"


class AreaRating(models.Model):
    """How an area stood in somebody's judgement, and why. Ratings are added, never changed; the last one counts."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="ratings")
    area = models.CharField(max_length=60)
    light = models.CharField(max_length=5, choices=Light.choices)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = OfAssessment.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="area_rating_has_a_reason")]
        indexes = [models.Index(fields=["assessment", "area", "at"], name="area_rating_of")]

    def __str__(self) -> str:
        return f"{self.light} {self.area} of {self.assessment_id}"


class MethodUsed(models.Model):
    """One method of an assessment: when, by whom, how many took part and who they were as a group, what was found."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="methods")
    kind = models.CharField(max_length=15, choices=Method.choices)
    title = models.CharField(max_length=200, blank=True)
    begun_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    by_whom = models.CharField(max_length=300)
    number = models.PositiveIntegerField(null=True, blank=True, validators=[MaxValueValidator(MOST_PEOPLE)])
    who = models.CharField(max_length=300, blank=True)
    found = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = OfAssessment.as_manager()

    class Meta:
        ordering = ["begun_on", "made_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=models.F("begun_on")),
                name="method_ends_later",
                violation_error_message="The last day must not be before the first.",
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None) | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="method_removed_by_and_at",
                violation_error_message="A method that was taken away keeps who did it and when.",
            ),
        ]
        indexes = [models.Index(fields=["assessment"], condition=Q(removed_at=None), name="method_of_assessment")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def label(self) -> str:
        """What it is called: its kind, with its own title where it has one."""
        return f"{self.get_kind_display()}: {self.title}" if self.title else self.get_kind_display()


class SurveyFigure(models.Model):
    """How many gave one answer to one question of a survey; `place` is its place among all lines of the survey."""

    method = models.ForeignKey(MethodUsed, on_delete=models.CASCADE, related_name="figures")
    place = models.PositiveSmallIntegerField()
    question = models.CharField(max_length=300)
    answer = models.CharField(max_length=200)
    number = models.PositiveIntegerField(validators=[MaxValueValidator(MOST_PEOPLE)])

    objects = OfMethod.as_manager()

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(
                fields=["method", "question", "answer"],
                name="survey_answer_once",
                violation_error_message="This answer stands twice under its question.",
            ),
            models.CheckConstraint(
                condition=~Q(question="") & ~Q(answer=""),
                name="survey_figure_says_of_what",
                violation_error_message="A figure has its question and its answer.",
            ),
        ]

    def __str__(self) -> str:
        return f"figure {self.place} of {self.method_id}"


class Observation(models.Model):
    """A line of an observation log: when somebody looked, where, and what was seen."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    method = models.ForeignKey(MethodUsed, on_delete=models.CASCADE, related_name="observations")
    day = models.DateField()
    clock = models.TimeField()
    place = models.CharField(max_length=300)
    seen = models.TextField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = OfMethod.as_manager()

    class Meta:
        ordering = ["day", "clock", "made_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(place="") & ~Q(seen=""),
                name="observation_says_what",
                violation_error_message="An observation says where it was and what was seen.",
            ),
        ]
        indexes = [models.Index(fields=["method", "day", "clock"], name="observation_of_method")]

    def __str__(self) -> str:
        return f"observation {self.pk}"
