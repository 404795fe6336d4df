"""The themes that a referral is tagged with: data, which a manager or administrator keeps."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Upper

from consultations.models import Referral

# An export joins the names of several themes by this mark, and an import takes them apart at it.
MARK_BETWEEN = ";"
one_name = RegexValidator(MARK_BETWEEN, "A name must not contain a semicolon (;)", inverse_match=True)


class ThemeGroup(models.Model):
    """A heading under which themes stand. It says how themes are arranged, and nothing about a referral."""

    name = models.CharField(max_length=60)
    order = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                Upper("name"),
                name="theme_group_named_once",
                violation_error_message="There is a group with this name already",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="theme_group_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class ThemeQuerySet(models.QuerySet):
    def in_use(self) -> "ThemeQuerySet":
        """Themes that may be chosen today, in their order."""
        return self.filter(active=True)

    def kept(self) -> "ThemeQuerySet":
        """All that still stand for themselves: in use or switched off, but not merged into another one."""
        return self.filter(merged_into=None)

    def used_by(self, user) -> dict[int, int]:
        """How many of the referrals that `user` may see have each theme, in one query; without those of none."""
        tagged = self.model.entries.through.objects.filter(
            trackerentry__referral__in=Referral.objects.visible_to(user).sent()
        )
        return dict(tagged.order_by().values_list("theme").annotate(number=Count("pk")))


class Theme(models.Model):
    """One of the themes identified. `needs_text` is the one for Other, which says what.

    `order` runs through all themes: the groups one after the other, then the themes without a group (services.themes
    keeps it so). A theme is never deleted: it is switched off, or merged into another one, which then stands for it.
    """

    name = models.CharField(max_length=100, validators=[one_name])
    group = models.ForeignKey(ThemeGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="themes")
    order = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)
    needs_text = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    version = models.PositiveIntegerField(default=1)

    objects = ThemeQuerySet.as_manager()

    class Meta:
        ordering = ["order", "name"]
        constraints = [
            models.UniqueConstraint(
                Upper("name"),
                name="theme_named_once",
                violation_error_message="There is a theme with this name already",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(name__contains=MARK_BETWEEN),
                name="theme_name_in_one_piece",
                violation_error_message="A theme has a name, without a semicolon in it.",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(active=False, needs_text=False),
                name="theme_merged_is_off",
                violation_error_message="A theme that was merged into another one is switched off.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
