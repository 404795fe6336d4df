"""The people of a context: young people linked to it, and what connects them."""

import uuid

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, Concat, Greatest, Least, NullIf

from consultations.models import YoungPerson

from ..choices import LinkNature, Standing, TieNature
from .contexts import Context
from .provenance import Provenance, ProvenanceQuerySet

# What stands instead of a name that the reader may not see.
NAMELESS = "A young person you may not see"


# So many merges of records one after another are followed; whoever is merged oftener is nameless to everybody.
MOST_MERGES = 3


def records_of() -> list[str]:
    """The paths from a link to the records of its young person: the one that stands first, the linked one last."""
    return [f"young_person{'__merged_into' * times}" for times in range(MOST_MERGES, -1, -1)]


def standing_record() -> Coalesce:
    """The young person whom a link is about, for a query of links: the record that stands after merges."""
    return Coalesce(*records_of())


def records_of_one(person: YoungPerson) -> list:
    """The ids of all records that are this young person: itself, and those that were merged into it, however often."""
    found, newest = [person.pk], [person.pk]
    while newest:
        newest = list(YoungPerson.objects.filter(merged_into__in=newest).values_list("pk", flat=True))
        found += newest
    return found


class LinkedPersonQuerySet(ProvenanceQuerySet):
    def of_casework(self, user) -> "LinkedPersonQuerySet":
        """The people of the contexts whose casework `user` may read."""
        return self.filter(context__in=Context.objects.casework_of(user).values("pk"))

    visible_to = of_casework

    def with_sight(self, user) -> "LinkedPersonQuerySet":
        """With `seen`, whether `user` may know who it is, and `shown_name`: the name, or words that name nobody.

        Somebody whose referrals `user` may see, or somebody of whom no more than a name is known, given here. A hidden
        name does not leave the database. The only way to a name on any page of contexts: `young_person` is never read
        for one.
        """
        who = Coalesce(*(OuterRef(path) for path in records_of()))
        seen = YoungPerson.objects.visible_to(user).filter(pk=who)
        name = Coalesce(*(F(f"{path}__name") for path in records_of()))
        number = Coalesce(*(F(f"{path}__case_number") for path in records_of()))
        real_name = Coalesce(NullIf(name, Value("")), Concat(Value("No name, "), number))
        return self.defer("name").annotate(
            seen=Case(
                When(young_person=None, then=Value(True)), default=Exists(seen), output_field=models.BooleanField()
            ),
            shown_name=Case(
                When(young_person=None, then=NullIf(F("name"), Value(""))),
                When(Exists(seen), then=real_name),
                default=Value(NAMELESS),
                output_field=models.CharField(),
            ),
        )


class LinkedPerson(Provenance):
    """One person of a context: a young person with a record here, or somebody of whom no more than a name is known."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="people")
    young_person = models.ForeignKey(
        YoungPerson, on_delete=models.PROTECT, null=True, blank=True, related_name="context_links"
    )
    name = models.CharField(max_length=200, blank=True)
    nature = models.CharField(max_length=10, choices=LinkNature.choices)
    standing = models.CharField(max_length=10, choices=Standing.choices, blank=True)
    meets_at = models.CharField(max_length=300, blank=True, help_text="Where and when they are there.")
    # Where the person stands on the peer map, in hundredths of its width and height; empty until somebody moved it.
    map_x = models.FloatField(null=True, blank=True)
    map_y = models.FloatField(null=True, blank=True)

    objects = LinkedPersonQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            *Provenance.rules("linked_person"),
            models.CheckConstraint(
                condition=Q(young_person__isnull=False, name="") | (Q(young_person=None) & ~Q(name="")),
                name="linked_person_is_somebody",
                violation_error_message="Say who it is: a young person with a record here, or a name.",
            ),
            models.UniqueConstraint(
                fields=["context", "young_person"],
                condition=Q(ended_at=None, young_person__isnull=False),
                name="linked_person_once",
                violation_error_message="This young person is already linked to this context.",
            ),
            models.CheckConstraint(
                condition=Q(map_x=None, map_y=None) | Q(map_x__gte=0, map_x__lte=100, map_y__gte=0, map_y__lte=100),
                name="linked_person_on_the_map",
            ),
        ]
        indexes = [
            models.Index(fields=["young_person"], condition=Q(ended_at=None), name="linked_person_by_person"),
        ]

    def __str__(self) -> str:
        return f"linked person {self.pk}"


class PeerTieQuerySet(ProvenanceQuerySet):
    def visible_to(self, user) -> "PeerTieQuerySet":
        """The ties of the contexts whose casework `user` may read."""
        return self.filter(context__in=Context.objects.casework_of(user).values("pk"))


class PeerTie(Provenance):
    """What connects two people of one context. One `mutual` has no direction; else it goes from the first."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="ties")
    first = models.ForeignKey(LinkedPerson, on_delete=models.CASCADE, related_name="ties_from")
    second = models.ForeignKey(LinkedPerson, on_delete=models.CASCADE, related_name="ties_to")
    nature = models.CharField(max_length=10, choices=TieNature.choices)
    mutual = models.BooleanField(default=True)
    detail = models.TextField(blank=True)

    objects = PeerTieQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            *Provenance.rules("peer_tie"),
            models.CheckConstraint(
                condition=~Q(first=F("second")),
                name="peer_tie_not_to_oneself",
                violation_error_message="Choose two different people.",
            ),
            models.UniqueConstraint(
                fields=["first", "second", "nature"],
                condition=Q(ended_at=None),
                name="peer_tie_once",
                violation_error_message="This link is already there.",
            ),
            models.UniqueConstraint(
                Least("first", "second"),
                Greatest("first", "second"),
                "nature",
                condition=Q(ended_at=None, mutual=True),
                name="peer_tie_both_ways_once",
                violation_error_message="This link is already there.",
            ),
        ]

    def __str__(self) -> str:
        return f"tie {self.pk}"
