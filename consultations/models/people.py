"""Young people, and what was decided about those who may stand here twice."""

import re
import unicodedata
import uuid

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.urls import reverse

case_number_shape = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9/\- ]*$", "A case number has letters, digits, spaces, hyphens and slashes only"
)
# Letters that do not come apart into a letter and an accent.
_UNACCENTED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ß": "ss"})

# What stands within one part of a name and is often left out: apostrophes of every kind, and full stops.
_INSIDE_A_NAME = "['’‘ʼ′`´.]"


def name_key(name: str) -> str:
    """A name as it is compared: small letters without accents or punctuation, its parts in the order of the alphabet.

    "O'Brien, Jordan" and "Jordan OBrien" are one; so are "Zielińska" and "Zielinska", "Smith-Jones" and "Smith Jones".
    """
    plain = re.sub(_INSIDE_A_NAME, "", name)
    plain = unicodedata.normalize("NFKD", plain.casefold().translate(_UNACCENTED)).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = re.sub(_INSIDE_A_NAME, "", plain)  # those that came out of a letter
    return " ".join(sorted(re.findall(r"[^\W_]+", plain)))[:200]


def case_key(case_number: str) -> str:
    """A case number as it is compared: its letters and digits alone, as capitals, without zeros in front."""
    return re.sub(r"[^A-Z0-9]", "", case_number.upper()).lstrip("0")[:40]


class YoungPersonQuerySet(models.QuerySet):
    def visible_to(self, user) -> "YoungPersonQuerySet":
        """The young people of the referrals that `user` may see; one that was merged away is found as the other."""
        from .referrals import Referral

        seen = Referral.objects.visible_to(user).filter(young_person__isnull=False)
        return self.filter(merged_into=None, pk__in=seen.values("young_person"))

    def whole_to(self, user) -> "YoungPersonQuerySet":
        """Of those in `visible_to`, the young people of whom `user` may see every referral, none of them hidden."""
        from .referrals import Referral

        hidden = Referral.objects.filter(young_person__isnull=False).exclude(pk__in=Referral.objects.visible_to(user))
        return self.visible_to(user).exclude(pk__in=hidden.values("young_person"))


class YoungPerson(models.Model):
    """A young person as several referrals may know them; told apart by the case number.

    One that was merged into another stays, so that its case number still leads to the right record.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case_number = models.CharField(max_length=40, validators=[case_number_shape])
    name = models.CharField(max_length=200, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    name_key = models.CharField(max_length=200, blank=True, editable=False)
    case_key = models.CharField(max_length=40, blank=True, editable=False)

    objects = YoungPersonQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "young people"
        constraints = [
            models.UniqueConstraint(Upper("case_number"), name="young_person_case_number_once"),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="young_person_not_into_itself"
            ),
        ]
        indexes = [
            models.Index(fields=["name_key", "date_of_birth"], name="young_person_by_name"),
            models.Index(fields=["case_key"], name="young_person_by_case_key"),
        ]

    def __str__(self) -> str:
        return f"young person {self.pk}"

    def save(self, *args, **kwargs) -> None:
        """Keep the keys by which duplicates are found."""
        self.name_key, self.case_key = name_key(self.name), case_key(self.case_number)
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "name_key", "case_key"}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("consultations:young-person", args=[self.pk])


class YoungPersonMerge(models.Model):
    """Two records that were one young person: what was moved, so that it can be undone while nothing is built on it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kept = models.ForeignKey(YoungPerson, on_delete=models.PROTECT, related_name="merges_into")
    gone = models.ForeignKey(YoungPerson, on_delete=models.PROTECT, related_name="merges_away")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField()
    referrals = models.JSONField(default=list, help_text="The ids of the referrals that followed.")
    filled = models.JSONField(default=dict, help_text="What the kept record took over: {field: [before, after]}.")
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["gone"], condition=Q(undone_at=None), name="merged_away_once"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="merge_undone_by_and_at",
            ),
        ]

    def __str__(self) -> str:
        return f"merge {self.pk}"


class NotDuplicate(models.Model):
    """Two records that somebody looked at and found to be two young people. `first` has the smaller id."""

    first = models.ForeignKey(YoungPerson, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(YoungPerson, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="not_duplicate_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="not_duplicate_in_order"),
        ]

    def __str__(self) -> str:
        return f"not a duplicate {self.pk}"
