"""What the page of a referral shows of the panel."""

from typing import Any

from django import template

from accounts.permissions import Permission, can
from consultations.models import Referral

from ..panel_sight import of_referral

register = template.Library()


@register.simple_tag(takes_context=True)
def panel_of(context: template.Context, referral: Referral) -> dict[str, Any] | None:
    """What panels said of this referral; None where there is nothing to say, and nothing for this reader to do."""
    user = context["request"].user
    found = of_referral(user, referral)
    may_hold = bool(referral.reference) and can(user, Permission.PANEL_HOLD)
    if not found and not may_hold:
        return None
    return {"items_shown": found, "may_hold": may_hold, "reference": referral.reference}
