"""Deciding about a referral."""

from datetime import date

from django import forms

from core.forms import DateField, GovukForm, RadioSelect

from .common import sensible


class ScreeningForm(GovukForm):
    """Toolkit step 3: one of three decisions, each with its reason."""

    ACCEPT, SIGNPOST, WITHDRAW = "accept", "signpost", "withdraw"

    decision = forms.ChoiceField(
        label="What is your decision?",
        choices=[
            (ACCEPT, "Suitable: plan a consultation"),
            (SIGNPOST, "Not suitable: signpost elsewhere"),
            (WITHDRAW, "Withdrawn"),
        ],
        widget=RadioSelect(
            hints={
                ACCEPT: "Extra-familial risk, or risk at home that aggravates harm outside it.",
                SIGNPOST: "Another forum, agency or procedure fits better.",
                WITHDRAW: "The referrer no longer wants it, or it should not have been made.",
            }
        ),
        error_messages={"required": "Select your decision"},
    )
    planned_for = DateField(label="Date of the consultation", required=False, help_text="For example, 27 11 2026.")
    attending = forms.CharField(
        label="Who will come",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Optional. It becomes “Practitioners present” on the consultation form.",
    )
    signposted_to = forms.CharField(label="Signposted to", required=False, max_length=300)
    reason = forms.CharField(
        label="Why?",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Kept with the referral. The referrer can read it.",
        error_messages={"required": "Enter the reason for your decision"},
    )

    reveals = {"decision": {ACCEPT: ("planned_for", "attending"), SIGNPOST: "signposted_to"}}

    def clean_planned_for(self) -> date | None:
        return sensible("Date of the consultation", self.cleaned_data["planned_for"])

    def clean(self) -> dict:
        decision = self.cleaned_data.get("decision")
        if decision == self.ACCEPT:
            self.need("planned_for", "Enter the date of the consultation")
        if decision == self.SIGNPOST:
            self.need("signposted_to", "Enter the forum, agency or procedure that you signpost to")
        return self.cleaned_data
