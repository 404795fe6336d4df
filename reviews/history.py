"""What happened in a round, in one list: it is read from the audit log, so nothing is written for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from core.models import AuditEvent

from .models import Review, ReviewAction, Statement
from .services.actions import page_of

PAGE_SIZE = 30


class Kind(models.TextChoices):
    """What the list may be narrowed to."""

    MOVES = "moves", "Moves"
    RATINGS = "ratings", "Overall ratings"
    STATEMENTS = "statements", "Statements added and taken away"
    WORDS = "words", "Words of statements"
    ACTIONS = "actions", "Actions"
    ROUND = "round", "The round itself"


# The acts that are told, by what they are called in the audit log: their kind, and what they say.
ACTS: dict[str, tuple[Kind, str]] = {
    "statement.moved": (Kind.MOVES, "Moved"),
    "review.rated": (Kind.RATINGS, "Rated"),
    "statement.added": (Kind.STATEMENTS, "Statement added"),
    "statement.removed": (Kind.STATEMENTS, "Statement taken away"),
    "statement.put-back": (Kind.STATEMENTS, "Statement put back"),
    "statement.written": (Kind.WORDS, "Words changed"),
    "statement.words-put-back": (Kind.WORDS, "Earlier words put back"),
    "statement.set-aside": (Kind.WORDS, "Written at the same time as somebody else"),
    "review-action.added": (Kind.ACTIONS, "Action added"),
    "review-action.changed": (Kind.ACTIONS, "Action changed"),
    "review-action.progress": (Kind.ACTIONS, "Progress noted"),
    "review-action.done": (Kind.ACTIONS, "Action done"),
    "review-action.dropped": (Kind.ACTIONS, "Action dropped"),
    "review-action.reopened": (Kind.ACTIONS, "Action opened again"),
    "review.begun": (Kind.ROUND, "Round begun"),
    "review.changed": (Kind.ROUND, "Area, date or lead changed"),
    "review.closed": (Kind.ROUND, "Round closed"),
    "review.reopened": (Kind.ROUND, "Round opened again"),
}


@dataclass(frozen=True)
class Line:
    """One thing that happened: what, by whom, when, about which statement or action, and why."""

    title: str
    by: str
    at: datetime
    reason: str = ""
    about: str = ""
    url: str = ""


def events(review: Review, kinds: Iterable[str] = ()) -> QuerySet[AuditEvent]:
    """What happened in the round, the latest first; all kinds where none is named."""
    acts = [act for act, (kind, _) in ACTS.items() if not kinds or kind in kinds]
    of_round = Q(subject_type="reviews.review", subject_id=str(review.pk))
    of_statements = Q(subject_type="reviews.statement", subject_id__in=_ids(Statement.objects.filter(review=review)))
    actions = ReviewAction.objects.filter(statement__review=review)
    of_actions = Q(subject_type="reviews.reviewaction", subject_id__in=_ids(actions))
    return AuditEvent.objects.filter(of_round | of_statements | of_actions, act__in=acts).order_by("-at", "-pk")


def _ids(rows: QuerySet) -> QuerySet:
    return rows.order_by().annotate(name=Cast("pk", CharField())).values("name")


def lines(found: Iterable[AuditEvent]) -> list[Line]:
    """The events as they are told; two queries, whatever they are about."""
    found = list(found)
    ids = {kind: [event.subject_id for event in found if event.subject_type == kind] for kind in _SUBJECTS}
    statements = Statement.objects.filter(pk__in=ids["reviews.statement"]).select_related("words")
    actions = ReviewAction.objects.filter(pk__in=ids["reviews.reviewaction"])
    about: dict[str, Any] = {str(one.pk): (one.words.body, one.get_absolute_url()) for one in statements}
    about |= {str(one.pk): (one.what, page_of(one)) for one in actions}
    return [_line(event, *about.get(event.subject_id, ("", ""))) for event in found]


_SUBJECTS = ("reviews.statement", "reviews.reviewaction")


def _line(event: AuditEvent, about: str, url: str) -> Line:
    title, detail = ACTS[event.act][1], event.detail
    if event.act == "statement.moved":
        title = f"{title} {detail.get('moved', '')[:1].lower()}{detail.get('moved', '')[1:]}"
    elif event.act == "review.rated":
        before, after = detail.get("changed", {}).get("rating", ["", ""])
        title = f"{detail.get('part', '')}: rated {after}" + (f", it was {before}" if before else "")
    reason = detail.get("reason") or detail.get("outcome") or ""
    return Line(title.strip(), event.actor_name or "The system", event.at, str(reason), about, url)
