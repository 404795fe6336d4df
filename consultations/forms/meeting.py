"""The consultation itself."""

from datetime import date

from django import forms

from core.forms import DateField, GovukForm

from .common import not_in_future


class HeldForm(GovukForm):
    """When the consultation took place."""

    held_on = DateField(
        label="When was the consultation held?",
        help_text="For example, 27 11 2026.",
        error_messages={"required": "Enter the date the consultation was held"},
    )

    def __init__(self, *args, received_on: date, **kwargs):
        self.received_on = received_on
        super().__init__(*args, **kwargs)

    def clean_held_on(self) -> date | None:
        value = not_in_future("The date of the consultation", self.cleaned_data["held_on"])
        if value and value < self.received_on:
            raise forms.ValidationError("The date of the consultation must be on or after the day the referral arrived")
        return value
