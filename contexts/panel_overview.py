"""What the page of a context and the home pages show of the panel."""

from datetime import date

from django.utils.formats import date_format

from accounts.permissions import Permission, can

from .choices import PanelState
from .models import Context, Panel, PanelAction
from .overview import Part
from .panel_sight import of_context
from .services.panel_actions import page_of
from .sight import Sight
from .waiting import Waiting


def part(context: Context, user, sight: Sight) -> Part | None:
    """What panels decided about this context; None before there is anything, for who records no panels."""
    found = of_context(user, context)
    may_hold = can(user, Permission.PANEL_HOLD)
    if not found and not may_hold:
        return None
    data = {"items_shown": found, "may_hold": may_hold, "reference": context.reference}
    return Part("Panel", "contexts/_panel_part.html", data)


def my_actions(user, today: date) -> Waiting | None:
    """Actions of panels that are this person's to do, overdue ones first. Their words are on their own pages."""
    if not can(user, Permission.ACTION_UPDATE_OWN):
        return None
    rows = PanelAction.objects.open().of_owner(user).select_related("item__panel")

    def line(found: PanelAction) -> tuple[str, str, str, str]:
        note = f"By {date_format(found.due, 'DATE_FORMAT')}" if found.due else "No date"
        words = f"Action of the panel on {date_format(found.item.panel.on, 'DATE_FORMAT')}"
        return words, page_of(found), note, "Overdue" if found.is_overdue else ""

    return Waiting("Your actions of the panel", rows.order_by("due", "created_at"), line)


def to_record(user, today: date) -> Waiting | None:
    """Panels whose day has passed and that nobody has recorded as held."""
    if not can(user, Permission.PANEL_HOLD):
        return None
    rows = Panel.objects.visible_to(user).filter(state=PanelState.PLANNED, on__lt=today)

    def line(found: Panel) -> tuple[str, str, str, str]:
        words = f"Panel on {date_format(found.on, 'DATE_FORMAT')}"
        return words, found.get_absolute_url(), "", "Not recorded yet"

    return Waiting("Panels to record", rows.order_by("on"), line)
