"""Making a referral, step by step."""

from collections.abc import Iterator
from datetime import date

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Agency, Team, User
from accounts.permissions import Permission
from core.forms import Checkboxes, DateField, GovukForm, GovukModelForm, RadioSelect
from core.models import FormSection, ListItem
from core.models.lists import FormName, ListName

from ..choices import Arrival
from ..models import Referral, SuitabilityAnswer, case_number_shape
from ..services.known import Known, begun, known
from .common import LONG_TEXT, not_in_future, sensible, with_team


def plain_number(case_number: str) -> str:
    """A case number with single spaces."""
    return " ".join(case_number.split())


def word_case_number(field: forms.Field) -> None:
    """Give the field of a case number the name that this authority has for it."""
    field.label = settings.CASE_NUMBER_NAME
    field.help_text = "The number of this young person in your own case system."
    field.error_messages["required"] = f"Enter the {settings.CASE_NUMBER_NAME}"
    field.widget.attrs["autocomplete"] = "off"


class NewReferralForm(GovukForm):
    """The case number first; where it is known to the reader, whether this is that young person.

    `offered` is the number that the question below it was drawn for: another one makes another question.
    """

    WRONG, ANOTHER = "wrong-number", "somebody-else"

    case_number = forms.CharField(max_length=40, validators=[case_number_shape])
    offered = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    who = forms.ChoiceField(
        label="Is this the young person?",
        widget=RadioSelect,
        error_messages={"required": "Select whether this is the young person"},
    )

    error_names = {"who": "whether this is the young person"}

    def __init__(self, data=None, *, person, number: str = "", asking: bool = False):
        super().__init__(data, initial={"case_number": number, "offered": number if asking else ""})
        self.person = person
        word_case_number(self.fields["case_number"])
        self.people: list[Known] = []
        self.begun: list[Referral] = []
        if data is not None:
            number = plain_number(data.get("case_number", ""))
            asking = bool(number) and data.get("offered") == number
        if asking:
            self._look_up(number)
        if self.people or self.begun:
            self.fields["case_number"].widget = forms.HiddenInput()
            self.fields["who"].choices = list(self._options(number))
        else:
            del self.fields["who"]

    def _look_up(self, number: str) -> None:
        self.people = known(number, by=self.person)
        self.begun = begun(number, by=self.person)

    def _options(self, number: str) -> Iterator[tuple[str, str]]:
        for draft in self.begun:
            at = date_format(timezone.localtime(draft.created_at), "DATETIME_FORMAT")
            yield str(draft.pk), f"Yes, and I want to go on with the draft that I began on {at}"
        for person in self.people:
            words = f"it is {person.name or person.case_number}" if len(self.people) > 1 else "this is the young person"
            yield str(person.id), f"Yes, {words}: start a new referral with what is known"
        if not self.people:
            yield self.ANOTHER, "No, start a new referral"
        elif not any(person.is_number(number) for person in self.people):
            yield self.ANOTHER, "No, it is somebody else with a similar number"
        yield self.WRONG, "No, I typed the number wrong"

    @property
    def is_offer(self) -> bool:
        """Whether the page asks if this is the young person."""
        return "who" in self.fields

    def clean_case_number(self) -> str:
        return plain_number(self.cleaned_data["case_number"])

    def question(self) -> "NewReferralForm | None":
        """Of a valid form: the form that asks about whom is known by this number, None where nobody is or it did."""
        if self.is_offer:
            return None
        form = NewReferralForm(person=self.person, number=self.cleaned_data["case_number"], asking=True)
        return form if form.is_offer else None

    def chosen(self) -> Known | Referral | None:
        """Of a valid form: the young person or the draft that was picked."""
        picked = self.cleaned_data.get("who")
        return next((one for one in [*self.people, *self.begun] if str(getattr(one, "id", "")) == picked), None)


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
    """Who the referral is about."""

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
        number.required = True
        number.validators.append(case_number_shape)
        word_case_number(number)
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
        born = sensible("Date of birth", not_in_future("Date of birth", self.cleaned_data["date_of_birth"]))
        received = self.instance.received_on
        if born and received and born > received:
            raise forms.ValidationError(
                f"Date of birth must be before {date_format(received, 'DATE_FORMAT')}, when the referral was received"
            )
        return born

    def clean_case_number(self) -> str:
        return plain_number(self.cleaned_data["case_number"])


