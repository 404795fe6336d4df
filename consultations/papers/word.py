"""Appendix C as a Word file: the same form, with real tables and headings, to fill in on a computer or by hand."""

import io

from django.conf import settings
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from .documents import Box, DataEntry, Paper

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LINE = 8.5  # mm: room for a line written by hand
TICK = "☐"
FONT = "Arial"


def make(paper: Paper) -> bytes:
    """A blank form as a Word file."""
    document = Document()
    set_up(document, paper.title)
    document.add_heading(paper.title, level=1)
    _facts(document, paper.facts)
    for box in paper.parts:
        _box(document, box)
    if paper.agreed:
        _actions(document, paper.agreed, paper.spaces)
    if paper.data_entry:
        _data_entry(document, paper.data_entry)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def set_up(document, title: str) -> None:
    """A4, our font, the language and the properties of a document called `title`."""
    page = document.sections[0]
    page.orientation = WD_ORIENT.PORTRAIT
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(16)
    for name, size, before in (("Normal", 11, 0), ("Heading 1", 16, 0), ("Heading 2", 12, 10)):
        style = document.styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        style.font.color.rgb = RGBColor(0x0B, 0x0C, 0x0C)
        style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            style.element.rPr.rFonts.attrib.pop(qn(theme), None)
        style.element.rPr.rFonts.set(qn("w:hAnsi"), FONT)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(4)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    document.styles["Normal"].element.get_or_add_rPr().append(language)
    about = document.core_properties
    about.title, about.author, about.comments = title, settings.ORGANISATION_NAME, ""
    about.language = "en-GB"
    page.footer.paragraphs[0].text = title
    page.footer.paragraphs[0].runs[0].font.size = Pt(8)


def grid(document, rows: int, widths: list[float]):
    """A table with columns so many millimetres wide, whose rows stay whole."""
    table = document.add_table(rows=rows, cols=len(widths))
    table.style = "Table Grid"
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
        # A row goes to the next page rather than apart.
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    return table


def _tall(row, millimetres: float) -> None:
    row.height, row.height_rule = Mm(millimetres), WD_ROW_HEIGHT_RULE.AT_LEAST


def bold(cell, text: str) -> None:
    """Put `text` into an empty cell, bold."""
    paragraph = cell.paragraphs[0]
    paragraph.add_run(text).bold = True


def heading_row(row) -> None:
    """Says that a table's first row is its headings, and repeats on the next page."""
    mark = OxmlElement("w:tblHeader")
    row._tr.get_or_add_trPr().append(mark)


def _facts(document, facts: tuple[Box, ...]) -> None:
    table = grid(document, (len(facts) + 1) // 2, [34, 55, 34, 55])
    for number, fact in enumerate(facts):
        row = table.rows[number // 2]
        _tall(row, 11)
        bold(row.cells[number % 2 * 2], fact.title)
        for prompt in fact.prompts:
            row.cells[number % 2 * 2].add_paragraph(prompt)


def _box(document, box: Box) -> None:
    document.add_heading(box.title, level=2)
    for prompt in box.prompts:
        document.add_paragraph(prompt, style="List Bullet").paragraph_format.keep_with_next = True
    _tall(grid(document, 1, [178]).rows[0], max(box.lines, 1) * LINE)


def _actions(document, agreed: Box, spaces: tuple[str, ...]) -> None:
    document.add_heading(agreed.title, level=2)
    for prompt in agreed.prompts:
        document.add_paragraph(prompt, style="List Bullet").paragraph_format.keep_with_next = True
    table = grid(document, 1 + len(spaces), [34, 76, 40, 28])
    for cell, words in zip(table.rows[0].cells, ("", "What will be done", "Who", "By when"), strict=True):
        bold(cell, words)
    heading_row(table.rows[0])
    for row, space in zip(table.rows[1:], spaces, strict=True):
        bold(row.cells[0], space)
        _tall(row, 26)


def _data_entry(document, form: DataEntry) -> None:
    document.add_page_break()
    document.add_heading("Data entry form", level=1)
    document.add_paragraph(form.instruction)
    table = grid(document, len(form.fields) + 2, [60, 118])
    for row, box in zip(table.rows, form.fields, strict=False):
        bold(row.cells[0], box.title)
        for prompt in box.prompts:
            row.cells[0].add_paragraph(prompt)
        _tall(row, max(box.lines, 1) * LINE + 2)
    concern, detail = table.rows[-2], table.rows[-1]
    bold(concern.cells[0], form.concern)
    concern.cells[0].add_paragraph(form.concern_hint)
    concern.cells[1].text = "\n".join(f"{TICK} {choice.label}" for choice in form.concerns)
    bold(detail.cells[0], form.detail)
    _tall(detail, 18)
    document.add_heading(form.themes_title, level=2)
    themes = grid(document, (len(form.themes) + 1) // 2, [89, 89])
    for number, theme in enumerate(form.themes):
        words = f"{TICK} {theme.label}{' ' + '.' * 40 if theme.state else ''}"
        themes.rows[number // 2].cells[number % 2].text = words
