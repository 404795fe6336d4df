"""Making PDFs of safety maps in jobs."""

import re
from datetime import datetime

from django.http import QueryDict

from accounts.permissions import Permission, can
from consultations.papers import pdf
from core import jobs
from core.models import Job

from . import safety_papers as papers
from .models import SafetyMap
from .services import files
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


def ask_for(found: SafetyMap, query: QueryDict, *, heat: bool = False, by, at: datetime | None = None) -> Job:
    """Queue the PDF of a map, or of its heat map, with the pins that `query` leaves.

    Raises ActRefused where no PDF can be made here.
    """
    asked = {name: [value for value in query.getlist(name)[:50] if SENSIBLE.fullmatch(value)] for name in ASKED}
    return files.ask_for(KIND, {"map": str(found.pk), "asked": asked, "heat": heat}, by=by, at=at)


def map_of(job: Job, user) -> SafetyMap | None:
    """The map of a job as far as this person may see it; None where they may not."""
    return SafetyMap.objects.visible_to(user).filter(pk=job.params["map"]).select_related("context").first()


def _mark(user, job: Job) -> str | None:
    found = map_of(job, user)
    return files.mark_of(Sight(user, found.context).hidden) if found else None


@files.register(KIND, may=lambda user: can(user, Permission.CONTEXT_SEE), mark=_mark)
def make(job: Job) -> jobs.Output:
    """The PDF that a job asks for. Raises ActRefused, in words, where that cannot be."""
    found = map_of(job, job.requested_by)
    query = QueryDict(mutable=True)
    for name, values in job.params["asked"].items():
        query.setlist(name, values)
    heat = job.params.get("heat", False)
    content = papers.as_pdf((papers.heated if heat else papers.opened)(found, job.requested_by, query))
    return jobs.Output(f"{'heat' if heat else 'safety'}-map-{found.context.reference}.pdf", pdf.CONTENT_TYPE, content)
