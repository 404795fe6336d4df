"""Making papers in jobs: PDFs, Word files, and the copy without other people's names."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission, can
from core import audit, drafts, jobs
from core.models import Job
from core.models.jobs import JobStatus
from core.workflow import ActRefused

from ..models import Consultation, Redaction, Referral
from ..papers import documents, finding, pdf, word
from ..papers.documents import Paper
from ..papers.redaction import Redactor, redacted
from . import referrals

KIND = "consultations.paper"
PDF, WORD = "pdf", "docx"
CHANGED = (
    "Somebody changed the record after the names to leave out were chosen. "
    "Look at what is left out again, then make the copy."
)


def consultation_of(referral_id, user) -> Consultation:
    """The consultation with a form of this referral, as far as `user` may see it; Consultation.DoesNotExist else."""
    visible = Referral.objects.visible_to(user).filter(pk=referral_id)
    found = Consultation.objects.select_related("referral").get(referral__in=visible)
    if not found.recorded_here:
        raise Consultation.DoesNotExist
    return found


def may_have(user, job: Job) -> bool:
    """Whether this person may have what this job makes: whoever may see the record, and takes names out of it."""
    if not (referral := job.params.get("referral")):
        return True
    if job.params["paper"] == documents.REDACTED and not can(user, Permission.CONSULTATION_REDACT):
        return False
    return Referral.objects.visible_to(user).filter(pk=referral).exists()


def ask_for(paper: str, *, by, form: str = PDF, referral=None, at: datetime | None = None, **options: Any) -> Job:
    """Queue one paper; `options` are what its maker takes (prompts). The same asked twice in a moment is one job.

    Raises ActRefused where this machine can make no PDF.
    """
    at = at or timezone.now()
    if form == PDF and (reason := pdf.unavailable()):
        raise ActRefused(reason)
    params = {"paper": paper, "form": form} | {name: value for name, value in options.items() if value}
    if referral is not None:
        params["referral"] = str(referral.pk)
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=by.pk)  # two at once: the second waits for the first
        just_now = (at - referrals.SENT_TWICE, at + referrals.SENT_TWICE)
        twice = Job.objects.filter(kind=KIND, requested_by=by, params=params, created_at__range=just_now)
        wanted = twice.exclude(status__in=[JobStatus.FAILED, JobStatus.CANCELLED]).first()
        return wanted or jobs.enqueue(KIND, params=params, by=by, at=at)


def whole_record(found: Consultation) -> Paper:
    """Everything of a consultation that a copy can show: what names are looked for in."""
    return documents.consultation(found, on=timezone.localdate(), prompts=True, framework=True, key=documents.REDACTED)


def proposals(found: Consultation, paper: Paper) -> finding.Proposals:
    """What may be other people's names in `paper`."""
    labels = documents.ethnicities()
    return finding.find(
        [text for text in documents.written_in(paper) if text not in labels],
        own=found.referral.name,
        staff=documents.professionals(found),
        form_words=documents.form_words(),
    )


def redactor_for(found: Consultation, names: list[str], whole: Paper) -> Redactor:
    """What takes `names` out of any paper of this consultation; `whole` is its `whole_record`."""
    return Redactor(
        names=names,
        own=found.referral.name,
        kept=documents.professionals(found),
        plain=finding.small_words(documents.written_in(whole)),
    )


def copy_without(found: Consultation, names: list[str], *, prompts: bool, framework: bool, whole: Paper) -> Paper:
    """The consultation without `names`, everywhere on it."""
    paper = documents.consultation(
        found, on=timezone.localdate(), prompts=prompts, framework=framework, key=documents.REDACTED
    )
    return redacted(paper, redactor_for(found, names, whole))


def redact(
    found: Consultation,
    names: list[str],
    *,
    digest: str,
    by,
    prompts=False,
    framework=False,
    at: datetime | None = None,
) -> Job:
    """Keep what is to be left out and queue the copy.

    `digest` is of the record as it was when the names were looked for; raises ActRefused where it is another by now.
    """
    at = at or timezone.now()
    if reason := pdf.unavailable():
        raise ActRefused(reason)
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=by.pk)
        if whole_record(found).digest() != digest:
            raise ActRefused(CHANGED)
        just_now = (at - referrals.SENT_TWICE, at + referrals.SENT_TWICE)
        twice = found.redactions.filter(by=by, names=names, at__range=just_now).first()
        chosen = twice or Redaction.objects.create(consultation=found, names=names, by=by, at=at)
        if twice is None:
            referral = found.referral
            detail = {"redaction": str(chosen.pk), "entries": len(names)}
            audit.record(
                "consultation.redacted", by=by, subject=referral, label=referral.reference, detail=detail, at=at
            )
        drafts.drop(draft_key(found), by)
        return ask_for(
            documents.REDACTED, by=by, referral=found.referral, at=at,
            redaction=str(chosen.pk), digest=digest, prompts=prompts, framework=framework,
        )  # fmt: skip


def draft_key(found: Consultation) -> str:
    """The key under which what is chosen to be left out is kept."""
    return referrals.draft_key(found.referral, "redact")


@jobs.register(KIND, may=lambda user: can(user, Permission.REFERRAL_SEE), may_have=may_have)
def run(job: Job, step: jobs.Step) -> jobs.Output:
    """Make the paper that a job asks for. Raises ActRefused, in words, where that cannot be."""
    step(0)
    paper = _paper(job)
    with jobs.kept_alive(step, 0):
        if job.params["form"] == WORD:
            content, kind = word.make(paper), word.CONTENT_TYPE
        else:
            content, kind = pdf.make(paper), pdf.CONTENT_TYPE
    step(1)
    return jobs.Output(file_name(job.params["paper"], job.params["form"], paper.reference), kind, content)


def file_name(paper: str, form: str, reference: str = "") -> str:
    """The name of a file: which paper, and the reference; never a name."""
    names = {
        documents.FRAMEWORK: "appendix-a-framework",
        documents.GUIDED: "appendix-b-form-with-guidance",
        documents.BLANK: "appendix-c-form",
        documents.PREPARED: "framework",
        documents.CONSULTATION: "case-consultation",
        documents.REDACTED: "case-consultation-names-left-out",
    }
    return f"{names[paper]}{f'-{reference}' if reference else ''}.{form}"


def _paper(job: Job) -> Paper:
    params, by, today = job.params, job.requested_by, timezone.localdate()
    if "referral" not in params:
        return documents.blank(params["paper"])
    found = consultation_of(params["referral"], by)
    if params["paper"] == documents.PREPARED:
        return documents.framework(found, on=today)
    options = {"prompts": params.get("prompts", False)}
    if params["paper"] == documents.CONSULTATION:
        return documents.consultation(found, on=today, **options)
    whole = whole_record(found)
    if whole.digest() != params["digest"]:
        raise ActRefused(CHANGED)
    chosen = found.redactions.get(pk=params["redaction"])
    return copy_without(found, chosen.names, framework=params.get("framework", False), whole=whole, **options)
