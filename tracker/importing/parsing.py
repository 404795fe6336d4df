"""One row after the other: what it says, and what is wrong with it."""

import hashlib
import re
from array import array
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

from consultations.choices import ReferralState
from consultations.models.people import case_number_shape

from . import outcomes
from .fields import (
    DATE,
    FIELDS,
    MOMENT,
    NEEDED,
    THEME,
    ColumnMatch,
    Kind,
    Mapping,
    Matching,
    Parsed,
    Problem,
    Vocabulary,
    choices_of,
    word_key,
)
from .values import day, flag, looks_like_a_day, moment, raw_text, shown, text
from .words import FREE, known, referrer_and_team, words_in

LONDON = ZoneInfo("Europe/London")
AS_ABOVE = {"as above", "see above", "same as above", "ditto", "same", "do.", '"', "''", "〃", "“", "”"}
REPEATABLE = ("detail", "referrer_name", "team", "agency", "referrer_team")  # where "as above" has one meaning
TOTALS = re.compile(r"(?:grand |sub ?|sub-)?totals?\b.*|sum\b.*|count\b.*|number of referrals\b.*", re.I | re.S)
UNKNOWN_NUMBERS = {"tbc", "tba", "unknown", "not known", "n/k", "nk", "?", "pending", "none", "n/a", "na", "-"}
REFERENCE = re.compile(r"[A-Z]{1,6}-\d{4}-\d{4,8}")
EARLIEST = date(1990, 1, 1)  # a date before it in somebody's tracker is a slip of the hand


def key(values: dict[str, Any]) -> str:
    """What tells this referral from every other, so that a second import finds it."""
    parts = [values["case_number"], values["received_on"].isoformat()]
    parts += [values.get(name, "") for name in ("referrer_name", "team")]
    if values.get("reference"):
        parts.append(values["reference"])  # our own export: two alike in the rest are two
    return hashlib.sha256("\x1f".join(" ".join(part.split()).lower() for part in parts).encode()).hexdigest()


