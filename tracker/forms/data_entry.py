"""The toolkit's data entry form."""

from typing import Any

from django import forms
from django.urls import reverse_lazy

from core.forms import Checkboxes, GovukForm, RadioSelect
from core.models import FormSection
from core.models.lists import FormName

from ..choices import PrimaryConcern
from ..models import Theme
from .themes import ThemesField


class DataEntryForm(GovukForm):
    """The toolkit's data entry form. A referral without a consultation fills in a short one, without the journey."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    how_long_known = forms.CharField(required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}))
    previous_referrals = forms.CharField(required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}))
    primary_concern = forms.ChoiceField(
        label="Primary Concern",
        choices=PrimaryConcern.choices,
        widget=RadioSelect,
        help_text="Select ONE only.",
        error_messages={"required": "Select the primary concern"},
    )
    detail = forms.CharField(
        label="Detail (e.g. name of school, gang, location etc)",
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"data-suggest": reverse_lazy("contexts:suggest")}),
    )
    themes = ThemesField(
        Theme.objects.none(),
        label="THEMES IDENTIFIED",
        required=False,
        widget=Checkboxes,
        help_text="Select all that were identified.",
    )
    other_theme = forms.CharField(label="State the other theme", required=False, max_length=300)

    def __init__(self, *args, entry=None, short: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        themes = list(Theme.objects.in_use())
        if entry is not None:
            themes += [theme for theme in entry.themes.all() if not theme.active]
        self.fields["themes"].queryset = Theme.objects.filter(pk__in=[theme.pk for theme in themes])
        others = [str(theme.pk) for theme in themes if theme.needs_text]
        self.reveals = {"themes": dict.fromkeys(others[:1], "other_theme")}
        prompts = FormSection.objects.of(FormName.DATA_ENTRY).first()
        words = prompts.prompt_texts() if prompts else []
        for name, label in zip(["how_long_known", "previous_referrals"], words, strict=False):
            self.fields[name].label = label
        if short:
            del self.fields["how_long_known"], self.fields["previous_referrals"]
        if entry is not None:
            for name in ("version", "how_long_known", "previous_referrals", "primary_concern", "detail", "other_theme"):
                self.initial.setdefault(name, getattr(entry, name))
            self.initial.setdefault("themes", [theme.pk for theme in entry.themes.all()])

    def clean(self) -> dict[str, Any]:
        chosen = self.cleaned_data.get("themes")
        if chosen is not None and any(theme.needs_text for theme in chosen):
            self.need("other_theme", "Enter what the other theme is")
        elif chosen is not None:
            self.cleaned_data["other_theme"] = ""
        return self.cleaned_data
