"""Reminders of the actions of plans, as those of consultations: before the day, after it, and every week then."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Role
from consultations.services.reminders import remind_owners
from core import notices

from ..models import PlanAction
from .plan import KIND


def remind_of_plans(at: datetime) -> int:
    """Tell owners here what is due soon or overdue, and leads and managers how much is; how many were told."""
    rows = PlanAction.objects.open().select_related("context")
    told = remind_owners(
        rows,
        start=KIND.name,
        page="contexts:plan-action",
        words=lambda action: f"Your action of context {action.context.reference}",
        at=at,
    )
    return told + _tell_overseers(at)


def _tell_overseers(at: datetime) -> int:
    """Once a week: to managers, and to whoever leads a context, that actions of plans are overdue, and how many."""
    overdue = list(PlanAction.objects.overdue(timezone.localdate(at)).values_list("context__lead", flat=True))
    if not overdue:
        return 0
    year, week, _ = timezone.localdate(at).isocalendar()
    key, page = f"plans-overdue:{year}-{week:02d}", f"{reverse('contexts:plan-actions')}?overdue=on"
    managers = list(User.objects.filter(is_active=True, role_grants__role=Role.MANAGER))
    tellings = [notices.Telling(one, f"{_actions(len(overdue))} overdue in plans.", key, page) for one in managers]
    leads = User.objects.filter(is_active=True, pk__in={lead for lead in overdue if lead})
    for lead in leads.exclude(pk__in=[one.pk for one in managers]):
        words = f"{_actions(overdue.count(lead.pk))} overdue in plans that you lead."
        tellings.append(notices.Telling(lead, words, key, page))
    return len(notices.tell_each(tellings, at=at)) if tellings else 0


def _actions(number: int) -> str:
    return "1 action is" if number == 1 else f"{number} actions are"
