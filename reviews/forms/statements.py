"""A statement, its moves, and the overall rating of a part."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from consultations.forms.common import LONG_TEXT
from core.forms import GovukForm, RadioSelect

from ..choices import DOMAIN_WORDS, Domain, Overall, Part, Rating
from ..models import OverallRating, Statement


def _reason(label: str, empty: str) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=LONG_TEXT, widget=forms.Textarea(attrs={"rows": 4}), error_messages={"required": empty}
    )


class StatementForm(GovukForm):
    """A new statement: where it belongs, its rating, its words."""

    part = forms.ChoiceField(
        label="Which part of the system is it about?",
        choices=Part.choices,
        error_messages={"required": "Choose which part it is about"},
    )
    domain = forms.ChoiceField(
        label="Domain",
        choices=Domain.choices,
        widget=RadioSelect(hints=DOMAIN_WORDS),
        error_messages={"required": "Select the domain"},
    )
    rating = forms.ChoiceField(
        label="Traffic light rating",
        choices=Rating.choices,
        widget=RadioSelect(inline=True),
        error_messages={"required": "Select red, amber or green"},
    )
    words = forms.CharField(
        label="What is so now?",
        help_text="Say what the system does or does not do yet. Name no child.",
        max_length=LONG_TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Enter what is so now"},
    )

    def values(self) -> dict[str, Any]:
        """What the services take."""
        part = Part(self.cleaned_data["part"])
        return self.cleaned_data | {"level": part.level, "stage": part.stage}


class MoveForm(GovukForm):
    """Another rating, part or domain for a statement, and why."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    rating = forms.ChoiceField(
        label="Traffic light rating", choices=Rating.choices, widget=RadioSelect(inline=True),
        error_messages={"required": "Select red, amber or green"},
    )  # fmt: skip
    part = forms.ChoiceField(label="Part", choices=Part.choices)
    domain = forms.ChoiceField(label="Domain", choices=Domain.choices)
    reason = _reason("What changed?", "Enter what changed")

    def __init__(self, *args, statement: Statement, wanted: dict[str, str] | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        known = {name: getattr(statement, name) for name in ("version", "rating", "part", "domain")}
        for name, value in (known | (wanted or {})).items():
            self.initial.setdefault(name, value)


class OrderForm(forms.Form):
    """Before or after which other statement of its cell one is put."""

    before = forms.UUIDField(required=False)
    after = forms.UUIDField(required=False)

    def clean(self) -> dict[str, Any]:
        if bool(self.cleaned_data.get("before")) == bool(self.cleaned_data.get("after")):
            raise forms.ValidationError("Say before or after which statement it is put.")
        return self.cleaned_data


def wanted_of(asked: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """What an address says a form is opened for: those of `names` (rating, part, domain) that exist."""
    known = {"rating": Rating.values, "part": Part.values, "domain": Domain.values}
    return {name: asked[name] for name in names if asked.get(name) in known[name]}


def over_draft(draft: QueryDict | None, wanted: dict[str, Any]) -> QueryDict | None:
    """What was typed before, for what is wanted now: a reason begun for another column does not choose that column."""
    if draft is None:
        return None
    data = draft.copy()
    for name, value in wanted.items():
        data[name] = str(value)
    return data


class RateForm(GovukForm):
    """The overall rating of a level and stage, and why."""

    seen = forms.UUIDField(widget=forms.HiddenInput, required=False)
    rating = forms.ChoiceField(
        label="Current overall rating",
        choices=Overall.choices,
        widget=RadioSelect,
        help_text="It is your judgement. It is not counted from the statements.",
        error_messages={"required": "Select the overall rating"},
    )
    reason = _reason("Why is this the rating?", "Enter why this is the rating")

    def __init__(self, *args, current: OverallRating | None, **kwargs):
        super().__init__(*args, **kwargs)
        if current is not None:
            self.initial.setdefault("seen", current.pk)
            self.initial.setdefault("rating", current.rating)
