"""What the tracker may be filtered by."""

from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format

from accounts.models import Agency, Team
from contexts.services import patterns
from core.forms import Checkboxes, DateField, GovukForm, RadioSelect
from core.models import ListItem
from core.models.lists import ListName

from ..choices import OUTCOMES, PrimaryConcern
from ..models import Theme
from ..services.themes import ends_of

NONE = "none"  # the value for rows where nothing is recorded
# Filters that a figure of the dashboard asks for. They stand in the panel only while the URL has them.
ONLY_WHERE_USED = ("screened", "consulted", "actions", "named", "also_theme", "also_harm")


def _several(label: str, choices=()) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, required=False, choices=choices, widget=Checkboxes(small=True))


class TrackerFilter(GovukForm):
    """What the tracker may be narrowed by. It lives in the URL; what is unknown there is left out of account.

    Several values of one filter widen it ("this team or that one"); filters among each other narrow. The value "none"
    stands for rows where nothing is recorded.
    """

    mark_optional = False

    q = forms.CharField(
        label="Words",
        required=False,
        max_length=200,
        help_text="In the reference, case number, referrer, team or detail. Names: by the search at the top.",
    )
    context = forms.CharField(
        label="Context",
        required=False,
        max_length=200,
        help_text="A place, school or group: in the detail, an action or the framework.",
    )
    received_from = DateField(label="Received from", required=False)
    received_to = DateField(label="Received to", required=False)
    state = _several("Outcome", OUTCOMES)
    concern = _several("Primary Concern", [*PrimaryConcern.choices, (NONE, "No primary concern recorded")])
    themes = _several("Themes")
    match = forms.ChoiceField(
        label="Match",
        required=False,
        choices=[("any", "Any of these themes"), ("all", "All of these themes")],
        widget=RadioSelect(small=True, inline=True),
        initial="any",
    )
    harm = _several("Kind of harm")
    team = _several("Team")
    agency = _several("Agency")
    entry = _several("Data entry form", [("due", "Still to be completed"), ("done", "Completed")])
    feedback = _several("Feedback", [("outstanding", "Asked for and outstanding"), ("given", "Given")])
    screened = forms.ChoiceField(
        label="Screening",
        required=False,
        choices=[("", "All"), ("yes", "Screened"), ("no", "Not screened yet")],
        widget=forms.Select,
    )
    consulted = forms.ChoiceField(
        label="Consultation",
        required=False,
        choices=[("", "All"), ("yes", "Held"), ("no", "Not held")],
        widget=forms.Select,
    )
    actions = forms.ChoiceField(
        label="Actions",
        required=False,
        choices=[("", "All"), ("overdue", "With an overdue action")],
        widget=forms.Select,
    )
    named = forms.ChoiceField(label="Place, school or group", required=False, widget=forms.Select)
    also_theme = _several("And theme")
    also_harm = _several("And kind of harm")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        themes = [*self._theme_choices(), (NONE, "No theme recorded")]
        harms = [*_choices(ListItem.objects.filter(list=ListName.HARM)), (NONE, "No kind of harm recorded")]
        for name in ("themes", "also_theme"):
            self.fields[name].choices = themes
        for name in ("harm", "also_harm"):
            self.fields[name].choices = harms
        self.fields["team"].choices = [*_team_choices(), (NONE, "No team recorded")]
        self.fields["agency"].choices = [*_choices(Agency.objects.all()), (NONE, "No agency recorded")]
        for name in ONLY_WHERE_USED:
            if not self.data.get(name):
                del self.fields[name]
        if "named" in self.fields and patterns.keys_of(self.data["named"]):
            self.fields["named"].choices = [("", "Any"), (self.data["named"], "One that several referrals name")]

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("received_from"), self.cleaned_data.get("received_to")
        if first and last and first > last:
            self.add_error("received_to", "The end of the period must be on or after its beginning")
        return self.cleaned_data

    def chosen(self) -> dict[str, Any]:
        """Whatever of the filter is valid and not empty: dates, words, and lists of values as they are in the URL."""
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [])}
        for name in {"themes", "also_theme"} & set(found):
            found[name] = list(dict.fromkeys(self._stands_for.get(value, value) for value in found[name]))
        if "themes" not in found:
            found.pop("match", None)
        return found

    def words(self) -> dict[str, str]:
        """The chosen filter as people read it: {label: value}."""
        found = {}
        for name, value in self.chosen().items():
            field = self.fields[name]
            labels = dict(getattr(field, "choices", ()))
            values = value if isinstance(value, list) else [value]
            found[str(field.label)] = ", ".join(self._word(labels.get(one, one)) for one in values)
        return found

    def _theme_choices(self) -> list[tuple[str, str]]:
        """The themes. One that was merged away only where the URL still has it: it finds what stands for it now."""
        themes = {theme.pk: theme for theme in Theme.objects.all()}
        ends = {pk: themes[end] for pk, end in ends_of(themes).items()}
        self._stands_for = {str(pk): str(end.pk) for pk, end in ends.items() if end.pk != pk}
        asked = {value for name in ("themes", "also_theme") for value in _values(self.data, name)}
        kept = [theme for theme in themes.values() if not theme.merged_into_id]
        gone = [theme for theme in themes.values() if theme.merged_into_id and str(theme.pk) in asked]
        return [*_choices(kept), *((str(theme.pk), f"{theme} (now {ends[theme.pk]})") for theme in gone)]

    @staticmethod
    def _word(value: Any) -> str:
        return date_format(value, "DATE_FORMAT") if isinstance(value, date) else str(value)


def _choices(found) -> list[tuple[str, str]]:
    return [(str(one.pk), str(one)) for one in found]


def _values(data, name: str) -> list[str]:
    return data.getlist(name) if hasattr(data, "getlist") else []


def _team_choices() -> list[tuple[str, str]]:
    """The teams; with their agency where two of them have the same name."""
    teams = list(Team.objects.select_related("agency").order_by("name", "agency__name"))
    names = [team.name.lower() for team in teams]
    twice = {name for name in names if names.count(name) > 1}
    return [
        (str(team.pk), f"{team.name} ({team.agency})" if team.name.lower() in twice else team.name) for team in teams
    ]
