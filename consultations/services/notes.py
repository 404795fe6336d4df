"""The words of a consultation: one versioned text a section, and the moment when it was held."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core import audit, drafts, texts
from core.models import FormSection, Text

from .. import workflow
from ..choices import ReferralAct
from ..models import Consultation, ConsultationNote, Referral
from . import referrals


def save_section(
    consultation: Consultation,
    section: FormSection,
    *,
    body: str,
    base_version: int,
    by,
    at: datetime | None = None,
    client: str = "",
    seq: int = 0,
    resolves: UUID | None = None,
    parked: UUID | None = None,
) -> texts.SaveResult:
    """Save one section as `core.texts.save` does. Raises ActRefused where the referral's state does not allow it."""
    at = at or timezone.now()
    workflow.REFERRAL.check(ReferralAct.WRITE, consultation.referral.state)
    if section.short:  # one line on the page: a pasted list keeps its parts apart
        body = ", ".join(line.strip() for line in body.splitlines() if line.strip()) if "\n" in body else body
    with transaction.atomic():
        note = _note(consultation, section)
        result = texts.save(
            note.text_id,
            body=body,
            base_version=base_version,
            by=by,
            at=at,
            client=client,
            seq=seq,
            resolves=resolves,
            parked=parked,
        )
        if result.new_version:
            detail = {"section": section.key, "version": result.text.version}
            _record("consultation.written", consultation, by=by, at=at, detail=detail)
        elif result.conflict and result.set_aside.at == at and not parked:
            detail = {"section": section.key, "on version": base_version}
            _record("consultation.set-aside", consultation, by=by, at=at, detail=detail)
    return result


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
        _record("consultation.held", consultation, by=by, at=at, detail={"on": held_on.isoformat()})
        drafts.drop(referrals.draft_key(referral, "hold"), by)
    return referral


def _note(consultation: Consultation, section: FormSection) -> ConsultationNote:
    """The note of a section, begun at its first save; two first saves at once get the same one."""
    note = ConsultationNote.objects.filter(consultation=consultation, section=section).first()
    if note:
        return note
    Consultation.objects.select_for_update().get(pk=consultation.pk)
    note = ConsultationNote.objects.filter(consultation=consultation, section=section).first()
    return note or ConsultationNote.objects.create(
        consultation=consultation, section=section, text=Text.objects.create()
    )


def _record(act: str, consultation: Consultation, *, by, at: datetime, detail: dict) -> None:
    referral = consultation.referral
    audit.record(act, by=by, subject=referral, label=referral.reference, detail=detail, at=at)
