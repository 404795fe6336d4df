"""What an administrator sets for the whole authority."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q


class CaseworkSettings(models.Model):
    """One row: the intervals that the practice works by. Weeks and days, whole numbers."""

    feedback_after_weeks = models.PositiveSmallIntegerField(
        default=6, validators=[MinValueValidator(1), MaxValueValidator(52)]
    )
    feedback_chase_after_weeks = models.PositiveSmallIntegerField(
        default=2, validators=[MinValueValidator(1), MaxValueValidator(52)]
    )
    remind_days_before = models.PositiveSmallIntegerField(
        default=3, validators=[MinValueValidator(0), MaxValueValidator(60)]
    )
    restriction_review_days = models.PositiveSmallIntegerField(
        default=90, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    pattern_referrals = models.PositiveSmallIntegerField(
        default=3, validators=[MinValueValidator(2), MaxValueValidator(50)]
    )
    pattern_days = models.PositiveSmallIntegerField(
        default=120, validators=[MinValueValidator(7), MaxValueValidator(730)]
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "casework settings"
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="casework_settings_once")]

    def __str__(self) -> str:
        return "casework settings"

    @classmethod
    def current(cls) -> "CaseworkSettings":
        """The settings as they stand; the defaults where nobody has changed them."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)
