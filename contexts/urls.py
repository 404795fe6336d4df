"""Routes of contexts. Ids only: no name is in a URL. Each slice has its own file of routes."""

from django.urls import path

from . import (
    urls_of_assess,
    urls_of_chronology,
    urls_of_conference,
    urls_of_merging,
    urls_of_panel,
    urls_of_papers,
    urls_of_patterns,
    urls_of_people,
    urls_of_plan,
    urls_of_safety,
)
from .views import contexts, deciding

app_name = "contexts"
urlpatterns = [
    path("", contexts.contexts, name="contexts"),
    path("refer/", contexts.refer, name="refer"),
    path("<uuid:pk>/", contexts.context, name="context"),
    path("<uuid:pk>/refer/", contexts.refer_again, name="refer-again"),
    path("<uuid:pk>/screen/", deciding.screen, name="screen"),
    path("<uuid:pk>/answer/", deciding.answer, name="answer"),
    path("<uuid:pk>/withdraw/", deciding.withdraw, name="withdraw"),
    path("<uuid:pk>/workers/", deciding.workers, name="workers"),
    path("<uuid:pk>/change/", deciding.change, name="change"),
    path("<uuid:pk>/finish-assessing/", deciding.finish_assessing, name="finish-assessing"),
    path("<uuid:pk>/begin-reviewing/", deciding.begin_reviewing, name="begin-reviewing"),
    path("<uuid:pk>/move-review/", deciding.move_review, name="move-review"),
    path("<uuid:pk>/close/", deciding.close, name="close"),
    path("<uuid:pk>/reopen/", deciding.reopen, name="reopen"),
    *urls_of_assess.urlpatterns,
    *urls_of_people.urlpatterns,
    *urls_of_plan.urlpatterns,
    *urls_of_conference.urlpatterns,
    *urls_of_safety.urlpatterns,
    *urls_of_chronology.urlpatterns,
    *urls_of_merging.urlpatterns,
    *urls_of_panel.urlpatterns,
    *urls_of_papers.urlpatterns,
    *urls_of_patterns.urlpatterns,
]
