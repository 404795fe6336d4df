"""What every act on a conference shares: the locks, the audit event, the day in words."""

from datetime import datetime
from uuid import UUID

from django.utils.formats import date_format

from accounts.permissions import Permission, can
from core import texts
from core.workflow import ActRefused

from .. import workflow
from ..choices import WORKED_ON, ContextAct
from ..models import Conference, Context
from ..sight import Sight
from . import steps

NOT_ARRANGED = "This conference is no longer arranged: it was held or called off."
HIDDEN_FROM_YOU = "This text names somebody whom you may not see, so only somebody who sees all of it can change it."


def locked(conference: Conference, *, arranged: bool = False) -> Conference:
    """The conference as it stands now, with its context, both locked; `arranged`: raises ActRefused where it is over.

    Raises ActRefused where the context is not worked on.
    """
    context = steps.locked(conference.context)
    workflow.CONTEXT.check(ContextAct.WORK, context.state)
    current = Conference.objects.select_for_update(of=("self",)).select_related("chair__team").get(pk=conference.pk)
    current.context = context
    if arranged and not current.is_arranged:
        raise ActRefused(NOT_ARRANGED)
    return current


def may_record(user, conference: Conference) -> bool:
    """Whether this person may write about this conference as it and its context stand."""
    if conference.off_because or conference.context.state not in WORKED_ON or not can(user, Permission.CONFERENCE_HOLD):
        return False
    return Context.objects.casework_of(user).filter(pk=conference.context_id).exists()


def need_whole(conference: Conference, text: str, *, by) -> None:
    """Raises ActRefused where `text` names somebody whom `by` may not see: then they may not change it."""
    if not Sight(by, conference.context).is_whole(text):
        raise ActRefused(HIDDEN_FROM_YOU)


def need_whole_text(conference: Conference, text: UUID, *, by) -> None:
    """The same of a text with the copies that wait to be merged into it: a save may answer with one of them."""
    sight = Sight(by, conference.context)
    if not all(sight.is_whole(body) for body in texts.bodies_of(text)):
        raise ActRefused(HIDDEN_FROM_YOU)


def when(conference: Conference) -> str:
    """Its day and time: "22 November 2026 at 14:00"."""
    words = date_format(conference.on, "DATE_FORMAT")
    return f"{words} at {date_format(conference.starts_at, 'TIME_FORMAT')}" if conference.starts_at else words


def which(conference: Conference) -> str:
    """The reference and the time: "CTX-2026-0042 on 22 November 2026 at 14:00"."""
    return f"{conference.context.reference} on {when(conference)}"


def draft_key(conference: Conference, form: str) -> str:
    """The key under which what is typed into a form about this conference is kept."""
    return f"conference:{conference.pk}:{form}"


def record(conference: Conference, act: str, *, by, at: datetime, **detail) -> None:
    """Write an event about a conference into the audit log, under its context's reference."""
    steps.record(conference.context, act, by=by, at=at, conference=str(conference.pk), **detail)
