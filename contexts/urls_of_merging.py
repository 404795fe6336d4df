"""Routes of merging contexts."""

from django.urls import path

from .views import merging

urlpatterns = [
    path("merges/", merging.merges, name="merges"),
    path("merges/<uuid:pk>/undo/", merging.undo_merge, name="undo-merge"),
    path("<uuid:pk>/merge/", merging.choose, name="merge-choose"),
    path("<uuid:pk>/merge/<uuid:into>/", merging.merge, name="merge"),
]
