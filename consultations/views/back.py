"""Back to where a person came from, as far as that is one of our own pages that lead to actions."""

from urllib.parse import urlsplit, urlunsplit

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

LEAD_HERE = {
    "home",
    "consultations:action",
    "consultations:actions",
    "consultations:consultation",
    "consultations:referral",
    "consultations:rings",
    "consultations:young-person",
    "contexts:context",
    "contexts:plan",
    "contexts:plan-action",
    "contexts:plan-actions",
    "reviews:action",
    "reviews:actions",
    "reviews:board",
    "reviews:review",
    "reviews:statement",
}


def back_to(request: HttpRequest, default: str) -> str:
    """The address in `?next=` where it is a page of LEAD_HERE, with its query and anchor; `default` for anything else.

    Another site is never led to: only paths that this site knows are taken, and put together again from their parts.
    """
    asked = request.GET.get("next", "")
    if not asked.startswith("/") or not url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return default
    parts = urlsplit(asked)
    try:
        known = resolve(parts.path).view_name in LEAD_HERE
    except Resolver404:
        return default
    return urlunsplit(("", "", parts.path, parts.query, parts.fragment)) if known else default
