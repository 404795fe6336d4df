"""Routes of the results tool on paper and as files, and of importing a filled-in one."""

from django.urls import path

from .views import papers

urlpatterns = [
    path("<uuid:pk>/print/", papers.print_results, name="print"),
    path("<uuid:pk>/papers/", papers.make_paper, name="make-paper"),
    path("papers/<uuid:pk>/", papers.paper, name="paper"),
    path("papers/<uuid:pk>/download/", papers.download_paper, name="download-paper"),
    path("papers/<uuid:pk>/cancel/", papers.cancel_paper, name="cancel-paper"),
]
