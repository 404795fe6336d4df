"""Merging two contexts: which they are, which one stays, and why."""

from django import forms
from django.db.models import QuerySet

from core.forms import GovukForm, RadioSelect

from ..called import Called
from ..models import Context
from .deciding import ReasonForm


class MergeChoiceForm(GovukForm):
    """With which context this one is one, and which of the two stays. It lives in the URL."""

    THIS, OTHER = "this", "other"
    mark_optional = False

    other = forms.ModelChoiceField(
        Context.objects.none(), label="Which other context is it?", empty_label="Choose a context",
        error_messages={"required": "Choose the other context"},
    )  # fmt: skip
    keep = forms.ChoiceField(
        label="Which one stays?", widget=RadioSelect(), error_messages={"required": "Select which one stays"}
    )

    def __init__(self, *args, context: Context, others: QuerySet, reader, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["other"].queryset = others
        called = Called(reader, set(others.values_list("pk", flat=True)) | {context.pk})
        self.fields["other"].label_from_instance = lambda one: (
            f"{called.words(one.pk, one.name)}, {one.kind_label.lower()} ({one.reference})"
        )
        self.fields["keep"].choices = [
            (self.THIS, f"This one: {called.words(context.pk, context.name)} ({context.reference})"),
            (self.OTHER, "The other one"),
        ]


class MergeForm(ReasonForm):
    """Merging as the preview shows it."""

    mark = forms.CharField(widget=forms.HiddenInput, max_length=64)
