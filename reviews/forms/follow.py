"""What the list of all review actions may be narrowed by, and who is to lead several of them."""

from typing import Any

from django import forms
from django.utils.formats import date_format

from accounts.models import User
from accounts.permissions import Permission, can
from consultations.forms.common import with_team
from core.forms import Checkboxes, GovukForm, RadioSelect
from core.models.actions import ActionStatus

from .. import following
from ..choices import Domain, Level, Stage
from ..models import Review
from ..models.actions import ReviewActionQuerySet
from .rounds import LeadField


class ReviewActionFilter(GovukForm):
    """What the list may be narrowed by. It lives in the URL; what is unknown there is left out."""

    mark_optional = False

    lead = forms.ChoiceField(label="Lead", required=False)
    overdue = forms.BooleanField(label="Only overdue actions", required=False)
    nobody = forms.BooleanField(label="Only without a lead, or whose lead has left", required=False)
    left = forms.BooleanField(label="Only whose lead has left", required=False)
    status = forms.MultipleChoiceField(
        label="Status", required=False, choices=ActionStatus.choices, widget=Checkboxes(small=True)
    )
    review = forms.ModelChoiceField(Review.objects.none(), label="Round", required=False, empty_label="All rounds")
    level = forms.MultipleChoiceField(
        label="Level", required=False, choices=Level.choices, widget=Checkboxes(small=True)
    )
    stage = forms.MultipleChoiceField(
        label="Stage", required=False, choices=Stage.choices, widget=Checkboxes(small=True)
    )
    domain = forms.MultipleChoiceField(
        label="Domain", required=False, choices=Domain.choices, widget=Checkboxes(small=True)
    )
    q = forms.CharField(label="Words of the action or its statement", required=False, max_length=200)
    earlier = forms.BooleanField(label="Also actions that were carried into a later round", required=False)

    def __init__(self, *args, person: User, seen: ReviewActionQuerySet, leads: list[following.Lead], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.fields["lead"].choices = [
            ("", "Everybody"), ("me", "Me"), *((lead.code, lead.words) for lead in leads)
        ]  # fmt: skip
        self.fields["review"].queryset = Review.objects.filter(pk__in=seen.values("statement__review"))
        self.fields["review"].label_from_instance = lambda one: f"{one.area}, {date_format(one.on, 'DATE_FORMAT')}"
        if not can(person, Permission.REVIEW_SEE):  # whose own actions these are
            del self.fields["lead"], self.fields["nobody"], self.fields["left"]

    def chosen(self) -> dict[str, Any]:
        """Whatever of the filter is valid and not empty."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def narrow(self, actions: ReviewActionQuerySet) -> ReviewActionQuerySet:
        """`actions` narrowed by whatever of the filter is valid, but for the lead; live ones unless it says earlier."""
        chosen = self.chosen()
        actions = actions.standing() if chosen.get("earlier") else actions.live()
        if chosen.get("overdue"):
            actions = actions.overdue()
        if chosen.get("nobody"):
            actions = actions.open().without_lead()
        if chosen.get("left"):
            actions = actions.filter(owner__is_active=False)
        if chosen.get("status"):
            actions = actions.filter(status__in=chosen["status"])
        if chosen.get("review"):
            actions = actions.filter(statement__review=chosen["review"])
        for name in ("level", "stage", "domain"):
            if chosen.get(name):
                actions = actions.filter(**{f"statement__{name}__in": chosen[name]})
        if words := chosen.get("q"):
            actions = actions.filter(what__icontains=words) | actions.filter(statement__words__body__icontains=words)
        return actions

    def of_lead(self, actions: ReviewActionQuerySet) -> ReviewActionQuerySet:
        """`actions` of the lead that was chosen."""
        code = self.chosen().get("lead", "")
        return following.of_lead(actions, code, self.person) if code else actions


class LeadReviewForm(GovukForm):
    """Who leads a round from now on."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    lead = LeadField(label="Who leads the review?", help_text="They get a digest of its actions.")

    def __init__(self, *args, review: Review, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["lead"].required = True
        self.fields["lead"].empty_label = "Choose a person"
        self.fields["lead"].error_messages["required"] = "Choose who leads the review"
        self.initial.setdefault("version", review.version)
        people = User.objects.holding(Permission.REVIEW_WRITE)
        self.fields["lead"].queryset = people.select_related("team").order_by("name")


class GiveLeadForm(GovukForm):
    """Who leads several actions from now on."""

    HERE, ELSEWHERE = "here", "elsewhere"

    who = forms.ChoiceField(
        label="Who leads them?",
        choices=[(HERE, "Somebody with an account here"), (ELSEWHERE, "Somebody else")],
        widget=RadioSelect,
        error_messages={"required": "Select who leads them"},
    )
    owner = forms.ModelChoiceField(User.objects.none(), label="Person", required=False, empty_label="Choose a person")
    owner_name = forms.CharField(label="Name", required=False, max_length=200)
    owner_agency = forms.CharField(label="Agency", required=False, max_length=200)
    reveals = {"who": {HERE: "owner", ELSEWHERE: ("owner_name", "owner_agency")}}

    def __init__(self, *args, number: int, **kwargs):
        super().__init__(*args, **kwargs)
        if number == 1:
            self.fields["who"].label = "Who leads it?"
        people = User.objects.holding(Permission.REVIEW_ACTION_UPDATE_OWN)
        self.fields["owner"].queryset = people.select_related("team").order_by("name")
        self.fields["owner"].label_from_instance = with_team

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("who") == self.HERE:
            self.need("owner", "Choose who leads it")
            cleaned |= {"owner_name": "", "owner_agency": ""}
        elif cleaned.get("who") == self.ELSEWHERE:
            self.need("owner_name", "Enter the name of the person who leads it")
            cleaned["owner"] = None
        return cleaned

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: self.cleaned_data.get(name) for name in ("owner", "owner_name", "owner_agency")}
