"""Saving versioned text so that nobody's words are ever lost.

The rule: a save names the version that it was written on. Where that is still the last one, the text moves on.
Where somebody else has saved meanwhile, the latecomer's text is set aside beside it, both are shown, and a person
merges them. A page that repeats its own save is never in conflict with itself.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from .models import SetAsideText, Text, TextVersion

# A long consultation pasted from Word is some 40,000 characters; this is a bound against floods, not a target.
MAX_LENGTH = 200_000
# Saves by one person that only add words are gathered into one version for this long.
GATHER = timedelta(minutes=30)


@dataclass(frozen=True)
class SaveResult:
    """What became of a save. `set_aside` holds the latecomer's text where there was a conflict, else None.

    `new_version` says that a version was begun (not only added to): the moment for an audit event.
    """

    text: Text
    set_aside: SetAsideText | None = None
    new_version: bool = False

    @property
    def conflict(self) -> bool:
        return self.set_aside is not None


@dataclass
class TextSlot:
    """One text field on a page: what `components/versioned_text.html` draws and `autosave.js` saves."""

    key: str
    label: str
    url: str
    text: Text | None = None
    prompts: list[str] = field(default_factory=list)
    hint: str = ""
    short: bool = False
    read_only: bool = False
    set_aside: list[SetAsideText] = field(default_factory=list)

    @property
    def field_name(self) -> str:
        return f"text-{self.key}"

    @property
    def body(self) -> str:
        return self.text.body if self.text else ""

    @property
    def version(self) -> int:
        return self.text.version if self.text else 0

    @property
    def digest(self) -> str:
        return digest(self.body)

    @property
    def saved_line(self) -> str:
        return saved_line(self.text) if self.text and self.text.version else ""


def clean(body: str) -> str:
    """`body` with one kind of line end; raises ValidationError for NUL bytes or more than MAX_LENGTH characters."""
    body = body.replace("\r\n", "\n").replace("\r", "\n")
    if "\x00" in body:
        raise ValidationError("This text contains a character that cannot be stored (NUL). Remove it and save again.")
    if len(body) > MAX_LENGTH:
        raise ValidationError(
            f"This text has {len(body):,} characters; the most that can be kept is {MAX_LENGTH:,}. "
            "Shorten it, or put part of it into another section."
        )
    return body


def digest(body: str) -> str:
    """A short fingerprint of a text, so that a form without scripts can tell whether its reader changed it."""
    return hashlib.sha256(body.encode()).hexdigest()[:16]


def saved_line(text: Text) -> str:
    """Who saved this text last and when, in words, London time."""
    at = timezone.localtime(text.updated_at)
    return f"Saved by {text.updated_by.name}, {date_format(at, 'DATETIME_FORMAT')}"


def only_adds(old: str, new: str) -> bool:
    """Whether `new` is `old` with words put in at one place, so that `old` need not be kept beside it."""
    if len(new) < len(old):
        return False
    start = 0
    while start < len(old) and old[start] == new[start]:
        start += 1
    end = 0
    while end < len(old) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return start + end >= len(old)


def save(
    text_id: UUID,
    *,
    body: str,
    base_version: int,
    by,
    at: datetime | None = None,
    client: str = "",
    seq: int = 0,
    resolves: UUID | None = None,
    parked: UUID | None = None,
) -> SaveResult:
    """Save `body`, written by `by` on top of `base_version`, and say what became of it.

    `client` and `seq` identify the page and its attempt, "" and 0 without scripts. `resolves` is the set-aside text
    that this one merges; `parked` is the page's own set-aside text that it goes on writing while a conflict is open.
    Raises ValidationError where the text cannot be stored at all, Text.DoesNotExist where there is none.
    """
    body = clean(body)
    at = at or timezone.now()
    with transaction.atomic():
        text = Text.objects.select_for_update(of=("self",)).select_related("updated_by").get(pk=text_id)
        own_page = bool(client) and text.client == client and text.updated_by_id == by.pk
        if own_page and not parked and seq <= text.seq:
            return SaveResult(text)  # an older attempt of the same page, late on the way
        if not parked and (own_page or base_version == text.version or body == text.body):
            new_version = _move_on(text, body=body, by=by, at=at, client=client, seq=seq)
            if resolves:
                _resolve(text, resolves, by=by, at=at)
            return SaveResult(text, new_version=new_version)
        aside = _set_aside(
            text, body=body, base_version=base_version, by=by, at=at, client=client, seq=seq, known=parked or resolves
        )
        return SaveResult(text, set_aside=aside)


def begin(body: str, *, by, at: datetime) -> Text:
    """A new text that starts with what is already known (version 1), or empty (version 0)."""
    body = clean(body)
    if not body:
        return Text.objects.create()
    text = Text.objects.create(body=body, version=1, updated_by=by, updated_at=at, begun_at=at)
    TextVersion.objects.create(text=text, version=1, body=body, by=by, at=at, begun_at=at)
    return text


def waiting(texts: Iterable[Text]) -> dict[UUID, list[SetAsideText]]:
    """The set-aside texts that still wait to be merged, by the id of their text; one query."""
    found: dict[UUID, list[SetAsideText]] = {}
    for aside in SetAsideText.objects.filter(text__in=list(texts), resolved_at=None).select_related("by"):
        found.setdefault(aside.text_id, []).append(aside)
    return found


def _move_on(text: Text, *, body: str, by, at: datetime, client: str, seq: int) -> bool:
    """Every save moves the text's number on; whether the last version is added to or a new one begun is the answer.

    The last version always has the text's own body, author and number, so it need not be read to be changed.
    """
    if body == text.body:
        return False
    last = text.version
    gathered = last and text.updated_by_id == by.pk and at - text.begun_at < GATHER and only_adds(text.body, body)
    text.body, text.updated_by, text.updated_at = body, by, at
    text.version += 1
    text.client, text.seq = client, seq
    if gathered:
        text.save()
        TextVersion.objects.filter(text=text, version=last).update(version=text.version, body=body, at=at)
    else:
        text.begun_at = at
        text.save()
        TextVersion.objects.create(text=text, version=text.version, body=body, by=by, at=at, begun_at=at)
    return not gathered


def _resolve(text: Text, set_aside_id: UUID, *, by, at: datetime) -> None:
    text.set_aside.filter(pk=set_aside_id, resolved_at=None).update(resolved_by=by, resolved_at=at)


def _set_aside(
    text: Text, *, body: str, base_version: int, by, at: datetime, client: str, seq: int, known: UUID | None
) -> SetAsideText:
    """Keep the latecomer's text: once a page, so that typing on adds to the same one; never over another's."""
    mine = text.set_aside.filter(by=by, resolved_at=None)
    if known:
        aside = mine.filter(pk=known).first()
    elif client:
        aside = mine.filter(client=client).first()
    else:
        aside = mine.filter(body=body).first()  # the same form sent twice
    if aside is None:
        return SetAsideText.objects.create(
            text=text, body=body, base_version=base_version, by=by, at=at, client=client, seq=seq
        )
    if aside.client != client or seq > aside.seq or not client:
        aside.body, aside.at, aside.client, aside.seq = body, at, client, seq
        aside.save()
    return aside
