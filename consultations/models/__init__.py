"""Young people, referrals, consultations, their actions and what came of them, as tables."""

from .actions import ActionProgress, ConsultationAction, TakeAway
from .consultations import Consultation, ConsultationNote, Participant, Presence, SpaceMark
from .feedback import ActionFeedback, Feedback
from .framework import FrameworkCell, FrameworkPlace
from .papers import Redaction
from .people import NotDuplicate, YoungPerson, YoungPersonMerge, case_number_shape
from .referrals import SEARCHED, AccessGrant, Referral, ReferralDecision, ReferralMessage, SuitabilityAnswer

__all__ = [
    "SEARCHED",
    "AccessGrant",
    "ActionFeedback",
    "ActionProgress",
    "Consultation",
    "ConsultationAction",
    "ConsultationNote",
    "Feedback",
    "FrameworkCell",
    "FrameworkPlace",
    "NotDuplicate",
    "Participant",
    "Presence",
    "Redaction",
    "Referral",
    "ReferralDecision",
    "ReferralMessage",
    "SpaceMark",
    "SuitabilityAnswer",
    "TakeAway",
    "YoungPerson",
    "YoungPersonMerge",
    "case_number_shape",
]
