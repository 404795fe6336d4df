"""Signing in comes first, for every view that is not marked public."""

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from core.middleware import wants_json


class SignInRequired(LoginRequiredMiddleware):
    """Django's own rule; a script that saves text gets 401 and the way back in, not a page."""

    def handle_no_permission(self, request: HttpRequest, view_func) -> HttpResponse:
        if wants_json(request):
            sign_in = f"{reverse('account_login')}?next={reverse('signed-in')}"
            return JsonResponse({"status": "signed-out", "sign_in_url": sign_in}, status=401)
        return super().handle_no_permission(request, view_func)
