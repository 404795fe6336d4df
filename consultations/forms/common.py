"""What the forms of referrals and consultations share."""

from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User

EARLIEST = date(1990, 1, 1)
# A year and a day: whoever plans further ahead has mistyped the year.
FURTHEST = timedelta(days=366)
# Far above what is pasted from Word, so that everything is kept whole; a bound against floods.
LONG_TEXT = 100_000


class ClockField(forms.TimeField):
    """A time of day in one box, as people write it: 14:30, 14.30, 2.30pm or 2pm."""

    widget = forms.TextInput(attrs={"class": "govuk-input--width-5", "autocomplete": "off"})
    default_error_messages = {"invalid": "Enter a time, like 14:30"}

    def __init__(self, **kwargs: Any) -> None:
        formats = ["%H:%M", "%H.%M", "%I:%M%p", "%I.%M%p", "%I%p", "%H:%M:%S"]
        super().__init__(input_formats=formats, **kwargs)

    def to_python(self, value: Any) -> time | None:
        """The time in `value`, however it is spaced. Raises ValidationError for anything else, and for the night."""
        found = super().to_python("".join(value.split()).lower() if isinstance(value, str) else value)
        if found and not time(7) <= found <= time(21):  # 2:30 is half past two in the afternoon, badly written
            raise forms.ValidationError(f"{self.label} must be between 7am and 9pm, like 14:30 or 2.30pm")
        return found

    def prepare_value(self, value: Any) -> Any:
        """A stored time without its seconds."""
        return f"{value:%H:%M}" if isinstance(value, time) else value


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


def meeting_day(value: date | None, *, received_on: date) -> date | None:
    """The day of a consultation; raises a ValidationError before the referral was received, or far ahead.

    A day in the past is taken: the meeting may be written up afterwards. The page says so then.
    """
    if value and value < received_on:
        received = date_format(received_on, "DATE_FORMAT")
        raise forms.ValidationError(
            f"Date of the consultation must be on or after {received}, when the referral was received"
        )
    if value and value > timezone.localdate() + FURTHEST:
        raise forms.ValidationError("Date of the consultation must be within a year from today")
    return value


def with_team(user: User) -> str:
    """A person as a list names them: with the team, as two may have one name."""
    return f"{user.name} ({user.team})" if user.team_id else user.name
