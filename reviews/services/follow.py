"""Giving several actions a lead at once: those that nobody leads, or whose lead has left.

Who leads an action is follow-up, not writing into the round: it is said after the round is closed too, or the actions
of somebody who leaves would wait for the next one (ADR 37).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from core import audit, drafts, notices
from core.forms import lower_first
from core.workflow import ActRefused

from ..models import Review, ReviewAction
from . import steps
from .actions import KIND
from .rounds import refuse_who_has_left

DRAFT_KEY_LEAD = "review-actions:lead"
AT_MOST = 100
_WHO = ["owner", "owner_name", "owner_agency"]


class Given(NamedTuple):
    """What became of it: how many have the new lead, and how many were left, as they changed meanwhile."""

    given: int
    left: int


def waiting(pks: Iterable[UUID], user):
    """Of these actions, those that wait for a lead, as far as `user` may see them: live, open, led by nobody here."""
    rows = ReviewAction.objects.visible_to(user).live().open().without_lead()
    return rows.filter(pk__in=list(pks)[:AT_MOST])


def give_lead(
    pks: Iterable[UUID], *, owner=None, owner_name: str = "", owner_agency: str = "", by, at: datetime | None = None
) -> Given:
    """Say who leads these actions from now on, and tell them once of all. What has a lead meanwhile keeps it.

    The same form sent twice gives it once. Raises ActRefused where the new lead has left, or none of them waits.
    """
    at = at or timezone.now()
    refuse_who_has_left(owner)
    values = {"owner": owner, "owner_name": owner_name, "owner_agency": owner_agency}
    asked = list(dict.fromkeys(pks))[:AT_MOST]
    with transaction.atomic():
        rounds = Review.objects.filter(statements__actions__in=asked).order_by("pk").distinct()
        for review in rounds:  # each in the same order everywhere, so that two at once wait and do not block each other
            steps.locked(review, None)
        rows = waiting(asked, by).select_related("owner", "statement__review")
        found = list(rows.select_for_update(of=("self",)).order_by("pk"))
        same = ReviewAction.objects.filter(pk__in=asked, **values).count()
        if not found and not same:
            raise ActRefused("None of these actions waits for a lead any more.")
        for action in found:
            before, owner_before = audit.state_of(action, _WHO), action.owner
            for name, value in values.items():
                setattr(action, name, value)
            action.version += 1
            action.save()
            KIND.record("changed", action, by=by, at=at, **audit.changes(before, audit.state_of(action, _WHO)))
            KIND.forget_notices(action, owner_before)
        _tell(owner, found, by=by, at=at)
        drafts.drop(DRAFT_KEY_LEAD, by)
    return Given(len(found) or same, len(asked) - len(found) - same)


def lead_review(review: Review, lead, *, seen_version: int, by, at: datetime | None = None) -> Review:
    """Another lead for a round, whether it is open or closed: whoever led it may have left.

    Raises EditConflict where somebody changed it since, ActRefused where the new lead has left.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = steps.locked(review, None)
        drafts.drop(steps.draft_key(current, "lead"), by)
        if current.lead == lead:
            return current
        steps.check_version(current, seen_version)
        refuse_who_has_left(lead)
        before = audit.state_of(current, ["lead"])
        current.lead, current.version = lead, current.version + 1
        current.save(update_fields=["lead", "version"])
        changed = audit.changes(before, audit.state_of(current, ["lead"]))
        steps.record("review.changed", current, current, by=by, at=at, **changed)
        if lead is not None and lead.pk != by.pk:
            key = f"review:{current.pk}:lead:{current.version}"
            words = f"You lead the system {lower_first(steps.label(current))} now."
            notices.tell([lead], words, key=key, url=current.get_absolute_url(), at=at)
    return current


def _tell(owner, actions: list[ReviewAction], *, by, at: datetime) -> None:
    """One notice for all of them; who gave them to themselves knows."""
    if owner is None or owner.pk == by.pk or not actions:
        return
    if len(actions) == 1:
        (action,) = actions
        words, url = f"An action of {KIND.label(action)} is yours to do.", KIND.page_of(action)
    else:
        words, url = f"{len(actions)} actions of system reviews are yours to do.", reverse("reviews:actions")
        url = f"{url}?lead=me"
    key = f"{KIND.name}:{actions[0].pk}:given:{actions[0].version}"
    notices.tell([owner], words, key=key, url=url, at=at)
