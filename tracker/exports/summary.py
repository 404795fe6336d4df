"""The sheet Summary: the dashboard's figures of the rows exported, each table with a native chart beside it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Max, Min, QuerySet
from openpyxl.cell import WriteOnlyCell
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.pagebreak import Break

from consultations.models import Referral
from core.workbook import FONT, Book, cell_text

from .. import figures, suppression
from ..figures import NONE, Days, Period

Cell = str | int | None
# As wide as a printed page leaves beside the tables, and so high that 15 bars can be read, in centimetres.
CHART_WIDTH, CHART_HEIGHT, ROW_HEIGHT = 17.0, 8.5, 0.53
PAGE_ROWS = 110  # that an upright printed page holds; a block that would be cut in two begins on the next
LONGEST_CHART = 24  # bars; a longer table has the first of them in its chart, and says so
COLOURS = ("1D5A63", "D4880F", "6B4C8F")
_HEADING = {"font": Font(name=FONT, bold=True, color="FFFFFF"), "fill": PatternFill("solid", fgColor=COLOURS[0])}
_TITLE, _NOTE = {"font": Font(name=FONT, bold=True, size=13)}, {"font": Font(name=FONT, italic=True, color="595959")}
_TOP = Alignment(vertical="top", wrap_text=True)


@dataclass(frozen=True)
class Block:
    """One table: a title, headings, lines of a label and numbers, and how its chart is drawn, if it has one.

    What is not shown has no bar; in a chart of lines it would look like none.
    """

    title: str
    headings: tuple[str, ...]
    lines: tuple[tuple[Cell, ...], ...]
    chart: str = "bars"
    axis: str = ""
    note: str = ""


def fill(book: Book, rows: QuerySet[Referral], *, hidden: bool) -> None:
    """Write the sheet about `rows`. With `hidden`, small numbers are not shown, and nor are teams."""
    page = book.page("Summary")
    page.column_dimensions["A"].width = 40
    for letter in "BCD":
        page.column_dimensions[letter].width = 14
    page.sheet_view.showGridLines = False
    page.page_setup.orientation = "portrait"
    _append(page, ["Summary"], _TITLE)
    line, page_begin = 1, 0
    for block in _hidden_blocks(rows) if hidden else _blocks(rows):
        if page_begin < line and line + _height(block) > page_begin + PAGE_ROWS:
            page.row_breaks.append(Break(id=line))
            page_begin = line
        line = _add(page, block, line)


def _blocks(rows: QuerySet[Referral]) -> Iterator[Block]:
    found = figures.headlines(rows)
    yield Block(
        "Referrals", ("", "Number"),
        (("Received", found.received), ("Screened", found.screened), ("Consultation planned", found.planned),
         ("Consultation held", found.held), ("Signposted", found.signposted), ("Withdrawn", found.withdrawn),
         ("Not screened yet", found.waiting), *_days(found)), chart="",
    )  # fmt: skip
    if steps := _steps(rows):
        months = tuple(
            (one.step.short, one.received, one.held, one.signposted) for one in figures.by_month(rows, steps)
        )
        headings = (steps[0].unit.capitalize(), "Received", "Held", "Signposted")
        note = "Held and signposted: what became of the referrals received then."
        yield Block(f"By {steps[0].unit}", headings, months, chart="lines", axis=f"{headings[0]} received", note=note)
    for title, axis, bars in (
        ("By team", "Team", figures.by_team(rows)),
        ("By agency", "Agency", figures.by_agency(rows)),
        ("By primary concern", "Primary concern", figures.by_concern(rows)),
        ("By theme", "Theme", figures.by_theme(rows)),
        ("By kind of harm", "Kind of harm", figures.by_harm(rows)),
        ("By outcome", "Outcome", figures.by_outcome(rows)),
    ):
        if not bars:
            continue
        several = "A referral may have several, or none." if title in ("By theme", "By kind of harm") else ""
        yield Block(title, (axis, "Referrals"), tuple((bar.label, bar.count) for bar in bars), axis=axis, note=several)


def _hidden_blocks(rows: QuerySet[Referral]) -> Iterator[Block]:
    """The same as far as no group under five follows from it (tracker.suppression): no count under two names."""
    found = figures.headlines(rows)
    small = "Numbers under 5, and those that would tell them, are not shown."
    days = tuple((label, suppression.typical(value, of=of)) for label, value, of in _medians(found))
    yield Block("Referrals", ("", "Number"), _shown([("Received", suppression.total(found.received)), *days]), chart="",
                note=small)  # fmt: skip
    if steps := _steps(rows):
        counts = suppression.partition({one.step: one.received for one in figures.by_month(rows, steps)})
        unit = steps[0].unit.capitalize()
        months = _shown((step.short, count) for step, count in counts.items())
        yield Block(f"By {steps[0].unit}", (unit, "Received"), months, chart="columns", axis=f"{unit} received")
    for title, axis, bars in (
        ("By agency", "Agency", figures.by_agency(rows)),
        ("By primary concern", "Primary concern", figures.by_concern(rows)),
        ("By outcome", "Outcome", figures.by_outcome(rows)),
    ):
        if not bars:
            continue
        counts = suppression.partition({bar.key: bar.count for bar in bars})
        lines = _shown((bar.label, counts[bar.key]) for bar in bars)
        yield Block(title, (axis, "Referrals"), lines, axis=axis)
    for title, axis, bars in (
        ("By theme", "Theme", figures.by_theme(rows)),
        ("By kind of harm", "Kind of harm", figures.by_harm(rows)),
    ):
        some = [bar for bar in bars if bar.key != NONE]
        counts = suppression.overlapping({bar.key: bar.count for bar in some}, bases=[found.received])
        lines = _shown((bar.label, counts[bar.key]) for bar in some)
        yield Block(title, (axis, "Referrals"), lines, axis=axis, note="A referral may have several, or none.")


def _steps(rows: QuerySet[Referral]) -> Sequence[figures.Step]:
    """The months (or quarters, or years) from the first referral to the last; none without one."""
    ends = rows.order_by().aggregate(first=Min("received_on"), last=Max("received_on"))
    return Period(ends["first"], ends["last"]).steps() if ends["first"] else ()


def _medians(found: figures.Headlines) -> Iterator[tuple[str, float | None, int]]:
    for what, days in (("screening", found.to_screening), ("the consultation", found.to_consultation)):
        yield f"Days to {what}: half took at most", days.median, days.count


def _days(found: figures.Headlines) -> Iterator[tuple[str, Cell]]:
    def of(what: str, days: Days) -> Iterator[tuple[str, Cell]]:
        if days.count:
            yield f"Days to {what}: half took at most", round(days.median)
            yield f"Days to {what}: nine of ten took at most", round(days.ninetieth)

    yield from of("screening", found.to_screening)
    yield from of("the consultation", found.to_consultation)


def _shown(lines: Iterable[tuple[str, int | None]]) -> tuple[tuple[str, Cell], ...]:
    return tuple((label, suppression.NOT_SHOWN if count is None else count) for label, count in lines)


def _height(block: Block) -> int:
    """How many lines the table or its chart takes, whichever is more."""
    table = 3 + bool(block.note) + len(block.lines)
    return max(table, 2 + round(_chart_height(block) / ROW_HEIGHT)) if block.chart else table


def _chart_height(block: Block) -> float:
    bars = min(len(block.lines), LONGEST_CHART) if block.chart == "bars" else 0
    return max(CHART_HEIGHT, 2.5 + bars * 0.5)


def _add(page: WriteOnlyWorksheet, block: Block, line: int) -> int:
    """Write the table and put its chart beside it; the number of the last line that either takes."""
    end = line + _height(block)
    _append(page, [])
    _append(page, [block.title], _TITLE)
    if block.note:
        _append(page, [block.note], _NOTE)
    _append(page, block.headings, _HEADING)
    for cells in block.lines:
        _append(page, cells)
    heading = line + 3 + bool(block.note)
    if block.chart:
        page.add_chart(_chart(page, block, heading), f"F{line + 2}")
    for _ in range(heading + len(block.lines), end):
        _append(page, [])
    return end


def _chart(page: WriteOnlyWorksheet, block: Block, heading: int) -> BarChart | LineChart:
    """The chart of the table whose headings stand in the line `heading`."""
    bars, lines = block.chart == "bars", block.chart == "lines"
    shown = min(len(block.lines), LONGEST_CHART) if bars else len(block.lines)
    chart = LineChart() if lines else BarChart()
    chart.title = block.title if shown == len(block.lines) else f"{block.title}, the first {shown}"
    chart.width = CHART_WIDTH
    chart.height = _chart_height(block)
    columns = len(block.headings)
    numbers = Reference(page, min_col=2, max_col=columns, min_row=heading, max_row=heading + shown)
    chart.add_data(numbers, titles_from_data=True)
    chart.set_categories(Reference(page, min_col=1, min_row=heading + 1, max_row=heading + shown))
    chart.x_axis.title, chart.y_axis.title = block.axis, "Referrals"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.number_format, chart.y_axis.scaling.min = "0", 0
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="D9D9D9"))
    if columns == 2:
        chart.legend = None
    else:
        chart.legend.position = "b"
    for series, colour in zip(chart.series, COLOURS, strict=False):
        series.graphicalProperties = GraphicalProperties(solidFill=colour)
        series.graphicalProperties.line.solidFill = colour
        if lines:
            series.smooth = False
    if not lines:
        chart.gapWidth = 40
    if bars:
        chart.type = "bar"
        chart.x_axis.scaling.orientation = "maxMin"  # the first of the table at the top
        chart.y_axis.crosses = "max"
    return chart


def _append(page: WriteOnlyWorksheet, values: Sequence[Cell], style: dict | None = None) -> None:
    cells = []
    for value in values:
        cell = WriteOnlyCell(page, value=cell_text(value) if isinstance(value, str) else value)
        if isinstance(value, str):
            cell.data_type = "s"  # a team may be called =1+1
        cell.alignment = _TOP if style in (None, _HEADING) else Alignment()
        for name, part in (style or {}).items():
            setattr(cell, name, part)
        cells.append(cell)
    page.append(cells)
