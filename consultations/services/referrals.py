"""Making and sending referrals: toolkit steps 1 and 2."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import can
from core import audit, drafts, notices
from core.models import FormSection
from core.models.lists import FormName
from core.numbers import next_in_series
from core.workflow import ActRefused, EditConflict

from .. import workflow
from ..choices import Arrival, ReferralAct, ReferralState
from ..models import Referral, SuitabilityAnswer, YoungPerson

DRAFT_KEY_NEW = "referral:new"
FIRST_STEP = "young-person"
# Within this time the same input by the same person is the same form sent twice, not a second record.
SENT_TWICE = timedelta(seconds=30)
# What a referral cannot be sent without: (field, the step it is asked in, what to say).
REQUIRED = (
    ("case_number", "young-person", "Enter the young person’s case number"),
    ("name", "young-person", "Enter the young person’s name"),
    ("referrer_name", "referrer", "Enter who is making the referral"),
    ("agency", "referrer", "Select the referrer’s agency"),
    ("arrival", "referrer", "Select how the referral arrived"),
    ("received_on", "referrer", "Enter the date the referral was received"),
    ("worry", "worry", "Enter what you are worried about"),
)


def locked(referral: Referral) -> Referral:
    """The row as it stands now, locked until the transaction ends."""
    return Referral.objects.select_for_update(of=("self",)).get(pk=referral.pk)


def acts_for(referral: Referral, user) -> set[str]:
    """The acts that this referral's state allows and this person may do: what the page draws buttons for."""
    return {t.act for t in workflow.REFERRAL.possible(referral.state) if can(user, t.permission)}


def missing(referral: Referral) -> list[tuple[str, str]]:
    """What a draft still lacks before it can be sent: (step, what to do)."""
    return [(step, words) for name, step, words in REQUIRED if not getattr(referral, name)]


def start(values: dict[str, Any], *, by, known_from: str = "", at: datetime | None = None) -> Referral:
    """A new draft with what is known; the referrer is `by` until they say otherwise.

    `known_from` is the reference of the referral that the young person's details were taken from.
    """
    at = at or timezone.now()
    with transaction.atomic():
        if twice := _just_started(values, by=by, at=at):
            drafts.drop(DRAFT_KEY_NEW, by)
            return twice
        referral = Referral(
            made_by=by,
            created_at=at,
            referrer=by,
            referrer_name=by.name,
            team=by.team,
            agency=by.team.agency if by.team else None,
            arrival=Arrival.ONLINE,
            received_on=timezone.localdate(at),
        )
        _assign(referral, values)
        referral.step_versions = {FIRST_STEP: 1}
        referral.save(update_fields=["step_versions"])
        detail = {"known from": known_from} if known_from else {}
        audit.record("referral.drafted", by=by, subject=referral, detail=detail, at=at)
        drafts.drop(DRAFT_KEY_NEW, by)
    return referral


def _just_started(values: dict[str, Any], *, by, at: datetime) -> Referral | None:
    """The draft that this person began a moment ago with the same young person: the same form, sent twice."""
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)  # two at once: the second waits for the first
    same = {name: values[name] for name in ("case_number", "name", "date_of_birth") if name in values}
    just_now = (at - SENT_TWICE, at + SENT_TWICE)  # whichever of the two got here first
    mine = Referral.objects.filter(made_by=by, state=ReferralState.DRAFT, created_at__range=just_now)
    return mine.filter(**same).first()


