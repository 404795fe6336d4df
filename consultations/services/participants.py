"""Who takes part in a consultation, and the invitations that they get. Taking part gives nobody access to a record."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.permissions import Permission, can
from core import audit, drafts, notices
from core.workflow import ActRefused

from .. import invitations, workflow
from ..choices import ReferralAct, ReferralState
from ..models import Consultation, Participant, Referral
from . import referrals

DRAFT = "participant:new"


def of(consultation: Consultation) -> list[Participant]:
    """Everybody on the list, in the order in which they were put there; one query."""
    return list(consultation.participants.select_related("person__team"))


def lies_ahead(consultation: Consultation, at: datetime) -> bool:
    """Whether the meeting is still to come, so that inviting makes sense; a day without a time counts whole."""
    return consultation.referral.state == ReferralState.PLANNED and _is_to_come(consultation, at)


def add(consultation: Consultation, values: Mapping[str, Any], *, by, at: datetime | None = None) -> Participant:
    """Put somebody on the list: `person` with an account here, or `name`, `agency` and `email` of somebody elsewhere.

    Whoever is added while the meeting lies ahead is invited. Raises ActRefused for somebody who is there already, and
    where the referral's state does not allow it.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(consultation)
        person = values["person"]
        who = {"person": person} if person else {name: values[name] for name in ("name", "agency", "email")}
        if there := _same(current, who):
            just_now = abs(at - there.added_at) <= referrals.SENT_TWICE
            if there.added_by_id == by.pk and just_now:
                return there  # the same form, sent twice
            raise ActRefused(f"{there.person.name if there.person_id else there.name} is on the list already.")
        participant = Participant.objects.create(consultation=current, added_by=by, added_at=at, **who)
        _record(current, "consultation.participant-added", by=by, at=at, who=participant.who)
        drafts.drop(referrals.draft_key(current.referral, DRAFT), by)
        if lies_ahead(current, at):
            _invite(current, [participant], by=by, at=at)
    return participant


