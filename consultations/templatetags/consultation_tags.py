"""What the templates about referrals need."""

from django import template
from django.conf import settings

from ..models import Referral
from ..presenters import STATE_COLOURS

register = template.Library()


@register.filter
def state_colour(referral: Referral) -> str:
    """The colour of the tag that shows this referral's state."""
    return STATE_COLOURS[referral.state]


@register.simple_tag
def referral_headings() -> list[dict]:
    """The headings of a table of referrals."""
    labels = ["Reference", f"Young person and {settings.CASE_NUMBER_NAME}", "Referrer", "Received", "Status"]
    return [{"label": label} for label in labels]
