"""Safety maps: a picture or an area of a context, and the pins that people put on it."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from ..choices import PinKind, Reliability, Source, TimeOfDay
from .contexts import Context
from .people import LinkedPerson


class OfCasework(models.QuerySet):
    def visible_to(self, user) -> "OfCasework":
        """Those of the contexts whose casework `user` may read."""
        return self.filter(context__in=Context.objects.casework_of(user).values("pk"))


class SafetyMap(models.Model):
    """What is pinned upon: a picture (see `SafetyPicture`), or an area of the map of a tile server.

    Places are in hundredths of the width and height, from the upper left, for both. A map with pins is never deleted
    but put away.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="safety_maps")
    title = models.CharField(max_length=200)
    drawn_on = models.DateField(help_text="The day of the plan or picture.")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    # The edges of an area in degrees; empty where there is a picture.
    north = models.FloatField(null=True, blank=True)
    south = models.FloatField(null=True, blank=True)
    west = models.FloatField(null=True, blank=True)
    east = models.FloatField(null=True, blank=True)
    digest = models.CharField(max_length=64, help_text="Of what was sent: the same sent twice is one map.")
    version = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)
    archived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = OfCasework.as_manager()

    class Meta:
        ordering = ["-drawn_on", "-made_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="safety_map_has_a_title"),
            models.CheckConstraint(condition=Q(width__gte=1, height__gte=1), name="safety_map_has_a_size"),
            models.CheckConstraint(
                condition=Q(archived_at=None, archived_by=None)
                | Q(archived_at__isnull=False, archived_by__isnull=False),
                name="safety_map_archived_by_and_at",
                violation_error_message="A map that is put away keeps who put it away and when.",
            ),
            models.CheckConstraint(
                condition=Q(north=None, south=None, west=None, east=None)
                | Q(
                    north__lte=85, south__gte=-85, north__gt=models.F("south"),
                    west__gte=-180, east__lte=180, east__gt=models.F("west"),
                ),
                name="safety_map_area_is_real",
                violation_error_message="The area must lie on the map of the world.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"safety map {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("contexts:safety-map", args=[self.context_id, self.pk])

    @property
    def is_area(self) -> bool:
        """Whether it is an area of a tile server's map, and has no picture."""
        return self.north is not None


class SafetyPicture(models.Model):
    """The picture of a map, in PostgreSQL as all files are (ADR 3); drawn anew, so that nothing else is in it."""

    map = models.OneToOneField(SafetyMap, on_delete=models.CASCADE, related_name="picture")
    content_type = models.CharField(max_length=20)
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"picture of {self.map_id}"


class SafetyLayer(models.Model):
    """Whose map it is: one person's, or that of a group who drew it in one session, as "Year 9 girls"."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="safety_layers")
    name = models.CharField(max_length=120)
    held_on = models.DateField(help_text="The day on which it was drawn.")
    people = models.PositiveSmallIntegerField(default=1, help_text="How many people drew it.")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = OfCasework.as_manager()

    class Meta:
        ordering = ["-held_on", "name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="safety_layer_has_a_name"),
            models.CheckConstraint(condition=Q(people__gte=1), name="safety_layer_by_somebody"),
            models.UniqueConstraint(
                fields=["context", "name", "held_on"],
                name="safety_layer_once",
                violation_error_message="There is already somebody’s map of this name and day.",
            ),
        ]

    def __str__(self) -> str:
        return f"layer {self.pk}"


class SafetyPinQuerySet(models.QuerySet):
    def visible_to(self, user) -> "SafetyPinQuerySet":
        """The pins of the contexts whose casework `user` may read."""
        return self.filter(map__context__in=Context.objects.casework_of(user).values("pk"))

    def standing(self, on: date | None = None) -> "SafetyPinQuerySet":
        """Those that hold on a day; without one, those that nobody has ended."""
        if on is None:
            return self.filter(ended_on=None)
        return self.filter(noted_on__lte=on).exclude(ended_on__lte=on)


class SafetyPin(models.Model):
    """One pin: harm or safety at a place of a map, when, and by whose account."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    map = models.ForeignKey(SafetyMap, on_delete=models.PROTECT, related_name="pins")
    number = models.PositiveIntegerField(help_text="What it is called on its map.")
    x = models.FloatField()
    y = models.FloatField()
    kind = models.CharField(max_length=6, choices=PinKind.choices)
    what = models.TextField()
    time_of_day = models.CharField(max_length=12, choices=TimeOfDay.choices)
    exact_time = models.TimeField(null=True, blank=True)
    noted_on = models.DateField(help_text="Since when it is so, as far as is known.")
    source = models.CharField(max_length=15, choices=Source.choices)
    account = models.CharField(max_length=300, blank=True, help_text="By whose account, in their own words.")
    reliability = models.CharField(max_length=12, choices=Reliability.choices)
    person = models.ForeignKey(
        LinkedPerson, on_delete=models.PROTECT, null=True, blank=True, related_name="safety_pins"
    )
    layer = models.ForeignKey(SafetyLayer, on_delete=models.PROTECT, related_name="pins")
    version = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_on = models.DateField(null=True, blank=True, help_text="From when it is so no longer.")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_because = models.TextField(blank=True)

    objects = SafetyPinQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["map", "number"], name="safety_pin_number_once"),
            models.CheckConstraint(
                condition=Q(x__gte=0, x__lte=100, y__gte=0, y__lte=100),
                name="safety_pin_on_the_map",
                violation_error_message="The pin must be on the map.",
            ),
            models.CheckConstraint(condition=~Q(what=""), name="safety_pin_says_what"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, ended_on=None, ended_because="")
                | (
                    Q(ended_at__isnull=False, ended_by__isnull=False, ended_on__gte=models.F("noted_on"))
                    & ~Q(ended_because="")
                ),
                name="safety_pin_ended_by_and_at",
                violation_error_message="A pin that is ended keeps who ended it, from when, and why.",
            ),
        ]

    def __str__(self) -> str:
        return f"pin {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("contexts:safety-pin", args=[self.map.context_id, self.map_id, self.pk])

    @property
    def is_standing(self) -> bool:
        """Whether it is so today."""
        return self.ended_on is None or self.ended_on > timezone.localdate()
