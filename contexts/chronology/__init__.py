"""Everything that happened to a context, in one list: acts from the audit log, words from the versions of texts.

Nothing is written for it, and a page costs the same number of queries whatever is in it (ADR 13). What people typed
goes through the reader's `Sight`; who somebody is comes from `with_sight` (ADR 25).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import F, Q, QuerySet, Value
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.formats import date_format

from accounts.permissions import Permission, can
from consultations.chronology import how_much, keys_of, with_text_before, within
from core.differences import Budget, Piece, differences, short
from core.models import AuditEvent, TextVersion

from ..models import Context, LinkedPerson
from ..sight import Sight
from . import subjects
from .acts import ACTS, Kind, act_for, kind_for

PAGE_SIZE = 25
NOBODY = "The system"
EVENT, VERSION = "event", "version"
MOST_WORDS = 40
# What is said of looking at it stands on the page of who viewed it.
_NOT_TOLD = ["viewed", "denied", "searched"]

# What a text is called, by the type of the row that owns it: ids of such rows -> {id: title}. Slices bring theirs.
TEXT_TITLES: dict[str, Callable[[list[str]], dict[str, str]]] = {}
# The same by (type, field), for rows that own several texts.
FIELD_TITLES: dict[tuple[str, str], str] = {}
# Where a record stands, by its type: (context, id) -> address. Slices bring theirs; else the context's own page.
PLACES: dict[str, Callable[[Context, str], str]] = {}
# Who may open that place, by its type, where not everybody may who reads the casework. Slices bring theirs.
NEEDS: dict[str, Permission] = {}
# What a record is about, by its type: ids -> {id: words}; they go through the reader's sight. Slices bring theirs.
ABOUT: dict[str, Callable[[list[str]], dict[str, str]]] = {}


@dataclass(frozen=True)
class Chosen:
    """What a chronology is narrowed to: kinds (all if empty), one person, a period of days; and its order."""

    kinds: tuple[str, ...] = ()
    person: int | None = None
    first: date | None = None
    last: date | None = None
    oldest_first: bool = False


@dataclass
class Line:
    """One thing that happened: what, by whom, when (`since` where it took a while), and what of it is to be read."""

    title: str
    by: str
    at: datetime
    url: str
    since: datetime | None = None
    facts: list[tuple[str, str]] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    note: str = ""


class Chronology:
    """What happened to `context`, as far as `user`, who reads its casework, may know of it."""

    def __init__(self, context: Context, user):
        self.context, self.user = context, user
        self.sight = Sight(user, context)
        self.by_type: dict[str, list[str]] = {}
        for kind, key in subjects.of_context(context):
            self.by_type.setdefault(kind, []).append(key)
        self.texts = subjects.texts_of(context)

    def rows(self, chosen: Chosen) -> QuerySet:
        """(moment, number, what, key) of everything there is, in order: a query to be cut into pages and counted."""
        parts = [keys_of(within(self._events(chosen), chosen, "at", "actor_id"), EVENT, "at", F("pk"))]
        if not chosen.kinds or Kind.WORDS in chosen.kinds:
            parts.append(keys_of(within(self._versions(), chosen, "at", "by"), VERSION, "at", Value(0)))
        found = parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]
        return found.order_by(*(("moment", "number") if chosen.oldest_first else ("-moment", "-number")))

    def people(self) -> list[tuple[int, str]]:
        """Everybody who did something here, by name."""
        found = dict(self._events(Chosen()).order_by().values_list("actor_id", "actor_name").distinct())
        found |= dict(self._versions().order_by().values_list("by", "by__name").distinct())
        found.pop(None, None)
        return sorted(found.items(), key=lambda pair: pair[1].casefold())

    def lines(self, rows: Iterable[dict]) -> list[Line]:
        """The lines for some of `rows`; every text and name is looked up once for all of them."""
        rows = list(rows)
        events = {
            str(event.pk): event
            for event in AuditEvent.objects.filter(pk__in=[row["key"] for row in rows if row["what"] == EVENT])
        }
        found = TextVersion.objects.filter(pk__in=[row["key"] for row in rows if row["what"] == VERSION])
        versions = {str(row.pk): row for row in with_text_before(found).select_related("by")}
        owners = [tuple(self.texts[row.text_id][:2]) for row in versions.values()]
        about = self._about([(event.subject_type, event.subject_id) for event in events.values()])
        titles = _looked_up(TEXT_TITLES, owners)
        budget = Budget()
        return [
            self._acted(events[row["key"]], about)
            if row["what"] == EVENT
            else self._written(versions[row["key"]], titles, budget)
            for row in rows
        ]

    def _events(self, chosen: Chosen) -> QuerySet[AuditEvent]:
        mine = Q(pk__in=[])
        for kind, keys in self.by_type.items():
            mine |= Q(subject_type=kind, subject_id__in=keys)
        hidden = [code for code, act in ACTS.items() if not act.shown]
        found = AuditEvent.objects.filter(mine).exclude(act__in=[*_NOT_TOLD, *hidden])
        if chosen.kinds:
            codes = found.order_by().values_list("act", flat=True).distinct()
            found = found.filter(act__in=[code for code in codes if kind_for(code) in chosen.kinds])
        return found

    def _versions(self) -> QuerySet[TextVersion]:
        return TextVersion.objects.filter(text__in=list(self.texts))

    def _about(self, wanted: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """What each of these records is about, in the reader's words; who a linked person is, as they may know."""
        found = {key: self.sight.words(words) for key, words in _looked_up(ABOUT, wanted).items()}
        person = LinkedPerson._meta.label_lower
        if ids := [key for kind, key in wanted if kind == person]:
            rows = LinkedPerson.objects.filter(pk__in=ids).with_sight(self.user)
            found |= {(person, str(one.pk)): self.sight.name_of(one) for one in rows}
        return found

    def _acted(self, event: AuditEvent, about: dict[tuple[str, str], str]) -> Line:
        act, key = act_for(event.act), (event.subject_type, event.subject_id)
        line = Line(act.words, event.actor_name or NOBODY, event.at, self._place(*key))
        if words := about.get(key):
            line.facts.append(("About", words if len(words) <= 200 else f"{words[:199]}…"))
        for name, label in act.shows:
            if words := _in_words(event.detail.get(name)):
                line.facts.append((label, self.sight.words(words)))
        return line

    def _written(self, row: TextVersion, titles: dict[tuple[str, str], str], budget: Budget) -> Line:
        kind, key, name = self.texts[row.text_id]
        before, after = self.sight.words(row.body_before or ""), self.sight.words(row.body)
        pieces = differences(before, after, budget)
        called = FIELD_TITLES.get((kind, name)) or titles.get((kind, key), "A text")
        title = f"“{called}”: {'changed' if row.body_before else 'written'}"
        since = row.begun_at if row.at - row.begun_at >= timedelta(minutes=1) else None
        line = Line(title, row.by.name, row.at, self._place(kind, key), since=since, note=how_much(pieces))
        line.pieces = short(pieces, most=MOST_WORDS)
        return line

    def _place(self, kind: str, key: str) -> str:
        may = kind in PLACES and (kind not in NEEDS or can(self.user, NEEDS[kind]))
        return PLACES[kind](self.context, key) if may else self.context.get_absolute_url()


