"""Telling somebody that something waits for them, without a word about whom it concerns.

The row is written in the transaction of the act. The e-mail is sent afterwards by a worker, which asks the rows what
is still to be sent: a lost ring, a dead worker or a mail server that is away delays it, and loses nothing.

What is promised of the e-mail: it is sent at least once, or given up after MAX_ATTEMPTS tries or GIVE_UP_AFTER.
It is sent twice only where a worker dies, or loses the database, between the mail server's "accepted" and its own
note of that: no program can make those two one step. Then both copies bear the same Message-ID, by which mail systems
know them for one.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPException, SMTPNotSupportedError, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from .models import Notice
from .models.notices import NoticeQuerySet

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 20
AT_ONCE = 50
# An e-mail that could not be sent for so long says nothing new any more; the notice itself stays.
GIVE_UP_AFTER = timedelta(days=3)
# After so long a claimed e-mail is tried again; twice as long after each try. Longer than any one try can take.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=2), timedelta(hours=1)
# What is wrong with one message, while the mail server takes others. ValueError: an address no header can hold.
OF_ONE_MESSAGE = (SMTPRecipientsRefused, SMTPDataError, SMTPNotSupportedError, ValueError)


@dataclass(frozen=True)
class Telling:
    """One notice to one person, for `tell_each`."""

    person: object
    words: str
    key: str
    url: str = ""


def tell(
    people: Iterable, words: str, *, key: str, url: str = "", calendar: str = "", at: datetime | None = None
) -> list[Notice]:
    """Give each of `people` one notice; who has one with the same `key` already gets none. Returns the new ones.

    `words` say what waits and name the record by its reference, never a person it is about; `url` is the path of the
    page where it waits. Somebody who has left is told nothing.
    """
    wanted = {person.pk: person for person in people if person is not None and person.is_active}
    return _write(
        [Notice(user=person, key=key, words=words, url=url, calendar=calendar) for person in wanted.values()], at
    )


def tell_each(tellings: Iterable[Telling], *, at: datetime | None = None) -> list[Notice]:
    """Many notices, each of its own words, in two queries. As `tell`: nobody twice, and nobody who has left."""
    rows = {
        (one.person.pk, one.key): Notice(user=one.person, key=one.key, words=one.words, url=one.url)
        for one in tellings
        if one.person.is_active
    }
    return _write(list(rows.values()), at)


def write_to(addresses: Iterable[str], words: str, *, key: str, calendar: str = "", at: datetime | None = None) -> None:
    """The same by e-mail alone, for people without an account; they get no link into the product."""
    wanted = {address.lower() for address in addresses if address}
    _write([Notice(email=address, key=key, words=words, calendar=calendar) for address in sorted(wanted)], at)


def forget(*keys: str) -> None:
    """Take back notices that nobody has read, where what waited is done. Those that were read stay as they are."""
    Notice.objects.filter(key__in=keys, read_at=None).delete()


def read(notice: Notice, *, at: datetime | None = None) -> None:
    """Mark a notice as read."""
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=at or timezone.now())


def read_all(user, *, upto: datetime | None = None, at: datetime | None = None) -> int:
    """Mark everything of this person as read, or only what is not newer than `upto`; how many that were."""
    at = at or timezone.now()
    return Notice.objects.visible_to(user).unread().filter(created_at__lte=upto or at).update(read_at=at)


def send_waiting() -> int:
    """Send the e-mails that wait; how many were sent. Two workers never take the same one.

    Each is claimed in a short transaction of its own, so no row is locked while the mail server talks, and what a
    killed worker had claimed is tried again after its pause. Where the mail server is away nothing is claimed. What
    is wrong with one message holds up no other. Without a mail server (no EMAIL_URL) everything goes on waiting.
    """
    if settings.EMAIL_BACKEND.endswith(".dummy.EmailBackend") or not _waiting(timezone.now()).exists():
        return 0
    sent, mail = 0, None
    try:
        for _ in range(AT_ONCE):
            if mail is None:
                mail = _open()
            notice = _claim(timezone.now()) if mail else None
            if notice is None:
                break
            try:
                _send(notice, mail)
            except (OSError, ValueError) as error:  # smtplib's own errors are OSErrors too
                _note_failure(notice, error)
                _close(mail)
                mail = None
                if not isinstance(error, OF_ONE_MESSAGE):
                    break
            else:
                Notice.objects.filter(pk=notice.pk).update(mailed_at=timezone.now())
                sent += 1
    finally:
        if mail is not None:
            _close(mail)
    return sent


def _waiting(now: datetime) -> NoticeQuerySet:
    """What is to be sent now. Who has read the notice, or has left, needs no e-mail; an invitation is the e-mail."""
    return Notice.objects.filter(
        Q(next_try_at=None) | Q(next_try_at__lte=now),
        Q(user=None) | Q(user__is_active=True),
        Q(read_at=None) | ~Q(calendar=""),
        mailed_at=None,
        attempts__lt=MAX_ATTEMPTS,
        created_at__gt=now - GIVE_UP_AFTER,
    )


def _claim(now: datetime) -> Notice | None:
    """Take one that waits, as one more try. No other worker takes it before its pause is over."""
    with transaction.atomic():
        rows = _waiting(now).select_for_update(skip_locked=True, of=("self",)).select_related("user")
        notice = rows.order_by("attempts", "created_at").first()
        if notice is not None:
            notice.next_try_at = now + min(FIRST_PAUSE * 2**notice.attempts, LONGEST_PAUSE)
            notice.attempts += 1
            notice.save(update_fields=["attempts", "next_try_at"])
    return notice


def _open() -> BaseEmailBackend | None:
    """A connection to the mail server; None where it does not answer."""
    mail = get_connection()
    try:
        mail.open()
    except OSError as error:
        logger.warning("the mail server does not answer (%s); what waits is sent later", type(error).__name__)
        return None
    return mail


def _close(mail: BaseEmailBackend) -> None:
    try:
        mail.close()
    except (OSError, SMTPException) as error:
        logger.info("the mail server went away first (%s)", type(error).__name__)


def _note_failure(notice: Notice, error: Exception) -> None:
    """Into the log, without the address: an error's own words would name it."""
    if notice.attempts >= MAX_ATTEMPTS:
        logger.error("notice %s is not sent by e-mail (%s): given up", notice.pk, type(error).__name__)
    else:
        logger.warning("notice %s could not be sent (%s); it is tried again", notice.pk, type(error).__name__)


