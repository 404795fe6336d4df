"""Who saw a context, made copies of it, or asked for it and was refused: read from the audit log."""

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KT

from core.models import AuditEvent

from .chronology import subjects
from .models import Context


def events_of(context: Context) -> QuerySet[AuditEvent]:
    """Every event of somebody seeing this context or a record of it, or being refused it."""
    by_type: dict[str, list[str]] = {}
    for kind, key in subjects.of_context(context):
        by_type.setdefault(kind, []).append(key)
    about = Q(pk__in=[])
    for kind, keys in by_type.items():
        about |= Q(subject_type=kind, subject_id__in=keys, act="viewed")
    refused = Q(act="denied", asked_for=str(context.pk))
    return AuditEvent.objects.alias(asked_for=KT("detail__ids__pk")).filter(about | refused)
