"""Showing on a form that somebody saved meanwhile: both values beside the field, nothing typed lost."""

from typing import Any

from django import forms
from django.utils.formats import date_format

from .workflow import EditConflict


def show_on(form: forms.BaseForm, conflict: EditConflict, now: dict[str, Any], version: int) -> None:
    """Add the present values (`now`, by field) to a valid bound form as errors where they differ from what was sent.

    The form then carries the present `version`, so that sending it again is a decision and not an accident.
    """
    form.data = form.data.copy()
    form.data["version"] = str(version)
    form.add_error(None, f"{conflict.reason} Look at what stands there now, then save again to keep your own text.")
    for name, value in now.items():
        if (
            name in form.fields
            and name not in form.errors
            and _comparable(form.cleaned_data.get(name)) != _comparable(value)
        ):
            labels = dict(getattr(form.fields[name], "choices", ())) if isinstance(value, str) else {}
            words = labels[value] if labels and value in labels else _words(value)
            form.add_error(name, f"Saved meanwhile: {words}")


def _comparable(value: Any) -> Any:
    if hasattr(value, "values_list"):
        return sorted(str(item.pk) for item in value)
    if isinstance(value, list):
        return sorted(str(getattr(item, "pk", item)) for item in value)
    return getattr(value, "pk", value) or None


def _words(value: Any) -> str:
    if hasattr(value, "values_list") or isinstance(value, list):
        return ", ".join(str(item) for item in value) or "nothing"
    if hasattr(value, "strftime"):
        return date_format(value, "DATE_FORMAT")
    return str(value) if value not in (None, "") else "nothing"
