"""Who takes part in a consultation, and the columns of Appendix A."""

from django import forms

from accounts.models import User
from core.forms import GovukForm, RadioSelect


class ParticipantForm(GovukForm):
    """Somebody with an account here, or somebody from elsewhere by name."""

    HERE, ELSEWHERE = "here", "elsewhere"

    who = forms.ChoiceField(
        label="Who is it?",
        choices=[(HERE, "Somebody with an account here"), (ELSEWHERE, "Somebody else")],
        widget=RadioSelect,
        error_messages={"required": "Select who it is"},
    )
    person = forms.ModelChoiceField(
        label="Person",
        queryset=User.objects.none(),
        required=False,
        empty_label="Choose a person",
        help_text="Taking part does not give them access to this record.",
    )
    name = forms.CharField(label="Name", max_length=200, required=False)
    agency = forms.CharField(label="Agency", max_length=200, required=False)
    email = forms.EmailField(
        label="E-mail address (optional)",
        required=False,
        help_text="They are sent the date, time and place, and nothing about the young person.",
    )

    reveals = {"who": {HERE: "person", ELSEWHERE: ("name", "agency", "email")}}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = User.objects.filter(is_active=True).select_related("team")
        self.fields["person"].label_from_instance = lambda user: (
            f"{user.name} ({user.team})" if user.team else user.name
        )

    def clean(self) -> dict:
        if self.cleaned_data.get("who") == self.HERE:
            self.need("person", "Choose who it is")
            self.cleaned_data |= {"name": "", "agency": "", "email": ""}
        elif self.cleaned_data.get("who") == self.ELSEWHERE:
            self.need("name", "Enter their name")
            self.cleaned_data["person"] = None
        return self.cleaned_data


class PlaceForm(GovukForm):
    """The name of a column: which school, which place."""

    name = forms.CharField(
        label="What is it called?", max_length=200, error_messages={"required": "Enter what it is called"}
    )

    def __init__(self, *args, label: str, hint: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = label
        self.fields["name"].help_text = hint
