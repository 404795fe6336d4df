"""One row after the other, and what becomes of each: taken in, rejected, repeated, or no referral at all."""

import hashlib
import re
from array import array
from dataclasses import dataclass
from datetime import date
from typing import Any

from .fields import FIELDS, NEEDED, Kind, Mapping, Matching, Parsed, Problem, Vocabulary, word_key
from .one_row import RowReader
from .values import day, text

TOTALS = re.compile(r"(?:grand |sub ?|sub-)?totals?\b.*|sum\b.*|count\b.*|number of referrals\b.*", re.I | re.S)


def key(values: dict[str, Any]) -> str:
    """What tells this referral from every other, so that a second import finds it.

    Of our own export the reference as well: two that are alike in the rest are two.
    """
    parts = [values["case_number"], values["received_on"].isoformat()]
    parts += [values.get(name, "") for name in ("referrer_name", "team")]
    parts += [values["reference"]] if values.get("reference") else []
    return hashlib.sha256("\x1f".join(" ".join(part.split()).lower() for part in parts).encode()).hexdigest()


@dataclass(frozen=True)
class _Seen:
    """A row further up: where it stands, the mark of each of its values, whether it was sound."""

    number: int
    marks: array
    sound: bool


class RowParser:
    """Parses the rows of a tracker from the top down; knows those above, for repeated ones and "as above".

    `empty_rows` counts those that were passed over between the rows that it was given.
    """

    def __init__(self, matching: Matching, mapping: Mapping, vocab: Vocabulary, *, today: date) -> None:
        self.empty_rows = 0
        self._reader = RowReader(matching, mapping, vocab, today=today)
        self._headings = [word_key(column.heading) for column in matching.columns]
        self._needed = [
            next((target for target in targets if target in self._reader.columns), "") for targets in NEEDED.values()
        ]
        self._last = matching.heading_row
        self._seen: dict[bytes, _Seen] = {}

    def parse(self, number: int, cells: list) -> Parsed:
        """One row below the headings."""
        self.empty_rows += max(number - self._last - 1, 0)
        self._last = number
        if why := self._no_referral(cells):
            return _left_out(number, why)
        parsed = self._reader.read(number, cells)
        if len(_fatal(parsed)) > 1:
            parsed = self._read_moved(number, cells) or parsed
        if self._is_stray(parsed, cells):
            return _left_out(number, "This is no referral: hardly anything that a referral needs stands here")
        self._reader.remember(parsed)
        if _fatal(parsed):
            parsed.kind = Kind.REJECTED
        if parsed.kind == Kind.SOUND or (parsed.values.get("received_on") and parsed.values.get("case_number")):
            parsed.key = key(parsed.values)
            self._mark_repeated(parsed)
        return parsed

    def _no_referral(self, cells: list) -> str:
        """Why a row is plainly no referral; empty where it may be one."""
        words = [text(cell) for cell in cells]
        filled = [word for word in words if word]
        if not filled:
            return "The row is empty"
        if not any(words[column.place] for column in self._reader.columns.values() if column.place < len(words)):
            return "Nothing stands in a column that is read"
        alike = sum(
            1 for word, heading in zip(words, self._headings, strict=False) if word and word_key(word) == heading
        )
        if alike >= 3 and alike * 2 > len(filled):
            return "The headings stand here again"
        if TOTALS.fullmatch(filled[0]) and not self._has_date_and_number(cells):
            return "This is a row of totals, not a referral"
        return ""

    def _has_date_and_number(self, cells: list) -> bool:
        number = text(self._reader.cell("case_number", cells))
        return day(self._reader.cell("received_on", cells)) is not None and any(map(str.isdigit, number))

    def _is_stray(self, parsed: Parsed, cells: list) -> bool:
        """Whether nothing that a referral needs can be read there, and at most one of those cells is filled."""
        bad = {problem.field for problem in _fatal(parsed)}
        filled = [target for target in self._needed if target and text(self._reader.cell(target, cells))]
        return len(filled) <= 1 and all(target in bad for target in filled)

    def _read_moved(self, number: int, cells: list) -> Parsed | None:
        """The row read one cell further right or left, where that makes it sound: it was typed one column beside."""
        ways = [(cells[1:], 1, "right")] if cells and not text(cells[0]) else []
        for moved_cells, moved, way in [*ways, ([None, *cells], -1, "left")]:
            parsed = self._reader.read(number, moved_cells, moved=moved)
            if not _fatal(parsed):
                remark = f"The cells of this row stand one column too far {way}: they were read where they belong"
                parsed.problems.insert(0, Problem("", remark, fatal=False))
                return parsed
        return None

    def _mark_repeated(self, parsed: Parsed) -> None:
        """A row that says again what a sound one above says; or, where neither is sound, says the very same."""
        words = [*parsed.values.items(), ("themes", tuple(sorted(parsed.themes)))]
        marks = array("q", [hash(str(value)) for _, value in words])
        sound = parsed.kind == Kind.SOUND
        before = self._seen.get(bytes.fromhex(parsed.key))
        if before is None or (sound and not before.sound):
            self._seen[bytes.fromhex(parsed.key)] = _Seen(parsed.number, marks, sound)
            return
        other = [name for (name, _), mine, theirs in zip(words, marks, before.marks, strict=False) if mine != theirs]
        if other and not before.sound:
            return
        parsed.kind, parsed.repeats = Kind.REPEATED, before.number
        labels = ", ".join(self._label(name) for name in other)
        differs = f", but differs from it in: {labels}" if other else ""
        rejected = "" if before.sound else ", which is rejected"
        words_of = f"The same referral stands in row {before.number}{differs}{rejected}"
        parsed.problems.insert(0, Problem("", words_of, fatal=False))

    def _label(self, name: str) -> str:
        if name in self._reader.columns:
            return self._reader.columns[name].title
        return FIELDS[name].label if name in FIELDS else {"themes": "Themes"}.get(name, "Outcome")


def _left_out(number: int, why: str) -> Parsed:
    return Parsed(number, Kind.LEFT_OUT, problems=[Problem("", why, fatal=False)])


def _fatal(parsed: Parsed) -> list[Problem]:
    return [problem for problem in parsed.problems if problem.fatal]
