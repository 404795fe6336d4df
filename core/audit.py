"""Writing the audit log. Called inside the transaction of the act itself: no event, no act."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils import timezone

from .models import AuditEvent


def record(
    act: str,
    *,
    by,
    subject: models.Model | None = None,
    label: str = "",
    detail: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> AuditEvent:
    """Write one event and return it.

    `by` is the person, or None for the system or somebody unknown; `subject` the record; `label` its reference,
    never a name of a child; `detail` JSON: what changed, why, how many. Any database error is raised: what cannot be
    recorded does not happen.
    """
    known = by is not None and by.pk is not None
    return AuditEvent.objects.create(
        at=at or timezone.now(),
        actor_id=by.pk if known else None,
        actor_name=by.name if known else "",
        act=act,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        subject_label=label,
        detail=detail or {},
    )


def record_each(act: str, subjects: Iterable[tuple[models.Model, str]], *, by, at: datetime | None = None) -> None:
    """The same event about each of `subjects` (the record, its label), in one query: for what a job does to many."""
    record_many(act, ((subject, label, {}) for subject, label in subjects), by=by, at=at)


def record_many(
    act: str, rows: Iterable[tuple[models.Model, str, dict[str, Any]]], *, by, at: datetime | None = None
) -> None:
    """As `record_each`, with a detail of its own for each: (the record, its label, its detail)."""
    at = at or timezone.now()
    known = by is not None and by.pk is not None
    AuditEvent.objects.bulk_create(
        AuditEvent(
            at=at,
            actor_id=by.pk if known else None,
            actor_name=by.name if known else "",
            act=act,
            subject_type=subject._meta.label_lower,
            subject_id=str(subject.pk),
            subject_label=label,
            detail=detail,
        )
        for subject, label, detail in rows
    )


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list]:
    """What differs between two states of a row, as {field: [before, after]} ready for JSON."""
    return {
        name: [_plain(before.get(name)), _plain(value)] for name, value in after.items() if before.get(name) != value
    }


def state_of(instance: models.Model, fields: list[str]) -> dict[str, Any]:
    """The present values of `fields`; a foreign key by its id, many-to-many by the sorted ids."""
    values: dict[str, Any] = {}
    for name in fields:
        field = instance._meta.get_field(name)
        if field.many_to_many:
            manager = getattr(instance, name)
            values[name] = sorted(manager.values_list("pk", flat=True)) if instance.pk else []
        else:
            values[name] = field.value_from_object(instance)
    return values


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, (bool, int, float, str, dict)):
        return value
    return str(value)
