"""The calendar file of a consultation (RFC 5545), so that the meeting stands in people's calendars.

It leaves the service: it names the reference and no person, neither the young person nor who takes part.
"""

from datetime import date, datetime, timedelta
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event, vCalAddress

from .choices import ReferralState
from .models import Consultation

# "Ensure you have sufficient time (about one hour)": the toolkit.
LENGTH = timedelta(hours=1)
LONDON = ZoneInfo("Europe/London")
UTC = ZoneInfo("UTC")
_STANDS = {ReferralState.PLANNED, ReferralState.HELD}


def starts(consultation: Consultation) -> datetime | None:
    """When the meeting begins; None where only the day is known."""
    if consultation.planned_for is None or consultation.starts_at is None:
        return None
    return datetime.combine(consultation.planned_for, consultation.starts_at, tzinfo=LONDON)


def calendar(consultation: Consultation, *, cancelled: bool | None = None, at: datetime | None = None) -> str:
    """The meeting as an iCalendar text, with CRLF line ends; all day where its time is not known.

    The same UID and a rising SEQUENCE make a calendar move its entry instead of adding a second one. `cancelled` True
    takes the entry away; left out, it follows from the referral: one that was withdrawn or closed has no meeting.
    No ATTENDEE is named, so that the one file can go to everybody. Raises ValueError where no day is planned.
    """
    if consultation.planned_for is None:
        raise ValueError("this consultation has no planned day")
    if cancelled is None:
        cancelled = consultation.referral.state not in _STANDS
    return meeting(
        uid=consultation.pk,
        sequence=consultation.invitation,
        summary=f"Case consultation {consultation.referral.reference}",
        day=consultation.planned_for,
        start=starts(consultation),
        place=consultation.place,
        cancelled=cancelled,
        at=at,
    )


def meeting(
    *,
    uid,
    sequence: int,
    summary: str,
    day: date,
    start: datetime | None,
    place: str = "",
    length: timedelta = LENGTH,
    cancelled: bool = False,
    at: datetime | None = None,
) -> str:
    """Any meeting as an iCalendar text; `summary` and `place` name no person. What `calendar` says holds for it too."""
    event = Event()
    event.add("uid", f"{uid}@cs-casework")
    event.add("sequence", sequence)
    event.add("dtstamp", (at or timezone.now()).astimezone(UTC))
    event.add("summary", summary)
    if start:
        event.add("dtstart", start.astimezone(UTC))
        event.add("duration", length)
    else:
        event.add("dtstart", day)
        event.add("transp", "TRANSPARENT")  # a day on which something is, not a day that is full
    if place := " ".join(place.split()):
        event.add("location", place)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event["organizer"] = _organizer()
    file = Calendar()
    file.add("prodid", "-//CS Casework//Case consultation//EN")
    file.add("version", "2.0")
    file.add("method", "CANCEL" if cancelled else "REQUEST")
    file.add_component(event)
    return file.to_ical().decode()


def _organizer() -> vCalAddress:
    """The service itself: whoever plans the meeting is nobody's business outside."""
    organizer = vCalAddress(f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
    organizer.params["cn"] = settings.SERVICE_NAME
    return organizer
