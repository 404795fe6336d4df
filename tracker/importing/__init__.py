"""The engine of the import: from the rows of somebody's workbook to referrals, without a database.

In the order of the steps of an import:

    looks = reading.look(path)                                    # a first look at each sheet, quickly
    look = guess_sheet(looks, vocab)
    heading_row = guess_heading(look.sample, vocab)               # its number, or None
    matching = guess_columns(heading_row, look.sample, vocab)     # which column is what, and why
    words = words_to_map(rows, matching, vocab)                   # what stands there that is not in our lists
    parser = RowParser(matching, mapping, vocab, today=day)
    for number, cells in reading.rows(path, sheet=look.name):     # cells None: reading stopped here (see there)
        if cells is not None and number > matching.heading_row:
            parsed = parser.parse(number, cells)                  # its kind, values, themes, problems, key

What is known of the database comes in as plain data (`Vocabulary`); what goes out is plain data. `Matching` and
`Mapping` go to JSON and back. The sheet Actions of our own export: `actions_sheet`, `guess_action_columns` and
`ActionParser`, used in the same way; its rows name their referral by its reference.

A mapping is {field: {`word_key(word)`: value}}. The values are those of `choices_of(field, vocab)`, or "" for "leave
it empty". For themes, harms, agencies and teams a name that is not among ours is taken as it stands: whether it may be
made is for the caller to say. The word "" stands for cells that are empty where something is needed.
"""

from .actions import ActionParser, actions_sheet, guess_action_columns
from .fields import (
    ACTION_FIELDS,
    FIELDS,
    LEAVE_OUT,
    MARKS,
    NEEDED,
    THEME,
    ColumnMatch,
    Field,
    Kind,
    Mapping,
    Matching,
    Parsed,
    Problem,
    Vocabulary,
    choices_of,
    label_of,
    targets_of,
    word_key,
)
from .headings import guess_columns, guess_heading, guess_sheet, signature
from .parsing import RowParser, key
from .words import Word, words_to_map

__all__ = [
    "ACTION_FIELDS",
    "FIELDS",
    "LEAVE_OUT",
    "MARKS",
    "NEEDED",
    "THEME",
    "ActionParser",
    "ColumnMatch",
    "Field",
    "Kind",
    "Mapping",
    "Matching",
    "Parsed",
    "Problem",
    "RowParser",
    "Vocabulary",
    "Word",
    "actions_sheet",
    "choices_of",
    "guess_action_columns",
    "guess_columns",
    "guess_heading",
    "guess_sheet",
    "key",
    "label_of",
    "signature",
    "targets_of",
    "word_key",
    "words_to_map",
]
