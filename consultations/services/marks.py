"""Harm and strength, marked for each space while it is talked about: "record both harm and strength" (the practice)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core import audit
from core.workflow import EditConflict

from .. import workflow
from ..choices import ReferralAct, Space
from ..models import Consultation, SpaceMark
from . import referrals

FIELDS = ["harm", "strength"]
# The section of Appendix B that speaks of each space.
SECTION_OF = {
    Space.INDIVIDUAL: "history",
    Space.HOME: "home",
    Space.PEER_GROUP: "peer-groups",
    Space.SCHOOL: "school",
    Space.NEIGHBOURHOOD: "neighbourhood",
    Space.ONLINE: "social-media",
}


def of(consultation: Consultation) -> dict[Space, SpaceMark]:
    """The marks of a consultation by their space, in the order of the spaces; a space without a mark is not there."""
    found = {Space(mark.space): mark for mark in consultation.marks.select_related("by")}
    return {space: found[space] for space in Space if space in found}


def save(
    consultation: Consultation,
    space: Space,
    *,
    harm: str,
    strength: str,
    version: int,
    by,
    at: datetime | None = None,
) -> SpaceMark:
    """Mark a space; "" means that nothing is said about it. `version` is the mark's, as the page showed it, 0 for none.

    Raises EditConflict (with the mark as it stands) where somebody else marked it otherwise meanwhile, ActRefused where
    the referral's state does not allow writing. What stands there already is not written again.
    """
    at = at or timezone.now()
    with transaction.atomic():
        referral = referrals.locked(consultation.referral)  # two first marks at once: the second waits
        workflow.REFERRAL.check(ReferralAct.WRITE, referral.state)
        mark = SpaceMark.objects.select_related("by").filter(consultation=consultation, space=space).first()
        mark = mark or SpaceMark(consultation=consultation, space=space, version=0)
        if (mark.harm, mark.strength) == (harm, strength):
            return mark
        if mark.version != version:
            raise EditConflict(f"{mark.by.name} marked {Space(space).label} at the same time.", mark)
        before = audit.state_of(mark, FIELDS)
        mark.harm, mark.strength, mark.by, mark.at = harm, strength, by, at
        mark.version += 1
        mark.save()
        detail = {"space": str(space)} | audit.changes(before, audit.state_of(mark, FIELDS))
        audit.record("consultation.marked", by=by, subject=referral, label=referral.reference, detail=detail, at=at)
    return mark
