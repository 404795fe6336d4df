"""Merging one theme into another: every referral that has the one gets the other, and the one is switched off."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from consultations.models import Referral
from core import audit
from core.workflow import ActRefused, EditConflict

from ..choices import TaggingKind
from ..models import Tagging, Theme, TrackerEntry
from . import retagging, themes
from .retagging import Tagged, Wanted


@dataclass(frozen=True)
class Plan:
    """What a merge would do to the referrals that its reader may see: how many get the other theme, or have both."""

    gone: Theme
    into: Theme
    get_it: int
    have_both: int

    @property
    def mark(self) -> str:
        """Stands for the two themes as the preview showed them."""
        return f"{self.gone.pk}.{self.gone.version}-{self.into.pk}.{self.into.version}"


def plan(gone: Theme, into: Theme, user) -> Plan:
    """The preview of a merge, in two queries. Referrals that `user` may not see are not counted."""
    seen = TrackerEntry.objects.filter(referral__in=Referral.objects.visible_to(user).sent(), themes=gone)
    both = seen.filter(pk__in=TrackerEntry.objects.filter(themes=into).values("pk")).count()
    return Plan(gone, into, seen.count() - both, both)


def refusal(gone: Theme, into: Theme | None = None) -> str:
    """Why this theme cannot be merged, or not into that one, in words; "" where it can."""
    if gone.needs_text:
        return f"“{gone.name}” stays: its texts say what the other themes are."
    if gone.merged_into_id:
        return f"“{gone.name}” has been merged into another theme already."
    if into is None:
        return ""
    if into.pk == gone.pk:
        return "A theme cannot be merged into itself."
    if into.needs_text:
        return f"Nothing can be merged into “{into.name}”, which needs a text for each referral."
    if not into.active:
        return f"“{into.name}” is switched off. Switch it on first, or choose another one."
    return ""


def merge(gone: Theme, into: Theme, *, mark: str, by, at: datetime | None = None) -> Tagging:
    """Merge `gone` into `into`, in every referral: the list of themes is one for all (ADR 18).

    The theme that goes stays, switched off, and leads to the other one. Raises EditConflict where one of the two was
    changed since the preview (`mark`), ActRefused where they cannot be merged.
    """
    at = at or timezone.now()
    with transaction.atomic():
        themes.one_at_a_time()
        rows = Theme.objects.in_bulk([gone.pk, into.pk])
        gone, into = rows[gone.pk], rows[into.pk]
        if gone.merged_into_id == into.pk:
            twice = Tagging.objects.filter(kind=TaggingKind.MERGED, removes=gone, undone_at=None, made_by=by).first()
            if twice:
                return twice  # the same form sent twice
        if refused := refusal(gone, into):
            raise ActRefused(refused)
        if Plan(gone, into, 0, 0).mark != mark:
            raise EditConflict("One of these two themes has been changed since you looked at the preview.", gone)
        referrals = retagging.locked(TrackerEntry.objects.filter(themes=gone).values_list("referral", flat=True))

        def wanted(row: Tagged) -> Wanted | None:
            return Wanted({into.pk}, {gone.pk}) if gone.pk in row.themes else None

        found = retagging.changes(retagging.tagged(referrals), wanted)
        about = {"was_active": gone.active}
        done = Tagging.objects.create(kind=TaggingKind.MERGED, made_at=at, made_by=by, applied_at=at, about=about)
        done.adds.set([into])
        done.removes.set([gone])
        gone.merged_into, gone.active = into, False
        gone.version += 1
        gone.save()
        retagging.write(found, act="data-entry.theme-merged", by=by, at=at)
        retagging.keep(done, found)
        audit.record("theme.merged", by=by, subject=gone, label=gone.name, detail={"into": into.name}, at=at)
        audit.record("theme.took-in", by=by, subject=into, label=into.name, detail={"with": gone.name}, at=at)
    return done


def merge_of(theme: Theme) -> Tagging | None:
    """The merge by which a theme went, while it stands; None for one that stands for itself."""
    if not theme.merged_into_id:
        return None
    return Tagging.objects.filter(kind=TaggingKind.MERGED, removes=theme, undone_at=None).order_by("-made_at").first()
