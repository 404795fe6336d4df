"""Papers as HTML and as PDF, from the same templates."""

from functools import cache

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string

from core.workflow import ActRefused

from .documents import BLANK, BLANKS, FRAMEWORK, GUIDED, PREPARED, Paper

CONTENT_TYPE = "application/pdf"
# About 45 seconds of one core. Longer ones are printed from the page.
MOST_CHARACTERS = 1_000_000
TEMPLATES = {
    FRAMEWORK: "papers/framework.html", PREPARED: "papers/framework.html",
    GUIDED: "papers/form.html", BLANK: "papers/form.html",
}  # fmt: skip
NO_PANGO = (
    "PDFs are off on this machine, because its library for setting text (Pango) is missing. "
    "Print the page instead: your browser can also save it as a PDF."
)


@cache
def _load() -> bool:
    """Whether WeasyPrint finds the libraries that it needs; asked of the machine once."""
    try:
        from . import weasy  # noqa: F401
    except OSError:
        return False
    return True


def unavailable() -> str:
    """Why no PDF can be made here, in words for the page; "" where it can."""
    return "" if _load() else NO_PANGO


def html(paper: Paper, request: HttpRequest | None = None, **context) -> str:
    """The paper as a page of its own. Its templates read `paper` alone, and on the screen the bar above it."""
    template = TEMPLATES.get(paper.key, "papers/consultation.html")
    known = {"paper": paper, "organisation": settings.ORGANISATION_NAME, "blank": paper.key in BLANKS}
    return render_to_string(template, known | context, request)


def make(paper: Paper) -> bytes:
    """The paper as a PDF. Raises ActRefused, in words, where this machine cannot or the paper is too long."""
    if reason := unavailable():
        raise ActRefused(reason)
    if (size := paper.size()) > MOST_CHARACTERS:
        raise ActRefused(
            f"This record has {size:,} characters, which is more than a PDF is made of here ({MOST_CHARACTERS:,}). "
            "Print the page instead: your browser can also save it as a PDF."
        )
    from . import weasy

    return weasy.write(html(paper))
