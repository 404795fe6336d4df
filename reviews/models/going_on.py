"""What a round did not take over from the one before it, and why."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from .rounds import Review
from .statements import Statement


class StatementLeftOut(models.Model):
    """A statement that was not carried into the next round. It stays on the board of its own round as it was."""

    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, primary_key=True, related_name="left_out")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="statements_left_out")
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="statement_left_out_has_reason",
                violation_error_message="Say why the statement is left out.",
            )
        ]

    def __str__(self) -> str:
        return f"left out {self.pk}"
