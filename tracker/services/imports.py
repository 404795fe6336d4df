"""An import of an Excel tracker, step by step: what its maker does and says. The long work is done by jobs.

Nothing enters the tracker before the last step, and each step can be gone back to until then.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission, can
from core import audit, drafts, jobs
from core.models import JobFile
from core.workflow import ActRefused, EditConflict

from .. import reading
from ..cells import storable
from ..importing import THEME, Mapping, Matching, guess_columns, guess_heading, guess_sheet, signature
from ..importing.words import FREE
from ..models import ImportProfile, TrackerImport
from ..models.imports import Stage
from . import imports_files, imports_rest, imports_words

CHECK, IMPORT, UNDO = "tracker.import-check", "tracker.import", "tracker.import-undo"
# Within this time the same file by the same person is the same form sent twice.
SENT_TWICE = timedelta(seconds=60)
# How much of a sheet's first rows is kept to be shown.
SAMPLE_ROWS, SAMPLE_COLUMNS = 30, 200
# The stages in which what was said about a file may still be changed.
OPEN_STAGES = (Stage.SHEET, Stage.COLUMNS, Stage.CHECKING, Stage.VALUES, Stage.CHECKED)


def upload(pieces: Iterable[bytes], *, file_name: str, by, at: datetime | None = None) -> TrackerImport:
    """Keep a file to be imported, with a first look at its sheets. Raises NotATracker for a file that is none."""
    at = at or timezone.now()
    with imports_files.on_disk(pieces) as (path, digest):
        looks = [look for look in reading.look(path) if look.sample]
        if not looks:
            raise reading.NotATracker("This file has no rows: every sheet of it is empty.")
        with transaction.atomic():
            User.objects.select_for_update(of=("self",)).get(pk=by.pk)  # two at once: the second waits for the first
            mine = TrackerImport.objects.of_maker(by).filter(digest=digest, imported_at=None)
            if twice := mine.filter(created_at__gt=at - SENT_TWICE).first():
                return twice
            of = TrackerImport.objects.create(
                made_by=by,
                created_at=at,
                touched_at=at,
                file_name=storable(file_name)[-255:],
                digest=digest,
                sheets=[_kept(look) for look in looks],
            )
            imports_files.store(path, of)
            audit.record("tracker.import.uploaded", by=by, subject=of, detail={"sheets": len(looks)}, at=at)
    return of


def looks_of(of: TrackerImport) -> list[reading.SheetLook]:
    """The first rows of each sheet that has any."""
    return [reading.SheetLook(**sheet) for sheet in of.sheets]


def look_of(of: TrackerImport) -> reading.SheetLook | None:
    """The first rows of the chosen sheet."""
    return next((look for look in looks_of(of) if look.name == of.sheet), None)


def proposed_sheet(of: TrackerImport) -> tuple[str, dict[str, int]]:
    """The sheet that looks most like a tracker, and for each sheet the row that looks most like its headings."""
    vocab, looks = imports_words.vocabulary(), looks_of(of)
    rows = {look.name: guess_heading(look.sample, vocab) or look.sample[0][0] for look in looks}
    guessed = guess_sheet(looks, vocab)
    return (guessed or looks[0]).name, rows


def choose_sheet(of: TrackerImport, *, sheet: str, heading_row: int, version: int, by, at: datetime | None = None):
    """Say which sheet it is and in which row its headings stand; the columns are then matched as remembered or guessed.

    Raises ActRefused where that sheet has no such row among its first.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(of, version)
        look = next((look for look in looks_of(current) if look.name == sheet), None)
        headings = next((cells for number, cells in look.sample if number == heading_row), None) if look else None
        if headings is None:
            raise ActRefused("There is nothing in that row. Choose one of the rows that are shown.")
        _stop(current, by=by, at=at)
        matching = guess_columns(heading_row, look.sample, imports_words.vocabulary())
        current.sheet, current.heading_row, current.signature = (
            sheet,
            heading_row,
            signature(imports_rest.without_added(headings)),
        )
        if profile := profile_for(current):
            remembered = {int(place): target for place, target in profile.matching.items()}
            matching = matching.with_targets(_usable(remembered, matching, by))
        current.matching, current.words, current.mapping, current.mapped = matching.to_data(), {}, {}, False
        _touch(current, at)
    return current


