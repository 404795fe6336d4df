"""The board of one level: the six columns of the results tool on one page."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import conflicts, drafts, text_requests
from core.workflow import EditConflict

from .. import presenters, workflow
from ..choices import COLUMNS, LEVEL_WORDS, Domain, Level, Part, ReviewAct
from ..forms.live import ChangesForm
from ..forms.statements import RateForm
from ..models import Review
from ..services import live, steps
from ..services import ratings as services
from .common import note_view, refusals_show_the_review, review_for

MOST_DRAWN = 40  # cards that are sent to a page that is open; where more have changed, it is to be loaded again


@require_safe
@requires(Permission.REVIEW_SEE)
def board(request: HttpRequest, pk: UUID, level: str) -> HttpResponse:
    """One level of a round, all domains or the one in `?domain=`."""
    found = review_for(request, pk)
    chosen = request.GET.get("domain", "")
    domain = Domain(chosen) if chosen in Domain.values else None
    note_view(request, found, f"board of level {level}")
    rows = presenters.board(found, Level(level), domain)
    filled = {pair.column.rating for row in rows for pair in row.pairs if pair.cards}
    drawn = {
        "review": found,
        "level": Level(level),
        "words": LEVEL_WORDS[Level(level)],
        "columns": COLUMNS,
        "rows": rows,
        "cards": sum(len(pair.cards) for row in rows for pair in row.pairs),
        "empty": [column.rating for column in COLUMNS if column.rating not in filled],
        "domains": Domain,
        "token": live.token(found, level),
        **_shown(found, request.user, Level(level), domain),
    }
    return render(request, "reviews/board.html", drawn)


def _shown(found: Review, reader, level: Level, domain: Domain | None) -> dict[str, Any]:
    """What each card and each stage's head is drawn with."""
    here = reverse("reviews:board", args=[found.pk, level]) + (f"?domain={domain}" if domain else "")
    writes = ReviewAct.WRITE in steps.acts_for(found, reader)
    return {"domain": domain, "may_write": writes, "here": here}


@require_POST
@requires(Permission.REVIEW_SEE)
def changes(request: HttpRequest, pk: UUID, level: str) -> JsonResponse:
    """A page that is open asks what has changed since it was drawn; it has noted in the audit log that it was opened.

    Answers {"status": "same"}; else {"status": "changed"}, and with the page's marks what is new: {"cards": [{"id",
    "html", "said", "text"}], "gone": {id: words}, "cells": [[cell, [ids]]], "heads": {stage: html}, "seen", "open"}.
    """
    found = review_for(request, pk)
    form = ChangesForm(request.POST)
    if not form.is_valid() or not live.opened(found, level, form.cleaned_data["token"]):
        raise BadRequest("The page sent something that it should not. Load it again.")
    now = live.marks(found, Level(level), form.chosen)
    if now.digest == form.cleaned_data["seen"]:
        return JsonResponse({"status": "same"})
    known = form.cleaned_data["cards"]
    if known is None:
        return JsonResponse({"status": "changed"})
    other = [name for name, mark in now.cards.items() if known.get(name) != mark]
    if len(other) > MOST_DRAWN:
        return JsonResponse({"status": "much"})
    shown = _shown(found, request.user, Level(level), form.chosen)
    gone = [UUID(name) for name in known if name not in now.cards]
    heads = [stage for stage, mark in now.heads.items() if form.cleaned_data["heads"].get(stage) != mark]
    answer = {
        "status": "cards",
        "seen": now.digest,
        "open": found.is_open,
        "cells": now.cells,
        "cards": _drawn_cards(request, found, other, known, shown) if other else [],
        "gone": live.taken_away(found, gone, request.user) if gone else {},
        "heads": _drawn_heads(request, found, Level(level), heads, shown) if heads else {},
    }
    return JsonResponse(answer)


def _drawn_cards(request: HttpRequest, found: Review, ids: list[str], known: dict, shown: dict) -> list[dict]:
    statements = list(found.statements.standing().filter(pk__in=ids).select_related("words__updated_by", "made_by"))
    moves = live.last_moves(statements)
    plans = {column.rating: column.plan for column in COLUMNS}
    drawn = []
    for card in presenters.cards(statements):
        one = card.statement
        html = render_to_string(
            "reviews/_card.html", {"card": card, "plan": plans[one.rating], **shown}, request=request
        )
        before = known.get(str(one.pk), "")
        said = live.said(one, before, card.mark, move=moves.get(one.pk), reader=request.user)
        drawn.append(
            {"id": str(one.pk), "html": html, "said": said, "text": text_requests.state(str(one.pk), one.words)}
        )
    return drawn


def _drawn_heads(request: HttpRequest, found: Review, level: Level, stages: list[str], shown: dict) -> dict[str, str]:
    context = {"review": found, "level": level, **shown}
    return {
        row.part.stage: render_to_string("reviews/_stage.html", {"row": row, **context}, request=request)
        for row in presenters.board(found, level, shown["domain"])
        if row.part.stage in stages
    }


@requires(Permission.REVIEW_WRITE)
@refusals_show_the_review
def rate(request: HttpRequest, pk: UUID, level: str, stage: str) -> HttpResponse:
    """Set the overall rating of a level and stage, and why; the earlier ones are below it."""
    found = review_for(request, pk)
    workflow.REVIEW.check(ReviewAct.WRITE, found.state)
    try:
        part = Part.of(level, stage)
    except ValueError:
        raise Http404 from None
    ratings = list(found.overall_ratings.filter(part=part).select_related("by").order_by("-at"))
    current = next((one for one in ratings if one.is_current), None)
    key = steps.draft_key(found, f"rate:{part}")
    page = drafts.open_form(request, key, lambda data: RateForm(data, current=current))
    back = f"{reverse('reviews:board', args=[pk, level])}#{stage}"
    status = 200
    if request.method == "POST" and page.form.is_valid():
        try:
            services.rate(found, part, **page.form.cleaned_data, by=request.user)
        except EditConflict as conflict:
            now = {"rating": conflict.current.rating, "reason": conflict.current.reason} if conflict.current else {}
            conflicts.show_on(page.form, conflict, now, 0)
            page.form.data["seen"] = str(conflict.current.pk) if conflict.current else ""
            status = 409
        else:
            messages.success(request, "The overall rating is saved.")
            return redirect(back)
    drawn = {
        "page": page, "review": found, "title": f"Overall rating: {part.label}", "button": "Save the rating",
        "back": back, "ratings": ratings, "last": presenters.last_ratings(found).get(part),
    }  # fmt: skip
    return render(request, "reviews/rate.html", drawn, status=status)
