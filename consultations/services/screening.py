"""What a CS practitioner decides about a referral (toolkit step 3), and what may change about that afterwards."""

from collections.abc import Iterable
from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from accounts.permissions import Permission, can
from core import audit, drafts, notices, texts
from core.models import FormSection, Text
from core.models.lists import FormName
from core.workflow import ActRefused, EditConflict

from .. import workflow
from ..choices import MessageKind, ReferralAct
from ..models import (
    Consultation,
    ConsultationNote,
    FrameworkPlace,
    Participant,
    Referral,
    ReferralDecision,
    ReferralMessage,
)
from . import participants, referrals

# The heading of Appendix B that is kept as people, not as words.
PRESENT = "practitioners-present"
# Whoever calls `allocate` without having looked who has the referral now.
UNASKED = object()


def accept(
    referral: Referral,
    *,
    planned_for: date,
    reason: str,
    by,
    starts_at: time | None = None,
    place: str = "",
    people: Iterable = (),
    attending: str = "",
    heard: int | None = None,
    at: datetime | None = None,
) -> Referral:
    """Suitable: plan the consultation. Its form starts with what the referral says: nothing is typed twice.

    The referrer (where they have an account) and `by` take part, and so do `people`; `attending` names others, one a
    line, with their agency after a comma. A referral that was reopened goes on with the consultation it had.
    For `heard` see `_decide`.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = _decide(
            referral, ReferralAct.ACCEPT, reason=reason, words=_day(planned_for), heard=heard, by=by, at=at
        )
        current.save()
        consultation = Consultation.objects.filter(referral=current).first()
        if consultation is None:
            consultation = Consultation.objects.create(referral=current, planned_for=planned_for, created_at=at)
            _begin_forms(consultation, by=by, at=at)
        consultation.planned_for, consultation.starts_at, consultation.place = planned_for, starts_at, place
        consultation.invitation += 1
        consultation.save()
        _gather(consultation, [current.referrer, by, *people], attending, by=by, at=at)
        consultation.referral = current
        told = participants.invite(consultation, by=by, at=at)
        detail = {"planned_for": planned_for.isoformat(), "reason": reason}
        _record(current, "referral.accepted", by=by, at=at, **detail)
        words = f"A consultation is planned for referral {current.reference}."
        _tell_referrer(current, words, "accepted", told=told, by=by, at=at)
        drafts.drop(referrals.draft_key(current, "screen"), by)
    current.consultation = consultation
    return current


def signpost(
    referral: Referral, *, to: str, reason: str, by, heard: int | None = None, at: datetime | None = None
) -> Referral:
    """Not for a consultation: to another forum, agency or procedure, and why. For `heard` see `_decide`."""
    at = at or timezone.now()
    with transaction.atomic():
        current = _decide(referral, ReferralAct.SIGNPOST, reason=reason, words=to, heard=heard, by=by, at=at)
        current.signposted_to = to
        current.save()
        _record(current, "referral.signposted", by=by, at=at, to=to, reason=reason)
        _tell_referrer(current, f"Referral {current.reference} is signposted elsewhere.", "signposted", by=by, at=at)
        drafts.drop(referrals.draft_key(current, "screen"), by)
    return current


def ask(
    referral: Referral, *, question: str, by, heard: int | None = None, at: datetime | None = None
) -> ReferralMessage:
    """Ask the referrer for more information; they answer in the record, and the referral waits for it.

    For `heard` see `_decide`.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = referrals.locked(referral)
        if twice := _said_just_now(current, MessageKind.QUESTION, question, by=by, at=at):
            return twice
        transition = workflow.REFERRAL.check(ReferralAct.ASK, current.state)
        _nothing_new(current, heard)
        current.state = transition.target
        current.version += 1
        current.save()
        message = _say(current, MessageKind.QUESTION, question, by=by, at=at)
        _record(current, "referral.asked", by=by, at=at, message=str(message.pk))
        key = _question_key(message)
        words = f"A question about referral {current.reference} waits for your answer."
        notices.tell(_referrers(current, but=by), words, key=key, url=current.get_absolute_url(), at=at)
        drafts.drop(referrals.draft_key(current, "screen"), by)
    return message


