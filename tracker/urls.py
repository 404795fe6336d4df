"""Routes of the tracker and its exports."""

from django.urls import path

from . import views

app_name = "tracker"
urlpatterns = [
    path("tracker/", views.tracker, name="tracker"),
    path("tracker/export/", views.export, name="export"),
    path("tracker/<uuid:pk>/data-entry/", views.data_entry, name="data-entry"),
    path("exports/", views.export_list, name="exports"),
    path("exports/<uuid:pk>/", views.export_job, name="export-job"),
    path("exports/<uuid:pk>/download/", views.download, name="download"),
    path("exports/<uuid:pk>/cancel/", views.cancel_export, name="cancel-export"),
]
