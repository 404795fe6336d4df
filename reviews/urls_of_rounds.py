"""Routes of the rounds of a review and the progress between them."""

from django.urls import path

from .views import going_on, progress

urlpatterns = [
    path("<uuid:pk>/next/", going_on.start, name="next"),
    path("<uuid:pk>/compare/", progress.comparison, name="compare"),
    path("<uuid:pk>/progress/", progress.progress, name="progress"),
]
