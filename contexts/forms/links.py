"""Linking people to a context and to each other: where it comes from, how sure it is, until when it counts."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone

from consultations.forms.common import LONG_TEXT, not_in_future, sensible
from consultations.forms.screening import long_text
from consultations.models import YoungPerson
from core.forms import DateField, GovukForm, RadioSelect, tidy

from ..choices import LinkNature, Reliability, Source, Standing, TieNature
from ..models import Context, LinkedPerson, PeerTie, Provenance
from ..models.people import standing_record
from ..services import links
from ..sight import Sight

LATEST = timedelta(days=366)
WHO = {"invalid_choice": "Select somebody who is linked to this context now"}
NOT_FOUND = (
    "Nobody with this number is among the young people whom you may see. Check the number, or choose “Somebody of whom "
    "only a name is known”"
)


class ProvenanceForm(GovukForm):
    """What every link carries. `version` is the link's, as the page showed it."""

    fields_of: tuple[str, ...] = links.SHARED

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    source = forms.ChoiceField(
        label="Whose account is it?", choices=Source.choices, widget=RadioSelect(),
        error_messages={"required": "Select whose account it is"},
    )  # fmt: skip
    reliability = forms.ChoiceField(
        label="How sure is it?", choices=Reliability.choices, widget=RadioSelect(),
        error_messages={"required": "Select how sure it is"},
    )  # fmt: skip
    noted_on = DateField(
        label="Date of the information", error_messages={"required": "Enter the date of the information"}
    )
    review_on = DateField(
        label="Look at it again on",
        help_text="After this day it fades and no longer counts, until somebody has looked at it.",
        error_messages={"required": "Enter the day on which it is looked at again"},
    )
    purpose = long_text(
        "Why does it have to be known?",
        "Enter why it has to be known",
        rows=3,
        help_text="A link without a purpose is surveillance: say what it is needed for. Name no child.",
    )

    def __init__(self, *args, row: Provenance | None = None, sight: Sight | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.row = row
        if row is None:
            self.initial.setdefault("noted_on", today)
            self.initial.setdefault("review_on", today + links.REVIEW_AFTER)
            return
        for name in ("version", *self.fields_of):
            self.initial.setdefault(name, getattr(row, name))
        for name in links.WORDS:
            if name in self.fields and not sight.is_whole(getattr(row, name)):
                del self.fields[name]

    def clean_noted_on(self) -> date | None:
        label = "Date of the information"
        return sensible(label, not_in_future(label, self.cleaned_data["noted_on"]))

    def clean_review_on(self) -> date | None:
        return check_review(self.cleaned_data["review_on"])

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: self.cleaned_data[name] for name in self.fields_of if name in self.cleaned_data}

    def now(self, current: Provenance, sight: Sight) -> dict[str, Any]:
        """What stands there now, as the reader may know it, for a conflict."""
        shown = {name: getattr(current, name) for name in self.fields_of}
        return {name: sight.words(value) if name in links.WORDS else value for name, value in shown.items()}


def check_review(day: date | None) -> date | None:
    """The day of review; raises a ValidationError for one that has passed, or lies more than a year ahead."""
    if day and day < timezone.localdate():
        raise forms.ValidationError("The day on which it is looked at again must be today or later")
    if day and day > timezone.localdate() + LATEST:
        raise forms.ValidationError("The day on which it is looked at again must be within a year from today")
    return day


class PersonForm(ProvenanceForm):
    """How somebody belongs to the context."""

    fields_of = links.OF_PERSON

    nature = forms.ChoiceField(
        label="How do they belong to it?", choices=LinkNature.choices, widget=RadioSelect(),
        error_messages={"required": "Select how they belong to it"},
    )  # fmt: skip
    standing = forms.ChoiceField(
        label="Part that they play among the others",
        required=False,
        choices=[("", "Not known"), *Standing.choices],
    )
    meets_at = forms.CharField(
        label="Where and when they are there", required=False, max_length=300, help_text="For example Fridays, 4 to 6."
    )

    field_order = ("who", "case_number", "name", "nature", "standing", "meets_at")


