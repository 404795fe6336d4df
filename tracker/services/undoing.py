"""Taking a tagging or a merge back: only what is still as it was left, and what is left alone."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from consultations.models import Referral
from consultations.services.referrals import SENT_TWICE
from core import audit
from core.workflow import ActRefused

from ..choices import TaggingKind
from ..models import Tagging, TaggingChange, Theme, TrackerEntry
from . import retagging, themes
from .retagging import Change, Tagged, Wanted

ACTS = {
    TaggingKind.TAGGED: "data-entry.tagging-undone",
    TaggingKind.OTHER: "data-entry.tagging-undone",
    TaggingKind.MERGED: "data-entry.theme-merge-undone",
}


@dataclass
class Undoing:
    """What taking back would do: `back` changes; `partly` and `alone` are references of what is left as it is."""

    back: list[Change] = field(default_factory=list)
    partly: list[Referral] = field(default_factory=list)
    alone: list[Referral] = field(default_factory=list)
    kept: list[TaggingChange] = field(default_factory=list)


def plan(tagging: Tagging, user) -> Undoing:
    """What `user` would take back now. A merge is taken back in every referral, as it was made in every one."""
    return _plan(tagging, list(_rows(tagging, user).select_related("referral")))


def seen(found: Undoing, user) -> Undoing:
    """As much of it as `user` may see: what a merge changed elsewhere is neither named nor counted."""
    rows = [change.referral.pk for change in found.back] + [referral.pk for referral in found.alone]
    theirs = set(Referral.objects.visible_to(user).filter(pk__in=rows).values_list("pk", flat=True))
    return Undoing(
        back=[change for change in found.back if change.referral.pk in theirs],
        partly=[referral for referral in found.partly if referral.pk in theirs],
        alone=[referral for referral in found.alone if referral.pk in theirs],
    )


def refusal(tagging: Tagging) -> str:
    """Why it cannot be taken back at all, in words; "" where it can."""
    if tagging.applied_at is None:
        return "This has not been applied, so there is nothing to take back."
    if tagging.kind != TaggingKind.MERGED:
        return ""
    if tagging.undone_at:
        return "This merge has been undone already."
    into, gone = tagging.adds.get(), tagging.removes.get()
    if into.merged_into_id:
        return f"“{into.name}” has itself been merged into another theme since. Undo that merge first."
    if gone.merged_into_id != into.pk:
        return "The theme does not stand where this merge put it any more."
    return ""


def undo(tagging: Tagging, *, by, at: datetime | None = None) -> Undoing:
    """Take it back in the referrals that `by` may see, as far as it still is as it was left.

    Raises ActRefused where it cannot be taken back (see `refusal`).
    """
    at = at or timezone.now()
    with transaction.atomic():
        if tagging.kind == TaggingKind.MERGED:
            themes.one_at_a_time()
        else:
            themes.hold_still()
        row = Tagging.objects.select_for_update(of=("self",)).get(pk=tagging.pk)
        if row.undone_at and row.undone_by_id == by.pk and abs(row.undone_at - at) < SENT_TWICE:
            return Undoing()  # the same form sent twice
        if refused := refusal(row):
            raise ActRefused(refused)
        retagging.locked(_rows(row, by).values_list("referral", flat=True))
        # Read again, now that nobody restricts or changes one of them meanwhile.
        found = _plan(row, list(_rows(row, by).select_related("referral")))
        retagging.write(found.back, act=ACTS[row.kind], by=by, at=at)
        _take_away_what_it_made(found)
        TaggingChange.objects.filter(pk__in=[change.pk for change in found.kept]).update(undone=True)
        row.undone_at, row.undone_by = at, by
        row.save(update_fields=["undone_at", "undone_by"])
        if row.kind == TaggingKind.MERGED:
            _part(row, by=by, at=at)
    return found


def _rows(tagging: Tagging, user):
    rows = tagging.changes.filter(undone=False)
    if tagging.kind == TaggingKind.MERGED:
        return rows
    return rows.filter(referral__in=Referral.objects.visible_to(user))


def _plan(tagging: Tagging, kept: list[TaggingChange]) -> Undoing:
    by_referral = {change.referral_id: change for change in kept}
    later = _touched_since(tagging, by_referral)
    other = set(Theme.objects.filter(needs_text=True).values_list("pk", flat=True))
    stands = _stands_for(tagging, kept)
    into = tagging.adds.get().pk if tagging.kind == TaggingKind.MERGED else None
    complete: dict = {}

    def wanted(row: Tagged) -> Wanted:
        change, touched = by_referral[row.referral.pk], later[row.referral.pk]
        if into and into not in row.themes:
            return Wanted()  # somebody took the theme away since that stood for the merged one
        remove = {pk for pk in change.added if pk in row.themes and pk not in touched}
        add = {stands[pk] for pk in change.removed if pk in stands and pk not in row.themes and pk not in touched}
        text = None
        if change.other_before != change.other_after:
            if row.other == change.other_after and add & other:
                text = change.other_before
            else:
                add -= other  # somebody has written another text of Other since
        elif add & other and row.other != change.other_before:
            add -= other
        complete[row.referral.pk] = len(remove) == len(change.added) and len(add) == len(change.removed)
        return Wanted(add, remove, text)

    rows = retagging.tagged(change.referral for change in kept)
    back = retagging.changes(rows, wanted)
    done = {change.referral.pk for change in back}
    return Undoing(
        back=back,
        partly=[change.referral for change in back if not complete[change.referral.pk]],
        alone=[row.referral for row in rows if row.referral.pk not in done],
        kept=[by_referral[pk] for pk in done],
    )


def _touched_since(tagging: Tagging, by_referral: dict) -> dict:
    """Which themes of these referrals a later tagging, which stands, has added or taken away."""
    touched: dict = defaultdict(set)
    if not by_referral:
        return touched
    first = min(change.pk for change in by_referral.values())
    rows = TaggingChange.objects.filter(~Q(tagging=tagging), referral__in=by_referral, pk__gt=first, undone=False)
    for referral, added, removed in rows.values_list("referral", "added", "removed"):
        touched[referral].update(added, removed)
    return touched


def _stands_for(tagging: Tagging, kept: list[TaggingChange]) -> dict[int, int]:
    """For each theme that was taken away, the one that stands for it today; a merge brings its own theme back."""
    ids = {pk for change in kept for pk in change.removed}
    if tagging.kind == TaggingKind.MERGED:
        return {pk: pk for pk in ids}
    ends = themes.ends()
    return {pk: ends[pk] for pk in ids if pk in ends}


def _take_away_what_it_made(found: Undoing) -> None:
    """An entry that the tagging made, and in which nothing else stands, goes: the data entry form was never begun."""
    made = {change.referral_id for change in found.kept if change.made_entry}
    TrackerEntry.objects.filter(
        referral__in=made, themes=None, completed_at=None, import_key=None, primary_concern="", detail="",
        other_theme="", how_long_known="", previous_referrals="", feedback="",
    ).delete()  # fmt: skip


def _part(tagging: Tagging, *, by, at: datetime) -> None:
    """The merged theme stands for itself again."""
    into, gone = tagging.adds.get(), tagging.removes.get()
    gone.merged_into, gone.active = None, bool(tagging.about.get("was_active"))
    gone.version += 1
    gone.save()
    audit.record("theme.merge-undone", by=by, subject=gone, label=gone.name, detail={"with": into.name}, at=at)
    audit.record("theme.merge-undone", by=by, subject=into, label=into.name, detail={"with": gone.name}, at=at)
