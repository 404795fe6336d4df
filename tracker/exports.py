"""The Excel export of the tracker: the filter as it was chosen, the rights as they are when it is made."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils import timezone

from accounts.permissions import Permission, can
from consultations.models import ConsultationAction, Referral
from consultations.services import access
from core import jobs, workbook
from core.models import Job
from core.workbook import Column, Sheet

from . import rows
from .choices import PrimaryConcern
from .models import Theme

KIND = "tracker.export"
_CONCERNS = dict(PrimaryConcern.choices)


def ask_for(filters: str, *, by) -> Job:
    """Queue an export of the tracker as filtered by the query string `filters`."""
    query = rows.known_part(QueryDict(filters))
    words = rows.filter_from(query).words()
    params = {"filters": query.urlencode(), "sort": rows.sort_from(query), "words": words}
    return jobs.enqueue(KIND, params=params, by=by)


def still_theirs(user, job: Job) -> bool:
    """Whether `user` may still see all that the finished workbook may hold: no restriction has come between."""
    if job.finished_at is None:
        return True  # it is made of what they may see then
    return not access.closed_since(user, since=job.created_at, until=job.finished_at)


@jobs.register(KIND, may=lambda user: can(user, Permission.TRACKER_EXPORT), may_have=still_theirs)
def run(job: Job, step: jobs.Step) -> jobs.Output:
    """Make the workbook: sheets Referrals, Actions and About."""
    chosen = rows.filter_from(QueryDict(job.params["filters"])).chosen()
    found = rows.rows_for(job.requested_by, chosen, job.params["sort"])
    actions = ConsultationAction.objects.filter(consultation__referral__in=found.order_by().values("pk"))
    counts = {"Referrals": found.count(), "Actions": actions.count()}
    total = sum(counts.values())
    step(0, total)
    sheets = [
        Sheet("Referrals", referral_columns(list(Theme.objects.all())), _stream(found)),
        Sheet("Actions", ACTION_COLUMNS, _stream(_in_order(actions))),
        Sheet("About", ABOUT_COLUMNS, _about(job, counts)),
    ]
    content = workbook.write(sheets, step=lambda written: step(min(written, total), total))
    day = timezone.localdate().isoformat()
    return jobs.Output(f"referral-tracker-{day}.xlsx", workbook.CONTENT_TYPE, content)


def referral_columns(themes: list[Theme]) -> list[Column]:
    """The columns of the legacy tracker in their order and words, with the reference before and ours after them."""

    def theme_column(theme: Theme) -> Column:
        return Column(theme.name, lambda row: "Y" if theme.pk in _theme_ids(row) else None, 11)

    return [
        Column("Reference", lambda row: row.reference, 14),
        Column("Date received", lambda row: row.received_on, 13),
        Column(settings.CASE_NUMBER_NAME, lambda row: row.case_number, 14),
        Column("Name of Young Person", lambda row: row.name, 24),
        Column("Referrer", lambda row: row.referrer_name, 22),
        Column("Team", lambda row: row.team.name if row.team else None, 22),
        Column("Agency", lambda row: row.agency.name if row.agency else None, 22),
        Column("How long known", lambda row: _entry(row, "how_long_known"), 20, wrap=True),
        Column("Previous referrals", lambda row: _entry(row, "previous_referrals"), 24, wrap=True),
        Column("Primary Concern", lambda row: _CONCERNS.get(_entry(row, "primary_concern")), 16),
        Column("Detail", lambda row: _entry(row, "detail"), 30, wrap=True),
        *[theme_column(theme) for theme in themes],
        Column("Other (state)", lambda row: _entry(row, "other_theme"), 24, wrap=True),
        Column("Outcome", lambda row: row.get_state_display(), 22),
        Column("Date of consultation", lambda row: getattr(_consultation(row), "held_on", None), 13),
        Column("Signposted to", lambda row: row.signposted_to, 24, wrap=True),
        Column("Feedback", rows.feedback_of, 30, wrap=True),
        Column("Consultation planned for", lambda row: getattr(_consultation(row), "planned_for", None), 13),
        Column("Data entry completed", lambda row: _entry(row, "completed_at"), 17),
        Column("Restricted", lambda row: "Y" if row.restricted_at else None, 11),
    ]


ACTION_COLUMNS = [
    Column("Reference", lambda row: row.consultation.referral.reference, 14),
    Column("Space", lambda row: row.get_space_display(), 16),
    Column("What", lambda row: row.what, 50, wrap=True),
    Column("Who", lambda row: row.who, 28),
    Column("By when", lambda row: row.due, 13),
    Column("Status", lambda row: row.get_status_display(), 11),
    Column("What came of it", lambda row: row.outcome, 40, wrap=True),
]
ABOUT_COLUMNS = [Column("About this export", lambda row: row[0], 28), Column(" ", lambda row: row[1], 60, wrap=True)]


def _stream(found) -> Iterator[Any]:
    return found.iterator(chunk_size=500)


def _in_order(actions):
    return actions.select_related("owner", "consultation__referral").order_by(
        "-consultation__referral__received_on", "-consultation__referral__reference", "created_at", "pk"
    )


def _about(job: Job, counts: dict[str, int]) -> list[tuple[str, Any]]:
    filters = [(f"Filter: {name}", words) for name, words in job.params["words"].items()]
    return [
        ("Made for", job.requested_by.name),
        ("Asked for at", job.created_at),
        ("Made at", timezone.now()),
        *(filters or [("Filter", "None: every referral that you may see")]),
        *[(f"Rows on the sheet {name}", count) for name, count in counts.items()],
        ("Please note", "This file holds personal data about children. Keep it as your organisation's rules say."),
    ]


def _entry(row: Referral, name: str) -> Any:
    entry = getattr(row, "entry", None)
    return getattr(entry, name) if entry else None


def _theme_ids(row: Referral) -> set[int]:
    entry = getattr(row, "entry", None)
    return {theme.pk for theme in entry.themes.all()} if entry else set()


def _consultation(row: Referral):
    return getattr(row, "consultation", None)