def answer(referral: Referral, *, body: str, by, at: datetime | None = None) -> ReferralMessage:
    """Answer what was asked; the referral waits to be screened again."""
    at = at or timezone.now()
    with transaction.atomic():
        current = referrals.locked(referral)
        if twice := _said_just_now(current, MessageKind.ANSWER, body, by=by, at=at):
            return twice
        transition = workflow.REFERRAL.check(ReferralAct.ANSWER, current.state)
        asked = current.messages.filter(kind=MessageKind.QUESTION).select_related("by").last()
        current.state = transition.target
        current.version += 1
        current.save()
        message = _say(current, MessageKind.ANSWER, body, by=by, at=at)
        _nobody_need_answer(current)
        _record(current, "referral.answered", by=by, at=at, message=str(message.pk))
        others = {person for person in (asked.by if asked else None, current.allocated_to) if person and person != by}
        words = f"Your question about referral {current.reference} is answered."
        key = f"referral:{current.pk}:answer:{message.pk}"
        notices.tell(others, words, key=key, url=current.get_absolute_url(), at=at)
        drafts.drop(referrals.draft_key(current, "answer"), by)
    return message


def withdraw(referral: Referral, *, reason: str, by, heard: int | None = None, at: datetime | None = None) -> Referral:
    """The referrer does not want it any more, or it should not have been made; and why. Until the meeting is held.

    For `heard` see `_decide`.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = _decide(referral, ReferralAct.WITHDRAW, reason=reason, heard=heard, by=by, at=at)
        current.save()
        _record(current, "referral.withdrawn", by=by, at=at, reason=reason)
        told = participants.call_off(current, by=by, at=at)
        words = f"Referral {current.reference} is withdrawn."
        _tell_referrer(current, words, "withdrawn", told=told, by=by, at=at)
        if current.allocated_to_id and current.allocated_to_id not in {by.pk, *(person.pk for person in told)}:
            key = f"referral:{current.pk}:withdrawn:{current.version}"
            notices.tell([current.allocated_to], words, key=key, url=current.get_absolute_url(), at=at)
        for form in ("screen", "withdraw"):
            drafts.drop(referrals.draft_key(current, form), by)
    return current


def reopen(referral: Referral, *, reason: str, by, at: datetime | None = None) -> Referral:
    """A closed referral waits to be screened again, and why. What was decided before stays in its history."""
    at = at or timezone.now()
    with transaction.atomic():
        current = referrals.locked(referral)
        transition = workflow.REFERRAL.check(ReferralAct.REOPEN, current.state)
        current.state = transition.target
        current.screened_at = current.screened_by = None
        current.screening_reason = current.signposted_to = ""
        current.version += 1
        current.save()
        _keep(current, ReferralAct.REOPEN, reason=reason, by=by, at=at)
        _record(current, "referral.reopened", by=by, at=at, reason=reason)
        _tell_referrer(current, f"Referral {current.reference} is open again.", "reopened", by=by, at=at)
        drafts.drop(referrals.draft_key(current, "reopen"), by)
    return current


def allocate(referral: Referral, *, to, by, reason: str = "", was=UNASKED, at: datetime | None = None) -> Referral:
    """Say which CS practitioner looks after the referral; `to` None takes the allocation away.

    `was` is the id of whom it was allocated to when the page was drawn (None: nobody). Raises EditConflict where that
    has changed since, ActRefused for somebody who cannot screen referrals or may not see this one.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = referrals.locked(referral)
        workflow.REFERRAL.check(ReferralAct.ALLOCATE, current.state)
        drafts.drop(referrals.draft_key(current, "allocate"), by)
        if current.allocated_to_id == (to.pk if to else None):
            return current  # the same form sent twice, or two people of one mind
        if was is not UNASKED and current.allocated_to_id != was:
            present = current.allocated_to.name if current.allocated_to else "nobody"
            raise EditConflict(f"Somebody changed this meanwhile: the referral is now allocated to {present}.", current)
        if to is not None and not can(to, Permission.REFERRAL_SCREEN):
            raise ActRefused(f"{to.name} cannot screen referrals, so this one cannot be allocated to them.")
        if to is not None and not Referral.objects.visible_to(to).filter(pk=current.pk).exists():
            raise ActRefused(f"This referral is restricted and {to.name} has no access to it. Give them access first.")
        current.allocated_to = to
        current.version += 1
        current.save()
        words = to.name if to else "Nobody"
        _keep(current, ReferralAct.ALLOCATE, reason=reason, words=words, by=by, at=at)
        _record(current, "referral.allocated", by=by, at=at, to=words, reason=reason)
        if to is not None and to.pk != by.pk:
            key = f"referral:{current.pk}:allocated:{current.version}"
            line = f"Referral {current.reference} is allocated to you."
            notices.tell([to], line, key=key, url=current.get_absolute_url(), at=at)
    return current


