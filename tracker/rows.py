"""The rows of the tracker: every referral that was sent, with what the data entry form says of it."""

from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from consultations.models import ConsultationAction, FrameworkPlace, Referral

from .choices import ENTRY_DUE_IN
from .forms.filters import NONE, TrackerFilter
from .models import TrackerEntry

# What a list may be sorted by: the word in the URL → the fields. Anything else sorts by the newest.
SORTS: dict[str, tuple[str, ...]] = {
    "received": ("received_on", "reference"),
    "reference": ("reference",),
    "team": ("team__name", "-received_on", "reference"),
    "concern": ("entry__primary_concern", "-received_on", "reference"),
    "outcome": ("state", "-received_on", "reference"),
}
DEFAULT_SORT = "-received"

ENTRY_DUE = Q(state__in=ENTRY_DUE_IN, screened_at__isnull=False, entry__completed_at=None)
FEEDBACK_OUTSTANDING = Q(feedback__isnull=False, feedback__answered_at=None)
FEEDBACK_GIVEN = Q(feedback__answered_at__isnull=False) | (Q(entry__isnull=False) & ~Q(entry__feedback=""))


def rows_for(user, chosen: dict[str, Any], sort: str = DEFAULT_SORT) -> QuerySet[Referral]:
    """The rows that `user` may see, narrowed by `chosen` (see `TrackerFilter.chosen`), sorted; two queries a page."""
    rows = Referral.objects.visible_to(user).sent()
    return (
        narrowed(rows, chosen)
        .order_by(*_ordering(sort))
        .select_related("team", "agency", "consultation", "entry", "feedback")
        .prefetch_related("entry__themes")
    )


def narrowed(rows: QuerySet[Referral], chosen: dict[str, Any]) -> QuerySet[Referral]:
    """`rows` narrowed by each part of the filter that is there."""
    if first := chosen.get("received_from"):
        rows = rows.filter(received_on__gte=first)
    if last := chosen.get("received_to"):
        rows = rows.filter(received_on__lte=last)
    if states := chosen.get("state"):
        rows = rows.filter(state__in=states)
    if concerns := chosen.get("concern"):
        rows = rows.filter(_recorded("entry__primary_concern", concerns, Q(entry=None) | Q(entry__primary_concern="")))
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
    if words := chosen.get("context"):
        rows = rows.filter(_in_context(words))
    if words := chosen.get("q"):
        for word in words.split():
            rows = rows.filter(
                Q(reference__icontains=word)
                | Q(case_number__icontains=word)
                | Q(name__icontains=word)
                | Q(referrer_name__icontains=word)
                | Q(team__name__icontains=word)
                | Q(entry__detail__icontains=word)
            )
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


def _in_context(words: str) -> Q:
    """Each of the words in the detail, in the context of an action, or in the name of a place of the framework."""
    found = Q()
    for word in words.split():
        actions = ConsultationAction.objects.filter(consultation__referral=OuterRef("pk"), context_name__icontains=word)
        places = FrameworkPlace.objects.filter(consultation__referral=OuterRef("pk"), name__icontains=word)
        found &= Q(entry__detail__icontains=word) | Exists(actions) | Exists(places)
    return found


def filter_from(query) -> TrackerFilter:
    """The filter in a query (a QueryDict)."""
    return TrackerFilter(query)


def known_part(query: QueryDict) -> QueryDict:
    """`query` without the names that the filter does not know and without what no database can hold."""
    known = QueryDict(mutable=True)
    for name in query:
        if name == "sort" or name in TrackerFilter.base_fields or name.rsplit("_", 1)[0] in TrackerFilter.base_fields:
            known.setlist(name, [value for value in query.getlist(name) if "\x00" not in value])
    return known


def sort_from(query) -> str:
    """The sort key in a query where it is one we know, else the default."""
    sort = query.get("sort", "")
    return sort if sort.removeprefix("-") in SORTS else DEFAULT_SORT


def _ordering(sort: str) -> list[str]:
    fields = SORTS[sort.removeprefix("-")]
    if not sort.startswith("-"):
        return list(fields)
    return [field.removeprefix("-") if field.startswith("-") else f"-{field}" for field in fields]