class RowParser:
    """Reads the rows of a tracker one after the other; knows those above, for repeated ones and "as above"."""

    def __init__(self, matching: Matching, mapping: Mapping, vocab: Vocabulary, *, today: date) -> None:
        self.matching = matching
        self.mapping = mapping
        self.vocab = vocab
        self.today = today
        self.columns = matching.by_target()
        self.themes = {
            target.removeprefix(THEME): column for target, column in self.columns.items() if target.startswith(THEME)
        }
        self.headings = [word_key(column.heading) for column in matching.columns]
        self._seen: dict[bytes, tuple[int, array]] = {}
        self._above: dict[str, tuple[int, str]] = {}

    def parse(self, number: int, cells: list) -> Parsed:
        """One row below the headings."""
        if why := self._no_referral(cells):
            return Parsed(number, Kind.LEFT_OUT, problems=[Problem("", why, fatal=False)])
        parsed = self._read(number, cells)
        if len(_fatal(parsed)) > 1 and (shifted := self._read_shifted(number, cells)):
            parsed = shifted
        if self._is_stray(parsed, cells):
            why = "This is no referral: it has none of a date, a case number, a concern and an outcome that can be read"
            return Parsed(number, Kind.LEFT_OUT, problems=[Problem("", why, fatal=False)])
        self._remember_above(parsed)
        if _fatal(parsed):
            parsed.kind = Kind.REJECTED
            return parsed
        parsed.key = key(parsed.values)
        self._mark_repeated(parsed)
        return parsed

    # What a row is

    def _no_referral(self, cells: list) -> str:
        """Why a row is plainly no referral; empty where it may be one."""
        words = [text(cell) for cell in cells]
        filled = [word for word in words if word]
        if not filled:
            return "The row is empty"
        known_places = [column.place for column in self.columns.values()]
        if not any(words[place] for place in known_places if place < len(words)):
            return "Nothing stands in a column that is read"
        taken = [word_key(word) for word in words]
        alike = sum(1 for word, heading in zip(taken, self.headings, strict=False) if word and word == heading)
        if alike >= 3 and alike * 2 > len(filled):
            return "The headings stand here again"
        if TOTALS.fullmatch(filled[0]) and not self._sound_date_and_number(cells):
            return "This is a row of totals, not a referral"
        return ""

    def _sound_date_and_number(self, cells: list) -> bool:
        date_cell, number_cell = self._cell("received_on", cells), self._cell("case_number", cells)
        return day(date_cell) is not None and any(letter.isdigit() for letter in text(number_cell))

    def _is_stray(self, parsed: Parsed, cells: list) -> bool:
        """Whether nothing that a referral needs can be read there, and at most one of those cells is filled."""
        bad = {problem.field for problem in parsed.problems if problem.fatal}
        targets = [next((t for t in ts if t in self.columns), "") for ts in NEEDED.values()]
        filled = [target for target in targets if target and text(self._cell(target, cells))]
        return all(target in bad for target in filled) and len(filled) <= 1

    def _read_shifted(self, number: int, cells: list) -> Parsed | None:
        """The row read one cell further left or right, where that makes it sound."""
        for moved, way in (([*cells[1:]], "right"), ([None, *cells], "left")):
            if way == "right" and cells and text(cells[0]):
                continue
            parsed = self._read(number, moved)
            if not _fatal(parsed):
                remark = f"The cells of this row stand one column too far {way}: they were read where they belong"
                parsed.problems.insert(0, Problem("", remark, fatal=False))
                return parsed
        return None

    def _mark_repeated(self, parsed: Parsed) -> None:
        words = [*parsed.values.items(), ("themes", tuple(sorted(parsed.themes)))]
        marks = array("q", [hash(str(value)) for _, value in words])
        before = self._seen.setdefault(bytes.fromhex(parsed.key), (parsed.number, marks))
        if before[0] == parsed.number:
            return
        parsed.kind, parsed.repeats = Kind.REPEATED, before[0]
        other = [name for (name, _), mine, theirs in zip(words, marks, before[1], strict=False) if mine != theirs]
        labels = ", ".join("Themes" if name == "themes" else self._label(name) for name in other)
        differs = f", but differs from it in: {labels}" if other else ""
        parsed.problems.append(Problem("", f"The same referral stands in row {before[0]}{differs}", fatal=False))

    # What its cells say

    def _read(self, number: int, cells: list) -> Parsed:
        parsed = Parsed(number, Kind.SOUND)
        values = parsed.values
        for name, field in FIELDS.items():
            if name not in self.columns:
                continue
            cell = self._cell(name, cells)
            if field.kind == DATE:
                values[name] = self._day(parsed, name, cell)
            elif field.kind == MOMENT:
                values[name] = self._moment(parsed, name, cell)
            elif name == "referrer_team":
                self._referrer_and_team(parsed, cell)
            elif name in ("outcome", "outcome_detail"):
                self._outcome(parsed, name, cell)
            elif name == "themes":
                parsed.themes += [each for each in self._joined(parsed, name, cell) if each not in parsed.themes]
            elif name == "harms":
                values[name] = self._joined(parsed, name, cell)
            elif name in ("primary_concern", "arrival", "gender"):
                values[name] = self._of_list(parsed, name, cell)
            elif name == "restricted":
                values[name] = self._flag(parsed, self.columns[name], cell)
            else:
                values[name] = self._text(parsed, name, cell)
        self._themes(parsed, cells)
        self._case_number(parsed)
        self._consistent(parsed)
        self._lengths(parsed)
        return parsed

    def _cell(self, target: str, cells: list) -> Any:
        place = self.columns[target].place if target in self.columns else len(cells)
        return cells[place] if place < len(cells) else None

    def _text(self, parsed: Parsed, name: str, cell: Any) -> str:
        words = raw_text(cell) if self.matching.own else text(cell)
        if name in REPEATABLE and word_key(words) in AS_ABOVE and not self.matching.own:
            above = self._above.get(name)
            if above is None:
                self._remark(parsed, name, f"“{shown(words)}”, but nothing stands above: left empty")
                return ""
            self._remark(parsed, name, f"“{shown(words)}” was read as “{shown(above[1])}”, from row {above[0]}")
            return above[1]
        if name in FREE:
            words = self.mapping.get(name, {}).get(word_key(words), words)
        return words

    def _day(self, parsed: Parsed, name: str, cell: Any) -> date | None:
        words = text(cell)
        found = day(cell)
        if found is None:
            if words:
                self._no(parsed, name, f"“{shown(words)}” is no date")
            elif name == "received_on":
                self._no(parsed, name, "empty, and a referral needs the date it was received")
            return None
        if name == "date_of_birth":
            return found
        if not self.matching.own and found < EARLIEST:
            self._no(parsed, name, f"“{shown(words)}” is before 1990")
        elif name != "planned_for" and found > self.today and not self.matching.own:
            self._remark(parsed, name, f"{shown(words)} is in the future")
        return found

    def _moment(self, parsed: Parsed, name: str, cell: Any) -> datetime | None:
        found = moment(cell)
        if found is None:
            if text(cell):
                self._no(parsed, name, f"“{shown(text(cell))}” is no date and time")
            return None
        return found.replace(tzinfo=LONDON)

    def _flag(self, parsed: Parsed, column: ColumnMatch, cell: Any) -> bool:
        found = flag(cell)
        if found is None:
            words = shown(text(cell))
            self._add(parsed, column, f"“{words}” is neither yes nor no", fatal=True)
        return bool(found)

    def _of_list(self, parsed: Parsed, name: str, cell: Any) -> str:
        word = text(cell)
        mapped = self.mapping.get(name, {}).get(word_key(word))
        if mapped is not None:
            if word and mapped:
                self._remark_mapped(parsed, name, word, mapped)
            return mapped
        if not word:
            if name == "primary_concern" and not self.matching.own:
                self._no(parsed, name, "empty, and a referral needs its primary concern")
            return ""
        value = known(name, word, self.vocab)
        if value is None:
            among = "none of the five" if name == "primary_concern" else "not in our list"
            self._no(parsed, name, f"“{shown(word)}” is {among}")
        return value or ""

    def _joined(self, parsed: Parsed, name: str, cell: Any) -> list[str]:
        found = []
        for word in words_in(name, text(cell), self.vocab):
            value = self.mapping.get(name, {}).get(word_key(word), known(name, word, self.vocab))
            if value is None:
                self._no(parsed, name, f"“{shown(word)}” is not in our list")
            elif value and value not in found:
                found.append(value)
        return found

    def _referrer_and_team(self, parsed: Parsed, cell: Any) -> None:
        words = self._text(parsed, "referrer_team", cell)
        referrer, team = referrer_and_team(words)
        parsed.values["referrer_name"] = referrer
        parsed.values["team"] = self.mapping.get("team", {}).get(word_key(team), team)

    def _outcome(self, parsed: Parsed, name: str, cell: Any) -> None:
        values, words = parsed.values, text(cell)
        found = (
            outcomes.read(words)
            if name == "outcome_detail"
            else outcomes.Outcome(words, outcomes.KNOWN.get(word_key(words)))
        )
        state = self.mapping.get("outcome", {}).get(word_key(found.word), found.state)
        values["state"] = str(state) if state else ""
        if not words:
            if state is None:
                self._no(parsed, name, "empty, and a referral needs its outcome")
        elif not state:
            self._no(parsed, name, f"“{shown(words)}” is no outcome that we know")
        if found.no_day:
            self._no(parsed, name, f"“{shown(found.no_day)}” is no date")
        if found.on:
            values["planned_for" if state == ReferralState.PLANNED else "held_on"] = found.on
        if found.signposted_to:
            values["signposted_to"] = found.signposted_to

    def _themes(self, parsed: Parsed, cells: list) -> None:
        for theme, column in self.themes.items():
            cell = cells[column.place] if column.place < len(cells) else None
            if self._flag(parsed, column, cell) and theme not in parsed.themes:
                parsed.themes.append(theme)
        other = self.vocab.other_theme
        told = parsed.values.get("other_theme", "").strip()
        if told and other and other not in self.themes and "themes" not in self.columns and other not in parsed.themes:
            parsed.themes.append(other)  # the sheet has no column of its own for it: its text says so

    def _case_number(self, parsed: Parsed) -> None:
        if "case_number" not in self.columns:
            return
        words = parsed.values["case_number"] = parsed.values["case_number"].strip()
        if not words:
            if not self.matching.own:
                self._no(parsed, "case_number", "empty, and a referral needs it")
        elif word_key(words) in UNKNOWN_NUMBERS:
            self._no(parsed, "case_number", f"“{shown(words)}” is no case number: the row can come in when it is known")
        elif looks_like_a_day(words):
            self._no(parsed, "case_number", f"“{shown(words)}” is a date, no case number")
        else:
            try:
                case_number_shape(words)
                sound = any(letter.isdigit() for letter in words) or self.matching.own
            except ValidationError:
                sound = False
            if not sound:
                self._no(parsed, "case_number", f"“{shown(words)}” is no case number")

    def _consistent(self, parsed: Parsed) -> None:
        """What has to agree within a row."""
        values = parsed.values
        if self.matching.own:
            reference = values["reference"] = values["reference"].strip()
            if not REFERENCE.fullmatch(reference):
                self._no(parsed, "reference", f"“{shown(reference)}” is no reference" if reference else "empty")
            return
        state, column = values.get("state"), "held_on" if "held_on" in self.columns else "outcome_detail"
        if column not in self.columns or any(problem.field == column for problem in parsed.problems):
            return
        if state == ReferralState.HELD and not values.get("held_on"):
            self._no(parsed, column, "empty, though the consultation was held")
        if state == ReferralState.SCREENING and values.get("held_on"):
            self._no(parsed, column, "there is a date, though the referral waits to be screened")

    def _lengths(self, parsed: Parsed) -> None:
        for name, value in parsed.values.items():
            most = FIELDS[name].most if name in FIELDS else None
            if most and isinstance(value, str) and len(value) > most:
                target = name if name in self.columns else "referrer_team"
                target = target if target in self.columns else "outcome_detail"
                self._no(parsed, target, f"longer than {most} characters")

    def _remember_above(self, parsed: Parsed) -> None:
        for name in ("detail", "referrer_name", "team", "agency"):
            if value := parsed.values.get(name):
                self._above[name] = (parsed.number, value)
        if "referrer_team" in self.columns and parsed.values.get("referrer_name"):
            both = [parsed.values["referrer_name"], parsed.values["team"]]
            self._above["referrer_team"] = (parsed.number, " / ".join(filter(None, both)))

    # Saying so

    def _label(self, name: str) -> str:
        return self.columns[name].title if name in self.columns else FIELDS[name].label if name in FIELDS else "Outcome"

    def _no(self, parsed: Parsed, target: str, why: str) -> None:
        self._add(parsed, self.columns[target], why, fatal=True)

    def _remark(self, parsed: Parsed, target: str, why: str) -> None:
        self._add(parsed, self.columns[target], why, fatal=False)

    def _remark_mapped(self, parsed: Parsed, name: str, word: str, value: str) -> None:
        if "/" in word or "&" in word:
            label = dict(choices_of(name, self.vocab)).get(value, value)
            self._remark(parsed, name, f"“{shown(word)}” was read as “{label}”")

    def _add(self, parsed: Parsed, column: ColumnMatch, why: str, *, fatal: bool) -> None:
        text_of = f"{column.title} ({column.letter}{parsed.number}): {why}"
        parsed.problems.append(Problem(column.target, text_of, fatal))


def _fatal(parsed: Parsed) -> list[Problem]:
    return [problem for problem in parsed.problems if problem.fatal]
