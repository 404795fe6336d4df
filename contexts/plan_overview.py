"""What the page of a context says of its plan."""

from django.urls import reverse

from .models import Context
from .overview import Part
from .plan_presenters import goal_rows, summary
from .services import plan
from .sight import Sight


def part(context: Context, user, sight: Sight) -> Part | None:
    """The goals with how they stand, and what of the actions wants attention; None before there is a plan."""
    goals = goal_rows(context, sight)
    actions = list(context.plan_actions.select_related("owner"))
    if not goals and not actions:
        return None
    data = {"goals": goals, "summary": summary(actions), "unconcerned": plan.unconcerned(context).count()}
    return Part("Plan", "contexts/_plan_part.html", data, reverse("contexts:plan", args=[context.pk]), "See the plan")
