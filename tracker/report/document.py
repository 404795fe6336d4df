"""What stands in a report: a tree of plain strings and numbers, which the page, the PDF and the Word file all show."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format

from consultations.models import Referral

from .. import public_figures
from ..figures import Period, Unit
from ..models import Report
from ..public_figures import AgencyLine, PublicFigures, Table
from ..suppression import LEAST, LEAST_BASE, NOT_SHOWN, STEP
from . import words

# Control characters and the like: no Word file can hold them, and no PDF shows them.
_NOT_TEXT = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Part:
    """One section: its sentences, then its table (or agencies), which is drawn as well."""

    title: str
    sentences: tuple[str, ...] = ()
    table: Table | None = None
    agencies: tuple[AgencyLine, ...] = ()
    others: bool = False


@dataclass(frozen=True)
class ReportDocument:
    """All that stands in one report."""

    title: str
    organisation: str
    period: str
    introduction: tuple[str, ...]
    parts: tuple[Part, ...]
    reading: tuple[str, ...]
    about: tuple[tuple[str, str], ...]


def plain(text: str) -> str:
    """`text` without what no Word file can hold."""
    return _NOT_TEXT.sub("", text)


def of(report: Report, *, by, at: datetime | None = None) -> ReportDocument:
    """The report with the figures as they are now, of the referrals that `by` may see."""
    at = at or timezone.now()
    rows = Referral.objects.visible_to(by).sent()
    period = Period(report.first, report.last)
    unit = Unit.MONTH if period.unit == Unit.MONTH else Unit.QUARTER
    figures = public_figures.of(rows, period, unit)
    earlier = period.before()
    before = public_figures.received_in(rows, earlier) if earlier else None
    return ReportDocument(
        title=plain(report.title),
        organisation=settings.ORGANISATION_NAME,
        period=_in_full(period),
        introduction=tuple(line for line in plain(report.introduction).split("\n") if line.strip()),
        parts=tuple(_parts(figures, earlier, before)),
        reading=READING,
        about=_about(report, period, by, at),
    )


READING = (
    f"Every number of referrals is rounded to the nearest {STEP}, so that the parts of a table may not add up to its "
    "whole.",
    f"“{NOT_SHOWN}” stands for fewer than {LEAST}, for none, and for larger numbers from which a small one could be "
    "worked out.",
    f"Fewer than {LEAST_BASE} referrals are not broken down.",
    "Where a referral may have several values, as themes, it counts with each of them.",
)


def _parts(figures: PublicFigures, earlier: Period | None, before: int | None) -> list[Part]:
    parts = [Part("Summary", words.summary(figures, earlier, before))]
    if figures.received is None or not figures.broken_down:
        return parts
    for table in figures.tables:
        parts.append(Part(table.title, words.about_table(table, figures), table))
    parts.append(
        Part("Agencies and teams", words.about_agencies(figures), None, figures.agencies, figures.other_agencies)
    )
    return parts


def _about(report: Report, period: Period, by, at: datetime) -> tuple[tuple[str, str], ...]:
    return (
        ("Made by", by.name),
        ("Made on", date_format(timezone.localtime(at), "DATETIME_FORMAT")),
        ("Counted", f"Referrals received {_in_full(period)}, as they stood when this was made"),
        ("Filters", "None but the period"),
        ("Not counted", "Drafts, and referrals that the person who made this may not see"),
    )


def _in_full(period: Period) -> str:
    return f"from {date_format(period.first, 'j F Y')} to {date_format(period.last, 'j F Y')}"
