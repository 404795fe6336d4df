"""The conferences of a context: the list, arranging one, its page, changing, calling off, recording it."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import conflicts, drafts, text_requests, texts
from core.workflow import EditConflict

from .. import workflow
from ..choices import ContextAct
from ..forms.conference import AgreedForm, ArrangeConferenceForm, HoldConferenceForm
from ..forms.deciding import ReasonForm
from ..models import Conference, ConferencePack
from ..services import conference as services
from ..services import conference_people, steps
from ..services.conference_steps import draft_key, may_record, when
from ..sight import Sight
from .common import casework_for, note_view, refusals_show_the_context
from .conference_common import (
    conference_for,
    reads_casework,
    recorded_for,
    refusals_show_the_conference,
    words_for,
)

DECISIONS = "decisions"


@require_safe
@requires(Permission.CONFERENCE_SEE)
def conferences(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every conference of a context, the latest first."""
    found = casework_for(request, pk)
    note_view(request, found, "conferences")
    acts = steps.acts_for(found, request.user)
    rows = list(found.conferences.select_related("chair__team"))
    words = Sight(request.user, found).words
    drawn = {
        "found": found,
        "conferences": [{"row": row, "chaired_by": words(row.chaired_by)} for row in rows],
        "may_arrange": ContextAct.CONFER in acts and not any(row.is_arranged for row in rows),
    }
    return render(request, "contexts/conferences.html", drawn)


