"""The rows of the tracker: every referral that was sent, with what the data entry form says of it."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from consultations.models import Referral

from .choices import ENTRY_DUE_IN
from .forms.filters import TrackerFilter
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
        rows = rows.filter(entry__primary_concern__in=concerns)
    for name in ("team", "agency"):
        if value := chosen.get(name):
            rows = rows.filter(**{name: value})
    if themes := chosen.get("themes"):
        entries = TrackerEntry.objects.filter(themes__in=themes).values("pk")
        if chosen.get("match") == "all":
            wanted = Count("themes", filter=Q(themes__in=themes), distinct=True)
            entries = TrackerEntry.objects.annotate(hits=wanted).filter(hits=len(themes)).values("pk")
        rows = rows.filter(entry__in=entries)
    if words := chosen.get("q"):
        for word in words.split():
            rows = rows.filter(
                Q(reference__icontains=word)
                | Q(case_number__icontains=word)
                | Q(referrer_name__icontains=word)
                | Q(team__name__icontains=word)
                | Q(entry__detail__icontains=word)
            )
    if chosen.get("entry") == "done":
        rows = rows.filter(entry__completed_at__isnull=False)
    elif chosen.get("entry") == "due":
        rows = entry_due(rows)
    return rows


def entry_due(rows: QuerySet[Referral]) -> QuerySet[Referral]:
    """The referrals whose data entry form waits: screened here, closed or held, not completed."""
    here = rows.filter(state__in=ENTRY_DUE_IN, screened_at__isnull=False)
    return here.exclude(entry__completed_at__isnull=False)


def feedback_of(row: Referral) -> str | None:
    """What stands in the column Feedback: what the data entry form says, else what the referrer gave here."""
    entry, given = getattr(row, "entry", None), getattr(row, "feedback", None)
    if entry and entry.feedback:
        return entry.feedback
    if given is None or given.answered_at is None:
        return None
    lines = [f"Useful: {given.useful} of 5. Advice used: {given.get_used_display().lower()}."]
    lines += [
        f"{heading}: {words}"
        for heading, words in [("Young person", given.young_person), ("Context", given.context)]
        if words
    ]
    return "\n".join(lines)


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
