"""The consultation page: where people spend an hour. Every section saves itself."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest, ObjectDoesNotExist, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission, can
from core import drafts, text_requests, texts
from core.differences import Budget
from core.models import FormSection, SetAsideText
from core.models.lists import FormName

from .. import rings, workflow
from ..choices import ReferralAct, Space
from ..forms import HeldForm
from ..forms.presence import PresenceForm
from ..models import Consultation, Referral
from ..services import actions as agreed_actions
from ..services import notes, referrals
from ..services import presence as presences
from ..services.screening import PRESENT
from .beside import beside
from .common import consultation_for, note_view, referral_for
from .marks import save_sent as save_marks
from .referrals import refusals_show_the_record


@require_safe
@requires(Permission.REFERRAL_SEE)
def consultation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The form of Appendix B."""
    found = consultation_for(request, pk)
    note_view(request, found.referral, "consultation")
    return _show(request, found)


@require_POST
@requires(Permission.CONSULTATION_WRITE)
@refusals_show_the_record
def save_all(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Without scripts: save every section that was changed, whichever button was pressed."""
    found = consultation_for(request, pk)
    asides = _asides(found)
    saved, conflicts, newer, pressed = [], [], [], ""
    for section in _sections():
        pressed = section.key if section.key == request.POST.get("section") else pressed
        results = _save_form(request, found, section, asides.get(section.pk, []))
        if any(result.newer for result in results):
            newer.append(section.title)
        elif results:
            (conflicts if results[-1].conflict else saved).append(section.title)
    marked, marked_meanwhile = save_marks(request, found)
    saved += marked
    for words in marked_meanwhile:
        messages.error(request, words)
    if conflicts:
        titles = "”, “".join(conflicts)
        messages.error(request, f"Somebody else changed “{titles}” while you wrote. Both texts are below.")
    if newer:
        titles = "”, “".join(newer)
        messages.error(request, f"The other text of “{titles}” was changed after you read it. Look at it again below.")
    if conflicts or newer or marked_meanwhile:
        return _show(request, found, status=409)
    messages.success(request, f"Saved: {', '.join(saved)}." if saved else "There was nothing new to save.")
    anchor = f"#section-{pressed}" if pressed else ""
    return redirect(f"{reverse('consultations:consultation', args=[pk])}{anchor}")


@require_POST
@requires(Permission.CONSULTATION_WRITE)
def save_section(request: HttpRequest, pk: UUID, key: str) -> HttpResponse:
    """Save one section as it is typed; JSON, see `core.text_requests`."""
    visible = Referral.objects.visible_to(request.user)
    sent = text_requests.read(request)
    try:
        result = notes.save_typed(visible, pk, key, by=request.user, **sent)
    except ObjectDoesNotExist:
        raise Http404 from None
    except ValidationError as problem:
        raise BadRequest(problem.messages[0]) from None
    return text_requests.answer(result, sent=sent)


@require_POST
@requires(Permission.REFERRAL_SEE)
def presence(request: HttpRequest, pk: UUID) -> JsonResponse:
    """A page says that it is open; the answer says who else is here and what they saved meanwhile."""
    form = PresenceForm(request.POST)
    if not form.is_valid() or not presences.opened(pk, form.cleaned_data["token"]):
        raise BadRequest("The page sent something that it should not. Load it again.")
    client = form.cleaned_data["client"]
    if form.cleaned_data["left"]:
        presences.leave(pk, by=request.user, client=client)
        return JsonResponse({"status": "left"})
    visible = Referral.objects.visible_to(request.user)
    section, known = form.cleaned_data["section"], form.known()
    try:
        around = presences.here(visible, pk, by=request.user, client=client, section=section, known=known)
    except ObjectDoesNotExist:
        raise Http404 from None
    others = [{"name": name, "you": own, "section": where} for name, own, where in around.others]
    changed = [text_requests.state(note.section.key, note.text) for note in around.changed]
    return JsonResponse({"status": "here", "others": others, "changed": changed})


def _save_form(request: HttpRequest, found: Consultation, section: FormSection, asides: list) -> list[texts.SaveResult]:
    """Save one section of the form, and merge into it what its reader chose of the set-aside texts; what came of it."""
    return text_requests.save_form(
        request, section.key, asides, lambda **sent: _save(found, section, sent, by=request.user)
    )


def _save(found: Consultation, section: FormSection, sent: dict, *, by) -> texts.SaveResult:
    try:
        return notes.save_section(found, section, by=by, **sent)
    except ValidationError as problem:
        raise BadRequest(problem.messages[0]) from None


@requires(Permission.CONSULTATION_WRITE)
@refusals_show_the_record
def hold(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say when the consultation was held."""
    referral = referral_for(request, pk)
    workflow.REFERRAL.check(ReferralAct.HOLD, referral.state)

    def make(data) -> HeldForm:
        likely = min(referral.consultation.planned_for, timezone.localdate())  # a day to come would be refused
        return HeldForm(data, received_on=referral.received_on, initial={"held_on": likely})

    page = drafts.open_form(request, referrals.draft_key(referral, "hold"), make)
    if request.method == "POST" and page.form.is_valid():
        notes.hold(referral.consultation, held_on=page.form.cleaned_data["held_on"], by=request.user)
        messages.success(request, "The consultation is marked as held. The data entry form comes next.")
        return redirect("consultations:referral", pk=pk)
    note_view(request, referral, "consultation held")
    return render(request, "consultations/hold.html", {"page": page, "referral": referral})


def _show(request: HttpRequest, found: Consultation, *, status: int = 200) -> HttpResponse:
    acts = referrals.acts_for(found.referral, request.user)
    slots = sorted(_slots(found, may_write=ReferralAct.WRITE in acts), key=lambda slot: not slot.short)
    agreed = FormSection.objects.of(FormName.ACTIONS).first()
    actions = agreed_actions.agreed(found)
    around = beside(found, acts)
    context = {
        "consultation": found,
        "referral": found.referral,
        "may_write": ReferralAct.WRITE in acts,
        "may_hold": ReferralAct.HOLD in acts,
        "may_redact": can(request.user, Permission.CONSULTATION_REDACT),
        "index": _index(slots, around["take_aways"], agreed, len(actions)),
        "presence_token": presences.token(found.referral_id),
        "header_slots": [slot for slot in slots if slot.short],
        "slots": [slot for slot in slots if not slot.short],
        "agreed": agreed,
        "agreed_prompts": agreed.prompt_texts() if agreed else [],
        "spaces": [(space, [action for action in actions if action.space == space]) for space in Space],
        "rings": rings.of(around["marks"].values(), actions),
        "age": found.referral.age_on(found.held_on or found.planned_for),
        **around,
    }
    return render(request, "consultations/consultation.html", context, status=status)


def _index(slots: list[texts.TextSlot], questions: list, agreed: FormSection | None, actions: int) -> list[dict]:
    """The side index: every section with whether it has text, and the number of questions and actions."""
    lines = []
    for slot in slots:
        written = bool(slot.body.strip())
        state = "Two versions: merge them" if slot.set_aside else ""
        lines.append(
            {"label": slot.label, "url": f"#section-{slot.key}", "key": slot.key, "state": state, "done": written}
        )
    if questions:
        waiting = sum(question.is_open for question in questions)
        state = f"{waiting} open" if waiting else "All answered"
        lines.append({"label": "Questions to take away", "url": "#take-aways", "state": state, "done": not waiting})
    if agreed:
        state = f"{actions} action{'' if actions == 1 else 's'}" if actions else ""
        lines.append({"label": agreed.title, "url": "#actions", "state": state, "done": bool(actions)})
    return lines


def _sections() -> QuerySet[FormSection]:
    """The sections of the form that are written as text; who was there is kept as people."""
    return FormSection.objects.of(FormName.CONSULTATION).exclude(key=PRESENT)


def _slots(found: Consultation, *, may_write: bool) -> list[texts.TextSlot]:
    """The sections of the form in their order, each with its text, prompts, and what waits to be merged."""
    notes_by_section = {
        note.section_id: note.text for note in found.notes.select_related("text__updated_by", "section")
    }
    waiting = texts.waiting(notes_by_section.values())
    budget = Budget()
    take_away = reverse("consultations:add-take-away", args=[found.referral_id])
    slots = []
    for section in _sections():
        text = notes_by_section.get(section.pk)
        asides = waiting.get(text.pk, []) if text else []
        for aside in asides:
            _, aside.runs = text_requests.side_by_side(text.body, aside.body, budget)
        slots.append(
            texts.TextSlot(
                key=section.key,
                label=section.title,
                url=reverse("consultations:save-section", args=[found.referral_id, section.key]),
                versions_url=reverse("consultations:versions", args=[found.referral_id, section.key]),
                text=text,
                prompts=section.prompt_texts(),
                take_away_url=f"{take_away}?section={section.key}&prompt=" if may_write else "",
                short=section.short,
                read_only=not may_write,
                set_aside=asides,
            )
        )
    return slots


def _asides(found: Consultation) -> dict[int, list[SetAsideText]]:
    """What waits to be merged, by section."""
    sections = {note.text_id: note.section_id for note in found.notes.all()}
    return {sections[text]: asides for text, asides in texts.waiting(sections).items()}
