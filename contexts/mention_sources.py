"""Where referrals name places, schools and groups: read from the records that say so.

A higher app brings its own with `SOURCES.append`: the tracker does so for the detail of its data entry form.
"""

from collections.abc import Callable, Iterable
from uuid import UUID

from consultations.models import ConsultationAction, FrameworkPlace

from .choices import MentionSource

# Each gives (the referral's id, the words) of these referrals, where anything is written.
Reader = Callable[[Iterable[UUID]], Iterable[tuple[UUID, str]]]


def of_actions(referrals: Iterable[UUID]) -> Iterable[tuple[UUID, str]]:
    """What the actions of consultations say they concern."""
    rows = ConsultationAction.objects.filter(consultation__referral__in=list(referrals)).exclude(context_name="")
    return rows.order_by().values_list("consultation__referral", "context_name")


def of_framework(referrals: Iterable[UUID]) -> Iterable[tuple[UUID, str]]:
    """The schools, groups and places that stand above the columns of Appendix A."""
    rows = FrameworkPlace.objects.filter(consultation__referral__in=list(referrals)).exclude(name="")
    return rows.order_by().values_list("consultation__referral", "name")


SOURCES: list[tuple[MentionSource, Reader]] = [
    (MentionSource.ACTION, of_actions),
    (MentionSource.FRAMEWORK, of_framework),
]
