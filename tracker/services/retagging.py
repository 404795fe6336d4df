"""Changing the themes of many referrals at once: what would change, and changing it. Used by merges and taggings.

A fixed number of queries, however many referrals there are.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import F

from consultations.models import Referral
from core import audit

from ..models import Tagging, TaggingChange, Theme, TrackerEntry

_TAGS = TrackerEntry.themes.through


@dataclass
class Tagged:
    """One referral as it is tagged now: its entry (None without one), the ids of its themes, the text of Other."""

    referral: Referral
    entry: TrackerEntry | None
    themes: set[int]
    other: str = ""


@dataclass
class Wanted:
    """What is wanted of one referral: themes (ids) added and taken away, and the text of Other (None leaves it)."""

    add: set[int] = field(default_factory=set)
    remove: set[int] = field(default_factory=set)
    other: str | None = None


@dataclass
class Change:
    """What really changes in one referral: what it has already is not added, what it has not is not taken away."""

    tagged: Tagged
    added: set[int]
    removed: set[int]
    other_before: str
    other_after: str
    made_entry: bool = False

    @property
    def referral(self) -> Referral:
        return self.tagged.referral

    @property
    def themes_after(self) -> set[int]:
        return (self.tagged.themes - self.removed) | self.added


def locked(ids: Iterable[UUID]) -> list[Referral]:
    """These referrals as they stand now, locked in the one order that everybody follows, until the transaction ends."""
    rows = Referral.objects.select_for_update(of=("self",)).filter(pk__in=list(ids)).order_by("pk")
    return list(rows)


def tagged(referrals: Iterable[Referral]) -> list[Tagged]:
    """How these referrals are tagged now, in two queries."""
    referrals = list(referrals)
    entries = {entry.referral_id: entry for entry in TrackerEntry.objects.filter(referral__in=referrals)}
    themes: dict[int, set[int]] = defaultdict(set)
    tags = _TAGS.objects.filter(trackerentry__in=[entry.pk for entry in entries.values()])
    for entry, theme in tags.values_list("trackerentry", "theme"):
        themes[entry].add(theme)
    found = []
    for referral in referrals:
        entry = entries.get(referral.pk)
        if entry is None:
            found.append(Tagged(referral, None, set()))
        else:
            found.append(Tagged(referral, entry, themes[entry.pk], entry.other_theme))
    return found


def changes(rows: Iterable[Tagged], wanted: Callable[[Tagged], Wanted | None]) -> list[Change]:
    """What would change in `rows`; those in which nothing would are left out."""
    found = []
    for row in rows:
        want = wanted(row)
        if want is None:
            continue
        added, removed = want.add - row.themes, (want.remove - want.add) & row.themes
        after = row.other if want.other is None else want.other
        if added or removed or after != row.other:
            found.append(Change(row, added, removed, row.other, after, made_entry=row.entry is None))
    return found


def write(found: list[Change], *, act: str, by, at: datetime) -> None:
    """Make these changes, whose referrals are locked: each entry gets its next version, each referral its audit event.

    A referral without an entry gets one, which is not completed.
    """
    new = [
        TrackerEntry(referral=change.referral, other_theme=change.other_after)
        for change in found
        if not change.tagged.entry
    ]
    made = {entry.referral_id: entry for entry in TrackerEntry.objects.bulk_create(new)}
    there = [change.tagged.entry for change in found if change.tagged.entry]
    TrackerEntry.objects.filter(pk__in=[entry.pk for entry in there]).update(version=F("version") + 1)
    worded = []
    add, remove = [], defaultdict(list)
    for change in found:
        entry = change.tagged.entry or made[change.referral.pk]
        if change.tagged.entry and change.other_after != change.other_before:
            entry.other_theme = change.other_after
            worded.append(entry)
        add += [_TAGS(trackerentry_id=entry.pk, theme_id=theme) for theme in change.added]
        for theme in change.removed:
            remove[theme].append(entry.pk)
    TrackerEntry.objects.bulk_update(worded, ["other_theme"], batch_size=500)
    _TAGS.objects.bulk_create(add, batch_size=5000)
    for theme, entries in remove.items():
        _TAGS.objects.filter(theme=theme, trackerentry__in=entries).delete()
    names = dict(Theme.objects.values_list("pk", "name"))
    audit.record_many(
        act, [(change.referral, change.referral.reference, _detail(change, names)) for change in found], by=by, at=at
    )


def keep(tagging: Tagging, found: list[Change]) -> None:
    """Keep what a tagging changed, so that it can be taken back."""
    TaggingChange.objects.bulk_create(
        TaggingChange(
            tagging=tagging,
            referral=change.referral,
            added=sorted(change.added),
            removed=sorted(change.removed),
            other_before=change.other_before,
            other_after=change.other_after,
            made_entry=change.made_entry,
        )
        for change in found
    )


def _detail(change: Change, names: dict[int, str]) -> dict[str, list]:
    before = {"themes": sorted(names[pk] for pk in change.tagged.themes), "other_theme": change.other_before}
    after = {"themes": sorted(names[pk] for pk in change.themes_after), "other_theme": change.other_after}
    return audit.changes(before, after)
