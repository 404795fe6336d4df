"""A round as a workbook: a sheet for each level laid out as the tool, and sheets from which it is read back."""

import io
from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from core import workbook
from core.workbook import CONTENT_TYPE, FONT, Book, Column, text_cell

from .. import presenters
from ..choices import Level, Part, Rating, Stage
from ..models import Review, ReviewAction
from ..results import Results, ToolLevel, results
from .machine import (
    ABOUT,
    ABOUT_HEADINGS,
    ACTION_HEADINGS,
    ACTIONS,
    AREA,
    BETWEEN,
    LEAD,
    LEAD_EMAIL,
    MADE_AT,
    MADE_BY,
    NEXT_ON,
    NO,
    ON,
    OVERALL,
    OVERALL_HEADINGS,
    STATEMENT_HEADINGS,
    STATEMENTS,
    TEXTS,
    YES,
)

__all__ = ["CONTENT_TYPE", "make"]

_WIDTHS = {"Words": 90, "What": 70, "Outcome": 50, "Reason": 70, "Lead": 24, "Timescale": 28, "Refers to": 30}
_WIDE = {"Lead’s e-mail": 28, "Lead’s agency": 24}
_COLOURS = {Rating.RED: ("B4231F", "FBE4E3"), Rating.AMBER: ("F0B429", "FEF3D6"), Rating.GREEN: ("1F7A3D", "E2F2E6")}
_TOP = Alignment(wrap_text=True, vertical="top")
_LINE = Side(style="thin", color="8A9499")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_BAND = {"font": Font(name=FONT, bold=True, size=12), "fill": PatternFill("solid", fgColor="E3EBEC")}
_DOMAIN = {"font": Font(name=FONT, bold=True, italic=True), "fill": PatternFill("solid", fgColor="F4F6F6")}
LETTERS = "ABCDEF"
STATEMENT_WIDTH, PLAN_WIDTH = 44, 36
A3 = 8


def make(review: Review, *, by, at=None) -> bytes:
    """The workbook of a round as it stands now."""
    at = at or timezone.now()
    shown = results(review)
    target = io.BytesIO()
    with workbook.writing(target) as book:
        for level in shown.levels:
            _level(book, shown, level)
        _machine(book, review)
        _about(book, review, shown, by=by, at=at)
    return target.getvalue()


# ------------------------------------------------------------ as the tool is laid out
def _level(book: Book, shown: Results, level: ToolLevel) -> None:
    page = book.page(level.level.label)
    page.page_setup.paperSize = A3
    page.sheet_view.showGridLines = False
    page.freeze_panes = "A4"
    page.print_title_rows = "1:3"
    for number, letter in enumerate(LETTERS):
        page.column_dimensions[letter].width = PLAN_WIDTH if number % 2 else STATEMENT_WIDTH
    page.append([text_cell(page, shown.title.upper(), font=Font(name=FONT, bold=True, size=14))])
    said = f"{level.level.label.upper()}: {level.words}. {shown.reference}"
    page.append([text_cell(page, said, font=Font(name=FONT, bold=True))])
    page.append(_headings(page, shown))
    row = 4
    for stage in level.stages:
        _append(page, row, _band(page, [stage.part.stage.label.upper(), stage.band], _BAND))
        row += 1
        for group in stage.groups:
            if shown.by_domain:
                _append(page, row, _band(page, [f"Domain: {group.domain.label}"], _DOMAIN))
                row += 1
            for line in group.rows:
                texts: list[str] = []
                for statement in line:
                    texts.append(statement.words if statement else "")
                    texts.append("\n".join(action.text for action in statement.actions) if statement else "")
                _append(page, row, _line(page, texts), _lines_of(texts))
                row += 1


def _headings(page, shown: Results) -> list:
    cells = []
    for column in shown.columns:
        font = Font(name=FONT, bold=True, color="FFFFFF" if column.rating != Rating.AMBER else "0B0C0C")
        style = {"font": font, "fill": PatternFill("solid", fgColor=_COLOURS[column.rating][0])}
        cells.append(text_cell(page, column.heading, alignment=_TOP, border=_BOX, **style))
        cells.append(text_cell(page, column.plan, alignment=_TOP, border=_BOX, **style))
    return cells


def _band(page, texts: list[str], style: dict) -> list:
    cells = [text_cell(page, text, **style) for text in texts]
    return cells + [text_cell(page, "", **style) for _ in range(len(LETTERS) - len(cells))]


