"""What people outside the council see of a round: a page without sign-in, opened by a link (ADR 38).

Every answer is drawn here, the refusals too: the usual ones lead into the service, and write down the address.
"""

from allauth.core.internal.ratelimit import consume
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ..services import partner_links as services
from ..shared import shared as shown

# Tries with a link that nobody made, as the sign-in counts those with a wrong passphrase.
FAILED = {"partner-link": "100/5m/ip"}
HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive"}


@require_safe
@login_not_required
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The board of both levels, to read; 404 for a link that nobody made, 410 for one that has ended."""
    link = services.find(token)
    if link is None:
        allowed = consume(request, app="reviews", action="partner-link", config=FAILED, limit_get=True)
        return _answer(request, "missing", 404) if allowed else _answer(request, "often", 429)
    if not link.is_open(timezone.localdate()):
        return _answer(request, "ended", 410)
    if services.too_often(link):
        return _answer(request, "often", 429)
    services.note_opening(link)
    return _answer(request, "open", 200, link=link, review=link.review, shown=shown(link))


def _answer(request: HttpRequest, state: str, status: int, **more) -> HttpResponse:
    name = "reviews/shared.html" if state == "open" else "reviews/shared_refused.html"
    answer = render(request, name, {"state": state, **more}, status=status)
    for header, value in HEADERS.items():
        answer.headers[header] = value
    return answer
