"""What the list of contexts may be narrowed by."""

from typing import Any

from django import forms
from django.db.models import F, Q
from django.utils import timezone

from accounts.permissions import Permission, can
from core.forms import Checkboxes, GovukForm

from .. import kinds
from ..choices import OPEN, ContextState
from ..search import named

ANYBODY, ME, NOBODY = "", "me", "nobody"
NEWEST_FIRST = "-received"
SORTS = {
    "reference": ("reference",),
    "name": ("name", "reference"),
    "kind": ("kind", "name"),
    "received": ("received_on", "reference"),
    "review": ("review_on", "reference"),
}


class ContextFilter(GovukForm):
    """Kind, status, lead, review and words; anything unknown in the URL is left out of account."""

    mark_optional = False

    q = forms.CharField(label="Words", required=False, max_length=200, help_text="In the name, place or reference.")
    kind = forms.MultipleChoiceField(label="Kind", required=False, widget=Checkboxes(small=True))
    state = forms.MultipleChoiceField(
        label="Status", required=False, choices=ContextState.choices, widget=Checkboxes(small=True)
    )
    lead = forms.ChoiceField(label="Lead", required=False)
    review = forms.ChoiceField(
        label="Review", required=False, choices=[("", "Any"), ("due", "Due or overdue"), ("none", "No date")]
    )
    open = forms.BooleanField(label="Only open ones", required=False)

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = person
        self.fields["kind"].choices = kinds.choices()
        mine = [(ME, "Me")] if can(person, Permission.CONTEXT_WORK) else []
        self.fields["lead"].choices = [(ANYBODY, "Anybody or nobody"), *mine, (NOBODY, "Nobody")]

    def chosen(self) -> dict[str, Any]:
        """Whatever of the filter is valid and not empty."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def narrow(self, contexts):
        """`contexts` narrowed by whatever of the filter is valid."""
        chosen = self.chosen()
        if chosen.get("kind"):
            contexts = contexts.filter(kind__in=chosen["kind"])
        if chosen.get("state"):
            contexts = contexts.filter(state__in=chosen["state"])
        if chosen.get("open"):
            contexts = contexts.filter(state__in=OPEN)
        if lead := chosen.get("lead"):
            contexts = contexts.filter(lead=self.person if lead == ME else None)
        if review := chosen.get("review"):
            due = Q(review_on__lte=timezone.localdate())
            contexts = contexts.filter(due if review == "due" else Q(review_on=None))
        return named(contexts, chosen["q"], self.person) if "q" in chosen else contexts


def sort_from(query) -> str:
    """The order that the URL asks for; newest first where it asks for none that there is."""
    asked = query.get("sort", "")
    return asked if asked.removeprefix("-") in SORTS else NEWEST_FIRST


def in_order(contexts, sort: str):
    """`contexts` sorted by one of SORTS, "-" before it for descending; what is empty comes last."""
    columns = [F(name) for name in SORTS[sort.removeprefix("-")]]
    down = sort.startswith("-")
    return contexts.order_by(*(c.desc(nulls_last=True) if down else c.asc(nulls_last=True) for c in columns), "pk")