def page_named(url_name: str) -> Callable[[Context, str], str]:
    """For PLACES: the page of the context with this URL name, for records that have no page of their own."""
    return lambda context, key: reverse(url_name, args=[context.pk])


def own_page(url_name: str) -> Callable[[Context, str], str]:
    """For PLACES: the record's own page, whose URL takes its id."""
    return lambda context, key: reverse(url_name, args=[key])


def words_of(model, field_name: str) -> Callable[[list[str]], dict[str, str]]:
    """For ABOUT and TEXT_TITLES: what stands in one field of the records, which may be a lookup."""
    return lambda ids: {
        str(pk): words for pk, words in model._base_manager.filter(pk__in=ids).values_list("pk", field_name)
    }


def _looked_up(table: dict[str, Callable], wanted: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """For each of (type, id) what `table` says, one query for each type that is among them."""
    by_type: dict[str, list[str]] = {}
    for kind, key in wanted:
        by_type.setdefault(kind, []).append(key)
    return {
        (kind, key): words
        for kind, keys in by_type.items()
        if kind in table
        for key, words in table[kind](keys).items()
    }


def _in_words(value) -> str:
    if isinstance(value, str) and len(value) == 10 and (day := parse_date(value)):
        return date_format(day, "DATE_FORMAT")
    return value if isinstance(value, str) else ""
