"""System reviews with red, amber and green ratings and their action plans."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self) -> None:
        """Bring what happens to a round when it is closed, and what falls due with time."""
        from consultations.services import rounds as falling_due

        from .services import (
            digests,
            evidence,
            imports,
            papers,  # noqa: F401  (registers its kind of job)
            reminders,
            rounds,
        )

        rounds.CLOSING.append(evidence.keep_figures)
        falling_due.PARTS.append(reminders.remind_of_reviews)
        falling_due.PARTS.append(digests.send_digests)
        falling_due.PARTS.append(imports.drop_expired)
