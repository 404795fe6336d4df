"""The states of a context: the same journey as a child's (practice.md §2), from referral to closure."""

from accounts.permissions import Permission
from core.workflow import Transition, Workflow

from .choices import OPEN, WORKED_ON, PanelAct, PanelState
from .choices import ContextAct as Act
from .choices import ContextState as State

_TO_SCREEN = frozenset({State.REFERRED, State.INFORMATION})
_DONE = frozenset({State.DECLINED, State.WITHDRAWN, State.CLOSED})
_SCREENED = (("", "This context has already been screened."),)
_NOT_SCREENED = (
    (State.REFERRED, "This context has not been screened yet."),
    (State.INFORMATION, "This context has not been screened yet."),
)
_NOT_OPEN = (
    *_NOT_SCREENED,
    (State.DECLINED, "The threshold of this context was not met. Refer it again before you change anything."),
    (State.WITHDRAWN, "The referral of this context was withdrawn. Refer it again before you change anything."),
    ("", "This context is closed. Reopen it before you change anything."),
)

CONTEXT = Workflow(
    [
        Transition(Act.ACCEPT, Act.ACCEPT.label, _TO_SCREEN, State.ASSESSING, Permission.CONTEXT_SCREEN, _SCREENED),
        Transition(Act.ASK, Act.ASK.label, _TO_SCREEN, State.INFORMATION, Permission.CONTEXT_SCREEN, _SCREENED),
        Transition(
            Act.ANSWER, Act.ANSWER.label, frozenset({State.INFORMATION}), State.REFERRED, Permission.CONTEXT_REFER,
            (
                (State.REFERRED, "No question waits for an answer: it was answered, or none was asked."),
                ("", "This context has already been screened, so no question waits for an answer."),
            ),
        ),
        Transition(Act.DECLINE, Act.DECLINE.label, _TO_SCREEN, State.DECLINED, Permission.CONTEXT_SCREEN, _SCREENED),
        Transition(
            Act.WITHDRAW, Act.WITHDRAW.label, _TO_SCREEN, State.WITHDRAWN, Permission.CONTEXT_REFER,
            (("", "This context has already been screened, so its referral can no longer be withdrawn."),),
        ),
        Transition(
            Act.REFER, Act.REFER.label, _DONE, State.REFERRED, Permission.CONTEXT_REFER,
            (("", "This context is open: what you add goes to it."),),
        ),
        Transition(
            Act.ALLOCATE, Act.ALLOCATE.label, OPEN, None, Permission.CONTEXT_ALLOCATE,
            (("", "This context is closed. Reopen it before you choose who works on it."),),
        ),
        Transition(
            Act.CHANGE, Act.CHANGE.label, OPEN, None, Permission.CONTEXT_WORK,
            (("", "This context is closed. Reopen it before you change it."),),
        ),
        Transition(Act.WORK, Act.WORK.label, WORKED_ON, None, Permission.CONTEXT_WORK, _NOT_OPEN),
        Transition(
            Act.PLAN, Act.PLAN.label, frozenset({State.ASSESSING}), State.PLANNED, Permission.CONTEXT_WORK,
            (*_NOT_SCREENED, ("", "The assessment of this context is already finished.")),
        ),
        Transition(
            Act.CONFER, Act.CONFER.label, frozenset({State.PLANNED, State.CONFERENCE, State.REVIEWING}),
            State.CONFERENCE, Permission.CONFERENCE_HOLD,
            (
                *_NOT_SCREENED,
                (State.ASSESSING, "A conference follows the assessment. Finish the assessment first."),
                ("", "This context is closed. Reopen it before you arrange a conference."),
            ),
        ),
        Transition(
            Act.CALL_OFF, Act.CALL_OFF.label, frozenset({State.CONFERENCE}), State.PLANNED, Permission.CONFERENCE_HOLD,
            (("", "No conference is arranged, so there is none to call off."),),
        ),
        Transition(
            Act.HOLD, Act.HOLD.label, frozenset({State.CONFERENCE}), State.REVIEWING, Permission.CONFERENCE_HOLD,
            (("", "No conference is arranged, so there is none to record."),),
        ),
        Transition(
            # Where it is being reviewed already, this is one review more, with the day of the next.
            Act.REVIEW, Act.REVIEW.label, frozenset({State.PLANNED, State.REVIEWING}), State.REVIEWING,
            Permission.CONTEXT_WORK,
            (
                *_NOT_SCREENED,
                (State.ASSESSING, "A review follows the assessment and the plan. Finish the assessment first."),
                (State.CONFERENCE, "A conference is arranged. It leads to the review."),
                ("", "This context is closed. Reopen it first."),
            ),
        ),
        Transition(Act.MOVE_REVIEW, Act.MOVE_REVIEW.label, WORKED_ON, None, Permission.CONTEXT_WORK, _NOT_OPEN),
        Transition(
            Act.CLOSE, Act.CLOSE.label, frozenset({State.ASSESSING, State.PLANNED, State.REVIEWING}), State.CLOSED,
            Permission.CONTEXT_SCREEN,
            (
                *_NOT_SCREENED,
                (State.CONFERENCE, "A conference is arranged. Record it or call it off before you close the context."),
                ("", "This context is already closed."),
            ),
        ),
        Transition(
            Act.REOPEN, Act.REOPEN.label, frozenset({State.CLOSED}), State.ASSESSING, Permission.CONTEXT_SCREEN,
            (
                (State.DECLINED, "Its threshold was not met. Refer it again, so that it is screened anew."),
                (State.WITHDRAWN, "Its referral was withdrawn. Refer it again, so that it is screened anew."),
                ("", "This context is open, so there is nothing to reopen."),
            ),
        ),
    ]
)  # fmt: skip

_HOLD = Permission.PANEL_HOLD
_UNAGREED = frozenset({PanelState.PLANNED, PanelState.HELD})
_FROZEN = "The minutes of this panel are agreed. Say why they are corrected before you change them."

PANEL = Workflow(
    [
        Transition(
            PanelAct.PLAN, PanelAct.PLAN.label, _UNAGREED, None, _HOLD, ((PanelState.AGREED, _FROZEN),),
        ),
        Transition(
            PanelAct.WRITE, PanelAct.WRITE.label, _UNAGREED, None, _HOLD, ((PanelState.AGREED, _FROZEN),),
        ),
        Transition(
            PanelAct.HOLD, PanelAct.HOLD.label, frozenset({PanelState.PLANNED}), PanelState.HELD, _HOLD,
            (("", "This panel is recorded as held already."),),
        ),
        Transition(
            PanelAct.AGREE, PanelAct.AGREE.label, frozenset({PanelState.HELD}), PanelState.AGREED, _HOLD,
            (
                (PanelState.PLANNED, "Record the panel as held before its minutes are agreed."),
                ("", "The minutes of this panel are agreed already."),
            ),
        ),
        Transition(
            PanelAct.CORRECT, PanelAct.CORRECT.label, frozenset({PanelState.AGREED}), PanelState.HELD, _HOLD,
            (("", "The minutes of this panel are not agreed, so they can be changed as they are."),),
        ),
    ]
)  # fmt: skip
