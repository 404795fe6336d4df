"""Attaching evidence to a statement: a figure of the catalogue, or a file."""

import io
import zipfile
from typing import Any

from django import forms

from contexts import kinds
from core import pictures, uploads
from core.forms import GovukForm

from ..catalogue import ENTRIES, PERIOD_WORDS

_ZIPPED = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_INSIDE = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
_ENDING_OF = {"image/jpeg": "jpg", "image/png": "png"}
_PICTURES = {"png", "jpg", "jpeg"}
_TEXTS = {"csv": "text/csv; charset=utf-8", "txt": "text/plain; charset=utf-8"}
ENDINGS = ["pdf", *_ZIPPED, *_TEXTS, *sorted(_PICTURES)]
KINDS_OF_FILE = "PDF, Word (.docx), Excel (.xlsx), CSV, text, PNG or JPEG"


class FigureForm(GovukForm):
    """Which figure, of which contexts, over which time."""

    key = forms.ChoiceField(
        label="What is counted?",
        choices=lambda: [("", "Choose a figure"), *((entry.key, entry.label) for entry in ENTRIES.values())],
        error_messages={"required": "Choose what is counted"},
    )
    kind = forms.ChoiceField(
        label="Kind of context",
        required=False,
        choices=lambda: [("", "All kinds"), *kinds.choices()],
        help_text="For figures about contexts, such as assessments of schools.",
    )
    period = forms.ChoiceField(
        label="Over which time?",
        choices=[("", "Choose a time"), *((period.value, words) for period, words in PERIOD_WORDS.items())],
        error_messages={"required": "Choose over which time"},
    )
    note = forms.CharField(
        label="What does it show?",
        required=False,
        max_length=300,
        help_text="Name no child.",
    )

    def clean(self) -> dict[str, Any]:
        entry = ENTRIES.get(self.cleaned_data.get("key", ""))
        if entry is None:
            return self.cleaned_data
        period = self.cleaned_data.get("period")
        if period and period not in entry.periods:
            allowed = " or ".join(PERIOD_WORDS[one] for one in entry.periods)
            self.add_error("period", f"“{entry.label}” can be counted {allowed}")
        if self.cleaned_data.get("kind") and not entry.by_kind:
            self.add_error("kind", f"“{entry.label}” is not counted by kind of context. Choose all kinds")
        return self.cleaned_data


class FileForm(GovukForm):
    """A file and what it is. Cleans to `ending`, `content_type` and `content`: what it is, its content says."""

    title = forms.CharField(
        label="What is it?",
        max_length=200,
        help_text="For example, Results of the dip-sample, spring 2026. Name no child.",
        error_messages={"required": "Enter what it is"},
    )
    file = forms.FileField(
        label="File",
        help_text=f"{KINDS_OF_FILE}, up to 20 MB. Everybody who reads system reviews can open it: make sure that no "
        "child is named in it. Its own name is not kept.",
        allow_empty_file=False,
        max_length=None,
        error_messages={
            "required": "Choose a file", "invalid": "Choose a file", "missing": "Choose a file",
            "empty": "The file is empty. Choose another one.",
        },
        widget=forms.FileInput(attrs={"accept": ",".join(f".{ending}" for ending in ENDINGS)}),
    )  # fmt: skip

    def __init__(self, *args, too_large: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        if too_large:
            most = f"{uploads.MOST_BYTES // 1024**2} MB"
            self.fields["file"].error_messages["required"] = f"The file is larger than {most}. Save it smaller."

    def clean_file(self):
        sent = self.cleaned_data["file"]
        ending = sent.name.rpartition(".")[2].lower()
        if ending not in ENDINGS:
            raise forms.ValidationError(f"The file must be {KINDS_OF_FILE}")
        content = sent.read()
        try:
            kind, content = _looked_at(ending, content)
            ending = _ENDING_OF.get(kind, ending)  # a picture may be drawn anew as the other kind
        except (ValueError, NotImplementedError, zipfile.BadZipFile, pictures.NotAPicture):
            raise forms.ValidationError(
                f"The file is no {ending.upper()} file, or it is damaged. Open it, save it anew, and choose it again."
            ) from None
        self.file = {"ending": ending, "content_type": kind, "content": content}
        return sent

    def values(self) -> dict[str, Any]:
        """What the services take."""
        return {"title": self.cleaned_data["title"], **self.file}


def _looked_at(ending: str, content: bytes) -> tuple[str, bytes]:
    """The type of a file by its content, and the content that is kept. Raises where it is not what its ending says."""
    if ending in _PICTURES:
        picture = pictures.redrawn(content)  # drawn anew: nothing else comes with it, no place and no script
        return picture.content_type, picture.content
    if ending in _TEXTS:
        if b"\x00" in content:
            raise ValueError
        try:
            content.decode()
        except UnicodeDecodeError:
            content = content.decode("cp1252", errors="replace").encode()
        return _TEXTS[ending], content
    if ending in _ZIPPED:
        if _INSIDE[ending] not in zipfile.ZipFile(io.BytesIO(content)).namelist():
            raise ValueError
        return _ZIPPED[ending], content
    if not content.startswith(b"%PDF-"):
        raise ValueError
    return "application/pdf", content
