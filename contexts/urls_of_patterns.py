"""Routes of names that several referrals give. A code stands for a name: no name is in an address."""

from django.urls import path, register_converter

from .views import patterns


class Code:
    """Sixteen hexadecimal digits, as `services.patterns.code_of` makes them."""

    regex = "[0-9a-f]{16}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Code, "pattern")
urlpatterns = [
    path("patterns/", patterns.patterns, name="patterns"),
    path("patterns/<pattern:code>/refer/", patterns.accept, name="accept-pattern"),
    path("patterns/<pattern:code>/dismiss/", patterns.dismiss, name="dismiss-pattern"),
    path("patterns/decisions/<uuid:pk>/undo/", patterns.undo, name="undo-pattern"),
    path("mentions/<int:pk>/", patterns.mention, name="mention"),
    path("suggest/", patterns.suggest, name="suggest"),
]
