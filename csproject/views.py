"""Home, search, health, and the pages for what goes wrong."""

import logging
import sys

from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import for_everyone_signed_in, requires
from accounts.permissions import Permission, can
from consultations.models import Referral
from consultations.search import matching
from contexts.called import tell
from contexts.models import Context
from contexts.search import named
from core import audit
from core.middleware import PlainAnswers, wants_json

from .home import work_for

logger = logging.getLogger(__name__)
SEARCH_LIMIT = 50


@require_safe
@for_everyone_signed_in
def home(request: HttpRequest) -> HttpResponse:
    """What waits for you."""
    context = {"work": work_for(request.user), "may_make": can(request.user, Permission.REFERRAL_MAKE)}
    return render(request, "home.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.REFERRAL_SEE)
def search(request: HttpRequest) -> HttpResponse:
    """Referrals by reference, case number, name, or the context that an action concerns; contexts by name or place.

    The words come by POST and wait in the session for the page that shows what was found: no name of a child stands
    in an address or a log, and going back asks no question.
    """
    if request.method == "POST":
        request.session["search"] = request.POST.get("q", "").replace("\x00", "").strip()[:200]
        return redirect("search")
    words = request.session.get("search", "")
    found, contexts = [], []
    if words:
        rows = matching(Referral.objects.visible_to(request.user), words)
        found = list(rows.with_names()[: SEARCH_LIMIT + 1])
        contexts = tell(
            request.user, named(Context.objects.visible_to(request.user), words, request.user)[:SEARCH_LIMIT]
        )
        contexts = tell(request.user, contexts)
        number = len(found) + len(contexts)
        audit.record("searched", by=request.user, detail={"in": "all", "words": words, "found": number})
    context = {
        "words": words,
        "found": found[:SEARCH_LIMIT],
        "more": len(found) > SEARCH_LIMIT,
        "contexts": contexts,
    }
    return render(request, "search.html", context)


@require_safe
@login_not_required
def session(request: HttpRequest) -> HttpResponse:
    """For a page that waits for its reader to sign in again: who is signed in, and a token to save with."""
    user = request.user
    signed_in = user.is_authenticated
    return JsonResponse({"signed_in": signed_in, "user": str(user.pk) if signed_in else "", "csrf": get_token(request)})


@require_safe
@for_everyone_signed_in
def signed_in(request: HttpRequest) -> HttpResponse:
    """Where signing in again from a page with unsaved text leads to."""
    return render(request, "signed_in.html")


@require_safe
@login_not_required
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "accessibility.html")


@require_safe
@login_not_required
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """The process can serve: the database answers and its tables are there. 503 with one line otherwise."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM core_formsection LIMIT 1")
            cursor.fetchone()
    except Exception as error:  # whatever is wrong, the answer is the same: not ready
        logger.warning("not ready: %s", type(error).__name__)
        return HttpResponse("the database does not answer\n", content_type="text/plain", status=503)
    return HttpResponse("ok\n", content_type="text/plain")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A page that was open when its reader signed in again: a script gets a new token, a person is told what to do."""
    if wants_json(request):
        return JsonResponse({"status": "csrf", "message": "This page is out of date."}, status=403)
    words = (
        "This page is out of date, perhaps because you signed in again. Go back, load the page again and send again."
    )
    return PlainAnswers.answer(request, 403, words)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: something malformed was sent."""
    return PlainAnswers.answer(request, 400, "The page sent something that could not be read.")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return PlainAnswers.answer(request, 403, "You do not have the right to do this.")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return PlainAnswers.answer(request, 404, "Page not found")


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 while the database is away. Drawn without the database, so that it always can be."""
    away = isinstance(sys.exc_info()[1], (OperationalError, InterfaceError))
    status = 503 if away else 500
    if wants_json(request):
        return JsonResponse({"status": "unavailable"}, status=status)
    return HttpResponse(render_to_string(f"{status}.html"), status=status)
