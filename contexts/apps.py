"""Contexts as subjects of casework: referral, assessment, maps, plan, conferences, panel, patterns."""

from django.apps import AppConfig


class ContextsConfig(AppConfig):
    name = "contexts"

    def ready(self) -> None:
        """Bring what the slices add to the page of a context, and to the rounds of what falls due with time."""
        from consultations.services import rounds

        from . import overview, plan_overview, safety_pages
        from .chronology import places  # noqa: F401  (where the records of each slice stand)
        from .services import plan_reminders

        overview.PARTS.append(safety_pages.part)
        overview.PARTS.append(plan_overview.part)
        rounds.PARTS.append(plan_reminders.remind_of_plans)
