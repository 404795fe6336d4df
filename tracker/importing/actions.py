"""The sheet Actions of our own export: each row an action of the referral whose reference it names."""

from collections.abc import Iterable
from typing import Any

from core.models.actions import ActionStatus

from .fields import ACTION_FIELDS, DATE, ColumnMatch, Kind, Mapping, Matching, Parsed, Problem, Vocabulary, word_key
from .values import day, raw_text, shown, text
from .words import known, split


def actions_sheet(looks: Iterable[Any]) -> Any | None:
    """The sheet with our own export's actions; None where there is none. Takes and returns `reading.SheetLook`."""
    for look in looks:
        if look.name.startswith("Actions") and look.sample and guess_action_columns(look.sample) is not None:
            return look
    return None


def guess_action_columns(sample: list[tuple[int, list]]) -> Matching | None:
    """The columns of that sheet by the headings in its first row; None where they are not all there."""
    if not sample:
        return None
    number, headings = sample[0]
    names = {field.label: name for name, field in ACTION_FIELDS.items()}
    columns = tuple(
        ColumnMatch(place, text(heading), names.get(text(heading), ""), True) for place, heading in enumerate(headings)
    )
    matching = Matching(number, columns, own=True)
    return matching if set(ACTION_FIELDS) <= set(matching.by_target()) else None


class ActionParser:
    """Reads the rows of the sheet Actions one after the other."""

    def __init__(self, matching: Matching, mapping: Mapping, vocab: Vocabulary) -> None:
        self.columns = matching.by_target()
        self.mapping = mapping
        self.vocab = vocab

    def parse(self, number: int, cells: list) -> Parsed:
        """One row; its `values` are the fields of ACTION_FIELDS: dates, names, values of closed lists, texts."""
        parsed = Parsed(number, Kind.SOUND)
        for name, field in ACTION_FIELDS.items():
            column = self.columns[name]
            cell = cells[column.place] if column.place < len(cells) else None
            value: Any = raw_text(cell)
            if field.kind == DATE:
                value = day(cell)
                if value is None and text(cell):
                    self._no(parsed, column, f"“{shown(text(cell))}” is no date")
            elif name in ("space", "status"):
                value = self._of_list(parsed, column, name, text(cell))
            elif name == "interventions":
                value = self._joined(parsed, column, text(cell))
            elif field.most and len(value) > field.most:
                self._no(parsed, column, f"longer than {field.most} characters")
            parsed.values[name] = value
        for name in ("reference", "what", "who"):
            if not parsed.values[name].strip():
                self._no(parsed, self.columns[name], "empty")
        if parsed.values["status"] == ActionStatus.OPEN and parsed.values["closed_on"]:
            self._no(
                parsed, self.columns["closed_on"], "the action is open, but there is a date on which it was closed"
            )
        if any(problem.fatal for problem in parsed.problems):
            parsed.kind = Kind.REJECTED
        return parsed

    def _of_list(self, parsed: Parsed, column: ColumnMatch, name: str, word: str) -> str:
        value = self.mapping.get(name, {}).get(word_key(word), known(name, word, self.vocab) if word else None)
        if value is None:
            self._no(parsed, column, f"“{shown(word)}” is not in our list" if word else "empty")
        return value or ""

    def _joined(self, parsed: Parsed, column: ColumnMatch, words: str) -> list[str]:
        found = []
        for word in split(words, self.vocab.with_semicolons["interventions"]):
            value = self.mapping.get("interventions", {}).get(word_key(word), known("interventions", word, self.vocab))
            if value is None:
                self._no(parsed, column, f"“{shown(word)}” is not in our list")
            elif value:
                found.append(value)
        return found

    def _no(self, parsed: Parsed, column: ColumnMatch, why: str) -> None:
        parsed.problems.append(Problem(column.target, f"{column.title} ({column.letter}{parsed.number}): {why}"))
