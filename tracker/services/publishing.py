"""Publishing the figures that leads see: once a month, for every year of referrals (ADR 20)."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from consultations.models import Referral
from core import audit

from .. import public_figures
from ..figures import Period, Unit
from ..models import PublishedFigures
from ..public_figures import PublicFigures

YEAR_BEGINS = 4  # April
# A referral from before that is a slip of the pen, and begins no year.
FIRST_YEAR = 2000


def publish(at: datetime | None = None) -> int:
    """Publish this month's figures where they are not there; how many sets that made.

    They are of every sent referral, restricted ones too: restricting one must change nothing that leads see. While no
    year has enough referrals to be broken down there is nothing to publish, and the next round looks again.
    """
    at = at or timezone.now()
    today = timezone.localdate(at)
    month = today.replace(day=1)
    if PublishedFigures.objects.filter(month=month).exists():
        return 0
    years = [year.as_json() for year in every_year(today)]
    if not years:
        return 0
    with transaction.atomic():
        published, made = PublishedFigures.objects.get_or_create(month=month, defaults={"made_at": at, "years": years})
        if made:
            audit.record("figures.published", by=None, subject=published, detail={"years": len(years)}, at=at)
    return int(made)


def every_year(today: date) -> list[PublicFigures]:
    """Each year from April to March up to yesterday, the newest first, from the first that has anything to show."""
    rows = Referral.objects.sent()
    yesterday = today - timedelta(days=1)
    earliest = rows.filter(received_on__year__gte=FIRST_YEAR).aggregate(first=Min("received_on"))["first"]
    if earliest is None or earliest > yesterday:
        return []
    found = []
    for year in range(_year_of(earliest), _year_of(yesterday) + 1):
        period = Period(date(year, YEAR_BEGINS, 1), min(date(year + 1, YEAR_BEGINS, 1) - timedelta(days=1), yesterday))
        figures = public_figures.of(rows, period, Unit.QUARTER)
        if found or figures.broken_down:
            found.append(figures)
    return found[::-1]


def _year_of(day: date) -> int:
    """The calendar year in which the year that `day` lies in begins."""
    return day.year if day.month >= YEAR_BEGINS else day.year - 1
