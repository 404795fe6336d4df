"""What waits for somebody about system reviews: the lines of their home page."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.formats import date_format

from accounts.permissions import Permission, can
from contexts.waiting import Waiting

from .models import Review, ReviewAction

SOON = timedelta(days=14)  # so long before its day the next round is said to come up


def for_person(user, today: date) -> Iterator[Waiting]:
    """The kinds of work about system reviews that this person may have."""
    if can(user, Permission.REVIEW_ACTION_UPDATE_OWN):
        yield _my_actions(user, today)
    if can(user, Permission.REVIEW_WRITE):
        yield _my_reviews(user, today)


def _my_actions(user, today: date) -> Waiting:
    rows = ReviewAction.objects.live().open().of_owner(user).select_related("statement__review")

    def line(action: ReviewAction) -> tuple[str, str, str, str]:
        url = f"{reverse('reviews:action', args=[action.pk])}?next={reverse('home')}"
        by_when = f", by {_day(action.due)}" if action.due else ""
        overdue = "Overdue" if action.due and action.due < today else ""
        return action.what, url, f"{_named(action.statement.review)}{by_when}", overdue

    all_url = f"{reverse('reviews:actions')}?lead=me&status=open"
    return Waiting(
        "Your actions of system reviews", rows.order_by(F("due").asc(nulls_last=True), "created_at"), line, all_url
    )


def _my_reviews(user, today: date) -> Waiting:
    """Rounds that this person leads, or that nobody leads, where actions need a lead or the next round is due."""
    unowned = ReviewAction.objects.live().open().without_lead().filter(statement__review=OuterRef("pk")).order_by()
    counted = unowned.values("statement__review").annotate(number=Count("pk")).values("number")
    rows = Review.objects.filter(next_round=None).annotate(unowned=Coalesce(Subquery(counted), 0))
    goes_on = Q(state="open") | Q(unowned__gt=0)
    nobody = (Q(lead=None) | Q(lead__is_active=False)) & goes_on
    due = Q(unowned__gt=0) | Q(next_on__lte=today + SOON)
    rows = rows.filter((Q(lead=user) & due) | nobody).select_related("lead")

    def line(review: Review) -> tuple[str, str, str, str]:
        url, said = review.get_absolute_url(), []
        if review.lead is None:
            said.append("Nobody leads it")
        elif not review.lead.is_active:
            said.append(f"{review.lead.name}, who led it, has left")
        if review.unowned:
            said.append(f"{review.unowned} action{' needs' if review.unowned == 1 else 's need'} a lead")
            url = f"{reverse('reviews:actions')}?review={review.pk}&nobody=on"
        late = review.next_on is not None and review.next_on < today
        if review.next_on and review.next_on <= today + SOON:
            said.append(f"The next round {'was' if late else 'is'} due on {_day(review.next_on)}")
        return _named(review), url, ". ".join(said), "Overdue" if late else ""

    return Waiting(
        "System reviews that need you", rows.order_by(F("next_on").asc(nulls_last=True), "on"), line,
        reverse("reviews:reviews"),
    )  # fmt: skip


def _named(review: Review) -> str:
    return f"{review.area}, review of {_day(review.on)}"


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")
