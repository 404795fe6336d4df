"""Finding the record that a page is about, as far as its reader may see it, and noting that it was seen."""

from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from core import audit

from ..models import Consultation, ConsultationAction, Referral


def referral_for(request: HttpRequest, pk: UUID) -> Referral:
    """The referral, with the rows its pages show; 404 where it does not exist or is not this person's to see."""
    rows = Referral.objects.visible_to(request.user).with_names()
    return get_object_or_404(
        rows.select_related("gender", "ethnicity", "legal_status", "education", "screened_by"), pk=pk
    )


def consultation_for(request: HttpRequest, pk: UUID) -> Consultation:
    """The consultation of the referral `pk`; 404 where there is none or it is not this person's to see."""
    visible = Referral.objects.visible_to(request.user)
    return get_object_or_404(Consultation.objects.select_related("referral"), referral__in=visible, referral=pk)


def action_for(request: HttpRequest, pk: UUID) -> ConsultationAction:
    """The action with its owner and referral; 404 where it does not exist or is not this person's to see."""
    rows = ConsultationAction.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("owner", "closed_by", "consultation__referral"), pk=pk)


def note_view(request: HttpRequest, referral: Referral, page: str) -> None:
    """Write into the audit log that this person saw this page of this record."""
    audit.record("viewed", by=request.user, subject=referral, label=referral.reference or "", detail={"page": page})
