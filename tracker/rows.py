"""The rows of the tracker: every referral that was sent, with what the data entry form says of it."""

from collections.abc import Callable
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.http import QueryDict

from accounts.models import Team
from consultations.models import SEARCHED, ConsultationAction, FrameworkPlace, Referral
from contexts.models import ContextMention
from contexts.services import patterns
from core.forms import DATE_PARTS
from core.paging import Group, Key, Order, ordered, reversed_order
from core.words import HasWord, typed_words

from .choices import ENTRY_DUE_IN, OUTCOMES, PrimaryConcern
from .forms.filters import NONE, TrackerFilter
from .models import TrackerEntry


class _Once(Subquery):
    """A subquery whose rows PostgreSQL collects once and keeps.

    Without it a plan made without statistics may ask it again for each row of a join: words of each text, each time.
    """

    template = "(WITH found (pk) AS MATERIALIZED (%(subquery)s) SELECT pk FROM found)"


def _in_entry(**conditions) -> Exists:
    """Whether the row has a data entry form of which this is true. As a question of its own it spares a long join."""
    return Exists(TrackerEntry.objects.filter(referral=OuterRef("pk"), **conditions))


def _teams() -> list[Group]:
    """The teams by name, those of one name together; at the end, no team."""
    by_name: dict[str, list[int]] = {}
    for key, name in Team.objects.order_by("name").values_list("pk", "name"):
        by_name.setdefault(name, []).append(key)
    groups = [Group((name,), Q(team__in=keys)) for name, keys in by_name.items()]
    return [*groups, Group((None,), Q(team=None))]


def _concerns() -> list[Group]:
    """The primary concerns in the toolkit's order; at the end, none."""
    groups = [Group((value,), Q(entry__primary_concern=value)) for value in PrimaryConcern.values]
    return [*groups, Group(("", None), NO_CONCERN)]


def _outcomes() -> list[Group]:
    """The states in the order of a referral's life."""
    return [Group((value,), Q(state=value)) for value, _ in OUTCOMES]


NO_CONCERN = ~Q(_in_entry(primary_concern__gt=""))
_NEWEST = ("received_on", "reference")
_THEN_NEWEST = Key(_NEWEST, descending=True)
# What a list may be sorted by: the word in the URL → the order going up. Anything else sorts by the newest.
SORTS: dict[str, Order] = {
    "received": (Key(_NEWEST),),
    "reference": (Key(("reference",)),),
    "team": (Key(("team__name",), groups=_teams, by_field=True), _THEN_NEWEST),
    "concern": (Key(("entry__primary_concern",), groups=_concerns), _THEN_NEWEST),
    "outcome": (Key(("state",), groups=_outcomes), _THEN_NEWEST),
}
DEFAULT_SORT = "-received"
ENTRY_DUE = Q(state__in=ENTRY_DUE_IN, screened_at__isnull=False) & ~Q(_in_entry(completed_at__isnull=False))
FEEDBACK_OUTSTANDING = Q(feedback__isnull=False, feedback__answered_at=None)
# Feedback that came with an import counts until it is asked for anew, as after another consultation.
FEEDBACK_GIVEN = Q(feedback__answered_at__isnull=False) | (
    Q(feedback=None, entry__isnull=False) & ~Q(entry__feedback="")
)


def rows_for(user, chosen: dict[str, Any], sort: str = DEFAULT_SORT) -> QuerySet[Referral]:
    """The rows that `user` may see, narrowed by `chosen` (see `TrackerFilter.chosen`), sorted; two queries a page."""
    rows = narrowed(seen_by(user), chosen).select_related("team", "agency", "consultation", "entry", "feedback")
    return ordered(rows, order_of(sort)).prefetch_related("entry__themes")


def seen_by(user) -> QuerySet[Referral]:
    """All the rows of the tracker that `user` may see."""
    return Referral.objects.visible_to(user).sent()


