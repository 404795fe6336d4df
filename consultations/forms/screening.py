"""Deciding about a referral, asking about it, and changing what was decided."""

from datetime import date
from typing import Any

from django import forms

from accounts.models import User
from accounts.permissions import Permission
from core.forms import DateField, GovukForm, RadioSelect

from ..models import Consultation, Referral
from .common import LONG_TEXT, ClockField, meeting_day, sensible, with_team

READ_BY_REFERRER = "Kept with the referral. The referrer can read it."
LONGEST_NAME = 200


def long_text(label: str, empty: str, *, rows: int = 5, **kwargs: Any) -> forms.CharField:
    """A text of any sensible length in a box of so many rows; `empty` is said where it must not be empty."""
    widget, messages = forms.Textarea(attrs={"rows": rows}), {"required": empty}
    return forms.CharField(label=label, max_length=LONG_TEXT, widget=widget, error_messages=messages, **kwargs)


class ScreeningForm(GovukForm):
    """Toolkit step 3: a decision with its reason, or a question to the referrer."""

    ACCEPT, ASK, SIGNPOST, WITHDRAW = "accept", "ask", "signpost", "withdraw"

    heard = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    decision = forms.ChoiceField(
        label="What is your decision?",
        choices=[
            (ACCEPT, "Suitable: plan a consultation"),
            (ASK, "More information needed: ask the referrer"),
            (SIGNPOST, "Not suitable: signpost elsewhere"),
            (WITHDRAW, "Withdrawn"),
        ],
        widget=RadioSelect(
            hints={
                ACCEPT: "Extra-familial risk, or risk at home that aggravates harm outside it.",
                ASK: "The referrer answers in this record. The referral waits for it.",
                SIGNPOST: "Another forum, agency or procedure fits better.",
                WITHDRAW: "The referrer no longer wants it, or it should not have been made.",
            }
        ),
        error_messages={"required": "Select your decision"},
    )
    planned_for = DateField(label="Date of the consultation", required=False, help_text="For example, 27 11 2026.")
    starts_at = ClockField(
        label="Start time", required=False, help_text="Optional. For example, 14:30 or 2.30pm. It lasts about an hour."
    )
    place = forms.CharField(
        label="Place", required=False, max_length=200, help_text="Optional. A room, or where to join online."
    )
    attending = forms.CharField(
        label="Who else will come",
        required=False,
        max_length=LONG_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Optional. One a line: name, agency. The referrer and you are added by themselves.",
    )
    question = long_text("What do you need to know?", "Enter what you need to know", required=False)
    signposted_to = forms.CharField(
        label="Signposted to", required=False, max_length=300, help_text="The forum, agency or procedure."
    )
    reason = long_text(
        "Why?",
        "Enter the reason for your decision",
        help_text=f"{READ_BY_REFERRER} Leave it empty if you are asking for more information.",
    )

    reveals = {
        "decision": {
            ACCEPT: ("planned_for", "starts_at", "place", "attending"),
            ASK: "question",
            SIGNPOST: "signposted_to",
        }
    }

    def __init__(self, *args, referral: Referral, **kwargs):
        super().__init__(*args, **kwargs)
        self.referral = referral
        self.fields["reason"].required = self.data.get("decision") != self.ASK

    def clean_planned_for(self) -> date | None:
        return sensible("Date of the consultation", self.cleaned_data["planned_for"])

    def clean_attending(self) -> str:
        for line in self.cleaned_data["attending"].splitlines():
            if any(len(part.strip()) > LONGEST_NAME for part in line.split(",", 1)):
                raise forms.ValidationError("Who else will come must have one person a line: name, agency")
        return self.cleaned_data["attending"]

    def clean(self) -> dict:
        decision = self.cleaned_data.get("decision")
        if decision == self.ACCEPT:
            self.need("planned_for", "Enter the date of the consultation")
            check_day(self, self.referral)
        if decision == self.ASK:
            self.need("question", "Enter what you need to know")
        if decision == self.SIGNPOST:
            self.need("signposted_to", "Enter the forum, agency or procedure that you signpost to")
        for name in ("planned_for", "starts_at", "attending"):
            if decision not in (None, self.ACCEPT) and name in self.errors:
                del self.errors[name]  # typed before the decision was another one, and not seen any more
        return self.cleaned_data


