"""What one row says, cell by cell, and what is wrong with it; of the rows above it only what "as above" means."""

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

from consultations.choices import ReferralState
from consultations.models.people import case_number_shape

from ..reading import Formula
from . import outcomes
from .fields import (
    DATE,
    FIELDS,
    MARKS,
    MOMENT,
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
from .values import NOTHING, day, flag, looks_like_a_day, moment, raw_text, shown, text
from .words import FREE, YES_MARK, known, referrer_and_team, words_in

LONDON = ZoneInfo("Europe/London")
AS_ABOVE = {"as above", "see above", "same as above", "ditto", "same", "do.", '"', "''", "〃", "“", "”"}
REPEATABLE = ("detail", "referrer_name", "team", "agency", "referrer_team")  # where "as above" has one meaning
EMPTY_WHERE_NOTHING = ("name", "referrer_name", "team", "agency", "other_theme", "signposted_to", "detail")
NOT_YET = {"tbc", "tba", "tbd", "unknown", "not known", "n/k", "nk", "?", "??", "pending", "awaited", "to follow"}
REFERENCE = re.compile(r"[A-Z]{1,6}-\d{4}-\d{4,8}")
EARLIEST = date(1990, 1, 1)  # a date before it in somebody's tracker is a slip of the hand
MOST_IN_A_CELL = 100  # values in a cell that holds several


def says_as_above(cell: Any) -> bool:
    """Whether a cell has only "as above" in it, in one of the ways of writing that."""
    return word_key(text(cell)) in AS_ABOVE


class RowReader:
    """Reads one row after the other as far as its cells go; `RowParser` says what becomes of it."""

    def __init__(self, matching: Matching, mapping: Mapping, vocab: Vocabulary, *, today: date) -> None:
        self.mapping = mapping
        self.vocab = vocab
        self.today = today
        self.columns = matching.by_target()
        self.own = matching.own and "reference" in self.columns
        if not self.own:
            self.columns.pop("reference", None)
        self.themes = {
            target.removeprefix(THEME): column for target, column in self.columns.items() if target.startswith(THEME)
        }
        self._above: dict[str, tuple[int, str]] = {}
        self._moved = 0  # how many cells too far right the row stands that is read

    def read(self, number: int, cells: list, *, moved: int = 0) -> Parsed:
        """The row's values, themes and problems. `moved`: the cells were taken from that many places further right."""
        self._moved = moved
        parsed = Parsed(number, Kind.SOUND)
        for name, field in FIELDS.items():
            if name not in self.columns:
                continue
            cell = self.cell(name, cells)
            if isinstance(cell, Formula):
                self._remark(parsed, name, "a formula whose result is not in the file: read as empty")
            if field.kind == DATE:
                parsed.values[name] = self._day(parsed, name, cell)
            elif field.kind == MOMENT:
                parsed.values[name] = self._moment(parsed, name, cell)
            elif name in self._OTHERWISE:
                self._OTHERWISE[name](self, parsed, name, cell)
            else:
                parsed.values[name] = self._text(parsed, name, cell)
        self._marked_themes(parsed, cells)
        if self.own:
            self._own_reference(parsed)
        else:
            self._dates_agree(parsed)
        self._lengths(parsed)
        return parsed

    def cell(self, target: str, cells: list) -> Any:
        place = self.columns[target].place if target in self.columns else len(cells)
        return cells[place] if place < len(cells) else None

    def remember(self, parsed: Parsed) -> None:
        """Keep what "as above" means in the rows below this one."""
        for name in ("detail", "referrer_name", "team", "agency"):
            if value := parsed.values.get(name):
                self._above[name] = (parsed.number, value)
        if "referrer_team" in self.columns and parsed.values.get("referrer_name"):
            both = [parsed.values["referrer_name"], parsed.values["team"]]
            self._above["referrer_team"] = (parsed.number, " / ".join(filter(None, both)))

    # One kind of cell after the other

    def _text(self, parsed: Parsed, name: str, cell: Any) -> str:
        if self.own:
            return raw_text(cell)
        words = text(cell)
        if name in REPEATABLE and says_as_above(cell):
            return self._as_above(parsed, name, words)
        if name in EMPTY_WHERE_NOTHING and word_key(words) in NOTHING:
            return ""
        if name in FREE:
            return self.mapping.get(name, {}).get(word_key(words), words)
        return words

    def _as_above(self, parsed: Parsed, name: str, words: str) -> str:
        above = self._above.get(name)
        if above is None:
            self._remark(parsed, name, f"“{shown(words)}”, but nothing stands above: left empty")
            return ""
        self._remark(parsed, name, f"“{shown(words)}” was read as “{shown(above[1])}”, from row {above[0]}")
        return above[1]

    def _day(self, parsed: Parsed, name: str, cell: Any) -> date | None:
        found, words = day(cell), text(cell)
        if found is None:
            if name == "received_on" and (not words or word_key(words) in NOTHING):
                self._no(parsed, name, "empty, and a referral needs the date it was received")
            elif word_key(words) in NOT_YET and name != "received_on":
                self._remark(parsed, name, f"“{shown(words)}” was read as empty")
            elif word_key(words) not in NOTHING:
                self._no(parsed, name, f"“{shown(words)}” is no date{_why_no_day(words)}")
            return None
        if self.own or name == "date_of_birth":
            return self._birthday(found, words) if name == "date_of_birth" else found
        if found < EARLIEST:
            self._no(parsed, name, f"{_date(found)} is before 1990")
        elif found > self.today and name == "received_on":
            self._no(parsed, name, f"{_date(found)} has not come yet")
        return found

    def _birthday(self, found: date, words: str) -> date:
        """A date of birth with a year of two digits lies in the past: 09/05/99 is 1999."""
        in_short = looks_like_a_day(words) and not re.search(r"\d{4}", words)
        return found.replace(year=found.year - 100) if in_short and found > self.today else found

    def _moment(self, parsed: Parsed, name: str, cell: Any) -> datetime | None:
        found = moment(cell)
        if found is None:
            if text(cell):
                self._no(parsed, name, f"“{shown(text(cell))}” is no date and time")
            return None
        return found.replace(tzinfo=LONDON)

    def _restricted(self, parsed: Parsed, name: str, cell: Any) -> None:
        parsed.values[name] = self._flag(parsed, self.columns[name], cell)

    def _flag(self, parsed: Parsed, column: ColumnMatch, cell: Any) -> bool:
        if cell is None:
            return False
        found = flag(cell)
        if found is None:
            mapped = self.mapping.get(MARKS, {}).get(word_key(text(cell)))
            if mapped is None:
                self._add(parsed, column, f"“{shown(text(cell))}” is neither yes nor no", fatal=True)
            return mapped == YES_MARK
        return found

    def _of_list(self, parsed: Parsed, name: str, cell: Any) -> None:
        word = text(cell)
        value = known(name, word, self.vocab) if word else None
        if value is None:
            value = self.mapping.get(name, {}).get(word_key(word))
            if value and word:
                label = dict(choices_of(name, self.vocab)).get(value, value)
                self._remark(parsed, name, f"“{shown(word)}” was read as “{label}”")
        if value is None and name == "primary_concern" and not word and not self.own:
            self._no(parsed, name, "empty, and a referral needs its primary concern")
        elif value is None and word:
            among = "none of the five" if name == "primary_concern" else "not in our list"
            self._no(parsed, name, f"“{shown(word)}” is {among}")
        parsed.values[name] = value or ""

    def _harms(self, parsed: Parsed, name: str, cell: Any) -> None:
        parsed.values[name] = self._joined(parsed, name, cell)

    def _joined_themes(self, parsed: Parsed, name: str, cell: Any) -> None:
        parsed.themes += self._joined(parsed, name, cell)

    def _joined(self, parsed: Parsed, name: str, cell: Any) -> list[str]:
        found: list[str] = []
        words = words_in(name, text(cell), self.vocab)
        if len(words) > MOST_IN_A_CELL:
            self._no(parsed, name, f"more than {MOST_IN_A_CELL} values in one cell")
            return found
        for word in words:
            value = known(name, word, self.vocab)
            if value is None:
                value = self.mapping.get(name, {}).get(word_key(word))
            if value is None:
                self._no(parsed, name, f"“{shown(word)}” is not in our list")
            elif value and value not in found:
                found.append(value)
        return found

    def _referrer_and_team(self, parsed: Parsed, name: str, cell: Any) -> None:
        referrer, team = referrer_and_team(self._text(parsed, name, cell))
        team = "" if word_key(team) in NOTHING else team
        parsed.values["referrer_name"] = referrer
        parsed.values["team"] = self.mapping.get("team", {}).get(word_key(team), team)

    def _outcome(self, parsed: Parsed, name: str, cell: Any) -> None:
        values, words = parsed.values, text(cell)
        found = outcomes.read(words) if name == "outcome_detail" else outcomes.alone(words)
        state = found.state or self.mapping.get("outcome", {}).get(word_key(found.word))
        values["state"] = str(state) if state else ""
        if not state:
            told = (
                f"“{shown(words)}” is no outcome that we know" if words else "empty, and a referral needs its outcome"
            )
            self._no(parsed, name, told)
        if found.no_day:
            self._no(parsed, name, f"“{shown(found.no_day)}” is no date{_why_no_day(found.no_day)}")
        if found.on:
            values["planned_for" if state == ReferralState.PLANNED else "held_on"] = found.on
        if found.signposted_to:
            values["signposted_to"] = found.signposted_to

    def _case_number(self, parsed: Parsed, name: str, cell: Any) -> None:
        words = parsed.values[name] = text(cell)
        if word_key(words) in NOTHING:
            if not self.own:
                self._no(parsed, name, "empty, and a referral needs it")
        elif word_key(words) in NOT_YET:
            self._no(parsed, name, f"“{shown(words)}” is no case number: the row can come in when it is known")
        elif looks_like_a_day(words):
            self._no(parsed, name, f"“{shown(words)}” is a date, no case number")
        else:
            try:
                case_number_shape(words)
                sound = self.own or any(letter.isdigit() for letter in words)
            except ValidationError:
                sound = False
            if not sound:
                self._no(parsed, name, f"“{shown(words)}” is no case number")

    _OTHERWISE = {
        "case_number": _case_number,
        "referrer_team": _referrer_and_team,
        "outcome": _outcome,
        "outcome_detail": _outcome,
        "primary_concern": _of_list,
        "arrival": _of_list,
        "gender": _of_list,
        "harms": _harms,
        "themes": _joined_themes,
        "restricted": _restricted,
    }

    # What several cells say together

    def _marked_themes(self, parsed: Parsed, cells: list) -> None:
        for theme, column in self.themes.items():
            cell = cells[column.place] if column.place < len(cells) else None
            if self._flag(parsed, column, cell) and theme not in parsed.themes:
                parsed.themes.append(theme)
        other, told = self.vocab.other_theme, parsed.values.get("other_theme")
        if told and other and other not in self.themes and "themes" not in self.columns:
            parsed.themes.append(other)  # the sheet has no column of its own for it: its text says so

    def _own_reference(self, parsed: Parsed) -> None:
        reference = parsed.values["reference"] = parsed.values["reference"].strip()
        if not REFERENCE.fullmatch(reference):
            self._no(parsed, "reference", f"“{shown(reference)}” is no reference" if reference else "empty")

    def _dates_agree(self, parsed: Parsed) -> None:
        """The outcome and the date of the consultation, and that date and the day of the referral."""
        values = parsed.values
        target = "held_on" if "held_on" in self.columns else "outcome_detail"
        if target not in self.columns or any(each.field == target and each.fatal for each in parsed.problems):
            return
        state, held, received = values.get("state"), values.get("held_on"), values.get("received_on")
        if state == ReferralState.HELD and not held:
            self._no(parsed, target, "empty, though the consultation was held")
        elif state == ReferralState.HELD and held > self.today:
            self._no(parsed, target, f"{_date(held)} has not come yet, though the consultation was held")
        elif state == ReferralState.SCREENING and held:
            self._no(parsed, target, "there is a date, though the referral waits to be screened")
        elif held and received and held < received:
            self._remark(parsed, target, f"{_date(held)} is before the referral was received")

    def _lengths(self, parsed: Parsed) -> None:
        for name, value in parsed.values.items():
            most = FIELDS[name].most if name in FIELDS else None
            if most and isinstance(value, str) and len(value) > most:
                of_both = "outcome_detail" if name == "signposted_to" else "referrer_team"
                self._no(parsed, name if name in self.columns else of_both, f"longer than {most} characters")

    # Saying so

    def _no(self, parsed: Parsed, target: str, why: str) -> None:
        self._add(parsed, self.columns[target], why, fatal=True)

    def _remark(self, parsed: Parsed, target: str, why: str) -> None:
        self._add(parsed, self.columns[target], why, fatal=False)

    def _add(self, parsed: Parsed, column: ColumnMatch, why: str, *, fatal: bool) -> None:
        words = f"{column.title} ({column.address(parsed.number, moved=self._moved)}): {why}"
        parsed.problems.append(Problem(column.target, words, fatal))


def _date(value: date) -> str:
    return f"{value.day} {value:%B %Y}"


def _why_no_day(words: str) -> str:
    return ": there is no such day" if looks_like_a_day(words) else ""
