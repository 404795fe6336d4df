"""Checking an uploaded tracker: its words that are not ours, then each row and what becomes of it."""

import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Team
from consultations.choices import ReferralState
from consultations.models import Referral
from core import jobs
from core.batches import batched

from .. import reading
from ..cells import CellDecoder, CellEncoder, storable
from ..importing import (
    THEME,
    ActionParser,
    Kind,
    Matching,
    Parsed,
    Problem,
    RowParser,
    Vocabulary,
    actions_sheet,
    guess_action_columns,
    key,
    words_to_map,
)
from ..models import ImportProfile, ImportRow, TrackerImport
from ..models.imports import TAKEN_IN, RowKind
from . import imports_files, imports_rest, imports_words
from .imports_known import Here

AT_ONCE = 500
EVERY = 2.0  # seconds between two reports of how far it is
Part = ImportRow.Part


def check(of: TrackerImport, step: jobs.Step, *, held: Callable[[], None]) -> None:
    """Read the file as its columns are matched: first for the words that are not ours, where any are to be decided;
    else for its rows, which are kept with what becomes of each. All of it or nothing.

    `held` is asked now and then, and raises LeaseLost once somebody else has the job. Raises NotATracker for a file
    that cannot be read after all.
    """
    matching, vocab = Matching.from_data(of.matching), imports_words.vocabulary()
    with transaction.atomic(), imports_files.on_disk(imports_files.pieces(of)) as (path, _):
        with jobs.kept_alive(step, 0, every=EVERY) as pulse:
            checked = _Check(of, matching, vocab, path, held, pulse)
            if not of.mapped:
                checked.find_words()
            if of.mapped or not of.words:
                checked.sort_rows()
        step(pulse.done, pulse.done)  # the last word: whoever took the job away has taken all of this back
        of.checked_at = timezone.now()
        of.save(update_fields=["words", "mapping", "mapped", "counts", "checked_at"])


