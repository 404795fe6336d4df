"""Restricting a referral, and who may see it while it is."""

from datetime import date, timedelta

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format

from accounts.models import User
from core.forms import Checkboxes, DateField, GovukForm

from ..models import AccessGrant
from ..services import access

NAME_NOBODY = "Do not name anybody. Every manager can read it, and so can those who are given access."


class ReasonForm(GovukForm):
    """Why something about the access to a referral is changed."""

    reason = forms.CharField(
        label="Why?",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=NAME_NOBODY,
        error_messages={"required": "Enter the reason"},
    )


class PeopleAndReasonForm(ReasonForm):
    """A reason, and the people who keep access: the ticks are proposed."""

    people = forms.ModelMultipleChoiceField(
        None, label="Who keeps access?", required=False, widget=Checkboxes(small=True)
    )

    def offer(self, people: list[tuple], *, ticked: list) -> None:
        """Offer these people, [(person, hint)], the ones in `ticked` ticked."""
        field = self.fields["people"]
        field.queryset = User.objects.filter(pk__in=[person.pk for person, _ in people])
        field.label_from_instance = with_team
        field.choices = [(person.pk, with_team(person)) for person, _ in people]
        field.widget.hints = {str(person.pk): hint for person, hint in people}
        self.initial.setdefault("people", [person.pk for person in ticked])
        if not people:
            del self.fields["people"]


class RestrictForm(PeopleAndReasonForm):
    """Restrict a referral."""

    field_order = ["reason", "people"]

    def __init__(self, *args, people: list[tuple], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = "Why is it restricted?"
        self.fields["reason"].error_messages["required"] = "Enter why the referral is restricted"
        self.fields[
            "people"
        ].help_text = "Untick who should no longer see it. You can give access to others afterwards."
        self.offer(people, ticked=[person for person, _ in people])


class GrantForm(ReasonForm):
    """Give somebody access."""

    person = forms.ModelChoiceField(
        None,
        label="Who is given access?",
        empty_label="Choose a person",
        help_text="People whose role and team would let them see the referral if it were not restricted.",
        error_messages={"required": "Choose who is given access"},
    )
    until = DateField(
        label="Until when?",
        help_text="The last day on which they can see it; a year from today at the latest. Proposed is the day of the "
        "review.",
        error_messages={"required": "Enter the last day of the access"},
    )

    field_order = ["person", "until", "reason"]

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people
        self.fields["person"].label_from_instance = with_team
        self.fields["reason"].label = "Why do they need access?"
        self.fields["reason"].error_messages["required"] = "Enter why they need access"

    def clean_until(self) -> date:
        value, today = self.cleaned_data["until"], timezone.localdate()
        if value < today:
            raise forms.ValidationError("The last day of the access must be today or in the future")
        if value > today + access.LONGEST:
            raise forms.ValidationError("The last day of the access must be within a year from today")
        return value


class KeepForm(PeopleAndReasonForm):
    """The restriction stays until the next review."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=10)
    review_on = DateField(
        label="When is it reviewed next?", error_messages={"required": "Enter the day of the next review"}
    )

    field_order = ["reason", "review_on", "people", "seen"]

    def __init__(self, *args, grants: list, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = "Why does it stay restricted?"
        self.fields["reason"].error_messages["required"] = "Enter why the referral stays restricted"
        self.fields["people"].label = "Who keeps access until then?"
        self.fields["people"].help_text = "Somebody whom you leave out has access until their day, and no longer."
        self.last = access.review_by()
        self.fields["review_on"].help_text = f"{date_format(self.last, 'DATE_FORMAT')} at the latest."
        self.initial.setdefault("review_on", self.last)
        self.offer(
            [(grant.user, f"Until {date_format(grant.until, 'DATE_FORMAT')}") for grant in grants],
            ticked=[grant.user for grant in grants],
        )

    def clean_seen(self) -> date | None:
        """The day of the review that the page showed; None for anything that is no day."""
        try:
            return parse_date(self.cleaned_data["seen"])
        except ValueError:
            return None

    def clean_review_on(self) -> date:
        value = self.cleaned_data["review_on"]
        if not timezone.localdate() < value <= self.last:
            last = date_format(self.last, "DATE_FORMAT")
            raise forms.ValidationError(f"The day of the next review must be after today and by {last}")
        return value


class RestrictedFilter(GovukForm):
    """What the list of restricted referrals may be narrowed by."""

    mark_optional = False

    q = forms.CharField(label="Reference", required=False, max_length=20)
    review = forms.ChoiceField(
        label="Review",
        required=False,
        choices=[("", "All"), ("due", "Due or overdue"), ("soon", "Due within 30 days")],
    )
    mine = forms.BooleanField(label="Only those that I have access to by a grant", required=False)

    def narrow(self, rows, user):
        """`rows` narrowed by whatever of the filter is valid."""
        self.is_valid()
        if words := self.cleaned_data.get("q"):
            rows = rows.filter(reference__icontains=words)
        days = {"due": 0, "soon": 30}.get(self.cleaned_data.get("review"))
        if days is not None:
            rows = access.due_for_review(rows, timezone.localdate() + timedelta(days=days))
        if self.cleaned_data.get("mine"):
            rows = rows.filter(pk__in=AccessGrant.objects.current().filter(user=user).values("referral"))
        return rows


def with_team(person) -> str:
    """A person's name with their team."""
    return f"{person.name} ({person.team})" if person.team_id else person.name
