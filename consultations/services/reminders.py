"""Reminders of actions and take-away questions: before the day, after it, and every week once it has passed.

A round comes every quarter of an hour. What each notice is about stands in its key (the row, its date, which week),
so nobody is told twice, and somebody whose date was changed is told of the new one.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User
from accounts.permissions import Role
from core import notices
from core.models import CaseworkSettings

from ..models import ConsultationAction, TakeAway
from ..models.actions import OfConsultationQuerySet

BATCH = 500
AGAIN_AFTER = 7  # days between two notices of the same overdue thing
# What is reminded of: the start of the notice's key, the page where it waits, and what it is called.
KINDS = [
    (ConsultationAction, "action", "consultations:action", "Your action"),
    (TakeAway, "take-away", "consultations:take-away", "The question that you took away"),
]


def remind(at: datetime) -> int:
    """Tell owners here what is due soon or overdue, and who oversees how much is overdue; how many were told.

    Nothing for what is closed, for people who have left, or for referrals that came from an earlier tracker.
    """
    told = 0
    for model, start, page, called in KINDS:
        rows = _waiting(model.objects.all()).select_related("consultation__referral")

        def words(row, called: str = called) -> str:
            return f"{called} from consultation {row.consultation.referral.reference}"

        told += remind_owners(rows, start=start, page=page, words=words, at=at)
    return told + _tell_overseers(timezone.localdate(at), at)


def remind_owners(rows: QuerySet, *, start: str, page: str, words: Callable[[Any], str], at: datetime) -> int:
    """Tell the owners here of open `rows` what is due soon or overdue; how many were told.

    `start` begins the notices' keys, `page` is the name of the page where a row waits, `words` say what it is.
    """
    today = timezone.localdate(at)
    until = today + timedelta(days=CaseworkSettings.current().remind_days_before)
    told = 0
    for batch in _batches(rows.filter(due__lte=until, owner__is_active=True)):
        told += len(notices.tell_each([_telling(row, start, page, words(row), today) for row in batch], at=at))
    return told


def _waiting(rows: OfConsultationQuerySet) -> OfConsultationQuerySet:
    return rows.open().filter(consultation__referral__imported=False)


def _batches(rows: QuerySet) -> Iterator[list]:
    """The rows with their owners, so many at a time, each batch in one query."""
    rows, last = rows.select_related("owner").order_by("pk"), None
    while batch := list((rows.filter(pk__gt=last) if last else rows)[:BATCH]):
        yield batch
        last = batch[-1].pk


def _telling(row, start: str, page: str, called: str, today: date) -> notices.Telling:
    """The one notice that is due about this row today: once before its date, then by the week after it."""
    day = date_format(row.due, "DATE_FORMAT")
    late = (today - row.due).days
    if late > 0:
        words = f"{called} was due on {day}."
        key = f"{start}:{row.pk}:overdue:{row.due.isoformat()}:{(late - 1) // AGAIN_AFTER}"
    else:
        words = f"{called} is due on {day}."
        key = f"{start}:{row.pk}:due:{row.due.isoformat()}"
    return notices.Telling(row.owner, words, key, reverse(page, args=[row.pk]))


def _tell_overseers(today: date, at: datetime) -> int:
    """Once a week: to managers how many actions are overdue, to CS practitioners how many of what is theirs.

    A restricted referral is counted for the one to whom it is allocated alone; on the page a manager may see more.
    """
    overdue = _waiting(ConsultationAction.objects.overdue(today))
    year, week, _ = today.isocalendar()
    key, page = f"overdue:{year}-{week:02d}", reverse("consultations:actions")
    tellings = []
    managers = list(User.objects.filter(is_active=True, role_grants__role=Role.MANAGER))
    if managers and (number := overdue.filter(consultation__referral__restricted_at=None).count()):
        words = f"{_actions(number)} overdue."
        tellings += [notices.Telling(person, words, key, f"{page}?overdue=on") for person in managers]
    known = {person.pk for person in managers}
    for person, number in _allocated(overdue):
        if person.pk not in known:
            words = f"{_actions(number)} overdue in referrals that are allocated to you."
            tellings.append(notices.Telling(person, words, key, f"{page}?overdue=on&allocated=on"))
    return len(notices.tell_each(tellings, at=at)) if tellings else 0


def _allocated(overdue: QuerySet) -> Iterable[tuple[User, int]]:
    """Who has overdue actions in referrals that are allocated to them, and how many."""
    field = "consultation__referral__allocated_to"
    counts = dict(overdue.filter(**{f"{field}__is_active": True}).order_by().values_list(field).annotate(Count("pk")))
    return [(person, counts[person.pk]) for person in User.objects.filter(pk__in=counts)]


def _actions(number: int) -> str:
    return "1 action is" if number == 1 else f"{number} actions are"
