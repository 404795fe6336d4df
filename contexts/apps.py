"""Contexts as subjects of casework: referral, assessment, maps, plan, conferences, panel, patterns."""

from django.apps import AppConfig


class ContextsConfig(AppConfig):
    name = "contexts"

    def ready(self) -> None:
        """Bring what the slices add to the page of a context, and to the rounds of what falls due with time."""
        from consultations.services import rounds

        from . import (
            assessment_overview,
            conference_overview,
            overview,
            panel_overview,
            pattern_overview,
            peer_papers,  # noqa: F401  (registers its kind of job)
            people_presenters,
            plan_overview,
            safety_exports,  # noqa: F401  (registers its kind of job)
            safety_pages,
            waiting,
        )
        from .chronology import places  # noqa: F401  (where the records of each slice stand)
        from .services import panel_actions, panel_papers, patterns, plan_reminders  # noqa: F401  (registers its kind of job)

        overview.PARTS.append(assessment_overview.part)
        overview.PARTS.append(people_presenters.part)
        overview.PARTS.append(safety_pages.part)
        overview.PARTS.append(plan_overview.part)
        overview.PARTS.append(conference_overview.part)
        overview.PARTS.append(panel_overview.part)
        overview.PARTS.append(pattern_overview.part)
        waiting.KINDS.extend([conference_overview.to_record, conference_overview.coming_up])
        waiting.KINDS.extend([panel_overview.my_actions, panel_overview.to_record])
        rounds.PARTS.append(plan_reminders.remind_of_plans)
        rounds.PARTS.append(panel_actions.remind_of_panels)
        rounds.PARTS.append(patterns.read_what_changed)
