"""Deciding about a name that several referrals give, and what their list may be narrowed by."""

from typing import Any

from django import forms

from consultations.forms.screening import long_text
from core.forms import GovukForm, RadioSelect, tidy

from .. import kinds
from ..models import Context, context_key


class AcceptForm(GovukForm):
    """Refer it as a context: what it is, what it is called, and why."""

    kind = forms.ChoiceField(
        label="What is it?", widget=RadioSelect(), error_messages={"required": "Select what it is"}
    )
    name = forms.CharField(label="Its name", max_length=200, error_messages={"required": "Enter its name"})
    reason = long_text(
        "What is the worry?",
        "Enter what the worry is",
        help_text="It becomes the referral of the context. Name no child.",
    )

    def __init__(self, *args, there: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds.choices()
        if there:
            del self.fields["kind"], self.fields["name"]

    def clean_name(self) -> str:
        name = tidy(self.cleaned_data["name"])
        if not context_key(name):
            raise forms.ValidationError("Its name must have a letter or a digit in it")
        return name


class MentionForm(GovukForm):
    """Which context a referral means by a name that it gives."""

    NONE, OTHER, RULES = "none", "other", "rules"

    which = forms.ChoiceField(
        label="Which context is meant?", widget=RadioSelect(), error_messages={"required": "Select what is meant"}
    )
    reference = forms.CharField(label="Its reference", required=False, max_length=40)

    reveals = {"which": {OTHER: "reference"}}

    def __init__(self, *args, offered: list, said: bool, reader, **kwargs):
        super().__init__(*args, **kwargs)
        self.offered = {str(one.pk): one for one in offered}
        self.reader, self.context = reader, None
        known = [
            (key, f"{one.shown_name}, {one.kind_label.lower()} ({one.reference})") for key, one in self.offered.items()
        ]
        last = [(self.RULES, "Take back what was said, and go by the name again")] if said else []
        self.fields["which"].choices = [
            *known,
            (self.OTHER, "Another context"),
            (self.NONE, "No context: it is something else"),
            *last,
        ]

    def clean(self) -> dict:
        which = self.cleaned_data.get("which")
        self.context = self.offered.get(which)
        if which == self.OTHER:
            self.need("reference", "Enter the reference of the context")
            if typed := self.cleaned_data.get("reference", "").strip():
                rows = Context.objects.visible_to(self.reader)
                self.context = rows.filter(reference__iexact=typed).first()
                if self.context is None:
                    self.add_error("reference", "No context that you may see has this reference")
        return self.cleaned_data


class PatternFilter(GovukForm):
    """What of the names is shown. It lives in the URL."""

    mark_optional = False

    show = forms.ChoiceField(
        label="Show",
        required=False,
        choices=[("", "What nobody has decided about"), ("dismissed", "What was dismissed"), ("all", "Everything")],
    )
    days = forms.TypedChoiceField(
        label="Referrals received in", required=False, coerce=int, empty_value=None,
        choices=[("", "The period of the settings"), (365, "The last year"), (730, "The last two years")],
    )  # fmt: skip

    def chosen(self) -> dict[str, Any]:
        """Whatever of the filter is valid and not empty."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
