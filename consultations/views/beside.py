"""What stands beside the sections of the consultation page: preparation, people, questions, harm and strength."""

from typing import Any

from ..choices import ReferralAct
from ..models import Consultation
from ..services import framework, marks, participants, take_aways
from .marks import panels


def beside(found: Consultation, acts: set[str]) -> dict[str, Any]:
    """The part of the page's context that its panels need; `acts` as `services.referrals.acts_for` gives them."""
    marked = marks.of(found)
    return {
        "prepared": framework.matrix(found).written,
        "may_prepare": ReferralAct.PREPARE in acts,
        "participants": participants.of(found),
        "take_aways": take_aways.of(found),
        "marks": marked,
        "mark_panels": panels(found, marked),
    }
