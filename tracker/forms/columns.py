"""Which columns the tracker's list shows."""

from django import forms

from core.forms import Checkboxes, GovukForm

from .. import columns


class ColumnsForm(GovukForm):
    """The columns beside the reference; it lives in the URL, and what is unknown there is left out of account."""

    mark_optional = False

    columns = forms.MultipleChoiceField(
        label="Columns to show",
        required=False,
        choices=[(column.key, column.label) for column in columns.ALL],
        widget=Checkboxes(small=True),
        help_text="The reference always stands first.",
    )
