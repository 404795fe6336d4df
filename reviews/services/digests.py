"""Once a week, to whoever leads a review: how its actions stand. Nothing to say: no digest (ADR 37)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User
from accounts.permissions import Permission
from core import notices
from core.models import Notice
from core.models.actions import ActionStatus

from ..models import Review, ReviewAction

KEY = "review-digest"
WEEK = timedelta(days=7)


def send_digests(at: datetime) -> int:
    """Tell the leads of reviews how many actions are due within a week, overdue, without a lead, done since the last.

    A review without a lead, or whose lead has left or keeps reviews no more, is told of to everybody who does. How many
    were told.
    """
    today = timezone.localdate(at)
    year, week, _ = today.isocalendar()
    reviews = {one.pk: one for one in _followed(today)}
    told = _last_digests(reviews, at)
    numbers = _numbers(reviews, told, today)
    keepers = list(User.objects.holding(Permission.REVIEW_WRITE)) if numbers else []
    tellings = []
    for pk, row in numbers.items():
        if words := _words(reviews[pk], row):
            key = f"{KEY}:{pk}:{year}-{week:02d}"
            url = f"{reverse('reviews:actions')}?review={pk}"
            tellings += [notices.Telling(person, words, key, url) for person in _readers(reviews[pk], keepers)]
    return len(notices.tell_each(tellings, at=at)) if tellings else 0


def _followed(today: date) -> Iterable[Review]:
    """The rounds that have actions to follow up, or had one that ended of late."""
    live = ReviewAction.objects.live()
    lately = Q(status=ActionStatus.OPEN) | Q(closed_at__date__gt=today - 5 * WEEK)
    return Review.objects.filter(pk__in=live.filter(lately).values("statement__review")).select_related("lead")


def _last_digests(reviews: dict, at: datetime) -> dict:
    """When each round was told of last; a week ago where it never was."""
    keys = Q(pk__in=[])
    for pk in reviews:
        keys |= Q(key__startswith=f"{KEY}:{pk}:")
    found = Notice.objects.filter(keys).order_by().values("key").annotate(last=Max("created_at")) if reviews else []
    told = dict.fromkeys(reviews, at - WEEK)
    for row in found:
        pk = next(pk for pk in reviews if row["key"].startswith(f"{KEY}:{pk}:"))
        told[pk] = max(row["last"], told[pk]) if row["last"] <= at else told[pk]
    return told


def _numbers(reviews: dict, told: dict, today: date) -> dict:
    """By the round: how many of its actions are due, overdue, without a lead, done since it was told of; one query."""
    open_ones = Q(status=ActionStatus.OPEN)
    since = Q(pk__in=[])
    for pk, last in told.items():
        since |= Q(statement__review=pk, closed_at__gt=last)
    rows = ReviewAction.objects.live().filter(statement__review__in=list(reviews)).order_by()
    nobody = Q(owner=None, owner_name="", points_to=[]) | Q(owner__is_active=False)
    counted = rows.values("statement__review").annotate(
        soon=Count("pk", filter=open_ones & Q(due__range=(today, today + WEEK))),
        late=Count("pk", filter=open_ones & Q(due__lt=today)),
        nobody=Count("pk", filter=open_ones & nobody),
        done=Count("pk", filter=Q(status=ActionStatus.DONE) & since),
    )
    return {row["statement__review"]: row for row in counted}


def _words(review: Review, row: dict) -> str:
    """What the digest says; "" where there is nothing to say."""
    said = [
        f"{row[name]} {words}"
        for name, words in (
            ("late", "overdue"), ("soon", "due within a week"), ("nobody", "without a lead"),
            ("done", "done since the last digest"),
        )
        if row[name]
    ]  # fmt: skip
    if not said:
        return ""
    return f"Actions of the system review of {date_format(review.on, 'DATE_FORMAT')}: {', '.join(said)}."


def _readers(review: Review, keepers: list[User]) -> list[User]:
    return [review.lead] if review.lead in keepers else keepers
