"""Going on from a round with the next one: what is carried over, what is left behind, and why."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core import drafts, texts
from core.models.actions import ActionStatus

from .. import workflow
from ..choices import ReviewAct
from ..models import Review, ReviewAction, Statement, StatementLeftOut
from . import actions, evidence, rounds, steps


@dataclass
class Choices:
    """What is not simply carried on: statements left out (id: why), actions ended (id: (status, what came of it))."""

    left_out: dict[UUID, str] = field(default_factory=dict)
    ended: dict[UUID, tuple[str, str]] = field(default_factory=dict)


def draft_key(review: Review) -> str:
    """The key under which what is typed into the form is kept."""
    return steps.draft_key(review, "next")


def next_of(review: Review) -> Review | None:
    """The round that went on from this one, if there is one."""
    return Review.objects.select_related("made_by").filter(follows=review).first()


def around(statement: Statement) -> dict[str, Any]:
    """Where a statement goes on in the next round ("later"), or why it does not ("left_out"); two queries."""
    return {
        "later": Statement.objects.filter(carried_from=statement).select_related("review").first(),
        "left_out": StatementLeftOut.objects.filter(statement=statement).select_related("review", "by").first(),
    }


def standing(review: Review):
    """The statements that can be carried over, as they stand on the board."""
    return review.statements.standing().select_related("words")


def open_actions(review: Review):
    """The actions that can be carried on."""
    return ReviewAction.objects.filter(statement__review=review).standing().open().select_related("owner", "carried_to")


def start(
    review: Review, values: dict[str, Any], choices: Choices, *, reason: str = "", by, at: datetime | None = None
) -> tuple[Review, bool]:
    """The next round of `review`, and whether this call made it: where somebody was quicker, theirs is given.

    `values` are as for a first round. Statements go over with their words and ratings, open actions with their lead
    and date; overall ratings do not, they are judgements. The round before is closed if it is open: as for closing
    it, `reason` says why where actions have no lead. Raises ActRefused where that is not given, or the lead has left.
    """
    at = at or timezone.now()
    given = {name: values[name] for name in rounds.FIELDS}
    rounds.refuse_who_has_left(given["lead"])
    with transaction.atomic():
        before = steps.locked(review, None)
        if made := next_of(before):
            drafts.drop(draft_key(before), by)
            return made, False
        workflow.REVIEW.check(ReviewAct.NEXT, before.state)
        left_out = _end(before, choices, by=by, at=at)
        if before.is_open:
            before = rounds.close(before, reason=reason if rounds.unowned(before).exists() else "", by=by, at=at)
        made = Review.objects.create(
            **given, follows=before, first_id=before.first_id or before.pk, made_by=by, made_at=at
        )
        StatementLeftOut.objects.bulk_create(
            StatementLeftOut(statement_id=pk, review=made, reason=why, by=by, at=at) for pk, why in left_out.items()
        )
        carried = _carry_statements(before, made, set(left_out), by=by, at=at)
        number = _carry_actions(before, carried, by=by, at=at)
        steps.record(
            "review.next", made, made, by=by, at=at, follows=steps.label(before), statements=len(carried),
            actions=number, left_out=len(left_out), ended=len(choices.ended),
        )  # fmt: skip
        drafts.drop(draft_key(before), by)
    return made, True


def _end(before: Review, choices: Choices, *, by, at: datetime) -> dict[UUID, str]:
    """End the actions that do not go on; the statements that are left out, of those that still stand, with why.

    Somebody may have ended an action, or taken a statement away, after the form was opened: that stays as it is.
    """
    known = set(standing(before).values_list("pk", flat=True))
    left_out = {pk: why for pk, why in choices.left_out.items() if pk in known}
    for action in open_actions(before).select_related("statement__review"):
        if action.pk in choices.ended:
            status, outcome = choices.ended[action.pk]
        elif action.statement_id in left_out:
            status, outcome = ActionStatus.DROPPED, left_out[action.statement_id]
        else:
            continue
        actions.close(action, status=status, outcome=outcome, by=by, at=at)
    return left_out


def _carry_statements(before: Review, made: Review, left_out: set[UUID], *, by, at: datetime) -> dict[UUID, Statement]:
    """The statements of the new round, by the id of the one that each goes on from."""
    fields = ("level", "stage", "domain", "rating", "order")
    carried = {
        old.pk: Statement(
            review=made, carried_from=old, words=texts.begin(old.words.body, by=by, at=at), made_by=by, made_at=at,
            **{name: getattr(old, name) for name in fields},
        )
        for old in standing(before).prefetch_related("figures")
        if old.pk not in left_out
    }  # fmt: skip
    Statement.objects.bulk_create(carried.values())
    for made_of in carried.values():
        if made_of.carried_from.figures.all():
            evidence.carry(made_of.carried_from, made_of, by=by, at=at)
    return carried


def _carry_actions(before: Review, carried: dict[UUID, Statement], *, by, at: datetime) -> int:
    """Carry on what is still open; a date that was counted stays the day that it was when it was agreed."""
    fields = (*actions.KIND.columns, "order")
    made = [
        ReviewAction(
            statement=carried[old.statement_id], carried_from=old, created_by=by, created_at=at,
            **{name: getattr(old, name) for name in fields},
        )
        for old in open_actions(before)
    ]  # fmt: skip
    ReviewAction.objects.bulk_create(made)
    return len(made)
