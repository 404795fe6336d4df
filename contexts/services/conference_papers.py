"""Making the papers of a conference in jobs. They are looked through for names when they are made and when read."""

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

from .. import conference_papers as papers
from ..choices import PackStatus
from ..models import Conference, ConferencePack
from . import packs
from .conference_people import SENT_TWICE

KIND = "contexts.conference-paper"
PDF, WORD = "pdf", "docx"
NAMES_SINCE = "A name in this pack came into the record after it was issued. Nobody can read it until it is checked."


def ask_for(paper: str, found, *, form: str = PDF, by, at: datetime | None = None) -> Job:
    """Queue the minutes of a Conference, or a ConferencePack that is issued. Asked twice in a moment it is one job.

    Raises ActRefused where this machine can make no PDF, or a name has come into the record since the pack was issued.
    """
    at = at or timezone.now()
    if form == PDF and (reason := pdf.unavailable()):
        raise ActRefused(reason)
    if paper == papers.PACK:
        need_clean(found)
    params = {"paper": paper, "form": form, "of": str(found.pk)}
    if paper == papers.MINUTES:
        params["without"] = packs.names_for(found).fingerprint
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=by.pk)  # two at once: the second waits for the first
        just_now = (at - SENT_TWICE, at + SENT_TWICE)
        twice = Job.objects.filter(kind=KIND, requested_by=by, params=params, created_at__range=just_now)
        wanted = twice.exclude(status__in=[JobStatus.FAILED, JobStatus.CANCELLED]).first()
        return wanted or jobs.enqueue(KIND, params=params, by=by, at=at)


def need_clean(pack: ConferencePack) -> None:
    """Raises ActRefused where it is not issued, or a name of the record as it is now stands in it."""
    if pack.status != PackStatus.ISSUED:
        raise ActRefused("This pack is not issued, so there is no file of it.")
    if not packs.is_clean(pack):
        raise ActRefused(NAMES_SINCE)


def conference_of(job: Job) -> Conference | None:
    """The conference that a job's paper is of, as far as who asked for it may see it; None where they may not."""
    user, wanted = job.requested_by, job.params["of"]
    if job.params["paper"] == papers.MINUTES:
        return Conference.objects.visible_to(user).with_names().filter(pk=wanted).first()
    pack = ConferencePack.objects.visible_to(user).filter(pk=wanted).select_related("conference__context").first()
    return pack.conference if pack else None


def may_have(user, job: Job) -> bool:
    """Whether this person may have what this job makes, as the record stands now: names that came since count."""
    if job.params["paper"] == papers.MINUTES:
        found = Conference.objects.visible_to(user).with_names().filter(pk=job.params["of"]).first()
        # The file has none of the names that were known then: one that came since may stand in it.
        return found is not None and packs.names_for(found).fingerprint == job.params["without"]
    found = ConferencePack.objects.visible_to(user).filter(pk=job.params["of"]).select_related("conference__context")
    pack = found.first()
    return pack is not None and pack.status == PackStatus.ISSUED and packs.is_clean(pack)


@jobs.register(KIND, may=lambda user: can(user, Permission.CONFERENCE_SEE), may_have=may_have)
def run(job: Job, step: jobs.Step) -> jobs.Output:
    """Make the paper that a job asks for. Raises ActRefused, in words, where that cannot be."""
    step(0)
    paper = _paper(job)
    with jobs.kept_alive(step, 0):
        if job.params["form"] == WORD:
            content, kind = papers.as_word(paper), word.CONTENT_TYPE
        else:
            content, kind = papers.as_pdf(paper), pdf.CONTENT_TYPE
    step(1)
    return jobs.Output(f"{job.params['paper']}-{paper.reference}.{job.params['form']}", kind, content)


def _paper(job: Job):
    user, wanted = job.requested_by, job.params["of"]
    if job.params["paper"] == papers.MINUTES:
        rows = Conference.objects.visible_to(user).with_names().select_related("decisions")
        found = rows.get(pk=wanted)
        return papers.minutes(found, packs.names_for(found))
    pack = ConferencePack.objects.visible_to(user).select_related("conference__context", "conference__chair__team")
    found = pack.get(pk=wanted)
    need_clean(found)
    return papers.pack(found)
