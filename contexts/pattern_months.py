"""Contexts by the number of referrals that name them, month by month."""

from collections import Counter
from datetime import date

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils import timezone

from consultations.models import Referral

from .called import tell
from .models import Context, ContextMention

MONTHS = 12
SHOWN = 15


def months(on: date | None = None) -> list[date]:
    """The first days of the last twelve months, the earliest first."""
    day = (on or timezone.localdate()).replace(day=1)
    found = [day]
    while len(found) < MONTHS:
        day = day.replace(year=day.year - 1, month=12) if day.month == 1 else day.replace(month=day.month - 1)
        found.append(day)
    return found[::-1]


def over_time(user, on: date | None = None) -> list[dict]:
    """For the contexts that most referrals name: {"context", "numbers" (a month each), "total"}; two queries.

    Of the referrals that `user` may see: a month has so few that a hidden one could be told from the rest.
    """
    columns = months(on)
    rows = ContextMention.objects.filter(received_on__gte=columns[0], context__in=Context.objects.visible_to(user))
    rows = rows.filter(referral__in=Referral.objects.visible_to(user).values("pk"))
    counted = rows.order_by().annotate(month=TruncMonth("received_on")).values("context", "month")
    numbers: dict = {}
    for row in counted.annotate(number=Count("referral", distinct=True)):
        numbers.setdefault(row["context"], Counter())[row["month"]] += row["number"]
    most = sorted(numbers, key=lambda pk: -numbers[pk].total())[:SHOWN]
    contexts = Context.objects.in_bulk(most)
    tell(user, contexts.values())
    largest = max((max(one.values()) for one in numbers.values()), default=1)
    return [
        {
            "context": contexts[pk],
            "numbers": [(numbers[pk][month], round(20 * numbers[pk][month] / largest)) for month in columns],
            "total": numbers[pk].total(),
        }
        for pk in most
    ]
