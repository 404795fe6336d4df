"""Actions: agreeing one, how it goes, what came of it; and what the list of them may be narrowed by."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.db.models import QuerySet
from django.urls import reverse_lazy
from django.utils import timezone

from accounts.models import Team, User
from accounts.permissions import Permission, can
from core.forms import Checkboxes, DateField, GovukForm, GovukModelForm, RadioSelect
from core.models import ListItem
from core.models.actions import ActionStatus
from core.models.lists import ListName

from ..choices import Space
from ..models import ConsultationAction
from .common import LONG_TEXT, sensible, with_team


class ActionForm(GovukModelForm):
    """An action: what, against which space, by which kind of help, where, by whom here or elsewhere, by when."""

    HERE, ELSEWHERE = "here", "elsewhere"

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    who = forms.ChoiceField(
        label="Who will do it?",
        choices=[(HERE, "Somebody with an account here"), (ELSEWHERE, "Somebody else")],
        widget=RadioSelect,
        error_messages={"required": "Select who will do it"},
    )

    class Meta:
        model = ConsultationAction
        fields = ["space", "what", "interventions", "context_name", "owner", "owner_name", "owner_agency", "due"]
        field_classes = {"due": DateField}
        widgets = {
            "space": RadioSelect,
            "what": forms.Textarea(attrs={"rows": 3}),
            "interventions": Checkboxes,
            "context_name": forms.TextInput(
                attrs={
                    "list": "known-contexts",
                    "autocomplete": "off",
                    "data-suggest": reverse_lazy("contexts:suggest"),
                }
            ),
        }
        labels = {
            "space": "Which space is it against?",
            "what": "What will be done?",
            "interventions": "Intervention options",
            "context_name": "Which place, school or group does it concern?",
            "owner": "Person",
            "owner_name": "Name",
            "owner_agency": "Agency",
            "due": "By when",
        }
        help_texts = {
            "space": "The space where the harm or strength lies, so that actions match it.",
            "interventions": "Select all that this action uses.",
            "context_name": "For example, Marlow Road Academy. Write it as other referrals do; their names are "
            "suggested as you type.",
            "due": "For example, 27 1 2027. Leave empty if no date was agreed.",
        }

    field_order = [
        "version", "space", "what", "interventions", "context_name", "who", "owner", "owner_name", "owner_agency",
        "due",
    ]  # fmt: skip
    reveals = {"who": {HERE: "owner", ELSEWHERE: ("owner_name", "owner_agency")}}
    no_owner, no_owner_name = "Choose who will do it", "Enter the name of the person who will do it"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "space" in self.fields:
            self.fields["space"].choices = Space.choices
            self.fields["space"].error_messages["required"] = "Select the space that the action is against"
        self.fields["what"].error_messages["required"] = "Enter what will be done"
        self.fields["what"].validators.append(MaxLengthValidator(LONG_TEXT))
        if "interventions" in self.fields:
            self._offer_interventions()
        self._offer_owners()
        self.initial.setdefault("version", self.instance.version)
        if not self.instance._state.adding:
            self.initial.setdefault("who", self.HERE if self.instance.owner_id else self.ELSEWHERE)

    def _offer_interventions(self) -> None:
        """The options in use, and those that this action has."""
        options = ListItem.objects.of(ListName.INTERVENTION)
        if not self.instance._state.adding:  # what was chosen stays, even where the list has lost it
            options = ListItem.objects.filter(pk__in=options.values("pk")) | ListItem.objects.filter(
                pk__in=self.instance.interventions.values("pk")
            )
        self.fields["interventions"].queryset = options

    def _offer_owners(self) -> None:
        """Everybody who can do an action here. Who has left cannot be chosen: somebody takes the action over."""
        here = User.objects.holding(Permission.ACTION_UPDATE_OWN)
        owner = self.fields["owner"]
        if self.instance.owner_has_left:
            self.initial["owner"] = None
            owner.help_text = f"{self.instance.owner.name} has left. Choose who takes this action over."
        elif self.instance.owner_id:
            here = here | User.objects.filter(pk=self.instance.owner_id)
        owner.queryset = here.select_related("team")
        owner.label_from_instance = with_team
        owner.empty_label = "Choose a person"

    def clean_due(self) -> date | None:
        return sensible("By when", self.cleaned_data["due"])

    def clean(self) -> dict:
        if self.cleaned_data.get("who") == self.HERE:
            self.need("owner", self.no_owner)
            self.cleaned_data["owner_name"] = self.cleaned_data["owner_agency"] = ""
        elif self.cleaned_data.get("who") == self.ELSEWHERE:
            self.need("owner_name", self.no_owner_name)
            self.cleaned_data["owner"] = None
        return self.cleaned_data

    def _post_clean(self) -> None:
        """The service writes the row; the form only reads its values, so it does not touch the instance."""


class ProgressForm(GovukForm):
    """A note on how an action is going."""

    body = forms.CharField(
        label="How is it going?",
        help_text="Your note is kept with your name and the time. It cannot be changed afterwards.",
        max_length=LONG_TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Enter how it is going"},
    )


class CloseActionForm(GovukForm):
    """What came of an action."""

    status = forms.ChoiceField(
        label="How did it end?",
        choices=[(ActionStatus.DONE, "Done"), (ActionStatus.DROPPED, "Dropped: it will not be done")],
        widget=RadioSelect,
        error_messages={"required": "Select how it ended"},
    )
    outcome = forms.CharField(
        label="What came of it, or why was it dropped?",
        max_length=LONG_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Enter what came of it, or why it was dropped"},
    )


class ReopenActionForm(GovukForm):
    """Why an action is open again."""

    reason = forms.CharField(
        label="Why is it open again?",
        max_length=LONG_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Enter why the action is open again"},
    )


class ActionFilter(GovukForm):
    """What the list of actions may be narrowed by. It lives in the URL; what is unknown there is left out."""

    mark_optional = False

    mine = forms.BooleanField(label="Only actions that are mine", required=False)
    overdue = forms.BooleanField(label="Only overdue actions", required=False)
    allocated = forms.BooleanField(label="Only of referrals allocated to me", required=False)
    left = forms.BooleanField(label="Only where the owner has left", required=False)
    status = forms.MultipleChoiceField(
        label="Status", required=False, choices=ActionStatus.choices, widget=Checkboxes(small=True)
    )
    space = forms.MultipleChoiceField(
        label="Space", required=False, choices=Space.choices, widget=Checkboxes(small=True)
    )
    intervention = forms.ModelMultipleChoiceField(
        ListItem.objects.filter(list=ListName.INTERVENTION),
        label="Intervention options",
        required=False,
        widget=Checkboxes(small=True),
    )
    owner = forms.ModelChoiceField(User.objects.none(), label="Owner", required=False, empty_label="Everybody")
    team = forms.ModelChoiceField(
        Team.objects.none(), label="Team of the owner", required=False, empty_label="All teams"
    )

    def __init__(self, *args, person: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        seen = ConsultationAction.objects.visible_to(person).filter(owner__isnull=False)
        owners = User.objects.filter(pk__in=seen.values("owner"))
        self.fields["owner"].queryset = owners
        self.fields["owner"].label_from_instance = lambda user: user.name if user.is_active else f"{user} (has left)"
        self.fields["team"].queryset = Team.objects.filter(pk__in=owners.values("team"))
        self.person = person
        if not can(person, Permission.REFERRAL_SEE_ALL):
            del self.fields["allocated"], self.fields["left"]

    def chosen(self) -> dict[str, Any]:
        """Whatever of the filter is valid and not empty."""
        self.is_valid()
        found = {}
        for name, value in self.cleaned_data.items():
            if isinstance(value, QuerySet):
                value = list(value)
            if value not in (None, "", [], False):
                found[name] = value
        return found

    def narrow(self, actions: QuerySet) -> QuerySet:
        """`actions` narrowed by whatever of the filter is valid."""
        chosen = self.chosen()
        conditions = {
            "mine": {"owner": self.person},
            "overdue": {"status": ActionStatus.OPEN, "due__lt": timezone.localdate()},
            "allocated": {"consultation__referral__allocated_to": self.person},
            "left": {"owner__is_active": False},
            "status": {"status__in": chosen.get("status")},
            "space": {"space__in": chosen.get("space")},
            "owner": {"owner": chosen.get("owner")},
            "team": {"owner__team": chosen.get("team")},
        }
        for name in chosen:
            if name in conditions:
                actions = actions.filter(**conditions[name])
        if options := chosen.get("intervention"):
            through = ConsultationAction.interventions.through.objects.filter(listitem__in=options)
            actions = actions.filter(pk__in=through.values("consultationaction"))
        return actions
