"""System reviews with red, amber and green ratings and their action plans."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self) -> None:
        """Bring what happens to a round when it is closed."""
        from .services import evidence, rounds

        rounds.CLOSING.append(evidence.keep_figures)
