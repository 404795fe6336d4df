"""What the templates about referrals need."""

from django import template
from django.conf import settings
from django.urls import reverse

from accounts.permissions import Permission, can

from ..models import Referral
from ..presenters import STATE_COLOURS

register = template.Library()


@register.filter
def of_section(panels: dict[str, dict], key: str) -> dict | None:
    """The panel of the section `key`, None where it has none."""
    return panels.get(key)


@register.filter
def state_colour(referral: Referral) -> str:
    """The colour of the tag that shows this referral's state."""
    return STATE_COLOURS[referral.state]


@register.simple_tag
def referral_headings(sortable: bool = False) -> list[dict]:
    """The headings of a table of referrals; `sortable` ones carry the key that the list sorts by."""
    labels = {
        "reference": "Reference",
        "name": f"Young person and {settings.CASE_NUMBER_NAME}",
        "referrer": "Referrer",
        "received": "Received",
        "status": "Status",
        "allocated": "Allocated to",
    }
    return [{"label": label} | ({"key": key} if sortable else {}) for key, label in labels.items()]


@register.simple_tag(takes_context=True)
def may_restrict(context: template.Context) -> bool:
    """Whether the reader manages who may see restricted referrals."""
    return can(context["request"].user, Permission.REFERRAL_RESTRICT)


@register.simple_tag(takes_context=True)
def may_see_views(context: template.Context) -> bool:
    """Whether the reader may know who viewed a record."""
    return can(context["request"].user, Permission.REFERRAL_VIEWS_SEE)


@register.simple_tag(takes_context=True)
def may_merge(context: template.Context) -> bool:
    """Whether the reader decides which young people stand here twice."""
    return can(context["request"].user, Permission.YOUNG_PEOPLE_MERGE)


@register.simple_tag
def referral_lists(current: str) -> list[dict]:
    """The lists that belong to referrals, for `components/sub_navigation.html`; `current` is the route of this one."""
    labels = {"referrals": "Referrals", "actions": "Actions", "feedback-list": "Feedback", "forms": "Forms to print"}
    return [
        {"label": label, "url": reverse(f"consultations:{route}"), "current": route == current}
        for route, label in labels.items()
    ]
