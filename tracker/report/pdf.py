"""The report as a page to print and as a PDF, from one template."""

from django.template.loader import render_to_string

from consultations.papers import pdf as papers
from core.workflow import ActRefused

from .document import ReportDocument

CONTENT_TYPE = papers.CONTENT_TYPE


def unavailable() -> str:
    """Why no PDF can be made here, in words for the page; "" where it can."""
    return papers.unavailable()


def make(document: ReportDocument) -> bytes:
    """The report as a PDF. Raises ActRefused, in words, where this machine cannot."""
    if reason := unavailable():
        raise ActRefused(reason)
    from consultations.papers import weasy

    return weasy.write(render_to_string("tracker/report_paper.html", {"document": document}))
