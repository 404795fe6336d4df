"""Routes of safety maps."""

from django.urls import include, path

from .views import safety, safety_papers, safety_pins

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
    path("heat/print/", safety_papers.print_heat, name="safety-heat-print"),
    path("heat/png/", safety_papers.heat_png, name="safety-heat-png"),
    path("heat/make/", safety_papers.make_heat, name="safety-heat-make"),
    path("print/", safety_papers.print_map, name="safety-map-print"),
    path("png/", safety_papers.png, name="safety-map-png"),
    path("make/", safety_papers.make, name="safety-map-make"),
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
    path("safety-map-files/<uuid:pk>/", safety_papers.file, name="safety-map-file"),
    path("safety-map-files/<uuid:pk>/download/", safety_papers.download, name="safety-map-download"),
    path("safety-map-files/<uuid:pk>/cancel/", safety_papers.cancel, name="safety-map-cancel"),
]
