"""Reports: keeping their period and words, and making their files in jobs."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission, can
from consultations.services import access
from consultations.services.referrals import SENT_TWICE
from core import audit, drafts, jobs
from core.models import Job
from core.models.jobs import JobStatus
from core.workflow import ActRefused, EditConflict

from ..models import Report
from ..report import document, pdf, word

KIND = "tracker.report"
PDF, WORD = "pdf", "docx"
FORMS = {PDF: "PDF", WORD: "Word file"}
FIELDS = ["title", "introduction", "first", "last"]
NEW_DRAFT = "report:new"


def draft_key(report: Report | None) -> str:
    """The key under which what is typed and not sent is kept."""
    return f"report:{report.pk}" if report else NEW_DRAFT


def create(values: dict[str, Any], *, by, at: datetime | None = None) -> Report:
    """Keep a new report. The same sent twice in a moment is one."""
    at = at or timezone.now()
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=by.pk)  # two at once: the second waits for the first
        given = {name: values[name] for name in FIELDS}
        twice = Report.objects.filter(made_by=by, made_at__range=(at - SENT_TWICE, at + SENT_TWICE), **given).first()
        if twice is None:
            twice = Report.objects.create(made_by=by, made_at=at, **given)
            audit.record("report.made", by=by, subject=twice, detail=_period(twice), at=at)
        drafts.drop(draft_key(None), by)
    return twice


def change(report: Report, values: dict[str, Any], *, version: int, by, at: datetime | None = None) -> Report:
    """Change a report's period or words. Raises EditConflict where it is not as at `version` any more."""
    at = at or timezone.now()
    with transaction.atomic():
        current = Report.objects.select_for_update().get(pk=report.pk)
        if current.version != version:
            raise EditConflict("This report was changed after you opened it.", current)
        before = audit.state_of(current, FIELDS)
        for name in FIELDS:
            setattr(current, name, values[name])
        current.version += 1
        current.save()
        changed = audit.changes(before, audit.state_of(current, FIELDS))
        audit.record("report.changed", by=by, subject=current, detail=changed, at=at)
        drafts.drop(draft_key(current), by)
    return current


def may_have(user, job: Job) -> bool:
    """Whether this person may have what this job makes: their own report, of rows that they may all still see."""
    if not Report.objects.visible_to(user).filter(pk=job.params["report"]).exists():
        return False
    if job.finished_at is None:
        return True  # it is made of what they may see then
    return not access.closed_since(user, since=job.created_at, until=job.finished_at)


def ask_for(report: Report, *, form: str, by, at: datetime | None = None) -> Job:
    """Queue the report as a PDF or Word file. The same asked twice in a moment is one job.

    Raises ActRefused where this machine can make no PDF.
    """
    at = at or timezone.now()
    if form == PDF and (reason := pdf.unavailable()):
        raise ActRefused(reason)
    params = {"report": str(report.pk), "form": form, "version": report.version}
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=by.pk)
        just_now = (at - SENT_TWICE, at + SENT_TWICE)
        twice = Job.objects.filter(kind=KIND, requested_by=by, params=params, created_at__range=just_now)
        wanted = twice.exclude(status__in=[JobStatus.FAILED, JobStatus.CANCELLED]).first()
        return wanted or jobs.enqueue(KIND, params=params, by=by, at=at)


def telling(job: Job) -> tuple[str, str]:
    """What the one who asked is told once it has ended."""
    ended = "is ready" if job.status == JobStatus.DONE else "could not be made"
    return f"A report as a {FORMS[job.params['form']]} {ended}.", reverse("tracker:report-file", args=[job.pk])


@jobs.register(KIND, may=lambda user: can(user, Permission.REPORT_MAKE), may_have=may_have, telling=telling)
def run(job: Job, step: jobs.Step) -> jobs.Output:
    """Make the file that a job asks for, of the referrals that its asker may see now."""
    step(0, 1)
    report = Report.objects.visible_to(job.requested_by).get(pk=job.params["report"])
    with jobs.kept_alive(step, 0, 1):
        found = document.of(report, by=job.requested_by)
        if job.params["form"] == WORD:
            content, kind = word.make(found), word.CONTENT_TYPE
        else:
            content, kind = pdf.make(found), pdf.CONTENT_TYPE
    step(1, 1)
    name = f"report-{report.first:%Y-%m}-to-{report.last:%Y-%m}.{job.params['form']}"
    return jobs.Output(name, kind, content)


def _period(report: Report) -> dict[str, str]:
    return {"first": report.first.isoformat(), "last": report.last.isoformat()}
