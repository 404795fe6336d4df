"""Putting an earlier version of a section back: a new version with its words; nothing is taken out of history."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core import audit
from core.models import FormSection, Text
from core.workflow import ActRefused, EditConflict

from .. import workflow
from ..choices import ReferralAct
from ..models import Consultation, ConsultationNote
from . import notes, referrals


def put_back(
    consultation: Consultation,
    section: FormSection,
    *,
    version: int,
    base_version: int,
    by,
    at: datetime | None = None,
) -> Text:
    """Make the words of `version` the section's text again, as a version of its own; what stood there stays kept.

    Where they stand there already (the same form sent twice), nothing is done. Raises EditConflict where somebody
    wrote after `base_version`, ActRefused where the referral's state does not allow writing or the version is not
    there any more, having been added to since.
    """
    at = at or timezone.now()
    with transaction.atomic():
        referral = referrals.locked(consultation.referral)
        workflow.REFERRAL.check(ReferralAct.WRITE, referral.state)
        note = ConsultationNote.objects.filter(consultation=consultation, section=section).first()
        text = Text.objects.select_for_update().get(pk=note.text_id) if note else None
        wanted = text.versions.filter(version=version).first() if text else None
        if wanted is None:
            raise ActRefused("This version has been added to since. Look at the versions again.")
        if text.body == wanted.body:
            return text
        if text.version != base_version:
            raise EditConflict("Somebody changed this section after you opened this page.", text)
        body = wanted.body
        saved = notes.save_section(
            consultation, section, body=body, base_version=base_version, by=by, at=at, gather=False
        ).text
        detail = {"section": section.key, "put back": version, "version": saved.version}
        audit.record("consultation.put-back", by=by, subject=referral, label=referral.reference, detail=detail, at=at)
    return saved
