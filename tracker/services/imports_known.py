"""Which rows of a file are here already: imported before, or referred in this system."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Upper

from consultations.models import Referral

from ..importing import key
from ..models import TrackerEntry

Values = dict[str, Any]


def content_key(values: Values) -> str:
    """What tells a referral from others, whatever its reference."""
    return key(values | {"reference": ""})


class Here:
    """Asks it chunk by chunk, in a few queries each.

    `references` are all those in the file: a referral here whose reference stands in another row of it is that row's,
    so that two referrals which are alike in all else stay two. `seen` are the referrals that are looked among: for a
    preview those that its reader may see, or a file of guesses would tell whether a restricted one is here.
    """

    def __init__(self, references: Iterable[str] = (), *, seen: QuerySet[Referral] | None = None) -> None:
        self.references, self.seen = set(references), Referral.objects.all() if seen is None else seen
        self.spoken_for: set[UUID] = set()

    def among(self, rows: Iterable[Values]) -> tuple[set[str], set[str]]:
        """The keys of those `rows` that are here already, and the references that are another referral's here."""
        rows = list(rows)
        imported = set(
            TrackerEntry.objects.filter(
                import_key__in=[row["key"] for row in rows], referral__in=self.seen
            ).values_list("import_key", flat=True)
        )
        alike = self._alike(rows)
        named = self._named(rows)
        there, taken = set(imported), set()
        for row in rows:
            reference = row.get("reference", "")
            if row["key"] in imported:
                continue
            content, same = content_key(row), named.get(reference)
            if same and same[1] == content:
                self.spoken_for.add(same[0])
                there.add(row["key"])
            elif found := self._free(alike[content], reference):
                self.spoken_for.add(found)
                there.add(row["key"])
            elif same:
                taken.add(reference)
        return there, taken

    def _free(self, candidates: list[tuple[UUID, str]], reference: str) -> UUID | None:
        """The referral here that a row with this content is; a row without a reference is any of them."""
        if not reference:
            return candidates[0][0] if candidates else None
        return next((pk for pk, own in candidates if pk not in self.spoken_for and own not in self.references), None)

    def _alike(self, rows: list[Values]) -> dict[str, list[tuple[UUID, str]]]:
        numbers = {row["case_number"].upper() for row in rows}
        days = {row["received_on"] for row in rows}
        found = defaultdict(list)
        here = self.seen.sent().annotate(number=Upper("case_number"))
        here = here.filter(number__in=numbers, received_on__in=days).select_related("team")
        for referral in here.order_by("reference"):
            found[content_key(values_of(referral))].append((referral.pk, referral.reference))
        return found

    def _named(self, rows: list[Values]) -> dict[str, tuple[UUID, str]]:
        references = [reference for row in rows if (reference := row.get("reference"))]
        if not references:
            return {}
        here = self.seen.filter(reference__in=references).select_related("team")
        return {referral.reference: (referral.pk, content_key(values_of(referral))) for referral in here}


def values_of(referral: Referral) -> Values:
    """What of a referral here its content key is made of."""
    return {
        "case_number": referral.case_number,
        "received_on": referral.received_on,
        "referrer_name": referral.referrer_name,
        "team": referral.team.name if referral.team else "",
    }
