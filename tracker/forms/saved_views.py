"""The name under which a view of the tracker is saved, and who has it."""

from django import forms
from django.core.exceptions import ValidationError

from core.forms import GovukForm, RadioSelect

from ..models import SavedView

TAKEN = "You have a view with this name already. Enter another name"
ONLY_ME, EVERYBODY = "me", "all"


class SavedViewForm(GovukForm):
    """A view's name, and whether it is shared. `view` is the one that is changed; None for a new one."""

    error_names = {"name": "a name for this view"}

    name = forms.CharField(
        label="Name of this view",
        max_length=80,
        help_text="For example, “Held this year, feedback outstanding”. Do not put a child’s name in it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    who = forms.ChoiceField(
        label="Who can use it?",
        choices=[(ONLY_ME, "Only me"), (EVERYBODY, "Everybody who sees the tracker")],
        widget=RadioSelect(hints={EVERYBODY: "They see their own rows with it, never more than they may see anyway."}),
        initial=ONLY_ME,
        error_messages={"required": "Select who can use it"},
    )

    def __init__(self, *args, person, view: SavedView | None = None, **kwargs) -> None:
        if view is not None:
            kwargs["initial"] = {"name": view.name, "who": EVERYBODY if view.shared else ONLY_ME}
        super().__init__(*args, **kwargs)
        self.person, self.view = person, view

    def clean_name(self) -> str:
        """The name, which this person must not have given to another view."""
        name = self.cleaned_data["name"]
        others = SavedView.objects.filter(owner=self.person, name__iexact=name)
        if self.view is not None:
            others = others.exclude(pk=self.view.pk)
        if others.exists():
            raise ValidationError(TAKEN)
        return name

    def refuse_name(self) -> None:
        """Say that the name is taken, where another page of the same person has just taken it."""
        self.add_error("name", TAKEN)

    def values(self) -> dict:
        """What the services take."""
        return {"name": self.cleaned_data["name"], "shared": self.cleaned_data["who"] == EVERYBODY}
