"""Every answer private, every refusal in plain words."""

import logging
from collections.abc import Callable

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from . import audit
from .workflow import ActRefused

logger = logging.getLogger(__name__)
METHODS = ("GET", "HEAD", "POST")


def wants_json(request: HttpRequest) -> bool:
    """Whether the request comes from our own script, which reads JSON and not a page."""
    return "application/json" in request.headers.get("Accept", "")


class PrivatePages:
    """No page is kept by a browser or proxy: after signing out, the back button shows nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        add_never_cache_headers(response)
        response.headers["Cache-Control"] = "no-store, private, max-age=0"
        patch_vary_headers(response, ["Cookie", "HX-Request", "Accept"])
        return response


class PlainAnswers:
    """Turns what a view raises into a page (or JSON) that says what to do, and writes refusals into the audit log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:  # or a view would show its page without noting who read it
            return HttpResponseNotAllowed(METHODS)
        response = self.get_response(request)
        if response.status_code == 404 and request.resolver_match is None:
            return self.answer(request, 404, "Page not found")  # also where DEBUG would show its own page
        if response.status_code == 405 and not response.content:
            allowed = response.headers["Allow"]
            response = self.answer(request, 405, "This address is for sending something, not for opening.")
            response.headers["Allow"] = allowed
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, ActRefused):
            return self.answer(request, 409, error.reason)
        if isinstance(error, Http404):
            self.note_denial(request, 404)
            return self.answer(request, 404, "Page not found")
        if isinstance(error, PermissionDenied):
            self.note_denial(request, 403)
            return self.answer(request, 403, "You do not have the right to do this.")
        if isinstance(error, BadRequest):
            return self.answer(request, 400, str(error))
        return None

    @staticmethod
    def answer(request: HttpRequest, status: int, message: str) -> HttpResponse:
        if wants_json(request):
            return JsonResponse({"status": "refused", "message": message}, status=status)
        return render(request, f"{status}.html", {"reason": message}, status=status)

    @staticmethod
    def note_denial(request: HttpRequest, status: int) -> None:
        """A record that somebody asked for and did not get. The route and its ids only: no query, no body."""
        match = request.resolver_match
        audit.record(
            "denied",
            by=request.user if request.user.is_authenticated else None,
            detail={
                "route": match.view_name if match else "",
                "ids": {name: str(value) for name, value in match.kwargs.items()} if match else {},
                "method": request.method,
                "status": status,
            },
        )
