"""Keeping the themes: a theme, a group of them, and what one is merged into."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from core.forms import GovukForm, RadioSelect

from ..models import Theme, ThemeGroup
from ..models.themes import one_name
from ..services import themes

one_line = RegexValidator(r"[\x00-\x1f\x7f]", "A name must be on one line", inverse_match=True)


class NameField(forms.CharField):
    """A name on one line, with single spaces between its words."""

    def to_python(self, value: Any) -> str:
        """The name without spaces that nobody sees; raises ValidationError for what no database can hold."""
        found = super().to_python(value)
        return " ".join(found.split(" ")) if found in self.empty_values else " ".join(filter(None, found.split(" ")))


class ThemesField(forms.ModelMultipleChoiceField):
    """Themes to tick. One that was merged away since the page was opened counts as the theme that stands for it."""

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What is ticked where the form is shown again."""
        return self._standing(super().bound_data(data, initial))

    def clean(self, value: Any) -> Any:
        """The themes. Raises ValidationError for one that is none of the choices."""
        return super().clean(self._standing(value))

    @staticmethod
    def _standing(value: Any) -> Any:
        if not isinstance(value, list | tuple):
            return value
        sent = [str(one) for one in value]
        numbers = [int(one) for one in sent if one.isascii() and one.isdigit() and len(one) < 10]
        if not Theme.objects.filter(pk__in=numbers, merged_into__isnull=False).exists():
            return value
        ends = {str(pk): str(end) for pk, end in themes.ends().items()}
        return list(dict.fromkeys(ends.get(one, one) for one in sent))


class ThemeForm(GovukForm):
    """A theme's name and the group that it stands in, one that there is or a new one."""

    NONE, NEW = "none", "new"

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    name = NameField(
        max_length=100,
        validators=[one_name, one_line],
        help_text="As it should stand on forms, in the tracker and in exports.",
        error_messages={"required": "Enter the name of the theme"},
    )
    group = forms.ChoiceField(
        widget=RadioSelect,
        help_text="Themes of a group stand together on forms.",
        error_messages={"required": "Choose a group, or no group"},
    )
    new_group = NameField(label="Name of the new group", required=False, max_length=60, validators=[one_line])

    def __init__(self, *args, theme: Theme | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.groups = {str(group.pk): group for group in ThemeGroup.objects.all()}
        names = [(pk, group.name) for pk, group in self.groups.items()]
        self.fields["group"].choices = [*names, (self.NONE, "No group"), (self.NEW, "A new group")]
        self.reveals = {"group": {self.NEW: "new_group"}}
        self.initial.setdefault("group", str(theme.group_id) if theme and theme.group_id else self.NONE)
        if theme is not None:
            self.initial |= {"version": theme.version, "name": theme.name}

    def clean(self) -> dict[str, Any]:
        chosen = self.cleaned_data.get("group")
        if chosen == self.NEW:
            self.need("new_group", "Enter the name of the new group")
        else:
            self.cleaned_data["new_group"] = ""
        return self.cleaned_data

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        sent = self.cleaned_data
        return {"name": sent["name"], "group": self.groups.get(sent["group"]), "new_group": sent.get("new_group", "")}


class GroupForm(GovukForm):
    """A group's name."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    name = NameField(max_length=60, validators=[one_line], error_messages={"required": "Enter the name of the group"})


class MergeThemeForm(GovukForm):
    """Which theme another one is merged into."""

    into = forms.ModelChoiceField(
        Theme.objects.none(),
        label="Which theme should stand for it?",
        empty_label="Choose a theme",
        help_text="Referrals that have this theme get that one instead.",
        error_messages={"required": "Choose the theme that should stand for it"},
    )

    def __init__(self, *args, gone: Theme, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = Theme.objects.in_use().filter(needs_text=False).exclude(pk=gone.pk)
