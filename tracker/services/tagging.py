"""Tagging several referrals at once: prepared from a selection, looked at, applied. Taking it back is undoing."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from consultations.models import Referral
from core import audit
from core.workflow import ActRefused, EditConflict

from ..choices import TaggingKind
from ..models import Tagging, Theme
from . import other_texts, retagging, themes
from .retagging import Change, Tagged, Wanted

# More referrals than this are not tagged in one go: nobody could look through the preview.
MOST = 2000
# What was prepared and not applied is forgotten after so long.
KEPT_FOR = timedelta(days=1)
ACTS = {TaggingKind.TAGGED: "data-entry.tagged", TaggingKind.OTHER: "data-entry.other-made-theme"}


@dataclass(frozen=True)
class Line:
    """One theme in a preview: how many referrals change, how many are so already."""

    name: str
    adds: bool
    changing: int
    already: int


@dataclass(frozen=True)
class Plan:
    """What applying a tagging would do now. `hidden` of the chosen referrals are no longer there for this person."""

    rows: list[Tagged]
    changes: list[Change]
    lines: list[Line]
    hidden: int
    mark: str

    @property
    def entries_begun(self) -> int:
        return sum(change.made_entry for change in self.changes)

    @property
    def texts_lost(self) -> int:
        return sum(bool(change.other_before) and not change.other_after for change in self.changes)


def prepare(ids: Iterable[UUID], *, filters: str = "", by, at: datetime | None = None) -> Tagging:
    """Begin a tagging of these referrals, as far as `by` may see them. Raises ActRefused for none, or too many."""
    at = at or timezone.now()
    ids = set(ids)
    if not ids:
        raise ActRefused("Tick the referrals that you want to tag first.")
    if len(ids) > MOST:
        raise ActRefused(f"At most {MOST:,} referrals can be tagged in one go. Narrow the filter first.")
    rows = Referral.objects.visible_to(by).sent().filter(pk__in=ids).order_by("reference")
    found = [str(pk) for pk in rows.values_list("pk", flat=True)]
    if not found:
        raise ActRefused("None of these referrals is in your tracker any more.")
    with transaction.atomic():
        _forget_old_ones(by, at)
        return Tagging.objects.create(kind=TaggingKind.TAGGED, made_at=at, made_by=by, selection=found, filters=filters)


def prepare_other(
    keys: Iterable[str],
    ids: Iterable[UUID],
    *,
    theme: Theme | None,
    new_theme: str = "",
    by,
    at: datetime | None = None,
) -> Tagging:
    """Begin to make a theme (an existing one, or a new one by name) of texts of Other in these referrals."""
    at = at or timezone.now()
    with transaction.atomic():
        _forget_old_ones(by, at)
        made = Tagging.objects.create(
            kind=TaggingKind.OTHER, made_at=at, made_by=by, new_theme=new_theme,
            selection=[str(pk) for pk in ids], about={"texts": sorted(keys)},
        )  # fmt: skip
        if theme is not None:
            made.adds.set([theme])
    return made


def choose(tagging: Tagging, *, adds: Iterable[Theme], removes: Iterable[Theme], by) -> Tagging:
    """Say which themes are added and taken away. Raises ActRefused once it is applied."""
    with transaction.atomic():
        row = _prepared(tagging, by)
        row.adds.set(adds)
        row.removes.set(removes)
    return row


def chosen(tagging: Tagging, user) -> list[Tagged]:
    """The chosen referrals that `user` may see, as they are tagged now, in three queries."""
    return retagging.tagged(_visible(tagging.selection, user))


def plan(tagging: Tagging, user) -> Plan:
    """The preview of a tagging; themes that were merged away since stand by what they were merged into."""
    adds = themes.standing(tagging.adds.all())
    removes = list(tagging.removes.all())
    rows = chosen(tagging, user)
    new = 0  # no theme has this id: it is made when the tagging is applied
    wanted = _wanted(tagging, {theme.pk for theme in adds} or {new}, {theme.pk for theme in removes})
    changes = retagging.changes(rows, wanted)
    names = [(theme.pk, theme.name, True) for theme in adds] + [(theme.pk, theme.name, False) for theme in removes]
    if tagging.kind == TaggingKind.OTHER:
        names = [(pk, name, True) for pk, name, _ in names] or [(new, tagging.new_theme, True)]
        taken = sum(bool(change.removed) for change in changes)
        lines = [_line(pk, name, True, rows, changes) for pk, name, _ in names]
        lines.append(Line(f"{_other().name}, with its text", False, taken, 0))
    else:
        lines = [_line(pk, name, is_added, rows, changes) for pk, name, is_added in names]
    return Plan(rows, changes, lines, hidden=len(tagging.selection) - len(rows), mark=_mark(tagging))


def apply(tagging: Tagging, *, mark: str, by, at: datetime | None = None) -> Tagging:
    """Tag the chosen referrals that `by` may see. The same form sent twice tags once.

    Raises EditConflict where other themes were chosen since the preview (`mark`), ActRefused where one of them was
    switched off since or nothing would change; of a new theme NameTaken.
    """
    at = at or timezone.now()
    with transaction.atomic():
        if tagging.new_theme:
            themes.one_at_a_time()
        else:
            themes.hold_still()
        row = Tagging.objects.select_for_update(of=("self",)).get(pk=tagging.pk)
        if row.applied_at:
            return row
        if _mark(row) != mark:
            raise EditConflict("Other themes were chosen in another tab or window since you looked at the preview.")
        adds = themes.standing(row.adds.all())
        if off := [theme.name for theme in adds if not theme.active]:
            raise ActRefused(f"“{off[0]}” has been switched off since. Choose the themes again.")
        if row.new_theme and not adds:
            adds = [themes.add({"name": row.new_theme}, by=by, at=at)]
        removes = set(row.removes.values_list("pk", flat=True))
        retagging.locked(row.selection)
        # Who may see them is asked now that they are locked: nobody restricts one of them meanwhile.
        rows = retagging.tagged(_visible(row.selection, by))
        found = retagging.changes(rows, _wanted(row, {theme.pk for theme in adds}, removes))
        if not found:
            raise ActRefused("Nothing would change: every one of these referrals is tagged so already.")
        row.adds.set(adds)
        row.selection, row.applied_at = [], at
        row.save(update_fields=["selection", "applied_at"])
        retagging.write(found, act=ACTS[row.kind], by=by, at=at)
        retagging.keep(row, found)
        detail = {
            "added": [theme.name for theme in adds],
            "taken away": sorted(row.removes.values_list("name", flat=True)),
            "referrals": len(found),
        }
        audit.record("themes.tagged", by=by, subject=row, detail=detail, at=at)
    return row


def _wanted(tagging: Tagging, adds: set[int], removes: set[int]):
    other = _other()
    if tagging.kind == TaggingKind.OTHER:
        return other_texts.wanted(set(tagging.about.get("texts", ())), adds, other.pk)

    def same(row: Tagged) -> Wanted:
        return Wanted(adds, removes, "" if other.pk in removes and row.other else None)

    return same


def _other() -> Theme:
    return Theme.objects.filter(needs_text=True).first() or Theme(name="Other")


def _line(pk: int, name: str, is_added: bool, rows: list[Tagged], changes: list[Change]) -> Line:
    changing = sum(pk in (change.added if is_added else change.removed) for change in changes)
    already = sum((pk in row.themes) == is_added for row in rows)
    return Line(name, is_added, changing, already)


def _visible(ids: Iterable[str], user) -> list[Referral]:
    return list(Referral.objects.visible_to(user).sent().filter(pk__in=list(ids)).order_by("reference"))


def _prepared(tagging: Tagging, by) -> Tagging:
    row = Tagging.objects.select_for_update(of=("self",)).get(pk=tagging.pk, made_by=by)
    if row.applied_at:
        raise ActRefused("This tagging has been applied already. Undo it, or begin another one.")
    return row


def _forget_old_ones(by, at: datetime) -> None:
    Tagging.objects.filter(made_by=by, applied_at=None, made_at__lt=at - KEPT_FOR).delete()


def _mark(tagging: Tagging) -> str:
    """Stands for what was chosen: the themes, the texts, and how many referrals."""
    parts = [
        sorted(tagging.adds.values_list("pk", flat=True)),
        sorted(tagging.removes.values_list("pk", flat=True)),
        tagging.new_theme,
        tagging.about,
        len(tagging.selection),
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
