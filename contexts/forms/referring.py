"""Referring a context: what it is, what the worry is, who says so."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Agency, Team
from consultations.choices import Arrival
from consultations.forms.common import LONG_TEXT, not_in_future, sensible
from core.forms import Checkboxes, DateField, GovukForm, RadioSelect, tidy
from core.models import ListItem
from core.models.lists import ListName

from .. import kinds
from ..called import tell
from ..models import Context, context_key
from ..services import referring


class WorryForm(GovukForm):
    """What somebody tells of a context that is there already."""

    worry = forms.CharField(
        label="What are you worried about?",
        max_length=LONG_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="What happens there, when, and to whom. Leave children’s names out: they are linked afterwards.",
        error_messages={"required": "Enter what you are worried about"},
    )
    why_it_matters = forms.CharField(
        label="Why does it matter now?",
        required=False,
        max_length=LONG_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="For example how many young people it concerns, or what has become worse.",
    )
    strengths = forms.CharField(
        label="What keeps young people safe there?",
        required=False,
        max_length=LONG_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="People who look out for them, places they trust, what already works.",
    )
    harms = forms.ModelMultipleChoiceField(
        ListItem.objects.none(),
        label="Kinds of extra-familial harm",
        required=False,
        widget=Checkboxes(),
        help_text="Select all that apply, as far as you know.",
    )
    referrer_name = forms.CharField(
        label="Who is referring",
        max_length=200,
        error_messages={"required": "Enter who is referring the context"},
    )
    team = forms.ModelChoiceField(Team.objects.none(), label="Team", required=False, empty_label="No team")
    agency = forms.ModelChoiceField(
        Agency.objects.filter(active=True), label="Agency", error_messages={"required": "Select the agency"}
    )
    arrival = forms.ChoiceField(
        label="How it arrived", choices=Arrival.choices, widget=RadioSelect(), initial=Arrival.ONLINE,
        error_messages={"required": "Select how the referral arrived"},
    )  # fmt: skip
    received_on = DateField(label="Date received", error_messages={"required": "Enter the date it was received"})

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = person
        self.fields["harms"].queryset = ListItem.objects.of(ListName.HARM)
        self.fields["team"].queryset = Team.objects.filter(active=True).order_by("name")
        own = {"referrer_name": person.name, "team": person.team_id, "received_on": timezone.localdate()}
        if person.team_id:
            own["agency"] = person.team.agency_id
        for name, value in own.items():
            self.initial.setdefault(name, value)

    def clean_received_on(self) -> date | None:
        return sensible("Date received", not_in_future("Date received", self.cleaned_data["received_on"]))

    def values(self) -> dict[str, Any]:
        """What `referring.refer` takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "which"}


class ReferContextForm(WorryForm):
    """A context that is referred for the first time; where its name is known, the form asks whether it is that one."""

    ANOTHER = "another"

    kind = forms.ChoiceField(
        label="What is it?", widget=RadioSelect(), error_messages={"required": "Select what it is"}
    )
    name = forms.CharField(
        label="Its name",
        max_length=200,
        help_text="As people know it, for example Marlow Road Academy. Name no child in it.",
        error_messages={"required": "Enter its name"},
    )
    place = forms.CharField(
        label="Where it is",
        required=False,
        max_length=300,
        help_text="An address, an area, or which app or site.",
    )
    which = forms.ChoiceField(label="Is it one of these?", required=False, widget=RadioSelect())

    field_order = ("kind", "name", "which", "place")

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, person=person, **kwargs)
        self.fields["kind"].choices = kinds.choices()
        self.fields["kind"].widget.hints = {kind.key: kind.hint for kind in kinds.kinds()}
        self.same = self._same_name()
        if self.same:
            offered = [(str(one.pk), f"Yes: {_described(one)}") for one in self.same]
            self.fields["which"].choices = [*offered, (self.ANOTHER, "No, it is another one")]
        else:
            del self.fields["which"]

    def _same_name(self) -> list[Context]:
        name, worry = (tidy(self.data.get(each, "")) if self.is_bound else "" for each in ("name", "worry"))
        if not context_key(name[:200]) or "\x00" in name + worry:
            return []
        if referring.told_just_now(worry=worry, name=name, by=self.person):
            return []  # the same form sent twice is no second context of that name
        return tell(self.person, referring.same_name(name[:200], by=self.person))

    def clean_name(self) -> str:
        name = tidy(self.cleaned_data["name"])
        if not context_key(name):
            raise forms.ValidationError("Its name must have a letter or a digit in it")
        return name

    def clean(self) -> dict:
        if self.same and not self.cleaned_data.get("which") and "which" not in self.errors:
            self.add_error("which", "Select whether it is one that is here already")
        return self.cleaned_data

    def to(self) -> Context | None:
        """The context that is meant where it is there already, None for a new one."""
        chosen = self.cleaned_data.get("which")
        return next((one for one in self.same if str(one.pk) == chosen), None)

    def values(self) -> dict[str, Any]:
        values = super().values()
        return values if self.to() is None else {n: v for n, v in values.items() if n not in ("kind", "name", "place")}


def _described(context: Context) -> str:
    where = f", {context.shown_place}" if context.place else ""
    return f"{context.shown_name}, {context.kind_label.lower()}{where} ({context.reference})"
