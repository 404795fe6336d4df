"""Saving versioned text so that nobody's words are ever lost.

The rule: a save names the version that it was written on. Where that is still the last one, the text moves on.
Where somebody else has saved meanwhile, the latecomer's text is set aside beside it, both are shown, and a person
merges them. A page that repeats its own save is never in conflict with itself.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
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

# What Word and web pages put into a pasted text that nobody sees or meant. Marks of direction and joiners stay: Arabic,
# Hebrew, Persian and emoji need them. Overrides of direction go: they make a text read as what it does not say.
_SPACES = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_LINE_ENDS = "\r\x0b\x0c\x85\u2028\u2029"
_UNSEEN = "\u00ad\u200b\u2060\u202d\u202e\ufeff"
_CONTROLS = "".join(chr(code) for code in [*range(0x01, 0x09), *range(0x0E, 0x20), *range(0x7F, 0xA0)])
_OFFICE_BULLETS = "\uf0b7\uf0a7\uf0d8\uf076\uf0fc"  # of the fonts Symbol and Wingdings: elsewhere an empty box
_CLEANED = (
    dict.fromkeys(map(ord, _UNSEEN + _CONTROLS))
    | dict.fromkeys(map(ord, _SPACES), " ")
    | dict.fromkeys(map(ord, _LINE_ENDS), "\n")
    | dict.fromkeys(map(ord, _OFFICE_BULLETS), "•")
    | {0x1E: "-", 0x2011: "-"}  # hyphens at which a line may not break
)
# A list in Word: a sign or the letter o, then a tab.
_BULLET = re.compile(r"^([ \t]*)[•·▪▫■□●○◦‣⁃–§o-] *\t[ \t]*", re.MULTILINE)


@dataclass(frozen=True)
class SaveResult:
    """What became of a save. `set_aside` holds the latecomer's text where there was a conflict, else None.

    `new_version` says that a version was begun (not only added to), `new_aside` that a set-aside text was: the
    moments for an audit event. `newer` is a set-aside text that was to be resolved and has changed since it was read.
    """

    text: Text
    set_aside: SetAsideText | None = None
    new_version: bool = False
    new_aside: bool = False
    newer: SetAsideText | None = None

    @property
    def conflict(self) -> bool:
        return self.set_aside is not None


class Way(StrEnum):
    """What to do with a text that was set aside: put it before or after the other, or use one of the two alone."""

    BEFORE = "before"
    AFTER = "after"
    INSTEAD = "instead"
    DROP = "drop"


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
    of: str = ""  # what the text is about, said to whom does not see the heading above it
    versions_url: str = ""  # the page of its versions, where it has one
    take_away_url: str = ""  # where a prompt that nobody can answer leads; its number is put behind it

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
    """`body` as it is kept: one kind of line end, one kind of space, plain bullets, nothing that cannot be seen.

    Every word, emoji, quotation mark and blank line stays. Cleaning what is clean changes nothing. Raises
    ValidationError for NUL bytes or more than MAX_LENGTH characters.
    """
    if "\x00" in body:
        raise ValidationError("This text contains a character that cannot be stored (NUL). Remove it and save again.")
    body = body.replace("\r\n", "\n").translate(_CLEANED)
    body = _BULLET.sub(r"\1• ", body).replace("\t", " ")
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


def combined(body: str, other: str, way: str) -> str:
    """`body` with the set-aside text `other` put before it, after it or in its place; dropped, `body` as it is."""
    if way == Way.DROP:
        return body
    if way == Way.INSTEAD:
        return other
    return "\n\n".join(part for part in ((other, body) if way == Way.BEFORE else (body, other)) if part.strip())


def save(text_id: UUID, *, body: str, base_version: int, by, at: datetime | None = None, **page) -> SaveResult:
    """Save `body`, written by `by` on top of `base_version`, and say what became of it: see `save_locked`.

    Raises ValidationError where the text cannot be stored at all, Text.DoesNotExist where there is none.
    """
    with transaction.atomic():
        text = Text.objects.select_for_update(of=("self",)).select_related("updated_by").get(pk=text_id)
        return save_locked(text, body=body, base_version=base_version, by=by, at=at, **page)


def save_locked(
    text: Text,
    *,
    body: str,
    base_version: int,
    by,
    at: datetime | None = None,
    client: str = "",
    seq: int = 0,
    resolves: UUID | None = None,
    seen: datetime | None = None,
    parked: UUID | None = None,
    gather: bool = True,
) -> SaveResult:
    """The same for a caller who holds the lock on the row `text` in a transaction of their own.

    `client` and `seq` identify the page and its attempt, "" and 0 without scripts. `resolves` is the set-aside text
    that this one merges; `parked` is the page's own set-aside text that it goes on writing while a conflict is open.
    Without `gather` a version is begun in any case: for a text that comes from elsewhere and is not typed on.
    """
    body = clean(body)
    at = at or timezone.now()
    _read_writer(text)
    own_page = bool(client) and text.client == client and text.updated_by_id == by.pk
    if own_page and not parked and seq <= text.seq:
        return SaveResult(text)  # an older attempt of the same page, late on the way
    if not parked and (own_page or base_version == text.version or body == text.body):
        new_version = _move_on(text, body=body, by=by, at=at, client=client, seq=seq, gather=gather)
        newer = _resolve(text, resolves, seen=seen, by=by, at=at) if resolves else None
        return SaveResult(text, new_version=new_version, newer=newer)
    aside, new_aside = _set_aside(
        text, body=body, base_version=base_version, by=by, at=at, client=client, seq=seq, known=parked or resolves
    )
    return SaveResult(text, set_aside=aside, new_aside=new_aside)


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


def bodies_of(pk: UUID) -> list[str]:
    """What stands in a text, and in what waits to be merged into it: all that an answer to a save may show."""
    asides = SetAsideText.objects.filter(text=pk, resolved_at=None).values_list("body", flat=True)
    return [Text.objects.values_list("body", flat=True).get(pk=pk), *asides]


def _move_on(text: Text, *, body: str, by, at: datetime, client: str, seq: int, gather: bool) -> bool:
    """Every save moves the text's number on; whether the last version is added to or a new one begun is the answer.

    The last version always has the text's own body, author and number, so it need not be read to be changed.
    """
    if body == text.body:
        return False
    last = text.version
    mine = gather and last and text.updated_by_id == by.pk
    gathered = mine and at - text.begun_at < GATHER and only_adds(text.body, body)
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


def _read_writer(text: Text) -> None:
    """Where the lock had to be waited for, PostgreSQL gives the row as it is now, but not who wrote it meanwhile."""
    if text.updated_by_id and text.updated_by is None:
        Text._meta.get_field("updated_by").delete_cached_value(text)


def _resolve(text: Text, set_aside_id: UUID, *, seen: datetime | None, by, at: datetime) -> SetAsideText | None:
    """Mark a set-aside text as merged. Words that came into it after `seen` were merged by nobody: then it stays, and
    is given back.
    """
    waiting = text.set_aside.filter(pk=set_aside_id, resolved_at=None)
    as_read = waiting.filter(at__lte=seen) if seen else waiting
    return None if as_read.update(resolved_by=by, resolved_at=at) else waiting.select_related("by").first()


def _set_aside(
    text: Text, *, body: str, base_version: int, by, at: datetime, client: str, seq: int, known: UUID | None
) -> tuple[SetAsideText, bool]:
    """Keep the latecomer's text, and say whether this began it.

    Once a page, so that typing on adds to the same one, and never over another's. What a later text of the page takes
    away stays as well: in a row of its own that is resolved by its writer, so that it does not ask to be merged.
    """
    mine = text.set_aside.filter(by=by, resolved_at=None)
    if known:
        aside = mine.filter(pk=known).first()
    elif client:
        aside = mine.filter(client=client).first()
    else:
        aside = mine.filter(body=body).first()  # the same form sent twice
    if aside is None:
        aside = SetAsideText.objects.create(
            text=text, body=body, base_version=base_version, by=by, at=at, client=client, seq=seq
        )
        return aside, True
    if aside.client != client or seq > aside.seq or not client:
        if aside.body not in body and not only_adds(aside.body, body):
            SetAsideText.objects.create(
                text=text, body=aside.body, base_version=aside.base_version, by=by, at=aside.at, client=aside.client,
                seq=aside.seq, resolved_by=by, resolved_at=at,
            )  # fmt: skip
        aside.body, aside.at, aside.client, aside.seq = body, at, client, seq
        aside.save()
    return aside, False
