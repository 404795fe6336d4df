"""Who is invited to a conference, and who came."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import requires
from accounts.permissions import Permission
from core import drafts
from core.workflow import ActRefused

from ..choices import Attendance
from ..forms.conference import InviteForm
from ..services import conference as conferences
from ..services import conference_people as services
from ..services.conference_steps import draft_key
from ..sight import Sight
from .common import note_view
from .conference_common import recorded_for, refusals_show_the_conference

CAME = {"", *Attendance.values}


@requires(Permission.CONFERENCE_HOLD)
@refusals_show_the_conference
def invite(request: HttpRequest, pk: UUID, conference: UUID) -> HttpResponse:
    """Invite an agency; one that came without being invited is added here too."""
    found = recorded_for(request, pk, conference)
    conferences.need_not_off(found)
    page, status = drafts.open_form(request, draft_key(found, "invite"), InviteForm), 200
    if request.method == "POST" and page.form.is_valid():
        sent = page.form.cleaned_data
        try:
            made = services.invite(found, sent, by=request.user)
        except ActRefused as refused:
            page.form.add_error("person" if sent["person"] else "agency", refused.reason)
            status = 409
        else:
            told = " and told" if made.invited_at else ""
            messages.success(request, f"{made.agency} is on the list{told}.")
            if made.email and not made.invited_at:
                messages.warning(
                    request, "No e-mail was sent. Download the calendar file and send it to them yourself."
                )
            return redirect("contexts:conference-invite", pk=pk, conference=conference)
    note_view(request, found.context, "conference invitations")
    words = Sight(request.user, found.context).words
    drawn = {
        "page": page,
        "found": found.context,
        "conference": found,
        "usual": services.AGENCIES,
        "invitees": [{"row": one, "agency": words(one.agency), "who": words(one.who)} for one in services.of(found)],
        "invites": services.lies_ahead(found, timezone.now()),
    }
    return render(request, "contexts/conference_invite.html", drawn, status=status)


@requires(Permission.CONFERENCE_HOLD)
@refusals_show_the_conference
def uninvite(request: HttpRequest, pk: UUID, conference: UUID, invitee: UUID) -> HttpResponse:
    """Take an invitation back, after asking."""
    found = recorded_for(request, pk, conference)
    conferences.need_not_off(found)
    there = get_object_or_404(found.invitees.select_related("person"), pk=invitee)
    there.conference = found
    if request.method == "POST":
        services.uninvite(there, by=request.user)
        messages.success(request, "They are off the list.")
        return redirect("contexts:conference-invite", pk=pk, conference=conference)
    note_view(request, found.context, "conference invitation")
    words = Sight(request.user, found.context).words
    drawn = {
        "found": found.context,
        "conference": found,
        "agency": words(there.agency),
        "who": words(there.who),
        "told": there.invited_at is not None and services.lies_ahead(found, timezone.now()),
        "reads": there.person_id is not None,
    }
    return render(request, "contexts/conference_uninvite.html", drawn)


@require_POST
@requires(Permission.CONFERENCE_HOLD)
@refusals_show_the_conference
def attendance(request: HttpRequest, pk: UUID, conference: UUID) -> HttpResponse:
    """Say who came, who sent apologies, and who did not come."""
    found = recorded_for(request, pk, conference)
    changes = {}
    for one in services.of(found):
        was, now = (request.POST.get(f"{name}-{one.pk}") for name in ("was", "came"))
        if was in CAME and now in CAME:
            changes[one.pk] = was, now
    changed, meanwhile = services.mark(found, changes, by=request.user)
    if meanwhile:
        messages.error(request, "Somebody else marked some of them at the same time. Their marks stay: look again.")
    if changed or not meanwhile:
        messages.success(request, "Who came is saved." if changed else "There was nothing new to save.")
    return redirect(f"{found.get_absolute_url()}#invited")
