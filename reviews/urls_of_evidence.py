"""Routes of the evidence of statements."""

from django.urls import path

from .views import evidence

urlpatterns = [
    path("statements/<uuid:pk>/figures/attach/", evidence.attach_figure, name="attach-figure"),
    path("statements/<uuid:pk>/files/attach/", evidence.attach_file, name="attach-file"),
    path("figures/<uuid:pk>/", evidence.figure, name="figure"),
    path("figures/<uuid:pk>/remove/", evidence.remove_figure, name="remove-figure"),
    path("files/<uuid:pk>/", evidence.file, name="evidence-file"),
    path("files/<uuid:pk>/remove/", evidence.remove_file, name="remove-evidence-file"),
]
