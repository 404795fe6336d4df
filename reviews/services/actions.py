"""The actions of system reviews. They go on after the round is closed, until a later round carries them on."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse

from accounts.permissions import Permission, can
from core.actions import Actions
from core.workflow import ActRefused

from .. import workflow
from ..choices import ReviewAct
from ..models import ReviewAction, ReviewProgress, Statement
from . import steps
from .statements import refuse_removed

CARRIED = "This action was carried into a later round. Go on with it there."


class ReviewActions(Actions):
    """What they say is changed while the round is open; how they go and end may be said after."""

    model = ReviewAction
    progress = ReviewProgress
    name = "review-action"
    columns = ["what", "owner", "owner_name", "owner_agency", "timescale", "due", "due_counted", "points_to"]
    many: list[str] = []

    def locked(self, action: ReviewAction) -> ReviewAction:
        statement = steps.locked_statement(action.statement, None)  # the round first, as for every act on it
        rows = ReviewAction.objects.select_for_update(of=("self",)).select_related("owner", "closed_by")
        current = rows.get(pk=action.pk)
        current.statement = statement
        refuse_removed(statement)
        if ReviewAction.objects.filter(carried_from=current).exists():
            raise ActRefused(CARRIED)
        return current

    def check(self, action: ReviewAction) -> None:
        workflow.REVIEW.check(ReviewAct.WRITE, action.statement.review.state)

    def label(self, action: ReviewAction) -> str:
        return steps.label(action.statement.review)

    def page_of(self, action: ReviewAction) -> str:
        return reverse("reviews:action", args=[action.pk])


KIND = ReviewActions()
change, note, close, reopen = KIND.change, KIND.note, KIND.close, KIND.reopen
values_of, draft_key, page_of = KIND.values_of, KIND.draft_key, KIND.page_of


def add(statement: Statement, values: dict[str, Any], *, by, at: datetime | None = None) -> ReviewAction:
    """A new action of a statement; of `values`, by the names of its columns, all but "what" may be left out.

    Its lead here is told. The same form sent twice makes one. Raises ActRefused where the round is closed, the
    statement was taken away, or the lead has left.
    """
    empty = {
        "owner": None, "owner_name": "", "owner_agency": "", "timescale": "", "due": None, "due_counted": False,
        "points_to": [],
    }  # fmt: skip
    with transaction.atomic():
        current = steps.locked_statement(statement)
        refuse_removed(current)
        last = current.actions.aggregate(last=Max("order"))["last"] or 0
        made = KIND.add(
            empty | values, belongs={"statement": current}, draft=steps.draft_key(current, "action:new"), by=by, at=at
        )
        if made.order == 0:
            made.order = last + 1
            ReviewAction.objects.filter(pk=made.pk).update(order=made.order)
    return made


def notes(action: ReviewAction) -> list[ReviewProgress]:
    """The notes on how it goes, the latest first; those of the earlier rounds that it was carried on from too."""
    known, pk = [action.pk], action.carried_from_id
    while pk is not None:  # as many as there were rounds
        known.append(pk)
        pk = ReviewAction.objects.values_list("carried_from", flat=True).get(pk=pk)
    return list(ReviewProgress.objects.filter(action__in=known).select_related("by").order_by("-at"))


def may_work_on(user, action: ReviewAction) -> bool:
    """Whether this person may note how it goes and say how it ended: it is theirs, or they keep system reviews."""
    mine = action.owner_id == user.pk and can(user, Permission.REVIEW_ACTION_UPDATE_OWN)
    return mine or can(user, Permission.REVIEW_WRITE)
