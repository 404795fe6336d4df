"""Young people; referral, screening, consultation and its actions."""

from django.apps import AppConfig


class ConsultationsConfig(AppConfig):
    name = "consultations"
