"""Actions and what came of them."""

from datetime import date

from django import forms

from accounts.models import User
from accounts.permissions import Permission
from core.forms import DateField, GovukForm, GovukModelForm, RadioSelect
from core.models.actions import ActionStatus

from ..choices import Space
from ..models import ConsultationAction
from .common import sensible


class ActionForm(GovukModelForm):
    """An action: what, against which space, by whom here or elsewhere, by when."""

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
        fields = ["space", "what", "owner", "owner_name", "owner_agency", "due"]
        field_classes = {"due": DateField}
        widgets = {"space": RadioSelect, "what": forms.Textarea(attrs={"rows": 3})}
        labels = {
            "space": "Which space is it against?",
            "what": "What will be done?",
            "owner": "Person",
            "owner_name": "Name",
            "owner_agency": "Agency",
            "due": "By when",
        }
        help_texts = {
            "space": "The space where the harm or strength lies, so that actions match it.",
            "due": "For example, 27 1 2027. Leave empty if no date was agreed.",
        }

    field_order = ["version", "space", "what", "who", "owner", "owner_name", "owner_agency", "due"]
    reveals = {"who": {HERE: "owner", ELSEWHERE: ("owner_name", "owner_agency")}}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["space"].choices = Space.choices
        self.fields["space"].error_messages["required"] = "Select the space that the action is against"
        self.fields["what"].error_messages["required"] = "Enter what will be done"
        here = User.objects.holding(Permission.ACTION_UPDATE_OWN)
        if self.instance.owner_id:
            here = here | User.objects.filter(pk=self.instance.owner_id)
        self.fields["owner"].queryset = here.select_related("team")
        self.fields["owner"].label_from_instance = lambda user: f"{user.name} ({user.team})" if user.team else user.name
        self.fields["owner"].empty_label = "Choose a person"
        self.initial.setdefault("version", self.instance.version)
        if not self.instance._state.adding:
            self.initial.setdefault("who", self.HERE if self.instance.owner_id else self.ELSEWHERE)

    def clean_due(self) -> date | None:
        return sensible("By when", self.cleaned_data["due"])

    def clean(self) -> dict:
        if self.cleaned_data.get("who") == self.HERE:
            self.need("owner", "Choose who will do it")
            self.cleaned_data["owner_name"] = self.cleaned_data["owner_agency"] = ""
        elif self.cleaned_data.get("who") == self.ELSEWHERE:
            self.need("owner_name", "Enter the name of the person who will do it")
            self.cleaned_data["owner"] = None
        return self.cleaned_data

    def _post_clean(self) -> None:
        """The service writes the row; the form only reads its values, so it does not touch the instance."""


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
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Enter what came of it, or why it was dropped"},
    )
