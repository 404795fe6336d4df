"""What one person has typed into one form and not yet sent."""

from django.conf import settings
from django.db import models


class FormDraft(models.Model):
    """The raw input of a form, unvalidated, so that even a half-typed date comes back. Gone once it is sent."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    data = models.JSONField(default=dict, help_text="Field name → list of values, as the browser sent them.")
    client = models.CharField(max_length=64, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_draft_a_person_and_form")]

    def __str__(self) -> str:
        return f"draft {self.pk}"
