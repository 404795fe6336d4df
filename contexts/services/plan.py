"""The actions of a plan, and what of a plan wants attention."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission, can
from core import notices
from core.actions import Actions, with_owners
from core.models.actions import ActionStatus
from core.workflow import ActRefused

from .. import workflow
from ..choices import ContextAct
from ..models import Context, LinkedPerson, PlanAction, PlanProgress
from ..sight import Sight
from . import steps

HIDDEN = "It names somebody whom you may not see, so you cannot change what it says."


class PlanActions(Actions):
    """The actions of plans: they are agreed and changed while the context is worked on; owners may end them after."""

    model = PlanAction
    progress = PlanProgress
    name = "plan-action"
    columns = ["what", "goal", "owner", "owner_name", "owner_agency", "due"]
    many = ["interventions", "people"]

    def locked(self, action: PlanAction) -> PlanAction:
        context = steps.locked(action.context)  # the context first, as for every act on it
        rows = PlanAction.objects.select_for_update(of=("self",)).select_related("owner", "closed_by", "goal")
        current = rows.get(pk=action.pk)
        current.context = context
        return current

    def check(self, action: PlanAction) -> None:
        workflow.CONTEXT.check(ContextAct.WORK, action.context.state)

    def label(self, action: PlanAction) -> str:
        return action.context.reference

    def page_of(self, action: PlanAction) -> str:
        return reverse("contexts:plan-action", args=[action.pk])

    def change(
        self, action: PlanAction, values: dict[str, Any], *, version: int, by, at: datetime | None = None
    ) -> PlanAction:
        """As of every action. Raises ActRefused too where its words name somebody hidden and would be changed."""
        with transaction.atomic():
            current = self.locked(action)
            if values.get("what", current.what) != current.what and not Sight(by, current.context).is_whole(
                current.what
            ):
                raise ActRefused(HIDDEN)
            _refuse_strangers(current.context, values)
            return super().change(action, values, version=version, by=by, at=at)


KIND = PlanActions()
change, note, close, reopen = KIND.change, KIND.note, KIND.close, KIND.reopen
values_of, draft_key, page_of = KIND.values_of, KIND.draft_key, KIND.page_of


def add(context: Context, values: dict[str, Any], *, by, at: datetime | None = None) -> PlanAction:
    """A new action; of `values`, by the names of its fields, goal, interventions and people may be left out.

    Its owner here is told. The same form sent twice makes one action. Raises ActRefused where the context is not
    worked on now, or the owner has left.
    """
    with transaction.atomic():
        current = steps.locked(context)
        workflow.CONTEXT.check(ContextAct.WORK, current.state)
        given = {"goal": None, "owner_name": "", "owner_agency": "", "due": None} | values
        _refuse_strangers(current, given)
        return KIND.add(given, belongs={"context": current}, draft=steps.draft_key(current, "action:new"), by=by, at=at)


def drop_open(context: Context, *, outcome: str, by, at: datetime | None = None) -> int:
    """Drop what is still open in the plan of a context that is closed, with its closing words; how many that were."""
    at = at or timezone.now()
    with transaction.atomic():
        left = list(context.plan_actions.open().select_related("owner", "context"))
        for action in left:
            KIND.close(action, status=ActionStatus.DROPPED, outcome=outcome, by=by, at=at)
            words = f"Your action of {context.reference} was dropped, as the context is closed."
            who = [action.owner] if action.owner_id and action.owner_id != by.pk else []
            notices.tell(who, words, key=f"{draft_key(action)}:dropped", url=page_of(action), at=at)
    return len(left)


def agreed(context: Context, user) -> list[PlanAction]:
    """The actions of one plan with all that its page shows of them; each has `notes`, and `concerned` for `user`."""
    return list(with_people(with_owners(context.plan_actions.all()), user).annotate(notes=Count("progress")))


def with_people(actions: QuerySet, user) -> QuerySet:
    """With `concerned`: the people whom each action concerns, named as far as `user` may know them."""
    people = LinkedPerson.objects.with_sight(user).filter(ended_at=None)
    return actions.prefetch_related(Prefetch("people", people, to_attr="concerned"))


def unconcerned(context: Context) -> QuerySet:
    """The linked people who count in this context, and whom no action that is open or done concerns."""
    concerns = PlanAction.objects.filter(people=OuterRef("pk")).exclude(status=ActionStatus.DROPPED)
    return LinkedPerson.objects.filter(context=context).current().filter(~Exists(concerns))


def may_work_on(user, action: PlanAction) -> bool:
    """Whether this person may note how it goes and say how it ended: it is theirs, or they work on the context."""
    return action.owner_id == user.pk or (
        can(user, Permission.CONTEXT_WORK) and Context.objects.casework_of(user).filter(pk=action.context_id).exists()
    )


def _refuse_strangers(context: Context, values: dict[str, Any]) -> None:
    """Raises ActRefused for a goal or people of another context: a form never offers them."""
    goal, people = values.get("goal"), values.get("people") or ()
    if (goal and goal.context_id != context.pk) or any(person.context_id != context.pk for person in people):
        raise ActRefused("That belongs to another context.")
