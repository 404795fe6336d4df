"""Who saw a record, made copies of it, or asked for it and was refused: read from the audit log."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, CharField, Count, F, Max, Min, Q, QuerySet, TextField, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, Concat, TruncDate
from django.utils import timezone

from core.models import AuditEvent

from .act_words import ACTS, Kind, act_for
from .chronology import jobs_of
from .models import ConsultationAction, Referral, TakeAway

VIEWED, COPIED, REFUSED = "viewed", "copied", "refused"
TITLES = {VIEWED: "Viewed", COPIED: "Copied", REFUSED: "Refused"}
COPIES = [code for code, act in ACTS.items() if act.kind == Kind.PAPERS and act.shown]
PAGE_SIZE = 50
PRINTED = "printed"
# Which paper or picture it was, and in which form: printed/peer-map/svg.
_TEXT = TextField()
_WHAT_WAS_PRINTED = Concat(
    Value(f"{PRINTED}/", _TEXT), Coalesce(KT("detail__paper"), Value("copy", _TEXT)), Value("/", _TEXT),
    Coalesce(KT("detail__as"), Value("page", _TEXT)), output_field=_TEXT,
)  # fmt: skip


@dataclass(frozen=True)
class Visit:
    """What one person did with a record on one day: which pages, how often each, between when and when."""

    day: date
    who: str
    what: str
    pages: list[tuple[str, int]]
    times: int
    first: datetime
    last: datetime

    @property
    def title(self) -> str:
        return TITLES[self.what]


def events_of(referral: Referral) -> QuerySet[AuditEvent]:
    """Every event of somebody seeing this record, copying it, or being refused it."""
    ids = [str(referral.pk)]
    for model in (ConsultationAction, TakeAway):
        mine = model.objects.filter(consultation__referral=referral)
        ids += [str(pk) for pk in mine.values_list("pk", flat=True)]
    about = Q(subject_type="consultations.referral", subject_id=str(referral.pk), act__in=["viewed", *COPIES])
    jobs = [str(pk) for pk in jobs_of([referral.pk]).values_list("pk", flat=True)]
    about |= Q(subject_type="core.job", subject_id__in=jobs, act__in=COPIES)
    if referral.young_person_id:
        about |= Q(subject_type="consultations.youngperson", subject_id=str(referral.young_person_id), act="viewed")
    refused = Q(act="denied", asked_for__in=ids)
    return AuditEvent.objects.alias(asked_for=KT("detail__ids__pk")).filter(about | refused)


def people(events: QuerySet[AuditEvent]) -> list[tuple[int, str]]:
    """Everybody in `events`, by name."""
    found = dict(events.order_by().exclude(actor_id=None).values_list("actor_id", "actor_name").distinct())
    return sorted(found.items(), key=lambda pair: pair[1].casefold())


def narrowed(
    events: QuerySet[AuditEvent], *, person: int | None = None, what: str = "", first: date | None, last: date | None
) -> QuerySet[AuditEvent]:
    """`events` of one person, one kind, and a period of London's days, as far as given."""
    if person:
        events = events.filter(actor_id=person)
    if what == VIEWED:
        events = events.filter(act="viewed")
    elif what == REFUSED:
        events = events.filter(act="denied")
    elif what == COPIED:
        events = events.exclude(act__in=["viewed", "denied"])
    if first:
        events = events.filter(at__gte=timezone.make_aware(datetime.combine(first, time.min)))
    if last:
        events = events.filter(at__lt=timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min)))
    return events


def by_day(events: QuerySet[AuditEvent]) -> QuerySet:
    """One row for a person, a day and what they did, the latest first; to be cut into pages, then `visits`."""
    what = Case(
        When(act="viewed", then=Value(VIEWED)), When(act="denied", then=Value(REFUSED)), default=Value(COPIED),
        output_field=CharField(),
    )  # fmt: skip
    page = Case(
        When(act="viewed", then=Coalesce(KT("detail__page"), Value(""))),
        When(act="denied", then=Coalesce(KT("detail__route"), Value(""))),
        When(act=PRINTED, then=_WHAT_WAS_PRINTED),
        default=F("act"),
        output_field=CharField(),
    )
    return (
        events.order_by()
        .annotate(day=TruncDate("at"), what=what, page=page)
        .values("day", "what", "actor_id", "actor_name")
        .annotate(times=Count("pk"), first=Min("at"), last=Max("at"), pages=ArrayAgg("page"))
        .order_by("-day", "-last", "actor_id")
    )


def visits(rows: Iterable[dict]) -> list[Visit]:
    """Rows of `by_day` in words."""
    return [
        Visit(
            row["day"],
            row["actor_name"] or "Nobody signed in",
            row["what"],
            [(_page(row["what"], page), times) for page, times in Counter(row["pages"]).most_common()],
            row["times"],
            row["first"],
            row["last"],
        )
        for row in rows
    ]


def _page(what: str, page: str) -> str:
    """A page, copy or route in words."""
    if page.startswith(f"{PRINTED}/"):
        _, paper, form = page.split("/", 2)
        words = paper.replace("-", " ")
        return f"{words[:1].upper()}{words[1:]} ({'to print' if form == 'page' else form.upper()})"
    if what == COPIED:
        return act_for(page).words
    words = page.rpartition(":")[2].replace("-", " ")
    return f"{words[:1].upper()}{words[1:]}" or "A page"
