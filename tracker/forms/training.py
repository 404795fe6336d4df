"""The forms of the training register, and what its lists may be narrowed by."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Agency, Team, User
from consultations.forms.common import FURTHEST, LONG_TEXT, sensible
from core.forms import DateField, GovukForm, GovukModelForm, RadioSelect

from ..choices import AttendanceStatus
from ..models import Champion, TrainingCourse
from ..services.training import Who

VERSION = {"widget": forms.HiddenInput, "required": False, "min_value": 0, "max_value": 2**31 - 1}
NAME_LENGTH = 200
SUGGESTED = {"autocomplete": "off", "spellcheck": "false"}


def one_line(text: str) -> str:
    """`text` without line ends and double spaces, as a name or title is kept."""
    return " ".join(text.split())


def in_reach(label: str, value: date | None) -> date | None:
    """`value`; raises a ValidationError for a year that can only be a slip, past or future."""
    if value and value > timezone.localdate() + FURTHEST:
        raise forms.ValidationError(f"{label} must be within a year from today")
    return sensible(label, value)


class CourseForm(GovukModelForm):
    """One course."""

    version = forms.IntegerField(**VERSION)

    class Meta:
        model = TrainingCourse
        fields = ["title", "kind", "held_on", "hours", "trainer", "place", "notes"]
        field_classes = {"held_on": DateField}
        widgets = {
            "kind": forms.TextInput(attrs={"list": "course-kinds", **SUGGESTED}),
            "trainer": forms.TextInput(attrs={"list": "course-trainers", **SUGGESTED}),
            "place": forms.TextInput(attrs={"list": "course-places", **SUGGESTED}),
            "hours": forms.TextInput(attrs={"class": "govuk-input--width-5", "inputmode": "decimal"}),
            "notes": forms.Textarea(attrs={"rows": 4}),
        }
        labels = {
            "title": "Title",
            "kind": "Kind of course",
            "held_on": "Date",
            "hours": "Hours",
            "trainer": "Trainer or provider",
            "place": "Place",
            "notes": "Notes",
        }
        help_texts = {
            "kind": "Choose one that is suggested as you type, or write your own.",
            "held_on": "Of a course of several days, the first. For example, 27 1 2027.",
            "hours": "For example, 3 or 1.5.",
        }

    error_names = {"title": "the title of the course", "kind": "the kind of course", "held_on": "the date"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["notes"].validators.append(MaxLengthValidator(LONG_TEXT))
        hours = self.fields["hours"]
        hours.error_messages |= {
            "invalid": "Hours must be a number, like 3 or 1.5",
            "max_digits": "Hours must be 200 or fewer",
            "max_whole_digits": "Hours must be 200 or fewer",
            "max_decimal_places": "Hours must have at most one decimal place, like 1.5",
        }
        self.initial.setdefault("version", self.instance.version)

    def clean_title(self) -> str:
        return one_line(self.cleaned_data["title"])

    def clean_kind(self) -> str:
        return one_line(self.cleaned_data["kind"])

    def clean_held_on(self) -> date | None:
        return in_reach("The date", self.cleaned_data["held_on"])

    def clean_hours(self) -> Decimal | None:
        hours = self.cleaned_data["hours"]
        if hours is not None and not Decimal("0.5") <= hours <= 200:
            raise forms.ValidationError("Hours must be between 0.5 and 200")
        return hours

    def _post_clean(self) -> None:
        """The service writes the row; the form only reads its values, so it does not touch the instance."""


class CourseFilter(GovukForm):
    """What the list of courses may be narrowed by. What is unknown in the URL is left out of account."""

    mark_optional = False

    held_from = DateField(label="Held from", required=False)
    held_to = DateField(label="Held to", required=False)
    kind = forms.ChoiceField(label="Kind of course", required=False)
    q = forms.CharField(
        label="Words", required=False, max_length=200, help_text="In the title, trainer, place or notes."
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = TrainingCourse.objects.order_by("kind").values_list("kind", flat=True).distinct()
        self.fields["kind"].choices = [("", "All kinds"), *((kind, kind) for kind in kinds)]

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("held_from"), self.cleaned_data.get("held_to")
        if first and last and first > last:
            self.add_error("held_to", "The end of the period must be on or after its beginning")
        return self.cleaned_data

    def chosen(self) -> dict[str, Any]:
        """Whatever of the filter is valid and not empty."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}

    def words(self) -> dict[str, str]:
        """The chosen filter as people read it: {label: value}."""
        return {
            str(self.fields[name].label): date_format(value, "DATE_FORMAT") if isinstance(value, date) else value
            for name, value in self.chosen().items()
        }

    def narrow(self, courses: QuerySet) -> QuerySet:
        """`courses` narrowed by whatever of the filter is valid."""
        chosen = self.chosen()
        if first := chosen.get("held_from"):
            courses = courses.filter(held_on__gte=first)
        if last := chosen.get("held_to"):
            courses = courses.filter(held_on__lte=last)
        if kind := chosen.get("kind"):
            courses = courses.filter(kind=kind)
        for word in chosen.get("q", "").split():
            found = Q(title__icontains=word) | Q(trainer__icontains=word)
            courses = courses.filter(found | Q(place__icontains=word) | Q(notes__icontains=word))
        return courses


