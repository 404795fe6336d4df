"""What a context is called, for one reader: its name and place are words that people typed and may name a child.

`Context.shown_name` and `shown_place` are what pages, lists, files and forms show. They say nothing but the reference
until `tell` has said who reads (ADR 25).
"""

from collections.abc import Iterable
from functools import cached_property

from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce

from consultations.models import YoungPerson
from consultations.papers.redaction import Redactor

from .models import Context, LinkedPerson
from .models.people import records_of, standing_record
from .sight import names_of_each


def tell(user, contexts: Iterable[Context]) -> list[Context]:
    """Give each of these contexts what `user` may know of its name: the same queries however many, when asked first."""
    rows = [context for context in contexts if context is not None]
    called = Called(user, {context.pk for context in rows})
    for context in rows:
        context.called = called
    return rows


class Called:
    """How one reader may read the names of some contexts: each without the people of its own whom they may not see.

    Who reads the casework of a context is told of people known there by a name alone; who does not, is not.
    """

    def __init__(self, user, contexts: set):
        self.user, self.contexts = user, contexts
        self._redactors: dict = {}

    def words(self, pk, text: str) -> str:
        """`text` about the context with this id as the reader may read it."""
        hidden, kept = self._names.get(pk, ((), ()))
        if not text or not hidden:
            return text
        if pk not in self._redactors:
            self._redactors[pk] = Redactor(names=sorted(hidden), kept=sorted(kept))
        return self._redactors[pk].apply(text)

    @cached_property
    def _names(self) -> dict:
        """By id of a context (the names that are hidden, those that stay); a context where nobody is hidden is not."""
        links = LinkedPerson.objects.filter(context__in=self.contexts).order_by()
        standing = Coalesce(*(OuterRef(path) for path in records_of()))
        seen = Exists(YoungPerson.objects.visible_to(self.user).filter(pk=standing))
        rows = list(
            links.annotate(who=standing_record(), visible=seen)
            .values_list("context", "who", "visible", "name")
            .distinct()
        )
        alone = {context for context, who, _, _ in rows if who is None}
        read = Context.objects.filter(pk__in=alone) & Context.objects.casework_of(self.user) if alone else ()
        reads = {context.pk for context in read}
        hidden_somewhere = {context for context, who, visible, _ in rows if who is not None and not visible}
        hidden_somewhere |= alone - reads
        rows = [row for row in rows if row[0] in hidden_somewhere]
        known = names_of_each({who for _, who, _, _ in rows if who is not None})
        found: dict = {pk: (set(), set()) for pk in hidden_somewhere}
        for context, who, visible, name in rows:
            stays = visible if who is not None else context in reads
            found[context][1 if stays else 0].update(known.get(who, ()) if who is not None else {name})
        return found
