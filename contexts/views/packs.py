"""The conference pack: writing it, looking through it for names, issuing it, reading it, withdrawing it."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import drafts, text_requests, texts
from core.workflow import ActRefused, EditConflict

from .. import conference_papers, packs
from ..choices import PackStatus
from ..forms.conference import IssueForm
from ..forms.deciding import ReasonForm
from ..models import ConferencePack, PackPart
from ..services import packs as services
from ..services.conference_papers import NAMES_SINCE
from ..services.conference_steps import draft_key, may_record
from ..sight import Sight
from .common import note_view
from .conference_common import pack_for, reads_casework, recorded_for, refusals_show_the_conference


@require_POST
@requires(Permission.CONFERENCE_HOLD)
@refusals_show_the_conference
def begin(request: HttpRequest, pk: UUID, conference: UUID) -> HttpResponse:
    """Begin a pack, or go on with the one that is being written."""
    found = recorded_for(request, pk, conference)
    services.begin(found, by=request.user)
    return redirect("contexts:conference-pack", pk=pk, conference=conference)


@require_safe
@requires(Permission.CONFERENCE_HOLD)
def draft(request: HttpRequest, pk: UUID, conference: UUID) -> HttpResponse:
    """The pack that is being written: every part saves itself."""
    return _show(request, _draft_for(request, pk, conference))


def _show(request: HttpRequest, pack: ConferencePack, *, status: int = 200) -> HttpResponse:
    found = pack.conference
    note_view(request, found.context, "conference pack")
    drawn = {
        "found": found.context,
        "conference": found,
        "pack": pack,
        "slots": _slots(request, pack),
        "may_write": found.is_arranged and may_record(request.user, found),
    }
    return render(request, "contexts/pack.html", drawn, status=status)


@require_POST
@requires(Permission.CONFERENCE_HOLD)
@refusals_show_the_conference
def save(request: HttpRequest, pk: UUID, conference: UUID) -> HttpResponse:
    """Without scripts: save every part that was changed."""
    pack = _draft_for(request, pk, conference)
    parts = list(_parts(pack))
    waiting = texts.waiting([part.text for part in parts])
    saved, conflicts = [], []
    for part in parts:
        results = text_requests.save_form(
            request, part.key, waiting.get(part.text_id, []), lambda part=part, **sent: _save(part, sent, request.user)
        )
        if results:
            clash = results[-1].conflict or any(result.newer for result in results)
            (conflicts if clash else saved).append(part.title)
    if conflicts:
        messages.error(request, f"Somebody else changed “{'”, “'.join(conflicts)}” while you wrote. Both are below.")
        return _show(request, _draft_for(request, pk, conference), status=409)
    messages.success(request, f"Saved: {', '.join(saved)}." if saved else "There was nothing new to save.")
    if "look" in request.POST:
        return redirect("contexts:conference-pack-check", pk=pk, conference=conference)
    return redirect("contexts:conference-pack", pk=pk, conference=conference)


@require_POST
@requires(Permission.CONFERENCE_HOLD)
def save_part(request: HttpRequest, pk: UUID, conference: UUID, key: str) -> HttpResponse:
    """Save one part as it is typed; JSON, see `core.text_requests`."""
    pack = _draft_for(request, pk, conference)
    part = get_object_or_404(_parts(pack), key=key)
    part.pack = pack
    sent = text_requests.read(request)
    return text_requests.answer(_save(part, sent, request.user), sent=sent)


def _save(part: PackPart, sent: dict, by) -> texts.SaveResult:
    try:
        return services.save_part(part, by=by, **sent)
    except ValidationError as problem:
        raise BadRequest(problem.messages[0]) from None


@requires(Permission.CONFERENCE_HOLD)
@refusals_show_the_conference
def check(request: HttpRequest, pk: UUID, conference: UUID) -> HttpResponse:
    """What was found in the pack: names to replace, then words to confirm; and issuing it, once there is no name."""
    pack = _draft_for(request, pk, conference)
    look = services.look_through(pack, request.user)

    def make(data) -> IssueForm:
        return IssueForm(data, words=look.words, digest=look.digest)

    page, status = drafts.open_form(request, draft_key(pack.conference, f"issue:{pack.pk}"), make), 200
    if page.draft:
        page.form.data["digest"] = look.digest  # this page shows what stands there now
    if request.method == "POST" and page.form.is_valid():
        try:
            services.issue(pack, **page.form.cleaned_data, by=request.user)
        except ActRefused as refused:
            look = services.look_through(pack, request.user)
            typed = page.form.data.copy()
            typed["digest"] = look.digest
            page.form.data = typed
            page.form.add_error(None, refused.reason)
            status = 409
        else:
            messages.success(request, "The pack is issued. The chair and whoever is invited can read it.")
            return redirect(pack.conference)
    note_view(request, pack.conference.context, "conference pack check")
    drawn = {"page": page, "found": pack.conference.context, "conference": pack.conference, "pack": pack, "look": look}
    return render(request, "contexts/pack_check.html", drawn, status=status)


@require_POST
@requires(Permission.CONFERENCE_HOLD)
@refusals_show_the_conference
def replace(request: HttpRequest, pk: UUID, conference: UUID) -> HttpResponse:
    """Put "a young person" in the place of one name, or of all."""
    pack = _draft_for(request, pk, conference)
    try:
        number = services.replace(pack, which_one=request.POST.get("one", "")[:200], by=request.user)
    except EditConflict as conflict:
        messages.error(request, conflict.reason)
    else:
        several = "s were" if number != 1 else " was"
        messages.success(request, f"{number} name{several} replaced." if number else "There was no name to replace.")
    return redirect("contexts:conference-pack-check", pk=pk, conference=conference)


@require_safe
@requires(Permission.CONFERENCE_SEE)
def issued(request: HttpRequest, pk: UUID, conference: UUID, pack: UUID) -> HttpResponse:
    """A pack as it was issued, to read and print. One with a name that came into the record since is not shown."""
    found = pack_for(request, pk, conference, pack)
    if found.status == PackStatus.DRAFT:
        return redirect("contexts:conference-pack", pk=pk, conference=conference)
    whole = reads_casework(request, found.conference)
    clean = services.is_clean(found)
    sight = Sight(request.user, found.conference.context)
    note_view(request, found.conference.context, "conference pack issued")
    drawn = {
        "found": found.conference.context,
        "conference": found.conference,
        "pack": found,
        "whole": whole,
        "clean": clean,
        "paper": conference_papers.pack(found) if clean else None,
        "hits": services.found_since(found, request.user) if whole and not clean else [],
        "withdrawn_because": sight.words(found.withdrawn_because),
        "passed_because": sight.words(found.passed_because),
        "why_not": NAMES_SINCE,
        "may_write": whole and may_record(request.user, found.conference),
    }
    return render(request, "contexts/pack_issued.html", drawn)


@requires(Permission.CONFERENCE_HOLD)
@refusals_show_the_conference
def withdraw(request: HttpRequest, pk: UUID, conference: UUID, pack: UUID) -> HttpResponse:
    """Withdraw an issued pack, after asking why."""
    recorded_for(request, pk, conference)
    found = pack_for(request, pk, conference, pack)
    if found.status != PackStatus.ISSUED:
        raise ActRefused("This pack is not issued, so there is nothing to withdraw.")
    key = draft_key(found.conference, f"withdraw:{found.pk}")
    asks = {"label": "Why is it withdrawn?", "empty": "Enter why it is withdrawn", "hint": "Name no child."}
    page = drafts.open_form(request, key, lambda data: ReasonForm(data, **asks))
    if request.method == "POST" and page.form.is_valid():
        services.withdraw(found, because=page.form.cleaned_data["reason"], by=request.user)
        messages.success(request, "The pack is withdrawn. You can write a new one from it.")
        return redirect(found.conference)
    happens = ["the chair and whoever is invited cannot read it here any more", "you can write a new one from it"]
    drawn = {"page": page, "found": found.conference.context, "conference": found.conference, "happens": happens}
    drawn |= {"title": "Withdraw this pack?", "button": "Withdraw the pack", "warning": True}
    return render(request, "contexts/step.html", drawn)


def _draft_for(request: HttpRequest, pk: UUID, conference: UUID) -> ConferencePack:
    """The pack that is being written; 404 where there is none, or the casework is not this person's to read."""
    found = recorded_for(request, pk, conference)
    pack = get_object_or_404(found.packs, status=PackStatus.DRAFT)
    pack.conference = found
    return pack


