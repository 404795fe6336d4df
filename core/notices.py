"""Telling somebody that something waits for them, without a word about whom it concerns.

The row is written in the transaction of the act. The e-mail is sent afterwards by a worker, which asks the rows what
is still to be sent: a lost ring, a dead worker or a mail server that is away delays it, and loses nothing.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from smtplib import SMTPException
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import timezone

from .models import Notice

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 20
AT_ONCE = 50
# An e-mail that could not be sent for so long says nothing new any more; the notice itself stays.
GIVE_UP_AFTER = timedelta(days=3)


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


def write_to(addresses: Iterable[str], words: str, *, key: str, calendar: str = "", at: datetime | None = None) -> None:
    """The same by e-mail alone, for people without an account; they get no link into the product."""
    wanted = {address.lower() for address in addresses if address}
    _write([Notice(email=address, key=key, words=words, calendar=calendar) for address in sorted(wanted)], at)


def forget(key: str) -> None:
    """Take back notices that nobody has read, where what waited is done. Those that were read stay as they are."""
    Notice.objects.filter(key=key, read_at=None).delete()


def read(notice: Notice, *, at: datetime | None = None) -> None:
    """Mark a notice as read."""
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=at or timezone.now())


def read_all(user, *, at: datetime | None = None) -> int:
    """Mark everything of this person as read; how many that were."""
    return Notice.objects.visible_to(user).unread().update(read_at=at or timezone.now())


def send_waiting() -> int:
    """Send the e-mails that wait, each once; how many were sent. Two workers never take the same one.

    Whatever stays unsent is tried again by the next call. A notice that was read meanwhile needs no e-mail.
    """
    sent = 0
    since = timezone.now() - GIVE_UP_AFTER
    while sent < AT_ONCE:
        with transaction.atomic():
            waiting = Notice.objects.filter(mailed_at=None, attempts__lt=MAX_ATTEMPTS, created_at__gt=since)
            notice = (
                waiting.select_for_update(skip_locked=True, of=("self",))
                .select_related("user")
                .order_by("attempts", "created_at")
                .first()
            )
            if notice is None:
                return sent
            notice.attempts += 1
            try:
                _send(notice)
            except (OSError, SMTPException) as error:
                logger.warning("a notice could not be sent (%s); it is tried again", type(error).__name__)
                notice.save(update_fields=["attempts"])
                return sent
            notice.mailed_at = timezone.now()
            notice.save(update_fields=["attempts", "mailed_at"])
            sent += 1
    return sent


def _write(rows: list[Notice], at: datetime | None) -> list[Notice]:
    at = at or timezone.now()
    for row in rows:
        row.created_at = at
    key, users, addresses = (rows[0].key if rows else ""), [row.user for row in rows], [row.email for row in rows]
    there = Notice.objects.filter(key=key, user__in=[user for user in users if user]) | Notice.objects.filter(
        key=key, user=None, email__in=[address for address in addresses if address]
    )
    known = {(notice.user_id, notice.email) for notice in there}
    new = [row for row in rows if (row.user_id, row.email) not in known]
    Notice.objects.bulk_create(new, ignore_conflicts=True)  # two at once: the constraint keeps one
    if new:
        transaction.on_commit(_ring, robust=True)
    return new


def _ring() -> None:
    from . import jobs
    from .tasks import send_notices

    jobs.ring_task(send_notices)


def _send(notice: Notice) -> None:
    lines = ["Hello,", "", notice.words]
    if notice.user_id and notice.url and settings.SITE_URL:
        lines += ["", urljoin(settings.SITE_URL, notice.url)]
    lines += ["", "You may have to sign in first." if notice.user_id else "", settings.SERVICE_NAME]
    message = EmailMessage(
        subject=f"{settings.SERVICE_NAME}: something waits for you" if not notice.calendar else "Invitation",
        body="\n".join(lines),
        to=[notice.user.email if notice.user_id else notice.email],
        connection=get_connection(),
    )
    if notice.calendar:
        message.attach("invitation.ics", notice.calendar, "text/calendar; method=REQUEST; charset=UTF-8")
    message.send()
