"""What the detail of the data entry form names, for the contexts that several referrals name."""

from collections.abc import Iterable
from uuid import UUID

from contexts.choices import MentionSource
from contexts.mention_sources import SOURCES

from .models import TrackerEntry


def of_entries(referrals: Iterable[UUID]) -> Iterable[tuple[UUID, str]]:
    """The detail of the data entry forms of these referrals."""
    rows = TrackerEntry.objects.filter(referral__in=list(referrals)).exclude(detail="")
    return rows.order_by().values_list("referral", "detail")


SOURCES.append((MentionSource.DETAIL, of_entries))
