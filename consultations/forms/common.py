"""What the forms of referrals and consultations share."""

from datetime import date

from django import forms
from django.utils import timezone

EARLIEST = date(1990, 1, 1)


def not_in_future(field: str, value: date | None) -> date | None:
    """`value`; raises a ValidationError where it lies after today (London)."""
    if value and value > timezone.localdate():
        raise forms.ValidationError(f"{field} must be today or in the past")
    return value


def sensible(field: str, value: date | None) -> date | None:
    """`value`; raises a ValidationError for a year that can only be a slip."""
    if value and value < EARLIEST:
        raise forms.ValidationError(f"{field} must be after 1 January {EARLIEST.year}")
    return value