def forget_guesses(of: TrackerImport, *, version: int, by, at: datetime | None = None) -> TrackerImport:
    """Match the columns by guessing alone, whatever is remembered for these headings."""
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(of, version)
        _stop(current, by=by, at=at)
        matching = guess_columns(current.heading_row, look_of(current).sample, imports_words.vocabulary())
        current.matching, current.words, current.mapping, current.mapped = matching.to_data(), {}, {}, False
        _touch(current, at)
    return current


def match(of: TrackerImport, targets: dict[int, str], *, version: int, by, at: datetime | None = None) -> TrackerImport:
    """Say what each column is: {its place: its target}. The file is then read for its words.

    Raises ActRefused for a new theme from somebody who may not make one.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(of, version)
        new = [target for target in targets.values() if target.startswith(THEME) and not _is_theme(target)]
        if new and not can(by, Permission.THEMES_MANAGE):
            raise ActRefused("You may not make new themes. Match the column to one of ours, or leave it out.")
        _stop(current, by=by, at=at)
        matching = Matching.from_data(current.matching).with_targets(targets)
        current.matching, current.words, current.mapping, current.mapped = matching.to_data(), {}, {}, False
        _check_soon(current, by=by, at=at)
        drafts.drop(draft_key(current, "columns"), by)
    return current


def map_words(of: TrackerImport, mapping: Mapping, *, version: int, by, at: datetime | None = None) -> TrackerImport:
    """Say what their words mean: {field: {word: value}}. The rows are then checked.

    Raises ActRefused for a new theme from somebody who may not make one.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(of, version)
        new = [value for value in mapping.get("themes", {}).values() if value and not _is_theme(THEME + value)]
        if new and not can(by, Permission.THEMES_MANAGE):
            raise ActRefused("You may not make new themes. Choose one of ours, or leave the word out.")
        _stop(current, by=by, at=at)
        current.mapping, current.mapped = mapping, True
        _check_soon(current, by=by, at=at)
        drafts.drop(draft_key(current, "words"), by)
    return current


