"""An administrator's settings of casework: when feedback is asked for, and when people are reminded."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from core import conflicts, drafts, intervals
from core.forms import GovukForm
from core.models import CaseworkSettings
from core.workflow import EditConflict

from .access import requires
from .permissions import Permission


def _whole_number(label: str, least: int, most: int, help_text: str, called: str) -> forms.IntegerField:
    """A whole number between two limits, which its help text names; `called` is what messages call it."""
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        help_text=f"{help_text} Between {least} and {most}.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-3", "autocomplete": "off"}),
        error_messages={
            "required": f"Enter the number of {called}",
            "invalid": f"The number of {called} must be a whole number, like {max(least, 3)}",
            "min_value": f"The number of {called} must be {least} or more",
            "max_value": f"The number of {called} must be {most} or less",
        },
    )


class CaseworkSettingsForm(GovukForm):
    """The intervals, each a whole number within the limits of `CaseworkSettings`."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    feedback_after_weeks = _whole_number(
        "Weeks from a consultation until feedback is asked for",
        1,
        52,
        "The referrer then gets a notice.",
        "weeks until feedback is asked for",
    )
    feedback_chase_after_weeks = _whole_number(
        "Weeks from then until missing feedback is chased",
        1,
        52,
        "The referrer is reminded once. After that the feedback shows as outstanding.",
        "weeks until feedback is chased",
    )
    remind_days_before = _whole_number(
        "Days before an action is due that its owner is reminded",
        0,
        60,
        "With 0 they are reminded on the day itself.",
        "days before an action is due",
    )
    restriction_review_days = _whole_number(
        "Days until a restriction of access comes up for review",
        1,
        365,
        "Managers are then asked whether it is still needed.",
        "days until a restriction is reviewed",
    )
    pattern_referrals = _whole_number(
        "Referrals that name the same place, school or group before it is pointed out",
        2,
        50,
        "CS practitioners and managers are then asked whether it should be assessed as a context.",
        "referrals that name the same place",
    )
    pattern_days = _whole_number(
        "Days within which these referrals were received",
        7,
        730,
        "Also what “this term” means beside the detail of a referral.",
        "days within which they were received",
    )


@requires(Permission.SETTINGS_MANAGE)
def casework(request: HttpRequest) -> HttpResponse:
    """The intervals, and from when on a name that comes again is pointed out."""
    current = CaseworkSettings.current()
    initial = {name: getattr(current, name) for name in ("version", *intervals.FIELDS)}
    page = drafts.open_form(request, intervals.DRAFT_KEY, lambda data: CaseworkSettingsForm(data, initial=initial))
    status = 200
    if request.method == "POST" and page.form.is_valid():
        values = dict(page.form.cleaned_data)
        try:
            intervals.change(values, version=values.pop("version") or 0, by=request.user)
        except EditConflict as conflict:
            now = {name: getattr(conflict.current, name) for name in intervals.FIELDS}
            conflicts.show_on(page.form, conflict, now, conflict.current.version)
            status = 409
        else:
            messages.success(request, "The settings are saved. They count from now on.")
            return redirect("accounts:settings")
    return render(request, "accounts/settings.html", {"page": page}, status=status)
