"""Young people; referral, screening, consultation and its actions."""

from django.apps import AppConfig


class ConsultationsConfig(AppConfig):
    name = "consultations"

    def ready(self) -> None:
        from .services import papers  # noqa: F401  (registers its kind of job)
