"""Administration of people."""

from django.urls import path, register_converter

from . import settings_views, views


class SmallInt:
    """An id that fits a database integer, so that a huge number is an unknown page and not an error."""

    regex = "[0-9]{1,15}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(SmallInt, "id")

app_name = "accounts"
urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/add/", views.add_person, name="add-person"),
    path("people/<id:pk>/", views.change_person, name="change-person"),
    path("settings/", settings_views.casework, name="settings"),
]
