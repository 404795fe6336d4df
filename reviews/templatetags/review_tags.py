"""What the templates of system reviews need."""

from typing import Any

from django import template
from django.urls import reverse

from accounts import sections

from .. import presenters
from ..models import Review, ReviewAction
from ..sections import SECTIONS, tabs_for

register = template.Library()


@register.filter
def by_when(action: ReviewAction) -> str:
    """The timescale and date of an action, in words."""
    return presenters.by_when(action)


@register.simple_tag(takes_context=True)
def review_sections(context: template.Context) -> list[dict[str, Any]]:
    """The tabs above the lists of reviews, for components/sub_navigation.html; none where there is only one."""
    return sections.drawn(context["request"], SECTIONS)


@register.simple_tag(takes_context=True)
def review_tabs(context: template.Context, review: Review) -> list[dict[str, Any]]:
    """The pages of one round, for components/sub_navigation.html."""
    tabs = tabs_for(review)
    after = context["request"].path.removeprefix(review.get_absolute_url())
    current = next((tab for tab in tabs if tab.path and after.startswith(tab.path)), tabs[0])
    return [
        {"label": tab.label, "url": reverse(tab.url_name, args=[review.pk, *tab.more]), "current": tab is current}
        for tab in tabs
    ]
