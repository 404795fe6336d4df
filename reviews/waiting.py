"""What waits for somebody about system reviews, for their home page: all of it in one query."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Case, CharField, Count, F, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.formats import date_format

from accounts.permissions import Permission, can

from .choices import ReviewState
from .models import Review, ReviewAction

SOON = timedelta(days=14)  # so long before its day the next round is said to come up
MINE, LEFT, NOBODY = "mine", "left", "nobody"


@dataclass(frozen=True)
class Waiting:
    """One kind of work: its first lines (words, address, note, warning), how many there are, the page with all."""

    heading: str
    lines: list[tuple[str, str, str, str]]
    count: int
    all_url: str


class _Row(NamedTuple):
    """An action (with `what`), or a round (with how many of its actions nobody leads, and who led it)."""

    pk: UUID
    what: str
    area: str
    on: date
    day: date | None  # when the action is due, or the next round
    unowned: int
    led: str  # MINE, LEFT or NOBODY; "" for an action
    lead: str | None


def for_person(user, today: date, most: int) -> Iterator[Waiting]:
    """The kinds of work about system reviews that wait for this person, the first `most` lines of each."""
    actions, reviews = _my_actions(user), _my_reviews(user, today)
    asked = []
    if can(user, Permission.REVIEW_ACTION_UPDATE_OWN):
        asked.append(_as_rows(actions)[: most + 1])
    if can(user, Permission.REVIEW_WRITE):
        asked.append(_as_rows(reviews)[: most + 1])
    if not asked:
        return
    first, *more = asked
    found = [_Row(*row) for row in (first.union(*more, all=True) if more else first)]
    found.sort(key=lambda row: (row.day or date.max, row.on))
    for heading, rows, every, line, all_url in (
        (
            "Your actions of system reviews", [row for row in found if not row.led], actions, _action_line,
            f"{reverse('reviews:actions')}?lead=me&status=open",
        ),
        (
            "System reviews that need you", [row for row in found if row.led], reviews, _review_line,
            reverse("reviews:reviews"),
        ),
    ):  # fmt: skip
        if rows:
            count = len(rows) if len(rows) <= most else every.count()
            yield Waiting(heading, [line(row, today) for row in rows[:most]], count, all_url)


def _my_actions(user) -> QuerySet:
    """What this person has to do, overdue first."""
    about = {"area": F("statement__review__area"), "on": F("statement__review__on")}
    rows = ReviewAction.objects.live().open().of_owner(user).annotate(**about)
    rows = rows.annotate(day=F("due"), unowned=Value(0), led=_text(""), lead_name=_text(""))
    return rows.order_by(F("due").asc(nulls_last=True), "created_at")


def _my_reviews(user, today: date) -> QuerySet:
    """Rounds that this person leads, or that nobody leads, where actions need a lead or the next round is due."""
    unowned = ReviewAction.objects.live().open().without_lead().filter(statement__review=OuterRef("pk")).order_by()
    counted = unowned.values("statement__review").annotate(number=Count("pk")).values("number")
    rows = Review.objects.filter(next_round=None).annotate(unowned=Coalesce(Subquery(counted), 0))
    goes_on = Q(state=ReviewState.OPEN) | Q(unowned__gt=0)
    due = Q(unowned__gt=0) | Q(next_on__lte=today + SOON)
    rows = rows.filter((Q(lead=user) & due) | ((Q(lead=None) | Q(lead__is_active=False)) & goes_on))
    led = Case(When(lead=None, then=_text(NOBODY)), When(lead__is_active=False, then=_text(LEFT)), default=_text(MINE))
    rows = rows.annotate(what=_text(""), day=F("next_on"), led=led, lead_name=F("lead__name"))
    return rows.order_by(F("next_on").asc(nulls_last=True), "on")


def _as_rows(rows: QuerySet) -> QuerySet:
    return rows.values_list("pk", "what", "area", "on", "day", "unowned", "led", "lead_name")


def _text(words: str) -> Value:
    return Value(words, output_field=TextField() if words == "" else CharField())


def _action_line(row: _Row, today: date) -> tuple[str, str, str, str]:
    url = f"{reverse('reviews:action', args=[row.pk])}?next={reverse('home')}"
    by_when = f", by {_day(row.day)}" if row.day else ""
    return row.what, url, f"{_named(row)}{by_when}", "Overdue" if row.day and row.day < today else ""


def _review_line(row: _Row, today: date) -> tuple[str, str, str, str]:
    url, said = reverse("reviews:review", args=[row.pk]), []
    if row.led == NOBODY:
        said.append("Nobody leads it")
    elif row.led == LEFT:
        said.append(f"{row.lead}, who led it, has left")
    if row.unowned:
        said.append(f"{row.unowned} action{' needs' if row.unowned == 1 else 's need'} a lead")
        url = f"{reverse('reviews:actions')}?review={row.pk}&nobody=on"
    late = row.day is not None and row.day < today
    if row.day and row.day <= today + SOON:
        said.append(f"The next round {'was' if late else 'is'} due on {_day(row.day)}")
    return _named(row), url, ". ".join(said), "Overdue" if late else ""


def _named(row: _Row) -> str:
    return f"{row.area}, review of {_day(row.on)}"


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")
