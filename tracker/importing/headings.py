"""Guessing: which sheet, which row holds the headings, and which column is what."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Any

from . import outcomes
from .fields import FIELDS, LEAVE_OUT, THEME, ColumnMatch, Matching, Vocabulary
from .values import day, flag, text

Sample = Sequence[tuple[int, list]]

# Short forms that trackers use → the words they stand for, as `_tokens` has them.
SHORT_FORMS = {
    "mh": ("mental", "health"),
    "parents": ("parental",),
    "parent": ("parental",),
    "young": (),
    "person": ("yp",),
    "dealing": ("selling",),
    "pru": ("exclusion",),
    "excluded": ("exclusion",),
    "da": ("dv",),
    "violence": (),
    "domestic": ("dv",),
    "cl": ("county", "line"),
    "cp": ("cp",),
    "truancy": ("unauthorised", "absence"),
    "absent": ("absence",),
    "mfh": ("missing",),
    "send": ("sen",),
    "radicalized": ("radicalisation",),
    "radicalization": ("radicalisation",),
    "unauthorized": ("unauthorised",),
    "disabled": ("disability",),
}
SMALL_WORDS = {"in", "of", "the", "a", "and", "no", "is", "please", "at"}
ENOUGH = 0.6  # how alike a heading and a theme must be
LONGEST = 100  # characters of a heading
LETTERS_ALIKE = 0.84  # for a heading with a spelling mistake


def guess_sheet(looks: Iterable[Any], vocab: Vocabulary) -> Any | None:
    """The sheet that most looks like a tracker: by its headings, visible before hidden; None where no sheet has rows.

    Takes and returns `reading.SheetLook`.
    """
    filled = [look for look in looks if look.sample]
    return max(filled, key=lambda look: (not look.hidden, _best(look.sample, vocab)[1]), default=None)


def guess_heading(sample: Sample, vocab: Vocabulary) -> int | None:
    """The number of the row that holds the headings; None where no row has two that we know."""
    number, score = _best(sample, vocab)
    return number if score >= 2 else None


def guess_columns(heading_row: int, sample: Sample, vocab: Vocabulary) -> Matching:
    """What each column is, from its heading and the cells below it in the sample."""
    headings = next((cells for number, cells in sample if number == heading_row), [])
    below = [cells for number, cells in sample if number > heading_row]
    width = max([len(headings), *(len(cells) for cells in below)], default=0)
    columns = []
    for place in range(width):
        heading = text(headings[place]) if place < len(headings) else ""
        cells = [cells[place] for cells in below if place < len(cells) and text(cells[place])]
        columns.append(_guess(place, " ".join(heading.split()), cells, vocab))
    columns = _each_once(columns)
    own = _is_ours(columns, vocab)
    if not own:
        columns = [_without_reference(column) for column in columns]
    return Matching(heading_row, tuple(columns), own)


def signature(headings: Iterable[Any]) -> str:
    """What a remembered profile is found again by: the headings in their order, spelling of spaces and case aside."""
    words = "\x1f".join(_plain(text(heading)[:LONGEST]) for heading in headings).rstrip("\x1f")
    return hashlib.sha256(words.encode()).hexdigest()


def _best(sample: Sample, vocab: Vocabulary) -> tuple[int | None, int]:
    """The row with the most headings that we know, the upper one of two, and how many those are."""
    best: tuple[int | None, int] = (None, 0)
    for number, cells in sample:
        words = {text(cell) for cell in cells if isinstance(cell, str) and text(cell)}
        score = sum(1 for word in words if _exact_field(word, vocab) or _theme_of(word, vocab, letters=False)[0])
        if score > best[1]:
            best = (number, score)
    return best


def _plain(words: str) -> str:
    """Small letters, single spaces, no punctuation; nothing for what is too long to be a heading."""
    return " ".join(re.findall(r"[^\W_]+", words.casefold())) if len(words) <= LONGEST else ""


def _exact_field(heading: str, vocab: Vocabulary) -> str | None:
    plain = _plain(heading)
    if not plain:
        return None
    if plain == _plain(vocab.case_number_name):
        return "case_number"
    return next((name for name, field in FIELDS.items() if plain in field.headings), None)


def _guess(place: int, heading: str, cells: list, vocab: Vocabulary) -> ColumnMatch:
    """One column by itself; `_each_once` settles what two columns both look like."""
    target, sure, why = _guess_target(heading, cells, vocab)
    return ColumnMatch(place, heading, target, sure, why)


def _guess_target(heading: str, cells: list, vocab: Vocabulary) -> tuple[str, bool, str]:
    flags = bool(cells) and sum(flag(cell) is not None for cell in cells) * 2 >= len(cells)
    name = _exact_field(heading, vocab)
    theme, alike = _theme_of(heading, vocab)
    if name and heading.casefold() == FIELDS[name].label.casefold():
        theme = ""  # "Other (state)" is not the theme "Other [state]"
    if name == "other_theme" and not flags and heading.casefold() != theme.casefold():
        theme = ""  # a column "Other" holds what it is
    if theme and (flags or not cells) and (name is None or alike == 1 or name == "other_theme"):
        if alike == 1:
            return THEME + theme, True, "The heading is the theme’s name"
        return THEME + theme, False, f"The heading is like the theme “{theme}”, and the cells are marks"
    if name == "referrer_name" and _mostly(cells, lambda words: " / " in words):
        return "referrer_team", False, "The cells hold a referrer and a team, divided by “/”"
    if name in ("outcome_detail", "outcome", "held_on") and _mostly(cells, outcomes.has_both):
        return "outcome_detail", name == "outcome_detail", "The cells hold an outcome with its date or place"
    if name == "outcome_detail":
        if _mostly(cells, lambda words: day(words) is not None):
            return "held_on", False, "The cells are dates"
        return "outcome", False, "The cells are outcomes without dates"
    if name:
        return name, True, "The heading is one that we know"
    if not heading:
        return LEAVE_OUT, False, "It has no heading"
    if close := _close_field(heading):
        return close, False, f"The heading is like “{FIELDS[close].label}”"
    if theme:
        return LEAVE_OUT, False, f"The heading is like the theme “{theme}”, but the cells are no marks"
    if flags:
        return LEAVE_OUT, False, "The cells are marks, but the heading is none of our themes"
    return LEAVE_OUT, False, "The heading is none that we know"


def _each_once(columns: list[ColumnMatch]) -> list[ColumnMatch]:
    """Where several columns look like one field, the first sure one keeps it."""
    kept: dict[str, ColumnMatch] = {}
    for column in columns:
        there = kept.get(column.target)
        if column.target != LEAVE_OUT and (there is None or (column.sure and not there.sure)):
            kept[column.target] = column
    return [
        column
        if column.target == LEAVE_OUT or kept[column.target] is column
        else ColumnMatch(
            column.place, column.heading, LEAVE_OUT, False, f"Column {kept[column.target].letter} looks like it as well"
        )
        for column in columns
    ]


def _without_reference(column: ColumnMatch) -> ColumnMatch:
    if column.target != "reference":
        return column
    why = "References are read back from our own export alone"
    return ColumnMatch(column.place, column.heading, LEAVE_OUT, True, why)


def _is_ours(columns: list[ColumnMatch], vocab: Vocabulary) -> bool:
    """Whether the headings are those of our own export."""
    headings = {column.heading for column in columns}
    contract = [field.label for name, field in FIELDS.items() if name not in ("case_number", *COMBINED_OR_OLD)]
    return {"Reference", "Themes", *contract} <= headings and vocab.case_number_name in headings


COMBINED_OR_OLD = ("referrer_team", "outcome_detail", "themes")


def _mostly(cells: list, holds) -> bool:
    words = [text(cell) for cell in cells]
    return bool(words) and sum(1 for word in words if holds(word)) * 2 >= len(words)


def _tokens(words: str) -> set[str]:
    found: set[str] = set()
    for word in _plain(words).split():
        if word in SMALL_WORDS:
            continue
        if word in SHORT_FORMS:
            found.update(SHORT_FORMS[word])
        else:
            found.add(word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word)
    return found


def _theme_of(heading: str, vocab: Vocabulary, *, letters: bool = True) -> tuple[str, float]:
    """The one theme that a heading is like, and how alike they are (1: the same words); ("", 0) for none or several.

    `letters`: also by its letters, for spelling mistakes; that takes its time.
    """
    plain, tokens = _plain(heading), _tokens(heading)
    if not plain:
        return "", 0
    for theme in vocab.themes:
        if _plain(theme) == plain:
            return theme, 1
    within = [others for others in map(_tokens, vocab.themes) if tokens and tokens <= others]
    if len(within) > 1 and tokens not in within:
        return "", 0  # "Mental health" is the parents' or the young person's
    scores = []
    for theme in vocab.themes:
        others = _tokens(theme)
        shared = len(tokens & others)
        score = 2 * shared / (len(tokens) + len(others)) if shared else 0
        if tokens and tokens <= others:
            score = max(score, ENOUGH)
        spelled = SequenceMatcher(None, plain, _plain(theme)).ratio() if letters else 0
        scores.append((max(score * 0.99, spelled if spelled >= LETTERS_ALIKE else 0), theme))
    scores.sort(reverse=True)
    if not scores or scores[0][0] < ENOUGH * 0.99 or (len(scores) > 1 and scores[1][0] == scores[0][0]):
        return "", 0
    return scores[0][1], scores[0][0]


def _close_field(heading: str) -> str | None:
    """The field whose heading this is but for a spelling mistake or two."""
    plain = _plain(heading)
    if not plain:
        return None
    best = max(
        (SequenceMatcher(None, plain, known).ratio(), name)
        for name, field in FIELDS.items()
        for known in field.headings
        if len(known) > 4
    )
    return best[1] if best[0] >= LETTERS_ALIKE else None
