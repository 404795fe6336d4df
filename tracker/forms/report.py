"""What a report is made of: its period in whole months, its title and what introduces it."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format

from core.forms import CountedTextarea, GovukForm

YEARS = 10  # how far back a report may begin, and so how long it can be at most
TITLE = "Contextual Safeguarding: report for the scrutiny commission"


class ReportForm(GovukForm):
    """Months are chosen and not typed: whole ones alone, so that two reports seldom differ by a few days."""

    error_names = {"first": "the month that the report begins with", "last": "the month that the report ends with"}

    first = forms.ChoiceField(label="From the beginning of", widget=forms.Select)
    last = forms.ChoiceField(label="To the end of", widget=forms.Select)
    title = forms.CharField(max_length=200, initial=TITLE)
    introduction = forms.CharField(
        max_length=20_000,
        required=False,
        widget=CountedTextarea(attrs={"rows": 8}),
        help_text="Your own words, before the figures. Name no child, and write no case number: a report is published.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2_000_000_000)

    def __init__(self, *args: Any, today: date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        begun = [
            _months_before((today or timezone.localdate()).replace(day=1), number)
            for number in range(1, YEARS * 12 + 1)
        ]
        choices = [(month.strftime("%Y-%m"), date_format(month, "F Y")) for month in begun]
        for name, initial in (("first", begun[11]), ("last", begun[0])):
            self.fields[name].choices = choices
            self.fields[name].initial = initial.strftime("%Y-%m")

    def clean(self) -> dict[str, Any]:
        """The two months become the first and the last day."""
        values = self.cleaned_data
        if values.get("first") and values.get("last"):
            first, last = _first_day(values["first"]), _last_day(values["last"])
            if first > last:
                self.add_error("last", "The report must end with the month it begins with, or a later one")
            else:
                values |= {"first": first, "last": last}
        return values


def initial_of(report) -> dict[str, Any]:
    """A report as this form shows it."""
    return {
        "title": report.title, "introduction": report.introduction, "version": report.version,
        "first": report.first.strftime("%Y-%m"), "last": report.last.strftime("%Y-%m"),
    }  # fmt: skip


def _first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _last_day(month: str) -> date:
    return (_first_day(month) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _months_before(day: date, number: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - number, 12)
    return date(year, month + 1, 1)
