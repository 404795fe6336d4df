"""What is to be exported of the tracker, and as what."""

from django import forms

from core.forms import GovukForm, RadioSelect

from ..exports.asking import Format

WITH, WITHOUT = "with", "without"


class ExportForm(GovukForm):
    """With names or without, and which kind of file. Names have no default: whoever takes them out decides it."""

    names = forms.ChoiceField(
        label="Should the file hold names?",
        choices=[(WITH, "Yes, everything that is recorded"), (WITHOUT, "No, make it anonymised")],
        widget=RadioSelect(
            hints={
                WITH: "Names, case numbers and what was written: for your own work with the cases.",
                WITHOUT: "A pseudonym for each young person, age bands, months; nothing that somebody typed. "
                "For figures, research and meetings.",
            }
        ),
        error_messages={"required": "Select whether the file should hold names"},
    )
    format = forms.ChoiceField(
        label="Which kind of file?",
        choices=Format.choices,
        initial=Format.XLSX,
        widget=RadioSelect(
            hints={
                Format.XLSX: "Sheets for referrals, themes and actions, and a summary with charts.",
                Format.CSV: "One table of the referrals, for other programs.",
            }
        ),
        error_messages={"required": "Select a kind of file"},
    )

    @property
    def anonymous(self) -> bool:
        """Whether the file is to hold no names, of a valid form."""
        return self.cleaned_data["names"] == WITHOUT
