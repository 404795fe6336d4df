"""Routes of referrals, consultations and actions. Ids only: no name and no number of a child is in a URL."""

from django.urls import path

from .views import actions, consultation, referrals

app_name = "consultations"
urlpatterns = [
    path("", referrals.referrals, name="referrals"),
    path("new/", referrals.new, name="new"),
    path("<uuid:pk>/", referrals.referral, name="referral"),
    path("<uuid:pk>/edit/<slug:slug>/", referrals.step, name="step"),
    path("<uuid:pk>/check/", referrals.check, name="check"),
    path("<uuid:pk>/discard/", referrals.discard, name="discard"),
    path("<uuid:pk>/screen/", referrals.screen, name="screen"),
    path("<uuid:pk>/consultation/", consultation.consultation, name="consultation"),
    path("<uuid:pk>/consultation/sections/", consultation.save_all, name="save-all"),
    path("<uuid:pk>/consultation/sections/<slug:key>/", consultation.save_section, name="save-section"),
    path("<uuid:pk>/consultation/held/", consultation.hold, name="hold"),
    path("<uuid:pk>/actions/add/", actions.add, name="add-action"),
    path("actions/<uuid:pk>/", actions.change, name="change-action"),
    path("actions/<uuid:pk>/close/", actions.close, name="close-action"),
]
