"""Contexts as subjects of casework: referral, assessment, maps, plan, conferences, panel, patterns."""

from django.apps import AppConfig


class ContextsConfig(AppConfig):
    name = "contexts"
