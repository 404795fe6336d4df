"""What the page of a young person shows of the plans of contexts."""

from django import template

from consultations.models import YoungPerson

from ..plan_sight import ShownAction, of_young_person

register = template.Library()


@register.simple_tag(takes_context=True)
def plan_actions_of(context: template.Context, person: YoungPerson) -> list[ShownAction]:
    """The actions of plans that concern this young person, in words that name nobody else to this reader."""
    return of_young_person(context["request"].user, person)