def narrowed(rows: QuerySet[Referral], chosen: dict[str, Any], *, densely: bool = False) -> QuerySet[Referral]:
    """`rows` narrowed by each part of the filter that is there.

    `densely`: words are looked for row by row, which is quicker for who reads a page of very many rows in their order.
    """
    if first := chosen.get("received_from"):
        rows = rows.filter(received_on__gte=first)
    if last := chosen.get("received_to"):
        rows = rows.filter(received_on__lte=last)
    if states := chosen.get("state"):
        rows = rows.filter(state__in=states)
    if concerns := chosen.get("concern"):
        rows = rows.filter(_recorded("entry__primary_concern", concerns, NO_CONCERN))
    for name in ("team", "agency"):
        if values := chosen.get(name):
            rows = rows.filter(_recorded(name, values, Q(**{name: None})))
    if themes := chosen.get("themes"):
        rows = rows.filter(_with_themes(themes, match_all=chosen.get("match") == "all"))
    if themes := chosen.get("also_theme"):
        rows = rows.filter(_with_themes(themes, match_all=True))
    if harms := chosen.get("harm"):
        rows = rows.filter(_recorded_in(Referral.harms.through.objects.filter(referral=OuterRef("pk")), harms))
    for harm in chosen.get("also_harm", []):
        rows = rows.filter(_recorded_in(Referral.harms.through.objects.filter(referral=OuterRef("pk")), [harm]))
    if statuses := chosen.get("entry"):
        rows = rows.filter(_either(statuses, {"due": ENTRY_DUE, "done": Q(entry__completed_at__isnull=False)}))
    if statuses := chosen.get("feedback"):
        rows = rows.filter(_either(statuses, {"outstanding": FEEDBACK_OUTSTANDING, "given": FEEDBACK_GIVEN}))
    if chosen.get("actions") == "overdue":
        overdue = ConsultationAction.objects.overdue().filter(consultation__referral=OuterRef("pk"))
        rows = rows.filter(Exists(overdue))
    for name, field in (("screened", "screened_at"), ("consulted", "consultation__held_on")):
        if answer := chosen.get(name):
            rows = rows.filter(**{f"{field}__isnull": answer == "no"})
    if code := chosen.get("named"):
        mentions = ContextMention.objects.filter(key__in=patterns.keys_of(code))
        rows = rows.filter(pk__in=mentions.order_by().values("referral"))
    if words := chosen.get("context"):
        rows = _with_words(rows, words, _each_in_context if densely else _in_context)
    if words := chosen.get("q"):
        rows = _with_words(rows, words, _each_row if densely else _in_row)
    return rows


def entry_due(rows: QuerySet[Referral]) -> QuerySet[Referral]:
    """The referrals whose data entry form waits: screened here, closed or held, not completed."""
    return rows.filter(ENTRY_DUE)


def _recorded(field: str, values: list[str], nothing: Q) -> Q:
    """`field` is one of `values`, of which "none" is for what `nothing` says."""
    found = Q(**{f"{field}__in": [value for value in values if value != NONE]})
    return found | nothing if NONE in values else found


def _recorded_in(kept: QuerySet, values: list[str]) -> Q:
    """`kept`, the kinds of harm of a row, holds one of `values`, of which "none" is for a row that holds nothing."""
    found = Q(Exists(kept.filter(listitem__in=[value for value in values if value != NONE])))
    return found | ~Exists(kept) if NONE in values else found


def _with_themes(values: list[str], *, match_all: bool) -> Q:
    """With any of these themes, or with all; "none" is for a row without a theme, which has no other."""
    tagged = TrackerEntry.themes.through.objects.filter(trackerentry__referral=OuterRef("pk"))
    each = [~Exists(tagged) if value == NONE else Q(Exists(tagged.filter(theme=value))) for value in values]
    return reduce(and_ if match_all else or_, each, Q())


def _either(values: list[str], conditions: dict[str, Q]) -> Q:
    return reduce(or_, [conditions[value] for value in values])


def _with_words(rows: QuerySet[Referral], text: str, having: Callable[[str], Q]) -> QuerySet[Referral]:
    """Those of `rows` where each word of `text` begins some word; none where there is no letter or digit in it."""
    words = typed_words(text)
    return rows.filter(*(having(word) for word in words)) if words else rows.none()


