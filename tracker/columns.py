"""The columns that the tracker's list may show: what each needs of the database, and what stands in its cells."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils.formats import date_format

from consultations.choices import ReferralState
from consultations.models import ConsultationAction, Referral
from consultations.presenters import STATE_COLOURS

from .choices import ENTRY_DUE_IN, PrimaryConcern

_CONCERNS = dict(PrimaryConcern.choices)
_STATES = dict(ReferralState.choices)


@dataclass(frozen=True)
class Cell:
    """What one cell shows: text, or a tag of a colour; perhaps a second, smaller line below."""

    text: str = ""
    below: str = ""
    tag: str = ""


@dataclass(frozen=True)
class Column:
    """One column. `fields` are read with the row, joined where they lie elsewhere; `also` fetches lists of things."""

    key: str
    label: str
    show: Callable[[Referral], Cell]
    fields: tuple[str, ...] = ()
    also: Callable[[QuerySet], QuerySet] | None = None
    sort: str = ""
    look: str = field(default="", kw_only=True)  # "nowrap" for dates and numbers, "text" for what needs width


def _text(name: str) -> Callable[[Referral], Cell]:
    return lambda row: Cell(getattr(row, name) or "")


def _named(name: str) -> Callable[[Referral], Cell]:
    return lambda row: Cell(str(getattr(row, name) or ""))


def _day(day: Any) -> Cell:
    return Cell(date_format(day, "SHORT_DATE_FORMAT") if day else "")


def _entry(row: Referral, name: str) -> str:
    entry = getattr(row, "entry", None)
    return getattr(entry, name) or "" if entry else ""


def _consultation(row: Referral) -> Cell:
    meeting = getattr(row, "consultation", None)
    if meeting is None:
        return Cell()
    if meeting.held_on is None and meeting.planned_for and row.state == ReferralState.PLANNED:
        return Cell(_day(meeting.planned_for).text, below="Planned")
    return _day(meeting.held_on)


def _outcome(row: Referral) -> Cell:
    held_on = getattr(getattr(row, "consultation", None), "held_on", None)
    below = _day(held_on).text if held_on else row.signposted_to
    return Cell(_STATES[row.state], below=below, tag=STATE_COLOURS[row.state])


def _themes(row: Referral) -> Cell:
    entry = getattr(row, "entry", None)
    names = [
        f"Other: {entry.other_theme}" if theme.needs_text and entry.other_theme else theme.name
        for theme in (entry.themes.all() if entry else ())
    ]
    return Cell(", ".join(names))


def _feedback(row: Referral) -> Cell:
    given = getattr(row, "feedback", None)
    if _entry(row, "feedback") or given is None:
        return Cell(_short(_entry(row, "feedback")))
    if given.answered_at:
        return Cell(f"{given.useful} of 5", below=_short(given.young_person or given.context))
    return Cell(below="Outstanding" if given.chased_at else "Asked for")


def _data_entry(row: Referral) -> Cell:
    entry = getattr(row, "entry", None)
    if entry and entry.completed_at:
        return Cell("Completed")
    due = row.screened_at and row.state in ENTRY_DUE_IN
    return Cell("To be completed", tag="due") if due else Cell()


def _actions(row: Referral) -> Cell:
    meeting = getattr(row, "consultation", None)
    waiting = meeting.open_actions if meeting else []
    overdue = sum(action.is_overdue for action in waiting)
    if not waiting:
        return Cell()
    return Cell(f"{len(waiting)} open", below=f"{overdue} overdue" if overdue else "")


def _short(words: str) -> str:
    return words if len(words) <= 80 else f"{words[:79].rstrip()}…"


def _with_open_actions(rows: QuerySet) -> QuerySet:
    waiting = ConsultationAction.objects.open().only("consultation", "status", "due")
    return rows.prefetch_related(Prefetch("consultation__actions", waiting, to_attr="open_actions"))


# The reference stands first in every row, so it is not among them.
ALL = [
    Column("received", "Received", lambda row: _day(row.received_on), sort="received", look="nowrap"),
    Column("case_number", settings.CASE_NUMBER_NAME, _text("case_number"), ("case_number",), look="nowrap"),
    Column("name", "Young person", _text("name"), ("name",)),
    Column(
        "age",
        "Age at referral",
        lambda row: Cell("" if (age := row.age_on(row.received_on)) is None else str(age)),
        ("date_of_birth",),
    ),
    Column("referrer", "Referrer", _text("referrer_name"), ("referrer_name",)),
    Column("team", "Team", _named("team"), ("team", "team__name"), sort="team"),
    Column("agency", "Agency", _named("agency"), ("agency", "agency__name")),
    Column(
        "harms",
        "Kinds of harm",
        lambda row: Cell(", ".join(kind.label for kind in row.harms.all())),
        also=lambda rows: rows.prefetch_related("harms"),
        look="text",
    ),
    Column(
        "concern",
        "Primary Concern",
        lambda row: Cell(_CONCERNS.get(_entry(row, "primary_concern"), "")),
        ("entry__primary_concern",),
        sort="concern",
    ),
    Column("detail", "Detail", lambda row: Cell(_entry(row, "detail")), ("entry__detail",), look="text"),
    Column(
        "themes",
        "Themes",
        _themes,
        ("entry__other_theme",),
        also=lambda rows: rows.prefetch_related("entry__themes"),
        look="text",
    ),
    Column("outcome", "Outcome", _outcome, ("consultation__held_on", "signposted_to"), sort="outcome"),
    Column(
        "consultation",
        "Consultation",
        _consultation,
        ("consultation__held_on", "consultation__planned_for"),
        look="nowrap",
    ),
    Column("signposted", "Signposted to", _text("signposted_to"), ("signposted_to",)),
    Column(
        "feedback",
        "Feedback",
        _feedback,
        (
            "entry__feedback",
            *(f"feedback__{name}" for name in ("answered_at", "chased_at", "useful", "young_person", "context")),
        ),
        look="text",
    ),
    Column("entry", "Data entry form", _data_entry, ("screened_at", "entry__completed_at")),
    Column("allocated", "Allocated to", _named("allocated_to"), ("allocated_to", "allocated_to__name")),
    Column("actions", "Actions", _actions, ("consultation__held_on",), also=_with_open_actions),
]
BY_KEY = {column.key: column for column in ALL}
DEFAULT = ("received", "case_number", "team", "concern", "detail", "themes", "outcome", "feedback")
_ALWAYS = ("reference", "state", "received_on", "restricted_at")


def chosen(keys: Iterable[str]) -> list[Column]:
    """The columns of these keys, in the order of the table; the usual ones where none of the keys is known."""
    wanted = set(keys) & set(BY_KEY)
    return [column for column in ALL if column.key in (wanted or DEFAULT)]


def words_of_sort(sort: str) -> str:
    """A sort key in words."""
    label = next((column.label for column in ALL if column.sort == sort.removeprefix("-")), "Reference")
    return f"{label}, {'last' if sort.startswith('-') else 'first'} to {'first' if sort.startswith('-') else 'last'}"


def fetched(rows: QuerySet[Referral], columns: list[Column]) -> QuerySet[Referral]:
    """`rows` with what these columns show, and no more."""
    names = {name for column in columns for name in column.fields}
    joined = {name.partition("__")[0] for name in names if "__" in name}
    rows = (
        rows.select_related(*sorted(joined)).only(*_ALWAYS, *sorted(names)) if joined else rows.only(*_ALWAYS, *names)
    )
    for column in columns:
        if column.also:
            rows = column.also(rows)
    return rows


def cells(row: Referral, columns: list[Column]) -> list[tuple[Column, Cell]]:
    """The cells of one row, each with its column."""
    return [(column, column.show(row)) for column in columns]