class TeamFilter(GovukForm):
    """What the lists of teams may be narrowed by."""

    mark_optional = False

    agency = forms.ModelChoiceField(Agency.objects.all(), label="Agency", required=False, empty_label="All agencies")
    need = forms.BooleanField(label="Only teams where something is missing", required=False)

    def chosen(self) -> dict[str, Any]:
        """Whatever of the filter is valid and not empty."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class ChampionFilter(TeamFilter):
    """What the list of Champions may be narrowed by."""

    need = forms.BooleanField(label="Only teams without a Champion", required=False)


def labels_of_people() -> dict[str, list[User]]:
    """Everybody with an account, left or not, by the words that a form suggests: name and team.

    Two may share these words; then a person has to be told apart in another way.
    """
    found: dict[str, list[User]] = {}
    for user in User.objects.select_related("team__agency"):
        team = f" ({user.team})" if user.team_id else " (no team)"
        left = "" if user.is_active else ", has left"
        found.setdefault(f"{user.name}{team}{left}", []).append(user)
    return found


class WhoForm(GovukForm):
    """Somebody found as they are typed: an account holder out of the suggestions, else a name with team and agency."""

    who = forms.CharField(
        label="Name",
        max_length=400,  # a name and a team
        widget=forms.TextInput(attrs={"list": "known-people", **SUGGESTED}),
        help_text="People with an account are suggested as you type: choose one of them, or write the name of "
        "somebody who has none.",
        error_messages={"required": "Enter who it is"},
    )
    team = forms.ModelChoiceField(
        Team.objects.none(),
        required=False,
        empty_label="Their own team, or none",
        help_text="Of somebody with an account it is known.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = labels_of_people()
        self.fields["team"].queryset = Team.objects.filter(active=True).select_related("agency")
        self.fields["team"].label_from_instance = lambda team: f"{team.name}, {team.agency.name}"

    def clean(self) -> dict[str, Any]:
        words = one_line(self.cleaned_data.get("who", ""))
        if not words:
            return self.cleaned_data
        accounts = self._accounts(words)
        if len(accounts) > 1:
            self.add_error("who", "More than one person here has this name: choose one of the suggestions")
        if not accounts and len(words) > NAME_LENGTH:
            self.add_error("who", f"Name must be {NAME_LENGTH} characters or fewer")
        person = accounts[0] if accounts else None
        self.cleaned_data["somebody"] = Who(
            person=person,
            name="" if person else words,
            team=self.cleaned_data.get("team"),
            agency=self.cleaned_data.get("agency"),
        )
        return self.cleaned_data

    def _accounts(self, words: str) -> list[User]:
        """Whose account is meant: by the suggested words, or by the name alone, unless another team is given."""
        by_words = {label.lower(): users for label, users in self.people.items()}
        if words.lower() in by_words:
            return by_words[words.lower()]
        named = [user for users in self.people.values() for user in users if user.name.lower() == words.lower()]
        team = self.cleaned_data.get("team")
        return [user for user in named if team is None or user.team_id == team.pk]


class AttendeeForm(WhoForm):
    """Somebody for the list of a course."""

    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        required=False,
        empty_label="The team’s, or none",
        help_text="Only for somebody who belongs to none of the teams.",
    )
    status = forms.ChoiceField(
        label="Did they attend?",
        choices=AttendanceStatus.choices,
        widget=RadioSelect(inline=True, small=True),
        error_messages={"required": "Select whether they attended"},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = Agency.objects.filter(active=True)


class ChampionForm(WhoForm):
    """A Champion: who, of which team, since when, until when."""

    version = forms.IntegerField(**VERSION)
    since = DateField(label="Champion since", help_text="For example, 27 1 2026.")
    until = DateField(label="Last day as a Champion", required=False, help_text="Leave empty while they are one.")

    error_names = {"team": "the team"}
    field_order = ["version", "who", "team", "since", "until"]

    def __init__(self, *args, champion: Champion | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        team = self.fields["team"]
        team.required, team.empty_label, team.help_text = True, "Choose a team", "Whose Champion they are."
        self.fields["since"].error_messages["required"] = "Enter since when they are a Champion"
        if champion is not None:
            team.queryset = (team.queryset | Team.objects.filter(pk=champion.team_id)).select_related("agency")
            given = {"version": champion.version, "who": self.label_of(champion), "team": champion.team_id}
            for name, value in (given | {"since": champion.since, "until": champion.until}).items():
                self.initial.setdefault(name, value)

    def clean_since(self) -> date | None:
        return in_reach("Champion since", self.cleaned_data["since"])

    def clean_until(self) -> date | None:
        return in_reach("Last day as a Champion", self.cleaned_data["until"])

    def clean(self) -> dict[str, Any]:
        super().clean()
        first, last = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if first and last and last < first:
            self.add_error("until", "Last day as a Champion must be on or after the first")
        return self.cleaned_data

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        somebody = self.cleaned_data["somebody"]
        taken = {name: self.cleaned_data[name] for name in ("team", "since", "until")}
        return {"person": somebody.person, "name": somebody.name, **taken}

    def _accounts(self, words: str) -> list[User]:
        """A person may be the Champion of another team than their own, so the name alone tells."""
        by_words = {label.lower(): users for label, users in self.people.items()}
        return by_words.get(words.lower()) or [
            user for users in self.people.values() for user in users if user.name.lower() == words.lower()
        ]

    def label_of(self, champion: Champion) -> str:
        """A Champion in the words that this form suggests."""
        if not champion.person_id:
            return champion.name
        return next(label for label, users in self.people.items() if champion.person in users)
