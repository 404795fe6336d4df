"""Starting the next round from the last one: all that will happen on one page, before it is done."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access import requires
from accounts.permissions import Permission
from core import drafts
from core.workflow import ActRefused

from .. import going_on
from ..forms.going_on import NextRoundForm
from ..models import Review
from ..services import going_on as services
from .common import note_view, review_for


@requires(Permission.REVIEW_WRITE)
def start(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Start the next round; who comes second is led to the one that there is."""
    before = review_for(request, pk)
    if request.method != "POST" and (there := services.next_of(before)):
        return redirect(there)
    statements = list(services.standing(before))
    actions = list(services.open_actions(before))
    page = drafts.open_form(
        request,
        services.draft_key(before),
        lambda data: NextRoundForm(data, before=before, statements=statements, actions=actions),
    )
    if request.method == "POST" and page.form.is_valid():
        try:
            made, mine = services.start(
                before, page.form.values(), page.form.choices(),
                reason=page.form.cleaned_data.get("reason", ""), by=request.user,
            )  # fmt: skip
        except ActRefused as refused:
            page.form.add_error(None, refused.reason)
        else:
            if not mine and made.made_by_id != request.user.pk:
                return _taken(request, before, made, page.form)
            messages.success(request, "The next round is started. Go through its statements, and rate each part anew.")
            return redirect(made)
    note_view(request, before, "next round")
    drawn = {
        "review": before,
        "page": page,
        "parts": going_on.parts(page.form),
        "ahead": going_on.ahead(before, statements, actions),
    }
    return render(request, "reviews/next.html", drawn)


def _taken(request: HttpRequest, before: Review, made: Review, form: NextRoundForm) -> HttpResponse:
    """Somebody was quicker: their round, and what this person had written, to use it there."""
    note_view(request, before, "next round")
    drawn = {"review": before, "made": made, "words": going_on.words_of(form)}
    return render(request, "reviews/next_taken.html", drawn, status=409)
