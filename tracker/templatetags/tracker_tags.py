"""What the templates of the tracker need."""

from typing import Any

from django import template
from django.urls import reverse

from accounts import sections
from accounts.permissions import Permission, can

from ..sections import SECTIONS

register = template.Library()


@register.simple_tag(takes_context=True)
def tracker_sections(context: template.Context) -> list[dict[str, Any]]:
    """The tabs above every page of the tracker, for components/sub_navigation.html; none where there is only one."""
    return sections.drawn(context["request"], SECTIONS)


@register.simple_tag(takes_context=True)
def may_tag(context: template.Context) -> bool:
    """Whether this reader may change the themes of referrals."""
    return can(context["request"].user, Permission.THEMES_TAG)


TRAINING_PAGES = [
    ("Courses", "tracker:training", "/tracker/training/"),
    ("Training need by team", "tracker:training-teams", "/tracker/training/teams/"),
    ("Champions", "tracker:training-champions", "/tracker/training/champions/"),
]


@register.simple_tag(takes_context=True)
def training_pages(context: template.Context) -> list[dict[str, Any]]:
    """The pages of the training register, for components/sub_navigation.html."""
    path = context["request"].path
    inside = max((prefix for _, _, prefix in TRAINING_PAGES if path.startswith(prefix)), key=len, default="")
    return [
        {"label": label, "url": reverse(name), "current": prefix == inside} for label, name, prefix in TRAINING_PAGES
    ]
