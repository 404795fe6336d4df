"""What the page of a board asks every few seconds."""

from uuid import UUID

from django import forms
from django.core.validators import RegexValidator

from ..choices import Domain

MOST_BYTES = 400_000
_MARK = RegexValidator(r"^[0-9a-z.-]{1,80}$")


class ChangesForm(forms.Form):
    """`seen` is the digest of what the page shows; with `cards` (id:mark, …) and `heads` it asks what is new."""

    token = forms.CharField()
    seen = forms.CharField(required=False, validators=[RegexValidator(r"^[0-9a-f]{0,16}$")])
    domain = forms.ChoiceField(required=False, choices=[("", ""), *Domain.choices])
    cards = forms.CharField(required=False, max_length=MOST_BYTES)
    heads = forms.CharField(required=False, max_length=1_000)

    def clean_cards(self) -> dict[str, str] | None:
        """The marks of the cards by id; None where the page does not ask for cards."""
        if "cards" not in self.data:
            return None
        try:
            return {str(UUID(name)): mark for name, mark in _pairs(self.cleaned_data["cards"])}
        except ValueError:
            raise forms.ValidationError("Not what a page of a board asks.") from None

    def clean_heads(self) -> dict[str, str]:
        return dict(_pairs(self.cleaned_data["heads"]))

    @property
    def chosen(self) -> Domain | None:
        """The domain that the page shows; None where it shows all."""
        return Domain(self.cleaned_data["domain"]) if self.cleaned_data["domain"] else None


def _pairs(words: str) -> list[tuple[str, str]]:
    try:
        found = [(name, mark) for name, mark in (one.split(":") for one in words.split(",") if one)]
    except ValueError:
        raise forms.ValidationError("Not what a page of a board asks.") from None
    for _, mark in found:
        _MARK(mark)
    return found
