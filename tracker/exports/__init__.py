"""Exports of the tracker: a workbook or a CSV file, with names or anonymised, of the rows that a filter leaves.

asking      what may be asked for, by whom, and what the one who asked is told
lines       the rows as the database gives them, some at a time
named       the columns with names; the import reads them back
anonymous   the columns without, and the pseudonyms
csv_files   the writer of CSV files
making      the job itself
"""

from . import making
from .asking import KIND, Format, ask_for, still_theirs
from .making import run

__all__ = ["KIND", "Format", "ask_for", "making", "run", "still_theirs"]
