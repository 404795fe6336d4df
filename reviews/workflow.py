"""The states of a round of a system review. Actions go on after it is closed; statements and ratings do not."""

from accounts.permissions import Permission
from core.workflow import Transition, Workflow

from .choices import ReviewAct as Act
from .choices import ReviewState as State

_WRITE = Permission.REVIEW_WRITE

REVIEW = Workflow(
    [
        Transition(
            Act.WRITE, Act.WRITE.label, frozenset({State.OPEN}), None, _WRITE,
            (("", "This round is closed. Open it again, or start the next round, before you change anything."),),
        ),
        Transition(
            Act.CLOSE, Act.CLOSE.label, frozenset({State.OPEN}), State.CLOSED, _WRITE,
            (("", "This round is closed already."),),
        ),
        Transition(
            Act.REOPEN, Act.REOPEN.label, frozenset({State.CLOSED}), State.OPEN, _WRITE,
            (("", "This round is open, so there is nothing to open again."),),
        ),
        Transition(Act.NEXT, Act.NEXT.label, frozenset({State.OPEN, State.CLOSED}), None, _WRITE),
    ]
)  # fmt: skip
