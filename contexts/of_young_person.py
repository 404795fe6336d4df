"""What the page of a young person says of the contexts that they are linked to."""

from dataclasses import dataclass

from consultations.models import YoungPerson

from .called import tell
from .models import Context, LinkedPerson
from .models.people import records_of_one


@dataclass(frozen=True)
class LinkedContexts:
    """The links to contexts that the reader may see, and to how many others the young person is linked."""

    links: list[LinkedPerson]
    others: int


def of_young_person(user, person: YoungPerson) -> LinkedContexts:
    """Where `person`, whom `user` may see, is linked: to contexts whose casework they read, and to how many others."""
    links = LinkedPerson.objects.standing().filter(young_person__in=records_of_one(person), context__merged_into=None)
    rows = list(links.select_related("context").defer("name").order_by("-made_at"))
    # Asked by ids: joined to the rest, a plan made without statistics would ask it again for each row.
    wanted = {row.context_id for row in rows}
    reads = set(Context.objects.casework_of(user).filter(pk__in=wanted).values_list("pk", flat=True))
    others = {row.context_id for row in rows} - reads
    shown = [row for row in rows if row.context_id in reads]
    tell(user, [row.context for row in shown])
    return LinkedContexts(shown, len(others))
