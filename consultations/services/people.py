"""Young people who may stand here twice: finding them, merging two records into one, taking that back.

A merge moves referrals and changes nothing in them: each keeps what was given with it (ADR 8).
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import combinations
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Window
from django.db.models.functions import Upper
from django.utils import timezone

from core import audit, drafts
from core.workflow import ActRefused, EditConflict

from ..models import NotDuplicate, Referral, YoungPerson, YoungPersonMerge
from ..models.people import name_key
from .referrals import SENT_TWICE

SAME_NUMBER, SAME_NAME = "case-number", "name"
KINDS = {
    SAME_NUMBER: ("Same case number, written differently", ("case_key",)),
    SAME_NAME: ("Same name and date of birth", ("name_key", "date_of_birth")),
}
# What the kept record may take over from the other one. Its case number stays its own.
FIELDS = ("name", "date_of_birth")


@dataclass(frozen=True)
class Pair:
    """Two young people who may be one; `first` has the smaller id. `why` names the kinds that found them."""

    first: UUID
    second: UUID
    why: tuple[str, ...]
    newest: datetime


@dataclass(frozen=True)
class Plan:
    """What a merge would do: the record that is kept with its values, the one that goes, the referrals that move.

    `mark` stands for the state that it was drawn from; a merge that was planned from another one is refused.
    """

    kept: YoungPerson
    gone: YoungPerson
    values: dict[str, object]
    moving: list[Referral]
    staying: list[Referral]
    mark: str = ""
    filled: dict[str, list] = field(default_factory=dict)


def possible(user, *, kinds: Iterable[str] = tuple(KINDS)) -> list[Pair]:
    """The pairs that may be one young person, the newest first, each once: two or three queries however many.

    Only young people all of whose referrals `user` may see: a pair with a restricted referral in it says nothing of
    itself. Without those that were found to be two, and without what was merged away.
    """
    looked_at = set(NotDuplicate.objects.values_list("first", "second"))
    found: dict[tuple[UUID, UUID], list[str]] = defaultdict(list)
    made: dict[UUID, datetime] = {}
    for kind in kinds:
        keys = KINDS[kind][1]
        people = YoungPerson.objects.whole_to(user).exclude(**{keys[0]: ""})
        if kind == SAME_NAME:
            people = people.filter(date_of_birth__isnull=False)
        groups = defaultdict(list)
        alike = people.annotate(alike=Window(Count("pk"), partition_by=list(keys))).filter(alike__gt=1)
        for pk, created_at, *key in alike.values_list("pk", "created_at", *keys):
            groups[tuple(key)].append(pk)
            made[pk] = created_at
        for group in groups.values():
            for pair in combinations(sorted(group), 2):
                found[pair].append(kind)
    pairs = [
        Pair(*pair, why=tuple(why), newest=max(made[one] for one in pair))
        for pair, why in found.items()
        if pair not in looked_at
    ]
    return sorted(pairs, key=lambda pair: (pair.newest, pair.first, pair.second), reverse=True)


def mismatch(referral: Referral) -> list[str]:
    """What of a sent referral differs from the record of the young person whose case number it gives, in words.

    The words hold no value of the record: it may come from a referral that the reader may not see. A name differs
    where it is another one, not where it is spelt with other accents, marks or order.
    """
    person = referral.young_person
    if person is None:
        return []
    found = []
    if referral.name and person.name and name_key(referral.name) != name_key(person.name):
        found.append("The name given is not the name on record for this case number.")
    if referral.date_of_birth and person.date_of_birth and referral.date_of_birth != person.date_of_birth:
        found.append("The date of birth given is not the one on record for this case number.")
    return found


def kept_of(person: YoungPerson) -> YoungPerson:
    """The record that stands for this one: itself, or the one it was merged into, however often."""
    while person.merged_into_id:
        person = YoungPerson.objects.get(pk=person.merged_into_id)
    return person


def standing_for(pk: UUID) -> YoungPerson | None:
    """The record that stands for the one that was merged away; None where there is none, or it was not merged."""
    row = YoungPerson.objects.filter(pk=pk, merged_into__isnull=False).first()
    return kept_of(row) if row else None


def plan(first: YoungPerson, second: YoungPerson, *, keep: YoungPerson, choices: dict[str, YoungPerson]) -> Plan:
    """What merging these two would do; `choices` says for a field in FIELDS whose value stays (else the kept one's)."""
    kept, gone = (first, second) if keep.pk == first.pk else (second, first)
    values = {name: getattr(choices.get(name, kept), name) for name in FIELDS}
    rows = Referral.objects.filter(young_person__in=[kept, gone]).order_by("received_on", "reference")
    referrals = list(rows)
    filled = {
        name: [_plain(getattr(kept, name)), _plain(value)]
        for name, value in values.items()
        if getattr(kept, name) != value
    }
    return Plan(
        kept=kept,
        gone=gone,
        values=values,
        moving=[referral for referral in referrals if referral.young_person_id == gone.pk],
        staying=[referral for referral in referrals if referral.young_person_id == kept.pk],
        mark=_mark(kept, gone, referrals),
        filled=filled,
    )


def merge(
    first: YoungPerson,
    second: YoungPerson,
    *,
    keep: YoungPerson,
    choices: dict[str, YoungPerson],
    mark: str,
    reason: str,
    by,
    at: datetime | None = None,
) -> YoungPersonMerge:
    """Make one young person of two: every referral of the one follows to the other, whose record stays.

    The row that goes stays with `merged_into`, so that its case number leads to the kept one. Raises EditConflict
    where anything of what the preview showed (`mark`) has changed, ActRefused where one of them was merged away
    already or has a referral that `by` may not see.
    """
    at = at or timezone.now()
    with transaction.atomic():
        one_at_a_time()
        gone_pk = second.pk if keep.pk == first.pk else first.pk
        twice = YoungPersonMerge.objects.filter(kept=keep.pk, gone=gone_pk, undone_at=None).first()
        if twice and twice.by_id == by.pk and abs(twice.at - at) < SENT_TWICE:
            return twice
        rows = _locked([gone_pk, keep.pk])
        for row in rows.values():
            if row.merged_into_id:
                raise ActRefused("One of these two records has been merged into another one already.")
        # Locked before it is asked who may see them: nobody restricts one of them meanwhile.
        list(Referral.objects.select_for_update(of=("self",)).filter(young_person__in=rows).order_by("pk"))
        if YoungPerson.objects.whole_to(by).filter(pk__in=rows).count() != 2:
            raise ActRefused("One of these two records has a referral that you may not see, so they cannot be merged.")
        locked_choices = {name: rows[person.pk] for name, person in choices.items()}
        planned = plan(rows[first.pk], rows[second.pk], keep=rows[keep.pk], choices=locked_choices)
        if planned.mark != mark:
            raise EditConflict("Something about these two records has changed since you looked at the preview.")
        kept, gone = planned.kept, planned.gone
        for name, value in planned.values.items():
            setattr(kept, name, value)
        kept.save()
        gone.merged_into = kept
        gone.save()
        Referral.objects.filter(young_person=gone).update(young_person=kept)
        done = YoungPersonMerge.objects.create(
            kept=kept,
            gone=gone,
            by=by,
            at=at,
            reason=reason,
            referrals=[str(referral.pk) for referral in planned.moving],
            filled=planned.filled,
        )
        detail = {
            "reason": reason,
            "merged": str(gone.pk),
            "referrals": [referral.reference for referral in planned.moving],
            "changed": planned.filled,
        }
        audit.record("young-person.merged", by=by, subject=kept, detail=detail, at=at)
        _note_in(planned.moving, "referral.young-person-merged", reason=reason, by=by, at=at)
        drafts.drop(merge_key(first, second), by)
    return done


def merge_key(first: YoungPerson, second: YoungPerson) -> str:
    """The key under which the reason is kept while it is typed; the same whichever of the two stays."""
    low, high = sorted([str(first.pk), str(second.pk)])
    return f"merge:{low}:{high}"


def separate(first: YoungPerson, second: YoungPerson, *, reason: str, by, at: datetime | None = None) -> NotDuplicate:
    """These are two young people: they are not offered as a pair any more. Saying it again changes nothing."""
    at = at or timezone.now()
    low, high = sorted([first, second], key=lambda person: person.pk)
    with transaction.atomic():
        one_at_a_time()
        if YoungPerson.objects.filter(pk__in=[low.pk, high.pk], merged_into__isnull=False).exists():
            raise ActRefused("One of these two records has been merged into another one already.")
        said, new = NotDuplicate.objects.get_or_create(
            first=low, second=high, defaults={"by": by, "at": at, "reason": reason}
        )
        if new:
            for person, other in ((low, high), (high, low)):
                detail = {"other": str(other.pk), "reason": reason}
                audit.record("young-person.not-a-duplicate", by=by, subject=person, detail=detail, at=at)
        drafts.drop(f"{merge_key(low, high)}:separate", by)
    return said


def built_on(done: YoungPersonMerge) -> str:
    """Why a merge can no longer be undone, in words; "" while nothing was built on it."""
    if done.undone_at:
        return "This merge has been undone already."
    if done.kept.merged_into_id:
        return "The record that was kept has itself been merged into another one since. Undo that merge first."
    later = YoungPersonMerge.objects.filter(kept=done.kept_id, undone_at=None, at__gt=done.at)
    if later.exists():
        return "Another record has been merged into the same one since. Undo that merge first."
    referrals = Referral.objects.filter(young_person=done.kept_id)
    if referrals.filter(pk__in=done.referrals).count() != len(done.referrals):
        return "A referral that was moved does not stand where the merge put it any more."
    numbers = [number.upper() for number in _numbers_of(done.gone)]
    newer = referrals.annotate(number=Upper("case_number")).filter(number__in=numbers).exclude(pk__in=done.referrals)
    if newer.exists():
        return "A referral has come in under the merged record’s case number since, and stands with the kept one."
    for name, (_, after) in done.filled.items():
        if _plain(getattr(done.kept, name)) != after:
            return "The name or date of birth of the kept record has been changed since."
    return ""


def undo(done: YoungPersonMerge, *, reason: str, by, at: datetime | None = None) -> YoungPersonMerge:
    """Make two of one again, as they were. Raises ActRefused with what was built on the merge meanwhile."""
    at = at or timezone.now()
    with transaction.atomic():
        one_at_a_time()
        rows = _locked([done.gone_id, done.kept_id])
        row = YoungPersonMerge.objects.select_for_update().get(pk=done.pk)
        row.kept, row.gone = rows[row.kept_id], rows[row.gone_id]
        if row.undone_at and row.undone_by_id == by.pk and abs(row.undone_at - at) < SENT_TWICE:
            return row
        moved = list(Referral.objects.select_for_update(of=("self",)).filter(young_person=row.kept_id).order_by("pk"))
        if refused := built_on(row):
            raise ActRefused(refused)
        if not YoungPerson.objects.whole_to(by).filter(pk=row.kept_id).exists():
            raise ActRefused("The kept record has a referral that you may not see, so the merge cannot be undone.")
        moved = [referral for referral in moved if str(referral.pk) in row.referrals]
        for name, (before, _) in row.filled.items():
            field_of = YoungPerson._meta.get_field(name)
            setattr(row.kept, name, field_of.to_python(before))
        row.kept.save()
        row.gone.merged_into = None
        row.gone.save()
        Referral.objects.filter(pk__in=[referral.pk for referral in moved]).update(young_person=row.gone)
        row.undone_at, row.undone_by = at, by
        row.save()
        detail = {
            "reason": reason,
            "merged": str(row.gone_id),
            "referrals": [referral.reference for referral in moved],
            "changed": {name: [after, before] for name, (before, after) in row.filled.items()},
        }
        audit.record("young-person.merge-undone", by=by, subject=row.kept, detail=detail, at=at)
        _note_in(moved, "referral.young-person-merge-undone", reason=reason, by=by, at=at)
        drafts.drop(f"merge:{row.pk}:undo", by)
    return row


def one_at_a_time() -> None:
    """Merges wait for each other until their transaction ends.

    Then the rows can be locked in the one order that sending a referral follows too, from the record that goes to the
    one that stays, also where two managers merge the same two in opposite directions at once.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('consultations.people'))")


def _locked(pks: list[UUID]) -> dict[UUID, YoungPerson]:
    """The rows, locked one after the other in the order of `pks`."""
    return {pk: YoungPerson.objects.select_for_update().get(pk=pk) for pk in pks}


def _numbers_of(person: YoungPerson) -> list[str]:
    """The case numbers that lead to this record: its own, and those of all that were merged into it."""
    numbers, level = [person.case_number], [person.pk]
    while level:
        merged = list(YoungPerson.objects.filter(merged_into__in=level).values_list("pk", "case_number"))
        level = [pk for pk, _ in merged]
        numbers += [number for _, number in merged]
    return numbers


def _note_in(referrals: list[Referral], act: str, *, reason: str, by, at: datetime) -> None:
    for referral in referrals:
        audit.record(act, by=by, subject=referral, label=referral.reference, detail={"reason": reason}, at=at)


def _mark(kept: YoungPerson, gone: YoungPerson, referrals: list[Referral]) -> str:
    parts = [f"{person.pk} {person.case_number} {person.name} {person.date_of_birth}" for person in (kept, gone)]
    parts += sorted(f"{referral.pk} {referral.young_person_id}" for referral in referrals)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _plain(value) -> str | None:
    return value.isoformat() if isinstance(value, date) else value
