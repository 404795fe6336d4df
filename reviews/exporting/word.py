"""The results tool as a Word file: a landscape A3 page with a table for each level, to be edited."""

import io

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from consultations.papers.word import CONTENT_TYPE, bold, grid, heading_row, set_up
from core.workbook import without_controls

from ..choices import Rating
from ..results import Results, ToolLevel, ToolStatement

__all__ = ["CONTENT_TYPE", "make"]

WIDTHS = [76, 56, 76, 56, 76, 56]  # mm: a statement, and the plan beside it
COLOURS = {Rating.RED: ("B4231F", "FBE4E3"), Rating.AMBER: ("F0B429", "FEF3D6"), Rating.GREEN: ("1F7A3D", "E2F2E6")}
BAND = "E3EBEC"
DARK, LIGHT = RGBColor(0x0B, 0x0C, 0x0C), RGBColor(0xFF, 0xFF, 0xFF)


def make(results: Results) -> bytes:
    """The tool as a Word file."""
    document = Document()
    set_up(document, f"{results.title}: {results.reference}")
    page = document.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = Mm(420), Mm(297)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(12)
    document.styles["Normal"].font.size = Pt(10)
    for number, level in enumerate(results.levels):
        heading = document.add_heading(without_controls(results.title.upper()), level=1)
        heading.paragraph_format.page_break_before = number > 0
        said = [results.reference, f"Domain: {results.domain_words}" if results.domain_words else "", results.lead]
        document.add_paragraph(without_controls(". ".join(part for part in said[:2] if part)))
        document.add_heading(f"{level.level.label.upper()}: {level.words}", level=2)
        _level(document, results, level)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _level(document, results: Results, level: ToolLevel) -> None:
    table = grid(document, 1, WIDTHS)
    heading_row(table.rows[0])
    for number, column in enumerate(results.columns):
        rating, plan = table.rows[0].cells[2 * number : 2 * number + 2]
        dark = column.rating != Rating.AMBER
        bold(rating, column.heading.upper())
        bold(plan, column.plan)
        for cell in (rating, plan):
            _fill(cell, COLOURS[column.rating][0])
            cell.paragraphs[0].runs[0].font.color.rgb = LIGHT if dark else DARK
    for stage in level.stages:
        _band(table, f"{stage.part.stage.label.upper()}. {stage.band}", BAND)
        for group in stage.groups:
            if results.by_domain:
                _band(table, group.domain.label, "F4F6F6")
            for line in group.rows:
                _line(table, line, results)
        if not stage.groups:
            _row(table).cells[0].text = "No statement yet"


def _line(table, line: tuple[ToolStatement | None, ...], results: Results) -> None:
    cells = _row(table).cells
    for number, (column, statement) in enumerate(zip(results.columns, line, strict=True)):
        words, plan = cells[2 * number : 2 * number + 2]
        if statement is None:
            continue
        words.text = without_controls(statement.words)
        _fill(words, COLOURS[column.rating][1])
        for place, action in enumerate(statement.actions):
            paragraph = plan.paragraphs[0] if place == 0 else plan.add_paragraph()
            paragraph.add_run(without_controls(action.what))
            if action.after:
                paragraph.add_run(without_controls(f" — {action.after}")).bold = True
            if action.ended:
                ended = f"{action.ended}: {action.outcome}" if action.outcome else action.ended
                paragraph.add_run(without_controls(f"\n{ended}")).italic = True


def _row(table):
    """A new row with the columns' widths. A long one may go over a page: it would not be readable cut off."""
    row = table.add_row()
    for cell, width in zip(row.cells, WIDTHS, strict=True):
        cell.width = Mm(width)
    return row


def _band(table, words: str, colour: str) -> None:
    cells = _row(table).cells
    whole = cells[0].merge(cells[-1])
    whole.text = ""
    bold(whole, words)
    whole.paragraphs[0].paragraph_format.keep_with_next = True
    _fill(whole, colour)


def _fill(cell, colour: str) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)
