"""Sign-in, and an administrator's forms for people."""

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
)
from django import forms

from core.forms import GovukForm, GovukFormMixin

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


class _PassphraseWords(GovukFormMixin):
    """The product says passphrase, and says it in its own messages."""

    WORDS = {
        "oldpassword": "Your present passphrase",
        "password": "Your passphrase",
        "password1": "New passphrase",
        "password2": "New passphrase again",
        "email": "E-mail address",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.WORDS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)


class ChangePassphraseForm(_PassphraseWords, ChangePasswordForm):
    """Change the passphrase, knowing the present one."""


class SetPassphraseForm(_PassphraseWords, SetPasswordForm):
    """Set a first passphrase."""


class ResetPassphraseForm(_PassphraseWords, ResetPasswordForm):
    """Ask for the e-mail with the link."""


class ResetPassphraseKeyForm(_PassphraseWords, ResetPasswordKeyForm):
    """Set the passphrase that the link in the e-mail is for."""


class AgainForm(_PassphraseWords, ReauthenticateForm):
    """Prove again who you are."""


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
        teams = Team.objects.filter(active=True)
        if person and person.team_id:
            teams = teams | Team.objects.filter(pk=person.team_id)
        self.fields["team"].queryset = teams.select_related("agency")

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        others = User.objects.filter(email=email)
        if self.person:
            others = others.exclude(pk=self.person.pk)
        if others.exists():
            raise forms.ValidationError("There is already a person with this e-mail address.")
        return email
