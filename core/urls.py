"""Routes of what every form shares."""

from django.urls import path

from . import views

app_name = "core"
urlpatterns = [
    path("drafts/", views.keep_draft, name="keep-draft"),
    path("drafts/discard/", views.discard_draft, name="discard-draft"),
]
