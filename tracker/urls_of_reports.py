"""Routes of reports."""

from django.urls import path

from .views import report

urlpatterns = [
    path("tracker/report/", report.reports, name="reports"),
    path("tracker/report/new/", report.new_report, name="new-report"),
    path("tracker/report/<uuid:pk>/", report.report, name="report"),
    path("tracker/report/<uuid:pk>/change/", report.change_report, name="change-report"),
    path("tracker/report/<uuid:pk>/make/", report.make_report, name="make-report"),
    path("tracker/report/files/<uuid:pk>/", report.report_file, name="report-file"),
    path("tracker/report/files/<uuid:pk>/download/", report.download_report, name="download-report"),
    path("tracker/report/files/<uuid:pk>/cancel/", report.cancel_report, name="cancel-report"),
]
