"""Peer groups, schools, places and online spaces as subjects of casework."""

from django.apps import AppConfig


class ContextsConfig(AppConfig):
    name = "contexts"
