"""A round: what it is, its end, and what the list of rounds may be narrowed by."""

from typing import Any

from django import forms

from accounts.models import User
from accounts.permissions import Permission
from consultations.forms.common import LONG_TEXT, sensible, with_team
from core.forms import Checkboxes, DateField, GovukForm

from ..choices import ReviewState
from ..models import Review


class LeadField(forms.ModelChoiceField):
    """One of the people who keep system reviews, or nobody yet."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(User.objects.none(), required=False, empty_label="Nobody yet", **kwargs)

    def label_from_instance(self, person: User) -> str:
        return with_team(person)


class RoundForm(GovukForm):
    """The area and day of a round, who leads it, and when the next one is meant to be."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    area = forms.CharField(
        label="What is reviewed?",
        max_length=200,
        help_text="For example, the whole borough, or one locality.",
        error_messages={"required": "Enter what is reviewed"},
    )
    on = DateField(
        label="Date of the review",
        help_text="Timescales in words, such as in three months’ time, are counted from this day.",
        error_messages={"required": "Enter the date of the review"},
    )
    lead = LeadField(label="Who leads the review?", help_text="They get a digest of its actions.")
    next_on = DateField(label="When is the next round?", help_text="Leave empty if it was not agreed.")

    def __init__(self, *args, review: Review | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["next_on"].required = False
        people = User.objects.holding(Permission.REVIEW_WRITE)
        if review is not None:
            for name in ("version", "area", "on", "next_on"):
                self.initial.setdefault(name, getattr(review, name))
            if review.lead_id and not review.lead.is_active:
                self.fields["lead"].help_text = f"{review.lead.name} has left. Choose who leads the review now."
            elif review.lead_id:
                self.initial.setdefault("lead", review.lead_id)
                people = people | User.objects.filter(pk=review.lead_id)
        self.fields["lead"].queryset = people.select_related("team").order_by("name")

    def clean_on(self):
        return sensible("Date of the review", self.cleaned_data["on"])

    def clean(self) -> dict[str, Any]:
        on, next_on = self.cleaned_data.get("on"), self.cleaned_data.get("next_on")
        if on and next_on and next_on <= on:
            self.add_error("next_on", "The next round must be after this one")
        return self.cleaned_data


class CloseRoundForm(GovukForm):
    """Why a round is closed although actions have no lead: asked only where there are some."""

    def __init__(self, *args, unowned: int, **kwargs):
        super().__init__(*args, **kwargs)
        if unowned:
            actions = "1 action has" if unowned == 1 else f"{unowned} actions have"
            self.fields["reason"] = forms.CharField(
                label=f"{actions} no lead. Why is the round closed all the same?",
                max_length=LONG_TEXT,
                widget=forms.Textarea(attrs={"rows": 4}),
                error_messages={"required": "Say why the round is closed all the same, or go back and give a lead"},
            )


class ReasonForm(GovukForm):
    """A reason, asked for in the words that the page gives."""

    reason = forms.CharField(max_length=LONG_TEXT, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args, label: str, empty: str, hint: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label
        self.fields["reason"].help_text = hint
        self.fields["reason"].error_messages["required"] = empty


class RoundFilter(GovukForm):
    """What the list of rounds may be narrowed by. It lives in the URL; what is unknown there is left out."""

    mark_optional = False

    state = forms.MultipleChoiceField(
        label="Status", required=False, choices=ReviewState.choices, widget=Checkboxes(small=True)
    )
    earlier = forms.BooleanField(label="Show earlier rounds too", required=False)
    q = forms.CharField(label="Area", required=False, max_length=200)

    def chosen(self) -> dict[str, Any]:
        """Whatever of the filter is valid and not empty."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def narrow(self, rounds):
        """`rounds` narrowed by whatever of the filter is valid."""
        chosen = self.chosen()
        if chosen.get("state"):
            rounds = rounds.filter(state__in=chosen["state"])
        if not chosen.get("earlier"):
            rounds = rounds.latest()
        if words := chosen.get("q"):
            rounds = rounds.filter(area__icontains=words)
        return rounds
