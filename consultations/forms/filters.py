"""What lists may be narrowed by."""

from django import forms

from core.forms import Checkboxes, GovukForm

from ..choices import ReferralState


class ReferralFilter(GovukForm):
    """What the list of referrals may be narrowed by; anything unknown in the URL is left out of account."""

    mark_optional = False

    state = forms.MultipleChoiceField(
        label="Status",
        required=False,
        choices=ReferralState.choices,
        widget=Checkboxes(small=True),
    )
    mine = forms.BooleanField(label="Only referrals that I made", required=False)

    def narrow(self, referrals, user):
        """`referrals` narrowed by whatever of the filter is valid."""
        self.is_valid()
        if states := self.cleaned_data.get("state"):
            referrals = referrals.filter(state__in=states)
        if self.cleaned_data.get("mine"):
            referrals = referrals.filter(made_by=user)
        return referrals
