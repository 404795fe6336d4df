"""What a chronology and the list of who viewed a record may be narrowed by. Both live in the URL."""

from django import forms

from core.forms import Checkboxes, DateField, GovukForm

from ..act_words import Kind
from ..chronology import Chosen


class _Period(GovukForm):
    """One person, and a period of days. What is not valid is left out of account."""

    mark_optional = False

    person = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label="Person")
    day_from = DateField(label="From", required=False)
    day_to = DateField(label="To", required=False)

    def __init__(self, *args, people: list[tuple[int, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", "Everybody"), *((str(pk), name) for pk, name in people)]

    def clean(self) -> dict:
        first, last = self.cleaned_data.get("day_from"), self.cleaned_data.get("day_to")
        if first and last and first > last:
            self.add_error("day_to", "The end of the period must be on or after its beginning")
        return self.cleaned_data


class ChronologyFilter(_Period):
    """Kinds of things that happened, and which end comes first."""

    kinds = forms.MultipleChoiceField(label="What", required=False, choices=Kind.choices, widget=Checkboxes(small=True))
    order = forms.ChoiceField(
        label="Order", required=False, choices=[("", "Latest first"), ("first", "Earliest first")], widget=forms.Select
    )

    field_order = ["kinds", "person", "order", "day_from", "day_to"]

    def chosen(self) -> Chosen:
        """Whatever of the filter is valid."""
        self.is_valid()
        found = self.cleaned_data
        return Chosen(
            kinds=tuple(found.get("kinds") or ()),
            person=found.get("person"),
            first=found.get("day_from"),
            last=found.get("day_to"),
            oldest_first=found.get("order") == "first",
        )


class ViewsFilter(_Period):
    """Who did it, and whether they saw, copied or were refused."""

    WHAT = [
        ("", "Everything"),
        ("viewed", "Viewed"),
        ("copied", "Printed, downloaded or sent out"),
        ("refused", "Refused"),
    ]

    what = forms.ChoiceField(label="What", required=False, choices=WHAT, widget=forms.Select)

    field_order = ["person", "what", "day_from", "day_to"]