class LinkForm(PersonForm):
    """Who it is: a young person with a record here, by the case number, or somebody known by a name alone."""

    KNOWN, NAMED = "known", "named"

    who = forms.ChoiceField(
        label="Who is it?",
        choices=[(KNOWN, "A young person who has been referred"), (NAMED, "Somebody of whom only a name is known")],
        widget=RadioSelect(),
        error_messages={"required": "Select who it is"},
    )
    case_number = forms.CharField(required=False, max_length=40)
    name = forms.CharField(
        label="Their name",
        required=False,
        max_length=200,
        help_text="As much of it as is known. Everybody who works on this context can read it.",
    )

    reveals = {"who": {KNOWN: "case_number", NAMED: "name"}}

    def __init__(self, *args, context: Context, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.context, self.person = context, person
        self.young_person: YoungPerson | None = None
        self.fields["case_number"].label = settings.CASE_NUMBER_NAME

    def clean_name(self) -> str:
        return tidy(self.cleaned_data["name"])

    def clean(self) -> dict:
        who = self.cleaned_data.get("who")
        if who == self.KNOWN:
            self.need("case_number", f"Enter their {settings.CASE_NUMBER_NAME}")
            self._find(self.cleaned_data.get("case_number"))
        if who == self.NAMED:
            self.need("name", "Enter their name")
        return self.cleaned_data

    def _find(self, number: str | None) -> None:
        if not number:
            return
        self.young_person = links.find(number, by=self.person)
        if self.young_person is None:
            self.add_error("case_number", NOT_FOUND)
            return
        standing = LinkedPerson.objects.standing().filter(context=self.context)
        there = standing.alias(who=standing_record()).filter(who=self.young_person.pk).first()
        if there and not links.just_made(there, by=self.person):
            self.add_error("case_number", "This young person is already linked to this context")

    def somebody(self) -> dict[str, Any]:
        """Who it is, as `links.link` takes it."""
        known = self.cleaned_data["who"] == self.KNOWN
        return {"young_person": self.young_person, "name": "" if known else self.cleaned_data["name"]}


class TieForm(ProvenanceForm):
    """What connects two people of the context."""

    fields_of = links.OF_TIE
    MUTUAL, ONE_WAY = "mutual", "one-way"

    first = forms.ChoiceField(label="First person", error_messages=WHO | {"required": "Select the first person"})
    second = forms.ChoiceField(label="Second person", error_messages=WHO | {"required": "Select the second person"})
    nature = forms.ChoiceField(
        label="What connects them?", choices=TieNature.choices, widget=RadioSelect(),
        error_messages={"required": "Select what connects them"},
    )  # fmt: skip
    direction = forms.ChoiceField(
        label="In which direction?",
        choices=[(MUTUAL, "Both ways"), (ONE_WAY, "From the first person to the second")],
        widget=RadioSelect(),
        error_messages={"required": "Select in which direction"},
    )
    detail = forms.CharField(
        label="What is known of it", required=False, max_length=LONG_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )

    field_order = ("first", "second", "nature", "direction", "detail")

    def __init__(
        self, *args, people: list[tuple[str, LinkedPerson]], person=None, row: PeerTie | None = None, **kwargs
    ):
        super().__init__(*args, row=row, **kwargs)
        self.person = person
        self.people = {str(person.pk): person for _, person in people}
        choices = [("", "Choose somebody"), *((str(person.pk), words) for words, person in people)]
        for name in ("first", "second"):
            self.fields[name].choices = choices
            if row is not None:
                del self.fields[name]
        if row is not None:
            self.initial.setdefault("direction", self.MUTUAL if row.mutual else self.ONE_WAY)

    def clean(self) -> dict:
        sent = self.cleaned_data
        if "direction" in sent:
            sent["mutual"] = sent["direction"] == self.MUTUAL
        first, second = self.ends()
        if first and second and first.pk == second.pk:
            self.add_error("second", "Choose two different people")
        elif first and second and "nature" in sent and "mutual" in sent:
            there = {"nature": sent["nature"], "mutual": sent["mutual"]}
            found = links.same_tie(first, second, but=self.row, **there)
            if found and (self.row or not links.just_made(found, by=self.person)):
                self.add_error("nature", "This link is already there. Change it, or choose another one")
        return sent

    def now(self, current: PeerTie, sight: Sight) -> dict[str, Any]:
        """What stands there now; the direction as this form asks for it."""
        return super().now(current, sight) | {"direction": self.MUTUAL if current.mutual else self.ONE_WAY}

    def ends(self) -> tuple[LinkedPerson | None, LinkedPerson | None]:
        """The two people."""
        if self.row is not None:
            return self.row.first, self.row.second
        return tuple(self.people.get(self.cleaned_data.get(name, "")) for name in ("first", "second"))


class RenewForm(GovukForm):
    """Somebody looked at a link again."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    reliability = forms.ChoiceField(
        label="How sure is it now?", choices=Reliability.choices, widget=RadioSelect(),
        error_messages={"required": "Select how sure it is now"},
    )  # fmt: skip
    review_on = DateField(
        label="Look at it again on", error_messages={"required": "Enter the day on which it is looked at again"}
    )

    def __init__(self, *args, row: Provenance, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", row.version)
        self.initial.setdefault("reliability", row.reliability)
        self.initial.setdefault("review_on", timezone.localdate() + links.REVIEW_AFTER)

    def clean_review_on(self) -> date | None:
        return check_review(self.cleaned_data["review_on"])
