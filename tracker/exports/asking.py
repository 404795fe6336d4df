"""What may be asked for, who may have it, and what is told of it."""

from datetime import datetime

from django.db import models, transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from consultations.services import access
from consultations.services.referrals import SENT_TWICE
from core import jobs
from core.models import Job
from core.models.jobs import JobStatus
from core.workflow import ActRefused

from .. import rows

KIND = "tracker.export"
# Longer than the longest query that the filter's own form makes, with every theme and team in it.
LONGEST_FILTER = 8000


class Format(models.TextChoices):
    """The kinds of file."""

    XLSX = "xlsx", "Excel workbook"
    CSV = "csv", "CSV file"


def ask_for(filters: str, *, by, format: str = Format.XLSX, anonymous: bool = False, at: datetime | None = None) -> Job:
    """Queue an export of the tracker as filtered by the query string `filters`. The same asked twice in a moment is
    one job. Raises ActRefused for a filter that is too long to keep.
    """
    at = at or timezone.now()
    query = rows.known_part(QueryDict(filters))
    kept = query.urlencode()
    if len(kept) > LONGEST_FILTER:
        raise ActRefused("These filters are too long to be kept with an export. Take some of them away.")
    words = rows.filter_from(query).words()
    params = {"filters": kept, "sort": rows.sort_from(query), "words": words, "format": str(format)}
    params["anonymous"] = anonymous
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=by.pk)  # two at once: the second waits for the first
        just_now = (at - SENT_TWICE, at + SENT_TWICE)
        twice = Job.objects.filter(kind=KIND, requested_by=by, params=params, created_at__range=just_now)
        wanted = twice.filter(status__in=[JobStatus.QUEUED, JobStatus.RUNNING]).first()
        return wanted or jobs.enqueue(KIND, params=params, by=by, at=at)


def still_theirs(user, job: Job) -> bool:
    """Whether `user` may still see all that the finished file may hold: no restriction has come between."""
    if job.finished_at is None:
        return True  # it is made of what they may see then
    return not access.closed_since(user, since=job.created_at, until=job.finished_at)


def telling(job: Job) -> tuple[str, str]:
    """What the one who asked is told once it has ended, and where that leads."""
    ended = "is ready to download" if job.status == JobStatus.DONE else "failed"
    return f"Your export of the tracker {ended}.", reverse("tracker:export-job", args=[job.pk])
