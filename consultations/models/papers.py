"""What is made for handing out."""

import uuid

from django.conf import settings
from django.db import models

from .consultations import Consultation


class Redaction(models.Model):
    """Whose names were taken out of a copy of a consultation. They stay here, never in a job or a file name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="redactions")
    names = models.JSONField(default=list, help_text="The words taken out, as given.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"redaction {self.pk}"