class ReferrerStep(StepForm):
    """Who the referral comes from: the person who types, somebody else with an account, or somebody by name."""

    step = "referrer"
    ME, HERE, ELSEWHERE = "me", "here", "elsewhere"

    who = forms.ChoiceField(
        label="Who is making this referral?",
        widget=RadioSelect,
        error_messages={"required": "Select who is making this referral"},
    )
    own_agency = forms.ModelChoiceField(
        Agency.objects.none(), label="Your agency", required=False, empty_label="Choose one"
    )

    class Meta:
        model = Referral
        fields = ["referrer", "referrer_name", "team", "agency", "arrival", "received_on"]
        field_classes = {"received_on": DateField}
        widgets = {"arrival": RadioSelect}
        labels = {
            "referrer": "Person",
            "referrer_name": "Name",
            "arrival": "How did the referral arrive?",
            "received_on": "Date received",
        }
        help_texts = {
            "referrer": "They see the referral, and are told what becomes of it.",
            "team": "The people of this team will see the referral.",
            "received_on": "For example, 27 3 2026.",
        }

    field_order = ["version", "who", "own_agency", "referrer", "referrer_name", "team", "agency"]
    error_names = {"referrer_name": "the referrer’s name", "received_on": "the date the referral was received"}
    reveals = {"who": {HERE: "referrer", ELSEWHERE: ("referrer_name", "team", "agency")}}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        fields, me = self.fields, self.person
        fields["who"].choices = [
            (self.ME, "Me"),
            (self.HERE, "Somebody else with an account here"),
            (self.ELSEWHERE, "Somebody without an account"),
        ]
        fields["who"].widget.hints = {self.ME: ", ".join(str(part) for part in (me.name, me.team) if part)}
        here = User.objects.holding(Permission.REFERRAL_MAKE).filter(team__isnull=False).exclude(pk=me.pk)
        fields["referrer"].queryset = here.select_related("team")
        fields["referrer"].label_from_instance = with_team
        fields["referrer"].empty_label = "Choose a person"
        fields["team"].queryset = Team.objects.filter(active=True).order_by("name")
        fields["team"].empty_label = "No team, or not listed"
        fields["agency"].queryset = fields["own_agency"].queryset = Agency.objects.filter(active=True)
        fields["agency"].empty_label = "Choose one"
        fields["arrival"].choices = Arrival.choices
        for name in ("arrival", "received_on"):
            fields[name].required = True
        fields["arrival"].error_messages["required"] = "Select how the referral arrived"
        if me.team_id:
            del fields["own_agency"]  # the team's
        else:
            self.reveals = {"who": {self.ME: "own_agency"} | self.reveals["who"]}
            self.initial.setdefault("own_agency", self.instance.agency_id)
        self.initial.setdefault("who", self._who(self.instance))
        if self.initial["who"] != self.ELSEWHERE:
            for name in ("referrer_name", "team", "agency"):
                self.initial[name] = None  # the account's own; not to be offered for somebody else

    def _who(self, referral: Referral) -> str:
        if referral.referrer_id:
            return self.ME if referral.referrer_id == self.person.pk else self.HERE
        return self.ELSEWHERE if referral.referrer_name else ""

    def clean_received_on(self) -> date | None:
        received = sensible("Date received", not_in_future("Date received", self.cleaned_data["received_on"]))
        born = self.instance.date_of_birth
        if received and born and received < born:
            raise forms.ValidationError(
                f"Date received must be after the date of birth, {date_format(born, 'DATE_FORMAT')}"
            )
        return received

    def clean(self) -> dict:
        who = self.cleaned_data.get("who")
        if who == self.ME and "own_agency" in self.fields:
            self.need("own_agency", "Select your agency")
        elif who == self.HERE:
            self.need("referrer", "Select who is making this referral")
        elif who == self.ELSEWHERE:
            self.need("referrer_name", "Enter the referrer’s name")
            self.need("agency", "Select the referrer’s agency")
        return self.cleaned_data

    def values(self) -> dict:
        """The answers; an account's name, team and agency are copied, so that they stay as they were on the day."""
        sent = self.cleaned_data
        values = {"arrival": sent["arrival"], "received_on": sent["received_on"]}
        if sent["who"] == self.ELSEWHERE:
            return values | {"referrer": None} | {name: sent[name] for name in ("referrer_name", "team", "agency")}
        account = self.person if sent["who"] == self.ME else sent["referrer"]
        agency = account.team.agency if account.team_id else sent["own_agency"]
        return values | {"referrer": account, "referrer_name": account.name, "team": account.team, "agency": agency}

    def now(self, current: Referral) -> dict:
        """Who the referrer is stands in one line, whichever of the fields it came from."""
        shown = {name: getattr(current, name) for name in ("arrival", "received_on")}
        sent = self.values()
        if any(sent[name] != getattr(current, name) for name in ("referrer", "referrer_name", "team", "agency")):
            parts = (current.referrer_name, current.team, current.agency)
            shown["who"] = ", ".join(str(part) for part in parts if part)
        return shown


class WorryStep(StepForm):
    """What has happened, and which kinds of harm it may be."""

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
                label=question.title, required=False, max_length=LONG_TEXT, widget=forms.Textarea(attrs={"rows": 4})
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
