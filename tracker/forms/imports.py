"""The forms of an import: the file, its sheet, its columns, its words, and going through with it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core import uploads
from core.forms import GovukForm, RadioSelect

from ..importing import (
    LEAVE_OUT,
    MARKS,
    NEEDED,
    THEME,
    ColumnMatch,
    Mapping,
    Matching,
    Vocabulary,
    choices_of,
    label_of,
    targets_of,
)
from ..importing.words import FREE
from ..models import TrackerImport
from ..reading import SheetLook

# What is said of a word that is none of ours.
REJECT, EMPTY, NEW = "!reject", "!empty", "!new"
# So many words of one field are asked about; beyond that it is not a column with a list.
MOST_WORDS = 200
# A choice among so many, for so many words, is a page that nobody can use: they are made as they stand.
MOST_CHOICES = 6_000
# Columns that say the same: only one of each group can count.
_INSTEAD = (("outcome", "outcome_detail"), ("referrer_team", "referrer_name"), ("referrer_team", "team"))


class UploadForm(GovukForm):
    """The file. Whether it is a tracker, its content says, not its name."""

    file = forms.FileField(
        label="Your tracker",
        help_text="An Excel workbook (.xlsx) or a CSV file of at most 20 MB, without a password.",
        allow_empty_file=False,
        max_length=None,
        error_messages={
            "required": "Choose the file of your tracker",
            "invalid": "Choose the file of your tracker",
            "missing": "Choose the file of your tracker",
            "empty": "The file is empty. Choose another one.",
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def __init__(self, *args: Any, too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if too_large:
            most = f"{uploads.MOST_BYTES // 1024 // 1024} MB"
            self.fields["file"].error_messages["required"] = f"The file is larger than {most}. Divide it into several."


class VersionedForm(GovukForm):
    """A form that says which state of the import its page showed."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    def __init__(self, data: Any = None, *, of: TrackerImport, **kwargs: Any) -> None:
        super().__init__(data, initial={"version": of.version}, **kwargs)

    @property
    def seen(self) -> int:
        """The version of the import that the page showed."""
        return self.cleaned_data.get("version") or 0


class SheetForm(VersionedForm):
    """Which sheet, and in which of its first rows the headings stand."""

    def __init__(
        self, data: Any = None, *, of: TrackerImport, looks: list[SheetLook], sheet: str, rows: dict[str, int]
    ) -> None:
        super().__init__(data, of=of)
        self.looks = looks
        names = [f"row-{place}" for place in range(len(looks))]
        if len(looks) > 1:
            hints = {str(place): "Hidden in the workbook" for place, look in enumerate(looks) if look.hidden}
            self.fields["sheet"] = forms.ChoiceField(
                label="Which sheet holds the referrals?",
                choices=[(str(place), look.name) for place, look in enumerate(looks)],
                widget=RadioSelect(hints=hints),
                error_messages={"required": "Choose the sheet that holds the referrals"},
            )
            self.initial["sheet"] = next(str(place) for place, look in enumerate(looks) if look.name == sheet)
            self.reveals = {"sheet": {str(place): name for place, name in enumerate(names)}}
        for name, look in zip(names, looks, strict=True):
            self.fields[name] = forms.IntegerField(
                label="In which row are its headings?",
                required=False,
                min_value=1,
                max_value=2**31 - 1,
                widget=forms.TextInput(attrs={"class": "govuk-input--width-4", "inputmode": "numeric"}),
                error_messages={"invalid": "Enter the number of a row, like 3"},
            )
            self.initial[name] = rows[look.name]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        place = values.get("sheet", "0" if len(self.looks) == 1 else "")
        if place:
            name, look = f"row-{place}", self.looks[int(place)]
            self.need(name, "Enter the row in which the headings are")
            if (row := values.get(name)) and row not in {number for number, _ in look.sample}:
                self.add_error(name, "Enter the number of a row that is shown below, with something in it")
            values["look"], values["heading_row"] = look, values.get(name)
        return values


class ColumnsForm(VersionedForm):
    """What each column is."""

    def __init__(
        self, data: Any = None, *, of: TrackerImport, matching: Matching, vocab: Vocabulary, makes_themes: bool
    ) -> None:
        super().__init__(data, of=of)
        self.columns, self.vocab = matching.columns, vocab
        groups = [(LEAVE_OUT, "Leave this column out"), *targets_of(vocab, own=matching.own)]
        known = {name.casefold() for name in vocab.themes}
        for column in self.columns:
            choices = list(groups)
            heading, target = column.heading[:100], column.target
            if makes_themes and heading and ";" not in heading and heading.casefold() not in known:
                choices.append(("A new theme", [(THEME + heading, f"New theme “{heading}”")]))
            values = {value for _, group in choices if isinstance(group, list) for value, _ in group}
            self.fields[f"column-{column.place}"] = forms.ChoiceField(
                label=f"Column {column.letter}, {column.heading or 'no heading'}",
                choices=choices,
                required=False,
            )
            self.initial[f"column-{column.place}"] = target if target in values else LEAVE_OUT

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        targets = {column.place: values.get(f"column-{column.place}", LEAVE_OUT) for column in self.columns}
        values["targets"] = targets
        first: dict[str, ColumnMatch] = {}
        for column in self.columns:
            target = targets[column.place]
            if target == LEAVE_OUT:
                continue
            if target in first:
                self._refuse(column, f"Column {first[target].letter} is “{label_of(target, self.vocab)}” already")
            first.setdefault(target, column)
        for one, other in _INSTEAD:
            if one in first and other in first:
                words = f"Column {first[one].letter} is “{label_of(one, self.vocab)}”, which says this already"
                self._refuse(first[other], words)
        missing = missing_labels(targets.values(), self.vocab)
        if missing:
            self.add_error(self._spare(targets), f"Say which column is the {' and which is the '.join(missing)}")
        return values

    def _spare(self, targets: dict[int, str]) -> str | None:
        """The field beside which it is said that a column is missing: a column that is nothing yet, else the first."""
        free = [column for column in self.columns if targets[column.place] == LEAVE_OUT] or self.columns
        return f"column-{free[0].place}" if free else None

    def _refuse(self, column: ColumnMatch, words: str) -> None:
        self.add_error(f"column-{column.place}", ValidationError(f"{words}. Leave one of them out."))

    def rows(self) -> list[tuple[ColumnMatch, Any]]:
        """Each column with its field."""
        return [(column, self[f"column-{column.place}"]) for column in self.columns]


