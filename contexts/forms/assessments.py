"""Forms of an assessment: what it is about, how an area stands, the methods used."""

from datetime import date

from django import forms

from accounts.models import Agency
from consultations.forms.common import LONG_TEXT, not_in_future, sensible
from consultations.forms.screening import long_text
from core.forms import Checkboxes, DateField, GovukForm, RadioSelect, tidy

from ..choices import Light
from ..kinds import Area
from ..models import Assessment, LinkedPerson, MethodUsed, Observation
from ..models.assessments import MOST_PEOPLE
from ..sight import Sight
from .deciding import LeadField

NAME_NO_CHILD = "Say which group, not children’s names."


def version_field() -> forms.IntegerField:
    """The version of the row that the page showed."""
    return forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)


class AboutAssessmentForm(GovukForm):
    """Lead, agencies, and the young people who are considered together, by names that the reader may know."""

    version = version_field()
    lead = LeadField(label="Who leads the assessment", help_text="From whichever agency knows the context best.")
    agencies = forms.ModelMultipleChoiceField(
        Agency.objects.none(), label="Agencies that take part", required=False, widget=Checkboxes(small=True)
    )
    people = forms.ModelMultipleChoiceField(
        LinkedPerson.objects.none(),
        label="Young people considered together",
        required=False,
        widget=Checkboxes(small=True),
        help_text="So that one plan meets what they need together. They come from the people of this context.",
    )

    def __init__(self, *args, assessment: Assessment, reader, **kwargs):
        super().__init__(*args, **kwargs)
        self.reader = reader
        chosen = list(assessment.people.values_list("pk", flat=True))
        rows = LinkedPerson.objects.filter(context=assessment.context_id)
        rows = rows.standing() | rows.filter(pk__in=chosen)
        self.fields["people"].queryset = rows.with_sight(reader).order_by("made_at", "pk")
        self.fields["people"].label_from_instance = Sight(reader, assessment.context_id).name_of
        self.fields["agencies"].queryset = Agency.objects.order_by("name")
        now = {"version": assessment.version, "lead": assessment.lead_id, "people": chosen}
        now["agencies"] = list(assessment.agencies.values_list("pk", flat=True))
        for name, value in now.items():
            self.initial.setdefault(name, value)

    def words_of(self, assessment: Assessment) -> list[str]:
        """The names of the young people as they stand, as this reader may know them: for who meets a conflict."""
        rows = LinkedPerson.objects.filter(assessments=assessment).with_sight(self.reader)
        sight = Sight(self.reader, assessment.context_id)
        return [sight.name_of(row) for row in rows]


class RatingForm(GovukForm):
    """Red, amber or green, and why. `seen` is the last rating that the page showed, 0 for none."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**63 - 1)
    light = forms.ChoiceField(
        label="How does it stand?",
        choices=Light.choices,
        widget=RadioSelect(),
        error_messages={"required": "Select red, amber or green"},
    )
    reason = long_text(
        "Why?", "Enter the reason for your judgement", help_text="What you saw or heard that shows it. Name no child."
    )

    def __init__(self, *args, area: Area, seen: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["light"].widget.hints = {str(light): area.means(light) for light in Light}
        self.initial.setdefault("seen", seen)


class MethodForm(GovukForm):
    """When, by whom, how many took part and who they were, what was found."""

    version = version_field()
    title = forms.CharField(
        label="What is it called?", required=False, max_length=200, help_text="For example, Year 9 survey."
    )
    begun_on = DateField(label="Date, or first day", error_messages={"required": "Enter the date"})
    ended_on = DateField(label="Last day", required=False, help_text="If it took more than a day.")
    by_whom = forms.CharField(
        label="Who did it?",
        max_length=300,
        help_text="For example, school nurse and youth worker.",
        error_messages={"required": "Enter who did it"},
    )
    number = forms.IntegerField(
        label="How many took part?",
        required=False,
        min_value=0,
        max_value=MOST_PEOPLE,
        help_text="People, or records for a review.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-5"}),
        error_messages={
            "invalid": "How many took part must be a whole number",
            "min_value": "How many took part must be 0 or more",
            "max_value": f"How many took part must be {MOST_PEOPLE:,} or fewer",
        },
    )
    who = forms.CharField(label="Who took part?", required=False, max_length=300, help_text=NAME_NO_CHILD)
    found = long_text("What was found?", "", required=False, help_text="Harms and strengths. Name no child.")

    def __init__(self, *args, method: MethodUsed | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        if method:
            for name in self.fields:
                self.initial.setdefault(name, getattr(method, name))

    def clean_title(self) -> str:
        return tidy(self.cleaned_data["title"])

    def clean_begun_on(self) -> date | None:
        return not_in_future("Date", sensible("Date", self.cleaned_data["begun_on"]))

    def clean_ended_on(self) -> date | None:
        return sensible("Last day", self.cleaned_data["ended_on"])

    def clean(self) -> dict:
        first, last = self.cleaned_data.get("begun_on"), self.cleaned_data.get("ended_on")
        if first and last and last < first:
            self.add_error("ended_on", "Last day must be on or after the first day")
        return self.cleaned_data

    def values(self) -> dict:
        """What the service takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class AnyTimeField(forms.TimeField):
    """A time of the day or the night in one box, as people write it: 14:30, 2.30pm or 11pm."""

    widget = forms.TextInput(attrs={"class": "govuk-input--width-5", "autocomplete": "off"})

    def __init__(self, **kwargs):
        formats = ["%H:%M", "%H.%M", "%I:%M%p", "%I.%M%p", "%I%p", "%H:%M:%S"]
        super().__init__(input_formats=formats, **kwargs)

    def to_python(self, value):
        return super().to_python("".join(value.split()).lower() if isinstance(value, str) else value)

    def prepare_value(self, value):
        return f"{value:%H:%M}" if hasattr(value, "hour") else value


class ObservationForm(GovukForm):
    """When somebody looked, where, and what was seen."""

    day = DateField(label="Day", error_messages={"required": "Enter the day"})
    clock = AnyTimeField(
        label="Time",
        help_text="For example, 15:20 or 9pm. Look at several times of day.",
        error_messages={"required": "Enter the time", "invalid": "Enter a time, like 15:20"},
    )
    place = forms.CharField(label="Where?", max_length=300, error_messages={"required": "Enter where you looked"})
    seen = long_text("What was seen?", "Enter what was seen", help_text="Who was there as groups, what they did.")

    def __init__(self, *args, observation: Observation | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        if observation:
            for name in self.fields:
                self.initial.setdefault(name, getattr(observation, name))

    def clean_day(self) -> date | None:
        return not_in_future("Day", sensible("Day", self.cleaned_data["day"]))


class FiguresForm(GovukForm):
    """The figures of a survey as lines, or as a CSV file: question, answer, how many."""

    version = version_field()
    lines = forms.CharField(
        label="Figures",
        required=False,
        strip=False,
        max_length=LONG_TEXT,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text="One line for each answer: question, answer, how many. With commas, semicolons, or tabs as they come "
        "from a spreadsheet.",
    )
    file = forms.FileField(
        label="Or a CSV file",
        required=False,
        allow_empty_file=True,
        help_text="Up to 200 KB. It is read into the box above, so that you see it before it is saved.",
    )
