"""What the history of a round may be narrowed by. It lives in the URL; what is unknown there is left out."""

from typing import Any

from django import forms

from core.forms import Checkboxes, GovukForm

from ..history import Kind


class HistoryFilter(GovukForm):
    """Kinds of things that happened; all of them where none is ticked."""

    mark_optional = False

    kind = forms.MultipleChoiceField(
        label="What happened", required=False, choices=Kind.choices, widget=Checkboxes(small=True)
    )

    def chosen(self) -> dict[str, Any]:
        """Whatever of the filter is valid and not empty."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
