"""Who is invited to a conference, by agency, and who came. Being invited shows them the conference, no casework."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.permissions import Permission, can
from consultations import invitations
from core import drafts, notices
from core.workflow import ActRefused

from ..models import Conference, ConferenceInvitee
from ..no_names import NoNames
from .conference_steps import draft_key, locked, record, which

# How long it is planned for: the practice's conferences are longer than a consultation.
LENGTH = timedelta(hours=2)
SENT_TWICE = timedelta(seconds=30)
# Who is usually needed (practice.md §2); a form suggests them, and the page says which of them nobody asked.
AGENCIES = [
    "Children’s social care",
    "Police: Safer Neighbourhood Team",
    "School",
    "Education",
    "Health",
    "Youth provision",
    "Community organisation",
    "Voluntary sector",
    "Local business",
    "Regeneration and housing",
]


def of(conference: Conference) -> list[ConferenceInvitee]:
    """Everybody who is invited, by agency; one query."""
    return list(conference.invitees.select_related("person"))


def invite(conference: Conference, values: Mapping[str, Any], *, by, at: datetime | None = None) -> ConferenceInvitee:
    """Invite an agency: `person` with an account here, or `name` and `email` of somebody elsewhere, or nobody by name.

    Raises ActRefused for who is invited already or cannot read conferences, and where the conference was called off.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = locked(conference)
        _not_off(current)
        person = values["person"]
        if person is not None and not can(person, Permission.CONFERENCE_SEE):
            raise ActRefused(f"{person.name} cannot read conferences here.")
        who = {"person": person} if person else {"name": values["name"], "email": values["email"]}
        drafts.drop(draft_key(current, "invite"), by)
        if there := _same(current, values["agency"], who):
            if there.added_by_id == by.pk and abs(at - there.added_at) <= SENT_TWICE:
                return there  # the same form, sent twice
            raise ActRefused(f"{there.who or there.agency} is invited already.")
        invitee = ConferenceInvitee.objects.create(
            conference=current, agency=values["agency"], added_by=by, added_at=at, **who
        )
        record(current, "context.conference-invited", by=by, at=at, invitee=str(invitee.pk))
        if lies_ahead(current, at):
            _tell_each(current, [invitee], by=by, at=at)
    return invitee


def uninvite(invitee: ConferenceInvitee, *, by, at: datetime | None = None) -> None:
    """Take an invitation back; who was told of it is told that, too. Who is off the list already stays off it."""
    at = at or timezone.now()
    with transaction.atomic():
        current = locked(invitee.conference)
        _not_off(current)
        there = current.invitees.select_related("person").filter(pk=invitee.pk).first()
        if there is None:
            return
        if there.invited_at is not None and lies_ahead(current, at):
            words = f"You are no longer expected at the context conference {which(current)}."
            _tell(current, there, words, f"off:{there.pk}", calendar(current, cancelled=True, at=at), by=by, at=at)
        record(current, "context.conference-uninvited", by=by, at=at, invitee=str(there.pk))
        there.delete()


def mark(
    conference: Conference, changes: Mapping[UUID, tuple[str, str]], *, by, at: datetime | None = None
) -> tuple[int, list[ConferenceInvitee]]:
    """Say who came: {invitee: (what the page showed, what it is now)}, each an Attendance or "".

    Gives how many were changed, and those whom somebody else marked otherwise meanwhile: their mark stays.
    """
    at = at or timezone.now()
    changed, meanwhile = 0, []
    with transaction.atomic():
        current = locked(conference)
        _not_off(current)
        for there in current.invitees.select_related("person").filter(pk__in=list(changes)):
            was, now = changes[there.pk]
            if now in (was, there.came):
                continue
            if there.came != was:
                meanwhile.append(there)
                continue
            there.came = now
            there.save(update_fields=["came"])
            record(current, "context.conference-attendance", by=by, at=at, invitee=str(there.pk), came=[was, now])
            changed += 1
    return changed, meanwhile