def save_step(
    referral: Referral, values: dict[str, Any], *, version: int, step: str, by, at: datetime | None = None
) -> Referral:
    """Save one step of a draft; `version` is the step's (`Referral.step_version`), as the page showed it.

    Raises ActRefused once the draft is sent, EditConflict where another tab saved the same step meanwhile.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = locked(referral)
        workflow.REFERRAL.check(ReferralAct.SEND, current.state)
        if current.step_version(step) != version:
            raise EditConflict("This draft was changed in another tab or window after you opened this page.", current)
        answers = {key: values.pop(key) for key in list(values) if key.startswith("question-")}
        before = audit.state_of(current, list(values)) | _answered(current, answers)
        current.version += 1
        current.step_versions[step] = version + 1
        _assign(current, values)
        for question in FormSection.objects.of(FormName.SUITABILITY):
            if (body := answers.get(f"question-{question.key}")) is not None:
                SuitabilityAnswer.objects.update_or_create(referral=current, question=question, defaults={"body": body})
        changed = audit.changes(before, audit.state_of(current, list(values)) | answers)
        audit.record("referral.draft-saved", by=by, subject=current, detail={"step": step, "changed": changed}, at=at)
        drafts.drop(draft_key(current, step), by)
    return current


def _answered(referral: Referral, names: Iterable[str]) -> dict[str, str]:
    """What stands in the answers to these questions (`question-<key>`) now."""
    given = {f"question-{answer.question.key}": answer.body for answer in referral.answers.select_related("question")}
    return {name: given.get(name, "") for name in names}


def draft_key(referral: Referral, form: str) -> str:
    """The key under which what is typed into a form about this referral is kept."""
    return f"referral:{referral.pk}:{form}"


def discard(referral: Referral, *, by, at: datetime | None = None) -> None:
    """Delete a draft for good. Raises ActRefused once it is sent."""
    with transaction.atomic():
        current = locked(referral)
        workflow.REFERRAL.check(ReferralAct.DISCARD, current.state)
        audit.record("referral.discarded", by=by, subject=current, at=at)
        drafts.drop_all(draft_key(current, ""), by)
        current.answers.all().delete()
        current.delete()


def send(referral: Referral, *, by, at: datetime | None = None) -> Referral:
    """Send a draft: it gets its reference and waits to be screened.

    The young person is found by the case number, or becomes a new one. Raises ActRefused where it was sent before
    or lacks an answer.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = locked(referral)
        transition = workflow.REFERRAL.check(ReferralAct.SEND, current.state)
        if drafts.kept_under(draft_key(current, ""), by):
            raise ActRefused("You typed something that is not among these answers yet. Save it or discard it first.")
        if lacking := missing(current):
            raise ActRefused(f"The referral cannot be sent yet: {lacking[0][1][0].lower()}{lacking[0][1][1:]}.")
        current.young_person = young_person(
            case_number=current.case_number, name=current.name, date_of_birth=current.date_of_birth, at=at
        )
        current.reference = reference_for(current.received_on)
        current.state = transition.target
        current.sent_at = at
        current.version += 1
        current.save()
        audit.record("referral.sent", by=by, subject=current, label=current.reference, at=at)
        if current.referrer is not None and current.referrer_id != by.pk:
            words = f"Referral {current.reference} was made on your behalf."
            key = f"referral:{current.pk}:sent"
            notices.tell([current.referrer], words, key=key, url=current.get_absolute_url(), at=at)
        drafts.drop_all(draft_key(current, ""), by)
    return current


def young_person(*, case_number: str, name: str, date_of_birth: date | None, at: datetime) -> YoungPerson:
    """The young person with this case number, made if new; what was not known of them is filled in, never changed."""
    same = YoungPerson.objects.select_for_update().filter(case_number__iexact=case_number)
    person = same.first()
    if person is None:
        try:
            with transaction.atomic():
                return YoungPerson.objects.create(
                    case_number=case_number, name=name, date_of_birth=date_of_birth, created_at=at
                )
        except IntegrityError:  # somebody else sent a referral for the same young person at this very moment
            person = same.get()
    while person.merged_into_id:  # locked in the order that services.people follows: who goes before who stays
        person = YoungPerson.objects.select_for_update().get(pk=person.merged_into_id)
    if (name and not person.name) or (date_of_birth and not person.date_of_birth):
        person.name = person.name or name
        person.date_of_birth = person.date_of_birth or date_of_birth
        person.save()
    return person


def reference_for(received_on: date) -> str:
    """The next reference of the year in which a referral was received, such as CS-2026-0042."""
    return f"CS-{received_on.year}-{next_in_series(f'CS-{received_on.year}'):04d}"


def _assign(referral: Referral, values: dict[str, Any]) -> None:
    many = {name: value for name, value in values.items() if Referral._meta.get_field(name).many_to_many}
    for name, value in values.items():
        if name not in many:
            setattr(referral, name, value)
    referral.save()
    for name, value in many.items():
        getattr(referral, name).set(value)


def is_draft(referral: Referral) -> bool:
    """Whether it has not been sent."""
    return referral.state == ReferralState.DRAFT
