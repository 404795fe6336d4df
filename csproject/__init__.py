"""CS Casework: casework for Contextual Safeguarding. The Celery application loads with Django, so tasks find it."""

from .celery import app as celery_app

__all__ = ["celery_app"]
