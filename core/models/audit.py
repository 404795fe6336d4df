"""The audit log: append-only, without foreign keys into live data, so that it outlives what it speaks of."""

from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT


class AuditEvent(models.Model):
    """One thing that somebody did, saw or was refused. A trigger refuses every update, delete and truncate."""

    at = models.DateTimeField(db_index=True)
    actor_id = models.BigIntegerField(null=True, db_index=True)
    actor_name = models.CharField(max_length=200, blank=True)
    act = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    subject_label = models.CharField(max_length=100, blank=True, help_text="A reference such as CS-2026-0042; no name.")
    detail = models.JSONField(default=dict, help_text="What changed ({field: [before, after]}), why, and how many.")

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-at"], name="audit_of_subject"),
            models.Index(fields=["act", "-at"], name="audit_of_act"),
            # Who asked for a record and was refused: its id stands in the refused address.
            models.Index(KT("detail__ids__pk"), condition=Q(act="denied"), name="audit_denied_of"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.subject_label}".strip()
