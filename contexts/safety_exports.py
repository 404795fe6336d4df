"""Making PDFs of safety maps in jobs."""

import hashlib
import re
from datetime import datetime

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission, can
from consultations.papers import pdf
from core import jobs
from core.models import Job
from core.models.jobs import JobStatus
from core.workflow import ActRefused

from . import safety_papers as papers
from .models import SafetyMap
from .services.safety import SENT_TWICE
from .sight import Sight

KIND = "contexts.safety-map"
# The parts of the address that say which pins are on it: no words of anybody's.
ASKED = (
    "kind",
    "time",
    "layer",
    "ended",
    *(f"{end}_{part}" for end in ("first", "last") for part in ("day", "month", "year")),
)

SENSIBLE = re.compile(r"[A-Za-z0-9-]{1,40}")


def ask_for(found: SafetyMap, query: QueryDict, *, by, at: datetime | None = None) -> Job:
    """Queue the PDF of a map with the pins that `query` leaves. Asked twice in a moment it is one job.

    Raises ActRefused where this machine can make no PDF.
    """
    at = at or timezone.now()
    if reason := pdf.unavailable():
        raise ActRefused(reason)
    asked = {name: [value for value in query.getlist(name)[:50] if SENSIBLE.fullmatch(value)] for name in ASKED}
    params = {"map": str(found.pk), "asked": asked, "without": _without(by, found)}
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=by.pk)  # two at once: the second waits for the first
        just_now = (at - SENT_TWICE, at + SENT_TWICE)
        twice = Job.objects.filter(kind=KIND, requested_by=by, params=params, created_at__range=just_now)
        wanted = twice.exclude(status__in=[JobStatus.FAILED, JobStatus.CANCELLED]).first()
        return wanted or jobs.enqueue(KIND, params=params, by=by, at=at)


def _without(user, found: SafetyMap) -> str:
    """A mark of what is hidden from this person: a file made before somebody was hidden is not theirs after it."""
    return hashlib.sha256("\n".join(Sight(user, found.context).hidden).encode()).hexdigest()[:16]


def map_of(job: Job, user) -> SafetyMap | None:
    """The map of a job as far as this person may see it; None where they may not."""
    return SafetyMap.objects.visible_to(user).filter(pk=job.params["map"]).select_related("context").first()


def may_have(user, job: Job) -> bool:
    """Whether this person may have what this job makes, as the record stands now."""
    found = map_of(job, user)
    return found is not None and _without(user, found) == job.params["without"]


@jobs.register(KIND, may=lambda user: can(user, Permission.CONTEXT_SEE), may_have=may_have)
def run(job: Job, step: jobs.Step) -> jobs.Output:
    """Make the PDF that a job asks for. Raises ActRefused, in words, where that cannot be."""
    step(0)
    found = map_of(job, job.requested_by)
    query = QueryDict(mutable=True)
    for name, values in job.params["asked"].items():
        query.setlist(name, values)
    drawn = papers.opened(found, job.requested_by, query)
    with jobs.kept_alive(step, 0):
        content = papers.as_pdf(drawn)
    step(1)
    return jobs.Output(f"safety-map-{found.context.reference}.pdf", pdf.CONTENT_TYPE, content)
