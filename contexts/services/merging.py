"""Merging one context into another: what stands with the one moves to the other, and can be moved back.

What moves is not listed here: it is every row with a foreign key to the context, of models that came later too. What
cannot stand there twice refuses the merge, unless it is of a kind that may stay behind (`_MAY_STAY`).
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from core import drafts
from core.models import FormDraft
from core.workflow import ActRefused, EditConflict

from ..choices import OPEN, ContextState
from ..models import (
    Assessment,
    Context,
    ContextMember,
    ContextMention,
    ContextMerge,
    ContextName,
    LinkedPerson,
    PeerTie,
    PlanAction,
)
from . import mentions, steps

SENT_TWICE = timedelta(seconds=30)
# What leads from one context to another stays as it is.
_OF_MERGES = (Context, ContextMerge)
# Of these the one that the kept context has already says all: the other one stays behind.
_MAY_STAY = (ContextName, ContextMember)
_LINKED_TWICE = "Linked to the context that this one was merged into, too."
# How the rows are called in a preview, where the model's own name does not say it.
_CALLED = {
    "ContextName": "names",
    "ContextMember": "people who work on it",
    "ContextReferral": "referrals",
    "ContextDecision": "decisions",
    "ContextMessage": "questions and answers",
    "ContextMention": "referrals that name it",
    "PatternDecision": "decisions about names",
    "LinkedPerson": "linked young people",
    "PeerTie": "ties between young people",
    "PlanGoal": "goals of the plan",
    "PlanAction": "actions of the plan",
    "PanelItem": "items of panels",
}


@dataclass(frozen=True)
class Relation:
    """One way in which rows belong to a context: the model and its field."""

    model: type[models.Model]
    name: str

    @property
    def key(self) -> str:
        return f"{self.model._meta.label}.{self.name}"

    @property
    def words(self) -> str:
        """What its rows are called."""
        return _CALLED.get(self.model.__name__, str(self.model._meta.verbose_name_plural))

    def rows(self, context: Context) -> QuerySet:
        """The rows of this context."""
        return self.model._base_manager.filter(**{self.name: context.pk})


@dataclass(frozen=True)
class Plan:
    """What a merge would do: (what, how many) moves; `stays`, what is there twice; `refusal`, why it cannot be done."""

    kept: Context
    gone: Context
    moves: list[tuple[str, int]]
    stays: list[tuple[str, int]]
    ends: int
    refusal: str
    mark: str
    ids: dict[str, list] = field(default_factory=dict, repr=False)
    ended: list = field(default_factory=list, repr=False)


def relations() -> Iterator[Relation]:
    """Every foreign key to a context, but those of merges; of many-to-many tables too."""
    for relation in Context._meta.get_fields(include_hidden=True):
        foreign = relation.auto_created and not relation.concrete and not relation.many_to_many
        if foreign and relation.related_model not in _OF_MERGES:
            yield Relation(relation.related_model, relation.field.name)


def refusal(gone: Context, kept: Context) -> str:
    """Why the one cannot be merged into the other, in words; "" where it can, as far as the two themselves say."""
    if gone.pk == kept.pk:
        return "A context cannot be merged into itself."
    if gone.merged_into_id or kept.merged_into_id:
        return "One of these two contexts has been merged into another one already."
    if gone.kind != kept.kind:
        return "These two are of different kinds. A school is not merged into a peer group, nor the other way round."
    if ContextState.CONFERENCE in (gone.state, kept.state) and gone.state != kept.state:
        return "A conference is arranged about one of the two. Record it or call it off before you merge them."
    if gone.state in OPEN and kept.state not in OPEN:
        return "The context that would stay is closed, and the other one is open. Keep the one that is open."
    under_way = Assessment.objects.filter(context__in=[gone, kept], finished_at=None)
    if under_way.values("context").distinct().count() == 2:
        return "Both have an assessment under way. Finish one of the two assessments first."
    return ""


def plan(gone: Context, kept: Context) -> Plan:
    """What merging `gone` into `kept` would do."""
    moves, stays, ids, ended = [], [], {}, []
    why = refusal(gone, kept)
    for relation in relations():
        there = list(relation.rows(gone).order_by("pk").values_list("pk", flat=True))
        if not there:
            continue
        twice = _twice(relation, gone, kept)
        if twice and relation.model is LinkedPerson:
            ended = sorted(twice)
            why = why or _used(ended)
            twice = set()
        if twice and not issubclass(relation.model, _MAY_STAY):
            why = why or f"Both have {relation.words} that cannot stand with one context. Change one of them first."
        moving = [pk for pk in there if pk not in twice]
        if moving:
            moves.append((relation.words, len(moving)))
            ids[relation.key] = moving
        if twice:
            stays.append((relation.words, len(twice)))
    return Plan(kept, gone, moves, stays, len(ended), why, _mark(gone, kept), ids, ended)


def merge(gone: Context, kept: Context, *, mark: str, reason: str, by, at: datetime | None = None) -> ContextMerge:
    """Make one context of two: all that stands with `gone` goes to `kept`, and its address leads there.

    Raises EditConflict where anything changed since the preview that showed `mark`, ActRefused where the two cannot be
    one.
    """
    at = at or timezone.now()
    with transaction.atomic():
        _one_at_a_time()
        twice = ContextMerge.objects.filter(kept=kept.pk, gone=gone.pk, undone_at=None).first()
        if twice and twice.by_id == by.pk and abs(twice.at - at) < SENT_TWICE:
            return twice
        gone, kept = _locked(gone, kept)
        planned = plan(gone, kept)
        if planned.refusal:
            raise ActRefused(planned.refusal)
        if planned.mark != mark:
            raise EditConflict("Something about these two contexts has changed since you looked at the preview.")
        because = {"ended_at": at, "ended_by": by, "ended_because": _LINKED_TWICE}
        LinkedPerson.objects.filter(pk__in=planned.ended).update(**because)
        for relation in relations():
            if moving := planned.ids.get(relation.key):
                relation.model._base_manager.filter(pk__in=moving).update(**{relation.name: kept.pk})
        moved = {key: [str(pk) for pk in pks] for key, pks in planned.ids.items()}
        moved["ended"] = [str(pk) for pk in planned.ended]
        moved["drafts"] = _move_drafts(gone, kept)
        gone.merged_into = kept
        for row in (gone, kept):
            row.version += 1
            row.save()
        mentions.adopt(kept)  # a name that both had meant neither until now
        done = ContextMerge.objects.create(
            kept=kept, gone=gone, reason=reason, by=by, at=at, moved=moved, mark=_state(kept)
        )
        steps.record(gone, "context.merged", by=by, at=at, into=kept.reference, reason=reason)
        steps.record(kept, "context.took-in", by=by, at=at, other=gone.reference, reason=reason)
        drafts.drop(merge_key(gone, kept), by)
    return done


def merge_key(gone: Context, kept: Context) -> str:
    """The key under which the reason is kept while it is typed."""
    return f"context-merge:{gone.pk}:{kept.pk}"


def built_on(done: ContextMerge) -> str:
    """Why a merge can no longer be undone, in words; "" while nothing was built on it."""
    if done.undone_at:
        return "This merge has been undone already."
    if done.kept.merged_into_id:
        return "The context that was kept has itself been merged into another one since. Undo that merge first."
    if ContextMerge.objects.filter(kept=done.kept_id, undone_at=None, at__gt=done.at).exists():
        return "Another context has been merged into the same one since. Undo that merge first."
    if _state(done.kept) != done.mark:
        return "Something was added to the context or changed since, so it can no longer be parted."
    return ""


def undo(done: ContextMerge, *, reason: str, by, at: datetime | None = None) -> ContextMerge:
    """Make two contexts of one again, as they were. Raises ActRefused with what was built on the merge meanwhile."""
    at = at or timezone.now()
    with transaction.atomic():
        _one_at_a_time()
        row = ContextMerge.objects.select_for_update(of=("self",)).get(pk=done.pk)
        row.gone, row.kept = _locked(row.gone, row.kept)
        if row.undone_at and row.undone_by_id == by.pk and abs(row.undone_at - at) < SENT_TWICE:
            return row
        if refused := built_on(row):
            raise ActRefused(refused)
        for key, pks in row.moved.items():
            if key in ("ended", "drafts"):
                continue
            label, _, name = key.rpartition(".")
            rows = apps.get_model(label)._base_manager.filter(pk__in=pks, **{name: row.kept_id})
            rows.update(**{name: row.gone_id})
        ended = LinkedPerson.objects.filter(pk__in=row.moved["ended"], ended_because=_LINKED_TWICE)
        ended.update(ended_at=None, ended_by=None, ended_because="")
        _move_drafts(row.kept, row.gone, only=row.moved["drafts"])
        named = list(ContextMention.objects.filter(context__in=[row.gone, row.kept]).values_list("referral", flat=True))
        row.gone.merged_into = None
        for context in (row.gone, row.kept):
            context.version += 1
            context.save()
        mentions.read_again(set(named))  # which of the two each of them names
        row.undone_at, row.undone_by = at, by
        row.save(update_fields=["undone_at", "undone_by"])
        for context in (row.gone, row.kept):
            steps.record(context, "context.merge-undone", by=by, at=at, reason=reason)
        drafts.drop(f"context-merge:{row.pk}:undo", by)
    return row


def kept_of(context: Context) -> Context:
    """The context that stands for this one: itself, or the one it was merged into, however often."""
    while context.merged_into_id:
        context = Context.objects.get(pk=context.merged_into_id)
    return context


def standing_for(pk: UUID) -> Context | None:
    """The context that stands for one that was merged away; None where there is none, or it was not merged."""
    row = Context.objects.filter(pk=pk, merged_into__isnull=False).first()
    return kept_of(row) if row else None


def _twice(relation: Relation, gone: Context, kept: Context) -> set:
    """The ids of `gone`'s rows that cannot stand with `kept` beside the rows that are there."""
    found: set = set()
    for fields, condition, nulls_count in _rules(relation):
        others = [name for name in fields if name != relation.name]
        mine, theirs = (relation.rows(context).filter(condition) for context in (gone, kept))
        there = set(theirs.values_list(*others)) if others else ({()} if theirs.exists() else set())
        for pk, *values in mine.values_list("pk", *others):
            if tuple(values) in there and (nulls_count or None not in values):
                found.add(pk)
    return found


