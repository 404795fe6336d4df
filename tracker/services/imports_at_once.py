"""A whole import at once, by guesses alone: for the command line, where nobody is there to be asked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import transaction

from ..importing import LEAVE_OUT, Matching, label_of
from ..models import ImportRow, TrackerImport
from ..models.imports import RowKind
from ..reading import NotATracker
from . import imports, imports_checking, imports_files, imports_words, imports_writing


@dataclass
class Outcome:
    """What an import did: rows read, added, there already (or twice in the file), rejected or left out with why.

    `unused` are the columns that it does not know; `stopped_at` is the row where it stopped below many empty ones.
    """

    read: int = 0
    added: int = 0
    repeated: int = 0
    rejected: list[tuple[int, str]] = field(default_factory=list)
    left_out: list[tuple[int, str]] = field(default_factory=list)
    new_teams: list[str] = field(default_factory=list)
    new_agencies: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    stopped_at: int | None = None


def import_tracker(path: Path, *, by, at: datetime | None = None) -> Outcome:
    """Take in the tracker at `path` for the person `by`: all sound rows or, on an error, none.

    Columns and words are taken for what they are remembered as or look like. It stands among the imports in the
    browser after that, and can be undone there. Raises NotATracker for a file that is none.
    """
    with transaction.atomic():
        of = imports.upload(_pieces(path), file_name=path.name, by=by, at=at)
        sheet, rows = imports.proposed_sheet(of)
        of = imports.choose_sheet(of, sheet=sheet, heading_row=rows[sheet], version=of.version, by=by, at=at)
        if missing := Matching.from_data(of.matching).missing():
            labels = [label_of(name, imports_words.vocabulary()) for name in missing]
            raise NotATracker(f"This is no referral tracker: it has no heading for “{'”, “'.join(labels)}”.")
        imports_checking.check(of, _no_step, held=_held)
        if of.words and not of.mapped:
            of.mapped = True
            imports_checking.check(of, _no_step, held=_held)
        imports_writing.carry_out(of, _no_step, held=_held)
        of.refresh_from_db()
        return _outcome(of)


def _outcome(of: TrackerImport) -> Outcome:
    counts, new = of.counts["referrals"], of.counts["new"]
    rows = of.rows.filter(part=ImportRow.Part.REFERRALS).order_by("number")
    why = {
        kind: [(row.number, "; ".join(words for words, _ in row.problems)) for row in rows.filter(kind=kind)]
        for kind in (RowKind.REJECTED, RowKind.LEFT_OUT)
    }
    matching = Matching.from_data(of.matching)
    return Outcome(
        read=sum(counts.values()),
        added=of.counts["added"],
        repeated=counts.get(RowKind.REPEATED, 0) + counts.get(RowKind.THERE, 0),
        rejected=why[RowKind.REJECTED],
        left_out=why[RowKind.LEFT_OUT],
        new_teams=new["teams"],
        new_agencies=new["agencies"],
        unused=[column.title for column in matching.columns if column.target == LEAVE_OUT],
        stopped_at=of.counts.get("stopped_at"),
    )


def _pieces(path: Path) -> Iterator[bytes]:
    """The file, as an upload of it would arrive. Raises NotATracker where there is none."""
    try:
        with path.open("rb") as file:
            yield from iter(lambda: file.read(imports_files.PIECE), b"")
    except OSError as error:
        missing = isinstance(error, FileNotFoundError | IsADirectoryError | NotADirectoryError)
        why = f"There is no file {path}." if missing else f"{path} cannot be read: {error.strerror}."
        raise NotATracker(why) from None


def _no_step(done: int, total: int | None) -> None:
    """Nobody watches."""


def _held() -> None:
    """Nobody else can take it."""
