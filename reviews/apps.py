"""System reviews with red, amber and green ratings and their action plans."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"
