"""Finding the conference that a page is about, and what is shown of it to whom."""

from functools import wraps
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from core.middleware import wants_json
from core.workflow import ActRefused

from ..called import tell
from ..models import Conference, ConferencePack
from ..services import packs
from ..sight import Sight
from .common import typed_in


def conference_for(request: HttpRequest, pk: UUID, conference: UUID) -> Conference:
    """The conference of this context; 404 where it is not this person's to see: not theirs, nor the casework."""
    rows = Conference.objects.visible_to(request.user).with_names().select_related("decisions__updated_by", "ended_by")
    found = get_object_or_404(rows, context=pk, pk=conference)
    tell(request.user, [found.context])
    return found


def recorded_for(request: HttpRequest, pk: UUID, conference: UUID) -> Conference:
    """The same for who records it: 404 where they do not read its context's casework."""
    rows = Conference.objects.of_casework(request.user).with_names().select_related("decisions__updated_by", "ended_by")
    found = get_object_or_404(rows, context=pk, pk=conference)
    tell(request.user, [found.context])
    return found


def pack_for(request: HttpRequest, pk: UUID, conference: UUID, pack: UUID) -> ConferencePack:
    """An issued pack that this person may read; drafts and withdrawn ones for who reads the casework. Else 404."""
    found = conference_for(request, pk, conference)
    rows = ConferencePack.objects.visible_to(request.user).select_related("issued_by", "withdrawn_by")
    there = get_object_or_404(rows, conference=found, pk=pack)
    there.conference = found
    return there


def reads_casework(request: HttpRequest, found: Conference) -> bool:
    """Whether this person reads more of the context than this conference."""
    return Conference.objects.of_casework(request.user).filter(pk=found.pk).exists()


def words_for(request: HttpRequest, found: Conference, *, whole: bool):
    """What takes out of a text whatever this reader may not know: every name, for who is only invited or chairs."""
    return Sight(request.user, found.context).words if whole else packs.names_for(found).replaced


def refusals_show_the_conference(view):
    """Decorator for views of one conference (`pk`, `conference`): an act out of order answers 409 with it as it is."""

    @wraps(view)
    def guarded(request: HttpRequest, pk: UUID, conference: UUID, *args, **kwargs) -> HttpResponse:
        try:
            return view(request, pk, conference, *args, **kwargs)
        except ActRefused as refusal:
            if wants_json(request):
                raise
            from .conferences import show_conference

            found = conference_for(request, pk, conference)
            return show_conference(request, found, status=409, refusal=refusal.reason, typed=typed_in(request))

    return guarded
