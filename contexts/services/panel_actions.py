"""The actions of panels, and their reminders."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from accounts.permissions import Permission, can
from consultations.services.reminders import remind_owners
from core.actions import Actions
from core.workflow import ActRefused

from .. import panel_sight, workflow
from ..choices import PanelAct
from ..models import PanelAction, PanelItem, PanelProgress
from . import panel as panels


class PanelActions(Actions):
    """They are agreed and changed until the minutes are agreed; owners may note and end them after."""

    model = PanelAction
    progress = PanelProgress
    name = "panel-action"
    columns = ["what", "owner", "owner_name", "owner_agency", "due"]
    many: list[str] = []

    def locked(self, action: PanelAction) -> PanelAction:
        item = panels.locked_item(action.item, None)  # the panel first, as for every act on it
        rows = PanelAction.objects.select_for_update(of=("self",)).select_related("owner", "closed_by")
        current = rows.get(pk=action.pk)
        current.item = item
        return current

    def check(self, action: PanelAction) -> None:
        """Nothing to ask: an action may be opened again at any time. What it says is the minutes': see `change`."""

    def label(self, action: PanelAction) -> str:
        return panels.label(action.item.panel)  # an owner may not know what the item is about

    def page_of(self, action: PanelAction) -> str:
        return reverse("contexts:panel-action", args=[action.pk])

    def change(
        self, action: PanelAction, values: dict[str, Any], *, version: int, by, at: datetime | None = None
    ) -> PanelAction:
        """As of every action. Raises ActRefused too where its words name somebody hidden and would be changed."""
        with transaction.atomic():
            current = self.locked(action)
            workflow.PANEL.check(PanelAct.WRITE, current.item.panel.state)
            touched = values.get("what", current.what) != current.what
            if touched and panel_sight.item_words(by, current.item)(current.what) != current.what:
                raise ActRefused(panels.HIDDEN)
            return super().change(action, values, version=version, by=by, at=at)


KIND = PanelActions()
change, note, close, reopen = KIND.change, KIND.note, KIND.close, KIND.reopen
draft_key, page_of = KIND.draft_key, KIND.page_of


def add(item: PanelItem, values: dict[str, Any], *, by, at: datetime | None = None) -> PanelAction:
    """A new action about an item; the same form sent twice makes one. Raises ActRefused where minutes are agreed."""
    with transaction.atomic():
        current = panels.locked_item(item, PanelAct.WRITE)
        given = {"owner": None, "owner_name": "", "owner_agency": "", "due": None} | values
        key = panels.item_draft_key(current, "action:new")
        return KIND.add(given, belongs={"item": current}, draft=key, by=by, at=at)


def may_work_on(user, action: PanelAction) -> bool:
    """Whether this person may note how it goes and say how it ended: it is theirs, or they record the panel."""
    return action.owner_id == user.pk or can(user, Permission.PANEL_HOLD)


def remind_of_panels(at: datetime) -> int:
    """Tell owners here what is due soon or overdue; how many were told."""
    rows = PanelAction.objects.open().select_related("item__panel")
    return remind_owners(
        rows,
        start=KIND.name,
        page="contexts:panel-action",
        words=lambda action: f"Your action of {panels.label(action.item.panel)}",
        at=at,
    )