def ask_for(of: TrackerImport, *, version: int, remember_as: str = "", by, at: datetime | None = None) -> TrackerImport:
    """Ask for the sound rows to be imported; `remember_as` names the matching for files with the same headings.

    Raises ActRefused before the file is checked, and once it was asked for.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(of, version)
        if current.stage != Stage.CHECKED:
            raise ActRefused("This file has not been checked yet.")
        if not current.sound:
            raise ActRefused("No row of this file can be imported.")
        if remember_as:
            _remember(current, remember_as, by=by, at=at)
        current.import_job = jobs.enqueue(IMPORT, params={"import": str(current.pk)}, by=by, at=at)
        _touch(current, at)
        drafts.drop_all(draft_key(current, ""), by)
    return current


def cancel(of: TrackerImport, *, by, at: datetime | None = None) -> None:
    """Stop what is going on with this file. Raises ActRefused where nothing is."""
    job = of.job
    if job is None or not job.is_open:
        raise ActRefused("This has already ended, so there is nothing to cancel.")
    jobs.cancel(job, by=by, at=at)


def discard(of: TrackerImport, *, by, at: datetime | None = None) -> None:
    """Delete a file that was not imported, and all that was said about it. Raises ActRefused for one that was."""
    at = at or timezone.now()
    with transaction.atomic():
        current = TrackerImport.objects.select_for_update(of=("self",)).with_jobs().filter(pk=of.pk).first()
        if current is None:
            return  # the same form sent twice
        if current.stage not in OPEN_STAGES:
            raise ActRefused("These rows are in the tracker, or on their way into it. Undo the import instead.")
        _stop(current, by=by, at=at)
        audit.record("tracker.import.discarded", by=by, subject=current, at=at)
        drafts.drop_all(draft_key(current, ""), by)
        current.delete()


def ask_to_undo(of: TrackerImport, *, by, at: datetime | None = None) -> TrackerImport:
    """Ask for an import to be undone. Raises ActRefused where it was not carried out, or is being undone."""
    at = at or timezone.now()
    with transaction.atomic():
        current = TrackerImport.objects.select_for_update(of=("self",)).with_jobs().get(pk=of.pk)
        if current.stage == Stage.UNDOING:
            return current
        if current.stage != Stage.IMPORTED:
            raise ActRefused("This import was undone already." if current.undone_at else "Nothing was imported yet.")
        current.undo_job = jobs.enqueue(UNDO, params={"import": str(current.pk)}, by=by, at=at)
        current.save(update_fields=["undo_job"])
    return current


def forget_profile(profile: ImportProfile, *, by, at: datetime | None = None) -> None:
    """Forget how files with these headings are matched."""
    with transaction.atomic():
        audit.record("tracker.import.forgotten", by=by, subject=profile, detail={"name": profile.name}, at=at)
        profile.delete()


def profile_for(of: TrackerImport) -> ImportProfile | None:
    """What is remembered for a file with these headings."""
    return ImportProfile.objects.filter(signature=of.signature).select_related("made_by").first()


def drop_expired(at: datetime | None = None) -> int:
    """Delete files and rows that nobody touched for a week; what was not imported goes altogether. How many."""
    gone = 0
    for of in TrackerImport.objects.expired(at or timezone.now()).with_jobs():
        with transaction.atomic():
            if of.imported_at:
                of.parts.all().delete()
                of.rows.all().delete()
                of.sheets, of.file_name, of.words, of.mapping, of.file_gone = [], "", {}, {}, True
                of.save(update_fields=["sheets", "file_name", "words", "mapping", "file_gone"])
            elif of.stage in OPEN_STAGES:
                drafts.drop_all(draft_key(of, ""), of.made_by)
                of.delete()
            gone += 1
    return gone


def draft_key(of: TrackerImport, form: str) -> str:
    """The key under which what is typed into a form about this import is kept."""
    return f"import:{of.pk}:{form}"


def _kept(look: reading.SheetLook) -> dict:
    sample = [[number, storable(list(cells)[:SAMPLE_COLUMNS])] for number, cells in look.sample[:SAMPLE_ROWS]]
    return asdict(look) | {"name": storable(look.name), "sample": sample}


def _locked(of: TrackerImport, version: int) -> TrackerImport:
    """The row as it stands now, locked. Raises EditConflict for another version, ActRefused once it is under way."""
    current = TrackerImport.objects.select_for_update(of=("self",)).with_jobs().get(pk=of.pk)
    if current.stage not in OPEN_STAGES:
        raise ActRefused("These rows are in the tracker, or on their way into it, so nothing is changed any more.")
    if current.version != version:
        raise EditConflict("This import was changed in another tab or window after you opened this page.", current)
    return current


def _touch(of: TrackerImport, at: datetime) -> None:
    of.version += 1
    of.touched_at = at
    of.save()


def _stop(of: TrackerImport, *, by, at: datetime) -> None:
    """What was found with the former choices is of no use any more."""
    for job in (of.check_job, of.import_job):
        if job is not None and job.is_open:
            jobs.cancel(job, by=by, at=at)
    if JobFile.objects.filter(job=of.check_job_id).exists():
        jobs.delete_file(of.check_job, by=by, at=at)  # the rows that are not taken in
    of.check_job = of.import_job = of.checked_at = None
    of.counts = {}
    of.rows.all().delete()


def _check_soon(of: TrackerImport, *, by, at: datetime) -> None:
    of.check_job = jobs.enqueue(CHECK, params={"import": str(of.pk)}, by=by, at=at)
    _touch(of, at)


def _remember(of: TrackerImport, name: str, *, by, at: datetime) -> None:
    matching = Matching.from_data(of.matching)
    values = {
        "name": name,
        "matching": {str(column.place): column.target for column in matching.columns},
        "mapping": of.mapping,
        "made_by": by,
        "made_at": at,
    }
    ImportProfile.objects.update_or_create(signature=of.signature, defaults=values)


def _usable(targets: dict[int, str], matching: Matching, by) -> dict[int, str]:
    """Of remembered targets those that still make sense: its columns are there, and its themes, or may be made."""
    places = {column.place for column in matching.columns}
    may_make = can(by, Permission.THEMES_MANAGE)
    return {
        place: target
        for place, target in targets.items()
        if place in places and (may_make or not target.startswith(THEME) or _is_theme(target))
    }


def _is_theme(target: str) -> bool:
    names = {name.casefold() for name in imports_words.vocabulary().themes}
    return target.removeprefix(THEME).casefold() in names


def grows(name: str) -> bool:
    """Whether a word of this field that is not ours is simply made: agencies and teams."""
    return name in FREE
