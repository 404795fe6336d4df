"""What every case shares: workflow, versioned text, drafts, actions, audit, jobs, lists, workbook."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
