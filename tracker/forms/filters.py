"""What the tracker may be filtered by."""

from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format

from accounts.models import Agency, Team
from core.forms import Checkboxes, DateField, GovukForm, RadioSelect

from ..choices import OUTCOMES, PrimaryConcern
from ..models import Theme


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
