"""Making the assessment or the joint plan of a context as a PDF in a job, for the one reader who asked."""

from datetime import datetime

from accounts.permissions import Permission, can
from consultations.papers import pdf
from core import jobs
from core.models import Job

from .. import casework_papers as papers
from ..models import Assessment, Context
from . import files

KIND = "contexts.casework-paper"


def ask_for(paper: str, found, *, names: bool, by, at: datetime | None = None) -> Job:
    """Queue the paper of an Assessment, or of a Context's plan. Raises ActRefused where no PDF can be made here."""
    return files.ask_for(KIND, {"paper": paper, "of": str(found.pk), "names": names}, by=by, at=at)


def subject_of(job: Job, user) -> Assessment | Context | None:
    """The assessment, or the context whose plan it is; None where this person does not read its casework."""
    if job.params["paper"] == papers.PLAN:
        return Context.objects.casework_of(user).filter(pk=job.params["of"]).first()
    rows = Assessment.objects.visible_to(user).select_related("context", "lead", "begun_by", "finished_by")
    return rows.filter(pk=job.params["of"]).first()


def context_of(job: Job, user) -> Context | None:
    """The context that a paper is of, as far as this person reads its casework."""
    found = subject_of(job, user)
    return found.context if isinstance(found, Assessment) else found


def _mark(user, job: Job) -> str | None:
    found = context_of(job, user)
    if found is None:
        return None
    sight = papers.sight_for(user, found, names=job.params["names"])
    # In a copy without names a name that came since it was made may stand; in the other one that is hidden since.
    return files.mark_of(sight.hidden) if job.params["names"] else sight.names.fingerprint


@files.register(KIND, may=lambda user: can(user, Permission.CONTEXT_SEE), mark=_mark)
def make(job: Job) -> jobs.Output:
    """The PDF that a job asks for. Raises ActRefused, in words, where that cannot be."""
    user, names = job.requested_by, job.params["names"]
    write = papers.plan if job.params["paper"] == papers.PLAN else papers.assessment
    paper = write(user, subject_of(job, user), names=names)
    return jobs.Output(f"{paper.key}-{paper.reference}.pdf", pdf.CONTENT_TYPE, papers.as_pdf(paper))
