"""Routes of the tracker."""

from django.urls import path

from .urls_of_imports import urlpatterns as of_imports
from .urls_of_reports import urlpatterns as of_reports
from .urls_of_themes import urlpatterns as of_themes
from .views import (
    dashboard,
    data_entry,
    exports,
    listing,
    saved_views,
    training,
    training_exports,
    training_people,
    training_teams,
)

app_name = "tracker"
urlpatterns = [
    path("tracker/", listing.tracker, name="tracker"),
    path("tracker/dashboard/", dashboard.dashboard, name="dashboard"),
    path("tracker/views/save/", saved_views.save_view, name="save-view"),
    path("tracker/views/<uuid:pk>/change/", saved_views.change_view, name="change-view"),
    path("tracker/views/<uuid:pk>/save/", saved_views.save_over_view, name="save-over-view"),
    path("tracker/views/<uuid:pk>/delete/", saved_views.delete_view, name="delete-view"),
    path("tracker/<uuid:pk>/data-entry/", data_entry.data_entry, name="data-entry"),
    *of_reports,
    *of_themes,
    *of_imports,
    path("tracker/export/", exports.export, name="export"),
    path("tracker/exports/", exports.export_list, name="exports"),
    path("tracker/exports/<uuid:pk>/", exports.export_job, name="export-job"),
    path("tracker/exports/<uuid:pk>/download/", exports.download, name="download"),
    path("tracker/exports/<uuid:pk>/cancel/", exports.cancel_export, name="cancel-export"),
    path("tracker/exports/<uuid:pk>/delete/", exports.delete_export, name="delete-export"),
    path("tracker/training/", training.courses, name="training"),
    path("tracker/training/courses/add/", training.add, name="training-add-course"),
    path("tracker/training/courses/<uuid:pk>/", training.course, name="training-course"),
    path("tracker/training/courses/<uuid:pk>/change/", training.change, name="training-change-course"),
    path("tracker/training/courses/<uuid:pk>/delete/", training.delete, name="training-delete-course"),
    path("tracker/training/courses/<uuid:pk>/marks/", training.mark, name="training-mark"),
    path("tracker/training/courses/<uuid:pk>/people/", training_people.paste, name="training-paste"),
    path("tracker/training/people/<uuid:pk>/", training_people.person, name="training-person"),
    path("tracker/training/people/<uuid:pk>/remove/", training_people.remove, name="training-remove"),
    path("tracker/training/people/<uuid:pk>/put-back/", training_people.put_back, name="training-put-back"),
    path("tracker/training/teams/", training_teams.teams, name="training-teams"),
    path("tracker/training/teams/<int:pk>/", training_teams.team, name="training-team"),
    path("tracker/training/champions/", training_teams.champions, name="training-champions"),
    path("tracker/training/champions/add/", training_teams.add_champion, name="training-add-champion"),
    path("tracker/training/champions/<uuid:pk>/", training_teams.change_champion, name="training-change-champion"),
    path(
        "tracker/training/champions/<uuid:pk>/delete/", training_teams.delete_champion, name="training-delete-champion"
    ),
    path("tracker/training/export/", training_exports.export, name="training-export"),
    path("tracker/training/exports/<uuid:pk>/", training_exports.export_job, name="training-export-job"),
    path("tracker/training/exports/<uuid:pk>/download/", training_exports.download, name="training-download"),
    path("tracker/training/exports/<uuid:pk>/cancel/", training_exports.cancel_export, name="training-cancel-export"),
]
