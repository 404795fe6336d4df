"""The uploaded file of an import: kept in pieces in the database, and for a moment as a file that can be read.

A process holds no more of it than one piece. A file that a killed process leaves behind is deleted by the sweep, as
openpyxl's own are (`core.workbook.forget_abandoned`): the name begins as theirs do.
"""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from core import workbook

from ..models import ImportPart, TrackerImport
from ..reading import NotATracker

PIECE = 1024 * 1024


@contextmanager
def on_disk(pieces: Iterable[bytes]) -> Iterator[tuple[Path, str]]:
    """The content as a file that is deleted in any case, and its SHA-256.

    A NotATracker raised meanwhile speaks of “This file”, not of the name that it has here.
    """
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(prefix=f"{workbook.SCRATCH}import.") as file:
        for piece in pieces:
            digest.update(piece)
            file.write(piece)
        file.flush()
        path = Path(file.name)
        try:
            yield path, digest.hexdigest()
        except NotATracker as problem:
            raise NotATracker(str(problem).replace(path.name, "This file")) from None


def store(path: Path, of: TrackerImport) -> None:
    """Keep the file at `path` for this import."""
    with path.open("rb") as file:
        for order, content in enumerate(iter(lambda: file.read(PIECE), b"")):
            ImportPart.objects.create(of=of, order=order, content=content)


def pieces(of: TrackerImport) -> Iterator[bytes]:
    """The file of this import, piece by piece. Raises NotATracker where it is no longer kept."""
    order = -1
    for order in of.parts.order_by("order").values_list("order", flat=True):
        yield bytes(of.parts.values_list("content", flat=True).get(order=order))
    if order < 0:
        raise NotATracker("The file of this import has been deleted: upload it again.")
