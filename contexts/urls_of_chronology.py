"""Routes of what happened to a context."""

from django.urls import path

from .views import chronology

urlpatterns = [
    path("<uuid:pk>/chronology/", chronology.chronology, name="chronology"),
    path("<uuid:pk>/views/", chronology.views, name="views"),
]
