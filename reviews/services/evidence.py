"""Evidence of a statement: figures and files attached and taken away; figures kept when their round is closed."""

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from core import drafts
from core.workflow import ActRefused

from .. import catalogue
from ..models import EvidenceFile, Figure, Review, Statement
from . import steps
from .statements import record, refuse_removed

MOST_FILES = 20


def attach_figure(
    statement: Statement, *, key: str, kind: str, period: str, note: str, by, at: datetime | None = None
) -> Figure:
    """Attach a figure; one that is there already stays as it is.

    Raises ActRefused where the round is closed or the statement was taken away, KeyError for an unknown figure.
    """
    at = at or timezone.now()
    entry = catalogue.ENTRIES[key]
    kind = kind if entry.by_kind else ""
    with transaction.atomic():
        current = _locked(statement)
        figure, made = Figure.objects.get_or_create(
            statement=current,
            key=key,
            kind=kind,
            period=period,
            defaults={"note": note, "added_by": by, "added_at": at},
        )
        if made:
            record("statement.figure-attached", current, by=by, at=at, figure=catalogue.sentence(key, kind, period))
        drafts.drop(steps.draft_key(current, "figure"), by)
    return figure


def attach_file(
    statement: Statement, *, title: str, ending: str, content_type: str, content: bytes, by, at: datetime | None = None
) -> EvidenceFile:
    """Attach a file that the form has looked at; the same bytes twice are one file.

    Raises ActRefused where the round is closed, the statement was taken away, or it has MOST_FILES already.
    """
    at = at or timezone.now()
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        current = _locked(statement)
        if there := current.files.defer("content").filter(digest=digest).first():
            return there
        if current.files.count() >= MOST_FILES:
            raise ActRefused(f"A statement has at most {MOST_FILES} files. Take one away first.")
        made = EvidenceFile.objects.create(
            statement=current, title=title, ending=ending, content_type=content_type, content=content,
            size=len(content), digest=digest, added_by=by, added_at=at,
        )  # fmt: skip
        record("statement.file-attached", current, by=by, at=at, bytes=made.size, digest=digest)
    return made


def take_away(evidence: Figure | EvidenceFile, *, by, at: datetime | None = None) -> None:
    """Take a figure or a file away for good: a file may hold what should not be here. It being gone already is fine."""
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(evidence.statement)
        gone, _ = type(evidence).objects.filter(pk=evidence.pk).delete()
        if gone:
            what: dict[str, Any] = (
                {"figure": catalogue.sentence(evidence.key, evidence.kind, evidence.period)}
                if isinstance(evidence, Figure)
                else {"digest": evidence.digest}
            )
            act = "statement.figure-removed" if isinstance(evidence, Figure) else "statement.file-removed"
            record(act, current, by=by, at=at, **what)


def keep_figures(review: Review, *, by, at: datetime) -> None:
    """Keep what every figure of a round says on the day of its closing; what was kept before is written over."""
    on, last_round = timezone.localdate(at), last_round_of(review)
    figures = list(Figure.objects.filter(statement__review=review, key__in=catalogue.ENTRIES))
    for value, figure in with_values(figures, on=on, last_round=last_round, kept=False):
        figure.kept_on, figure.kept_number = on, value.number
        figure.kept_from, figure.kept_until = value.span.first, value.span.last
    Figure.objects.bulk_update(figures, ["kept_on", "kept_number", "kept_from", "kept_until"])


def carry(before: Statement, after: Statement, *, by, at: datetime) -> None:
    """The figures of a statement go with it into the next round, counted anew there; files stay where they were."""
    Figure.objects.bulk_create(
        Figure(
            statement=after, key=figure.key, kind=figure.kind, period=figure.period, note=figure.note, added_by=by,
            added_at=at,
        )
        for figure in before.figures.all()
    )  # fmt: skip


def with_values(figures, *, on=None, last_round=None, kept: bool) -> list[tuple[catalogue.Value, Figure]]:
    """Each figure with what it says: what was kept, where `kept` and there is such a thing, else as it is now.

    The same figure of several statements is counted once.
    """
    counted: dict[tuple, catalogue.Value] = {}
    found = []
    for figure in figures:
        about = figure.key in catalogue.ENTRIES and catalogue.ENTRIES[figure.key].published is not None
        if kept and figure.kept_on:
            span = catalogue.Span(figure.kept_from, figure.kept_until)
            found.append((catalogue.Value(figure.kept_number, span, about=about), figure))
            continue
        what = (figure.key, figure.kind, figure.period)
        if what not in counted:
            if figure.key in catalogue.ENTRIES:
                counted[what] = catalogue.value_of(*what, on, last_round=last_round)
            else:  # the catalogue has lost it: nothing is counted any more
                counted[what] = catalogue.Value(None, catalogue.Span(None, on or timezone.localdate()))
        found.append((counted[what], figure))
    return found


def last_round_of(review: Review):
    """The day of the round that this one follows; None for a first one."""
    return Review.objects.filter(next_round=review).values_list("on", flat=True).first()


def _locked(statement: Statement) -> Statement:
    current = steps.locked_statement(statement)
    refuse_removed(current)
    return current
