"""Young people who may stand here twice."""

from django import forms
from django.utils.formats import date_format

from core.forms import GovukForm, RadioSelect

from ..models import YoungPerson
from ..services import people

KINDS = [("", "All"), *((kind, words) for kind, (words, _) in people.KINDS.items())]


class DuplicateFilter(GovukForm):
    """What the list of possible duplicates may be narrowed by."""

    mark_optional = False

    kind = forms.ChoiceField(label="What is the same", required=False, choices=KINDS)

    def kinds(self) -> list[str]:
        """The chosen kind, or all."""
        self.is_valid()
        chosen = self.cleaned_data.get("kind")
        return [chosen] if chosen else list(people.KINDS)


class MergeChoiceForm(GovukForm):
    """Which of two records stays, and which of their values. Only ids and sides stand in the address."""

    FIRST, SECOND = "first", "second"

    keep = forms.ChoiceField(
        label="Which record stays?",
        widget=RadioSelect,
        error_messages={"required": "Select which record stays"},
        help_text="Its case number stays too. The other case number goes on leading to it.",
    )
    name = forms.ChoiceField(
        label="Which name stays?", widget=RadioSelect, error_messages={"required": "Select which name stays"}
    )
    date_of_birth = forms.ChoiceField(
        label="Which date of birth stays?",
        widget=RadioSelect,
        error_messages={"required": "Select which date of birth stays"},
    )

    def __init__(self, *args, first: YoungPerson, second: YoungPerson, **kwargs):
        super().__init__(*args, **kwargs)
        self.sides = {self.FIRST: first, self.SECOND: second}
        self._offer("keep", lambda person: person.case_number)
        self._offer("name", lambda person: person.name)
        self._offer("date_of_birth", lambda person: person.date_of_birth and _day(person.date_of_birth))

    def _offer(self, name: str, read) -> None:
        """The two values to choose from; no question where both are the same, no choice of an empty one proposed."""
        values = {side: read(person) or "" for side, person in self.sides.items()}
        if values[self.FIRST] == values[self.SECOND]:
            del self.fields[name]
            return
        self.fields[name].choices = [(side, value or "Not known") for side, value in values.items()]
        known = [side for side, value in values.items() if value]
        if len(known) == 1:
            self.initial.setdefault(name, known[0])

    def plan(self) -> people.Plan:
        """What the valid choice would do."""
        sent = dict(self.cleaned_data)
        keep = self.sides[sent.pop("keep")]
        choices = {name: self.sides[side] for name, side in sent.items()}
        return people.plan(self.sides[self.FIRST], self.sides[self.SECOND], keep=keep, choices=choices)

    def choices(self) -> dict:
        """The valid choice as `services.people.merge` takes it."""
        sent = dict(self.cleaned_data)
        keep = self.sides[sent.pop("keep")]
        return {"keep": keep, "choices": {name: self.sides[side] for name, side in sent.items()}}


class WhyForm(GovukForm):
    """The reason of an act on the records of young people."""

    reason = forms.CharField(
        label="Why?",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="For example, what you compared, and whom you asked.",
        error_messages={"required": "Enter the reason"},
    )


class MergeForm(WhyForm):
    """Merging, after the preview."""

    mark = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)


def _day(day) -> str:
    return date_format(day, "DATE_FORMAT")
