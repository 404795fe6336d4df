"""Routes of the people of a context and of the peer map."""

from django.urls import path

from .views import peer_map, people

urlpatterns = [
    path("<uuid:pk>/people/", people.people, name="people"),
    path("<uuid:pk>/people/add/", people.add, name="add-person"),
    path("<uuid:pk>/people/<uuid:person>/change/", people.change_person, name="change-person"),
    path("<uuid:pk>/people/<uuid:person>/still/", people.renew_person, name="renew-person"),
    path("<uuid:pk>/people/<uuid:person>/end/", people.end_person, name="end-person"),
    path("<uuid:pk>/people/ties/add/", people.add_tie, name="add-tie"),
    path("<uuid:pk>/people/ties/<uuid:tie>/change/", people.change_tie, name="change-tie"),
    path("<uuid:pk>/people/ties/<uuid:tie>/still/", people.renew_tie, name="renew-tie"),
    path("<uuid:pk>/people/ties/<uuid:tie>/end/", people.end_tie, name="end-tie"),
    path("<uuid:pk>/peer-map/", peer_map.peer_map, name="peer-map"),
    path("<uuid:pk>/peer-map/move/", peer_map.move, name="move-on-peer-map"),
    path("<uuid:pk>/peer-map/print/", peer_map.print_map, name="print-peer-map"),
    path("<uuid:pk>/peer-map/make/", peer_map.make, name="make-peer-map"),
    path("<uuid:pk>/peer-map/picture/<slug:form>/", peer_map.picture, name="peer-map-picture"),
    path("peer-map-files/<uuid:pk>/", peer_map.file, name="peer-map-file"),
    path("peer-map-files/<uuid:pk>/download/", peer_map.download, name="download-peer-map"),
    path("peer-map-files/<uuid:pk>/cancel/", peer_map.cancel, name="cancel-peer-map"),
]
