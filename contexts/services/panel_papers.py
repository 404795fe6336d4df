"""Making the minutes of a panel in jobs, for the one reader who asked."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission, can
from consultations.papers import pdf, word
from core import jobs
from core.models import Job
from core.models.jobs import JobStatus
from core.workflow import ActRefused

from .. import conference_papers
from .. import panel_papers as papers
from ..models import Panel
from .conference_people import SENT_TWICE

KIND = "contexts.panel-minutes"
PDF, WORD = "pdf", "docx"


def ask_for(found: Panel, *, form: str = PDF, by, at: datetime | None = None) -> Job:
    """Queue the minutes. Asked twice in a moment it is one job. Raises ActRefused where no PDF can be made here."""
    at = at or timezone.now()
    if form == PDF and (reason := pdf.unavailable()):
        raise ActRefused(reason)
    params = {"form": form, "of": str(found.pk), "seen": papers.seen_by(by, found)}
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=by.pk)  # two at once: the second waits for the first
        just_now = (at - SENT_TWICE, at + SENT_TWICE)
        twice = Job.objects.filter(kind=KIND, requested_by=by, params=params, created_at__range=just_now)
        wanted = twice.exclude(status__in=[JobStatus.FAILED, JobStatus.CANCELLED]).first()
        return wanted or jobs.enqueue(KIND, params=params, by=by, at=at)


def panel_of(job: Job) -> Panel | None:
    """The panel whose minutes a job makes, as far as who asked may see it."""
    return Panel.objects.visible_to(job.requested_by).filter(pk=job.params["of"]).first()


def may_have(user, job: Job) -> bool:
    """Whether this person may have the file: only while they may see just what they could when they asked."""
    found = Panel.objects.visible_to(user).filter(pk=job.params["of"]).first()
    return found is not None and papers.seen_by(user, found) == job.params["seen"]


@jobs.register(KIND, may=lambda user: can(user, Permission.PANEL_HOLD), may_have=may_have)
def run(job: Job, step: jobs.Step) -> jobs.Output:
    """Make the minutes that a job asks for. Raises ActRefused, in words, where that cannot be."""
    step(0)
    paper = papers.minutes(job.requested_by, Panel.objects.visible_to(job.requested_by).get(pk=job.params["of"]))
    with jobs.kept_alive(step, 0):
        if job.params["form"] == WORD:
            content, kind = conference_papers.as_word(paper), word.CONTENT_TYPE
        else:
            content, kind = papers.as_pdf(paper), pdf.CONTENT_TYPE
    step(1)
    return jobs.Output(f"panel-minutes-{paper.reference}.{job.params['form']}", kind, content)
