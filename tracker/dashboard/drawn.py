"""The charts of the dashboard, each with its table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .. import charts
from ..charts import Column, Drawing, Mark
from ..figures import NONE, Bar, Month, Pairs, Trend
from ..links import SEVERAL, RowLinks
from .words import how_many

MOST_BARS = 15  # of more values the others stand in the table alone
MOST_LINES = 12  # of the themes over time
MOST_THEMES = 12  # of the matrix

Cells = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Chart:
    """One drawing, or several of the same scale, and the table that says the same.

    `note` stands above; `rows` are as components/table.html takes them. `left_out` says what stands in the table alone.
    """

    drawings: tuple[Drawing, ...]
    caption: str
    headings: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    left_out: str = ""
    note: str = ""

    @property
    def drawing(self) -> Drawing:
        return self.drawings[0]


def bars_of(field: str, title: str, bars: Sequence[Bar], total: int, links: RowLinks, *, one: str) -> Chart:
    """Bars of one filter, with their share of all referrals. `one` is what a bar stands for: "theme"."""
    urls = {bar.key: links.to(bar.count, **{field: bar.key}) for bar in bars}
    shown = bars[:MOST_BARS] if len(bars) > MOST_BARS + 2 else bars
    if len(shown) < len(bars) and bars[-1].key == NONE:
        shown = [*shown, bars[-1]]
    marks = [Mark(bar.label, bar.count, url=urls[bar.key], pale=bar.key == NONE) for bar in shown]
    rows = [
        _row(bar.label, (f"{bar.count:,}", urls[bar.key]), (f"{100 * bar.count / total:.0f}%" if total else "", ""))
        for bar in bars
    ]
    headings = [{"label": one.capitalize()}, _number("Referrals"), _number("Share")]
    drawing = charts.bars(f"by-{field}", title, marks)
    note = "A referral may have several." if field in SEVERAL else ""
    return Chart((drawing,), title, headings, rows, _left_out(len(bars) - len(shown), one), note)


def by_month_of(months: Sequence[Month], links: RowLinks) -> Chart:
    """What was received, and how much of it was held or signposted."""
    unit = months[0].step.unit
    title = f"Referrals received by {unit}"
    found, rows = [], []
    for one in months:
        step = one.step
        within = {"within": step.period}
        url = links.to(one.received, **within)
        found.append(Column(step.label, step.short, one.received, (one.held, one.signposted), url))
        held = links.to(one.held, state="held", **within)
        signposted = links.to(one.signposted, state="signposted", **within)
        numbers = ((one.received, url), (one.held, held), (one.signposted, signposted))
        rows.append(_row(step.label, *((f"{number:,}", address) for number, address in numbers)))
    drawing = charts.columns("by-month", title, found, ["Consultation held", "Signposted"], rest="Other outcomes")
    headings = [
        {"label": unit.capitalize()}, _number("Received"), _number("Consultation held"), _number("Signposted"),
    ]  # fmt: skip
    return Chart((drawing,), title, headings, rows)


def themes_over_time_of(trend: Trend, links: RowLinks) -> Chart:
    """A small drawing for each of the most frequent themes, all on one scale."""
    lines = sorted(trend.lines, key=lambda line: -line.total)
    most = max((max(line.counts) for line in lines), default=0)
    first, last = trend.steps[0].short, trend.steps[-1].short
    drawings = tuple(
        charts.small(f"theme-{line.key}", line.label, line.counts, most, first, last) for line in lines[:MOST_LINES]
    )
    rows = []
    for line in lines:
        numbers = [
            (f"{count:,}", links.to(count, within=step.period, themes=line.key))
            for step, count in zip(trend.steps, line.counts, strict=True)
        ]
        rows.append(_row(line.label, *numbers))
    headings = [{"label": "Theme"}, *(_number(step.short) for step in trend.steps)]
    return Chart(drawings, "Themes over time", headings, rows, _left_out(len(lines) - len(drawings), "theme"))


def together_of(pairs: Pairs, links: RowLinks) -> Chart:
    """The matrix of the most frequent themes, and every pair that occurs, the most frequent first."""
    numbers = range(len(pairs.keys))
    urls = [
        [links.to(pairs.counts[i][j], themes=(pairs.keys[i], pairs.keys[j])) if j < i else "" for j in numbers]
        for i in numbers
    ]
    frequent = sorted(sorted(numbers, key=lambda i: -pairs.counts[i][i])[:MOST_THEMES])
    drawing = charts.matrix(
        "together",
        "Themes that occur together",
        [pairs.labels[i] for i in frequent],
        [[pairs.counts[i][j] for j in frequent] for i in frequent],
        [[urls[i][j] for j in frequent] for i in frequent],
    )
    found = sorted(
        ((i, j) for i in numbers for j in range(i) if pairs.counts[i][j]), key=lambda at: -pairs.counts[at[0]][at[1]]
    )
    rows = [_row(f"{pairs.labels[j]} and {pairs.labels[i]}", (f"{pairs.counts[i][j]:,}", urls[i][j])) for i, j in found]
    headings = [{"label": "Themes"}, _number("Referrals with both")]
    left_out = _left_out(len(numbers) - len(frequent), "theme")
    return Chart((drawing,), "Themes that occur together", headings, rows, left_out)


def _number(label: str) -> dict[str, Any]:
    return {"label": label, "numeric": True}


def _row(label: str, *numbers: tuple[str, str]) -> dict[str, Cells]:
    return {"cells": [{"text": label}, *({"text": text, "url": url, "numeric": True} for text, url in numbers)]}


def _left_out(number: int, one: str) -> str:
    several = {"agency": "agencies", "kind of harm": "kinds of harm"}.get(one, f"{one}s")
    words = how_many(number, f"less frequent {one}", f"less frequent {several}")
    return f"{words} only in the table." if number > 0 else ""
