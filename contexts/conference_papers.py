"""The papers of a conference: the pack as it was issued, and the minutes. Neither has a child's name on it."""

import io

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from docx import Document

from consultations.papers import pdf, word
from consultations.papers.documents import Box, Paper
from core.workflow import ActRefused

from .models import Conference, ConferencePack
from .no_names import NoNames

PACK, MINUTES = "conference-pack", "conference-minutes"
TITLES = {PACK: "Conference pack", MINUTES: "Minutes of the conference"}


def pack(found: ConferencePack) -> Paper:
    """An issued pack, as it was frozen. Whoever asks has looked through it: see `services.packs.is_clean`."""
    return Paper(
        key=PACK,
        title=TITLES[PACK],
        reference=found.conference.context.reference,
        made_on=_day(timezone.localdate()),
        facts=tuple(Box(title, text) for title, text in found.content.get("facts", [])),
        parts=tuple(Box(title, text) for title, text in found.content.get("parts", [])),
    )


def minutes(found: Conference, names: NoNames) -> Paper:
    """The minutes as the record stands; each name of the context's people is "a young person" there."""
    facts = [
        ("Context", f"{found.context.name}, {found.context.kind_label.lower()}"),
        ("Conference", f"{found.get_kind_display()}, {_day(found.on)}"),
        ("Place", found.place),
        ("Chair", found.chaired_by),
        ("Review date", _day(found.review_on) if found.review_on else "Not set yet"),
    ]
    parts = [
        ("Purpose", found.purpose),
        ("Attendance", _attendance(found)),
        ("Decisions", found.decisions.body.strip() or "Nothing written yet."),
        ("Intervention plan", plan_of(found) or "No goal or action of the plan was noted as agreed here."),
    ]
    return Paper(
        key=MINUTES,
        title=TITLES[MINUTES],
        reference=found.context.reference,
        made_on=_day(timezone.localdate()),
        facts=tuple(Box(title, names.replaced(text)) for title, text in facts if text),
        parts=tuple(Box(title, names.replaced(text)) for title, text in parts if text),
    )


def plan_of(found: Conference) -> str:
    """The goals and actions that were agreed there, in words."""
    lines = [f"Goal: {goal.words}\nMeasure: {goal.measure}" for goal in found.goals.all()]
    for action in found.actions.select_related("owner"):
        due = f", by {_day(action.due)}" if action.due else ""
        lines.append(f"Action: {action.what}\n{action.who}{due}")
    return "\n\n".join(lines)


def _attendance(found: Conference) -> str:
    lines = []
    for one in found.invitees.select_related("person"):
        who = f", {one.who}" if one.who else ""
        lines.append(f"{one.agency}{who}: {one.get_came_display() or 'not known'}")
    return "\n".join(lines) or "Nobody was invited."


def html(paper: Paper, request: HttpRequest | None = None, **context) -> str:
    """The paper as a page of its own."""
    known = {"paper": paper, "organisation": settings.ORGANISATION_NAME, "blank": False}
    return render_to_string("contexts/papers/conference.html", known | context, request)


def as_pdf(paper: Paper) -> bytes:
    """The paper as a PDF. Raises ActRefused, in words, where this machine cannot or it is too long."""
    if reason := pdf.unavailable():
        raise ActRefused(reason)
    if paper.size() > pdf.MOST_CHARACTERS:
        raise ActRefused("This is more than a PDF is made of here. Print the page instead.")
    from consultations.papers import weasy

    return weasy.write(html(paper))


def as_word(paper: Paper) -> bytes:
    """The paper as a Word file."""
    document = Document()
    word.set_up(document, f"{paper.title} {paper.reference}")
    document.add_heading(f"{paper.title} {paper.reference}", level=1)
    table = word.grid(document, len(paper.facts), [45, 133])
    for row, fact in zip(table.rows, paper.facts, strict=True):
        word.bold(row.cells[0], fact.title)
        row.cells[1].text = fact.text
    for part in paper.parts:
        document.add_heading(part.title, level=2)
        for paragraph in part.text.split("\n"):
            document.add_paragraph(paragraph)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _day(day) -> str:
    return date_format(day, "DATE_FORMAT")
