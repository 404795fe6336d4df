"""What referrals name in words, kept up from the records: read again, never typed. Running it twice changes nothing."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from consultations.choices import ReferralState
from consultations.models import Referral
from core import audit
from core.batches import batched

from ..choices import OPEN, NamedAs
from ..mention_sources import SOURCES
from ..models import Context, ContextMention, ContextName
from ..place_names import Known, parts_of, place_key

BATCH = 500
# Of referrals that a reader may not see only so many or more are told, as a number: fewer would tell of a single one.
FEW = 3


def known_names() -> Known:
    """Every name of every context; of two contexts of one name the open one counts.

    A name of two open ones means neither: a person is asked which (`say`).
    """
    rows = ContextName.objects.filter(context__merged_into=None).select_related("context")
    ordered = sorted(rows, key=lambda row: (row.context.state not in OPEN, row.context.created_at))
    bearers: dict[str, set] = {}
    for row in ordered:
        if row.context.state in OPEN:
            bearers.setdefault(place_key(row.name), set()).add(row.context_id)
    shared = {key for key, contexts in bearers.items() if len(contexts) > 1}
    return Known((row.name, None if place_key(row.name) in shared else row.context_id) for row in ordered)


def read_again(referrals: Iterable[UUID], known: Known | None = None) -> int:
    """Read what these referrals name, as it stands now; gives how many mentions came, changed or went."""
    known = known or known_names()
    changed = 0
    for ids in batched(referrals, BATCH):
        changed += _read(ids, known)
    return changed


def _read(ids: list[UUID], known: Known) -> int:
    days = dict(
        Referral.objects.filter(pk__in=ids, received_on__isnull=False)
        .exclude(state=ReferralState.DRAFT)
        .values_list("pk", "received_on")
    )
    wanted: dict[tuple, ContextMention] = {}
    for source, read in SOURCES:
        for referral, text in _each_name(read(ids), known):
            key = place_key(text)
            if key and referral in days:
                found = known.find(key)
                context = found[0] if found else None
                how = (NamedAs.EXACT if found[1] else NamedAs.VARIANT) if context else ""
                wanted.setdefault(
                    (referral, source, key),
                    ContextMention(
                        referral_id=referral, source=source, key=key, text=text.strip()[:500], context_id=context,
                        how=how, received_on=days[referral],
                    ),
                )  # fmt: skip
    with transaction.atomic():
        there = {
            (row.referral_id, row.source, row.key): row
            for row in ContextMention.objects.select_for_update().filter(referral__in=ids)
        }
        gone = [row.pk for at, row in there.items() if at not in wanted]
        new = [row for at, row in wanted.items() if at not in there]
        for at, row in there.items():
            if row.said_at and at in wanted:  # what a person said stands
                wanted[at].context_id, wanted[at].how = row.context_id, row.how
        fields = ("context_id", "how", "received_on", "text")
        moved = []
        for at, row in there.items():
            if at in wanted and any(getattr(row, name) != getattr(wanted[at], name) for name in fields):
                for name in fields:
                    setattr(row, name, getattr(wanted[at], name))
                moved.append(row)
        ContextMention.objects.filter(pk__in=gone).delete()
        ContextMention.objects.bulk_create(new, ignore_conflicts=True)
        ContextMention.objects.bulk_update(moved, ["context", "how", "received_on", "text"])
    return len(gone) + len(new) + len(moved)


def _each_name(read: Iterable[tuple[UUID, str]], known: Known) -> Iterable[tuple[UUID, str]]:
    """(referral, name) for each name that a text gives."""
    for referral, text in read:
        for part in parts_of(text, known):
            yield referral, part


def adopt(context: Context) -> int:
    """A context has come, or has another name: what was named and not known is looked at again."""
    known = Known((row.name, context.pk) for row in context.names.all())
    loose = ContextMention.objects.filter(context=None, said_at=None)
    meant = {
        key: found for key in loose.order_by().values_list("key", flat=True).distinct() if (found := known.find(key))
    }
    if meant:  # what another open context is called too is nobody's until a person says
        every = known_names()
        meant = {key: found for key, found in meant.items() if (there := every.find(key)) and there[0]}
    # A text that gives several names is read again as several; the rest is put right in place.
    rows = loose.filter(key__in=meant).values_list("referral", "text")
    read_again({referral for referral, text in rows if len(parts_of(text, known)) > 1})
    for key, (pk, exact) in meant.items():
        loose.filter(key=key).update(context=pk, how=NamedAs.EXACT if exact else NamedAs.VARIANT)
    return len(meant)


def say(mention: ContextMention, context: Context | None, *, by, at: datetime | None = None) -> ContextMention:
    """A person says which context a referral means there, or that it means none. Reading again does not change it."""
    at = at or timezone.now()
    with transaction.atomic():
        current = ContextMention.objects.select_for_update(of=("self",)).get(pk=mention.pk)
        if current.said_at and current.context_id == (context.pk if context else None):
            return current  # the same form sent twice, or two people of one mind
        current.context, current.how = context, NamedAs.SAID if context else ""
        current.said_by, current.said_at = by, at
        current.save()
        _record(current, "mention.said", by=by, at=at)
    return current


def let_rules_say(mention: ContextMention, *, by, at: datetime | None = None) -> None:
    """Take back what a person said of it: the rules find what is meant."""
    with transaction.atomic():
        current = ContextMention.objects.select_for_update(of=("self",)).get(pk=mention.pk)
        if current.said_at is None:
            return
        current.said_by = current.said_at = None
        current.save()
        _record(current, "mention.taken-back", by=by, at=at or timezone.now())
        read_again([current.referral_id])


def _record(mention: ContextMention, act: str, *, by, at: datetime) -> None:
    detail = {"context": str(mention.context_id) if mention.context_id else ""}
    audit.record(act, by=by, subject=mention, label=mention.referral.reference, detail=detail, at=at)


def told(seen: int, hidden: int) -> int:
    """How many referrals are told of: all that the reader sees, and the hidden ones where they are not a few."""
    return seen + (hidden if hidden >= FEW else 0)


def number_told(mentions: QuerySet, user) -> int:
    """How many referrals give these mentions, as far as `user` may be told (ADR 32); one query."""
    visible = Q(referral__in=Referral.objects.visible_to(user).values("pk"))
    numbers = mentions.order_by().aggregate(
        seen=Count("referral", distinct=True, filter=visible), every=Count("referral", distinct=True)
    )
    return told(numbers["seen"], numbers["every"] - numbers["seen"])
