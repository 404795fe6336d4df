"""What a reader may know of the actions of plans: of those of one context, of many, or of those that are theirs to do.

An action is shown to who reads the casework of its context, to its owner, and on the pages of the young people whom it
concerns. Its words go through the sight of whoever reads them; so does the name of the context, outside the casework.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from consultations.models import YoungPerson

from .called import Called
from .models import Context, LinkedPerson, PlanAction
from .models.people import records_of_one
from .sight import OutsideSight, Sight


@dataclass(frozen=True)
class ShownAction:
    """An action with its words as one reader may read them; `reads`: they read the casework it belongs to."""

    action: PlanAction
    what: str
    goal: str
    context: str
    outcome: str
    reads: bool
    whole: bool


def sights(user, contexts: Iterable, *, about: YoungPerson | None = None) -> dict:
    """The sight of `user` of each of these contexts, by their ids: as who reads its casework, or as somebody outside.

    `about` is the young person on whose page it is used. However many contexts: the same number of queries.
    """
    wanted = set(contexts)
    inside = set(Context.objects.casework_of(user).filter(pk__in=wanted).values_list("pk", flat=True))
    whole, part = Sight(user, *inside), OutsideSight(user, *(wanted - inside), about=about)
    return {pk: whole if pk in inside else part for pk in wanted}


def shown(user, actions: QuerySet | Iterable[PlanAction], *, about: YoungPerson | None = None) -> list[ShownAction]:
    """These actions, in their order, as `user` may read them. They come with their goal and context."""
    rows = list(actions)
    by_context = sights(user, {action.context_id for action in rows}, about=about)
    called = Called(user, set(by_context))
    return [_shown(action, by_context[action.context_id], called) for action in rows]


def shown_one(user, action: PlanAction) -> tuple[ShownAction, Sight]:
    """One action as `user` may read it, and the sight for whatever else is shown with it."""
    sight = sights(user, [action.context_id])[action.context_id]
    return _shown(action, sight, Called(user, {action.context_id})), sight


def of_young_person(user, person: YoungPerson) -> list[ShownAction]:
    """The actions that concern this young person, for `user`, who may see them, without a name of anybody else."""
    links = LinkedPerson.objects.standing().filter(young_person__in=records_of_one(person))
    through = PlanAction.people.through.objects.filter(linkedperson__in=list(links.values_list("pk", flat=True)))
    concerned = set(through.values_list("planaction", flat=True))
    rows = PlanAction.objects.filter(pk__in=concerned, context__merged_into=None)
    rows = rows.select_related("owner", "goal", "context")
    return shown(user, rows.order_by("-created_at"), about=person)


def _shown(action: PlanAction, sight: Sight, called: Called) -> ShownAction:
    reads = not isinstance(sight, OutsideSight)
    return ShownAction(
        action=action,
        what=sight.words(action.what),
        goal=sight.words(action.goal.words) if action.goal_id else "",
        context=called.words(action.context_id, action.context.name),
        outcome=sight.words(action.outcome),
        reads=reads,
        whole=sight.is_whole(action.what),
    )
