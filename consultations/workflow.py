"""The states of a referral: toolkit steps 2 to 4 and the data entry form after them."""

from accounts.permissions import Permission
from core.workflow import Transition, Workflow

from .choices import ReferralAct as Act
from .choices import ReferralState as State

_ALREADY_SCREENED = (
    (State.DRAFT, "This referral has not been sent yet, so it cannot be screened."),
    ("", "This referral has already been screened."),
)
_NOT_PLANNED = (
    (State.DRAFT, "This referral has not been sent yet."),
    (State.SCREENING, "This referral has not been screened yet, so there is no consultation to record."),
    (State.HELD, "This consultation is already marked as held."),
    ("", "This referral was closed without a consultation."),
)

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
            Act.ACCEPT, Act.ACCEPT.label, frozenset({State.SCREENING}), State.PLANNED, Permission.REFERRAL_SCREEN,
            _ALREADY_SCREENED,
        ),
        Transition(
            Act.SIGNPOST, Act.SIGNPOST.label, frozenset({State.SCREENING}), State.SIGNPOSTED,
            Permission.REFERRAL_SCREEN, _ALREADY_SCREENED,
        ),
        Transition(
            Act.WITHDRAW, Act.WITHDRAW.label, frozenset({State.SCREENING}), State.WITHDRAWN,
            Permission.REFERRAL_SCREEN, _ALREADY_SCREENED,
        ),
        Transition(
            Act.WRITE, Act.WRITE.label, frozenset({State.PLANNED, State.HELD}), None, Permission.CONSULTATION_WRITE,
            _NOT_PLANNED,
        ),
        Transition(
            Act.HOLD, Act.HOLD.label, frozenset({State.PLANNED}), State.HELD, Permission.CONSULTATION_WRITE,
            _NOT_PLANNED,
        ),
        Transition(
            Act.ENTER_DATA, Act.ENTER_DATA.label, frozenset({State.HELD, State.SIGNPOSTED, State.WITHDRAWN}), None,
            Permission.DATA_ENTRY_COMPLETE,
            (
                (State.DRAFT, "This referral has not been sent yet."),
                (State.SCREENING, "This referral has not been screened yet. The data entry form comes after that."),
                (State.PLANNED, "The consultation has not been held yet. The data entry form comes after it."),
            ),
        ),
    ]
)  # fmt: skip
