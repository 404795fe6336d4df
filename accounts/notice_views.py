"""Your notices: what waits for you, each leading to where it waits."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe

from core import notices as services
from core.models import Notice

from .access import for_everyone_signed_in

PAGE_SIZE = 25


@require_safe
@for_everyone_signed_in
def notices(request: HttpRequest) -> HttpResponse:
    """Your notices, newest first. Opening the page marks none as read."""
    mine = Notice.objects.visible_to(request.user)
    page = Paginator(mine, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "accounts/notices.html", {"page": page, "shown_at": timezone.now()})


@require_POST
@for_everyone_signed_in
def open_notice(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Mark one notice as read and go to where it leads."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    services.read(notice)
    return redirect(notice.url or "notices")


@require_POST
@for_everyone_signed_in
def read_notices(request: HttpRequest) -> HttpResponse:
    """Mark as read what the page showed or had behind it; what came since stays unread."""
    services.read_all(request.user, upto=_moment(request.POST.get("upto", "")))
    messages.success(request, "All notices are marked as read.")
    return redirect("notices")


def _moment(sent: str) -> datetime | None:
    """The moment in `sent`; None where there is none in it."""
    try:
        moment = parse_datetime(sent)
    except ValueError:
        return None
    return moment if moment and timezone.is_aware(moment) else None
