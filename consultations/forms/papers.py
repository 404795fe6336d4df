"""What is left out of a copy that is handed out."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from core.forms import Checkboxes, GovukForm

from ..papers.finding import Proposals
from ..papers.redaction import OTHER_SCRIPTS

MOST_NAMES, LONGEST_NAME = 300, 300
GROUPS = ("names", "openings", "contacts", "ordinary", "staff")
CHANGED = "The record has changed since this page was drawn. What was found is ticked again: look at the copy below"


class RedactionForm(GovukForm):
    """Names and words to leave out: what was found, ticked, and whatever somebody adds.

    `digest` is of the record that the proposals were found in. Where it is another by now, what somebody had unticked
    is ticked again: a name that was written meanwhile must not stay because nobody had seen it.
    """

    mark_optional = False
    digest = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    names = forms.MultipleChoiceField(label="Names and places in the text", required=False)
    openings = forms.MultipleChoiceField(
        label="Words found only where a sentence begins",
        help_text="Some are names and some are ordinary words. Untick the ordinary ones.",
        required=False,
    )
    contacts = forms.MultipleChoiceField(label="Telephone numbers, addresses and user names", required=False)
    ordinary = forms.MultipleChoiceField(
        label="Probably ordinary words",
        help_text="They begin a sentence here and are written in small letters elsewhere. Tick those that are names.",
        required=False,
    )
    staff = forms.MultipleChoiceField(
        label="Professionals and agencies",
        help_text="They usually stay, so that it is clear who does what. Tick those that should go.",
        required=False,
    )
    more = forms.CharField(
        label="Other names or words to leave out",
        help_text=(
            "One a line. Names written in small letters, nicknames and initials are not found: read the copy below and "
            "add them here. Put a nickname on the same line, as in Anna Zielińska / Zuzu. Put words that go only "
            "together in quotation marks."
        ),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    prompts = forms.BooleanField(label="Print the guidance prompts", required=False)
    framework = forms.BooleanField(label="Print what was prepared in the framework as well", required=False)

    def __init__(self, data: QueryDict | None = None, *, found: Proposals, digest: str):
        self.now = digest
        self.outdated = data is not None and data.get("digest") != digest
        if data is not None:
            data = self._brought_up_to_date(data, found)
        super().__init__(data)
        self.initial["digest"] = digest
        for group in GROUPS:
            words = getattr(found, group)
            if not words:
                del self.fields[group]
                continue
            hints = {word: f"Also part of the name of {found.also_staff[word]}" for word in found.also_staff}
            self.fields[group].widget = Checkboxes(small=True, hints=hints)
            self.fields[group].choices = [(word, _label(word)) for word in words]
            if group in ("names", "openings", "contacts"):
                self.initial[group] = words

    def _brought_up_to_date(self, data: QueryDict, found: Proposals) -> QueryDict:
        data = data.copy()
        for group in GROUPS:
            words = getattr(found, group)
            sent = set(data.getlist(group))
            chosen = [word for word in words if word in sent]
            if self.outdated and group in ("names", "openings", "contacts"):
                chosen = words
            data.setlist(group, chosen)
        data["digest"] = self.now
        return data

    def clean_more(self) -> str:
        lines = [" ".join(line.split()) for line in self.cleaned_data["more"].splitlines()]
        if any(len(line) > LONGEST_NAME for line in lines):
            raise ValidationError(f"Each line must be {LONGEST_NAME} characters or fewer")
        if len(lines) > MOST_NAMES:
            raise ValidationError(f"Other names or words must be {MOST_NAMES:,} lines or fewer")
        return "\n".join(line for line in lines if line)

    def chosen(self) -> list[str]:
        """Everything that is left out, each once."""
        values = self.cleaned_data
        ticked = [word for group in GROUPS for word in values.get(group, [])]
        return list(dict.fromkeys([*ticked, *values.get("more", "").splitlines()]))

    def chosen_so_far(self) -> list[str]:
        """What the page shows as left out: what is sent, else what is kept or proposed."""
        if self.is_bound:
            ticked = [word for group in GROUPS if group in self.fields for word in self.data.getlist(group)]
            more = [" ".join(line.split()) for line in self.data.get("more", "").splitlines()]
            # What the form refuses for its length is not looked for either: the page would take a minute.
            more = [line for line in more if 0 < len(line) <= LONGEST_NAME][:MOST_NAMES]
            return list(dict.fromkeys([*ticked, *more]))
        return [word for group in ("names", "openings", "contacts") for word in self.initial.get(group, [])]

    def option(self, name: str) -> bool:
        """Whether one of the two boxes at the end is ticked, as the page shows it."""
        return bool(self.is_bound and self.data.get(name))


def _label(word: str) -> str:
    return "Everything written in a script without capital letters" if word == OTHER_SCRIPTS else word
