"""What is decided about a referred context, against the threshold, and the conversation before that."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from consultations.choices import MessageKind
from core import drafts
from core.workflow import EditConflict

from .. import workflow
from ..choices import ContextAct
from ..models import Context, ContextMessage
from . import referring, steps, work


def accept(
    context: Context,
    *,
    reason: str,
    by,
    lead=None,
    review_on: date | None = None,
    heard: int | None = None,
    at: datetime | None = None,
) -> Context:
    """The threshold is met: the context is assessed, led by `lead`. For `heard` see `_decide`."""
    at = at or timezone.now()
    with transaction.atomic():
        decided = {"reason": reason, "review_on": review_on, "words": lead.name if lead else ""}
        current = _decide(context, ContextAct.ACCEPT, heard=heard, by=by, at=at, **decided)
        if lead is not None:
            work.give(current, lead=lead, by=by, at=at)
        words = f"Context {current.reference} meets the threshold and is being assessed."
        steps.tell(current, steps.tellers(current), words, "accepted", by=by, at=at)
    return current


def decline(
    context: Context, *, reason: str, by, to: str = "", heard: int | None = None, at: datetime | None = None
) -> Context:
    """The threshold is not met, and why; `to` says who may help instead. For `heard` see `_decide`."""
    at = at or timezone.now()
    with transaction.atomic():
        current = _decide(
            context, ContextAct.DECLINE, reason=reason, words=to, signposted_to=to, heard=heard, by=by, at=at
        )
        words = f"Context {current.reference} does not meet the threshold."
        steps.tell(current, steps.tellers(current), words, f"declined:{current.version}", by=by, at=at)
    return current


def withdraw(context: Context, *, reason: str, by, heard: int | None = None, at: datetime | None = None) -> Context:
    """Who told of it does not want it any more, or it should not have been referred; and why. Until it is screened."""
    at = at or timezone.now()
    with transaction.atomic():
        current = _decide(context, ContextAct.WITHDRAW, reason=reason, heard=heard, by=by, at=at, screens=False)
        words = f"The referral of context {current.reference} is withdrawn."
        steps.tell(current, steps.tellers(current), words, f"withdrawn:{current.version}", by=by, at=at)
        drafts.drop(steps.draft_key(current, "withdraw"), by)
    return current


def ask(context: Context, *, question: str, by, heard: int | None = None, at: datetime | None = None) -> ContextMessage:
    """Ask who told of it for more; they answer in the record, and the context waits. For `heard` see `_decide`."""
    at = at or timezone.now()
    with transaction.atomic():
        current = steps.locked(context)
        if twice := _said_just_now(current, MessageKind.QUESTION, question, by=by, at=at):
            return twice
        _nothing_new(current, heard)
        current = steps.take(current, ContextAct.ASK, by=by, at=at)
        message = ContextMessage.objects.create(context=current, kind=MessageKind.QUESTION, body=question, by=by, at=at)
        words = f"A question about context {current.reference} waits for your answer."
        steps.tell(current, steps.tellers(current), words, f"question:{message.pk}", by=by, at=at)
        drafts.drop(steps.draft_key(current, "screen"), by)
    return message


def answer(context: Context, *, body: str, by, at: datetime | None = None) -> ContextMessage:
    """Answer what was asked; the context waits to be screened again."""
    at = at or timezone.now()
    with transaction.atomic():
        current = steps.locked(context)
        if twice := _said_just_now(current, MessageKind.ANSWER, body, by=by, at=at):
            return twice
        asked = current.messages.filter(kind=MessageKind.QUESTION).select_related("by").last()
        current = steps.take(current, ContextAct.ANSWER, by=by, at=at)
        message = ContextMessage.objects.create(context=current, kind=MessageKind.ANSWER, body=body, by=by, at=at)
        words = f"Your question about context {current.reference} is answered."
        steps.tell(current, [asked.by] if asked else [], words, f"answer:{message.pk}", by=by, at=at)
        drafts.drop(steps.draft_key(current, "answer"), by)
    return message


def _decide(
    context: Context, act: str, *, reason: str, by, at: datetime, heard: int | None, screens: bool = True, **values
) -> Context:
    """The context in the state that `act` leads to.

    `heard` is how many messages of the conversation the one who decides has seen; raises EditConflict where another
    has come in since, so that nobody decides without having read the answer.
    """
    current = steps.locked(context)
    workflow.CONTEXT.check(act, current.state)
    _nothing_new(current, heard)
    words = values.pop("words", "")
    if screens:
        values |= {"screened_at": at, "screened_by": by, "screening_reason": reason}
    current = steps.take(current, act, by=by, at=at, reason=reason, words=words, **values)
    referring.forget_notices(current)
    drafts.drop(steps.draft_key(current, "screen"), by)
    return current


def _nothing_new(context: Context, heard: int | None) -> None:
    if heard is not None and heard < context.messages.count():
        raise EditConflict("Something was asked or answered after you opened this page.", context)


def _said_just_now(context: Context, kind: str, body: str, *, by, at: datetime) -> ContextMessage | None:
    """The same message by the same person a moment ago: the same form, sent twice."""
    just_now = (at - referring.SENT_TWICE, at + referring.SENT_TWICE)
    return context.messages.filter(kind=kind, body=body, by=by, at__range=just_now).first()