def _write(rows: list[Notice], at: datetime | None) -> list[Notice]:
    at = at or timezone.now()
    for row in rows:
        row.created_at = at
    there = Notice.objects.filter(key__in={row.key for row in rows}).filter(
        Q(user__in=[row.user_id for row in rows if row.user_id])
        | Q(user=None, email__in=[row.email for row in rows if row.email])
    )
    known = {(notice.user_id, notice.email, notice.key) for notice in there}
    new = [row for row in rows if (row.user_id, row.email, row.key) not in known]
    Notice.objects.bulk_create(new, ignore_conflicts=True)  # two at once: the constraint keeps one
    if new and not any(waiting[1] is _ring for waiting in connection.run_on_commit):
        transaction.on_commit(_ring, robust=True)
    return new


def _ring() -> None:
    from . import jobs
    from .tasks import send_notices

    jobs.ring_task(send_notices)


def _send(notice: Notice, mail: BaseEmailBackend) -> None:
    lines = ["Hello,", "", notice.words, ""]
    if notice.user_id and notice.url and settings.SITE_URL:
        lines += [f"{settings.SITE_URL.rstrip('/')}{notice.url}", "", "You may have to sign in first.", ""]
    elif notice.user_id:
        lines += [f"Sign in to {settings.SERVICE_NAME} to see it.", ""]
    lines += [f"{settings.SERVICE_NAME}, {settings.ORGANISATION_NAME}"]
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    message = EmailMessage(
        subject=f"{settings.SERVICE_NAME}: {'something waits for you' if not notice.calendar else 'invitation'}",
        body="\n".join(lines),
        to=[notice.user.email if notice.user_id else notice.email],
        headers={"Message-ID": f"<notice-{notice.pk}@{domain}>"},
        connection=mail,
    )
    if notice.calendar:
        method = "CANCEL" if "METHOD:CANCEL" in notice.calendar else "REQUEST"  # Outlook needs it here too
        message.attach("invitation.ics", notice.calendar, f"text/calendar; method={method}")  # Django adds the charset
    message.send()
