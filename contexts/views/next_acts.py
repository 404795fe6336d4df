"""What may be done next with a context: the buttons of its page, in the order of what is most likely now."""

from collections.abc import Iterator

from django.urls import reverse

from ..choices import ContextAct as Act
from ..choices import ContextState
from ..models import Context

# The acts that have a page, in order: (the act, its words, the name of its page, loud or quiet).
_PAGES: list[tuple[str, str, str, bool]] = [
    (Act.ACCEPT, "Screen this context", "contexts:screen", True),
    (Act.ANSWER, "Answer the question", "contexts:answer", True),
    (Act.PLAN, "Finish the assessment", "contexts:finish-assessing", True),
    (Act.HOLD, "Open the conference", "contexts:conferences", True),
    (Act.CONFER, "Arrange a conference", "contexts:conference-arrange", True),
    (Act.REVIEW, "Begin reviewing the plan", "contexts:begin-reviewing", True),
    (Act.MOVE_REVIEW, "Move the review date", "contexts:move-review", False),
    (Act.CLOSE, "Close the context", "contexts:close", False),
    (Act.REOPEN, "Reopen the context", "contexts:reopen", False),
    (Act.WITHDRAW, "Withdraw the referral", "contexts:withdraw", False),
]


def next_acts(context: Context, acts: set[str]) -> list[dict[str, str]]:
    """The acts among `acts` that have a page, as {"label", "url", "kind"}; kind is "", "secondary" or "link"."""
    return list(_buttons(context, acts))


def _buttons(context: Context, acts: set[str]) -> Iterator[dict[str, str]]:
    loud = ["", "secondary"]
    acts = acts - {Act.CONFER} if Act.HOLD in acts else acts  # one conference at a time
    for act, label, url_name, is_loud in _PAGES:
        if act in acts:
            if act == Act.REVIEW and context.state == ContextState.REVIEWING:
                label = "Record a review"
            if act == Act.MOVE_REVIEW and context.review_on is None:
                label = "Set a review date"
            kind = loud.pop(0) if is_loud and loud else "link"
            yield {"label": label, "url": reverse(url_name, args=[context.pk]), "kind": kind}