class RescheduleForm(GovukForm):
    """Another day, time or place. `invitation` says which of them the page was drawn from."""

    invitation = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    planned_for = DateField(
        label="Date of the consultation",
        help_text="For example, 27 11 2026.",
        error_messages={"required": "Enter the date of the consultation"},
    )
    starts_at = ClockField(label="Start time", required=False, help_text="For example, 14:30 or 2.30pm.")
    place = forms.CharField(label="Place", required=False, max_length=200, help_text="A room, or where to join online.")
    reason = long_text(
        "Why does it change?", "Enter why it changes", rows=3, required=False, help_text=READ_BY_REFERRER
    )

    def __init__(self, *args, referral: Referral, **kwargs):
        super().__init__(*args, **kwargs)
        self.referral = referral
        for name, value in self.now(referral.consultation).items():
            self.initial.setdefault(name, value)
        self.initial.setdefault("invitation", referral.consultation.invitation)

    @staticmethod
    def now(consultation: Consultation) -> dict:
        """The date, time and place as they stand."""
        return {name: getattr(consultation, name) for name in ("planned_for", "starts_at", "place")}

    def differs(self, consultation: Consultation) -> dict:
        """Of a valid form: what stands there otherwise than it was sent, ready to be shown."""
        found = {name: value for name, value in self.now(consultation).items() if self.cleaned_data[name] != value}
        if found.get("starts_at"):
            found["starts_at"] = f"{found['starts_at']:%H:%M}"
        return found

    def clean(self) -> dict:
        check_day(self, self.referral)
        return self.cleaned_data


class AllocateForm(GovukForm):
    """Who looks after the referral. `was` is the id of whom it was allocated to when the page was drawn."""

    was = forms.IntegerField(widget=forms.HiddenInput, required=False)
    to = forms.ModelChoiceField(
        User.objects.none(), label="CS practitioner", required=False, empty_label="Nobody", help_text="They are told."
    )
    reason = long_text("Why?", "Enter why", rows=3, required=False, help_text=READ_BY_REFERRER)

    mark_optional = False

    def __init__(self, *args, referral: Referral, **kwargs):
        super().__init__(*args, **kwargs)
        here = User.objects.holding(Permission.REFERRAL_SCREEN)
        self.fields["to"].queryset = here.select_related("team")
        self.fields["to"].label_from_instance = with_team
        self.fields["reason"].label = "Why? (optional)"
        self.initial.setdefault("to", referral.allocated_to_id)
        self.initial.setdefault("was", referral.allocated_to_id)


class AnswerForm(GovukForm):
    """The referrer's side of the conversation."""

    body = long_text(
        "Your answer", "Enter your answer", rows=8, help_text="The CS practitioner is told that it is here."
    )


class WithdrawForm(GovukForm):
    """Why a referral is withdrawn."""

    reason = long_text("Why do you withdraw it?", "Enter why you withdraw the referral", help_text=(
        "Kept with the referral, for the referrer and the CS practitioners."
    ))  # fmt: skip


class ReopenForm(GovukForm):
    """Why a closed referral is looked at again."""

    reason = long_text("Why do you reopen it?", "Enter why you reopen the referral", help_text=READ_BY_REFERRER)


def check_day(form: GovukForm, referral: Referral) -> None:
    """Add an error to `planned_for` where the referral was received later, or the year is a slip."""
    try:
        meeting_day(form.cleaned_data.get("planned_for"), received_on=referral.received_on)
    except forms.ValidationError as wrong:
        form.add_error("planned_for", wrong)
