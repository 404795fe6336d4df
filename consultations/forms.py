"""Forms of referrals, screening, consultations and actions."""

from datetime import date

from django import forms
from django.conf import settings
from django.utils import timezone

from accounts.models import Agency, Team, User
from accounts.permissions import Permission
from core.forms import Checkboxes, DateField, GovukForm, GovukModelForm, RadioSelect
from core.models import FormSection, ListItem
from core.models.actions import ActionStatus
from core.models.lists import FormName, ListName

from .choices import Arrival, ReferralState, Space
from .models import ConsultationAction, Referral, SuitabilityAnswer, case_number_shape

EARLIEST = date(1990, 1, 1)


def not_in_future(field: str, value: date | None) -> date | None:
    """`value`; raises a ValidationError where it lies after today (London)."""
    if value and value > timezone.localdate():
        raise forms.ValidationError(f"{field} must be today or in the past")
    return value


def sensible(field: str, value: date | None) -> date | None:
    """`value`; raises a ValidationError for a year that can only be a slip."""
    if value and value < EARLIEST:
        raise forms.ValidationError(f"{field} must be after 1 January {EARLIEST.year}")
    return value


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


class ScreeningForm(GovukForm):
    """Toolkit step 3: one of three decisions, each with its reason."""

    ACCEPT, SIGNPOST, WITHDRAW = "accept", "signpost", "withdraw"

    decision = forms.ChoiceField(
        label="What is your decision?",
        choices=[
            (ACCEPT, "Suitable: plan a consultation"),
            (SIGNPOST, "Not suitable: signpost elsewhere"),
            (WITHDRAW, "Withdrawn"),
        ],
        widget=RadioSelect(
            hints={
                ACCEPT: "Extra-familial risk, or risk at home that aggravates harm outside it.",
                SIGNPOST: "Another forum, agency or procedure fits better.",
                WITHDRAW: "The referrer no longer wants it, or it should not have been made.",
            }
        ),
        error_messages={"required": "Select your decision"},
    )
    planned_for = DateField(label="Date of the consultation", required=False, help_text="For example, 27 11 2026.")
    attending = forms.CharField(
        label="Who will come",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Optional. It becomes “Practitioners present” on the consultation form.",
    )
    signposted_to = forms.CharField(label="Signposted to", required=False, max_length=300)
    reason = forms.CharField(
        label="Why?",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Kept with the referral. The referrer can read it.",
        error_messages={"required": "Enter the reason for your decision"},
    )

    reveals = {"decision": {ACCEPT: ("planned_for", "attending"), SIGNPOST: "signposted_to"}}

    def clean_planned_for(self) -> date | None:
        return sensible("Date of the consultation", self.cleaned_data["planned_for"])

    def clean(self) -> dict:
        decision = self.cleaned_data.get("decision")
        if decision == self.ACCEPT:
            self.need("planned_for", "Enter the date of the consultation")
        if decision == self.SIGNPOST:
            self.need("signposted_to", "Enter the forum, agency or procedure that you signpost to")
        return self.cleaned_data


class HeldForm(GovukForm):
    """When the consultation took place."""

    held_on = DateField(
        label="When was the consultation held?",
        help_text="For example, 27 11 2026.",
        error_messages={"required": "Enter the date the consultation was held"},
    )

    def __init__(self, *args, received_on: date, **kwargs):
        self.received_on = received_on
        super().__init__(*args, **kwargs)

    def clean_held_on(self) -> date | None:
        value = not_in_future("The date of the consultation", self.cleaned_data["held_on"])
        if value and value < self.received_on:
            raise forms.ValidationError("The date of the consultation must be on or after the day the referral arrived")
        return value


class ActionForm(GovukModelForm):
    """An action: what, against which space, by whom here or elsewhere, by when."""

    HERE, ELSEWHERE = "here", "elsewhere"

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    who = forms.ChoiceField(
        label="Who will do it?",
        choices=[(HERE, "Somebody with an account here"), (ELSEWHERE, "Somebody else")],
        widget=RadioSelect,
        error_messages={"required": "Select who will do it"},
    )

    class Meta:
        model = ConsultationAction
        fields = ["space", "what", "owner", "owner_name", "owner_agency", "due"]
        field_classes = {"due": DateField}
        widgets = {"space": RadioSelect, "what": forms.Textarea(attrs={"rows": 3})}
        labels = {
            "space": "Which space is it against?",
            "what": "What will be done?",
            "owner": "Person",
            "owner_name": "Name",
            "owner_agency": "Agency",
            "due": "By when",
        }
        help_texts = {
            "space": "The space where the harm or strength lies, so that actions match it.",
            "due": "For example, 27 1 2027. Leave empty if no date was agreed.",
        }

    field_order = ["version", "space", "what", "who", "owner", "owner_name", "owner_agency", "due"]
    reveals = {"who": {HERE: "owner", ELSEWHERE: ("owner_name", "owner_agency")}}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["space"].choices = Space.choices
        self.fields["space"].error_messages["required"] = "Select the space that the action is against"
        self.fields["what"].error_messages["required"] = "Enter what will be done"
        here = User.objects.holding(Permission.ACTION_UPDATE_OWN)
        if self.instance.owner_id:
            here = here | User.objects.filter(pk=self.instance.owner_id)
        self.fields["owner"].queryset = here.select_related("team")
        self.fields["owner"].label_from_instance = lambda user: f"{user.name} ({user.team})" if user.team else user.name
        self.fields["owner"].empty_label = "Choose a person"
        self.initial.setdefault("version", self.instance.version)
        if not self.instance._state.adding:
            self.initial.setdefault("who", self.HERE if self.instance.owner_id else self.ELSEWHERE)

    def clean_due(self) -> date | None:
        return sensible("By when", self.cleaned_data["due"])

    def clean(self) -> dict:
        if self.cleaned_data.get("who") == self.HERE:
            self.need("owner", "Choose who will do it")
            self.cleaned_data["owner_name"] = self.cleaned_data["owner_agency"] = ""
        elif self.cleaned_data.get("who") == self.ELSEWHERE:
            self.need("owner_name", "Enter the name of the person who will do it")
            self.cleaned_data["owner"] = None
        return self.cleaned_data

    def _post_clean(self) -> None:
        """The service writes the row; the form only reads its values, so it does not touch the instance."""


class CloseActionForm(GovukForm):
    """What came of an action."""

    status = forms.ChoiceField(
        label="How did it end?",
        choices=[(ActionStatus.DONE, "Done"), (ActionStatus.DROPPED, "Dropped: it will not be done")],
        widget=RadioSelect,
        error_messages={"required": "Select how it ended"},
    )
    outcome = forms.CharField(
        label="What came of it, or why was it dropped?",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Enter what came of it, or why it was dropped"},
    )


class ReferralFilter(GovukForm):
    """What the list of referrals may be narrowed by; anything unknown in the URL is left out of account."""

    mark_optional = False

    state = forms.MultipleChoiceField(
        label="Status",
        required=False,
        choices=ReferralState.choices,
        widget=Checkboxes(small=True),
    )
    mine = forms.BooleanField(label="Only referrals that I made", required=False)

    def narrow(self, referrals, user):
        """`referrals` narrowed by whatever of the filter is valid."""
        self.is_valid()
        if states := self.cleaned_data.get("state"):
            referrals = referrals.filter(state__in=states)
        if self.cleaned_data.get("mine"):
            referrals = referrals.filter(made_by=user)
        return referrals
