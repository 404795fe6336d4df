"""Conferences: arranging and changing one, recording it, inviting, what was agreed."""

from datetime import date

from django import forms
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission
from consultations.forms.common import LONG_TEXT, ClockField, meeting_day, not_in_future, with_team
from core.forms import Checkboxes, DateField, GovukForm, RadioSelect, tidy

from ..choices import ConferenceKind
from ..models import Conference, Context, PlanAction, PlanGoal
from ..services.conference import why_not_independent
from .deciding import next_review


class ArrangeConferenceForm(GovukForm):
    """A conference: which, when, where, who chairs it, what it is for. `context` is its context."""

    HERE, ELSEWHERE = "here", "elsewhere"

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    kind = forms.ChoiceField(
        label="Which conference is it?",
        choices=ConferenceKind.choices,
        widget=RadioSelect(
            hints={
                ConferenceKind.INITIAL: "The first: agencies meet about what the assessment found, and agree the plan.",
                ConferenceKind.REVIEW: "A later one: what came of the plan.",
            }
        ),
        error_messages={"required": "Select which conference it is"},
    )
    on = DateField(label="Date of the conference", error_messages={"required": "Enter the date of the conference"})
    starts_at = ClockField(label="Time", required=False, help_text="For example, 14:30.")
    place = forms.CharField(
        label="Place", required=False, max_length=200, help_text="A room, or how to join. Name no child."
    )
    who = forms.ChoiceField(
        label="Who chairs it?",
        choices=[(HERE, "Somebody with an account here"), (ELSEWHERE, "Somebody else")],
        widget=RadioSelect(
            hints={HERE: "Somebody independent: who does not lead or work on this context, and did not refer it."}
        ),
        error_messages={"required": "Select who chairs it"},
    )
    chair = forms.ModelChoiceField(User.objects.none(), label="Chair", required=False, empty_label="Choose a person")
    chair_name = forms.CharField(label="Name of the chair", required=False, max_length=200)
    chair_agency = forms.CharField(label="Agency of the chair", required=False, max_length=200)
    purpose = forms.CharField(
        label="What is it for?",
        required=False,
        max_length=LONG_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Who is invited can read it. Name no child.",
    )

    reveals = {"who": {HERE: "chair", ELSEWHERE: ("chair_name", "chair_agency")}}

    def __init__(self, *args, context: Context, conference: Conference | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.context = context
        people = User.objects.holding(Permission.CONFERENCE_SEE).select_related("team").order_by("name")
        self.fields["chair"].queryset = people
        self.fields["chair"].label_from_instance = with_team
        held = context.conferences.filter(status="held").exists()
        known = {"kind": ConferenceKind.REVIEW if held else ConferenceKind.INITIAL}
        if conference is not None:
            names = ("version", "kind", "on", "starts_at", "place", "purpose", "chair_name", "chair_agency")
            known = {name: getattr(conference, name) for name in names}
            known |= {"chair": conference.chair_id, "who": self.HERE if conference.chair_id else self.ELSEWHERE}
        for name, value in known.items():
            self.initial.setdefault(name, value)

    def clean_on(self) -> date | None:
        return meeting_day(self.cleaned_data["on"], received_on=self.context.received_on)

    def clean_chair(self) -> User | None:
        chair = self.cleaned_data["chair"]
        if chair and self.data.get("who") == self.HERE and (reason := why_not_independent(self.context, chair)):
            raise forms.ValidationError(f"{reason} Choose somebody independent.")
        return chair

    def clean(self) -> dict:
        if self.cleaned_data.get("who") == self.HERE:
            self.need("chair", "Choose who chairs it")
            self.cleaned_data["chair_name"] = self.cleaned_data["chair_agency"] = ""
        elif self.cleaned_data.get("who") == self.ELSEWHERE:
            self.need("chair_name", "Enter the name of the chair")
            self.need("chair_agency", "Enter the agency of the chair")
            self.cleaned_data["chair"] = None
            self.errors.pop("chair", None)
        return self.cleaned_data


class HoldConferenceForm(GovukForm):
    """When it was held, and when the plan is looked at next."""

    held_on = DateField(label="When was it held?", error_messages={"required": "Enter when it was held"})
    review_on = DateField(
        label="Review date",
        help_text="When the plan that was agreed is looked at next.",
        error_messages={"required": "Enter the review date"},
    )

    def __init__(self, *args, conference: Conference, **kwargs):
        super().__init__(*args, **kwargs)
        self.conference = conference
        self.initial.setdefault("held_on", min(conference.on, timezone.localdate()))

    def clean_held_on(self) -> date | None:
        held_on = not_in_future("When it was held", self.cleaned_data["held_on"])
        return meeting_day(held_on, received_on=self.conference.context.received_on)

    def clean_review_on(self) -> date | None:
        return next_review(self.cleaned_data["review_on"])


class InviteForm(GovukForm):
    """An agency, and who comes for it: somebody here, somebody elsewhere, or nobody known by name yet."""

    HERE, ELSEWHERE, NOBODY = "here", "elsewhere", "nobody"

    agency = forms.CharField(
        label="Agency",
        max_length=200,
        help_text="The agencies that are usually needed are suggested as you type.",
        widget=forms.TextInput(attrs={"list": "usual-agencies", "autocomplete": "off"}),
        error_messages={"required": "Enter the agency"},
    )
    who = forms.ChoiceField(
        label="Who comes for it?",
        choices=[
            (HERE, "Somebody with an account here"),
            (ELSEWHERE, "Somebody else"),
            (NOBODY, "Nobody is named yet"),
        ],
        widget=RadioSelect,
        error_messages={"required": "Select who comes for it"},
    )
    person = forms.ModelChoiceField(
        User.objects.none(),
        label="Person",
        required=False,
        empty_label="Choose a person",
        help_text="They can read this conference and its pack, and nothing else of the context.",
    )
    name = forms.CharField(label="Name", max_length=200, required=False)
    email = forms.EmailField(
        label="E-mail address (optional)",
        required=False,
        help_text="They are sent the date, time and place, and no child’s name.",
    )

    reveals = {"who": {HERE: "person", ELSEWHERE: ("name", "email")}}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        people = User.objects.holding(Permission.CONFERENCE_SEE).select_related("team").order_by("name")
        self.fields["person"].queryset = people
        self.fields["person"].label_from_instance = with_team

    def clean_agency(self) -> str:
        agency = tidy(self.cleaned_data["agency"])
        if not agency:
            raise forms.ValidationError("Enter the agency")
        return agency

    def clean(self) -> dict:
        who = self.cleaned_data.get("who")
        if who == self.HERE:
            self.need("person", "Choose who comes")
        else:
            self.cleaned_data["person"] = None
            self.errors.pop("person", None)
        if who == self.ELSEWHERE:
            self.need("name", "Enter their name")
        else:
            self.cleaned_data |= {"name": "", "email": ""}
            self.errors.pop("email", None)
        return self.cleaned_data


class AgreedForm(GovukForm):
    """Which goals and actions of the plan were agreed at the conference. `words` takes out what is hidden."""

    goals = forms.ModelMultipleChoiceField(
        PlanGoal.objects.none(), label="Goals agreed here", required=False, widget=Checkboxes(small=True)
    )
    actions = forms.ModelMultipleChoiceField(
        PlanAction.objects.none(), label="Actions agreed here", required=False, widget=Checkboxes(small=True)
    )

    def __init__(self, *args, conference: Conference, words, **kwargs):
        super().__init__(*args, **kwargs)
        context = conference.context
        self.fields["goals"].queryset = context.goals.all()
        self.fields["goals"].label_from_instance = lambda goal: words(goal.words)
        self.fields["actions"].queryset = context.plan_actions.select_related("owner")
        self.fields["actions"].label_from_instance = lambda action: f"{words(action.what)} ({action.who})"
        for name in ("goals", "actions"):
            self.initial.setdefault(name, list(getattr(conference, name).values_list("pk", flat=True)))


class IssueForm(GovukForm):
    """That the words which look like names are no child's, and how the person knows. `words` are those words."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    because = forms.CharField(
        label="How do you know that none of these words is a child’s name?",
        max_length=LONG_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept with the pack, with your name.",
        error_messages={"required": "Say how you know that none of these words is a child’s name"},
    )

    def __init__(self, *args, words: list[str], digest: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("digest", digest)
        if not words:
            del self.fields["because"]
