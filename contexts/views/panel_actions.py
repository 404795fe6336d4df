"""Actions of panels: agreeing one, its page, and what is done to it."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission, can
from consultations.forms import CloseActionForm, ProgressForm, ReopenActionForm
from consultations.views.action_pages import ActionPages, say
from consultations.views.back import back_to
from core import conflicts, drafts
from core.workflow import ActRefused, EditConflict

from .. import panel_sight, workflow
from ..choices import PanelAct
from ..forms.panel import PanelActionForm
from ..models import PanelAction, PanelItem
from ..services import panel, panel_actions
from .panel_common import allows, item_for, note_item, refusals_show_the_item


@requires(Permission.PANEL_HOLD)
@refusals_show_the_item
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Agree an action about an item."""
    found = item_for(request, pk)
    workflow.PANEL.check(PanelAct.WRITE, found.panel.state)
    key = panel.item_draft_key(found, "action:new")
    page = drafts.open_form(request, key, lambda data: PanelActionForm(data, item=found, user=request.user))
    if request.method == "POST" and page.form.is_valid():
        made = panel_actions.add(found, page.form.values(), by=request.user)
        say(request, "The action is added.", made.due)
        return redirect(found)
    drawn = {"page": page, "item": found, "panel": found.panel, "title": "Add an action", "button": "Save the action"}
    return render(request, "contexts/panel_step.html", drawn)


@require_safe
@requires(Permission.ACTION_UPDATE_OWN)
def action(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One action, for who may see its item, and for its owner, who is shown no more of the panel than this."""
    return _show(request, _action_for(request, pk))


@requires(Permission.PANEL_HOLD)
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change an action that is still open, or hand it over."""
    found = _action_for(request, pk)
    if not _reads(request, found):
        raise PermissionDenied
    if request.method == "GET" and not (found.is_open and _open_minutes(found)):
        return redirect(panel_actions.page_of(found))  # which says how it stands
    page = drafts.open_form(
        request,
        panel_actions.draft_key(found),
        lambda data: PanelActionForm(data, instance=found, item=found.item, user=request.user),
    )
    status = 200
    if request.method == "POST" and page.form.is_valid():
        values = page.form.values()
        try:
            version = page.form.cleaned_data["version"] or 0
            changed = panel_actions.change(found, values, version=version, by=request.user)
        except EditConflict as conflict:
            now = panel_actions.KIND.values_of(conflict.current)
            now["what"] = panel_sight.action_words(request.user, [found])[found.pk](now["what"])
            conflicts.show_on(page.form, conflict, now, conflict.current.version)
            status = 409
        except ActRefused as refused:
            return PAGES.refuse(request, pk, refused, values.get("what", ""))
        else:
            say(request, "The action is changed.", changed.due)
            return redirect(back_to(request, panel_actions.page_of(found)))
    drawn = {
        "page": page, "item": found.item, "panel": found.item.panel, "title": "Change an action",
        "button": "Save the action",
    }  # fmt: skip
    return render(request, "contexts/panel_step.html", drawn, status=status)


@requires(Permission.ACTION_UPDATE_OWN)
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add a note on how an open action is going."""
    return PAGES.form(
        request, pk, "progress", ProgressForm,
        allowed=lambda found: panel_actions.may_work_on(request.user, found),
        do=panel_actions.note, done="Your note is added.", typed="body",
        title="Add a progress note", button="Add the note",
    )  # fmt: skip


@requires(Permission.ACTION_UPDATE_OWN)
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Mark an action as done or dropped."""
    return PAGES.form(
        request, pk, "close", CloseActionForm,
        allowed=lambda found: panel_actions.may_work_on(request.user, found),
        do=panel_actions.close, done="What came of the action is saved.", typed="outcome",
        title="How did the action end?", button="Save how it ended",
    )  # fmt: skip


@requires(Permission.PANEL_HOLD)
def reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open a closed action again, and why."""
    return PAGES.form(
        request, pk, "reopen", ReopenActionForm,
        allowed=lambda found: _reads(request, found), wanted_open=False,
        do=panel_actions.reopen, done="The action is open again.", typed="reason",
        title="Reopen the action", button="Reopen the action",
    )  # fmt: skip


def _action_for(request: HttpRequest, pk: UUID) -> PanelAction:
    """The action with its item; 404 where it does not exist or is not this person's to see."""
    about = ["item__panel", "item__context", "item__referral__young_person"]
    get_object_or_404(PanelAction.objects.visible_to(request.user).values("pk"), pk=pk)
    return PanelAction.objects.select_related("owner", "closed_by", "created_by", *about).get(pk=pk)


def _reads(request: HttpRequest, found: PanelAction) -> bool:
    """Whether this person may see the item, and not only the action that is theirs to do."""
    if not can(request.user, Permission.PANEL_HOLD):
        return False
    return PanelItem.objects.visible_to(request.user).filter(pk=found.item_id).exists()


def _open_minutes(found: PanelAction) -> bool:
    return allows(PanelAct.WRITE, found.item.panel)


def _about(request: HttpRequest, found: PanelAction) -> dict[str, Any]:
    words = panel_sight.action_words(request.user, [found])[found.pk]
    return {"what": words(found.what), "outcome": words(found.outcome), "reads": _reads(request, found)}


def _show(request: HttpRequest, found: PanelAction, *, status: int = 200, **more: str) -> HttpResponse:
    words = panel_sight.action_words(request.user, [found])[found.pk]
    shown = _about(request, found)
    note_item(request, found.item, "panel action")
    works = panel_actions.may_work_on(request.user, found)
    writes = shown["reads"] and _open_minutes(found)
    drawn = {
        "action": found,
        "shown": shown,
        "facts": [
            {"key": "Who", "value": f"{found.who} (has left)" if found.owner_has_left else found.who},
            {"key": "By when", "value": date_format(found.due, "DATE_FORMAT") if found.due else ""},
            {"key": "Agreed", "value": f"{date_format(found.item.panel.on, 'DATE_FORMAT')}, by the panel"},
        ],
        "progress": [
            {"title": "Note", "by": note.by, "at": note.at, "text": words(note.body)}
            for note in found.progress.select_related("by").order_by("-at")
        ],
        "may_work": found.is_open and works,
        "may_change": found.is_open and writes,
        "may_reopen": not found.is_open and shown["reads"],
        **more,
    }
    return render(request, "contexts/panel_action.html", drawn, status=status)


PAGES = ActionPages(
    kind=panel_actions.KIND,
    find=_action_for,
    show=_show,
    about=lambda request, found: {"shown": _about(request, found)},
    note_view=lambda request, found: note_item(request, found.item, "panel action"),
    template="contexts/panel_action_form.html",
)
