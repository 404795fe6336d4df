"""The states of a referral: toolkit steps 2 to 4 and the data entry form after them."""

from accounts.permissions import Permission
from core.workflow import Transition, Workflow

from .choices import ReferralAct as Act
from .choices import ReferralState as State

_SENT_ONLY = (State.DRAFT, "This referral has not been sent yet.")
_ALREADY_SCREENED = (
    (State.DRAFT, "This referral has not been sent yet, so it cannot be screened."),
    ("", "This referral has already been screened."),
)
_NOT_PLANNED = (
    _SENT_ONLY,
    (State.SCREENING, "This referral has not been screened yet, so there is no consultation to record."),
    (State.INFORMATION, "This referral has not been screened yet, so there is no consultation to record."),
    (State.HELD, "This consultation is already marked as held."),
    ("", "This referral was closed without a consultation."),
)
_TO_SCREEN = frozenset({State.SCREENING, State.INFORMATION})
_MEETING = frozenset({State.PLANNED, State.HELD})

REFERRAL = Workflow(
    [
        Transition(
            Act.SEND, Act.SEND.label, frozenset({State.DRAFT}), State.SCREENING, Permission.REFERRAL_MAKE,
            (("", "This referral has already been sent."),),
        ),
        Transition(
            Act.DISCARD, Act.DISCARD.label, frozenset({State.DRAFT}), None, Permission.REFERRAL_MAKE,
            (("", "This referral has been sent, so it can no longer be discarded."),),
        ),
        Transition(
            Act.ALLOCATE, Act.ALLOCATE.label, _TO_SCREEN | _MEETING, None, Permission.REFERRAL_ALLOCATE,
            (_SENT_ONLY, ("", "This referral is closed. Reopen it before you allocate it.")),
        ),
        Transition(
            Act.ACCEPT, Act.ACCEPT.label, _TO_SCREEN, State.PLANNED, Permission.REFERRAL_SCREEN, _ALREADY_SCREENED,
        ),
        Transition(
            Act.ASK, Act.ASK.label, _TO_SCREEN, State.INFORMATION, Permission.REFERRAL_SCREEN, _ALREADY_SCREENED,
        ),
        Transition(
            Act.ANSWER, Act.ANSWER.label, frozenset({State.INFORMATION}), State.SCREENING, Permission.REFERRAL_ANSWER,
            (
                _SENT_ONLY,
                (State.SCREENING, "No question waits for an answer: it was answered, or none was asked."),
                ("", "This referral has already been screened, so no question waits for an answer."),
            ),
        ),
        Transition(
            Act.SIGNPOST, Act.SIGNPOST.label, _TO_SCREEN, State.SIGNPOSTED, Permission.REFERRAL_SCREEN,
            _ALREADY_SCREENED,
        ),
        Transition(
            Act.WITHDRAW, Act.WITHDRAW.label, _TO_SCREEN | {State.PLANNED}, State.WITHDRAWN,
            Permission.REFERRAL_WITHDRAW,
            (
                (State.DRAFT, "This referral has not been sent yet. Discard the draft instead."),
                (State.HELD, "The consultation has been held, so the referral can no longer be withdrawn."),
                ("", "This referral is already closed."),
            ),
        ),
        Transition(
            Act.REOPEN, Act.REOPEN.label, frozenset({State.SIGNPOSTED, State.WITHDRAWN}), State.SCREENING,
            Permission.REFERRAL_SCREEN,
            (_SENT_ONLY, ("", "This referral is open, so there is nothing to reopen.")),
        ),
        Transition(
            Act.RESCHEDULE, Act.RESCHEDULE.label, frozenset({State.PLANNED}), None, Permission.REFERRAL_SCREEN,
            _NOT_PLANNED,
        ),
        Transition(
            Act.PREPARE, Act.PREPARE.label, _MEETING, None, Permission.FRAMEWORK_WRITE,
            (
                _SENT_ONLY,
                (State.SCREENING, "The framework is filled in once a consultation is planned."),
                (State.INFORMATION, "The framework is filled in once a consultation is planned."),
                ("", "This referral was closed without a consultation."),
            ),
        ),
        Transition(
            Act.WRITE, Act.WRITE.label, _MEETING, None, Permission.CONSULTATION_WRITE, _NOT_PLANNED,
        ),
        Transition(
            Act.HOLD, Act.HOLD.label, frozenset({State.PLANNED}), State.HELD, Permission.CONSULTATION_WRITE,
            _NOT_PLANNED,
        ),
        Transition(
            Act.ENTER_DATA, Act.ENTER_DATA.label, frozenset({State.HELD, State.SIGNPOSTED, State.WITHDRAWN}), None,
            Permission.DATA_ENTRY_COMPLETE,
            (
                _SENT_ONLY,
                (State.SCREENING, "This referral has not been screened yet. The data entry form comes after that."),
                (State.INFORMATION, "This referral has not been screened yet. The data entry form comes after that."),
                (State.PLANNED, "The consultation has not been held yet. The data entry form comes after it."),
            ),
        ),
        Transition(
            Act.GIVE_FEEDBACK, Act.GIVE_FEEDBACK.label, frozenset({State.HELD}), None, Permission.FEEDBACK_GIVE,
            (_SENT_ONLY, ("", "Feedback comes after a consultation was held.")),
        ),
    ]
)  # fmt: skip
