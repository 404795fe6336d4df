"""Making the papers of a conference in jobs. They are looked through for names when they are made and when read."""

from datetime import datetime

from accounts.permissions import Permission, can
from consultations.papers import pdf, word
from core import jobs
from core.models import Job
from core.workflow import ActRefused

from .. import conference_papers as papers
from ..choices import PackStatus
from ..models import Conference, ConferencePack
from . import files, packs
from .files import PDF, WORD

KIND = "contexts.conference-paper"
NAMES_SINCE = "A name in this pack came into the record after it was issued. Nobody can read it until it is checked."


def ask_for(paper: str, found, *, form: str = PDF, by, at: datetime | None = None) -> Job:
    """Queue the minutes of a Conference, or a ConferencePack that is issued.

    Raises ActRefused where this machine can make no PDF, or a name has come into the record since the pack was issued.
    """
    if paper == papers.PACK:
        need_clean(found)
    return files.ask_for(KIND, {"paper": paper, "form": form, "of": str(found.pk)}, form=form, by=by, at=at)


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


def _mark(user, job: Job) -> str | None:
    """Stands for the names that are not in the file: one that came since it was made may stand in it."""
    if job.params["paper"] == papers.MINUTES:
        found = Conference.objects.visible_to(user).with_names().filter(pk=job.params["of"]).first()
        return packs.names_for(found).fingerprint if found else None
    found = ConferencePack.objects.visible_to(user).filter(pk=job.params["of"]).select_related("conference__context")
    pack = found.first()
    return "clean" if pack and pack.status == PackStatus.ISSUED and packs.is_clean(pack) else None


@files.register(KIND, may=lambda user: can(user, Permission.CONFERENCE_SEE), mark=_mark)
def make(job: Job) -> jobs.Output:
    """The paper that a job asks for. Raises ActRefused, in words, where that cannot be."""
    paper = _paper(job)
    if job.params["form"] == WORD:
        content, kind = papers.as_word(paper), word.CONTENT_TYPE
    else:
        content, kind = papers.as_pdf(paper), pdf.CONTENT_TYPE
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
