"""What a reader of a context may know of whom: the names that stay out of every word, picture and file for them.

Names that belong to records come from `LinkedPersonQuerySet.with_sight` alone. What people typed may name somebody all
the same; it goes through `Sight.words` wherever it is shown to a reader from whom somebody is hidden (ADR 25).
"""

from collections.abc import Iterable
from functools import cached_property

from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Coalesce

from consultations.models import YoungPerson
from consultations.papers.redaction import Redactor

from .models import LinkedPerson
from .models.people import MOST_MERGES, records_of, standing_record


class Sight:
    """One reader's sight of the people of some contexts. The first question about words costs at most three queries."""

    def __init__(self, user, *contexts):
        """`contexts` are the records, or their ids, whose words are about to be shown to `user`."""
        self.user = user
        self.contexts = contexts

    @cached_property
    def hidden(self) -> list[str]:
        """The names and case numbers of linked young people whom the reader may not see, ended links included."""
        return self._known_as(seen=False)

    @cached_property
    def seen(self) -> list[str]:
        """The same of those whom the reader may see: these stay."""
        return self._known_as(seen=True)

    @cached_property
    def _redactor(self) -> Redactor:
        return Redactor(names=self.hidden, kept=self.seen)

    def words(self, text: str) -> str:
        """`text` with what the reader may not know taken out: [Person A] instead of a hidden name."""
        return self._redactor.apply(text) if text and self.hidden else text

    def is_whole(self, text: str) -> bool:
        """Whether nothing of `text` is hidden from this reader: only then may they change it."""
        return self.words(text) == text

    def somebody_named_in(self, *texts: str) -> bool:
        """Whether one of `texts` holds the name of somebody linked whom the reader may see: of the others, nothing."""
        named = LinkedPerson.objects.filter(context__in=self.contexts, young_person=None).values_list("name", flat=True)
        known = Redactor(names=sorted({*self.seen, *named}))
        return any(known.apply(text) != text for text in texts if text)

    def name_of(self, person: LinkedPerson) -> str:
        """Who a person of `with_sight` is: a name that somebody typed can be that of a linked person who is hidden."""
        return person.shown_name if person.young_person_id else self.words(person.shown_name)

    def people(self, rows: Iterable[LinkedPerson]) -> list[LinkedPerson]:
        """People of `with_sight`, each with the name by which the reader may know them."""
        rows = list(rows)
        for person in rows:
            person.shown_name = self.name_of(person)
        return rows

    @cached_property
    def _people(self) -> list[tuple]:
        """(id, whether the reader may see them) of each young person who is linked, by the record that stands."""
        seen = Exists(
            YoungPerson.objects.visible_to(self.user).filter(pk=Coalesce(*(OuterRef(path) for path in records_of())))
        )
        rows = _linked(self.contexts).order_by().annotate(visible=seen)
        return list(rows.values_list("who", "visible").distinct())

    def _known_as(self, *, seen: bool) -> list[str]:
        return names_of([who for who, visible in self._people if visible == seen])


class OutsideSight(Sight):
    """The sight of somebody who does not read the casework of these contexts, and is shown a piece of it all the same.

    Of the people of the contexts they are told nobody but those whom they may see anyway; with `about`, a young person
    on whose page the piece stands, nobody but that one: who else is linked there is not said.
    """

    def __init__(self, user, *contexts, about: YoungPerson | None = None):
        super().__init__(user, *contexts)
        self.about = about

    @cached_property
    def _kept(self) -> list[str]:
        if self.about is None:
            return self._known_as(seen=True)
        linked = _linked(self.contexts).filter(who=self.about.pk).exists()
        return names_of([self.about.pk]) if linked else []

    @cached_property
    def hidden(self) -> list[str]:
        """The names of everybody linked there but those who are kept, of people known by a name alone too."""
        kept = set(self._kept)
        return [name for name in everybody(*self.contexts) if name not in kept]

    @cached_property
    def _redactor(self) -> Redactor:
        return Redactor(names=self.hidden, kept=self._kept)


def everybody(*contexts) -> list[str]:
    """Every name of these contexts' people, whoever may see them: what a conference pack must not hold."""
    named_here = LinkedPerson.objects.filter(context__in=contexts, young_person=None).values_list("name", flat=True)
    return sorted({*names_of(_linked(contexts).values_list("who", flat=True)), *named_here})


def _linked(contexts):
    """The links of these contexts to young people with a record: `who`, the record that stands now."""
    rows = LinkedPerson.objects.filter(context__in=contexts, young_person__isnull=False)
    return rows.annotate(who=standing_record())


def names_of(people: Iterable) -> list[str]:
    """The names and case numbers of these young people: on their records, on those merged into them, on referrals.

    `people` are the ids of records that stand; merging moves every referral to such a one.
    """
    return sorted({name for names in names_of_each(people).values() for name in names})


def names_of_each(people: Iterable) -> dict:
    """The same by the id of each young person; one query."""
    people = set(people)
    if not people:
        return {}
    known = [("pk", "referrals__name")]
    for depth in range(MOST_MERGES + 1):
        merged = "__".join(["merged_into"] * depth) or "pk"
        known += [(merged, source) for source in ("name", "case_number")]
    first, *more = (
        YoungPerson.objects.filter(**{f"{path}__in": people})
        .order_by()
        .annotate(standing=F(path), said=F(source))
        .values_list("standing", "said")
        for path, source in known
    )
    found: dict = {}
    for who, name in first.union(*more):
        if name:
            found.setdefault(who, set()).add(name)
    return found
