"""Who is invited to a panel, and who came."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core import drafts
from core.workflow import ActRefused

from ..choices import PanelAct
from ..models import Panel, PanelPerson
from . import panel as panels


def of(panel: Panel) -> list[PanelPerson]:
    """Everybody who is invited, by agency; one query."""
    return list(panel.people.select_related("person"))


def invite(panel: Panel, values: Mapping[str, Any], *, by, at: datetime | None = None) -> PanelPerson:
    """Put an agency on the list: `person` with an account here, or `name` of somebody elsewhere, or nobody by name.

    Raises ActRefused for who is on it already, and where the minutes are agreed.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = panels.locked(panel, PanelAct.PLAN)
        drafts.drop(panels.draft_key(current, "people"), by)
        person, agency = values["person"], values["agency"]
        there = current.people.select_related("person")
        if person:
            there = there.filter(person=person).first()
        else:
            there = there.filter(person=None, agency__iexact=agency, name__iexact=values["name"]).first()
        if there:
            if there.added_by_id == by.pk and abs(at - there.added_at) <= panels.SENT_TWICE:
                return there  # the same form, sent twice
            raise ActRefused(f"{there.who or there.agency} is on the list already.")
        who = {"person": person} if person else {"name": values["name"]}
        made = PanelPerson.objects.create(panel=current, agency=agency, added_by=by, added_at=at, **who)
        panels.record(current, "panel.invited", by=by, at=at, invitee=str(made.pk))
    return made


def remove(person: PanelPerson, *, by, at: datetime | None = None) -> None:
    """Take somebody off the list; who is off it already stays so.

    Raises ActRefused where the minutes are agreed, or the line names somebody whom `by` may not see.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = panels.locked(person.panel, PanelAct.PLAN)
        there = current.people.select_related("person").filter(pk=person.pk).first()
        if there is None:
            return
        panels.need_whole(current, there.agency, there.who, by=by)
        panels.record(current, "panel.uninvited", by=by, at=at, invitee=str(there.pk))
        there.delete()


def mark(
    panel: Panel, changes: Mapping[UUID, tuple[str, str]], *, by, at: datetime | None = None
) -> tuple[int, list[PanelPerson]]:
    """Say who came: {person: (what the page showed, what it is now)}, each an Attendance or "".

    Gives how many were changed, and those whom somebody else marked otherwise meanwhile: their mark stays.
    """
    at = at or timezone.now()
    changed, meanwhile = 0, []
    with transaction.atomic():
        current = panels.locked(panel, PanelAct.PLAN)
        for there in current.people.select_related("person").filter(pk__in=list(changes)):
            was, now = changes[there.pk]
            if now in (was, there.came):
                continue
            if there.came != was:
                meanwhile.append(there)
                continue
            there.came = now
            there.save(update_fields=["came"])
            panels.record(current, "panel.attendance", by=by, at=at, invitee=str(there.pk), came=[was, now])
            changed += 1
    return changed, meanwhile
