"""The statements of a round: added, rated otherwise with a reason, put in order, taken away and put back, their
words saved.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from core import drafts, texts
from core.models import Text
from core.workflow import ActRefused, EditConflict

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

    Raises EditConflict where somebody moved it since, to the very same place too: the second one's reason is kept
    nowhere, so they read that. The same form sent twice is one move. Raises ActRefused where it was taken away or the
    round is closed.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = steps.locked_statement(statement)
        refuse_removed(current)
        before = (current.rating, current.part, current.domain)
        wanted = (rating or current.rating, Part(part) if part else current.part, domain or current.domain)
        drafts.drop(steps.draft_key(current, "move"), by)
        if wanted == before and (seen_version == current.version or _moved_by(current, reason=reason, by=by)):
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


def _moved_by(statement: Statement, *, reason: str, by) -> bool:
    """Whether its last move is this very one, sent twice."""
    last = statement.moves.order_by("-at").first()
    return last is not None and (last.reason, last.by_id) == (reason, by.pk)


def reorder(
    statement: Statement, *, before: UUID | None = None, after: UUID | None = None, by, at: datetime | None = None
) -> Statement:
    """Put a statement before or after another one of its cell. Where it stands there already, nothing is done.

    Raises ActRefused where the other one is no longer in the cell, where it was taken away, or the round is closed.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = steps.locked_statement(statement)
        refuse_removed(current)
        rows = current.review.statements.standing().filter(level=current.level, stage=current.stage)
        there = list(rows.only("pk", "rating", "order"))
        other = next((one for one in there if one.pk == (before or after) and one.rating == current.rating), None)
        if other is None or other.pk == current.pk:
            raise ActRefused("The statement beside it is in another column now. Look at the board again.")
        wanted = [one for one in there if one.pk != current.pk]
        mine = next(one for one in there if one.pk == current.pk)
        wanted.insert(wanted.index(other) + (0 if before else 1), mine)
        if _cell(wanted, current.rating) == _cell(there, current.rating):
            return current
        for number, one in enumerate(wanted, start=1):
            one.order = number
        Statement.objects.bulk_update(wanted, ["order"])
        current.order = mine.order
        record("statement.ordered", current, by=by, at=at)
    return current


def _cell(statements: list[Statement], rating: str) -> list[UUID]:
    return [one.pk for one in statements if one.rating == rating]


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
        rows = Text.objects.select_for_update(of=("self",)).select_related("updated_by")
        result = texts.save_locked(rows.get(pk=current.words_id), by=by, at=at, **sent)
        if result.new_version:
            record("statement.written", current, by=by, at=at, version=result.text.version)
        if result.new_aside:
            record("statement.set-aside", current, by=by, at=at)
    return result


def put_words_back(statement: Statement, *, version: int, base_version: int, by, at: datetime | None = None) -> Text:
    """Make an earlier version the words again, as a version of its own; what stood there stays kept.

    Raises EditConflict where somebody wrote after `base_version`, ActRefused where it may not be written, or where the
    version is not there any more, having been added to since.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = steps.locked_statement(statement)
        refuse_removed(current)
        text = Text.objects.select_for_update(of=("self",)).select_related("updated_by").get(pk=current.words_id)
        wanted = text.versions.filter(version=version).first()
        if wanted is None:
            raise ActRefused("This version has been added to since. Look at the versions again.")
        if text.body == wanted.body:
            return text
        if text.version != base_version:
            raise EditConflict("Somebody changed these words after you opened this page.", text)
        texts.save_locked(text, body=wanted.body, base_version=base_version, by=by, at=at, gather=False)
        record("statement.words-put-back", current, by=by, at=at, put_back=version, version=text.version)
    return text


def refuse_removed(statement: Statement) -> None:
    """Raises ActRefused where a statement was taken away."""
    if statement.removed_at is not None:
        raise ActRefused(REMOVED)


def record(act: str, statement: Statement, *, by, at: datetime, **detail: Any) -> None:
    """Write an event about a statement into the audit log."""
    steps.record(act, statement, statement.review, by=by, at=at, **detail)


def _last(review: Review, level: str, stage: str) -> int:
    return review.statements.filter(level=level, stage=stage).aggregate(last=Max("order"))["last"] or 0
