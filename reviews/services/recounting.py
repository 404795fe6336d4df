"""Counting dates anew that were counted from the day of a review, when that day is changed."""

from datetime import datetime

from core import audit, notices
from core.models import Notice

from ..models import Review, ReviewAction
from ..timescales import counted_from
from . import steps
from .actions import KIND


def count_anew(review: Review, *, by, at: datetime) -> int:
    """Count the dates of open actions from the day that `review` is on now; how many changed.

    The caller has locked the round. Those carried on from an earlier round were counted from the day of that one, and
    stay; so does what is done or dropped. Words of which no date can be counted any more leave none.
    """
    rows = ReviewAction.objects.filter(statement__review=review, due_counted=True, carried_from=None).open()
    changed = []
    for action in rows.select_for_update(of=("self",)).order_by("pk"):
        due = counted_from(action.timescale, review.on)
        if due != action.due:
            changed.append((action, {"due": [action.due.isoformat(), due.isoformat() if due else None]}))
            action.due, action.due_counted, action.version = due, due is not None, action.version + 1
    ReviewAction.objects.bulk_update([action for action, _ in changed], ["due", "due_counted", "version"])
    label = steps.label(review)
    audit.record_many(f"{KIND.name}.changed", [(action, label, detail) for action, detail in changed], by=by, at=at)
    _forget_reminders([action for action, _ in changed])
    return len(changed)


def _forget_reminders(actions: list[ReviewAction]) -> None:
    """What nobody has read of a day that is another now is taken back; the new one is reminded of."""
    beginnings = tuple(f"{KIND.name}:{action.pk}:{kind}:" for action in actions for kind in ("due", "overdue"))
    owners = {action.owner_id for action in actions if action.owner_id}
    unread = Notice.objects.filter(user__in=owners, key__startswith=f"{KIND.name}:").unread()
    stale = [key for key in unread.values_list("key", flat=True) if key.startswith(beginnings)] if beginnings else []
    notices.forget(*stale)