class WordsForm(VersionedForm):
    """What their words mean, in our lists."""

    def __init__(self, data: Any = None, *, of: TrackerImport, vocab: Vocabulary, makes_themes: bool) -> None:
        super().__init__(data, of=of)
        self.of, self.vocab = of, vocab
        self.names: dict[str, tuple[str, str, dict]] = {}
        for name, words in of.words.items():
            for number, (key, word) in enumerate(list(words.items())[:MOST_WORDS]):
                choices = _word_choices(name, word, vocab, makes_themes=makes_themes)
                if name in FREE and len(words) * len(choices) > MOST_CHOICES:
                    break
                field = f"word-{name}-{number}"
                self.names[field] = (name, key, word)
                label = f"{_list_label(name, vocab)}: {word['word'] or 'empty cells'}"
                self.fields[field] = forms.ChoiceField(label=label, choices=choices)
                self.initial[field] = _present(name, key, of.mapping, choices)

    def mapping(self) -> Mapping:
        """{field: {word: value}} as chosen; rows with a word that is in none of them are rejected."""
        found: Mapping = {}
        for field, (name, key, word) in self.names.items():
            value = self.cleaned_data[field]
            if value == EMPTY:
                found.setdefault(name, {})[key] = ""
            elif value == NEW and name not in FREE:
                found.setdefault(name, {})[key] = word["word"]
            elif value not in (REJECT, NEW):
                found.setdefault(name, {})[key] = value
        return found

    def groups(self) -> list[dict[str, Any]]:
        """The fields by the list that they are about; `made` are the names that are made as they stand."""
        groups = []
        for name, words in self.of.words.items():
            rows = [(word, self[field]) for field, (of_field, _, word) in self.names.items() if of_field == name]
            made = [] if rows else [word["word"] for word in words.values()]
            left = len(words) - len(rows) if rows else 0
            groups.append(
                {
                    "name": name,
                    "label": _list_label(name, self.vocab),
                    "rows": rows,
                    "made": made,
                    "left": left,
                    "grows": name in FREE,
                }
            )
        return groups


class ImportForm(VersionedForm):
    """Going through with it; under which name the matching is remembered."""

    remember_as = forms.CharField(
        label="Remember how this file was matched, as",
        help_text="A name for your colleagues and you, such as “Youth justice tracker”. It is offered for the next "
        "file with the same headings.",
        required=False,
        max_length=100,
    )


def missing_labels(targets: Iterable[str], vocab: Vocabulary) -> list[str]:
    """What a referral needs and none of these columns gives."""
    chosen = set(targets)
    return [label_of(name, vocab) for name, options in NEEDED.items() if not chosen & set(options)]


def _list_label(name: str, vocab: Vocabulary) -> str:
    """What a list of ours is called on the page."""
    return "Marks in the columns of themes" if name == MARKS else label_of(name, vocab)


def _word_choices(name: str, word: dict, vocab: Vocabulary, *, makes_themes: bool) -> list[tuple[str, Any]]:
    ours = ("One of ours", choices_of(name, vocab))
    if name in FREE:
        return [(NEW, f"Make it as a new {name}"), ours]
    choices: list[tuple[str, Any]] = [ours]
    if name not in ("outcome", MARKS):
        choices.append((EMPTY, "Leave it out" if name in ("themes", "harms") else "Leave it empty"))
    if name == "themes" and makes_themes and 0 < len(word["word"]) < 60:
        choices.append((NEW, "Make it as a new theme"))
    choices.append((REJECT, "Reject rows with it"))
    return choices


def _present(name: str, key: str, mapping: Mapping, choices: list) -> str:
    """What is chosen before anybody chooses: what is remembered or suggested, else what loses least."""
    values = {value for value, _ in choices} | {
        value for _, group in choices if isinstance(group, list) for value, _ in group
    }
    value = mapping.get(name, {}).get(key)
    if value == "":
        value = EMPTY
    if value in values:
        return value
    if name in FREE or (value and NEW in values):
        return NEW
    return REJECT if name in ("primary_concern", "outcome", MARKS) else EMPTY
