"""What every act on a round shares: the lock, the question whether it may be done, the audit event."""

from datetime import datetime
from typing import Any

from django.utils.formats import date_format

from accounts.permissions import can
from core import audit
from core.workflow import EditConflict

from .. import workflow
from ..choices import ReviewAct
from ..models import Review, Statement

CHANGED = "Somebody changed this review after you opened this page."


def label(review: Review) -> str:
    """What the audit log and notices call a round."""
    return f"Review of {date_format(review.on, 'DATE_FORMAT')}"


def locked(review: Review, act: str | None = ReviewAct.WRITE) -> Review:
    """The round as it stands now, locked until the transaction ends; `act` None asks nothing of its state.

    Raises ActRefused where its state does not allow the act.
    """
    current = Review.objects.select_for_update(of=("self",), no_key=True).get(pk=review.pk)
    if act is not None:
        workflow.REVIEW.check(act, current.state)
    return current


def locked_statement(statement: Statement, act: str | None = ReviewAct.WRITE) -> Statement:
    """The statement as it stands now, its round locked before it. Raises ActRefused as `locked`."""
    review = locked(statement.review, act)
    rows = Statement.objects.select_for_update(of=("self",)).select_related("words", "words__updated_by")
    current = rows.get(pk=statement.pk)
    current.review = review
    return current


def acts_for(review: Review, user) -> set[str]:
    """The acts that this round's state allows and this person may do: what its pages draw buttons for."""
    return {each.act for each in workflow.REVIEW.possible(review.state) if can(user, each.permission)}


def check_version(row: Any, seen_version: int | None, reason: str = CHANGED) -> None:
    """Raises EditConflict where `row` is no longer the one that the page showed; None asks nothing."""
    if seen_version is not None and seen_version != row.version:
        raise EditConflict(reason, row)


def record(act: str, subject: Any, review: Review, *, by, at: datetime, **detail: Any) -> None:
    """Write an event about a round, or what belongs to it, into the audit log."""
    audit.record(act, by=by, subject=subject, label=label(review), detail=detail, at=at)


def draft_key(row: Any, form: str) -> str:
    """The key under which what is typed into a form about this round or statement is kept."""
    return f"{row._meta.model_name}:{row.pk}:{form}"
