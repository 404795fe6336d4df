"""The figures that leads see, as they were published: once a month, with small numbers gone (ADR 20)."""

from django.db import models


class PublishedFigures(models.Model):
    """All years' figures as they stood on one day; `years` is a list of `public_figures.PublicFigures.as_json`."""

    month = models.DateField(unique=True, help_text="The first day of the month that they were made in.")
    made_at = models.DateTimeField()
    years = models.JSONField(default=list)

    class Meta:
        ordering = ["-month"]
        verbose_name_plural = "published figures"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(month__day=1),
                name="published_on_a_month",
                violation_error_message="Figures are published for a month, named by its first day.",
            ),
        ]

    def __str__(self) -> str:
        return f"figures of {self.month:%B %Y}"