class _Check:
    """One check of one file."""

    def __init__(
        self,
        of: TrackerImport,
        matching: Matching,
        vocab: Vocabulary,
        path: Path,
        held: Callable[[], None],
        pulse: jobs.Pulse,
    ) -> None:
        self.of, self.matching, self.vocab, self.path, self.held, self.pulse = of, matching, vocab, path, held, pulse
        self.stopped: dict[str, int] = {}

    def find_words(self) -> None:
        """Their words that are not ours; the import takes them over, and counts them as decided where all of them are
        remembered."""
        with self._rows(self.of.sheet) as rows:
            found = words_to_map(rows, self.matching, self.vocab)
        words = {name: {key: asdict(word) for key, word in of_field.items()} for name, of_field in found.items()}
        profile = ImportProfile.objects.filter(signature=self.of.signature).first()
        remembered = profile.mapping if profile else {}
        self.of.words = words
        self.of.mapping = imports_words.suggested(words, remembered)
        self.of.mapped = bool(words) and not imports_words.undecided(words, remembered)

    def sort_rows(self) -> None:
        """Each row with what becomes of it."""
        self.of.rows.all().delete()
        self.pulse.done = 0
        parser = RowParser(self.matching, self.of.mapping, self.vocab, today=timezone.localdate())
        with self._rows(self.of.sheet) as rows:
            below = (row for row in rows if row[0] > self.matching.heading_row)
            self._keep(Part.REFERRALS, ((cells, parser.parse(number, cells)) for number, cells in below))
        self._find_agencies()
        self._find_those_here()
        self._sort_actions()
        kinds = self.of.rows.order_by().values_list("part", "kind")
        counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for part, kind in kinds.iterator():
            counts[part][kind] += 1
        self.of.counts = {part: dict(of_part) for part, of_part in counts.items()} | self.stopped
        self.of.counts["rest"] = imports_rest.count(self.of)
        self.of.counts["new_themes"] = self._new_themes()

    def _new_themes(self) -> list[str]:
        """The themes that the maker has said are to be made: no others are, whatever happens to ours meanwhile."""
        ours = {name.casefold() for name in self.vocab.themes}
        targets = (target for target in self.matching.by_target() if target.startswith(THEME))
        named = {target.removeprefix(THEME) for target in targets} | set(self.of.mapping.get("themes", {}).values())
        return sorted(name for name in named if name and name.casefold() not in ours)

    @contextmanager
    def _rows(self, sheet: str) -> Iterator[Iterator[tuple[int, list]]]:
        """The filled rows of a sheet. All are read before the first is given: reading has a bound on time, and what is
        done with the rows has none."""
        with tempfile.TemporaryFile("w+", encoding="utf-8") as spool:
            with closing(reading.rows(self.path, sheet=sheet)) as rows:
                for number, cells in rows:
                    if cells is None:
                        self.stopped = {"stopped_at": number}
                    else:
                        json.dump([number, storable(cells)], spool, cls=CellEncoder)
                        spool.write("\n")
            spool.seek(0)
            yield self._counted(json.loads(line, cls=CellDecoder) for line in spool)

    def _counted(self, rows: Iterable[list]) -> Iterator[tuple[int, list]]:
        for number, cells in rows:
            self.pulse.done += 1
            if self.pulse.done % AT_ONCE == 0:
                self.held()
            yield number, cells

    def _keep(self, part: str, rows: Iterable[tuple[list, Parsed]]) -> None:
        for some in batched(rows, AT_ONCE):
            ImportRow.objects.bulk_create(
                ImportRow(
                    of=self.of,
                    part=part,
                    number=parsed.number,
                    kind=_kind_of(parsed),
                    cells=cells,
                    values=_values_of(parsed),
                    problems=[[problem.text, problem.fatal] for problem in parsed.problems],
                )
                for cells, parsed in some
            )

    def _find_agencies(self) -> None:
        """A team without an agency is the only team of that name, here or in the file; or else its row is rejected."""
        rows = self.of.rows.filter(kind__in=TAKEN_IN, part=Part.REFERRALS)
        named: dict[str, dict[str, str]] = defaultdict(dict)
        pairs = [*Team.objects.values_list("name", "agency__name")]
        pairs += rows.order_by().values_list("values__team", "values__agency").distinct()
        for team, agency in pairs:
            if team and agency:
                named[team.casefold()].setdefault(agency.casefold(), agency)
        columns = self.matching.by_target()
        column = columns.get("team") or columns.get("referrer_team")
        for row in rows.filter(values__team__gt="").exclude(values__agency__gt="").iterator(AT_ONCE):
            found = list(named[row.values["team"].casefold()].values())
            if len(found) == 1:
                row.values["agency"] = found[0]
            else:
                why = "more than one agency has a team of that name" if found else "no team of that name is known"
                row.kind = RowKind.REJECTED
                row.problems.append(
                    [f"{column.title} ({column.letter}{row.number}): no agency is given, and {why}", True]
                )
            row.save(update_fields=["values", "kind", "problems"])

    def _find_those_here(self) -> None:
        rows = self.of.rows.filter(kind__in=TAKEN_IN, part=Part.REFERRALS).order_by("number")
        here = Here(self.references(), seen=Referral.objects.visible_to(self.of.made_by))
        for some in batched(rows.iterator(AT_ONCE), AT_ONCE):
            self.held()
            there, taken = here.among(row.values for row in some)
            changed = []
            for row in some:
                if row.values["key"] in there:
                    row.kind = RowKind.THERE
                    changed.append(row)
                elif row.values.get("reference") in taken:
                    row.kind = RowKind.REMARK
                    words = f"{row.values['reference']} is another referral here, so this one gets a new reference"
                    row.problems.append([words, False])
                    changed.append(row)
            ImportRow.objects.bulk_update(changed, ["kind", "problems"])

    def references(self) -> set[str]:
        """All references in the file."""
        found = self.of.rows.filter(part=Part.REFERRALS, values__has_key="reference")
        return set(found.values_list("values__reference", flat=True))

    def _sort_actions(self) -> None:
        """The sheet Actions of our own export: an action goes the way of its referral."""
        looks = [reading.SheetLook(**look) for look in self.of.sheets]
        sheet = actions_sheet(looks) if self.matching.own else None
        if sheet is None:
            return
        columns = guess_action_columns(sheet.sample)
        parser = ActionParser(columns, self.of.mapping, self.vocab)
        rows = self.of.rows.filter(part=Part.REFERRALS)
        kinds, dated = {}, set()
        for reference, kind, held, planned in rows.values_list(
            "values__reference", "kind", "values__held_on", "values__planned_for"
        ).iterator():
            kinds[reference] = kind
            if held or planned:
                dated.add(reference)

        def parsed(number: int, cells: list) -> tuple[list, Parsed]:
            found = parser.parse(number, cells)
            reference = found.values["reference"].strip()
            kind = kinds.get(reference)
            if kind == RowKind.THERE and found.kind == Kind.SOUND:
                found.kind = RowKind.THERE
            elif found.kind == Kind.SOUND and (kind not in TAKEN_IN or reference not in dated):
                why = "has no consultation" if kind in TAKEN_IN else "is not taken in"
                found.problems.append(Problem("reference", f"The referral {reference} {why}, so the action is not"))
                found.kind = Kind.REJECTED
            return cells, found

        with self._rows(sheet.name) as lines:
            below = (row for row in lines if row[0] > columns.heading_row)
            self._keep(Part.ACTIONS, (parsed(number, cells) for number, cells in below))


def _kind_of(parsed: Parsed) -> str:
    """What becomes of a row, as far as it can be said from the row alone; made fit to be written besides."""
    if parsed.kind == Kind.SOUND:
        _make_fit(parsed)
        return RowKind.REMARK if parsed.problems else RowKind.SOUND
    return RowKind(str(parsed.kind))


def _make_fit(parsed: Parsed) -> None:
    """What our records do not allow is left out of a sound row, with a remark."""
    values = parsed.values
    if values.get("state") == ReferralState.PLANNED and not values.get("planned_for"):
        values["state"] = ReferralState.SCREENING
        remark = "A consultation is planned, but no day is given for it: the referral waits to be screened"
        parsed.problems.append(Problem("outcome", remark, fatal=False))
    if values.get("completed_at") and not values.get("primary_concern"):
        values["completed_at"] = None
        remark = "The data entry form was completed, but there is no primary concern: it is to be completed again"
        parsed.problems.append(Problem("completed_at", remark, fatal=False))


def _values_of(parsed: Parsed) -> dict[str, Any]:
    values = {name: storable(value) for name, value in parsed.values.items()}
    if parsed.kind == Kind.SOUND and "state" in values:
        values |= {"themes": parsed.themes, "key": parsed.key or key(parsed.values)}
    return values