def _rules(relation: Relation) -> Iterator[tuple[list[str], Q, bool]]:
    """What of this relation stands once: (fields, where, whether two empty ones are the same)."""
    meta = relation.model._meta
    for constraint in meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and relation.name in constraint.fields:
            yield list(constraint.fields), constraint.condition or Q(), constraint.nulls_distinct is False
    for fields in meta.unique_together:
        if relation.name in fields:
            yield list(fields), Q(), False
    if meta.get_field(relation.name).unique:
        yield [relation.name], Q(), False


def _used(linked: list) -> str:
    """Why links of one young person to both contexts cannot become one of themselves; "" where they can."""
    ties = PeerTie.objects.filter(Q(first__in=linked) | Q(second__in=linked), ended_at=None)
    if ties.exists() or PlanAction.people.through.objects.filter(linkedperson__in=linked).exists():
        return (
            "A young person is linked to both, and ties or actions of the plan belong to the link that would end. "
            "End one of the two links first."
        )
    return ""


def _locked(gone: Context, kept: Context) -> tuple[Context, Context]:
    """The two rows, locked one after the other in the order of their ids."""
    rows = {pk: Context.objects.select_for_update(of=("self",)).get(pk=pk) for pk in sorted({gone.pk, kept.pk})}
    return rows[gone.pk], rows[kept.pk]


