"""Routes of the tracker."""

from django.urls import path

from .urls_of_themes import urlpatterns as of_themes
from .views import dashboard, data_entry, exports, listing

app_name = "tracker"
urlpatterns = [
    path("tracker/", listing.tracker, name="tracker"),
    path("tracker/dashboard/", dashboard.dashboard, name="dashboard"),
    path("tracker/<uuid:pk>/data-entry/", data_entry.data_entry, name="data-entry"),
    *of_themes,
    path("tracker/export/", exports.export, name="export"),
    path("tracker/exports/", exports.export_list, name="exports"),
    path("tracker/exports/<uuid:pk>/", exports.export_job, name="export-job"),
    path("tracker/exports/<uuid:pk>/download/", exports.download, name="download"),
    path("tracker/exports/<uuid:pk>/cancel/", exports.cancel_export, name="cancel-export"),
    path("tracker/exports/<uuid:pk>/delete/", exports.delete_export, name="delete-export"),
]
