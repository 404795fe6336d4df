"""The context processor `page`: what templates/base.html needs on every page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts.permissions import Permission, can
from core.models import Notice
from csproject.navigation import NavItem, navigation_for


def is_current(item: NavItem, path: str) -> bool:
    """True where `path` is inside `item`; the front page, "/", holds only itself."""
    if item.prefix == "/":
        return path == "/"
    return path.startswith(item.prefix)


def page(request: HttpRequest) -> dict[str, Any]:
    """Names of the organisation and service, the navigation, may this person search, do they hide the prompts.

    Works for a request that failed before anybody was known (no `user`), so that an error page can be drawn.
    `navigation` is a list of {"label", "url", "current"}; `unread_notices` counts when it is first drawn, and once.
    """
    user = getattr(request, "user", None)
    items = navigation_for(user) if user is not None else []
    return {
        "organisation_name": settings.ORGANISATION_NAME,
        "service_name": settings.SERVICE_NAME,
        "case_number_name": settings.CASE_NUMBER_NAME,
        "navigation": [
            {"label": item.label, "url": reverse(item.url_name), "current": is_current(item, request.path)}
            for item in items
        ],
        "may_search": bool(items) and can(user, Permission.REFERRAL_SEE),
        "sends_mail": settings.SENDS_MAIL,
        "unread_notices": SimpleLazyObject(lambda: _unread(user)),
        "prompts_hidden": request.COOKIES.get("prompts") == "hidden",
    }


def _unread(user: Any) -> int:
    """How many notices this person has not read; nobody signed in has none."""
    if user is None or not user.is_authenticated:
        return 0
    return Notice.objects.visible_to(user).unread().count()
