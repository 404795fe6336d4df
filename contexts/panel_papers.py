"""The minutes of a panel, made anew for each reader: an item that they may not see is a line without words."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format

from consultations.papers import pdf
from consultations.papers.documents import Box, Paper
from core.workflow import ActRefused

from .models import Panel
from .panel_sight import ShownItem, agenda, hidden_of, panel_words, seen_of
from .services.files import mark_of

TITLE = "Minutes of the panel"


def minutes(user, found: Panel) -> Paper:
    """The minutes as `user` may read them now."""
    words = panel_words(user, found)
    facts = [
        ("Panel", _day(found.on)),
        ("Place", words(found.place)),
        ("Chair", words(found.chair)),
        ("Minutes", found.get_state_display()),
    ]
    parts = [("Attendance", _attendance(found, words))]
    parts += [(f"{row.number}. {row.title}", _words(row)) for row in agenda(user, found)]
    return Paper(
        key="panel-minutes",
        title=TITLE,
        reference=found.on.isoformat(),
        made_on=_day(timezone.localdate()),
        facts=tuple(Box(title, text) for title, text in facts if text),
        parts=tuple(Box(title, text) for title, text in parts if text),
    )


def seen_by(user, found: Panel) -> str:
    """A mark of what `user` may see of a panel: a file made under another one is not handed out."""
    keys = sorted(str(pk) for pk in seen_of(user, found.items.all()))
    return mark_of([*keys, "", *hidden_of(user, found)])


def html(paper: Paper, request: HttpRequest | None = None, **context) -> str:
    """The minutes as a page of their own."""
    known = {"paper": paper, "organisation": settings.ORGANISATION_NAME, "blank": False}
    return render_to_string("contexts/papers/panel.html", known | context, request)


def as_pdf(paper: Paper) -> bytes:
    """The minutes as a PDF. Raises ActRefused, in words, where this machine cannot or they are too long."""
    if reason := pdf.unavailable():
        raise ActRefused(reason)
    if paper.size() > pdf.MOST_CHARACTERS:
        raise ActRefused("This is more than a PDF is made of here. Print the page instead.")
    from consultations.papers import weasy

    return weasy.write(html(paper))


def _attendance(found: Panel, words: Callable[[str], str]) -> str:
    """Who came, who sent apologies, who else was invited, each with the agency; and the note."""
    lines = []
    for one in found.people.select_related("person"):
        who = ", ".join(text for text in (words(one.agency), words(one.who)) if text)
        lines.append(f"{who}: {one.get_came_display().lower() or 'invited'}")
    return "\n".join([*lines, words(found.attendance_note)]).strip() or "Not recorded yet."


def _words(row: ShownItem) -> str:
    """What the minutes say of one item; of one that is not seen, nothing beside its heading."""
    if not row.seen:
        return "Nothing of it is shown to you."
    lines = [
        ", ".join(row.categories),
        "Carried over from an earlier panel." if row.carried else "",
        f"Presented by: {row.presented_by}" if row.presented_by else "",
        f"Why: {row.reason}",
        f"Discussion: {row.discussion}" if row.discussion else "",
        f"Decision: {row.decision or 'Nothing written yet.'}",
    ]
    for action in row.actions:
        due = f", by {_day(action['due'])}" if action["due"] else ""
        lines.append(f"Action: {action['what']} ({action['who']}{due})")
    return "\n".join(line for line in lines if line)


def _day(day) -> str:
    return date_format(day, "DATE_FORMAT")
