"""What the page of a context and the home pages show of its conferences."""

from datetime import date, timedelta

from django.db.models import Q

from accounts.permissions import Permission, can

from .choices import ConferenceStatus
from .models import Conference, Context
from .overview import Part
from .services.conference_steps import when
from .sight import Sight
from .waiting import Waiting

# For how long a conference that nobody has recorded stays on the home page of whoever was invited to it.
STILL_SHOWN = timedelta(days=1)


def part(context: Context, user, sight: Sight) -> Part | None:
    """The conferences of this context, the latest first; None before there is one."""
    if not can(user, Permission.CONFERENCE_SEE):
        return None
    rows = list(context.conferences.select_related("chair__team"))
    if not rows:
        return None
    return Part("Conferences", "contexts/_conference_part.html", {"conferences": rows})


def to_record(user, today: date) -> Waiting | None:
    """Conferences whose day has passed and that nobody has recorded: for the lead, and for who arranged it."""
    if not can(user, Permission.CONFERENCE_HOLD):
        return None
    rows = Conference.objects.of_casework(user).filter(status=ConferenceStatus.ARRANGED, on__lt=today)
    rows = rows.filter(Q(context__lead=user) | Q(made_by=user))

    def line(found: Conference) -> tuple[str, str, str, str]:
        note = f"{found.get_kind_display()}. Arranged for {when(found)}"
        return f"Conference {found.context.reference}", found.get_absolute_url(), note, "Not recorded yet"

    return Waiting("Conferences to record", rows.select_related("context").order_by("on"), line)


def coming_up(user, today: date) -> Waiting | None:
    """Conferences that this person chairs, is invited to, or whose context they lead; soonest first."""
    if not can(user, Permission.CONFERENCE_SEE):
        return None
    rows = Conference.objects.visible_to(user).filter(status=ConferenceStatus.ARRANGED, on__gte=today - STILL_SHOWN)
    rows = rows.filter(Q(chair=user) | Q(invitees__person=user) | Q(context__lead=user) | Q(made_by=user)).distinct()

    def line(found: Conference) -> tuple[str, str, str, str]:
        # The context's own name is not said here: whoever is only invited reads it where names are taken out of it.
        part = "You chair it. " if found.chair_id == user.pk else ""
        return f"Conference {found.context.reference}", found.get_absolute_url(), f"{part}{when(found)}", ""

    return Waiting("Context conferences coming up", rows.select_related("context").order_by("on", "starts_at"), line)
