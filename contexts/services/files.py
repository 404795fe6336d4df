"""Files that jobs make for one reader: with what they may see when the file is made, whenever they asked for it.

While a job waits, its asker may come to see less, or more. So what they may see is asked when the file is made: a mark
of it is kept with the job, and the file is handed out only as long as the mark of the moment is the same.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import User
from consultations.papers import pdf
from core import jobs
from core.models import Job
from core.models.jobs import JobStatus
from core.workflow import ActRefused

from .referring import SENT_TWICE

PDF, WORD = "pdf", "docx"
SEEN = "seen"  # where the mark stands among the parameters of a job, once its file is made
CHANGED = "What you may see of this changed while it was made. Ask for it again."


def ask_for(kind: str, params: dict, *, by, form: str = PDF, at: datetime | None = None) -> Job:
    """Queue a file. Asked twice in a moment it is one job. Raises ActRefused where no PDF can be made here."""
    at = at or timezone.now()
    if form == PDF and (reason := pdf.unavailable()):
        raise ActRefused(reason)
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=by.pk)  # two at once: the second waits for the first
        just_now = (at - SENT_TWICE, at + SENT_TWICE)
        twice = Job.objects.filter(
            kind=kind, requested_by=by, params__contains=params, created_at__range=just_now
        ).exclude(status__in=[JobStatus.FAILED, JobStatus.CANCELLED])
        for wanted in twice.select_related("requested_by"):
            # One with more than was asked now is another file; one that they may no longer have is none.
            if {**wanted.params, SEEN: None} == {**params, SEEN: None} and jobs.kind_of(wanted).allows(wanted):
                return wanted
        return jobs.enqueue(kind, params=params, by=by, at=at)


def register(name: str, *, may: Callable[..., bool], mark: Callable[..., str | None]) -> Callable:
    """Decorator: the function makes the file of a job of kind `name`, for `job.requested_by`.

    `mark(user, job)` stands for all that this person may see of what the job makes; None where it is not theirs.
    """

    def may_have(user, job: Job) -> bool:
        now = mark(user, job)
        return now is not None and (job.status != JobStatus.DONE or job.params.get(SEEN) == now)

    def decorator(make: Callable[[Job], jobs.Output]) -> Callable:
        @jobs.register(name, may=may, may_have=may_have)
        def run(job: Job, step: jobs.Step) -> jobs.Output:
            step(0)
            before = mark(job.requested_by, job)
            with jobs.kept_alive(step, 0):
                output = make(job) if before is not None else None
            if before is None or mark(job.requested_by, job) != before:
                raise ActRefused(CHANGED)
            jobs.keep(job, **{SEEN: before})
            step(1)
            return output

        return make

    return decorator


def mark_of(names: Iterable[str]) -> str:
    """Stands for these names (those that are hidden from somebody), and gives none of them away."""
    return salted_hmac("contexts.files", "\n".join(names), algorithm="sha256").hexdigest()[:32]
