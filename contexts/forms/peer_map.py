"""What the peer map may be narrowed by. It lives in the URL."""

from typing import Any

from django import forms

from core.forms import Checkboxes, GovukForm

from ..choices import TieNature


class PeerMapFilter(GovukForm):
    """Links that faded or not, and what connects people."""

    mark_optional = False

    show = forms.ChoiceField(
        label="Links", required=False, choices=[("", "All that stand"), ("current", "Only those that count today")]
    )
    nature = forms.MultipleChoiceField(
        label="What connects them", required=False, choices=TieNature.choices, widget=Checkboxes(small=True)
    )

    def chosen(self) -> dict[str, Any]:
        """Whatever of the filter is valid and not empty."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def asked(self) -> dict[str, Any]:
        """As `peer_map.drawn` takes it."""
        chosen = self.chosen()
        return {"all_of_them": chosen.get("show") != "current", "natures": list(chosen.get("nature", []))}
