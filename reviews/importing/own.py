"""Reading our own export back, from its sheets Statements, Actions, Overall ratings and About."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from core.models.actions import ActionStatus
from tracker.importing import values

from ..choices import Domain, Level, Overall, Part, Rating, Stage
from ..exporting.machine import (
    ABOUT,
    ACTIONS,
    AREA,
    BETWEEN,
    LEAD_EMAIL,
    NEXT_ON,
    ON,
    OVERALL,
    SHEETS,
    STATEMENTS,
    TEXTS,
    YES,
)
from .found import Found, FoundAction, FoundOverall, FoundStatement, Sheet


def is_own(sheets: Iterable[Sheet]) -> bool:
    """Whether these sheets are of an export: Statements and Actions are there, with their headings."""
    known = {sheet.name: sheet for sheet in sheets}
    return all(
        name in known and known[name].rows and set(SHEETS[name]) <= {_text(cell) for cell in known[name].rows[0][1]}
        for name in (STATEMENTS, ACTIONS)
    )


def read(sheets: Iterable[Sheet]) -> Found:
    """What an export holds."""
    known = {sheet.name: sheet for sheet in sheets}
    found = Found()
    by_number: dict[str, FoundStatement] = {}
    for number, row in _records(known[STATEMENTS], ("Statement",)):
        one = _statement(row, f"{STATEMENTS}, row {number}")
        found.statements.append(one)
        key = _text(row["Statement"])
        if key in by_number:
            one.remarks.append(f"Another statement has the number {key} too: its actions went there.")
        by_number.setdefault(key, one)
    for number, row in _records(known[ACTIONS], ("Statement", "Action")):
        of = by_number.get(_text(row["Statement"]))
        if of is None:
            found.remarks.append(f"{ACTIONS}, row {number}: there is no statement {_text(row['Statement'])}, so this "
                                 "action is not imported.")  # fmt: skip
        else:
            of.actions.append(_action(row))
    if OVERALL in known:
        for number, row in _records(known[OVERALL], ("Level", "Stage")):
            found.overall.append(_overall(row, f"{OVERALL}, row {number}"))
    _about(found, known.get(ABOUT))
    return found.check()


def _statement(row: dict[str, Any], where: str) -> FoundStatement:
    one = FoundStatement(where=where, words=row["Words"])
    one.level, one.stage = _value(Level, row["Level"]), _value(Stage, row["Stage"])
    one.rating, one.domain = _value(Rating, row["Rating"]), _value(Domain, row["Domain"])
    for heading, value in (("Level", one.level), ("Stage", one.stage), ("Rating", one.rating), ("Domain", one.domain)):
        if not value:
            said = values.shown(_text(row[heading]))
            one.remarks.append(f"{heading}: there is no “{said}”." if said else f"{heading}: nothing is given.")
    return one


def _action(row: dict[str, Any]) -> FoundAction:
    one = FoundAction(
        what=row["What"], lead=_text(row["Lead"]), email=_text(row["Lead’s e-mail"]).strip().lower(),
        agency=_text(row["Lead’s agency"]), timescale=_text(row["Timescale"]), outcome=row["Outcome"],
    )  # fmt: skip
    one.due = _day(one, "Due", row["Due"])
    one.counted = one.due is not None and _text(row["Due was counted"]).strip().casefold() == YES
    status = _text(row["Status"]).strip()
    one.status = _value(ActionStatus, status) or (ActionStatus.OPEN if not status else "")
    if not one.status:
        one.problems.append(f"Status: there is no “{values.shown(status)}”.")
    if one.status != ActionStatus.OPEN:
        one.ended_on = _day(one, "Ended on", row["Ended on"])
    for words in filter(None, (part.strip() for part in _text(row["Refers to"]).split(BETWEEN.strip()))):
        if part := _value(Part, words):
            one.points_to.append(part)
        else:
            one.remarks.append(f"Refers to: there is no part “{values.shown(words)}”.")
    return one


def _overall(row: dict[str, Any], where: str) -> FoundOverall:
    level, stage = _value(Level, row["Level"]), _value(Stage, row["Stage"])
    one = FoundOverall(where, Part.of(level, stage) if level and stage else None, _value(Overall, row["Rating"]))
    one.reason = row["Reason"]
    if one.part is None:
        one.problems.append("There is no such level and stage.")
    if not one.rating:
        one.problems.append(f"There is no overall rating “{values.shown(_text(row['Rating']))}”.")
    return one


def _about(found: Found, sheet: Sheet | None) -> None:
    said = {_text(cells[0]): cells[1] for _, cells in sheet.rows if len(cells) > 1} if sheet else {}
    found.area = _text(said.get(AREA))
    found.on, found.next_on = values.day(said.get(ON)), values.day(said.get(NEXT_ON))
    found.lead_email = _text(said.get(LEAD_EMAIL)).strip().lower()


def _records(sheet: Sheet, keys: tuple[str, ...]) -> Iterator[tuple[int, dict[str, Any]]]:
    """(row number, the row by its headings), the rows in which its texts go on put behind it."""
    if not sheet.rows:
        return
    places = {}
    for place, cell in enumerate(sheet.rows[0][1]):
        places.setdefault(_text(cell), place)
    last: tuple[int, dict[str, Any]] | None = None
    for number, cells in sheet.rows[1:]:
        row = {
            heading: cells[places[heading]] if heading in places and places[heading] < len(cells) else None
            for heading in SHEETS[sheet.name]
        }
        row |= {heading: _text(row[heading]) for heading in TEXTS & row.keys()}
        if not any(_text(value) for value in row.values()):
            continue
        piece = row["Piece"]
        if last and isinstance(piece, int) and piece > 1 and all(row[key] == last[1][key] for key in keys):
            for heading in TEXTS & row.keys():
                last[1][heading] += row[heading]
            continue
        if last:
            yield last
        last = (number, row)
    if last:
        yield last


def _value(choices: Any, cell: Any) -> str:
    """The choice that these words name; "" for none."""
    words = _text(cell).strip().casefold()
    return next((value for value, label in choices.choices if words in (label.casefold(), value)), "")


def _day(one: FoundAction, heading: str, cell: Any) -> date | None:
    if not _text(cell).strip():
        return None
    found = values.day(cell)
    if found is None:
        one.remarks.append(f"{heading}: “{values.shown(_text(cell))}” is no date.")
    return found


def _text(cell: Any) -> str:
    """A cell as text, as it stands."""
    return cell if type(cell) is str else values.raw_text(cell)