def _line(page, texts: list[str]) -> list:
    cells = []
    for number, text in enumerate(texts):
        style = {"alignment": _TOP, "border": _BOX}
        if text and number % 2 == 0:
            style["fill"] = PatternFill("solid", fgColor=_COLOURS[list(_COLOURS)[number // 2]][1])
        cells.append(text_cell(page, text, **style))
    return cells


def _append(page, row: int, cells: list, lines: int = 1) -> None:
    """A row; as high as its text needs, for programs that do not find that out themselves (Excel's own limit: 409)."""
    if lines > 1:
        page.row_dimensions[row].height = min(lines * workbook.LINE, 409)
    page.append(cells)


def _lines_of(texts: list[str]) -> int:
    return max(
        sum(1 + len(part) // (PLAN_WIDTH if number % 2 else STATEMENT_WIDTH) for part in text[:4000].split("\n"))
        for number, text in enumerate(texts)
    )


# ------------------------------------------------------------ to be read back
def _machine(book: Book, review: Review) -> None:
    cards = [
        card
        for level in Level
        for row in presenters.board(review, level)
        for card in sorted(
            (card for pair in row.pairs for card in pair.cards),
            key=lambda card: (card.statement.order, card.statement.made_at, card.statement.pk),
        )
    ]
    statements, actions, overall = (
        _table(book, STATEMENTS, STATEMENT_HEADINGS), _table(book, ACTIONS, ACTION_HEADINGS),
        _table(book, OVERALL, OVERALL_HEADINGS),
    )  # fmt: skip
    for number, card in enumerate(cards, start=1):
        one = card.statement
        values = {
            "Statement": number, "Level": Level(one.level).label, "Stage": Stage(one.stage).label,
            "Domain": one.get_domain_display(), "Rating": one.get_rating_display(), "Words": one.words.body,
        }  # fmt: skip
        _add(statements, values, ("Statement",))
        for place, action in enumerate(card.actions, start=1):
            _add(actions, {"Statement": number, "Action": place} | _values(action), ("Statement", "Action"))
    rated = {one.part: one for one in review.overall_ratings.current()}
    for part in Part:
        if one := rated.get(part):
            values = {
                "Level": part.level.label, "Stage": part.stage.label, "Rating": one.get_rating_display(),
                "Reason": one.reason,
            }  # fmt: skip
            _add(overall, values, ("Level", "Stage"))


def _values(action: ReviewAction) -> dict[str, Any]:
    """An action by the headings of its sheet."""
    owner = action.owner
    return {
        "What": action.what,
        "Lead": owner.name if owner else action.owner_name,
        "Lead’s e-mail": owner.email if owner else "",
        "Lead’s agency": action.owner_agency,
        "Timescale": action.timescale,
        "Due": action.due,
        "Due was counted": (YES if action.due_counted else NO) if action.due else "",
        "Refers to": BETWEEN.join(part.label for part in action.pointed_to),
        "Status": action.get_status_display(),
        "Ended on": timezone.localdate(action.closed_at) if action.closed_at else None,
        "Outcome": action.outcome,
    }


def _table(book: Book, title: str, headings: tuple[str, ...]):
    columns = [
        Column(heading, lambda row, heading=heading: row.get(heading), _WIDTHS.get(heading) or _WIDE.get(heading, 14),
               wrap=heading in TEXTS)
        for heading in headings
    ]  # fmt: skip
    return book.table(title, columns)


def _add(table, values: dict[str, Any], keys: tuple[str, ...]) -> None:
    for row in _rows(values, keys):
        table.add(row)


def _rows(values: dict[str, Any], keys: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The row, and those in which its texts go on."""
    split = {name: workbook.pieces(values[name]) for name in TEXTS & values.keys()}
    for number in range(max(len(parts) for parts in split.values())):
        row = values if number == 0 else {key: values[key] for key in keys}
        texts = {name: parts[number] if number < len(parts) else "" for name, parts in split.items()}
        yield row | texts | {"Piece": number + 1}


def _about(book: Book, review: Review, shown: Results, *, by, at) -> None:
    table = book.table(ABOUT, [Column(name, lambda row, place=place: row[place], 30 if place == 0 else 90, wrap=True)
                               for place, name in enumerate(ABOUT_HEADINGS)], as_table=False)  # fmt: skip
    counts = [len(group) for group in _counted(shown)]
    for row in [
        (AREA, review.area),
        (ON, review.on),
        (LEAD, review.lead.name if review.lead else ""),
        (LEAD_EMAIL, review.lead.email if review.lead else ""),
        (NEXT_ON, review.next_on),
        (MADE_AT, at),
        (MADE_BY, by.name),
        (STATEMENTS, counts[0]),
        (ACTIONS, counts[1]),
        ("To import it", "Only the sheets Statements, Actions, Overall ratings and About are read. Change them, and "
         "not the sheets of the levels. Leads with an account here are found by their e-mail."),
        ("What is not in it", "Earlier versions of statements, moves and their reasons, notes on actions, evidence, "
         "and who said what when."),
    ]:  # fmt: skip
        table.add(row)


def _counted(shown: Results) -> tuple[list, list]:
    statements = [
        one for level in shown.levels for stage in level.stages for group in stage.groups for row in group.rows
        for one in row if one
    ]  # fmt: skip
    return statements, [action for one in statements for action in one.actions]