def _move_drafts(gone: Context, kept: Context, *, only: list[int] | None = None) -> list[int]:
    """What people have typed about the one and not sent is about the other now; where they have both, each stays."""
    start = steps.draft_key(gone, "")
    rows = FormDraft.objects.filter(key__startswith=start)
    if only is not None:
        rows = FormDraft.objects.filter(pk__in=only, key__startswith=start)
    moved = []
    for draft in rows:
        key = f"{steps.draft_key(kept, '')}{draft.key.removeprefix(start)}"
        if not FormDraft.objects.filter(user=draft.user_id, key=key).exists():
            FormDraft.objects.filter(pk=draft.pk).update(key=key)
            moved.append(draft.pk)
    return moved


def _mark(gone: Context, kept: Context) -> str:
    """Stands for the two contexts as the preview shows them."""
    return hashlib.sha256(f"{_state(gone)} {_state(kept)}".encode()).hexdigest()


def _state(context: Context) -> str:
    """Stands for a context and the rows that people made of it; what is found in referrals by itself does not count."""
    parts = [f"{context.pk} {context.state}"]
    for relation in relations():
        if relation.model is ContextMention:
            continue
        versioned = any(each.name == "version" for each in relation.model._meta.concrete_fields)
        columns = ["pk", *(["version"] if versioned else [])]
        parts += sorted(f"{relation.key} {row}" for row in relation.rows(context).values_list(*columns))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _one_at_a_time() -> None:
    """Merges wait for each other until their transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('contexts.merging'))")
