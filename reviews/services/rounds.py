"""Beginning a round, changing what it is, closing it and opening it again. Going on from one: `going_on`."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core import audit, drafts
from core.workflow import ActRefused, EditConflict

from .. import workflow
from ..choices import ReviewAct
from ..models import Review, ReviewAction
from . import steps
from .recounting import count_anew

FIELDS = ["area", "on", "lead", "next_on"]
DRAFT_KEY_NEW = "review:new"
SENT_TWICE = timedelta(seconds=30)


def begin(values: dict[str, Any], *, by, at: datetime | None = None) -> Review:
    """A first, empty round. The same form sent twice makes one. Raises ActRefused where the lead has left."""
    at = at or timezone.now()
    given = {name: values[name] for name in FIELDS}
    refuse_who_has_left(given["lead"])
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=by.pk)  # two at once: the second waits for the first
        just_now = (at - SENT_TWICE, at + SENT_TWICE)
        if twice := Review.objects.filter(**given, made_by=by, made_at__range=just_now).first():
            return twice
        made = Review.objects.create(**given, made_by=by, made_at=at)
        steps.record("review.begun", made, made, by=by, at=at)
        drafts.drop(DRAFT_KEY_NEW, by)
    return made


def change(review: Review, values: dict[str, Any], *, seen_version: int, by, at: datetime | None = None) -> Review:
    """Another area, day, lead, or day of the next round. Dates that were counted from the day are counted anew.

    Raises EditConflict where somebody changed it since, ActRefused where it is closed or the lead has left.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = steps.locked(review)
        drafts.drop(steps.draft_key(current, "change"), by)
        wanted = {name: values[name] for name in FIELDS}
        if all(getattr(current, name) == value for name, value in wanted.items()):
            return current
        if current.version != seen_version:
            raise EditConflict(steps.CHANGED, current)
        if wanted["lead"] != current.lead:
            refuse_who_has_left(wanted["lead"])
        before = audit.state_of(current, FIELDS)
        for name, value in wanted.items():
            setattr(current, name, value)
        current.version += 1
        current.save()
        changed = audit.changes(before, audit.state_of(current, FIELDS))
        steps.record("review.changed", current, current, by=by, at=at, **changed)
        if "on" in changed:
            count_anew(current, by=by, at=at)
    return current


def unowned(review: Review):
    """The open actions of a round that nobody leads."""
    return ReviewAction.objects.filter(statement__review=review).standing().open().without_lead()


def close(review: Review, *, reason: str = "", by, at: datetime | None = None) -> Review:
    """Close a round: from now on its statements and ratings stay as they are.

    Raises ActRefused where actions have no lead and no `reason` says why it is closed all the same.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = steps.locked(review, None)
        if not current.is_open and current.closed_by == by and current.closed_because in (reason, ""):
            return current  # the same form sent twice
        current.state = workflow.REVIEW.check(ReviewAct.CLOSE, current.state).target
        number = unowned(current).count()
        if number and not reason:
            raise ActRefused(
                f"{number} action{' has' if number == 1 else 's have'} no lead. Say who leads "
                f"{'it' if number == 1 else 'them'}, or why the round is closed all the same."
            )
        reason = reason if number else ""  # they may have got a lead while the form was open
        current.closed_at, current.closed_by, current.closed_because = at, by, reason
        current.version += 1
        current.save()
        for closing in CLOSING:
            closing(current, by=by, at=at)
        steps.record("review.closed", current, current, by=by, at=at, **({"reason": reason} if reason else {}))
        drafts.drop(steps.draft_key(current, "close"), by)
    return current


def reopen(review: Review, *, reason: str, by, at: datetime | None = None) -> Review:
    """Open a closed round again, and why. Raises ActRefused where it is open, or a later round has gone on from it."""
    at = at or timezone.now()
    with transaction.atomic():
        current = steps.locked(review, None)
        if Review.objects.filter(follows=current).exists():
            raise ActRefused("A later round has gone on from this one, so this one stays as it was.")
        current.state = workflow.REVIEW.check(ReviewAct.REOPEN, current.state).target
        current.closed_at, current.closed_by, current.closed_because = None, None, ""
        current.version += 1
        current.save()
        steps.record("review.reopened", current, current, by=by, at=at, reason=reason)
        drafts.drop(steps.draft_key(current, "reopen"), by)
    return current


def refuse_who_has_left(person: User | None) -> None:
    """Raises ActRefused where somebody who has left would be given something to do."""
    if person is not None and not person.is_active:
        raise ActRefused(f"{person.name} has left. Choose somebody else.")


# What else happens to a round when it is closed, in the same transaction: (the round, by=, at=).
CLOSING: list = []
