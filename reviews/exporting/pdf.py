"""The results tool as a page to print and as a PDF: A3 landscape, a page for each level where it fits."""

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string

from consultations.papers import pdf
from core.workflow import ActRefused

from ..results import Results

# The sizes of its text in points, the largest first: the first with which each level is one page is taken.
SIZES = (11, 10, 9, 8)
FLOWING = 9  # of one that goes on over more pages
# What cannot be one page a level at any of these sizes need not be tried.
MOST_TO_FIT = 60_000


def html(results: Results, request: HttpRequest | None = None, *, size: int = SIZES[0], **context) -> str:
    """The tool as a page of its own; on the screen with a bar above it (`bar`)."""
    known = {"results": results, "organisation": settings.ORGANISATION_NAME, "size": size}
    return render_to_string("reviews/papers/results.html", known | context, request)


def make(results: Results) -> bytes:
    """The tool as a PDF. Raises ActRefused, in words, where this machine cannot or it is too long."""
    if reason := pdf.unavailable():
        raise ActRefused(reason)
    if results.size() > pdf.MOST_CHARACTERS:
        raise ActRefused("This is more than a PDF is made of here. Print the page instead, or make a Word file.")
    from consultations.papers import weasy

    sizes = SIZES if results.size() <= MOST_TO_FIT else ()
    pages = len(results.levels)
    return weasy.write_fitting([*(html(results, size=size) for size in sizes), html(results, size=FLOWING)], pages)
