"""Saved views of the tracker: made, renamed, shared, saved over and deleted by who made them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from core import audit
from core.workflow import ActRefused

from ..models import SavedView

MOST = 100  # views of one person: more than anybody finds their way among
LONGEST = 4000  # characters of an address that a view keeps


class NameTaken(Exception):
    """This person has another view with this name."""


def save(name: str, query: str, *, shared: bool, by, at: datetime | None = None) -> SavedView:
    """Save a view. `query` is what `rows.view_of` made. Raises NameTaken, ActRefused where there are too many."""
    at = at or timezone.now()
    if len(query) > LONGEST:
        raise ActRefused("This view has too many filters to be saved. Take some of them away.")
    with _name_is_free():
        if SavedView.objects.filter(owner=by).count() >= MOST:
            raise ActRefused(f"You have {MOST} saved views. Delete one that you no longer use.")
        view = SavedView.objects.create(owner=by, name=name, query=query, shared=shared, created_at=at, changed_at=at)
        audit.record("saved-view.made", by=by, at=at, subject=view, detail={"shared": shared})
    return view


def change(view: SavedView, *, name: str, shared: bool, by, at: datetime | None = None) -> SavedView:
    """Rename a view, share it, or keep it to oneself again. Raises NameTaken."""
    return _update(view, {"name": name, "shared": shared}, by=by, at=at)


def save_over(view: SavedView, query: str, *, by, at: datetime | None = None) -> SavedView:
    """Let a view show what the list shows now. `query` is what `rows.view_of` made."""
    if len(query) > LONGEST:
        raise ActRefused("This view has too many filters to be saved. Take some of them away.")
    return _update(view, {"query": query}, by=by, at=at)


def delete(view: SavedView, *, by, at: datetime | None = None) -> None:
    """Delete a view; for a shared one, everybody's. Deleting it twice does no more."""
    with transaction.atomic():
        current = SavedView.objects.select_for_update().filter(pk=view.pk).first()
        if current is not None:
            detail = {"shared": current.shared}
            audit.record("saved-view.deleted", by=by, at=at or timezone.now(), subject=current, detail=detail)
            current.delete()


def _update(view: SavedView, values: dict, *, by, at: datetime | None) -> SavedView:
    at = at or timezone.now()
    with _name_is_free():
        current = SavedView.objects.select_for_update().filter(pk=view.pk).first()
        if current is None:
            raise ActRefused("This view was deleted meanwhile.")
        changed = audit.changes({name: getattr(current, name) for name in values}, values)
        if not changed:
            return current
        for name, value in values.items():
            setattr(current, name, value)
        current.changed_at = at
        current.save(update_fields=[*values, "changed_at"])
        # A name is its owner's words, and a query may hold words that were searched for: neither is for the log.
        detail = {"what": sorted(changed), "shared": current.shared}
        audit.record("saved-view.saved", by=by, at=at, subject=current, detail=detail)
    return current


@contextmanager
def _name_is_free() -> Iterator[None]:
    """A transaction in which a name that is taken is told apart from every other mistake."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "saved_view_name_once" in str(error):
            raise NameTaken from error
        raise