def remove(participant: Participant, *, by, at: datetime | None = None) -> bool:
    """Take somebody off the list; who was invited to a meeting that lies ahead is told. Gives whether they were told.

    Raises ActRefused where the referral's state does not allow it. Who is off the list already stays off it.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(participant.consultation)
        there = current.participants.select_related("person").filter(pk=participant.pk).first()
        if there is None:
            return False
        tell = there.invited_at is not None and lies_ahead(current, at)
        if tell:
            words = f"You are no longer expected at the case consultation {_which(current)}."
            calendar = invitations.calendar(current, cancelled=True, at=at)
            _tell(current, there, words, f"off:{there.pk}", calendar, by=by, at=at)
        _record(current, "consultation.participant-removed", by=by, at=at, who=there.who)
        there.delete()
    return tell


def mark(
    consultation: Consultation,
    changes: Mapping[UUID, tuple[bool | None, bool | None]],
    *,
    by,
    at: datetime | None = None,
) -> tuple[int, list[Participant]]:
    """Say who came: {participant: (what the page showed, what it is now)}; None is "not known".

    Gives how many were changed, and those whom somebody else marked otherwise meanwhile: their mark stays. Raises
    ActRefused where the referral's state does not allow it.
    """
    at = at or timezone.now()
    changed, marked_meanwhile = 0, []
    with transaction.atomic():
        current = _locked(consultation)
        for there in current.participants.select_related("person__team").filter(pk__in=list(changes)):
            was, now = changes[there.pk]
            if now == was or now == there.came:
                continue
            if there.came != was:
                marked_meanwhile.append(there)
                continue
            there.came = now
            there.save(update_fields=["came"])
            _record(current, "consultation.participant-came", by=by, at=at, who=there.who, came=[was, now])
            changed += 1
    return changed, marked_meanwhile


def invite(consultation: Consultation, *, by, at: datetime | None = None) -> list:
    """Invite everybody on the list, or tell those who were invited before of the new day, time or place.

    To be called in the transaction in which the meeting was planned or moved. `by` knows already. A meeting that lies
    behind is announced to nobody. Gives the people here who were told.
    """
    at = at or timezone.now()
    if not lies_ahead(consultation, at):
        return []
    everybody = of(consultation)
    _invite(consultation, everybody, by=by, at=at)
    return _people(everybody, but=by)


def call_off(referral: Referral, *, by, at: datetime | None = None) -> list:
    """The referral is withdrawn: tell everybody who was invited. To be called in the withdrawal's transaction.

    Where there is no meeting, or it was called off before, nobody is told anything. Gives the people here who were.
    """
    at = at or timezone.now()
    consultation = Consultation.objects.select_for_update().filter(referral=referral).first()
    if consultation is None:
        return []
    consultation.referral = referral
    invited = [participant for participant in of(consultation) if participant.invited_at is not None]
    if not invited or not _is_to_come(consultation, at):
        return []
    consultation.invitation += 1
    consultation.save(update_fields=["invitation"])
    words = f"The case consultation {_which(consultation)} will not take place: the referral is withdrawn."
    calendar = invitations.calendar(consultation, cancelled=True, at=at)
    for participant in invited:
        _tell(consultation, participant, words, f"off:{consultation.invitation}", calendar, by=by, at=at)
    consultation.participants.update(invited_at=None)
    return _people(invited, but=by)


def _people(participants: list[Participant], *, but) -> list:
    return [one.person for one in participants if one.person_id and one.person_id != but.pk]


def _is_to_come(consultation: Consultation, at: datetime) -> bool:
    if start := invitations.starts(consultation):
        return start > at
    return consultation.planned_for is not None and consultation.planned_for >= timezone.localdate(at)


def _locked(consultation: Consultation) -> Consultation:
    """The consultation with its referral, locked; raises ActRefused where nothing may be written about it now."""
    referral = referrals.locked(consultation.referral)
    workflow.REFERRAL.check(ReferralAct.WRITE, referral.state)
    current = Consultation.objects.select_for_update().get(pk=consultation.pk)
    current.referral = referral
    return current


def _same(consultation: Consultation, who: Mapping[str, Any]) -> Participant | None:
    there = consultation.participants.select_related("person")
    if "person" in who:
        return there.filter(person=who["person"]).first()
    return there.filter(person=None, name__iexact=who["name"], agency__iexact=who["agency"]).first()


def _invite(consultation: Consultation, participants: list[Participant], *, by, at: datetime) -> None:
    calendar = invitations.calendar(consultation, at=at)
    for participant in participants:
        if participant.invited_at is None:
            words = f"You are invited to the case consultation {_which(consultation)}."
        else:
            words = f"The case consultation has changed: {_which(consultation)}."
        key = f"invitation:{consultation.invitation}:{participant.pk}"
        _tell(consultation, participant, words, key, calendar, by=by, at=at)
        if participant.person_id or (participant.email and settings.SENDS_MAIL):
            participant.invited_at = at
            participant.save(update_fields=["invited_at"])


def _tell(
    consultation: Consultation, participant: Participant, words: str, about: str, calendar: str, *, by, at: datetime
) -> None:
    """Who may read the record gets a link to it; everybody else the words and the calendar file alone."""
    key = f"consultation:{consultation.pk}:{about}"
    if not participant.person_id:
        notices.write_to([participant.email], words, key=key, calendar=calendar, at=at)
    elif participant.person_id != by.pk:
        person = participant.person
        may_read = can(person, Permission.REFERRAL_SEE, consultation.referral)
        url = reverse("consultations:consultation", args=[consultation.referral_id]) if may_read else ""
        notices.tell([person], words, key=key, url=url, calendar=calendar, at=at)


def _which(consultation: Consultation) -> str:
    """The reference and the time: "CS-2026-0042 on 22 November 2026 at 14:00"."""
    words = f"{consultation.referral.reference} on {date_format(consultation.planned_for, 'DATE_FORMAT')}"
    return f"{words} at {date_format(consultation.starts_at, 'TIME_FORMAT')}" if consultation.starts_at else words


def _record(consultation: Consultation, act: str, *, by, at: datetime, **detail) -> None:
    referral = consultation.referral
    audit.record(act, by=by, subject=referral, label=referral.reference, detail=detail, at=at)
