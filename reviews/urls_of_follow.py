"""Routes of following up the actions of system reviews."""

from django.urls import path

from .views import follow

urlpatterns = [
    path("actions/", follow.actions, name="actions"),
    path("<uuid:pk>/lead/", follow.lead_review, name="lead-review"),
    path("<uuid:pk>/counted/", follow.counted, name="counted"),
    path("actions/lead/", follow.give_lead, name="give-lead"),
]
