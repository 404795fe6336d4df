"""Making a referral, step by step."""

from datetime import date

from django import forms
from django.conf import settings

from accounts.models import Agency, Team
from core.forms import Checkboxes, DateField, GovukModelForm, RadioSelect
from core.models import FormSection, ListItem
from core.models.lists import FormName, ListName

from ..choices import Arrival
from ..models import Referral, SuitabilityAnswer, case_number_shape
from .common import not_in_future, sensible


class StepForm(GovukModelForm):
    """One step of making a referral. `version` is the step's, so that two tabs do not overwrite each other."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    step = ""

    def __init__(self, *args, person, **kwargs):
        self.person = person
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.step_version(self.step))

    def _post_clean(self) -> None:
        """The service writes the row; the form only reads values and leaves its instance as it was."""

    def values(self) -> dict:
        """The cleaned answers by field of the referral, without `version`."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def now(self, current: Referral) -> dict:
        """What `current` holds in this step's fields, to show beside what was sent."""
        shown = {}
        for name in self._meta.fields:
            value = getattr(current, name)
            shown[name] = list(value.all()) if hasattr(value, "all") else value
        return shown


class YoungPersonStep(StepForm):
    step = "young-person"

    class Meta:
        model = Referral
        fields = [
            "case_number", "name", "date_of_birth", "gender", "ethnicity", "disabilities", "legal_status", "education",
        ]  # fmt: skip
        field_classes = {"date_of_birth": DateField}
        widgets = {"disabilities": Checkboxes(small=True)}
        labels = {"name": "Name of Young Person", "disabilities": "Disability", "education": "Education"}
        help_texts = {
            "date_of_birth": "For example, 27 3 2010. Leave empty if you do not know it.",
            "disabilities": "Select all that apply.",
            "legal_status": "As far as you know it today.",
        }

    error_names = {"name": "the young person’s name"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        number = self.fields["case_number"]
        number.label, number.required = settings.CASE_NUMBER_NAME, True
        number.help_text = "The number of this young person in your own case system."
        number.error_messages["required"] = f"Enter the {settings.CASE_NUMBER_NAME}"
        number.validators.append(case_number_shape)
        number.widget.attrs["autocomplete"] = "off"
        self.fields["name"].required = True
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        for name, list_name in [
            ("gender", ListName.GENDER),
            ("ethnicity", ListName.ETHNICITY),
            ("disabilities", ListName.DISABILITY),
            ("legal_status", ListName.LEGAL_STATUS),
            ("education", ListName.EDUCATION),
        ]:
            self.fields[name].queryset = ListItem.objects.of(list_name)
            if name != "disabilities":
                self.fields[name].empty_label = "Choose one"
        none = ListItem.objects.of(ListName.DISABILITY).filter(code="NONE").values_list("pk", flat=True).first()
        self.fields["disabilities"].widget.exclusive = str(none)

    def clean_date_of_birth(self) -> date | None:
        return sensible("Date of birth", not_in_future("Date of birth", self.cleaned_data["date_of_birth"]))

    def clean_case_number(self) -> str:
        return " ".join(self.cleaned_data["case_number"].split())


class ReferrerStep(StepForm):
    step = "referrer"

    class Meta:
        model = Referral
        fields = ["referrer_name", "team", "agency", "arrival", "received_on"]
        field_classes = {"received_on": DateField}
        widgets = {"arrival": RadioSelect}
        labels = {
            "referrer_name": "Referrer",
            "arrival": "How did the referral arrive?",
            "received_on": "Date received",
        }
        help_texts = {
            "referrer_name": "You, or the person on whose behalf you are making this referral.",
            "team": "The people of this team will see the referral.",
            "received_on": "For example, 27 3 2026.",
        }

    error_names = {"referrer_name": "the referrer’s name", "received_on": "the date the referral was received"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        fields = self.fields
        fields["team"].queryset = Team.objects.filter(active=True).order_by("name")
        fields["team"].empty_label = "No team, or not listed"
        fields["agency"].queryset = Agency.objects.filter(active=True)
        fields["agency"].empty_label = "Choose one"
        fields["arrival"].choices = Arrival.choices
        for name in ("referrer_name", "agency", "arrival", "received_on"):
            fields[name].required = True
        fields["agency"].error_messages["required"] = "Select the referrer’s agency"
        fields["arrival"].error_messages["required"] = "Select how the referral arrived"

    def clean_received_on(self) -> date | None:
        return sensible("Date received", not_in_future("Date received", self.cleaned_data["received_on"]))


class WorryStep(StepForm):
    step = "worry"

    class Meta:
        model = Referral
        fields = ["worry", "harms"]
        widgets = {"worry": forms.Textarea(attrs={"rows": 8}), "harms": Checkboxes()}
        labels = {"worry": "What are you worried about?", "harms": "Kinds of extra-familial harm"}
        help_texts = {
            "worry": "What has happened, where, with whom, and why now.",
            "harms": "Select all that apply, as far as you know.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["worry"].required = True
        self.fields["worry"].error_messages["required"] = "Enter what you are worried about"
        self.fields["harms"].queryset = ListItem.objects.of(ListName.HARM)


class SuitabilityStep(StepForm):
    """The toolkit's six suitability questions; each may stay open, as the CS practitioner may ask it."""

    step = "suitability"

    class Meta:
        model = Referral
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        answers = {}
        if self.instance.pk and not self.instance._state.adding:
            answers = {answer.question_id: answer.body for answer in self.instance.answers.all()}
        for question in FormSection.objects.of(FormName.SUITABILITY):
            name = f"question-{question.key}"
            self.fields[name] = forms.CharField(
                label=question.title, required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4})
            )
            self.initial.setdefault(name, answers.get(question.pk, ""))

    def now(self, current: Referral) -> dict:
        answers = SuitabilityAnswer.objects.filter(referral=current).select_related("question")
        return {f"question-{answer.question.key}": answer.body for answer in answers}


# The steps in their order: (slug, title, form).
STEPS: list[tuple[str, str, type[StepForm]]] = [
    (form.step, title, form)
    for title, form in [
        ("The young person", YoungPersonStep),
        ("Who is referring", ReferrerStep),
        ("What the worry is", WorryStep),
        ("Is a case consultation suitable?", SuitabilityStep),
    ]
]
