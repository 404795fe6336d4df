"""Links for people outside the council: the list of a round's, making one, ending one."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission, can
from core import audit, drafts
from core.forms import GovukForm
from core.workflow import ActRefused

from ..forms.partner_links import PartnerLinkForm
from ..models import PartnerLink, Review
from ..services import partner_links as services
from ..services import steps
from .common import note_view, review_for

HEADINGS = [{"label": label} for label in ("Who it is for", "Opens until", "Made", "Opened", "Status")]


@require_safe
@requires(Permission.REVIEW_SEE)
def links(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every link of a round, with when it was opened last and how often."""
    found = review_for(request, pk)
    note_view(request, found, "links")
    made = list(found.partner_links.visible_to(request.user).select_related("made_by", "revoked_by"))
    uses = services.uses(made)
    rows = [
        {"link": link, "number": uses.get(str(link.pk), (0, None))[0], "last": uses.get(str(link.pk), (0, None))[1]}
        for link in made
    ]
    may_write = can(request.user, Permission.REVIEW_WRITE)
    headings = [*HEADINGS, {"label": "End it", "hidden": True, "on_screen": True}] if may_write else HEADINGS
    drawn = {"review": found, "rows": rows, "headings": headings, "may_write": may_write}
    return render(request, "reviews/partner_links.html", drawn)


@requires(Permission.REVIEW_WRITE)
def make(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make a link, after looking for names in what it would show. What opens it is shown once, in the answer."""
    found = review_for(request, pk)
    places = services.places(found)
    key = steps.draft_key(found, "link:new")
    page = drafts.open_form(request, key, lambda data: PartnerLinkForm(data, unsure=bool(places)))
    status, refusal = 200, ""
    if request.method == "POST" and page.form.is_valid():
        try:
            link, token = services.make(found, **page.form.cleaned_data, by=request.user)
        except ActRefused as refused:
            status, refusal = 409, refused.reason
        else:
            drawn = {"review": found, "link": link, "address": _address(request, token)}
            return render(request, "reviews/partner_link_made.html", drawn)
    _note_looked(request, found, len(places))
    drawn = {
        "page": page, "review": found, "refusal": refusal, "whole": [place for place in places if place.whole],
        "unsure": [place for place in places if not place.whole],
    }  # fmt: skip
    return render(request, "reviews/partner_link_form.html", drawn, status=status)


@requires(Permission.REVIEW_WRITE)
def revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End a link, after asking."""
    rows = PartnerLink.objects.visible_to(request.user).select_related("review", "revoked_by")
    link = get_object_or_404(rows, pk=pk)
    back = reverse("reviews:links", args=[link.review_id])
    page = drafts.open_form(request, steps.draft_key(link, "end"), GovukForm)
    if request.method == "POST":
        services.revoke(link, by=request.user)
        messages.success(request, "The link is ended. It opens nothing any more.")
        return redirect(back)
    happens = [
        "whoever opens it reads that it has ended, and nothing of the review",
        "it cannot be made to open again; make a new one if it is needed",
    ]
    drawn = {
        "page": page, "review": link.review, "title": f"End the link for {link.label}", "button": "End the link",
        "happens": happens, "back": back,
    }  # fmt: skip
    return render(request, "reviews/step.html", drawn)


def _address(request: HttpRequest, token: str) -> str:
    path = reverse("reviews:shared", args=[token])
    return f"{settings.SITE_URL.rstrip('/')}{path}" if settings.SITE_URL else request.build_absolute_uri(path)


def _note_looked(request: HttpRequest, review: Review, number: int) -> None:
    """Into the audit log, with how many places were found: who types names to try them is seen there."""
    detail = {"page": "link", "found": number}
    audit.record("viewed", by=request.user, subject=review, label=steps.label(review), detail=detail)
