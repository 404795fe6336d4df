"""Making the minutes of a panel in jobs, for the one reader who asked."""

from datetime import datetime

from accounts.permissions import Permission, can
from consultations.papers import pdf, word
from core import jobs
from core.models import Job

from .. import conference_papers
from .. import panel_papers as papers
from ..models import Panel
from . import files
from .files import PDF, WORD

KIND = "contexts.panel-minutes"


def ask_for(found: Panel, *, form: str = PDF, by, at: datetime | None = None) -> Job:
    """Queue the minutes. Raises ActRefused where no PDF can be made here."""
    return files.ask_for(KIND, {"form": form, "of": str(found.pk)}, form=form, by=by, at=at)


def panel_of(job: Job) -> Panel | None:
    """The panel whose minutes a job makes, as far as who asked may see it."""
    return Panel.objects.visible_to(job.requested_by).filter(pk=job.params["of"]).first()


def _mark(user, job: Job) -> str | None:
    found = Panel.objects.visible_to(user).filter(pk=job.params["of"]).first()
    return papers.seen_by(user, found) if found else None


@files.register(KIND, may=lambda user: can(user, Permission.PANEL_HOLD), mark=_mark)
def make(job: Job) -> jobs.Output:
    """The minutes that a job asks for. Raises ActRefused, in words, where that cannot be."""
    paper = papers.minutes(job.requested_by, panel_of(job))
    if job.params["form"] == WORD:
        content, kind = conference_papers.as_word(paper), word.CONTENT_TYPE
    else:
        content, kind = papers.as_pdf(paper), pdf.CONTENT_TYPE
    return jobs.Output(f"panel-minutes-{paper.reference}.{job.params['form']}", kind, content)
