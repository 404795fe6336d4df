"""Appendix A, the Contextual Safeguarding Framework: six points for discussion by the factors to consider."""

import uuid

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from core.models import FormSection, Text
from core.words import Words

from .consultations import Consultation


class FrameworkPlace(models.Model):
    """One column: a factor, named where there are several (two schools, three places in the neighbourhood)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="framework_places")
    factor = models.ForeignKey(FormSection, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["factor__order", "order"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "factor", "order"], name="framework_place_in_order")
        ]
        indexes = [GinIndex(Words("name"), name="framework_place_by_words")]

    def __str__(self) -> str:
        return f"place {self.pk}"


class FrameworkCell(models.Model):
    """What is written about one point for discussion in one column."""

    place = models.ForeignKey(FrameworkPlace, on_delete=models.CASCADE, related_name="cells")
    point = models.ForeignKey(FormSection, on_delete=models.PROTECT, related_name="+")
    text = models.OneToOneField(Text, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "point"], name="framework_cell_once")]

    def __str__(self) -> str:
        return f"cell {self.pk}"
