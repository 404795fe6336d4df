"""What the templates of contexts need."""

import json
from typing import Any

from django import template
from django.urls import reverse
from django.utils.formats import date_format

from accounts import sections
from accounts.permissions import Permission, can
from consultations.models import YoungPerson

from ..choices import WORKED_ON, ContextAct
from ..kinds import kind_of
from ..models import Context
from ..of_young_person import LinkedContexts, of_young_person
from ..pattern_overview import of_referral
from ..presenters import STATE_COLOURS
from ..sections import SECTIONS, tabs_for
from ..workflow import CONTEXT

register = template.Library()


@register.filter
def context_colour(context: Context) -> str:
    """The colour of the tag that shows this context's state."""
    return STATE_COLOURS[context.state]


@register.filter
def place_label(context: Context) -> str:
    """What the place of this kind of context is called."""
    return kind_of(context.kind).place_label


@register.simple_tag(takes_context=True)
def context_sections(context: template.Context) -> list[dict[str, Any]]:
    """The tabs above the lists of contexts, for components/sub_navigation.html; none where there is only one."""
    return sections.drawn(context["request"], SECTIONS)


@register.simple_tag(takes_context=True)
def context_tabs(context: template.Context, found: Context) -> list[dict[str, Any]]:
    """The pages of one context, for components/sub_navigation.html; none while there is only one."""
    tabs = tabs_for(found)
    if len(tabs) < 2:
        return []
    after = context["request"].path.removeprefix(found.get_absolute_url()).split("/")[0]
    current = next((tab for tab in tabs if tab.word and tab.word == after), tabs[0])
    return [
        {"label": tab.label, "url": reverse(tab.url_name, args=[found.pk]), "current": tab is current} for tab in tabs
    ]


@register.filter
def why_nothing_is_added(context: Context) -> str:
    """Why nobody can add to the casework of this context now; "" where those who work on it can."""
    return "" if context.state in WORKED_ON else CONTEXT[ContextAct.WORK].refusal(context.state)


@register.simple_tag
def context_headings() -> list[dict]:
    """The headings of the list of contexts, each with the key that it is sorted by."""
    labels = {"reference": "Reference", "name": "Context", "kind": "Kind", "received": "First referred", "": "Status"}
    shown = [{"label": label} | ({"key": key} if key else {}) for key, label in labels.items()]
    return [*shown, {"label": "Referrals", "numeric": True}, {"label": "Lead"}, {"label": "Review", "key": "review"}]


@register.simple_tag(takes_context=True)
def contexts_of(context: template.Context, person: YoungPerson) -> LinkedContexts:
    """Where this young person is linked, as far as the reader may see it."""
    return of_young_person(context["request"].user, person)


@register.filter
def as_json(value: Any) -> str:
    """`value` as JSON, for an attribute that a script reads; the template escapes it."""
    return json.dumps(value)


@register.simple_tag
def person_headings(may_work: bool) -> list[dict]:
    """The headings of a table of linked people; with a column for what may be done."""
    return _headings("Who", "How they belong to it", "Known from", "Look at again", "Why it is known", acts=may_work)


@register.simple_tag
def tie_headings(may_work: bool) -> list[dict]:
    """The headings of a table of what connects people; with a column for what may be done."""
    return _headings("Who", "What connects them", "Known from", "Look at again", "Why it is known", acts=may_work)


@register.simple_tag
def pattern_headings() -> list[dict]:
    """The headings of the table of names that several referrals give."""
    found = [{"label": "Name"}, {"label": "Referrals", "numeric": True}, {"label": "First"}, {"label": "Last"}]
    return [*found, {"label": "What you can do", "hidden": True, "on_screen": True}]


@register.simple_tag
def month_headings(months: list) -> list[dict]:
    """The headings of the table of referrals by month."""
    shown = [{"label": date_format(month, "M Y"), "numeric": True} for month in months]
    return [{"label": "Context"}, *shown, {"label": "In all", "numeric": True}]


@register.simple_tag(takes_context=True)
def named_in(context: template.Context, referral) -> list[dict]:
    """What a referral names, with the contexts that are meant, as far as the reader may see them."""
    return of_referral(referral, context["request"].user)


@register.simple_tag(takes_context=True)
def may_say(context: template.Context) -> bool:
    """Whether the reader may say which context a referral means."""
    return can(context["request"].user, Permission.PATTERNS_DECIDE)


def _headings(*labels: str, acts: bool) -> list[dict]:
    found = [{"label": label} for label in labels]
    return [*found, {"label": "What you can do", "hidden": True, "on_screen": True}] if acts else found
