"""Who saw a context, made copies of it, or asked for it and was refused: read from the audit log."""

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KT

from consultations.viewers import PRINTED
from core.models import AuditEvent

from .chronology import subjects
from .models import Context, Panel


def events_of(context: Context) -> QuerySet[AuditEvent]:
    """Every event of somebody seeing this context or a record of it, making a copy of it, or being refused it."""
    by_type: dict[str, list[str]] = {}
    for kind, key in subjects.of_context(context):
        by_type.setdefault(kind, []).append(key)
    about = Q(pk__in=[])
    for kind, keys in by_type.items():
        about |= Q(subject_type=kind, subject_id__in=keys, act__in=["viewed", PRINTED])
    for panel, since in context.panel_items.order_by().values_list("panel", "added_at"):
        # The minutes of a panel say what it decided of this context too, once it is on the agenda.
        about |= Q(subject_type=Panel._meta.label_lower, subject_id=str(panel), act=PRINTED, at__gte=since)
    refused = Q(act="denied", asked_for=str(context.pk))
    return AuditEvent.objects.alias(asked_for=KT("detail__ids__pk")).filter(about | refused)
