"""Routes of conferences, their packs and papers."""

from django.urls import path

from .views import conference_papers, conference_people, conferences, packs

_ONE = "<uuid:pk>/conferences/<uuid:conference>/"
urlpatterns = [
    path("<uuid:pk>/conferences/", conferences.conferences, name="conferences"),
    path("<uuid:pk>/conferences/arrange/", conferences.arrange, name="conference-arrange"),
    path(_ONE, conferences.conference, name="conference"),
    path(f"{_ONE}change/", conferences.change, name="conference-change"),
    path(f"{_ONE}call-off/", conferences.call_off, name="conference-call-off"),
    path(f"{_ONE}hold/", conferences.hold, name="conference-hold"),
    path(f"{_ONE}agreed/", conferences.agreed, name="conference-agreed"),
    path(f"{_ONE}calendar/", conferences.calendar_file, name="conference-calendar"),
    path(f"{_ONE}save/", conferences.save, name="conference-save"),
    path(f"{_ONE}decisions/", conferences.save_decisions, name="conference-save-decisions"),
    path(f"{_ONE}invite/", conference_people.invite, name="conference-invite"),
    path(f"{_ONE}invited/<uuid:invitee>/remove/", conference_people.uninvite, name="conference-uninvite"),
    path(f"{_ONE}attendance/", conference_people.attendance, name="conference-attendance"),
    path(f"{_ONE}pack/", packs.draft, name="conference-pack"),
    path(f"{_ONE}pack/begin/", packs.begin, name="conference-begin-pack"),
    path(f"{_ONE}pack/save/", packs.save, name="conference-save-pack"),
    path(f"{_ONE}pack/part/<slug:key>/", packs.save_part, name="conference-save-part"),
    path(f"{_ONE}pack/check/", packs.check, name="conference-pack-check"),
    path(f"{_ONE}pack/replace/", packs.replace, name="conference-pack-replace"),
    path(f"{_ONE}packs/<uuid:pack>/", packs.issued, name="conference-issued-pack"),
    path(f"{_ONE}packs/<uuid:pack>/make/", conference_papers.make_pack, name="conference-make-pack"),
    path(f"{_ONE}packs/<uuid:pack>/withdraw/", packs.withdraw, name="conference-withdraw-pack"),
    path(f"{_ONE}minutes/", conference_papers.minutes, name="conference-minutes"),
    path(f"{_ONE}minutes/make/", conference_papers.make_minutes, name="conference-make-minutes"),
    path("conference-papers/<uuid:pk>/", conference_papers.paper, name="conference-paper"),
    path("conference-papers/<uuid:pk>/download/", conference_papers.download, name="conference-download-paper"),
    path("conference-papers/<uuid:pk>/cancel/", conference_papers.cancel, name="conference-cancel-paper"),
]
