"""Routes of safety maps."""

from django.urls import include, path

from .views import safety, safety_pins

_pin = [
    path("", safety_pins.pin, name="safety-pin"),
    path("change/", safety_pins.change_pin, name="safety-pin-change"),
    path("end/", safety_pins.end_pin, name="safety-pin-end"),
]
_map = [
    path("", safety.safety_map, name="safety-map"),
    path("picture/", safety.picture, name="safety-map-picture"),
    path("compare/", safety.compare, name="safety-map-compare"),
    path("heat/", safety.heat, name="safety-map-heat"),
    path("change/", safety.change_map, name="safety-map-change"),
    path("remove/", safety.remove_map, name="safety-map-remove"),
    path("pin/", safety_pins.add_pin, name="safety-pin-add"),
    path("pin/<uuid:pin>/", include(_pin)),
]
urlpatterns = [
    path("<uuid:pk>/safety-map/", safety.safety_maps, name="safety-maps"),
    path("<uuid:pk>/safety-map/new/", safety.add_picture, name="safety-map-new"),
    path("<uuid:pk>/safety-map/area/", safety.add_area, name="safety-map-area"),
    path("<uuid:pk>/safety-map/<uuid:number>/", include(_map)),
]
