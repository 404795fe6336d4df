"""Reading a results tool from the cells of a workbook: our own export, or a tool as councils fill it in.

No database here: what is read is a `Found`, which says of every statement and action where it stood and what is wrong.
"""

from .found import Found, FoundAction, FoundOverall, FoundStatement, Sheet
from .own import is_own
from .own import read as read_own
from .tool import Block, blocks_of, read

__all__ = [
    "Block", "Found", "FoundAction", "FoundOverall", "FoundStatement", "Sheet", "blocks_of", "is_own", "read",
    "read_own",
]  # fmt: skip
