"""Finding the panel, item or action that a page is about, and noting that it was seen."""

from functools import wraps
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from core import audit
from core.middleware import wants_json
from core.workflow import ActRefused

from .. import workflow
from ..models import Panel, PanelItem
from ..services.panel import TEXTS, label
from .common import typed_in


def allows(act: str, found: Panel) -> bool:
    """Whether the state of a panel allows an act."""
    return act in {each.act for each in workflow.PANEL.possible(found.state)}


def panel_for(request: HttpRequest, pk: UUID) -> Panel:
    """The panel; 404 where it does not exist or is not this person's to see."""
    rows = Panel.objects.visible_to(request.user).select_related("made_by", "held_by", "agreed_by")
    return get_object_or_404(rows, pk=pk)


def item_for(request: HttpRequest, pk: UUID) -> PanelItem:
    """The item; 404 where this person may not see the referral or context that it is about."""
    get_object_or_404(PanelItem.objects.visible_to(request.user).values("pk"), pk=pk)
    owners = [f"{name}__updated_by" for name in TEXTS]
    return PanelItem.objects.prefetch_related("panel", "referral", "context", *owners).get(pk=pk)


def note_panel(request: HttpRequest, found: Panel, page: str) -> None:
    """Write into the audit log that this person saw this page of this panel."""
    audit.record("viewed", by=request.user, subject=found, label=label(found), detail={"page": page})


def note_item(request: HttpRequest, found: PanelItem, page: str) -> None:
    """The same of the referral or context that an item is about: it counts as viewing that."""
    about = found.subject
    audit.record("viewed", by=request.user, subject=about, label=about.reference, detail={"page": page})


def refusals_show_the_panel(view):
    """Decorator for views of one panel (`pk`): an act out of order answers 409 with the panel as it stands."""

    @wraps(view)
    def guarded(request: HttpRequest, pk: UUID, *args, **kwargs) -> HttpResponse:
        try:
            return view(request, pk, *args, **kwargs)
        except ActRefused as refusal:
            from .panels import show_panel

            found = panel_for(request, pk)
            return show_panel(request, found, status=409, refusal=refusal.reason, typed=typed_in(request))

    return guarded


def refusals_show_the_item(view):
    """The same for views of one item (`pk`)."""

    @wraps(view)
    def guarded(request: HttpRequest, pk: UUID, *args, **kwargs) -> HttpResponse:
        try:
            return view(request, pk, *args, **kwargs)
        except ActRefused as refusal:
            if wants_json(request):
                raise
            from .panel_items import show_item

            found = item_for(request, pk)
            return show_item(request, found, status=409, refusal=refusal.reason, typed=typed_in(request))

    return guarded