@requires(Permission.CONFERENCE_HOLD)
@refusals_show_the_context
def arrange(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Arrange a conference."""
    found = casework_for(request, pk)
    workflow.CONTEXT.check(ContextAct.CONFER, found.state)
    page = drafts.open_form(
        request, steps.draft_key(found, "arrange"), lambda data: ArrangeConferenceForm(data, context=found)
    )
    if request.method == "POST" and page.form.is_valid():
        made = services.arrange(found, page.form.cleaned_data, by=request.user)
        messages.success(request, "The conference is arranged. Invite the agencies next, then write the pack.")
        return redirect(made)
    happens = ["the agencies are invited next", "a pack without any child’s name is sent to them before it"]
    drawn = {"page": page, "found": found, "title": "Arrange a conference", "happens": happens}
    return render(request, "contexts/step.html", drawn | {"button": "Arrange the conference"})


@require_safe
@requires(Permission.CONFERENCE_SEE)
def conference(request: HttpRequest, pk: UUID, conference: UUID) -> HttpResponse:
    """One conference: for who works on the context, who chairs it, and who is invited."""
    return show_conference(request, conference_for(request, pk, conference))


def show_conference(
    request: HttpRequest, found: Conference, *, status: int = 200, refusal: str = "", typed: str = ""
) -> HttpResponse:
    """The page of a conference; with `refusal` above it where an act was just refused (409), and what was `typed`."""
    whole = reads_casework(request, found)
    words = words_for(request, found, whole=whole)
    may_write = whole and may_record(request.user, found)
    invitees = conference_people.of(found)
    packs = ConferencePack.objects.visible_to(request.user).filter(conference=found).select_related("issued_by")
    note_view(request, found.context, "conference")
    drawn = {
        "found": found.context,
        "conference": found,
        "whole": whole,
        "title": f"{found.get_kind_display()} on {date_format(found.on, 'DATE_FORMAT')}",
        "context_name": words(found.context.name),
        "facts": _facts(found, words),
        "off_because": words(found.off_because),
        "may_write": may_write,
        "may_mark": may_write and found.on <= timezone.localdate(),
        "may_change": may_write and found.is_arranged,
        "chair_warning": _chair_warning(found) if may_write else "",
        "invitees": [{"row": one, "agency": words(one.agency), "who": words(one.name) if one.name else one.who}
                     for one in invitees],
        "missing": [{"agency": words(one.agency), "why": one.get_came_display()}
                    for one in invitees if one.came in ("apologies", "absent")],
        "not_invited": _not_invited(invitees) if may_write and found.is_arranged else [],
        "packs": packs,
        "slots": [] if found.off_because else [_decisions_slot(request, found, words, may_write=may_write)],
        "goals": [words(goal.words) for goal in found.goals.all()],
        "actions": [{"what": words(action.what), "who": action.who, "due": action.due,
                     "status": action.get_status_display()} for action in found.actions.select_related("owner")],
        "refusal": refusal,
        "typed": typed,
    }  # fmt: skip
    return render(request, "contexts/conference.html", drawn, status=status)


@requires(Permission.CONFERENCE_HOLD)
@refusals_show_the_conference
def change(request: HttpRequest, pk: UUID, conference: UUID) -> HttpResponse:
    """Another day, time, place, chair or purpose."""
    found = recorded_for(request, pk, conference)
    services.need_changeable(found, by=request.user)
    page = drafts.open_form(
        request,
        draft_key(found, "change"),
        lambda data: ArrangeConferenceForm(data, context=found.context, conference=found),
    )
    status = 200
    if request.method == "POST" and page.form.is_valid():
        sent = page.form.cleaned_data
        try:
            services.change(found, sent, seen_version=sent["version"], by=request.user)
        except EditConflict as conflict:
            now = {name: getattr(conflict.current, name) for name in services.FIELDS}
            conflicts.show_on(page.form, conflict, now, conflict.current.version)
            status = 409
        else:
            messages.success(request, "Saved. Whoever is invited is told of a new day, time or place.")
            return redirect(found)
    drawn = {"page": page, "found": found.context, "conference": found, "title": "Change the conference"}
    return render(request, "contexts/step.html", drawn | {"button": "Save"}, status=status)


@requires(Permission.CONFERENCE_HOLD)
@refusals_show_the_conference
def call_off(request: HttpRequest, pk: UUID, conference: UUID) -> HttpResponse:
    """Say that it does not take place, and why."""
    found = recorded_for(request, pk, conference)
    services.need_arranged(found, ContextAct.CALL_OFF)
    asks = {"label": "Why is it called off?", "empty": "Enter why it is called off", "hint": "Name no child."}
    page = drafts.open_form(request, draft_key(found, "call-off"), lambda data: ReasonForm(data, **asks))
    if request.method == "POST" and page.form.is_valid():
        services.call_off(found, reason=page.form.cleaned_data["reason"], by=request.user)
        messages.success(request, "The conference is called off. Whoever was invited is told.")
        return redirect(found)
    happens = ["whoever was invited is told, with a calendar file that takes it away", "another one can be arranged"]
    drawn = {"page": page, "found": found.context, "conference": found, "happens": happens}
    drawn |= {"title": "Call the conference off?", "button": "Call it off", "warning": True}
    return render(request, "contexts/step.html", drawn)


@requires(Permission.CONFERENCE_HOLD)
@refusals_show_the_conference
def hold(request: HttpRequest, pk: UUID, conference: UUID) -> HttpResponse:
    """Say that it was held."""
    found = recorded_for(request, pk, conference)
    services.need_arranged(found, ContextAct.HOLD)
    page = drafts.open_form(request, draft_key(found, "hold"), lambda data: HoldConferenceForm(data, conference=found))
    if request.method == "POST" and page.form.is_valid():
        services.hold(found, **page.form.cleaned_data, by=request.user)
        messages.success(request, "The conference is recorded as held. Its decisions can still be written.")
        return redirect(found)
    happens = ["the plan is reviewed from now on", "decisions, attendance and what was agreed can still be written"]
    drawn = {"page": page, "found": found.context, "conference": found, "happens": happens}
    drawn |= {"title": "Record the conference as held", "button": "Record it as held"}
    return render(request, "contexts/step.html", drawn)


@requires(Permission.CONFERENCE_HOLD)
@refusals_show_the_conference
def agreed(request: HttpRequest, pk: UUID, conference: UUID) -> HttpResponse:
    """Say which goals and actions of the plan were agreed there."""
    found = recorded_for(request, pk, conference)
    sight = Sight(request.user, found.context)
    data = request.POST if request.method == "POST" else None
    form = AgreedForm(data, conference=found, words=sight.words)
    if request.method == "POST" and form.is_valid():
        services.agree(found, **form.cleaned_data, by=request.user)
        messages.success(request, "Saved. They are the intervention plan of this conference.")
        return redirect(found)
    note_view(request, found.context, "conference agreed")
    empty = not (form.fields["goals"].queryset.exists() or form.fields["actions"].queryset.exists())
    drawn = {"form": form, "found": found.context, "conference": found, "empty": empty}
    return render(request, "contexts/conference_agreed.html", drawn)


@require_safe
@requires(Permission.CONFERENCE_SEE)
def calendar_file(request: HttpRequest, pk: UUID, conference: UUID) -> HttpResponse:
    """The conference as a file for one's own calendar."""
    found = conference_for(request, pk, conference)
    note_view(request, found.context, "conference calendar file")
    text = conference_people.calendar(found, cancelled=bool(found.off_because))
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="conference.ics"'
    return response


@require_POST
@requires(Permission.CONFERENCE_HOLD)
@refusals_show_the_conference
def save(request: HttpRequest, pk: UUID, conference: UUID) -> HttpResponse:
    """Without scripts: save what was decided."""
    found = recorded_for(request, pk, conference)
    asides = texts.waiting([found.decisions]).get(found.decisions_id, [])
    results = text_requests.save_form(request, DECISIONS, asides, lambda **sent: _save(found, sent, by=request.user))
    if results and (results[-1].conflict or any(result.newer for result in results)):
        reason = "Somebody else changed the decisions while you wrote. Both texts are below."
        messages.error(request, reason)
        return show_conference(request, conference_for(request, pk, conference), status=409)
    messages.success(request, "The decisions are saved." if results else "There was nothing new to save.")
    return redirect(f"{found.get_absolute_url()}#section-{DECISIONS}")


@require_POST
@requires(Permission.CONFERENCE_HOLD)
def save_decisions(request: HttpRequest, pk: UUID, conference: UUID) -> HttpResponse:
    """Save what was decided as it is typed; JSON, see `core.text_requests`."""
    found = recorded_for(request, pk, conference)
    sent = text_requests.read(request)
    return text_requests.answer(_save(found, sent, by=request.user), sent=sent)


def _save(found: Conference, sent: dict, *, by) -> texts.SaveResult:
    try:
        return services.save_decisions(found, by=by, **sent)
    except ValidationError as problem:
        raise BadRequest(problem.messages[0]) from None


def _facts(found: Conference, words) -> list[dict]:
    rows = [
        {"key": "When", "value": when(found) if found.is_arranged else date_format(found.on, "DATE_FORMAT")},
        {"key": "Place", "value": words(found.place)},
        {"key": "Chair", "value": found.chaired_by if found.chair_id else words(found.chaired_by)},
        {"key": "Purpose", "value": words(found.purpose)},
    ]
    if found.review_on:
        rows.append({"key": "Review date", "value": date_format(found.review_on, "DATE_FORMAT")})
    return rows


def _chair_warning(found: Conference) -> str:
    """Why the chair is no longer independent: somebody gave them work on the context since."""
    if not (found.is_arranged and found.chair_id):
        return ""
    return services.why_not_independent(found.context, found.chair)


def _not_invited(invitees) -> list[str]:
    """The agencies that are usually needed and that nobody invited, for who records the conference."""
    there = {one.agency.casefold() for one in invitees}
    return [agency for agency in conference_people.AGENCIES if agency.casefold() not in there]


def _decisions_slot(request: HttpRequest, found: Conference, words, *, may_write: bool) -> texts.TextSlot:
    """What was decided, to write where all of it may be read; a copy that waits to be merged hides the same names."""
    text = found.decisions
    asides = texts.waiting([text]).get(text.pk, []) if may_write else []
    shown = words(text.body)
    writes = may_write and shown == text.body and all(words(aside.body) == aside.body for aside in asides)
    if not writes:
        text.body = shown
        asides = []
    for aside in asides:
        _, aside.runs = text_requests.side_by_side(text.body, aside.body)
    return texts.TextSlot(
        key=DECISIONS,
        label="Decisions",
        url=reverse("contexts:conference-save-decisions", args=[found.context_id, found.pk]),
        text=text,
        hint="What the agencies decided. Who is invited can read it, without the names of children.",
        read_only=not writes,
        set_aside=asides,
    )
