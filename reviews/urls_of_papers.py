"""Routes of the results tool on paper and as files, and of importing a filled-in one."""

from django.urls import path

from .views import imports, papers

urlpatterns = [
    path("import/", imports.upload, name="import-upload"),
    path("import/<uuid:pk>/", imports.preview, name="import"),
    path("import/<uuid:pk>/columns/", imports.columns, name="import-columns"),
    path("import/<uuid:pk>/discard/", imports.discard, name="import-discard"),
    path("<uuid:pk>/print/", papers.print_results, name="print"),
    path("<uuid:pk>/papers/", papers.make_paper, name="make-paper"),
    path("papers/<uuid:pk>/", papers.paper, name="paper"),
    path("papers/<uuid:pk>/download/", papers.download_paper, name="download-paper"),
    path("papers/<uuid:pk>/cancel/", papers.cancel_paper, name="cancel-paper"),
]
