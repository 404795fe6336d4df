"""Jobs: PostgreSQL owns them, Celery only rings the bell."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


class JobStatus(models.TextChoices):
    QUEUED = "queued", "Waiting to start"
    RUNNING = "running", "In progress"
    DONE = "done", "Ready"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class JobQuerySet(models.QuerySet):
    def visible_to(self, user) -> "JobQuerySet":
        """A job is seen by the one who asked for it, by nobody else."""
        return self.filter(requested_by=user)


class Job(models.Model):
    """Work that is done outside a request. `core.jobs` is the only writer.

    A worker claims it with a `token` and a lease; only the holder of the present token may finish it. `attempts`
    is capped. Times are UTC in the database.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=JobStatus.choices, default=JobStatus.QUEUED)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="jobs")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    token = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    failure = models.TextField(blank=True, help_text="Why it failed, in words for the one who asked.")

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["queued", "running"], finished_at=None)
                | Q(status__in=["done", "failed", "cancelled"], finished_at__isnull=False),
                name="job_finished_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="running") | Q(lease_until__isnull=False), name="job_running_has_a_lease"
            ),
        ]
        indexes = [
            models.Index(
                fields=["status", "lease_until"], condition=Q(status__in=["queued", "running"]), name="job_open"
            ),
            models.Index(fields=["requested_by", "-created_at"], name="job_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it still waits or runs."""
        return self.status in (JobStatus.QUEUED, JobStatus.RUNNING)


class JobFile(models.Model):
    """The file that a job made, in PostgreSQL: stored in the transaction that marks the job done, once a job."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="file")
    name = models.CharField(max_length=100)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()
    size = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.name
