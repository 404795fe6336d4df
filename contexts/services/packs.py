"""The conference pack: begun, written, looked through for names, issued, withdrawn (ADR 30).

Issuing and every download look through it again: a name that came into the record since keeps a pack from being read.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Agency, User
from consultations.papers import documents, finding
from core import drafts, notices, texts
from core.models import Text
from core.workflow import ActRefused, EditConflict

from ..choices import PackStatus
from ..models import Conference, ConferencePack, PackPart
from ..no_names import NamesOfRecord, NoNames, replaced_at, sentence_around
from ..packs import WORDS, proposed
from ..sight import Sight
from . import conference_people
from .conference_steps import draft_key, locked, need_whole_text, record, when, which

NAMES_LEFT = "A child’s name still stands in this pack, so it was not issued. Replace it first."
LOOK_AGAIN = "The pack was changed after you looked through it. Look at its words again, then issue it."
NOT_SAID = "Say why none of these words is a child’s name."
REPLACED_BY = "A newer pack was issued."


@dataclass(frozen=True)
class Place:
    """One string of a pack: where it stands in words, its key ("" for what is no part), its version and its words."""

    title: str
    key: str
    version: int
    text: str


@dataclass(frozen=True)
class Hit:
    """A name that was found: in which part, in which sentence (in pieces, marked or not), and how to replace it.

    `hidden`: it may be the name of somebody whom the reader may not see; then nothing says where in the sentence.
    `act` is what the button sends; "" where the words do not stand in a part.
    """

    title: str
    key: str
    pieces: list[tuple[str, bool]]
    hidden: bool
    act: str


@dataclass(frozen=True)
class Look:
    """What looking through a pack has found. `words` look like names and are listed only once no name is left."""

    hits: list[Hit]
    words: list[str]
    digest: str


def begin(conference: Conference, *, by, at: datetime | None = None) -> ConferencePack:
    """A pack to write on: from the last one's parts where there is one, else as the slices propose it.

    Names of the context's people are replaced on the way. Where one is being written already, that one is given back.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = locked(conference, arranged=True)
        if begun := current.packs.filter(status=PackStatus.DRAFT).first():
            return begun
        last = current.packs.exclude(issued_at=None).filter(parts__isnull=False).first()
        pack = ConferencePack.objects.create(
            conference=current, number=current.packs.count() + 1, made_by=by, made_at=at
        )
        names = names_for(current)
        for order, (key, title, words) in enumerate(_first_words(current, last)):
            text = texts.begin(names.replaced(words[: texts.MAX_LENGTH // 2]), by=by, at=at)
            PackPart.objects.create(pack=pack, key=key, title=title, order=order, text=text)
        record(current, "context.pack-begun", by=by, at=at, pack=str(pack.pk), number=pack.number)
    return pack


def _first_words(conference: Conference, last: ConferencePack | None) -> list[tuple[str, str, str]]:
    if last is None:
        return [(source.key, source.title, words) for source, words in proposed(conference)]
    return [(part.key, part.title, part.text.body) for part in last.parts.select_related("text")]


def save_part(
    part: PackPart, *, body: str, base_version: int, by, at: datetime | None = None, **page
) -> texts.SaveResult:
    """Save one part, as `core.texts.save` does. Raises ActRefused once it is issued, or where `by` may not read all."""
    at = at or timezone.now()
    with transaction.atomic():
        current = locked(part.pack.conference, arranged=True)
        _draft(current, part.pack)
        need_whole_text(current, part.text_id, by=by)
        result = texts.save(part.text_id, body=body, base_version=base_version, by=by, at=at, **page)
        where = {"pack": str(part.pack_id), "part": part.key}
        if result.new_aside:
            record(current, "context.pack-set-aside", by=by, at=at, **where, on_version=base_version)
        elif result.new_version:
            record(current, "context.pack-written", by=by, at=at, **where, version=result.text.version)
    return result


def look_through(pack: ConferencePack, user) -> Look:
    """Every name in the pack as it stands, for `user` to read; and once there is none, the words that look like one."""
    places = _places(pack)
    professionals = _professionals(pack.conference)
    names = NoNames.of(pack.conference.context, kept=professionals)
    mask = NamesOfRecord(Sight(user, pack.conference.context))
    hits = [hit for place in places for hit in _hits(place, names, mask)]
    words = [] if hits else _likely(pack.conference, places, professionals)
    return Look(hits, words, _digest(places, words))


def replace(pack: ConferencePack, *, which_one: str = "", by, at: datetime | None = None) -> int:
    """Put "a young person" in the place of names: of one hit (its `act`), or of all; gives how many there were.

    Also where the reader may not see the name: they learn no more by it. Raises EditConflict where the text is another
    one by now.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = locked(pack.conference, arranged=True)
        _draft(current, pack)
        names, number = names_for(current), 0
        for part in pack.parts.select_related("text"):
            text = Text.objects.select_for_update().get(pk=part.text_id)
            found = names.where(text.body)
            if which_one:
                found = [span for span in found if which_one == _act(part.key, text.version, span)]
            body = text.body
            for start, end in reversed(found):
                body = replaced_at(body, start, end)
            if found:
                texts.save_locked(text, body=body, base_version=text.version, by=by, at=at, gather=False)
                record(
                    current, "context.pack-names-replaced", by=by, at=at,
                    pack=str(pack.pk), part=part.key, number=len(found),
                )  # fmt: skip
            number += len(found)
        if which_one and not number:
            raise EditConflict("This part was changed after you looked through it. Below is what stands there now.")
    return number


def issue(pack: ConferencePack, *, digest: str, because: str = "", by, at: datetime | None = None) -> ConferencePack:
    """Freeze the pack and tell who is invited; the one before it is withdrawn.

    `digest` is of what `look_through` showed, `because` why none of the words it listed is a child's name. Raises
    ActRefused where a name stands in it, where it changed since, or where words were listed and nothing is said.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = locked(pack.conference, arranged=True)
        pack = ConferencePack.objects.select_for_update().get(pk=pack.pk)
        pack.conference = current
        if pack.status == PackStatus.ISSUED and pack.issued_by_id == by.pk:
            return pack  # the same form sent twice
        _draft(current, pack)
        list(Text.objects.select_for_update().filter(pk__in=pack.parts.values("text")).order_by("pk"))
        places = _places(pack)
        names = names_for(current)
        if any(names.where(place.text) for place in places):
            raise ActRefused(NAMES_LEFT)
        words = _likely(current, places, _professionals(current))
        if digest != _digest(places, words):
            raise ActRefused(LOOK_AGAIN)
        if words and not because.strip():
            raise ActRefused(NOT_SAID)
        for earlier in current.packs.filter(status=PackStatus.ISSUED):
            _withdraw(current, earlier, because=REPLACED_BY, by=by, at=at)
        pack.status, pack.issued_at, pack.issued_by = PackStatus.ISSUED, at, by
        pack.passed_words, pack.passed_because = words, because if words else ""
        pack.content = {
            "facts": [[place.title, place.text] for place in places if not place.key],
            "parts": [[place.title, place.text] for place in places if place.key and place.text.strip()],
        }
        pack.save()
        drafts.drop(draft_key(current, f"issue:{pack.pk}"), by)
        record(current, "context.pack-issued", by=by, at=at, pack=str(pack.pk), passed=len(words))
        people = [one for one in conference_people.people_here(current) if one.pk != by.pk]
        words = f"The pack for the context conference {which(current)} is ready to read."
        key = f"conference:{current.pk}:pack:{pack.number}"
        notices.tell(people, words, key=key, url=current.get_absolute_url(), at=at)
    return pack


def withdraw(pack: ConferencePack, *, because: str, by, at: datetime | None = None) -> ConferencePack:
    """Nobody can read it any more but who works on the context; and why. Once withdrawn it stays so."""
    at = at or timezone.now()
    with transaction.atomic():
        current = locked(pack.conference)
        pack = ConferencePack.objects.select_for_update().get(pk=pack.pk)
        drafts.drop(draft_key(current, f"withdraw:{pack.pk}"), by)
        if pack.status == PackStatus.WITHDRAWN:
            return pack
        if pack.status != PackStatus.ISSUED:
            raise ActRefused("This pack has not been issued, so there is nothing to withdraw.")
        return _withdraw(current, pack, because=because, by=by, at=at)


def _withdraw(conference: Conference, pack: ConferencePack, *, because: str, by, at: datetime) -> ConferencePack:
    pack.status, pack.withdrawn_at, pack.withdrawn_by = PackStatus.WITHDRAWN, at, by
    pack.withdrawn_because = because
    pack.save()
    record(conference, "context.pack-withdrawn", by=by, at=at, pack=str(pack.pk))
    return pack


def is_clean(pack: ConferencePack) -> bool:
    """Whether no name of the record, as it is now, stands in what was issued."""
    names = names_for(pack.conference)
    return not any(names.where(f"{text}") for _, text in _frozen(pack))


def found_since(pack: ConferencePack, user) -> list[Hit]:
    """The names in an issued pack that came into the record since, for `user` to read."""
    names, mask = names_for(pack.conference), NamesOfRecord(Sight(user, pack.conference.context))
    return [hit for title, text in _frozen(pack) for hit in _hits(Place(title, "", 0, text), names, mask)]


def names_for(conference: Conference) -> NoNames:
    """What is looked for. Professionals with an account stay: a child may share a first name with one of them."""
    return NoNames.of(conference.context, kept=_professionals(conference))


def _professionals(conference: Conference) -> list[str]:
    """Who works on the context or its plan, chairs or is invited, as far as they have an account; one query."""
    context = conference.context
    invited = conference.invitees.exclude(person=None).values("person")
    owners = context.plan_actions.exclude(owner=None).values("owner")
    whom = Q(pk__in=invited) | Q(pk__in=owners) | Q(pk__in=context.members.values("user"))
    people = User.objects.filter(whom | Q(pk__in=[context.lead_id, conference.chair_id]))
    return sorted(set(people.values_list("name", flat=True)))


def _frozen(pack: ConferencePack) -> list[tuple[str, str]]:
    return [tuple(pair) for name in ("facts", "parts") for pair in pack.content.get(name, [])]


def _places(pack: ConferencePack) -> list[Place]:
    """Everything that stands in the pack: its facts as they are now, and its parts."""
    conference = pack.conference
    context = conference.context
    agencies = list(dict.fromkeys(conference.invitees.values_list("agency", flat=True)))
    facts = [
        ("Context", f"{context.name}, {context.kind_label.lower()}"),
        ("Where it is", context.place),
        ("Conference", f"{conference.get_kind_display()}, {when(conference)}"),
        ("Place", conference.place),
        ("Chair", conference.chaired_by),
        ("Purpose", conference.purpose),
        ("Invited", ", ".join(agencies)),
    ]
    fixed = [Place(title, "", 0, text) for title, text in facts if text]
    parts = pack.parts.select_related("text")
    return [*fixed, *(Place(part.title, part.key, part.text.version, part.text.body) for part in parts)]


def _hits(place: Place, names: NoNames, mask: NamesOfRecord) -> list[Hit]:
    found = []
    for start, end in names.where(place.text):
        begin, stop = sentence_around(place.text, start, end)
        shown, hidden = mask.masked(place.text[begin:stop])
        if hidden:
            pieces = [(shown, True)]
        else:
            pieces = [
                (place.text[begin:start], False), (place.text[start:end], True), (place.text[end:stop], False),
            ]  # fmt: skip
        act = _act(place.key, place.version, (start, end)) if place.key else ""
        found.append(Hit(place.title, place.key, pieces, hidden, act))
    return found


def _act(key: str, version: int, span: tuple[int, int]) -> str:
    return f"{key}:{version}:{span[0]}:{span[1]}"


def _likely(conference: Conference, places: list[Place], professionals: list[str]) -> list[str]:
    """Words that look like names, of nobody whom the record knows."""
    context = conference.context
    staff = [*professionals, context.name, context.place, conference.place, conference.chaired_by]
    staff += [*Agency.objects.values_list("name", flat=True), *conference_people.AGENCIES]
    form = [*(place.title for place in places), context.kind_label, *documents.form_words(), *WORDS]
    form += [place.text for place in places if not place.key and place.title in ("Conference", "Invited")]
    written = [place.text for place in places if place.key or place.title == "Purpose"]
    found = finding.find(written, own="", staff=[one for one in staff if one], form_words=form)
    return list(dict.fromkeys(found.ticked()))


def _digest(places: list[Place], words: list[str]) -> str:
    said = [[[place.title, place.text] for place in places], words]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:32]


def _draft(conference: Conference, pack: ConferencePack) -> None:
    now = ConferencePack.objects.filter(pk=pack.pk, conference=conference).values_list("status", flat=True).first()
    if now != PackStatus.DRAFT:
        raise ActRefused("This pack has been issued. Begin a new one to change its words.")
