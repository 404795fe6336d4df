"""The forms of importing a results tool: the file, its columns, and what is said of it before it is imported."""

from typing import Any

from django import forms
from django.utils.formats import date_format

from core import uploads
from core.forms import GovukForm, RadioSelect

from ..choices import Domain, Part, Rating
from ..importing import Block, Found, FoundStatement
from ..importing.words import TARGETS
from ..models import Review, ReviewImport
from ..services.imports import Choice
from .rounds import RoundForm

NEW = "new"
NO_TARGET = [("", "Not read")]


class UploadForm(GovukForm):
    """The file. Whether it is a results tool, its content says, not its name."""

    file = forms.FileField(
        label="The filled-in results tool",
        help_text="An Excel workbook (.xlsx) or a CSV file of at most 20 MB, without a password.",
        allow_empty_file=False,
        max_length=None,
        error_messages={
            "required": "Choose the file of the results tool",
            "invalid": "Choose the file of the results tool",
            "missing": "Choose the file of the results tool",
            "empty": "The file is empty. Choose another one.",
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def __init__(self, *args: Any, too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if too_large:
            most = f"{uploads.MOST_BYTES // 1024 // 1024} MB"
            self.fields["file"].error_messages["required"] = f"The file is larger than {most}. Divide it into several."


class ColumnsForm(GovukForm):
    """What each column holds, below each row of headings."""

    mark_optional = False

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, of: ReviewImport, blocks: list[Block], **kwargs: Any) -> None:
        super().__init__(*args, initial={"version": of.version}, **kwargs)
        self.blocks = blocks
        for number, block in enumerate(blocks):
            for place, letter, heading, target in block.columns:
                self.fields[f"column-{number}-{place}"] = forms.ChoiceField(
                    label=f"{block.sheet}, column {letter}: {heading[:100] or 'no heading'}",
                    choices=NO_TARGET + list(TARGETS.items()), required=False, initial=target,
                )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        for number, block in enumerate(self.blocks):
            seen: dict[str, int] = {}
            for place, _, _, _ in block.columns:
                name = f"column-{number}-{place}"
                target = self.cleaned_data.get(name, "")
                if target and target in seen:
                    self.add_error(name, f"Two columns cannot both be {TARGETS[target]}")
                seen.setdefault(target, place)
            if not any(target in Rating.values for target in seen) and not self.errors:
                first = next((f"column-{number}-{place}" for place, *_ in block.columns), None)
                self.add_error(first, "Choose which column holds red, amber or green statements")
        return self.cleaned_data

    def targets(self) -> list[list[str]]:
        """What was said, by block and column."""
        return [
            [self.cleaned_data.get(f"column-{number}-{place}", "") for place in range(len(block.targets))]
            for number, block in enumerate(self.blocks)
        ]


class ImportForm(RoundForm):
    """Into which round, what is left out, and where those go whose place or rating the file does not say."""

    mark_optional = False

    field_order = ["version", "into", "area", "on", "lead", "next_on"]

    def __init__(self, *args: Any, of: ReviewImport, found: Found, rounds: list[Review], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found, self.rounds = found, {str(one.pk): one for one in rounds}
        self.initial |= {"version": of.version, "into": NEW, "area": found.area, "on": found.on}
        self.initial["next_on"] = found.next_on
        if found.lead_email:
            lead = self.fields["lead"].queryset.filter(email=found.lead_email).first()
            self.initial["lead"] = lead.pk if lead else None
        if rounds:
            choices = [(NEW, "A new round")]
            for pk, one in self.rounds.items():
                choices.append((pk, f"{one.area}, {date_format(one.on, 'DATE_FORMAT')}: open, and empty"))
            self.fields["into"] = forms.ChoiceField(
                label="Into which round?", choices=choices, widget=RadioSelect,
                error_messages={"required": "Choose into which round"},
            )  # fmt: skip
            self.order_fields(self.field_order)
        for place, one in enumerate(found.statements):
            self.fields[f"out-{place}"] = forms.BooleanField(label="Leave it out", required=False)
            for name, label, choices in _asked(one):
                self.fields[f"{name}-{place}"] = forms.ChoiceField(
                    label=label, choices=[("", "Choose, or it is not imported"), *choices], required=False
                )

    def clean(self) -> dict[str, Any]:
        if self.round is not None:
            for name in ("area", "on", "lead", "next_on"):
                self.errors.pop(name, None)  # of a new round alone
            return self.cleaned_data
        return super().clean()

    @property
    def of_round(self) -> list:
        """The fields about the round, for the template."""
        return [self[name] for name in ("into", "area", "on", "lead", "next_on") if name in self.fields]

    @property
    def round(self) -> Review | None:
        """The round that exists, where one was chosen."""
        return self.rounds.get(self.data.get("into", "")) if self.is_bound else None

    def values(self) -> dict[str, Any] | None:
        """Of a new round, what it is begun with."""
        if self.round is not None:
            return None
        return {name: self.cleaned_data[name] for name in ("area", "on", "lead", "next_on")}

    def choices(self) -> dict[int, Choice]:
        """What was said of each statement."""
        found = {}
        for place in range(len(self.found.statements)):
            part = self.cleaned_data.get(f"part-{place}") or ":"
            level, stage = part.split(":")
            found[place] = Choice(
                out=self.cleaned_data.get(f"out-{place}", False),
                level=level,
                stage=stage,
                rating=self.cleaned_data.get(f"rating-{place}", ""),
                domain=self.cleaned_data.get(f"domain-{place}", ""),
            )
        return found


def _asked(one: FoundStatement) -> list[tuple[str, str, list]]:
    """What has to be chosen for a statement: (name of the field, label, choices)."""
    asked = []
    if not one.part:
        asked.append(("part", "Level and stage", Part.choices))
    if not one.rating:
        asked.append(("rating", "Rating", Rating.choices))
    if not one.domain:
        asked.append(("domain", "Domain", Domain.choices))
    return asked