def lies_ahead(conference: Conference, at: datetime) -> bool:
    """Whether it is still to come, so that inviting makes sense; a day without a time counts whole."""
    if not conference.is_arranged:
        return False
    start = starts(conference)
    return start > at if start else conference.on >= timezone.localdate(at)


def starts(conference: Conference) -> datetime | None:
    """When it begins; None where only the day is known."""
    if conference.starts_at is None:
        return None
    return datetime.combine(conference.on, conference.starts_at, tzinfo=invitations.LONDON)


def calendar(conference: Conference, *, cancelled: bool = False, at: datetime | None = None) -> str:
    """The conference as an iCalendar text. It leaves the service: it names the reference and no child."""
    return invitations.meeting(
        uid=conference.pk,
        sequence=conference.invitation,
        summary=f"Context conference {conference.context.reference}",
        day=conference.on,
        start=starts(conference),
        place=NoNames.of(conference.context_id).replaced(conference.place),
        length=LENGTH,
        cancelled=cancelled,
        at=at,
    )


def invite_again(conference: Conference, *, by, at: datetime) -> None:
    """Tell everybody on the list of the new day, time or place."""
    if lies_ahead(conference, at):
        _tell_each(conference, of(conference), by=by, at=at)


def tell_it_is_off(conference: Conference, *, by, at: datetime) -> None:
    """Tell everybody who was invited, and the chair, that it does not take place."""
    words = f"The context conference {which(conference)} will not take place."
    off = calendar(conference, cancelled=True, at=at)
    for invitee in of(conference):
        if invitee.invited_at is not None:
            _tell(conference, invitee, words, f"off:{conference.invitation}", off, by=by, at=at)
    if conference.chair_id and conference.chair_id != by.pk:
        key = f"conference:{conference.pk}:off:{conference.invitation}"
        notices.tell([conference.chair], words, key=key, url=conference.get_absolute_url(), calendar=off, at=at)


def tell_chair(conference: Conference, *, by, at: datetime) -> None:
    """Tell a chair with an account that they chair it, and when."""
    if conference.chair_id and conference.chair_id != by.pk and lies_ahead(conference, at):
        notices.tell(
            [conference.chair], f"You chair the context conference {which(conference)}.",
            key=f"conference:{conference.pk}:chair:{conference.version}", url=conference.get_absolute_url(),
            calendar=calendar(conference, at=at), at=at,
        )  # fmt: skip


def people_here(conference: Conference) -> list:
    """The chair and the invited people who have an account."""
    invited = [one.person for one in of(conference) if one.person_id]
    return [*([conference.chair] if conference.chair_id else []), *invited]


def _tell_each(conference: Conference, invitees: list[ConferenceInvitee], *, by, at: datetime) -> None:
    file = calendar(conference, at=at)
    for invitee in invitees:
        if invitee.invited_at is None:
            words = f"You are invited to the context conference {which(conference)}."
        else:
            words = f"The context conference has changed: {which(conference)}."
        _tell(conference, invitee, words, f"invitation:{conference.invitation}:{invitee.pk}", file, by=by, at=at)
        if invitee.person_id or (invitee.email and settings.SENDS_MAIL):
            invitee.invited_at = at
            invitee.save(update_fields=["invited_at"])


def _tell(
    conference: Conference, invitee: ConferenceInvitee, words: str, about: str, file: str, *, by, at: datetime
) -> None:
    key = f"conference:{conference.pk}:{about}"
    if not invitee.person_id:
        notices.write_to([invitee.email], words, key=key, calendar=file, at=at)
    elif invitee.person_id != by.pk:
        notices.tell([invitee.person], words, key=key, url=conference.get_absolute_url(), calendar=file, at=at)


def _same(conference: Conference, agency: str, who: Mapping[str, Any]) -> ConferenceInvitee | None:
    there = conference.invitees.select_related("person")
    if "person" in who:
        return there.filter(person=who["person"]).first()
    return there.filter(person=None, agency__iexact=agency, name__iexact=who["name"]).first()


def _not_off(conference: Conference) -> None:
    if conference.off_because:
        raise ActRefused("This conference was called off, so nobody is invited to it any more.")
