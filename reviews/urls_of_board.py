"""Routes of the board: what its pages ask while they are open, the order of cards, versions, what happened."""

from django.urls import path, re_path

from .views import board, history, statement_versions, statements

_PK = "(?P<pk>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"

urlpatterns = [
    re_path(rf"^{_PK}/board/(?P<level>[12])/changes/$", board.changes, name="board-changes"),
    path("<uuid:pk>/history/", history.history, name="history"),
    path("statements/<uuid:pk>/write/", statements.write, name="write-statement"),
    path("statements/<uuid:pk>/order/", statements.reorder, name="order-statement"),
    path("statements/<uuid:pk>/versions/", statement_versions.versions, name="versions"),
    path("statements/<uuid:pk>/versions/<int:version>/put-back/", statement_versions.put_back, name="put-version-back"),
]
