"""The jobs of an import: checking the file, taking in its sound rows, undoing that. Rights are asked when they run."""

from functools import partial

from django.urls import reverse

from accounts.permissions import Permission, can
from core import jobs
from core.models import Job
from core.models.jobs import JobStatus
from core.workflow import ActRefused

from .models import TrackerImport
from .reading import NotATracker
from .services import imports, imports_checking, imports_rest, imports_undo, imports_writing


def may_import(user) -> bool:
    """Whether `user` may import at all."""
    return can(user, Permission.TRACKER_IMPORT)


def is_theirs(user, job: Job) -> bool:
    """Whether the file that the job is about is there, and this person's own: nobody else works on its rows."""
    return TrackerImport.objects.of_maker(user).filter(pk=job.params["import"]).exists()


def may_undo(user, job: Job) -> bool:
    """Whether this person may see the import that the job undoes."""
    return TrackerImport.objects.visible_to(user).filter(pk=job.params["import"]).exists()


def _telling(done: str, failed: str, job: Job) -> tuple[str, str]:
    words = done if job.status == JobStatus.DONE else failed
    return words, reverse("tracker:import", args=[job.params["import"]])


def _of(job: Job) -> TrackerImport:
    return TrackerImport.objects.with_jobs().get(pk=job.params["import"])


@jobs.register(imports.CHECK, may=may_import, may_have=is_theirs)
def check(job: Job, step: jobs.Step) -> jobs.Output | None:
    """Read the file; the rows that would not be taken in are a workbook."""
    of = _of(job)
    if of.check_job_id != job.pk:
        raise jobs.LeaseLost  # something else was said about the file since
    try:
        imports_checking.check(of, step, held=partial(jobs.still_held, job))
        return imports_rest.make(of) if of.counts.get("rest") else None
    except NotATracker as problem:
        raise ActRefused(str(problem)) from None


@jobs.register(
    imports.IMPORT,
    may=may_import,
    may_have=is_theirs,
    telling=partial(_telling, "Your import into the tracker is done.", "Your import into the tracker failed."),
)
def carry_out(job: Job, step: jobs.Step) -> None:
    """Take in the sound rows."""
    imports_writing.carry_out(_of(job), step, held=partial(jobs.still_held, job))


@jobs.register(
    imports.UNDO,
    may=may_import,
    may_have=may_undo,
    telling=partial(_telling, "The import into the tracker is undone.", "The import into the tracker was not undone."),
)
def undo(job: Job, step: jobs.Step) -> None:
    """Take the rows of an import away again."""
    imports_undo.undo(_of(job), job, step)
