"""Tagging referrals: which themes are added and taken away; and what the texts of Other become."""

from typing import Any

from django import forms

from core.forms import Checkboxes, GovukForm, RadioSelect

from ..models import Theme
from ..models.themes import one_name
from ..services.retagging import Tagged
from .themes import NameField, one_line


class TagForm(GovukForm):
    """Themes to add, and themes to take away, of which only those are offered that one of the referrals has."""

    mark_optional = False

    adds = forms.ModelMultipleChoiceField(
        Theme.objects.none(), label="Themes to add", required=False, widget=Checkboxes(small=True)
    )
    removes = forms.ModelMultipleChoiceField(
        Theme.objects.none(), label="Themes to take away", required=False, widget=Checkboxes(small=True)
    )

    def __init__(self, *args, rows: list[Tagged], **kwargs):
        super().__init__(*args, **kwargs)
        numbers: dict[int, int] = {}
        for row in rows:
            for pk in row.themes:
                numbers[pk] = numbers.get(pk, 0) + 1
        self.fields["adds"].queryset = Theme.objects.in_use().filter(needs_text=False)
        self.fields["removes"].queryset = Theme.objects.filter(pk__in=numbers)
        hints = {str(pk): f"{_have(number, len(rows))} it" for pk, number in numbers.items()}
        for name in ("adds", "removes"):
            self.fields[name].widget.hints = hints
        self.fields["adds"].help_text = "“Other” is not among them: it needs a text for each referral."
        if not numbers:
            del self.fields["removes"]

    def clean(self) -> dict[str, Any]:
        adds, removes = (list(self.cleaned_data.get(name) or ()) for name in ("adds", "removes"))
        if not (adds or removes or self.errors):
            self.add_error("adds", "Choose at least one theme to add or to take away")
        for theme in set(adds) & set(removes):
            self.add_error("removes", f"“{theme.name}” cannot be added and taken away at once")
        return self.cleaned_data


class OtherForm(GovukForm):
    """Which of the texts become a theme, and which theme."""

    NEW, EXISTING = "new", "existing"

    texts = forms.MultipleChoiceField(
        label="Which texts belong to it?",
        widget=Checkboxes(small=True),
        help_text="Untick what means something else.",
        error_messages={"required": "Tick at least one text"},
    )
    become = forms.ChoiceField(
        label="What should they become?",
        choices=[(NEW, "A new theme"), (EXISTING, "A theme that there is already")],
        widget=RadioSelect,
        error_messages={"required": "Choose what the texts should become"},
    )
    name = NameField(label="Name of the new theme", required=False, max_length=100, validators=[one_name, one_line])
    theme = forms.ModelChoiceField(Theme.objects.none(), label="Theme", required=False, empty_label="Choose a theme")
    reveals = {"become": {NEW: "name", EXISTING: "theme"}}

    def __init__(self, *args, texts: list[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["texts"].choices = texts
        self.fields["theme"].queryset = Theme.objects.in_use().filter(needs_text=False)

    def clean(self) -> dict[str, Any]:
        become = self.cleaned_data.get("become")
        if become == self.NEW:
            self.need("name", "Enter the name of the new theme")
            name = self.cleaned_data.get("name")
            same = Theme.objects.filter(name__iexact=name).first() if name else None
            if same is not None:
                self.add_error(
                    "name", f"There is a theme called “{same.name}” already. Choose it from the list instead"
                )
            self.cleaned_data["theme"] = None
        elif become == self.EXISTING:
            self.need("theme", "Choose the theme")
            self.cleaned_data["name"] = ""
        return self.cleaned_data


def _have(number: int, of: int) -> str:
    if of == 1:
        return "The referral has"
    return f"{number} of {of:,} {'has' if number == 1 else 'have'}"
