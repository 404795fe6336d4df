"""The records of contexts: the context itself, its referrals, and the people in it. Each slice has its own file."""

from .assessments import AreaRating, Assessment, AssessmentText, MethodUsed, Observation, SurveyFigure
from .conference import Conference, ConferenceInvitee, ConferencePack, PackPart
from .contexts import (
    Context,
    ContextDecision,
    ContextMember,
    ContextMessage,
    ContextName,
    ContextReferral,
    context_key,
)
from .merging import ContextMerge
from .panel import Panel, PanelAction, PanelCorrection, PanelItem, PanelPerson, PanelProgress
from .patterns import ContextMention, PatternDecision, PatternReading
from .people import LinkedPerson, PeerTie
from .plan import GoalReading, PlanAction, PlanGoal, PlanProgress
from .provenance import Provenance, ProvenanceQuerySet
from .safety import SafetyLayer, SafetyMap, SafetyPicture, SafetyPin

__all__ = [
    "AreaRating",
    "Assessment",
    "AssessmentText",
    "Conference",
    "ConferenceInvitee",
    "ConferencePack",
    "Context",
    "ContextDecision",
    "ContextMember",
    "ContextMention",
    "ContextMerge",
    "ContextMessage",
    "ContextName",
    "ContextReferral",
    "GoalReading",
    "LinkedPerson",
    "MethodUsed",
    "Observation",
    "PackPart",
    "Panel",
    "PanelAction",
    "PanelCorrection",
    "PanelItem",
    "PanelPerson",
    "PanelProgress",
    "PatternDecision",
    "PatternReading",
    "PeerTie",
    "PlanAction",
    "PlanGoal",
    "PlanProgress",
    "Provenance",
    "ProvenanceQuerySet",
    "SafetyLayer",
    "SafetyMap",
    "SafetyPicture",
    "SafetyPin",
    "SurveyFigure",
    "context_key",
]
