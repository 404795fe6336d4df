"""The panel: planning and holding one, its agenda, its actions, and what the list may be narrowed by."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.formats import date_format

from accounts.models import User
from consultations.choices import ReferralState
from consultations.forms import ActionForm
from consultations.forms.common import LONG_TEXT, ClockField, sensible
from consultations.models import Referral
from core.forms import Checkboxes, DateField, GovukForm
from core.models import ListItem
from core.models.lists import ListName

from ..choices import PanelState
from ..models import Context, Panel, PanelAction, PanelItem
from ..panel_sight import item_words
from ..services.panel_actions import KIND
from .conference import InviteForm

NOBODY_THERE = "No referral or context that you may see has this reference"


def _note() -> forms.CharField:
    return forms.CharField(
        label="Anything else about who came",
        help_text="Who came and who sent apologies is marked on the page of the panel.",
        required=False,
        max_length=LONG_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PlanPanelForm(GovukForm):
    """When and where a panel meets, and who chairs it."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    on = DateField(label="Date of the panel", error_messages={"required": "Enter the date of the panel"})
    starts_at = ClockField(label="Time", required=False, help_text="For example, 14:30.")
    place = forms.CharField(label="Place", required=False, max_length=200, help_text="A room, or how to join.")
    chair = forms.CharField(
        label="Who chairs it?",
        max_length=200,
        help_text="Name and agency.",
        error_messages={"required": "Enter who chairs it"},
    )

    def __init__(self, *args, panel: Panel | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        if panel is not None:
            if panel.state != PanelState.PLANNED:
                self.fields["attendance_note"] = _note()
            for name in ("version", *self.fields):
                self.initial.setdefault(name, getattr(panel, name))

    def clean_on(self):
        return sensible("Date of the panel", self.cleaned_data["on"])


class HoldPanelForm(GovukForm):
    """A note on who came to a panel."""

    attendance_note = _note()

    def __init__(self, *args, panel: Panel, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("attendance_note", panel.attendance_note)


class PanelPersonForm(InviteForm):
    """An agency of a panel, and who comes for it."""

    email = None
    reveals = {"who": {InviteForm.HERE: "person", InviteForm.ELSEWHERE: "name"}}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True).select_related("team").order_by("name")
        self.fields["person"].queryset = people
        self.fields["person"].help_text = ""


class ItemForm(GovukForm):
    """Why something is on the agenda, under which categories, and who presents it."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    categories = forms.ModelMultipleChoiceField(
        ListItem.objects.none(),
        label="Categories",
        required=False,
        widget=Checkboxes(small=True),
        help_text="Select all that apply.",
    )
    reason = forms.CharField(
        label="Why is it on the agenda?",
        max_length=LONG_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Enter why it is on the agenda"},
    )
    presented_by = forms.CharField(
        label="Who presents it?", required=False, max_length=200, help_text="Name and agency."
    )

    def __init__(self, *args, item: PanelItem | None = None, user=None, **kwargs):
        super().__init__(*args, **kwargs)
        offered = ListItem.objects.of(ListName.PANEL_CATEGORY)
        if item is not None:
            kept = item.categories.values("pk")
            offered = ListItem.objects.filter(list=ListName.PANEL_CATEGORY).filter(Q(active=True) | Q(pk__in=kept))
            known = {name: getattr(item, name) for name in ("version", "reason", "presented_by")}
            for name, value in (known | {"categories": list(item.categories.all())}).items():
                self.initial.setdefault(name, value)
            words = item_words(user, item)
            for name in ("reason", "presented_by"):
                if words(getattr(item, name)) != getattr(item, name):
                    del self.fields[name]
        self.fields["categories"].queryset = offered


class PutForm(ItemForm):
    """Which panel, and what: a referral or a context by its reference."""

    panel = forms.ModelChoiceField(
        Panel.objects.none(),
        label="Which panel?",
        empty_label="Choose a panel",
        error_messages={"required": "Choose which panel"},
    )
    reference = forms.CharField(
        label="Reference of the referral or context",
        max_length=40,
        error_messages={"required": "Enter the reference"},
        help_text="As it stands on the page of the referral or context.",
    )

    field_order = ["panel", "reference", "categories", "reason", "presented_by"]

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["version"]
        self.user = user
        waiting = Panel.objects.visible_to(user).exclude(state=PanelState.AGREED)
        self.fields["panel"].queryset = waiting.order_by("on")
        self.fields["panel"].label_from_instance = _day

    def clean_reference(self) -> Referral | Context:
        """The referral or the context itself."""
        typed = self.cleaned_data["reference"].strip()
        referrals = Referral.objects.visible_to(self.user).exclude(state=ReferralState.DRAFT)
        contexts = Context.objects.casework_of(self.user)
        for rows in (referrals, contexts):
            if found := rows.filter(reference__iexact=typed).first():
                return found
        raise forms.ValidationError(NOBODY_THERE)


class PanelActionForm(ActionForm):
    """An action that a panel agreed: what, by whom, by when."""

    class Meta(ActionForm.Meta):
        model = PanelAction
        fields = ["what", "owner", "owner_name", "owner_agency", "due"]
        widgets = {"what": forms.Textarea(attrs={"rows": 3})}

    field_order = ["version", "what", "who", "owner", "owner_name", "owner_agency", "due"]

    def __init__(self, *args, item: PanelItem, user, **kwargs):
        super().__init__(*args, **kwargs)
        there = not self.instance._state.adding
        if there and item_words(user, item)(self.instance.what) != self.instance.what:
            del self.fields["what"]

    def values(self) -> dict[str, Any]:
        """What the services take."""
        return {name: self.cleaned_data[name] for name in KIND.fields if name in self.cleaned_data}


class PanelFilter(GovukForm):
    """What the list of panels may be narrowed by. It lives in the URL; what is unknown there is left out."""

    mark_optional = False

    state = forms.MultipleChoiceField(
        label="Status", required=False, choices=PanelState.choices, widget=Checkboxes(small=True)
    )
    day_from = DateField(label="From", required=False)
    day_to = DateField(label="To", required=False)

    def chosen(self) -> dict[str, Any]:
        """Whatever of the filter is valid and not empty."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def narrow(self, panels):
        """`panels` narrowed by whatever of the filter is valid."""
        chosen = self.chosen()
        if chosen.get("state"):
            panels = panels.filter(state__in=chosen["state"])
        if first := chosen.get("day_from"):
            panels = panels.filter(on__gte=first)
        if last := chosen.get("day_to"):
            panels = panels.filter(on__lte=last)
        return panels


def _day(panel: Panel) -> str:
    return date_format(panel.on, "DATE_FORMAT")  # its place is words, which may name somebody
