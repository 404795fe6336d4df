"""Sign-in, and an administrator's forms for people."""

from allauth.account.forms import LoginForm
from django import forms

from core.forms import GovukForm

from .models import Team, User
from .permissions import Role


class SignInForm(LoginForm):
    """E-mail address and passphrase, with messages in plain words."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "E-mail address"
        self.fields["login"].error_messages.update(
            required="Enter your e-mail address", invalid="Enter an e-mail address, like name@example.org"
        )
        self.fields["password"].label = "Passphrase"
        self.fields["password"].help_text = ""
        self.fields["password"].error_messages["required"] = "Enter your passphrase"
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class PersonForm(GovukForm):
    """A person's name, team, roles, and whether they may sign in."""

    name = forms.CharField(max_length=200, error_messages={"required": "Enter the person's name"})
    email = forms.EmailField(
        label="E-mail address",
        error_messages={
            "required": "Enter an e-mail address",
            "invalid": "Enter an e-mail address, like name@example.org",
        },
    )
    team = forms.ModelChoiceField(Team.objects.none(), required=False, empty_label="No team")
    roles = forms.MultipleChoiceField(
        choices=Role.choices, required=False, widget=forms.CheckboxSelectMultiple, help_text="Select all that apply."
    )
    is_active = forms.BooleanField(
        required=False,
        label="May sign in",
        help_text="Untick when a person leaves. It counts from their next click; their records stay.",
    )

    def __init__(self, *args, person: User | None = None, **kwargs):
        self.person = person
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.filter(active=True).select_related("agency")

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        others = User.objects.filter(email=email)
        if self.person:
            others = others.exclude(pk=self.person.pk)
        if others.exists():
            raise forms.ValidationError("There is already a person with this e-mail address.")
        return email
