"""Actions agreed in a consultation: added, changed, handed over, noted on, closed, reopened."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.urls import reverse

from accounts.permissions import Permission, can
from core.actions import Actions, with_owners

from .. import workflow
from ..choices import ReferralAct
from ..models import ActionProgress, Consultation, ConsultationAction, Referral
from . import referrals

SUGGESTIONS = 100  # context names that a form offers


class ConsultationActions(Actions):
    """The actions of consultations: they may be written as long as their referral's state allows it."""

    model = ConsultationAction
    progress = ActionProgress
    name = "action"
    columns = ["space", "what", "context_name", "owner", "owner_name", "owner_agency", "due"]
    many = ["interventions"]

    def locked(self, action: ConsultationAction) -> ConsultationAction:
        rows = ConsultationAction.objects.select_for_update(of=("self",))
        return rows.select_related("owner", "closed_by", "consultation__referral").get(pk=action.pk)

    def check(self, action: ConsultationAction) -> None:
        workflow.REFERRAL.check(ReferralAct.WRITE, action.consultation.referral.state)

    def label(self, action: ConsultationAction) -> str:
        return action.consultation.referral.reference

    def page_of(self, action: ConsultationAction) -> str:
        return reverse("consultations:action", args=[action.pk])

    def added_detail(self, action: ConsultationAction) -> dict[str, Any]:
        return {"space": action.space}


KIND = ConsultationActions()
change, note, close, reopen = KIND.change, KIND.note, KIND.close, KIND.reopen
values_of, draft_key, page_of = KIND.values_of, KIND.draft_key, KIND.page_of


def add(consultation: Consultation, values: dict[str, Any], *, by, at: datetime | None = None) -> ConsultationAction:
    """A new action; of `values`, by the names of its fields, context_name and interventions may be left out.

    Its owner here is told. The same form sent twice makes one action. Raises ActRefused where the referral's state
    does not allow it, or the owner has left.
    """
    with transaction.atomic():
        referral = referrals.locked(consultation.referral)  # two at once: the second waits
        workflow.REFERRAL.check(ReferralAct.WRITE, referral.state)
        draft = referrals.draft_key(referral, "action:new")
        given = {"context_name": ""} | values
        return KIND.add(given, belongs={"consultation": consultation}, draft=draft, by=by, at=at)


def agreed(consultation: Consultation) -> list[ConsultationAction]:
    """The actions of one consultation with all that its pages show of them, in two queries; each has `notes`."""
    return list(with_owners(consultation.actions.all()).annotate(notes=Count("progress")))


def may_work_on(user, action: ConsultationAction) -> bool:
    """Whether this person may note how it goes and say how it ended: it is theirs, or they record consultations."""
    return action.owner_id == user.pk or can(user, Permission.CONSULTATION_WRITE)


def known_contexts(user) -> list[str]:
    """Names of places, schools and groups that this person has seen in referrals, the most frequent first.

    From other actions, the columns of Appendix A, and the detail of the data entry form: one query each.
    """
    referrals_seen = Referral.objects.visible_to(user)
    counts: dict[str, int] = {}
    for path in ("consultation__actions__context_name", "consultation__framework_places__name", "entry__detail"):
        names = referrals_seen.filter(**{f"{path}__gt": ""}).order_by()
        for name, number in names.values_list(path).annotate(number=Count("pk")).order_by("-number")[:SUGGESTIONS]:
            counts[name] = counts.get(name, 0) + number
    return sorted(counts, key=lambda name: (-counts[name], name))[:SUGGESTIONS]
