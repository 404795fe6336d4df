"""Forms of referrals, screening, consultations and actions."""

from .actions import ActionFilter, ActionForm, CloseActionForm, ProgressForm, ReopenActionForm
from .filters import ReferralFilter
from .making import STEPS, NewReferralForm, StepForm
from .meeting import HeldForm
from .screening import AllocateForm, AnswerForm, ReopenForm, RescheduleForm, ScreeningForm, WithdrawForm

__all__ = [
    "STEPS",
    "ActionFilter",
    "ActionForm",
    "AllocateForm",
    "AnswerForm",
    "CloseActionForm",
    "HeldForm",
    "NewReferralForm",
    "ProgressForm",
    "ReferralFilter",
    "ReopenActionForm",
    "ReopenForm",
    "RescheduleForm",
    "ScreeningForm",
    "StepForm",
    "WithdrawForm",
]
