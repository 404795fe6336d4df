"""Routes of the papers of assessments and plans."""

from django.urls import path

from .views import casework_papers

_ASSESSMENT = "<uuid:pk>/assessment/<uuid:one>/"
urlpatterns = [
    path(f"{_ASSESSMENT}print/", casework_papers.assessment, name="print-assessment"),
    path(f"{_ASSESSMENT}print/make/", casework_papers.make_assessment, name="make-assessment-paper"),
    path("<uuid:pk>/plan/print/", casework_papers.plan, name="print-plan"),
    path("<uuid:pk>/plan/print/make/", casework_papers.make_plan, name="make-plan-paper"),
    path("casework-papers/<uuid:pk>/", casework_papers.paper, name="casework-paper"),
    path("casework-papers/<uuid:pk>/download/", casework_papers.download, name="download-casework-paper"),
    path("casework-papers/<uuid:pk>/cancel/", casework_papers.cancel, name="cancel-casework-paper"),
]
