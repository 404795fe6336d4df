"""Following up the actions of system reviews: who leads how many, and how each row of the list is shown."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, F, Max, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core.models.actions import ActionStatus

from .models import ReviewAction, ReviewProgress
from .models.actions import ReviewActionQuerySet

NOBODY, REFERS = "nobody", "refers"
_OPEN = Q(status=ActionStatus.OPEN)
_NO_NAME = Q(owner=None, owner_name="")


def _overdue(today: date | None) -> Q:
    """What `ReviewActionQuerySet.overdue` asks, to count by."""
    return _OPEN & Q(due__lt=today or timezone.localdate(), carried_to=None)


@dataclass(frozen=True)
class Lead:
    """Somebody who leads actions: what stands for them in an address, their words, and how their actions stand."""

    code: str
    words: str
    open: int
    overdue: int
    done: int
    dropped: int
    stands_out: bool  # nobody leads these, or who led them has left


def code_of(owner_id: int | None, name: str = "", agency: str = "") -> str:
    """What stands for a lead in an address, so that nobody's name does."""
    if owner_id:
        return str(owner_id)
    return f"n{salted_hmac('reviews.leads', f'{name}|{agency}').hexdigest()[:20]}"


def with_lead_name(actions: ReviewActionQuerySet) -> ReviewActionQuerySet:
    """With `lead_name`: the lead's name, empty where there is none."""
    return actions.annotate(lead_name=Coalesce("owner__name", NullIf("owner_name", Value(""))))


def with_last_note(actions: ReviewActionQuerySet) -> ReviewActionQuerySet:
    """With `noted_at`: when the last progress note was written."""
    notes = ReviewProgress.objects.filter(action=OuterRef("pk")).order_by().values("action")
    return actions.annotate(noted_at=Subquery(notes.annotate(last=Max("at")).values("last")))


def leads_of(actions: ReviewActionQuerySet, today: date | None = None) -> list[Lead]:
    """Who leads these actions, those that nobody leads first, then by name; one query."""
    overdue = _overdue(today)
    refers = Case(When(_NO_NAME & ~Q(points_to=[]), then=Value(True)), default=Value(False))
    columns = ["owner", "owner__name", "owner__is_active", "owner_name", "owner_agency", "refers"]
    rows = actions.annotate(refers=refers).order_by().values(*columns)
    counted = rows.annotate(
        open_number=Count("pk", filter=_OPEN),
        overdue_number=Count("pk", filter=overdue),
        done_number=Count("pk", filter=Q(status=ActionStatus.DONE)),
        dropped_number=Count("pk", filter=Q(status=ActionStatus.DROPPED)),
    )
    return sorted((_lead(row) for row in counted), key=lambda lead: (not lead.stands_out, lead.words.casefold()))


def _lead(row: dict[str, Any]) -> Lead:
    nobody = not (row["owner"] or row["owner_name"])
    if nobody:
        code, words = (REFERS, "As in the parts they refer to") if row["refers"] else (NOBODY, "Nobody yet")
    elif row["owner"]:
        left = "" if row["owner__is_active"] else " (has left)"
        code, words = code_of(row["owner"]), f"{row['owner__name']}{left}"
    else:
        code = code_of(None, row["owner_name"], row["owner_agency"])
        words = ", ".join(filter(None, [row["owner_name"], row["owner_agency"]]))
    stands_out = (nobody and not row["refers"]) or row["owner__is_active"] is False
    numbers = [row[f"{name}_number"] for name in ("open", "overdue", "done", "dropped")]
    return Lead(code, words, *numbers, stands_out=stands_out and bool(row["open_number"]))


def of_lead(actions: ReviewActionQuerySet, code: str, user) -> ReviewActionQuerySet:
    """Those that the lead of this code leads; "me" is `user`. None for a code of nobody here."""
    if code == "me":
        return actions.of_owner(user)
    if code == NOBODY:
        return actions.filter(_NO_NAME, points_to=[])
    if code == REFERS:
        return actions.filter(_NO_NAME).exclude(points_to=[])
    if code.isdigit():
        return actions.filter(owner=int(code)) if len(code) < 19 else actions.none()
    names = actions.filter(owner=None).order_by().values_list("owner_name", "owner_agency").distinct()
    for name, agency in names:
        if code_of(None, name, agency) == code:
            return actions.filter(owner=None, owner_name=name, owner_agency=agency)
    return actions.none()


def summed(actions: ReviewActionQuerySet, today: date | None = None) -> dict[str, int]:
    """How many there are: all, open, overdue, and open ones that nobody leads; one query."""
    nobody = _OPEN & (Q(owner=None, owner_name="", points_to=[]) | Q(owner__is_active=False))
    return actions.order_by().aggregate(
        all=Count("pk"),
        open=Count("pk", filter=_OPEN),
        overdue=Count("pk", filter=_overdue(today)),
        nobody=Count("pk", filter=nobody),
    )


def in_order(actions: ReviewActionQuerySet, sort: str) -> tuple[ReviewActionQuerySet, str]:
    """The actions sorted by one of SORTS ("-due" from the end), else open ones first by date; and what it was."""
    column = SORTS.get(sort.removeprefix("-"))
    if column is None:
        open_first = Case(When(_OPEN, then=Value(0)), default=Value(1))
        return actions.order_by(open_first, F("due").asc(nulls_last=True), "created_at", "pk"), ""
    first = F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_first=True)
    if column == "due" and not sort.startswith("-"):
        first = F(column).asc(nulls_last=True)
    return actions.order_by(first, F("due").asc(nulls_last=True), "created_at", "pk"), sort


SORTS = {"lead": "lead_name", "due": "due", "status": "status", "review": "statement__review__on"}


def may_give(action: ReviewAction) -> bool:
    """Whether it waits for somebody to lead it."""
    return action.is_open and action.has_nobody
