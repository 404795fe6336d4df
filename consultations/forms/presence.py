"""What a consultation page says about itself every ten seconds."""

from django import forms
from django.core.validators import RegexValidator

_VERSION = "version-"


class PresenceForm(forms.Form):
    """`client` names the page, `section` is where the cursor is, `left` says that the page is being closed.

    Beside these the page sends `version-<key>` for every section that it shows.
    """

    token = forms.CharField()
    client = forms.CharField(validators=[RegexValidator(r"^[A-Za-z0-9-]{1,64}$")])
    section = forms.SlugField(required=False, max_length=60)
    left = forms.BooleanField(required=False)

    def known(self) -> dict[str, int]:
        """The versions that the page shows, by section; what is no number is left out."""
        return {
            name.removeprefix(_VERSION): int(value)
            for name, value in self.data.items()
            if name.startswith(_VERSION) and value.isascii() and value.isdigit() and len(value) < 10
        }
