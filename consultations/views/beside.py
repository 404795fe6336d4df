"""What stands beside the sections of the consultation page: preparation, people, questions, harm and strength."""

from typing import Any

from ..choices import ReferralAct
from ..models import Consultation
from ..services import framework, participants, take_aways
from .marks import panels


def beside(found: Consultation, acts: set[str]) -> dict[str, Any]:
    """The part of the page's context that its panels need; `acts` as `services.referrals.acts_for` gives them."""
    return {
        "prepared": framework.matrix(found).written,
        "may_prepare": ReferralAct.PREPARE in acts,
        "participants": participants.of(found),
        "take_aways": take_aways.of(found),
        "mark_panels": panels(found),
    }
