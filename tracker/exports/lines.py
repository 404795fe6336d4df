"""The rows of an export as the database gives them: plain tuples with names, some at a time, never all at once."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from consultations.choices import AdviceUsed
from consultations.models import ConsultationAction, Referral

from ..models import TrackerEntry

AT_ONCE = 1000
_USED = dict(AdviceUsed.choices)


class Keys:
    """The ids of the rows in their order, 16 bytes each: of very many, the ids alone would fill the memory."""

    def __init__(self, found: QuerySet[Referral]) -> None:
        self._bytes = b"".join(pk.bytes for pk in found.values_list("pk", flat=True).iterator(chunk_size=AT_ONCE))

    def __len__(self) -> int:
        return len(self._bytes) // 16

    def some(self) -> Iterator[list[UUID]]:
        """AT_ONCE of them at a time."""
        for first in range(0, len(self._bytes), 16 * AT_ONCE):
            part = self._bytes[first : first + 16 * AT_ONCE]
            yield [UUID(bytes=part[place : place + 16]) for place in range(0, len(part), 16)]


def lines(user, keys: Keys) -> Iterator[tuple[Any, list[Any]]]:
    """Each referral of `keys` in their order with its actions. One that `user` may not see by now is left out."""
    for wanted in keys.some():
        referrals = {line.pk: line for line in _referrals(Referral.objects.visible_to(user).filter(pk__in=wanted))}
        actions = defaultdict(list)
        for action in _actions(ConsultationAction.objects.filter(consultation__referral__in=referrals)):
            actions[action.referral_pk].append(action)
        for pk in wanted:
            if pk in referrals:
                yield referrals[pk], actions[pk]


def feedback_of(line: Any) -> str | None:
    """What stands in the column Feedback: what the data entry form says, else what the referrer gave here."""
    if line.entry_feedback:
        return line.entry_feedback
    if line.answered_at is None:
        return None
    words = [f"Useful: {line.useful} of 5. Advice used: {_USED[line.used].lower()}."]
    words += [f"{heading}: {said}" for heading, said in [("Young person", line.changed_for_them),
                                                         ("Context", line.changed_in_context)] if said]  # fmt: skip
    return "\n".join(words)


def _referrals(found: QuerySet[Referral]) -> QuerySet:
    harms = Referral.harms.through.objects.filter(referral=OuterRef("pk")).order_by("listitem__label")
    themes = TrackerEntry.themes.through.objects.filter(trackerentry__referral=OuterRef("pk")).order_by("theme__name")
    more = {
        "person": Coalesce("young_person__merged_into", "young_person"),
        "gender_label": F("gender__label"),
        "team_name": F("team__name"),
        "agency_name": F("agency__name"),
        "harm_labels": ArraySubquery(harms.values("listitem__label")),
        "theme_ids": ArraySubquery(themes.values("theme")),
        "how_long_known": F("entry__how_long_known"),
        "previous_referrals": F("entry__previous_referrals"),
        "concern": F("entry__primary_concern"),
        "detail": F("entry__detail"),
        "other_theme": F("entry__other_theme"),
        "entry_feedback": F("entry__feedback"),
        "completed_at": F("entry__completed_at"),
        "held_on": F("consultation__held_on"),
        "planned_for": F("consultation__planned_for"),
        "answered_at": F("feedback__answered_at"),
        "useful": F("feedback__useful"),
        "used": F("feedback__used"),
        "changed_for_them": F("feedback__young_person"),
        "changed_in_context": F("feedback__context"),
    }
    return found.order_by().annotate(**more).values_list(
        "pk", "reference", "received_on", "case_number", "name", "date_of_birth", "arrival", "referrer_name", "state",
        "screened_at", "signposted_to", "restricted_at", *more, named=True,
    )  # fmt: skip


def _actions(found: QuerySet[ConsultationAction]) -> QuerySet:
    options = ConsultationAction.interventions.through.objects.filter(consultationaction=OuterRef("pk"))
    more = {
        "referral_pk": F("consultation__referral"),
        "reference": F("consultation__referral__reference"),
        "who": Coalesce("owner__name", "owner_name"),
        "team_agency": F("owner__team__agency__name"),
        "agency": Coalesce("owner__team__agency__name", NullIf("owner_agency", Value(""))),
        "options": ArraySubquery(options.order_by("listitem__label").values("listitem__label")),
    }
    return found.order_by("created_at", "pk").annotate(**more).values_list(
        "space", "what", "due", "context_name", "status", "closed_at", "outcome", "owner_agency", *more, named=True
    )  # fmt: skip
