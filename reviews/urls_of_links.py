"""Routes of links for people outside the council, and of what they open."""

from django.urls import path

from .views import partner_links, shared

urlpatterns = [
    path("<uuid:pk>/links/", partner_links.links, name="links"),
    path("<uuid:pk>/links/add/", partner_links.make, name="make-link"),
    path("links/<uuid:pk>/end/", partner_links.revoke, name="end-link"),
    path("shared/<str:token>/", shared.shared, name="shared"),
]
