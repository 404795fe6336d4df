"""Forms of referrals, screening, consultations and actions."""

from .actions import ActionForm, CloseActionForm
from .filters import ReferralFilter
from .making import STEPS, StepForm
from .meeting import HeldForm
from .screening import ScreeningForm

__all__ = ["STEPS", "ActionForm", "CloseActionForm", "HeldForm", "ReferralFilter", "ScreeningForm", "StepForm"]
