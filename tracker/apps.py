"""Tracker entries and themes, the tracker list, Excel export and import."""

from django.apps import AppConfig


class TrackerConfig(AppConfig):
    name = "tracker"

    def ready(self) -> None:
        from . import (
            exports,  # noqa: F401  (registers its kind of job)
            imports,  # noqa: F401  (registers its kinds of job)
            mentions,  # noqa: F401  (says what the detail names)
            papers,  # noqa: F401  (brings the data entry form to the printed forms)
            training_export,  # noqa: F401  (registers its kind of job)
        )
        from .services import (
            reports,  # noqa: F401  (registers its kind of job)
        )
