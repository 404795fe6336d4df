"""What became of a review from round to round: two rounds side by side, and progress over all of them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission

from .. import comparison as comparing
from .. import progress as progressing
from .common import note_view, review_for


@require_safe
@requires(Permission.REVIEW_SEE)
def comparison(request: HttpRequest, pk: UUID) -> HttpResponse:
    """This round and another one of its chain, `?with=`, side by side; the one before where that says none."""
    found = review_for(request, pk)
    chain = comparing.chain_of(found)
    rounds = comparing.pair(found, chain, _uuid(request.GET.get("with", "")))
    note_view(request, found, "comparison")
    drawn = {
        "review": found,
        "others": [one for one in reversed(chain) if one.pk != found.pk],
        "found": comparing.compare(*rounds, chain) if rounds else None,
    }
    return render(request, "reviews/compare.html", drawn)


@require_safe
@requires(Permission.REVIEW_SEE)
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far the review has come up to this round: drawings, numbers, what moved and why. It names nobody."""
    found = review_for(request, pk)
    note_view(request, found, "progress")
    told = progressing.progress(found, comparing.chain_of(found))
    return render(request, "reviews/progress.html", {"review": found, "progress": told})


def _uuid(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None
