"""The figures that can be attached to a statement: what is counted, over which times, and what is behind a number.

Two sorts. What people did (contexts referred, assessments, conferences, training) is counted as it stands: it counts
work, and no child. Figures of referrals are the published ones that leads see (ADR 20), rounded and without small
numbers, whoever looks: the same number then stands on the board, on paper and before the partnership.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from dateutil.relativedelta import relativedelta
from django.db.models import QuerySet
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.permissions import Permission, can
from contexts import kinds
from contexts.choices import ConferenceStatus, ContextState, GoalStatus
from contexts.models import Assessment, Conference, Context, Panel, PlanGoal
from tracker.choices import AttendanceStatus
from tracker.models import Champion, PublishedFigures, TrainingAttendance
from tracker.public_figures import PublicFigures

SHOWN = 100


class Period(StrEnum):
    """The time that a figure is counted over; it ends today, or on the day on which its round was closed."""

    THREE_MONTHS = "3m"
    SIX_MONTHS = "6m"
    YEAR = "12m"
    SINCE_LAST_ROUND = "round"
    NOW = "now"
    PUBLISHED = "published"
    PUBLISHED_BEFORE = "published-before"


PERIOD_WORDS = {
    Period.THREE_MONTHS: "in the last 3 months",
    Period.SIX_MONTHS: "in the last 6 months",
    Period.YEAR: "in the last 12 months",
    Period.SINCE_LAST_ROUND: "since the last round",
    Period.NOW: "as it stands now",
    Period.PUBLISHED: "in this year’s published figures",
    Period.PUBLISHED_BEFORE: "in last year’s published figures",
}
_OVER = (Period.YEAR, Period.SIX_MONTHS, Period.THREE_MONTHS, Period.SINCE_LAST_ROUND)
_PUBLISHED = (Period.PUBLISHED, Period.PUBLISHED_BEFORE)
_MONTHS = {Period.THREE_MONTHS: 3, Period.SIX_MONTHS: 6, Period.YEAR: 12}


@dataclass(frozen=True)
class Span:
    """The days that are counted, both included; `first` None counts what stands on `last`."""

    first: date | None
    last: date

    @property
    def words(self) -> str:
        last = date_format(self.last, "DATE_FORMAT")
        return f"{date_format(self.first, 'DATE_FORMAT')} to {last}" if self.first else f"on {last}"


@dataclass(frozen=True)
class Value:
    """What a figure says: a number, or None where it is not shown; `about` where it was rounded."""

    number: int | None
    span: Span
    about: bool = False

    @property
    def words(self) -> str:
        if self.number is None:
            return "Not shown"
        return f"about {self.number}" if self.about else str(self.number)


@dataclass(frozen=True)
class Entry:
    """One figure of the catalogue.

    `rows(span, kind)` are the rows that are counted, each with the path `context` to the context that it is of ("" for
    a context itself, None where it is of none). `published` reads the number from the published figures instead.
    """

    key: str
    label: str
    periods: tuple[Period, ...]
    rows: Callable[[Span, str], QuerySet] | None = None
    context: str | None = None
    by_kind: bool = False
    published: Callable[[PublicFigures], int | None] | None = None


def _of_kind(rows: QuerySet, kind: str, path: str) -> QuerySet:
    rows = rows.filter(**{f"{path}merged_into": None})
    return rows.filter(**{f"{path}kind": kind}) if kind else rows


def _dated(rows: QuerySet, moment: str, span: Span) -> QuerySet:
    """Rows whose `moment` lies within the days, London time."""
    return rows.annotate(of_day=TruncDate(moment)).filter(of_day__range=(span.first, span.last))


def _open(span: Span, kind: str) -> QuerySet:
    done = [ContextState.DECLINED, ContextState.WITHDRAWN, ContextState.CLOSED]
    return _of_kind(Context.objects.exclude(state__in=done), kind, "")


def _attended(span: Span, kind: str) -> QuerySet:
    return TrainingAttendance.objects.there().filter(
        status=AttendanceStatus.ATTENDED, course__held_on__range=(span.first, span.last)
    )


ENTRIES = {
    entry.key: entry
    for entry in [
        Entry(
            "contexts-referred", "Contexts referred", _OVER, context="", by_kind=True,
            rows=lambda span, kind: _of_kind(
                Context.objects.filter(received_on__range=(span.first, span.last)), kind, ""
            ),
        ),
        Entry("contexts-open", "Contexts that are open", (Period.NOW,), context="", by_kind=True, rows=_open),
        Entry(
            "contexts-closed", "Contexts closed", _OVER, context="", by_kind=True,
            rows=lambda span, kind: _dated(_of_kind(Context.objects.all(), kind, ""), "closed_at", span),
        ),
        Entry(
            "assessments-begun", "Assessments of contexts begun", _OVER, context="context__", by_kind=True,
            rows=lambda span, kind: _dated(_of_kind(Assessment.objects.all(), kind, "context__"), "begun_at", span),
        ),
        Entry(
            "assessments", "Assessments of contexts finished", _OVER, context="context__", by_kind=True,
            rows=lambda span, kind: _dated(_of_kind(Assessment.objects.all(), kind, "context__"), "finished_at", span),
        ),
        Entry(
            "conferences", "Conferences about contexts held", _OVER, context="context__", by_kind=True,
            rows=lambda span, kind: _of_kind(
                Conference.objects.filter(status=ConferenceStatus.HELD, on__range=(span.first, span.last)), kind,
                "context__",
            ),
        ),
        Entry(
            "goals-met", "Goals of joint plans met", _OVER, context="context__", by_kind=True,
            rows=lambda span, kind: _dated(
                _of_kind(PlanGoal.objects.filter(status=GoalStatus.MET), kind, "context__"), "ended_at", span
            ),
        ),
        Entry(
            "panels", "Panels held", _OVER,
            rows=lambda span, kind: Panel.objects.exclude(held_at=None).filter(on__range=(span.first, span.last)),
        ),
        Entry("trained", "Places taken at training", _OVER, rows=_attended),
        Entry(
            "champions", "Champions", (Period.NOW,), rows=lambda span, kind: Champion.objects.current(span.last)
        ),
        Entry("referrals", "Referrals received", _PUBLISHED, published=lambda figures: figures.received),
        Entry("consultations", "Consultations held", _PUBLISHED, published=lambda figures: figures.held),
    ]
}  # fmt: skip


def span_of(period: str, on: date, *, last_round: date | None) -> Span:
    """The days of a period that ends on `on`; without a last round, since then is the last 12 months."""
    if period in (Period.NOW, Period.PUBLISHED, Period.PUBLISHED_BEFORE):
        return Span(None, on)
    if period == Period.SINCE_LAST_ROUND and last_round is not None and last_round <= on:
        return Span(last_round, on)
    return Span(on - relativedelta(months=_MONTHS.get(Period(period), 12)) + timedelta(days=1), on)


def value_of(key: str, kind: str, period: str, on: date | None = None, *, last_round: date | None = None) -> Value:
    """What a figure says on a day (today, London). Raises KeyError for a figure that is not in the catalogue."""
    entry, on = ENTRIES[key], on or timezone.localdate()
    if entry.published is not None:
        return _published(entry, period, on)
    span = span_of(period, on, last_round=last_round)
    return Value(entry.rows(span, kind).order_by().count(), span)


def _published(entry: Entry, period: str, on: date) -> Value:
    """From the figures that were published last before a day: of their first year, or the one before it."""
    published = PublishedFigures.objects.filter(month__lte=on).order_by("-month").first()
    years = [PublicFigures.from_json(year) for year in published.years] if published else []
    place = 1 if period == Period.PUBLISHED_BEFORE else 0
    if place >= len(years):
        return Value(None, Span(None, on), about=True)
    year = years[place]
    return Value(entry.published(year), Span(year.first, year.last), about=True)


def sentence(key: str, kind: str, period: str) -> str:
    """What a figure counts, in words: "Assessments of contexts finished (school), in the last 12 months"."""
    entry = ENTRIES.get(key)
    label = entry.label if entry else "A figure that is no longer counted"
    which = f" ({kinds.kind_of(kind).label.lower()})" if kind else ""
    return f"{label}{which}, {PERIOD_WORDS.get(period, period)}"


@dataclass(frozen=True)
class Behind:
    """What is behind a number for one reader: the contexts that they may open, or the address of a list."""

    contexts: list[tuple[Context, int]]
    url: str = ""
    why_not: str = ""


def behind(key: str, kind: str, span: Span, user) -> Behind:
    """The contexts behind a number, each with how often it counts, for who may see them; else why not, or a list."""
    entry = ENTRIES[key]
    if entry.published is not None:
        if not can(user, Permission.TRACKER_SEE) or span.first is None:
            return Behind([], why_not="These are the published figures: rounded, and without small numbers.")
        parts = [
            f"received_{end}_{part}={getattr(day, part)}"
            for end, day in (("from", span.first), ("to", span.last))
            for part in ("day", "month", "year")
        ]
        return Behind([], url=f"{reverse('tracker:tracker')}?{'&'.join(parts)}")
    if key == "panels" and can(user, Permission.PANEL_HOLD):
        return Behind([], url=reverse("contexts:panels"))
    if key == "trained" and can(user, Permission.TRAINING_SEE):
        return Behind([], url=reverse("tracker:training"))
    if key == "champions" and can(user, Permission.TRAINING_SEE):
        return Behind([], url=reverse("tracker:training-champions"))
    if entry.context is None or not can(user, Permission.CONTEXT_SEE_ALL):
        return Behind([], why_not="Only those who see the contexts themselves can open what is behind this number.")
    path = entry.context.removesuffix("__")
    rows = list(entry.rows(span, kind).order_by("pk").values_list(path or "pk", flat=True)[: SHOWN * 10])
    shown = Context.objects.casework_of(user).filter(pk__in=rows).order_by("-received_on", "reference")[:SHOWN]
    return Behind([(context, rows.count(context.pk)) for context in shown])
