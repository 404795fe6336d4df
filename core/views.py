"""Keeping drafts and telling a page whether its reader is still signed in."""

import re

from django.contrib import messages
from django.core import signing
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from . import drafts

_CLIENT = re.compile(r"[A-Za-z0-9-]{1,64}")


def client_of(request: HttpRequest) -> str:
    """The id that the page gave itself; raises BadRequest for one that no page of ours makes. "" without scripts."""
    client = request.POST.get("client", "")
    if client and not _CLIENT.fullmatch(client):
        raise BadRequest("The page sent something that it should not. Load it again.")
    return client


@require_POST
def keep_draft(request: HttpRequest) -> HttpResponse:
    """Keep what was typed into a form. JSON: kept, elsewhere (409), or refused (400, 413)."""
    try:
        key = drafts.unsign(request.POST.get("draft_key", ""), request.user)
    except signing.BadSignature:
        raise BadRequest("This page is out of date. Load it again.") from None
    now = timezone.now()
    try:
        draft = drafts.keep(
            key,
            user=request.user,
            data=request.POST,
            client=client_of(request),
            at=now,
            seen=request.POST.get("draft_seen", ""),
            force=request.POST.get("force") == "1",
        )
    except drafts.OpenElsewhere:
        return JsonResponse(
            {"status": "elsewhere", "message": "You have typed something else into this form in another tab."},
            status=409,
        )
    except drafts.DraftTooLarge:
        return JsonResponse({"status": "refused", "message": "This is too long to keep. Shorten it."}, status=413)
    at = date_format(timezone.localtime(now), "TIME_FORMAT")
    return JsonResponse(
        {"status": "kept", "saved_line": f"Kept at {at}. Not sent yet.", "seen": drafts.seen_mark(draft)}
    )


@require_POST
def discard_draft(request: HttpRequest) -> HttpResponse:
    """Forget what was kept of a form, and go back to it."""
    try:
        key = drafts.unsign(request.POST.get("draft_key", ""), request.user)
    except signing.BadSignature:
        raise BadRequest("This page is out of date. Load it again.") from None
    drafts.drop(key, request.user)
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = reverse("home")
    messages.success(request, "What you had typed and not sent has been discarded.")
    return redirect(back)
