"""Every kept version of the words of a statement, and putting one back."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission
from consultations.chronology import how_much, with_base, with_text_before
from core.differences import Budget, differences, short
from core.models import TextVersion
from core.workflow import EditConflict

from .. import workflow
from ..choices import ReviewAct
from ..services import statements as services
from ..services import steps
from .common import note_view, refusals_show_the_statement, statement_for

VERSIONS_SHOWN = 20


@require_safe
@requires(Permission.REVIEW_SEE)
def versions(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The versions, latest first, each with what it added and took away."""
    found = statement_for(request, pk)
    budget = Budget()
    kept = TextVersion.objects.filter(text=found.words_id).select_related("by").order_by("-version")
    page = Paginator(with_text_before(kept), VERSIONS_SHOWN).get_page(request.GET.get("page"))
    asides = with_base(found.words.set_aside.all()).select_related("by", "resolved_by").order_by("-at")
    note_view(request, found.review, "versions of a statement")
    drawn = {
        "statement": found,
        "review": found.review,
        "page": page,
        "lines": [_line(version, budget) for version in page],
        "set_aside": [
            {"aside": one, "pieces": short(differences(one.body_before or "", one.body, budget))} for one in asides
        ],
        "may_write": ReviewAct.WRITE in steps.acts_for(found.review, request.user) and found.removed_at is None,
    }
    return render(request, "reviews/versions.html", drawn)


@requires(Permission.REVIEW_WRITE)
@refusals_show_the_statement
def put_back(request: HttpRequest, pk: UUID, version: int) -> HttpResponse:
    """Put an earlier version back, after showing what that changes."""
    found = statement_for(request, pk)
    workflow.REVIEW.check(ReviewAct.WRITE, found.review.state)
    services.refuse_removed(found)
    kept = get_object_or_404(found.words.versions.select_related("by"), version=min(version, 2**31 - 1))
    status, refusal, text = 200, "", found.words
    if request.method == "POST":
        base = request.POST.get("base_version", "")
        base = int(base) if base.isascii() and base.isdecimal() and len(base) < 10 else 0
        try:
            services.put_words_back(found, version=kept.version, base_version=base, by=request.user)
        except EditConflict as conflict:
            refusal = f"{conflict.reason} Below is what putting it back changes now."
            status, text = 409, conflict.current
        else:
            messages.success(request, f"Version {kept.version} is the text again. Every other version is kept.")
            return redirect("reviews:versions", pk=pk)
    note_view(request, found.review, "versions of a statement")
    pieces = differences(text.body, kept.body)
    drawn = {
        "statement": found,
        "review": found.review,
        "kept": kept,
        "base_version": text.version,
        "much": how_much(pieces),
        "pieces": short(pieces, around=12),
        "nothing_changes": text.body == kept.body,
        "refusal": refusal,
    }
    return render(request, "reviews/put_version_back.html", drawn, status=status)


def _line(version: TextVersion, budget: Budget) -> dict:
    pieces = differences(version.body_before or "", version.body, budget)
    return {"version": version, "much": how_much(pieces), "pieces": short(pieces, around=12)}
