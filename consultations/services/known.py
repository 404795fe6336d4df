"""Finding a young person who is here already by the case number, as far as the one who asks may know of them.

Everything that is told comes from referrals that the reader may see, never from the record of the young person: that
may have been filled in from a referral that is restricted or another team's. Somebody whom the reader may not know of
is looked for with the same query as somebody unknown, and gives the same answer.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from ..choices import ReferralState
from ..models import Referral, YoungPerson
from ..models.people import case_key, name_key
from .referrals import SENT_TWICE

# What a new referral takes over from the last one, beside the case number, the name and the date of birth.
TAKEN_OVER = ("gender", "ethnicity", "legal_status", "education")


@dataclass(frozen=True)
class Known:
    """A young person, by the referrals of theirs that somebody may see; the newest first, at least one."""

    id: UUID
    referrals: list[Referral]

    @property
    def latest(self) -> Referral:
        return self.referrals[0]

    @property
    def name(self) -> str:
        return next((referral.name for referral in self.referrals if referral.name), "")

    @property
    def case_number(self) -> str:
        return self.latest.case_number

    @property
    def date_of_birth(self) -> date | None:
        return next((referral.date_of_birth for referral in self.referrals if referral.date_of_birth), None)

    def is_number(self, case_number: str) -> bool:
        """Whether this very number stands on one of the referrals, so that nobody else can have it."""
        return any(referral.case_number.upper() == case_number.upper() for referral in self.referrals)

    def details(self) -> dict:
        """What a new referral of this young person starts with; choices that are switched off are left out."""
        values = {"case_number": self.case_number, "name": self.name, "date_of_birth": self.date_of_birth}
        for name in TAKEN_OVER:
            item = getattr(self.latest, name)
            values[name] = item if item is not None and item.active else None
        values["disabilities"] = [item for item in self.latest.disabilities.all() if item.active]
        return values


def known(case_number: str, *, by) -> list[Known]:
    """The young people with this case number, in any spelling, of whom `by` may see a referral."""
    if not case_number:
        return []
    key = case_key(case_number)
    same = Q(case_key=key) if key else Q(case_number__iexact=case_number)
    numbered = YoungPerson.objects.filter(same)
    rows = (
        Referral.objects.visible_to(by)
        .sent()
        .filter(young_person__in=_standing(numbered))
        .with_names()
        .select_related(*TAKEN_OVER)
        .order_by("-received_on", "-reference")
    )
    found: dict[UUID, list[Referral]] = {}
    for referral in rows:
        found.setdefault(referral.young_person_id, []).append(referral)
    return [Known(pk, referrals) for pk, referrals in found.items()]


def _standing(people: QuerySet[YoungPerson]) -> set[UUID]:
    """The records that stand for these ones: whoever was merged away is found as the other, however often.

    A query more for every merge that came after another one. There is always an id to look for, so that nobody
    unknown is answered without looking.
    """
    found, level = {UUID(int=0)}, list(people.values_list("pk", "merged_into"))
    while level:
        found |= {pk for pk, into in level if into is None}
        into = {into for _, into in level if into is not None}
        level = list(YoungPerson.objects.filter(pk__in=into).values_list("pk", "merged_into")) if into else []
    return found


def begun(case_number: str, *, by, at: datetime | None = None) -> list[Referral]:
    """The drafts of `by` with this case number, newest first, without one that was begun this very moment."""
    before = (at or timezone.now()) - SENT_TWICE
    mine = Referral.objects.visible_to(by).filter(state=ReferralState.DRAFT, made_by=by, created_at__lt=before)
    key = case_key(case_number)
    return [draft for draft in mine.order_by("-created_at") if case_key(draft.case_number) == key]


def others(referral: Referral, *, by) -> list[Referral]:
    """The other referrals of this young person that `by` may see, newest first."""
    if referral.young_person_id is None:
        return []
    same = Referral.objects.visible_to(by).sent().filter(young_person=referral.young_person_id)
    return list(same.exclude(pk=referral.pk).with_names().order_by("-received_on", "-reference"))


def differing(referral: Referral, same: list[Referral]) -> list[Referral]:
    """Those of `same`, referrals of one young person, that give another name or date of birth than `referral`.

    Names are compared without accents, punctuation and order; what is not given differs from nothing.
    """
    return [other for other in same if _another_name(referral, other) or _another_birth(referral, other)]


def _another_name(one: Referral, two: Referral) -> bool:
    return bool(one.name and two.name) and name_key(one.name) != name_key(two.name)


def _another_birth(one: Referral, two: Referral) -> bool:
    return bool(one.date_of_birth and two.date_of_birth) and one.date_of_birth != two.date_of_birth
