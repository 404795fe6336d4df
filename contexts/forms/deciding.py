"""Screening a context, the conversation about it, who works on it, and how the work ends."""

from datetime import date

from django import forms
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission
from consultations.forms.common import with_team
from consultations.forms.screening import long_text
from core.forms import Checkboxes, DateField, GovukForm, RadioSelect, tidy

from ..choices import ClosingOutcome
from ..models import Context, context_key
from ..sight import Sight

READ_BY_TELLERS = "Kept with the context. Whoever referred it can read it."


def next_review(day: date | None) -> date | None:
    """The day of the next review; raises a ValidationError for one that has passed."""
    if day and day < timezone.localdate():
        raise forms.ValidationError("Review date must be today or later: it is when the work is looked at next")
    return day


def _workers() -> list[tuple[str, str]]:
    people = User.objects.holding(Permission.CONTEXT_WORK).select_related("team").order_by("name")
    return [(str(one.pk), with_team(one)) for one in people]


class LeadField(forms.ChoiceField):
    """One of the people who may work on contexts, or nobody yet; gives the User or None."""

    def __init__(self, **kwargs):
        super().__init__(required=False, choices=lambda: [("", "Nobody yet"), *_workers()], **kwargs)

    def clean(self, value):
        chosen = super().clean(value)
        return User.objects.holding(Permission.CONTEXT_WORK).filter(pk=chosen).first() if chosen else None

    def has_changed(self, initial, data) -> bool:
        return str(initial or "") != str(data or "")


class ContextScreeningForm(GovukForm):
    """The threshold decision with its reason, or a question to whoever referred the context."""

    ACCEPT, ASK, DECLINE, WITHDRAW = "accept", "ask", "decline", "withdraw"

    heard = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    decision = forms.ChoiceField(
        label="Does it meet the threshold?",
        choices=[
            (ACCEPT, "Yes: assess the context"),
            (ASK, "More information needed: ask who referred it"),
            (DECLINE, "No"),
            (WITHDRAW, "Withdrawn"),
        ],
        widget=RadioSelect(
            hints={
                ACCEPT: "Young people come to harm there, or are at risk of it, and it takes more than work with each.",
                ASK: "They answer in this record. The context waits for it.",
                DECLINE: "Others can deal with it, or too little is known.",
                WITHDRAW: "Whoever referred it no longer wants it, or it should not have been referred.",
            }
        ),
        error_messages={"required": "Select your decision"},
    )
    lead = LeadField(label="Who leads the assessment", help_text="From whichever agency knows the context best.")
    review_on = DateField(label="Review date", required=False, help_text="When the work is looked at next.")
    question = long_text("What do you need to know?", "Enter what you need to know", required=False)
    signposted_to = forms.CharField(
        label="Who can help instead", required=False, max_length=300, help_text="A team, agency or forum."
    )
    reason = long_text(
        "Why?",
        "Enter the reason for your decision",
        help_text=f"{READ_BY_TELLERS} Leave it empty if you are asking for more information.",
    )

    reveals = {"decision": {ACCEPT: ("lead", "review_on"), ASK: "question", DECLINE: "signposted_to"}}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = self.data.get("decision") != self.ASK

    def clean_review_on(self) -> date | None:
        return next_review(self.cleaned_data["review_on"])

    def clean(self) -> dict:
        decision = self.cleaned_data.get("decision")
        if decision == self.ASK:
            self.need("question", "Enter what you need to know")
        for name in ("lead", "review_on"):
            if decision not in (None, self.ACCEPT) and name in self.errors:
                del self.errors[name]  # typed before the decision was another one, and not seen any more
        return self.cleaned_data


class ReasonForm(GovukForm):
    """One reason; whoever asks for it gives its words."""

    reason = long_text("Why?", "Enter the reason")

    def __init__(self, *args, label: str = "", empty: str = "", hint: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        field.label, field.help_text = label or field.label, hint
        if empty:
            field.error_messages["required"] = empty


class ReviewDayForm(ReasonForm):
    """A reason, and the day on which the plan is looked at next."""

    review_on = DateField(label="Review date", error_messages={"required": "Enter the review date"})

    field_order = ("review_on", "reason")

    def clean_review_on(self) -> date | None:
        return next_review(self.cleaned_data["review_on"])


class WorkersForm(GovukForm):
    """Who leads, and who works on the context beside them. `version` is the context's, as the page showed it."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    lead = LeadField(label="Lead", help_text="Whoever sees that the work goes on. They read and write all of it.")
    people = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label="Who else works on it",
        required=False,
        widget=Checkboxes(small=True),
        help_text="They read everything in it, and write assessments, links, maps and the plan.",
    )

    def __init__(self, *args, context: Context, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = (
            User.objects.holding(Permission.CONTEXT_WORK).select_related("team").order_by("name")
        )
        self.fields["people"].label_from_instance = with_team
        members = list(context.members.values_list("user", flat=True))
        for name, value in {"version": context.version, "lead": context.lead_id, "people": members}.items():
            self.initial.setdefault(name, value)


class ChangeContextForm(GovukForm):
    """Another name or place."""

    NAMES_SOMEBODY = "It holds the name of somebody who is linked to this context. Please find one without it."

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    name = forms.CharField(
        label="Its name",
        max_length=200,
        help_text="The old name still finds it. Name no child in it.",
        error_messages={"required": "Enter its name"},
    )
    place = forms.CharField(label="Where it is", required=False, max_length=300)

    def __init__(self, *args, context: Context, sight: Sight, **kwargs):
        """What names somebody whom the reader may not see is not theirs to change."""
        super().__init__(*args, **kwargs)
        for name in ("version", "name", "place"):
            self.initial.setdefault(name, getattr(context, name))
        for name in ("name", "place"):
            if not sight.is_whole(getattr(context, name)):
                del self.fields[name]
            elif sight.somebody_named_in(getattr(context, name)):
                self.fields[name].help_text = f"{self.NAMES_SOMEBODY} {self.fields[name].help_text}".strip()

    def clean_name(self) -> str:
        name = tidy(self.cleaned_data["name"])
        if not context_key(name):
            raise forms.ValidationError("Its name must have a letter or a digit in it")
        return name


class CloseContextForm(GovukForm):
    """What came of the work."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    outcome = forms.ChoiceField(
        label="What came of it?",
        choices=ClosingOutcome.choices,
        widget=RadioSelect(),
        error_messages={"required": "Select what came of it"},
    )
    words = long_text(
        "What has changed, and how do you know?",
        "Enter what has changed and how you know",
        help_text=f"{READ_BY_TELLERS} Name no child.",
    )

    STAY, DROP = "stay", "drop"
    open_actions = forms.ChoiceField(
        label="What becomes of the actions that are still open?",
        choices=[
            (STAY, "They stay open: their owners go on with them"),
            (DROP, "All of them are dropped, with the words above"),
        ],
        widget=RadioSelect(),
        error_messages={"required": "Select what becomes of the actions that are still open"},
    )

    def __init__(self, *args, context: Context, open_actions: int = 0, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", context.version)
        if not open_actions:
            del self.fields["open_actions"]

    def drops(self) -> bool:
        """Whether the open actions go with the context."""
        return self.cleaned_data.get("open_actions") == self.DROP
