"""The themes that a referral is tagged with: data, which a manager or administrator keeps."""

from django.db import models


class ThemeQuerySet(models.QuerySet):
    def in_use(self) -> "ThemeQuerySet":
        """Themes that may be chosen today, in the toolkit's order."""
        return self.filter(active=True)


class Theme(models.Model):
    """One of the themes identified. `needs_text` is the one for Other, which says what."""

    name = models.CharField(max_length=100, unique=True)
    order = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)
    needs_text = models.BooleanField(default=False)

    objects = ThemeQuerySet.as_manager()

    class Meta:
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name
