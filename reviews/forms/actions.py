"""An action of a statement, and what the list of actions may be narrowed by."""

from datetime import date
from typing import Any

from django import forms
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Permission
from consultations.forms import ActionForm
from consultations.forms.common import with_team
from core.forms import Checkboxes, tidy

from ..choices import Part
from ..models import ReviewAction, Statement
from ..services.actions import KIND
from ..timescales import counted_from, counted_words


class ReviewActionForm(ActionForm):
    """What is done, who leads it, by when in words or as a date, and to which other parts it refers."""

    NOBODY = "nobody"

    timescale = forms.CharField(
        label="Timescale in words",
        required=False,
        max_length=200,
        help_text="For example, in three months’ time. It is counted from the day of the review.",
    )
    points_to = forms.MultipleChoiceField(
        label="Which other parts of the review does it refer to?",
        required=False,
        choices=Part.choices,
        widget=Checkboxes(small=True),
    )

    class Meta(ActionForm.Meta):
        model = ReviewAction
        fields = ["what", "owner", "owner_name", "owner_agency", "due"]
        widgets = {"what": forms.Textarea(attrs={"rows": 3})}
        labels = ActionForm.Meta.labels | {"due": "By when, as a date"}
        help_texts = {
            "what": "Name no child.",
            "due": "Leave empty if the timescale says it, or if no date was agreed.",
        }

    field_order = [
        "version", "what", "who", "owner", "owner_name", "owner_agency", "timescale", "due", "points_to",
    ]  # fmt: skip
    no_owner, no_owner_name = "Choose who leads it", "Enter the name of the person who leads it"

    def __init__(self, *args, statement: Statement, **kwargs):
        self.statement = statement
        super().__init__(*args, **kwargs)
        who = self.fields["who"]
        who.label, who.choices = "Who leads it?", [*who.choices, (self.NOBODY, "Nobody yet")]
        who.error_messages["required"] = "Select who leads it"
        action = self.instance
        if not action._state.adding:
            if not action.owner_id and not action.owner_name:
                self.initial["who"] = self.NOBODY
            self.initial |= {"timescale": action.timescale, "points_to": action.points_to}
            if action.due_counted:
                self.initial["due"] = None
        self._say_what_is_counted()

    def _say_what_is_counted(self) -> None:
        """Below the words, the day that is counted from what stands there now; scripts say it anew while one types."""
        timescale = self.fields["timescale"]
        timescale.widget.attrs["data-counted"] = reverse("reviews:counted", args=[self.statement.review_id])
        typed = self.data.get(self.add_prefix("timescale")) if self.is_bound else self.initial.get("timescale")
        words = tidy(typed or "")
        if words and len(words) <= timescale.max_length and not (self.is_bound and self._a_date_is_given()):
            said = counted_words(self._counted(words))
            timescale.help_text = f"{timescale.help_text} {said}"
            timescale.widget.attrs["data-said"] = said

    def _a_date_is_given(self) -> bool:
        return any(self.data.get(self.add_prefix(f"due_{part}")) for part in ("day", "month", "year"))

    def _offer_owners(self) -> None:
        super()._offer_owners()
        here = User.objects.holding(Permission.REVIEW_ACTION_UPDATE_OWN)
        if self.instance.owner_id and not self.instance.owner_has_left:
            here = here | User.objects.filter(pk=self.instance.owner_id)
        self.fields["owner"].queryset = here.select_related("team").order_by("name")
        self.fields["owner"].label_from_instance = with_team

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("who") == self.NOBODY:
            cleaned |= {"owner": None, "owner_name": "", "owner_agency": ""}
        cleaned["due_counted"] = False
        if not cleaned.get("due") and "due" not in self.errors:
            counted = self._counted(cleaned.get("timescale", ""))
            cleaned |= {"due": counted, "due_counted": counted is not None}
        return cleaned

    def _counted(self, timescale: str) -> date | None:
        """The day that a timescale says. One carried on from an earlier round stays the day that it was there."""
        action = self.instance
        if action.carried_from_id and action.due_counted and timescale == action.timescale:
            return action.due
        return counted_from(timescale, self.statement.review.on)

    def values(self) -> dict[str, Any]:
        """What the services take."""
        return {name: self.cleaned_data[name] for name in KIND.fields if name in self.cleaned_data}