def _in_row(word: str) -> Q:
    """The word is on the referral, in what its data entry form says, or in the name of its team.

    Each place is looked up in its own index, so what is rare is found at once among however many.
    """
    entries = TrackerEntry.objects
    return _one_of(
        Referral.objects.filter(HasWord(word, *SEARCHED)).values("pk"),
        entries.filter(HasWord(word, "detail")).values("referral"),
        entries.filter(HasWord(word, "other_theme")).values("referral"),
        Referral.objects.filter(team__in=Team.objects.filter(HasWord(word, "name"))).values("pk"),
    )


def _in_context(word: str) -> Q:
    """The word is in the detail, in the context of an action, or in the name of a place of the framework."""
    actions = ConsultationAction.objects.filter(HasWord(word, "context_name"))
    places = FrameworkPlace.objects.filter(HasWord(word, "name"))
    return _one_of(
        TrackerEntry.objects.filter(HasWord(word, "detail")).values("referral"),
        actions.values("consultation__referral"),
        places.values("consultation__referral"),
    )


def _one_of(*found: QuerySet) -> Q:
    """The row is one of those whose keys these queries yield, which are asked once, however the rest is planned."""
    first, *more = (each.order_by() for each in found)
    return Q(pk__in=_Once(first.union(*more, all=True)))


def _each_row(word: str) -> Q:
    """The same as `_in_row`, asked of each row by itself."""
    entry = TrackerEntry.objects.filter(referral=OuterRef("pk"))
    teams = Team.objects.filter(HasWord(word, "name"))
    return (
        Q(team__in=teams)
        | Q(HasWord(word, *SEARCHED))
        | Q(_some(entry.filter(HasWord(word, "detail"))))
        | Q(_some(entry.filter(HasWord(word, "other_theme"))))
    )


def _each_in_context(word: str) -> Q:
    """The same as `_in_context`, asked of each row by itself."""
    entry = TrackerEntry.objects.filter(referral=OuterRef("pk"))
    actions = ConsultationAction.objects.filter(consultation__referral=OuterRef("pk"))
    places = FrameworkPlace.objects.filter(consultation__referral=OuterRef("pk"))
    return (
        Q(_some(entry.filter(HasWord(word, "detail"))))
        | Q(_some(actions.filter(HasWord(word, "context_name"))))
        | Q(_some(places.filter(HasWord(word, "name"))))
    )


def _some(found: QuerySet) -> Subquery:
    """Whether there is one. Unlike EXISTS, PostgreSQL never answers this by collecting all there are first."""
    return Subquery(found.order_by().values(there=Value(True))[:1], output_field=BooleanField())


def filter_from(query) -> TrackerFilter:
    """The filter in a query (a QueryDict)."""
    return TrackerFilter(query)


def known_part(query: QueryDict) -> QueryDict:
    """`query` without the names that the list does not know and without what no database can hold."""
    known = QueryDict(mutable=True)
    for name in query:
        first, _, last = name.rpartition("_")
        is_filter = name in TrackerFilter.base_fields or (last in DATE_PARTS and first in TrackerFilter.base_fields)
        if is_filter or name in ("sort", "columns"):
            known.setlist(name, [value for value in query.getlist(name) if "\x00" not in value])
    return known


def view_of(query: QueryDict) -> str:
    """What makes a view of the list, in one way of writing it: its filters, order and columns, nothing empty."""
    known = QueryDict(mutable=True)
    for name, values in sorted(known_part(query).lists()):
        if filled := [value for value in values if value and (name, value) != ("sort", DEFAULT_SORT)]:
            known.setlist(name, filled)
    return known.urlencode()


def sort_from(query) -> str:
    """The sort key in a query where it is one we know, else the default."""
    sort = query.get("sort", "")
    return sort if sort.removeprefix("-") in SORTS else DEFAULT_SORT


def order_of(sort: str) -> Order:
    """The order that a sort key stands for."""
    order = SORTS[sort.removeprefix("-")]
    return reversed_order(order) if sort.startswith("-") else order
