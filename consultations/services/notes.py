"""The words of a consultation: one versioned text a section, and the moment when it was held."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core import audit, drafts, texts
from core.models import FormSection, Text
from core.models.lists import FormName

from .. import workflow
from ..choices import ReferralAct
from ..models import Consultation, ConsultationNote, Referral
from . import referrals
from .screening import PRESENT


def save_section(
    consultation: Consultation, section: FormSection, *, body: str, base_version: int, by, at: datetime | None = None,
    **page,
) -> texts.SaveResult:  # fmt: skip
    """Save one section as `core.texts.save` does. Raises ActRefused where the referral's state does not allow it."""
    with transaction.atomic():
        note = _locked().filter(consultation=consultation, section=section).first() or _begun(consultation, section)
        return _write(note, body=body, base_version=base_version, by=by, at=at, **page)


def save_typed(
    visible: QuerySet[Referral], pk: UUID, key: str, *, body: str, base_version: int, by, at: datetime | None = None,
    **page,
) -> texts.SaveResult:  # fmt: skip
    """The same for the page that saves while somebody types: the rows are found as far as `visible`, and locked, by
    one query.

    Raises ObjectDoesNotExist where `pk` is no visible referral with a consultation, or `key` no section in use.
    """
    with transaction.atomic():
        note = (
            _locked()
            .filter(consultation__referral=pk, consultation__referral__in=visible)
            .filter(section__form=FormName.CONSULTATION, section__key=key, section__active=True)
            .first()
        ) or _begun(
            Consultation.objects.select_related("referral").get(referral=pk, referral__in=visible),
            FormSection.objects.exclude(key=PRESENT).get(form=FormName.CONSULTATION, key=key, active=True),
        )
        return _write(note, body=body, base_version=base_version, by=by, at=at, **page)


def written_in(consultation: Consultation | None, key: str) -> str:
    """What is written in one section, "" where nothing is or there was no consultation."""
    note = ConsultationNote.objects.filter(consultation=consultation, section__key=key).select_related("text").first()
    return note.text.body if note else ""


def hold(consultation: Consultation, *, held_on: date, by, at: datetime | None = None) -> Referral:
    """The consultation has taken place; from now on the data entry form waits. Sections stay open for writing."""
    at = at or timezone.now()
    with transaction.atomic():
        referral = referrals.locked(consultation.referral)
        transition = workflow.REFERRAL.check(ReferralAct.HOLD, referral.state)
        referral.state = transition.target
        referral.version += 1
        referral.save()
        current = Consultation.objects.select_for_update().get(pk=consultation.pk)
        current.held_on, current.held_recorded_at, current.held_recorded_by = held_on, at, by
        current.save()
        _record("consultation.held", referral, by=by, at=at, detail={"on": held_on.isoformat()})
        drafts.drop(referrals.draft_key(referral, "hold"), by)
    return referral


def _locked() -> QuerySet[ConsultationNote]:
    """Notes with all that a save looks at; of each the text is locked, so that sections do not wait for each other."""
    rows = ConsultationNote.objects.select_related("text__updated_by", "section", "consultation__referral")
    return rows.select_for_update(of=("text",)).exclude(section__key=PRESENT).order_by()


def _begun(consultation: Consultation, section: FormSection) -> ConsultationNote:
    """The note of a section that came into the form later, locked; two first saves at once get the same one."""
    Consultation.objects.select_for_update().get(pk=consultation.pk)
    mine = ConsultationNote.objects.filter(consultation=consultation, section=section)
    if not mine.exists():
        ConsultationNote.objects.create(consultation=consultation, section=section, text=Text.objects.create())
    return _locked().get(pk=mine.get().pk)


def _write(
    note: ConsultationNote, *, body: str, base_version: int, by, at: datetime | None, **page
) -> texts.SaveResult:
    """Save into a locked note; the audit log has each version that is begun, and each text that is set aside."""
    at = at or timezone.now()
    referral = note.consultation.referral
    workflow.REFERRAL.check(ReferralAct.WRITE, referral.state)
    if note.section.short:  # one line on the page: a pasted list keeps its parts apart
        body = ", ".join(line.strip() for line in body.splitlines() if line.strip()) if "\n" in body else body
    result = texts.save_locked(note.text, body=body, base_version=base_version, by=by, at=at, **page)
    if result.new_aside:
        detail = {"section": note.section.key, "on version": base_version}
        _record("consultation.set-aside", referral, by=by, at=at, detail=detail)
    elif result.new_version:
        detail = {"section": note.section.key, "version": result.text.version}
        _record("consultation.written", referral, by=by, at=at, detail=detail)
    return result


def _record(act: str, referral: Referral, *, by, at: datetime, detail: dict) -> None:
    audit.record(act, by=by, subject=referral, label=referral.reference, detail=detail, at=at)
