"""Making a round's results tool in jobs: as a PDF, a Word file or a workbook, for the one who asked."""

from datetime import datetime

from accounts.permissions import Permission, can
from consultations.papers import pdf as papers_pdf
from contexts.services import files
from contexts.services.files import PDF, WORD
from core import audit, jobs
from core.models import Job

from ..exporting import excel, pdf, word
from ..models import Review
from ..results import results
from . import steps

KIND = "reviews.results"
EXCEL = "xlsx"
FORMS = {PDF: "PDF", WORD: "Word file", EXCEL: "Excel workbook"}


def ask_for(review: Review, *, form: str, by, at: datetime | None = None) -> Job:
    """Queue the tool in one of FORMS. Raises ActRefused where no PDF can be made here."""
    return files.ask_for(KIND, {"form": form, "of": str(review.pk)}, form=form, by=by, at=at)


def review_of(job: Job) -> Review | None:
    """The round of a job, as far as who asked may see it."""
    return Review.objects.visible_to(job.requested_by).select_related("lead").filter(pk=job.params["of"]).first()


def printed(review: Review, form: str, *, by) -> None:
    """Write into the audit log that this person printed or downloaded the tool."""
    detail = {"paper": "results", "as": form}
    audit.record("printed", by=by, subject=review, label=steps.label(review), detail=detail)


def _mark(user, job: Job) -> str | None:
    """Who reads reviews reads all of each round, so there is one mark for all who may."""
    found = Review.objects.visible_to(user).filter(pk=job.params["of"]).first()
    return files.mark_of([str(found.pk)]) if found else None


@files.register(KIND, may=lambda user: can(user, Permission.REVIEW_SEE), mark=_mark)
def make(job: Job) -> jobs.Output:
    """The file that a job asks for. Raises ActRefused, in words, where that cannot be."""
    review, form = review_of(job), job.params["form"]
    if form == EXCEL:
        content, kind = excel.make(review, by=job.requested_by), excel.CONTENT_TYPE
    elif form == WORD:
        content, kind = word.make(results(review)), word.CONTENT_TYPE
    else:
        content, kind = pdf.make(results(review)), papers_pdf.CONTENT_TYPE
    return jobs.Output(f"system-review-{review.on.isoformat()}.{form}", kind, content)
