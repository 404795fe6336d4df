"""The Celery application. Tasks take ids only; PostgreSQL owns every job (see core/jobs.py)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "csproject.settings")

app = Celery("csproject")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
