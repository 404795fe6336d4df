"""The data entry form, and what the tracker may be filtered by."""

from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format

from accounts.models import Agency, Team
from consultations.choices import ReferralState
from core.forms import Checkboxes, DateField, GovukForm, RadioSelect
from core.models import FormSection
from core.models.lists import FormName

from .choices import OUTCOMES, PrimaryConcern
from .models import Theme


class DataEntryForm(GovukForm):
    """The toolkit's data entry form. A referral without a consultation fills in a short one, without the journey."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    how_long_known = forms.CharField(required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}))
    previous_referrals = forms.CharField(required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}))
    primary_concern = forms.ChoiceField(
        label="Primary Concern",
        choices=PrimaryConcern.choices,
        widget=RadioSelect,
        help_text="Select ONE only.",
        error_messages={"required": "Select the primary concern"},
    )
    detail = forms.CharField(label="Detail (e.g. name of school, gang, location etc)", required=False, max_length=500)
    themes = forms.ModelMultipleChoiceField(
        Theme.objects.none(),
        label="THEMES IDENTIFIED",
        required=False,
        widget=Checkboxes,
        help_text="Select all that were identified.",
    )
    other_theme = forms.CharField(label="State the other theme", required=False, max_length=300)

    def __init__(self, *args, entry=None, short: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        themes = list(Theme.objects.in_use())
        if entry is not None:
            themes += [theme for theme in entry.themes.all() if not theme.active]
        self.fields["themes"].queryset = Theme.objects.filter(pk__in=[theme.pk for theme in themes])
        others = [str(theme.pk) for theme in themes if theme.needs_text]
        self.reveals = {"themes": dict.fromkeys(others[:1], "other_theme")}
        prompts = FormSection.objects.of(FormName.DATA_ENTRY).first()
        words = prompts.prompt_texts() if prompts else []
        for name, label in zip(["how_long_known", "previous_referrals"], words, strict=False):
            self.fields[name].label = label
        if short:
            del self.fields["how_long_known"], self.fields["previous_referrals"]
        if entry is not None:
            for name in ("version", "how_long_known", "previous_referrals", "primary_concern", "detail", "other_theme"):
                self.initial.setdefault(name, getattr(entry, name))
            self.initial.setdefault("themes", [theme.pk for theme in entry.themes.all()])

    def clean(self) -> dict[str, Any]:
        chosen = self.cleaned_data.get("themes")
        if chosen is not None and any(theme.needs_text for theme in chosen):
            self.need("other_theme", "Enter what the other theme is")
        elif chosen is not None:
            self.cleaned_data["other_theme"] = ""
        return self.cleaned_data


class TrackerFilter(GovukForm):
    """What the tracker may be narrowed by. It lives in the URL; what is unknown there is left out of account."""

    mark_optional = False

    received_from = DateField(label="Received from", required=False)
    received_to = DateField(label="Received to", required=False)
    state = forms.MultipleChoiceField(label="Outcome", required=False, choices=OUTCOMES, widget=Checkboxes(small=True))
    concern = forms.MultipleChoiceField(
        label="Primary Concern", required=False, choices=PrimaryConcern.choices, widget=Checkboxes(small=True)
    )
    team = forms.ModelChoiceField(Team.objects.all(), required=False, empty_label="All teams")
    agency = forms.ModelChoiceField(Agency.objects.all(), required=False, empty_label="All agencies")
    themes = forms.ModelMultipleChoiceField(
        Theme.objects.all(), label="Themes", required=False, widget=Checkboxes(small=True)
    )
    match = forms.ChoiceField(
        label="Match",
        required=False,
        choices=[("any", "Any of these themes"), ("all", "All of these themes")],
        widget=RadioSelect(small=True, inline=True),
        initial="any",
    )
    q = forms.CharField(
        label="Words",
        required=False,
        max_length=200,
        help_text="In the reference, case number, referrer, team or detail.",
    )
    entry = forms.ChoiceField(
        label="Data entry form",
        required=False,
        choices=[("", "All"), ("due", "Still to be completed"), ("done", "Completed")],
        widget=forms.Select,
    )

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("received_from"), self.cleaned_data.get("received_to")
        if first and last and first > last:
            self.add_error("received_to", "The end of the period must be on or after its beginning")
        return self.cleaned_data

    def chosen(self) -> dict[str, Any]:
        """Whatever of the filter is valid and not empty."""
        self.is_valid()
        found = {}
        for name, value in self.cleaned_data.items():
            if hasattr(value, "values_list"):
                value = list(value)
            if value not in (None, "", []):
                found[name] = value
        return found

    def words(self) -> dict[str, str]:
        """The chosen filter as people read it: {label: value}."""
        found = {}
        for name, value in self.chosen().items():
            field = self.fields[name]
            labels = {} if isinstance(field, forms.ModelChoiceField) else dict(getattr(field, "choices", ()))
            values = value if isinstance(value, list) else [value]
            found[str(field.label or name.capitalize())] = ", ".join(self._word(labels.get(one, one)) for one in values)
        return found

    @staticmethod
    def _word(value: Any) -> str:
        return date_format(value, "DATE_FORMAT") if isinstance(value, date) else str(value)


# In which states the data entry form is due.
ENTRY_DUE_IN = [ReferralState.HELD, ReferralState.SIGNPOSTED, ReferralState.WITHDRAWN]
