"""What the chronology of a context and the list of who viewed it may be narrowed by. Both live in the URL."""

from django import forms

from consultations.forms.chronology import ChronologyFilter, ViewsFilter
from core.forms import Checkboxes

from ..chronology import Chosen
from ..chronology.acts import Kind

__all__ = ["ContextChronologyFilter", "ViewsFilter"]


class ContextChronologyFilter(ChronologyFilter):
    """Kinds of things that happened to a context, by whom, when, and which end comes first."""

    kinds = forms.MultipleChoiceField(label="What", required=False, choices=Kind.choices, widget=Checkboxes(small=True))

    def chosen(self) -> Chosen:
        return Chosen(**vars(super().chosen()))
