"""What a reader of a context may know of whom: the names that stay out of every word, picture and file for them.

Names that belong to records come from `LinkedPersonQuerySet.with_sight` alone. What people typed may name somebody all
the same; it goes through `Sight.words` wherever it is shown to a reader from whom somebody is hidden (ADR 25).
"""

from functools import cached_property

from django.db.models import F, Q

from consultations.models import YoungPerson
from consultations.papers.redaction import Redactor

from .models import LinkedPerson
from .models.people import records_of, standing_record


class Sight:
    """One reader's sight of the people of some contexts. The first question about words costs two queries."""

    def __init__(self, user, *contexts):
        """`contexts` are the records, or their ids, whose words are about to be shown to `user`."""
        self.user = user
        self.contexts = contexts

    @cached_property
    def hidden(self) -> list[str]:
        """The names and case numbers of linked young people whom the reader may not see, ended links included."""
        return self._known_as(seen=False)

    @cached_property
    def _redactor(self) -> Redactor:
        return Redactor(names=self.hidden, kept=self._known_as(seen=True))

    def words(self, text: str) -> str:
        """`text` with what the reader may not know taken out: [Person A] instead of a hidden name."""
        return self._redactor.apply(text) if text and self.hidden else text

    def is_whole(self, text: str) -> bool:
        """Whether nothing of `text` is hidden from this reader: only then may they change it."""
        return self.words(text) == text

    def _known_as(self, *, seen: bool) -> list[str]:
        rows = LinkedPerson.objects.filter(context__in=self.contexts, young_person__isnull=False)
        rows = rows.alias(who=standing_record())
        visible = Q(who__in=YoungPerson.objects.visible_to(self.user).values("pk"))
        rows = rows.filter(visible if seen else ~visible)
        return _names(rows)


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
        rows = LinkedPerson.objects.filter(context__in=self.contexts, young_person__isnull=False)
        rows = rows.alias(who=standing_record())
        return _names(rows.filter(who=self.about.pk))

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
    rows = LinkedPerson.objects.filter(context__in=contexts)
    named_here = rows.filter(young_person=None).values_list("name", flat=True)
    return sorted({*_names(rows.filter(young_person__isnull=False)), *named_here})


def _names(rows) -> list[str]:
    """The names and case numbers of the young people of these links, as their records and all referrals have them."""
    rows = rows.order_by()
    sources = [f"{path}__{name}" for path in records_of() for name in ("name", "case_number")]
    first, *more = (
        rows.annotate(said=F(source)).values_list("said") for source in (*sources, "young_person__referrals__name")
    )
    return sorted({name for (name,) in first.union(*more) if name})
