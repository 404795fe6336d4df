"""All routes. Every one has its row in the permission matrix of the tests."""

from allauth.account import views as allauth
from django.urls import include, path, re_path

from accounts import audit_views, notice_views

from . import views

# What of django-allauth is reachable; its other routes exist for the names that its own templates and adapters use.
account = [
    path("login/", allauth.login, name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("signup/", allauth.signup, name="account_signup"),
    path("reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("password/change/", allauth.password_change, name="account_change_password"),
    path("password/set/", allauth.password_set, name="account_set_password"),
    path("password/reset/", allauth.password_reset, name="account_reset_password"),
    path("password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", allauth.password_reset_from_key_done, name="account_reset_password_from_key_done"),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("session/", views.session, name="session"),
    path("signed-in/", views.signed_in, name="signed-in"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
    path("accounts/", include(account)),
    path("administration/", include("accounts.urls")),
    path("audit/", audit_views.events, name="audit"),
    path("notices/", notice_views.notices, name="notices"),
    path("notices/read/", notice_views.read_notices, name="read-notices"),
    path("notices/<uuid:pk>/open/", notice_views.open_notice, name="open-notice"),
    path("", include("core.urls")),
    path("referrals/", include("consultations.urls")),
    path("contexts/", include("contexts.urls")),
    path("", include("tracker.urls")),
    path("reviews/", include("reviews.urls")),
]

handler400 = views.bad_request
handler403 = views.permission_denied
handler404 = views.page_not_found
handler500 = views.server_error
