"""The report as a Word file: headings, sentences, each chart as a picture with its words, and the same as a table."""

import io

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt

from consultations.papers import word as papers
from consultations.papers.word import bold, grid, heading_row

from ..public_figures import Table
from ..suppression import NOT_SHOWN
from . import pictures
from .document import Part, ReportDocument, plain

CONTENT_TYPE = papers.CONTENT_TYPE
PICTURE_WIDTH = 150  # mm


def make(report: ReportDocument) -> bytes:
    """The report as a Word file."""
    document = Document()
    papers.set_up(document, report.title)
    document.add_paragraph(report.organisation).runs[0].bold = True
    document.add_heading(report.title, level=1)
    document.add_paragraph(f"Referrals received {report.period}")
    for paragraph in report.introduction:
        document.add_paragraph(paragraph)
    for part in report.parts:
        _part(document, part)
    document.add_page_break()
    document.add_heading("How to read the numbers", level=2)
    for words in report.reading:
        document.add_paragraph(words, style="List Bullet")
    document.add_heading("About this report", level=2)
    about = grid(document, len(report.about), [45, 133])
    for row, (name, value) in zip(about.rows, report.about, strict=True):
        bold(row.cells[0], name)
        row.cells[1].text = plain(value)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _part(document, part: Part) -> None:
    document.add_heading(part.title, level=2)
    followed = bool(part.table and part.table.shown) or bool(part.agencies)
    for sentence in part.sentences:
        document.add_paragraph(plain(sentence)).paragraph_format.keep_with_next = followed
    if part.table and part.table.shown:
        _picture(document, part.table)
        _numbers(document, part.table.head, [(line.label, line.count, False) for line in part.table.lines])
    elif part.agencies:
        lines = []
        for agency in part.agencies:
            lines.append((agency.label, agency.count, False))
            lines += [(team.label, team.count, True) for team in agency.teams]
            if agency.others:
                lines.append(("Other teams" if agency.teams else "Its teams", None, True))
        if part.others:
            lines.append(("Other agencies", None, False))
        _numbers(document, "Agency or team", lines)


def _picture(document, table: Table) -> None:
    shape = document.add_paragraph().add_run().add_picture(io.BytesIO(pictures.draw(table)), width=Mm(PICTURE_WIDTH))
    about = shape._inline.docPr
    about.set("descr", plain(pictures.describe(table)))
    about.set("title", table.title)


def _numbers(document, head: str, lines: list[tuple[str, int | None, bool]]) -> None:
    """A table of values and counts, kept on one page where it fits there; what is `inner` stands further in."""
    table = grid(document, len(lines) + 1, [110, 30])
    for cell, words in zip(table.rows[0].cells, (head, "Referrals"), strict=True):
        bold(cell, words)
    heading_row(table.rows[0])
    for row, (label, count, inner) in zip(table.rows[1:], lines, strict=True):
        row.cells[0].text = plain(label)
        if inner:
            row.cells[0].paragraphs[0].paragraph_format.left_indent = Mm(6)
        row.cells[1].text = NOT_SHOWN if count is None else str(count)
    for row in table.rows:
        row.cells[1].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for row in table.rows[:-1]:
        row.cells[0].paragraphs[0].paragraph_format.keep_with_next = True
    document.add_paragraph().paragraph_format.space_after = Pt(0)
