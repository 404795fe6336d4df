"""The forms of a plan: goals, what they are measured by, actions; and what the list of actions is narrowed by."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.text import Truncator

from accounts.models import Agency, User
from consultations.forms.actions import ActionForm
from consultations.forms.common import LONG_TEXT, not_in_future, sensible
from consultations.forms.screening import long_text
from core.forms import Checkboxes, DateField, GovukForm, RadioSelect, tidy
from core.models.actions import ActionStatus

from ..choices import GoalStatus
from ..models import Context, LinkedPerson, PlanAction, PlanGoal
from ..services import goals, plan
from ..sight import Sight


class GoalForm(GovukForm):
    """A goal and its measure. Of a goal that is there, what names somebody hidden from the reader is left out."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    words = forms.CharField(
        label="What will be so?",
        max_length=LONG_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Say it as something good, for example: Girls use the corridor without fear. Name no child.",
        error_messages={"required": "Enter what will be so"},
    )
    measure = forms.CharField(
        label="What shows it?",
        max_length=300,
        help_text="What is counted or asked, for example: girls in Year 9 who say they feel safe in the corridor.",
        error_messages={"required": "Enter what shows it"},
    )
    unit = forms.CharField(
        label="What does a number of it count?",
        required=False,
        max_length=60,
        help_text="For example per cent, or referrals a month. Leave empty if it is described in words.",
    )
    how = forms.CharField(
        label="How is it measured?",
        required=False,
        max_length=LONG_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Who asks or counts, and how often.",
    )

    def __init__(self, *args, goal: PlanGoal | None = None, sight: Sight | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        if goal is None:
            return
        for name in ("version", *goals.FIELDS):
            self.initial.setdefault(name, getattr(goal, name))
        for name in goals.FIELDS:
            if not sight.is_whole(getattr(goal, name)):
                del self.fields[name]

    def clean_measure(self) -> str:
        return tidy(self.cleaned_data["measure"])

    def clean_unit(self) -> str:
        return tidy(self.cleaned_data["unit"])

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: self.cleaned_data[name] for name in goals.FIELDS if name in self.cleaned_data}


class EndGoalForm(GovukForm):
    """A goal is met or given up."""

    status = forms.ChoiceField(
        label="What became of it?",
        choices=[(GoalStatus.MET, "It is met"), (GoalStatus.GIVEN_UP, "It is given up")],
        widget=RadioSelect(),
        error_messages={"required": "Select what became of it"},
    )
    reason = long_text(
        "How do you know that it is met, or why is it given up?", "Enter how you know, or why it is given up",
        help_text="Name no child.",
    )  # fmt: skip


class ReadingForm(GovukForm):
    """What the measure of a goal was on a day."""

    on = DateField(label="Date", error_messages={"required": "Enter the date"})
    value = forms.DecimalField(
        label="Number",
        required=False,
        min_value=Decimal(0),
        max_digits=10,
        decimal_places=2,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-5", "inputmode": "decimal"}),
        error_messages={
            "invalid": "Number must be a number, like 34 or 3.5",
            "min_value": "Number must be 0 or more",
            "max_digits": "Number must have no more than 8 digits before the point",
            "max_whole_digits": "Number must have no more than 8 digits before the point",
            "max_decimal_places": "Number must have no more than 2 digits after the point",
        },
    )
    words = forms.CharField(
        label="In words",
        required=False,
        max_length=300,
        help_text="Where it cannot be counted, or what to know about the number. Name no child.",
    )

    def __init__(self, *args, goal: PlanGoal, sight: Sight, **kwargs):
        super().__init__(*args, **kwargs)
        self.goal = goal
        self.initial.setdefault("on", timezone.localdate())
        if goal.unit:
            self.fields["value"].help_text = f"Counted in: {sight.words(goal.unit)}."

    def clean_on(self) -> date | None:
        return sensible("Date", not_in_future("Date", self.cleaned_data["on"]))

    def clean_words(self) -> str:
        return tidy(self.cleaned_data["words"])

    def clean(self) -> dict:
        given = self.cleaned_data.get("value") is not None or self.cleaned_data.get("words")
        if not given and not {"value", "words"} & self.errors.keys():
            self.add_error("value", "Enter a number, or say it in words")
        there = self.goal.readings.filter(on=self.cleaned_data.get("on")).first()
        if there and not self.errors and (there.value, there.words) != self._reading():
            self.add_error("on", f"{goals.ANOTHER_VALUE} Or enter another date.")
        return self.cleaned_data

    def _reading(self) -> tuple[Decimal | None, str]:
        return self.cleaned_data["value"], self.cleaned_data["words"]


