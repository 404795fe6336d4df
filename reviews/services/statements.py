"""The statements of a round: added, rated otherwise with a reason, taken away and put back, their words saved."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from core import drafts, texts
from core.workflow import ActRefused

from ..choices import Part
from ..models import Review, Statement, StatementMove
from . import steps

SENT_TWICE = timedelta(seconds=30)
MOVED = "Somebody moved this statement after you opened this page."
REMOVED = "This statement was taken away. Put it back before you change it."


def add(review: Review, values: dict[str, Any], *, by, at: datetime | None = None) -> Statement:
    """A new statement at the end of its cell: `values` are level, stage, domain, rating, and words as plain text.

    The same form sent twice makes one. Raises ActRefused where the round is closed, ValidationError for words that
    cannot be stored.
    """
    at = at or timezone.now()
    place = {name: values[name] for name in ("level", "stage", "domain", "rating")}
    with transaction.atomic():
        current = steps.locked(review)
        just_now = (at - SENT_TWICE, at + SENT_TWICE)
        twice = current.statements.standing().filter(**place, made_by=by, made_at__range=just_now)
        if same := twice.filter(words__body=texts.clean(values["words"])).first():
            return same
        words = texts.begin(values["words"], by=by, at=at)
        made = Statement.objects.create(
            review=current, **place, words=words, order=_last(current, place["level"], place["stage"]) + 1,
            made_by=by, made_at=at,
        )  # fmt: skip
        record("statement.added", made, by=by, at=at, **place)
        drafts.drop(steps.draft_key(current, "statement:new"), by)
    return made


def move(
    statement: Statement,
    *,
    reason: str,
    seen_version: int,
    rating: str | None = None,
    part: str | None = None,
    domain: str | None = None,
    by,
    at: datetime | None = None,
) -> Statement:
    """Rate a statement otherwise, or put it into another part or domain; what is None stays. The move is kept.

    Raises EditConflict where somebody moved it since (not where they moved it to the very same place), ActRefused
    where it was taken away or the round is closed.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = steps.locked_statement(statement)
        refuse_removed(current)
        before = (current.rating, current.part, current.domain)
        wanted = (rating or current.rating, Part(part) if part else current.part, domain or current.domain)
        drafts.drop(steps.draft_key(current, "move"), by)
        if wanted == before:
            return current
        steps.check_version(current, seen_version, MOVED)
        current.rating, current.domain = wanted[0], wanted[2]
        if wanted[1] != before[1]:
            current.level, current.stage = wanted[1].level, wanted[1].stage
        current.order = _last(current.review, current.level, current.stage) + 1
        current.version += 1
        current.save()
        moved = StatementMove.objects.create(
            statement=current, reason=reason, by=by, at=at,
            rating_before=before[0], part_before=before[1], domain_before=before[2],
            rating_after=wanted[0], part_after=wanted[1], domain_after=wanted[2],
        )  # fmt: skip
        record("statement.moved", current, by=by, at=at, moved=moved.words, reason=reason)
    return current


def remove(statement: Statement, *, reason: str, by, at: datetime | None = None) -> Statement:
    """Take a statement off the board, with its actions, and why. It is kept and can be put back."""
    at = at or timezone.now()
    with transaction.atomic():
        current = steps.locked_statement(statement)
        drafts.drop(steps.draft_key(current, "remove"), by)
        if current.removed_at is not None:
            return current
        current.removed_at, current.removed_by, current.removed_because = at, by, reason
        current.version += 1
        current.save()
        record("statement.removed", current, by=by, at=at, reason=reason)
    return current


def put_back(statement: Statement, *, by, at: datetime | None = None) -> Statement:
    """Put a statement that was taken away back where it was."""
    at = at or timezone.now()
    with transaction.atomic():
        current = steps.locked_statement(statement)
        if current.removed_at is None:
            return current
        current.removed_at, current.removed_by, current.removed_because = None, None, ""
        current.version += 1
        current.save()
        record("statement.put-back", current, by=by, at=at)
    return current


def save_words(statement: Statement, *, by, at: datetime | None = None, **sent: Any) -> texts.SaveResult:
    """Save the words as they are typed: the arguments of `texts.save_locked`.

    Raises ActRefused where the statement was taken away or the round is closed, ValidationError for words that cannot
    be stored.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = steps.locked_statement(statement)
        refuse_removed(current)
        rows = type(current.words).objects.select_for_update(of=("self",)).select_related("updated_by")
        result = texts.save_locked(rows.get(pk=current.words_id), by=by, at=at, **sent)
        if result.new_version:
            record("statement.written", current, by=by, at=at, version=result.text.version)
        if result.new_aside:
            record("statement.set-aside", current, by=by, at=at)
    return result


def refuse_removed(statement: Statement) -> None:
    """Raises ActRefused where a statement was taken away."""
    if statement.removed_at is not None:
        raise ActRefused(REMOVED)


def record(act: str, statement: Statement, *, by, at: datetime, **detail: Any) -> None:
    """Write an event about a statement into the audit log."""
    steps.record(act, statement, statement.review, by=by, at=at, **detail)


def _last(review: Review, level: str, stage: str) -> int:
    return review.statements.filter(level=level, stage=stage).aggregate(last=Max("order"))["last"] or 0
