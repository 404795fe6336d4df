"""Keeping the themes: adding, renaming, grouping, moving, switching off and on. What merging does is theme_merges."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from core import audit
from core.workflow import ActRefused, EditConflict

from ..models import Theme, ThemeGroup

CHANGED = "Somebody changed this theme after you opened it."


class NameTaken(ActRefused):
    """Another theme, or group, has this name already."""


def hold_still() -> None:
    """Until the transaction ends no theme is merged away: for who tags referrals with themes that they have looked up.

    Taken before any row is locked; many may hold it at once.
    """
    _lock("pg_advisory_xact_lock_shared")


def one_at_a_time() -> None:
    """Changes of the themes wait for each other, and for those who tag with them, until the transaction ends."""
    _lock("pg_advisory_xact_lock")


def standing(themes: Iterable[Theme]) -> list[Theme]:
    """The themes that stand for these today: for one that was merged away, what it was merged into. Each once."""
    found = list(themes)
    gone = [theme.pk for theme in found if theme.merged_into_id]
    if gone or Theme.objects.filter(pk__in=[theme.pk for theme in found], merged_into__isnull=False).exists():
        everything = Theme.objects.in_bulk()
        found = [everything[theme.pk] for theme in found]
        found = [_end_of(theme, everything) for theme in found]
    return list(dict.fromkeys(found))


def ends() -> dict[int, int]:
    """For every theme the one that stands for it today, itself or what it was merged into; by their ids."""
    return ends_of(Theme.objects.in_bulk())


def ends_of(everything: dict[int, Theme]) -> dict[int, int]:
    """As `ends`, for who has read all themes already."""
    return {pk: _end_of(theme, everything).pk for pk, theme in everything.items()}


def add(values: dict[str, Any], *, by, at: datetime | None = None) -> Theme:
    """A new theme, at the end of its group. `values`: name; group, or new_group (a name), where it stands in one.

    Raises NameTaken.
    """
    at = at or timezone.now()
    with transaction.atomic():
        one_at_a_time()
        _refuse_taken(Theme, values["name"])
        group = _group(values, by=by, at=at)
        theme = Theme.objects.create(name=values["name"], group=group, order=_last(Theme))
        detail = audit.changes({}, _state(theme))
        audit.record("theme.added", by=by, subject=theme, label=theme.name, detail=detail, at=at)
        _renumber()
        theme.refresh_from_db(fields=["order"])
    return theme


def change(theme: Theme, values: dict[str, Any], *, version: int, by, at: datetime | None = None) -> Theme:
    """Rename a theme, or put it into another group; `values` as for `add`. Its referrals follow by themselves.

    Raises EditConflict where somebody changed it meanwhile (not where they saved the very same), NameTaken, and
    ActRefused where it has been merged into another one.
    """
    at = at or timezone.now()
    with transaction.atomic():
        one_at_a_time()
        current = _current(theme)
        before = _state(current)
        _refuse_taken(Theme, values["name"], but=current)
        group = _group(values, by=by, at=at)
        if (values["name"], group) == (current.name, current.group):
            return current
        _refuse_older(current, version)
        if group != current.group:
            current.group, current.order = group, _last(Theme)
        current.name = values["name"]
        current.version += 1
        current.save()
        detail = audit.changes(before, _state(current))
        audit.record("theme.changed", by=by, subject=current, label=current.name, detail=detail, at=at)
        _renumber()
    return current


def move(theme: Theme, *, down: bool, by, at: datetime | None = None) -> Theme:
    """Move a theme one place up or down among those of its group; at the end of it nothing happens."""
    at = at or timezone.now()
    with transaction.atomic():
        one_at_a_time()
        current = _current(theme)
        beside = list(Theme.objects.kept().filter(group=current.group, active=current.active).order_by("order", "pk"))
        place = beside.index(current)
        other = place + (1 if down else -1)
        if not 0 <= other < len(beside):
            return current
        rows = [row for row in Theme.objects.order_by("order", "pk") if row != current]
        rows.insert(rows.index(beside[other]) + (1 if down else 0), current)
        _number(rows)
        current.refresh_from_db(fields=["order"])
        detail = {"place": [place + 1, other + 1]}
        audit.record("theme.moved", by=by, subject=current, label=current.name, detail=detail, at=at)
    return current


def switch(theme: Theme, *, active: bool, version: int, by, at: datetime | None = None) -> Theme:
    """Switch a theme off, so that nobody chooses it any more, or on again. Referrals that have it keep it.

    Raises EditConflict, and ActRefused where it has been merged into another one.
    """
    at = at or timezone.now()
    with transaction.atomic():
        one_at_a_time()
        current = _current(theme)
        if current.active == active:
            return current  # the same form sent twice
        _refuse_older(current, version)
        current.active = active
        current.version += 1
        current.save()
        act = "theme.switched-on" if active else "theme.switched-off"
        audit.record(act, by=by, subject=current, label=current.name, at=at)
    return current


def rename_group(group: ThemeGroup, *, name: str, version: int, by, at: datetime | None = None) -> ThemeGroup:
    """Give a group another name. Raises EditConflict, NameTaken."""
    at = at or timezone.now()
    with transaction.atomic():
        one_at_a_time()
        current = _current_group(group)
        if current.name == name:
            return current
        if current.version != version:
            raise EditConflict("Somebody changed this group after you opened it.", current)
        _refuse_taken(ThemeGroup, name, but=current)
        before, current.name = current.name, name
        current.version += 1
        current.save()
        detail = {"name": [before, name]}
        audit.record("theme-group.changed", by=by, subject=current, label=name, detail=detail, at=at)
    return current


def move_group(group: ThemeGroup, *, down: bool, by, at: datetime | None = None) -> ThemeGroup:
    """Move a group, with its themes, one place up or down; at the end of the list nothing happens."""
    at = at or timezone.now()
    with transaction.atomic():
        one_at_a_time()
        current = _current_group(group)
        rows = list(ThemeGroup.objects.all())
        place = rows.index(current)
        other = place + (1 if down else -1)
        if not 0 <= other < len(rows):
            return current
        rows.insert(other, rows.pop(place))
        _number(rows)
        _renumber()
        detail = {"place": [place + 1, other + 1]}
        audit.record("theme-group.moved", by=by, subject=current, label=current.name, detail=detail, at=at)
    return current


def remove_group(group: ThemeGroup, *, by, at: datetime | None = None) -> None:
    """Take away a group that no theme is in. Raises ActRefused while there are any."""
    at = at or timezone.now()
    with transaction.atomic():
        one_at_a_time()
        current = ThemeGroup.objects.filter(pk=group.pk).first()
        if current is None:
            return  # the same form sent twice
        if current.themes.exists():
            raise ActRefused(f"There are themes in “{current.name}”. Put them into another group first.")
        audit.record("theme-group.removed", by=by, subject=current, label=current.name, at=at)
        current.delete()


def _lock(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtext('tracker.themes'))")


def _current(theme: Theme) -> Theme:
    current = Theme.objects.select_related("group", "merged_into").get(pk=theme.pk)
    if current.merged_into_id:
        raise ActRefused(f"“{current.name}” has been merged into “{current.merged_into.name}”. Undo that merge first.")
    return current


def _current_group(group: ThemeGroup) -> ThemeGroup:
    current = ThemeGroup.objects.filter(pk=group.pk).first()
    if current is None:
        raise ActRefused("This group has been taken away.")
    return current


def _refuse_older(current: Theme, version: int) -> None:
    if current.version != version:
        raise EditConflict(CHANGED, current)


def _refuse_taken(model: type, name: str, *, but=None) -> None:
    same = model.objects.filter(name__iexact=name).exclude(pk=but.pk if but else None).first()
    if same is None:
        return
    if model is ThemeGroup:
        raise NameTaken("There is a group with this name already")
    if same.merged_into_id:
        raise NameTaken("A theme with this name was merged into another one. Undo that merge to have it back")
    if not same.active:
        raise NameTaken("There is a theme with this name already, switched off. Switch it on again instead")
    raise NameTaken("There is a theme with this name already")


def _group(values: dict[str, Any], *, by, at: datetime) -> ThemeGroup | None:
    """The group that `values` name; a new one is made, unless there is one of that name."""
    name = values.get("new_group", "")
    if not name:
        return values.get("group")
    found = ThemeGroup.objects.filter(name__iexact=name).first()
    if found is None:
        found = ThemeGroup.objects.create(name=name, order=_last(ThemeGroup))
        audit.record("theme-group.added", by=by, subject=found, label=name, at=at)
    return found


def _state(theme: Theme) -> dict[str, Any]:
    return {"name": theme.name, "group": theme.group.name if theme.group else ""}


def _end_of(theme: Theme, everything: dict[int, Theme]) -> Theme:
    while theme.merged_into_id:
        theme = everything[theme.merged_into_id]
    return theme


def _last(model: type) -> int:
    return (model.objects.aggregate(last=Max("order"))["last"] or 0) + 1


def _renumber() -> None:
    """The themes of the first group first, and so on; then those without a group. Within each as they stood."""
    rows = list(Theme.objects.select_related("group").order_by("order", "pk"))
    rows.sort(key=lambda theme: (theme.group is None, theme.group.order if theme.group else 0))
    _number(rows)


def _number(rows: list) -> None:
    moved = []
    for number, row in enumerate(rows, start=1):
        if row.order != number:
            row.order = number
            moved.append(row)
    if moved:
        type(moved[0]).objects.bulk_update(moved, ["order"])
