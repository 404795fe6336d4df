"""A link for people outside the council."""

import uuid
from datetime import date

from django import forms
from django.utils import timezone
from django.utils.formats import date_format

from consultations.forms.common import LONG_TEXT
from core.forms import DateField, GovukForm

from ..services.partner_links import latest_end


class PartnerLinkForm(GovukForm):
    """For whom the link is, until when it opens, whether it shows who leads actions."""

    once = forms.UUIDField(widget=forms.HiddenInput)
    label = forms.CharField(
        label="Who is the link for?",
        max_length=200,
        help_text="For example, the community safety partnership. They do not see this.",
        error_messages={"required": "Enter who the link is for"},
    )
    expires_on = DateField(
        label="Until when does it open?",
        help_text="The last day, at most a year from today.",
        error_messages={"required": "Enter until when the link opens"},
    )
    shows_leads = forms.BooleanField(
        label="Show who leads each action",
        required=False,
        help_text="The names of staff here and of people elsewhere. Leave it empty unless they know of it.",
    )

    def __init__(self, *args, unsure: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("once", uuid.uuid4())
        if unsure:
            self.fields["because"] = forms.CharField(
                label="Why is none of the words that were found a young person’s name?",
                max_length=LONG_TEXT,
                widget=forms.Textarea(attrs={"rows": 3}),
                help_text="The page that the link opens leaves these words out all the same.",
                error_messages={"required": "Say why none of them is a young person’s name, or write without them"},
            )

    def clean_expires_on(self) -> date:
        wanted, today = self.cleaned_data["expires_on"], timezone.localdate()
        if wanted < today:
            raise forms.ValidationError("The last day must be today or in the future")
        if wanted > (last := latest_end(today)):
            raise forms.ValidationError(f"The last day must be {date_format(last, 'DATE_FORMAT')} or before")
        return wanted
