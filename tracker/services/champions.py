"""The Champions of the teams: who, since when, until when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Team
from consultations.services.referrals import SENT_TWICE
from core import audit, drafts
from core.workflow import ActRefused, EditConflict

from ..models import Champion
from .training import once

FIELDS = ["person", "name", "team", "since", "until"]
NEW = "training:champion:new"


def add(values: Mapping[str, Any], *, by, at: datetime | None = None) -> Champion:
    """A new Champion; `values` by the names in FIELDS.

    Raises ActRefused where the same person is a Champion of the same team in some of that time already.
    """
    at = at or timezone.now()
    given = {name: values[name] for name in FIELDS}
    with transaction.atomic():
        _lock(given["team"])
        just_now = (at - SENT_TWICE, at + SENT_TWICE)
        if twice := Champion.objects.filter(**given, added_by=by, added_at__range=just_now).first():
            return twice  # the same form, sent twice
        _refuse_overlap(given)
        with once(_twice(given)):
            made = Champion.objects.create(added_by=by, added_at=at, **given)
        _record("champion.added", made, by=by, at=at, detail=_told(made))
        drafts.drop(NEW, by)
    return made


def change(champion: Champion, values: Mapping[str, Any], *, version: int, by, at: datetime | None = None) -> Champion:
    """Change who, which team, or the days.

    Raises EditConflict where somebody changed it meanwhile (not where they saved the same), ActRefused as `add` does.
    """
    wanted = {name: values[name] for name in FIELDS}
    with transaction.atomic():
        _lock(wanted["team"])
        current = _locked(champion)
        before = {name: getattr(current, name) for name in FIELDS}
        if before != wanted and current.version != version:
            raise EditConflict("Somebody changed this Champion after you opened this page.", current)
        if before != wanted:
            _refuse_overlap(wanted, but=current)
            told = _told(current)
            for name, value in wanted.items():
                setattr(current, name, value)
            current.version += 1
            with once(_twice(wanted)):
                current.save()
            _record("champion.changed", current, by=by, at=at, detail=audit.changes(told, _told(current)))
        drafts.drop(draft_key(current), by)
    return current


def delete(champion: Champion, *, by, at: datetime | None = None) -> None:
    """Delete a Champion who never was one. Who was one gets a last day instead."""
    with transaction.atomic():
        current = _locked(champion)
        _record("champion.deleted", current, by=by, at=at, detail=_told(current))
        drafts.drop(draft_key(current), by)
        current.delete()


def values_of(champion: Champion) -> dict[str, Any]:
    """What stands there now, by the names in FIELDS."""
    return {name: getattr(champion, name) for name in FIELDS}


def draft_key(champion: Champion) -> str:
    """The key under which what is typed into the form about this Champion is kept."""
    return f"training:champion:{champion.pk}"


def _lock(team: Team) -> None:
    """Two at once: the second waits, and then sees the first."""
    Team.objects.select_for_update().get(pk=team.pk)


def _locked(champion: Champion) -> Champion:
    rows = Champion.objects.select_for_update(of=("self",)).select_related("person", "team")
    current = rows.filter(pk=champion.pk).first()
    if current is None:
        raise ActRefused("This Champion has been deleted meanwhile.")
    return current


def _refuse_overlap(values: Mapping[str, Any], but: Champion | None = None) -> None:
    same = {"person": values["person"]} if values["person"] else {"person": None, "name__iexact": values["name"]}
    others = Champion.objects.filter(team=values["team"], **same)
    others = others.filter(Q(until=None) | Q(until__gte=values["since"]))
    if values["until"]:
        others = others.filter(since__lte=values["until"])
    if but:
        others = others.exclude(pk=but.pk)
    if others.exists():
        raise ActRefused(_twice(values))


def _twice(values: Mapping[str, Any]) -> str:
    name = values["person"].name if values["person"] else values["name"]
    return f"{name} is a Champion of {values['team']} in that time already."


def _told(champion: Champion) -> dict[str, Any]:
    """A Champion as the audit log keeps them."""
    days = {name: getattr(champion, name) and getattr(champion, name).isoformat() for name in ("since", "until")}
    return {"who": champion.who, "team": champion.team.name, **days}


def _record(act: str, champion: Champion, *, by, at: datetime | None, detail: dict[str, Any]) -> None:
    audit.record(act, by=by, subject=champion, label=champion.team.name, detail=detail, at=at)