def reschedule(
    referral: Referral,
    *,
    planned_for: date,
    by,
    starts_at: time | None = None,
    place: str = "",
    reason: str = "",
    invitation: int | None = None,
    at: datetime | None = None,
) -> Referral:
    """Another day, time or place for a consultation that has not been held.

    `invitation` is the number of the invitation that the page was drawn from; raises EditConflict (with the
    consultation as it stands) where somebody changed it since.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = referrals.locked(referral)
        workflow.REFERRAL.check(ReferralAct.RESCHEDULE, current.state)
        consultation = Consultation.objects.select_for_update().get(referral=current)
        before = audit.state_of(consultation, MEETING)
        consultation.planned_for, consultation.starts_at, consultation.place = planned_for, starts_at, place
        changed = audit.changes(before, audit.state_of(consultation, MEETING))
        if not changed:
            drafts.drop(referrals.draft_key(current, "reschedule"), by)
            return current
        if invitation is not None and consultation.invitation != invitation:
            present = Consultation.objects.get(pk=consultation.pk)
            raise EditConflict("Somebody changed the date, time or place after you opened this page.", present)
        consultation.invitation += 1
        consultation.save()
        consultation.referral = current
        told = participants.invite(consultation, by=by, at=at)
        _keep(current, ReferralAct.RESCHEDULE, reason=reason, words=_day(planned_for), by=by, at=at)
        _record(current, "referral.rescheduled", by=by, at=at, changed=changed, reason=reason)
        words = f"The consultation about referral {current.reference} has another date, time or place."
        about = f"rescheduled:{consultation.invitation}"
        _tell_referrer(current, words, about, told=told, by=by, at=at)
        drafts.drop(referrals.draft_key(current, "reschedule"), by)
    return current


MEETING = ["planned_for", "starts_at", "place"]


def _decide(
    referral: Referral, act: str, *, reason: str, by, at: datetime, words: str = "", heard: int | None = None
) -> Referral:
    """The locked referral in the state that `act` leads to; a decision after screening leaves the screening's own.

    `heard` is how many messages of the conversation the one who decides has seen; raises EditConflict where another
    has come in since, so that nobody decides without having read the answer.
    """
    current = referrals.locked(referral)
    transition = workflow.REFERRAL.check(act, current.state)
    _nothing_new(current, heard)
    _nobody_need_answer(current)
    current.state = transition.target
    if current.screened_at is None:
        current.screened_at, current.screened_by, current.screening_reason = at, by, reason
    current.version += 1
    _keep(current, act, reason=reason, words=words, by=by, at=at)
    return current


def _keep(referral: Referral, act: str, *, reason: str, by, at: datetime, words: str = "") -> None:
    ReferralDecision.objects.create(referral=referral, act=act, by=by, at=at, reason=reason, words=words[:300])


def _say(referral: Referral, kind: str, body: str, *, by, at: datetime) -> ReferralMessage:
    return ReferralMessage.objects.create(referral=referral, kind=kind, body=body, by=by, at=at)


def _nothing_new(referral: Referral, heard: int | None) -> None:
    if heard is not None and heard < referral.messages.count():
        raise EditConflict("Something was asked or answered after you opened this page.", referral)


def _question_key(question: ReferralMessage) -> str:
    return f"referral:{question.referral_id}:question:{question.pk}"


def _nobody_need_answer(referral: Referral) -> None:
    """Take back the notices about questions: they are answered, or the decision came without an answer."""
    if keys := [_question_key(question) for question in referral.messages.filter(kind=MessageKind.QUESTION)]:
        notices.forget(*keys)


def _said_just_now(referral: Referral, kind: str, body: str, *, by, at: datetime) -> ReferralMessage | None:
    """The same message by the same person a moment ago: the same form, sent twice."""
    just_now = (at - referrals.SENT_TWICE, at + referrals.SENT_TWICE)
    return referral.messages.filter(kind=kind, body=body, by=by, at__range=just_now).first()


def _begin_forms(consultation: Consultation, *, by, at: datetime) -> None:
    """A text for every section of Appendix B, begun with what is known already, and the columns of Appendix A."""
    known = _known_already(consultation.referral)
    for section in FormSection.objects.of(FormName.CONSULTATION):
        if section.key == PRESENT:
            continue
        body = known.get(section.key, "")
        text = texts.begin(body, by=by, at=at) if body else Text.objects.create()
        ConsultationNote.objects.create(consultation=consultation, section=section, text=text)
    FrameworkPlace.objects.bulk_create(
        FrameworkPlace(consultation=consultation, factor=factor, order=1)
        for factor in FormSection.objects.of(FormName.FRAMEWORK_FACTORS)
    )


def _gather(consultation: Consultation, people: Iterable, attending: str, *, by, at: datetime) -> None:
    """Those who will take part, each once."""
    there = {person_id for person_id in consultation.participants.values_list("person", flat=True) if person_id}
    named = set(consultation.participants.filter(person=None).values_list("name", flat=True))
    for person in people:
        if person is not None and person.pk not in there:
            there.add(person.pk)
            Participant.objects.create(consultation=consultation, person=person, added_by=by, added_at=at)
    for line in attending.splitlines():
        name, _, agency = (part.strip() for part in line.partition(","))
        if name and name[:200] not in named:
            named.add(name[:200])
            Participant.objects.create(
                consultation=consultation, name=name[:200], agency=agency[:200], added_by=by, added_at=at
            )


def _known_already(referral: Referral) -> dict[str, str]:
    """What the referral says about the header of Appendix B, by section key."""
    return {
        "gender": str(referral.gender or ""),
        "ethnicity": str(referral.ethnicity or ""),
        "disability": ", ".join(str(item) for item in referral.disabilities.all()),
        "legal-status": str(referral.legal_status or ""),
        "education": str(referral.education or ""),
    }


def _referrers(referral: Referral, *, but) -> list:
    """Who made the referral and whose it is, without the person who acts."""
    return [person for person in (referral.referrer, referral.made_by) if person is not None and person.pk != but.pk]


def _tell_referrer(referral: Referral, words: str, about: str, *, by, at: datetime, told: Iterable = ()) -> None:
    """Tell the referrer's side, but for `told`, who have been told of it by an invitation."""
    if not referral.imported:
        key = f"referral:{referral.pk}:{about}:{referral.version}"
        people = [person for person in _referrers(referral, but=by) if person not in told]
        notices.tell(people, words, key=key, url=referral.get_absolute_url(), at=at)


def _record(referral: Referral, act: str, *, by, at: datetime, **detail) -> None:
    audit.record(act, by=by, subject=referral, label=referral.reference, detail=detail, at=at)


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")
