"""Routes of the imports of a tracker, which `urls` includes."""

from django.urls import path

from .views import imports

urlpatterns = [
    path("tracker/imports/", imports.import_list, name="imports"),
    path("tracker/imports/new/", imports.upload, name="import-upload"),
    path("tracker/imports/remembered/<uuid:pk>/forget/", imports.forget, name="import-forget"),
    path("tracker/imports/<uuid:pk>/", imports.show, name="import"),
    path("tracker/imports/<uuid:pk>/sheet/", imports.sheet, name="import-sheet"),
    path("tracker/imports/<uuid:pk>/columns/", imports.columns, name="import-columns"),
    path("tracker/imports/<uuid:pk>/columns/guess/", imports.guess, name="import-guess"),
    path("tracker/imports/<uuid:pk>/words/", imports.words, name="import-words"),
    path("tracker/imports/<uuid:pk>/check/", imports.preview, name="import-preview"),
    path("tracker/imports/<uuid:pk>/rest/", imports.rest, name="import-rest"),
    path("tracker/imports/<uuid:pk>/cancel/", imports.cancel, name="import-cancel"),
    path("tracker/imports/<uuid:pk>/discard/", imports.discard, name="import-discard"),
    path("tracker/imports/<uuid:pk>/undo/", imports.undo, name="import-undo"),
]
