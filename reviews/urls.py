"""Routes of system reviews. Ids only: no words of a record are in a URL."""

from django.urls import path, re_path

from . import urls_of_board, urls_of_evidence, urls_of_follow, urls_of_links, urls_of_papers, urls_of_rounds
from .views import actions, board, rounds, statements

_PK = "(?P<pk>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"

app_name = "reviews"
urlpatterns = [
    path("", rounds.reviews, name="reviews"),
    path("begin/", rounds.begin, name="begin"),
    path("<uuid:pk>/", rounds.review, name="review"),
    path("<uuid:pk>/change/", rounds.change, name="change"),
    path("<uuid:pk>/close/", rounds.close, name="close"),
    path("<uuid:pk>/reopen/", rounds.reopen, name="reopen"),
    re_path(rf"^{_PK}/board/(?P<level>[12])/$", board.board, name="board"),
    re_path(rf"^{_PK}/rate/(?P<level>[12])/(?P<stage>[a-z]{{1,12}})/$", board.rate, name="rate"),
    path("<uuid:pk>/add/", statements.add, name="add-statement"),
    path("statements/<uuid:pk>/", statements.statement, name="statement"),
    path("statements/<uuid:pk>/move/", statements.move, name="move-statement"),
    path("statements/<uuid:pk>/remove/", statements.remove, name="remove-statement"),
    path("statements/<uuid:pk>/put-back/", statements.put_back, name="put-statement-back"),
    path("statements/<uuid:pk>/save/", statements.save, name="save-statement"),
    path("statements/<uuid:pk>/words/", statements.save_words, name="save-words"),
    path("statements/<uuid:pk>/actions/add/", actions.add, name="add-action"),
    path("actions/<uuid:pk>/", actions.action, name="action"),
    path("actions/<uuid:pk>/change/", actions.change, name="change-action"),
    path("actions/<uuid:pk>/progress/", actions.progress, name="action-progress"),
    path("actions/<uuid:pk>/close/", actions.close, name="close-action"),
    path("actions/<uuid:pk>/reopen/", actions.reopen, name="reopen-action"),
    *urls_of_board.urlpatterns,
    *urls_of_evidence.urlpatterns,
    *urls_of_follow.urlpatterns,
    *urls_of_links.urlpatterns,
    *urls_of_papers.urlpatterns,
    *urls_of_rounds.urlpatterns,
]
