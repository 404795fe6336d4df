"""What lists may be narrowed by."""

from typing import Any

from django import forms
from django.db.models import Case, F, Q, When

from accounts.models import Team, User
from accounts.permissions import Permission, can
from core.forms import Checkboxes, GovukForm

from ..choices import ReferralState
from .common import with_team

ANYBODY, ME, NOBODY = "", "me", "nobody"
NEWEST_FIRST = "-received"
# The columns that the list can be sorted by, each with what it sorts by; the reference settles the rest.
SORTS = {
    "reference": "reference",
    "name": "name",
    "referrer": "referrer_name",
    "received": "received_on",
    "status": "step",
    "allocated": "allocated_to__name",
}


class ReferralFilter(GovukForm):
    """What the list of referrals may be narrowed by; anything unknown in the URL is left out of account.

    Teams and allocation are for who sees the referrals of every team.
    """

    mark_optional = False

    state = forms.MultipleChoiceField(
        label="Status",
        required=False,
        choices=ReferralState.choices,
        widget=Checkboxes(small=True),
    )
    allocated = forms.ChoiceField(label="Allocated to", required=False)
    team = forms.ModelChoiceField(
        Team.objects.order_by("name"), label="Team that refers", required=False, empty_label="All teams"
    )
    mine = forms.BooleanField(label="Only referrals that I made, or that were made on my behalf", required=False)

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = person
        if not can(person, Permission.REFERRAL_SEE_ALL):
            del self.fields["allocated"], self.fields["team"]
            return
        people = User.objects.holding(Permission.REFERRAL_SCREEN).exclude(pk=person.pk).select_related("team")
        self.fields["allocated"].choices = [
            (ANYBODY, "Anybody or nobody"),
            *([(ME, "Me")] if can(person, Permission.REFERRAL_SCREEN) else []),
            (NOBODY, "Nobody"),
            *[(str(other.pk), with_team(other)) for other in people],
        ]

    def chosen(self) -> dict[str, Any]:
        """Whatever of the filter is valid and not empty."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def narrow(self, referrals):
        """`referrals` narrowed by whatever of the filter is valid."""
        chosen = self.chosen()
        if states := chosen.get("state"):
            referrals = referrals.filter(state__in=states)
        if team := chosen.get("team"):
            referrals = referrals.filter(team=team)
        if chosen.get("mine"):
            referrals = referrals.filter(Q(made_by=self.person, imported=False) | Q(referrer=self.person))
        if allocated := chosen.get("allocated"):
            whose = {ME: self.person.pk, NOBODY: None}.get(allocated, allocated)
            referrals = referrals.filter(allocated_to=whose)
        return referrals


def sort_from(query) -> str:
    """The order that the URL asks for; newest first where it asks for none that there is."""
    asked = query.get("sort", "")
    return asked if asked.removeprefix("-") in SORTS else NEWEST_FIRST


def in_order(referrals, sort: str):
    """`referrals` sorted by one of SORTS, "-" before it for descending; what is empty comes last."""
    if sort.removeprefix("-") == "status":
        step = Case(*[When(state=state, then=number) for number, state in enumerate(ReferralState.values)])
        referrals = referrals.annotate(step=step)
    column = F(SORTS[sort.removeprefix("-")])
    first = column.desc(nulls_last=True) if sort.startswith("-") else column.asc(nulls_last=True)
    return referrals.order_by(first, F("reference").desc(nulls_first=True), "-created_at")