def _parts(pack: ConferencePack):
    return pack.parts.select_related("text__updated_by")


def _slots(request: HttpRequest, pack: ConferencePack) -> list[texts.TextSlot]:
    """The parts in their order. One that names somebody whom the reader may not see is there to read, not to change."""
    sight = Sight(request.user, pack.conference.context)
    parts = list(_parts(pack))
    waiting = texts.waiting([part.text for part in parts])
    may_write = pack.conference.is_arranged and may_record(request.user, pack.conference)
    args = [pack.conference.context_id, pack.conference_id]
    slots = []
    for part in parts:
        asides = waiting.get(part.text_id, []) if may_write else []
        whole = sight.is_whole(part.text.body) and all(sight.is_whole(aside.body) for aside in asides)
        if not whole:
            part.text.body = sight.words(part.text.body)
            asides = []
        for aside in asides:
            _, aside.runs = text_requests.side_by_side(part.text.body, aside.body)
        source = packs.PARTS.get(part.key)
        hint = source.hint if source else ""
        slots.append(
            texts.TextSlot(
                key=part.key,
                label=part.title,
                url=reverse("contexts:conference-save-part", args=[*args, part.key]),
                text=part.text,
                hint=hint,
                read_only=not (may_write and whole),
                set_aside=asides,
            )
        )
    return slots