class PlanActionForm(ActionForm):
    """An action of a plan: what, for which goal, by which kind of help, whom it concerns, by whom, by when."""

    NOBODY = "nobody"

    class Meta(ActionForm.Meta):
        model = PlanAction
        fields = ["what", "goal", "interventions", "people", "owner", "owner_name", "owner_agency", "due"]
        widgets = {
            "what": forms.Textarea(attrs={"rows": 3}),
            "interventions": Checkboxes(small=True),
            "people": Checkboxes(small=True),
        }
        labels = ActionForm.Meta.labels | {
            "goal": "Which goal does it lead to?",
            "people": "Which young people does it concern?",
        }
        help_texts = {
            "what": "Name no child: say below whom it concerns.",
            "interventions": ActionForm.Meta.help_texts["interventions"],
            "people": "It is shown on the page of each of them, without the others.",
            "due": ActionForm.Meta.help_texts["due"],
        }

    field_order = [
        "version", "what", "goal", "people", "interventions", "who", "owner", "owner_name", "owner_agency", "due",
    ]  # fmt: skip

    def __init__(self, *args, context: Context, user, **kwargs):
        super().__init__(*args, **kwargs)
        sight = Sight(user, context)
        self.fields["who"].choices = [*self.fields["who"].choices, (self.NOBODY, "Nobody yet")]
        there = not self.instance._state.adding
        if there and not self.instance.owner_id and not self.instance.owner_name:
            self.initial["who"] = self.NOBODY
        if there and not sight.is_whole(self.instance.what):
            del self.fields["what"]
        chosen = self.instance.goal_id
        open_goals = context.goals.filter(Q(status=GoalStatus.WORKING) | Q(pk=chosen))
        self.fields["goal"].queryset = open_goals
        self.fields["goal"].empty_label = "No goal, or none yet"
        self.fields["goal"].label_from_instance = lambda goal: Truncator(sight.words(goal.words)).chars(120)
        people = LinkedPerson.objects.with_sight(user).filter(context=context)
        known = self.instance.people.values("pk") if there else []
        self.fields["people"].queryset = people.filter(Q(ended_at=None) | Q(pk__in=known))
        self.fields["people"].label_from_instance = lambda person: _named(person, sight)
        if not people.exists():
            del self.fields["people"]

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("who") == self.NOBODY:
            cleaned |= {"owner": None, "owner_name": "", "owner_agency": ""}
        return cleaned

    def values(self) -> dict[str, Any]:
        """What the services take."""
        return {name: self.cleaned_data[name] for name in plan.KIND.fields if name in self.cleaned_data}


def _named(person: LinkedPerson, sight: Sight) -> str:
    return f"{sight.name_of(person)} ({person.get_nature_display().lower()})"


class PlanActionFilter(GovukForm):
    """What the list of actions may be narrowed by. It lives in the URL; what is unknown there is left out."""

    mark_optional = False

    mine = forms.BooleanField(label="Only actions that are mine", required=False)
    overdue = forms.BooleanField(label="Only overdue actions", required=False)
    unowned = forms.BooleanField(label="Only where nobody does it, or the owner has left", required=False)
    status = forms.MultipleChoiceField(
        label="Status", required=False, choices=ActionStatus.choices, widget=Checkboxes(small=True)
    )
    agency = forms.ModelChoiceField(
        Agency.objects.none(), label="Agency of the owner", required=False, empty_label="All agencies"
    )

    def __init__(self, *args, person: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.fields["agency"].queryset = Agency.objects.filter(active=True)

    def chosen(self) -> dict[str, Any]:
        """Whatever of the filter is valid and not empty."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def narrow(self, actions: QuerySet) -> QuerySet:
        """`actions` narrowed by whatever of the filter is valid."""
        chosen = self.chosen()
        if chosen.get("mine"):
            actions = actions.of_owner(self.person)
        if chosen.get("overdue"):
            actions = actions.overdue()
        if chosen.get("unowned"):
            actions = actions.open().without_owner()
        if chosen.get("status"):
            actions = actions.filter(status__in=chosen["status"])
        if agency := chosen.get("agency"):
            actions = actions.filter(Q(owner__team__agency=agency) | Q(owner_agency__iexact=agency.name))
        return actions
