"""The headline figures, and what is outstanding."""

from dataclasses import dataclass

from django.contrib.postgres.fields import ArrayField
from django.db.models import Aggregate, Count, F, FloatField, Func, IntegerField, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from consultations.choices import ReferralState
from consultations.models import ConsultationAction, Referral

from ..rows import ENTRY_DUE, FEEDBACK_OUTSTANDING
from .counts import pks

# Screened is what was found suitable or signposted; a withdrawn referral counts as withdrawn, whenever that was.
SCREENED_STATES = [ReferralState.PLANNED, ReferralState.HELD, ReferralState.SIGNPOSTED]
WAITING_STATES = [ReferralState.SCREENING, ReferralState.INFORMATION]


class DaysBetween(Func):
    """Whole days from the second date to the first."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = IntegerField()


class MedianAndNinetieth(Aggregate):
    """[median, 90th percentile] of a number, reckoned in one go; NULL where there is none."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = ArrayField(FloatField())


@dataclass(frozen=True, slots=True)
class Days:
    """How many days something took: half took at most `median`, nine of ten at most `ninetieth`; None without cases."""

    median: float | None
    ninetieth: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Headlines:
    """received = screened + withdrawn + waiting; screened = planned + held + signposted."""

    received: int
    screened: int
    planned: int
    held: int
    signposted: int
    withdrawn: int
    waiting: int
    to_screening: Days
    to_consultation: Days


@dataclass(frozen=True, slots=True)
class Outstanding:
    """Referrals where something waits; `overdue_actions` are the actions themselves, of `with_overdue` referrals."""

    entry_due: int
    feedback: int
    with_overdue: int
    overdue_actions: int


def headlines(rows: QuerySet[Referral]) -> Headlines:
    """What came in and what became of it, as it stands today. Days are days of the London calendar.

    To screening: of the screened ones whose screening is known (imported ones have no such date), from the day received
    to the day of the decision that holds. To the consultation: of those held, to the day that it was held.
    """
    screened = Q(state__in=SCREENED_STATES, screened_at__isnull=False)
    held = Q(state=ReferralState.HELD, consultation__held_on__isnull=False)
    found = rows.order_by().aggregate(
        received=Count("pk"),
        **{str(state): Count("pk", filter=Q(state=state)) for state in [*SCREENED_STATES, ReferralState.WITHDRAWN]},
        screening_days=MedianAndNinetieth(
            DaysBetween(TruncDate("screened_at", tzinfo=timezone.get_default_timezone()), F("received_on")),
            filter=screened,
        ),
        screening_count=Count("pk", filter=screened),
        held_days=MedianAndNinetieth(DaysBetween(F("consultation__held_on"), F("received_on")), filter=held),
        held_count=Count("pk", filter=held),
    )
    screened_count = sum(found[state] for state in SCREENED_STATES)
    return Headlines(
        received=found["received"],
        screened=screened_count,
        planned=found[ReferralState.PLANNED],
        held=found[ReferralState.HELD],
        signposted=found[ReferralState.SIGNPOSTED],
        withdrawn=found[ReferralState.WITHDRAWN],
        waiting=found["received"] - screened_count - found[ReferralState.WITHDRAWN],
        to_screening=_days(found["screening_days"], found["screening_count"]),
        to_consultation=_days(found["held_days"], found["held_count"]),
    )


def outstanding(rows: QuerySet[Referral]) -> Outstanding:
    """What waits to be done about these referrals today.

    Each is a count of its own, not all in one pass: so PostgreSQL joins what it needs instead of asking row by row.
    """
    overdue = ConsultationAction.objects.overdue().filter(consultation__referral__in=pks(rows))
    actions = overdue.aggregate(
        with_overdue=Count("consultation__referral", distinct=True), overdue_actions=Count("pk")
    )
    return Outstanding(
        entry_due=rows.filter(ENTRY_DUE).order_by().count(),
        feedback=rows.filter(FEEDBACK_OUTSTANDING).order_by().count(),
        **actions,
    )


def _days(pair: list[float] | None, count: int) -> Days:
    median, ninetieth = pair or (None, None)
    return Days(median, ninetieth, count)
