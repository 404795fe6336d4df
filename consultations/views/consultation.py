"""The consultation page: where people spend an hour. Every section saves itself."""

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
from core.models import FormSection
from core.models.lists import FormName

from .. import workflow
from ..choices import ReferralAct, Space
from ..forms import HeldForm
from ..models import Consultation
from ..services import notes, referrals
from ..services.screening import PRESENT
from .common import consultation_for, note_view, referral_for
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
    saved, conflicts, pressed = [], [], ""
    for section in FormSection.objects.of(FormName.CONSULTATION):
        pressed = section.key if section.key == request.POST.get("section") else pressed
        sent = text_requests.read_form(request, section.key)
        if sent is None:
            continue
        result = _save(found, section, sent, by=request.user)
        (conflicts if result.conflict else saved).append(section.title)
    if conflicts:
        titles = "”, “".join(conflicts)
        messages.error(request, f"Somebody else changed “{titles}” while you wrote. Both texts are below.")
        return _show(request, found, status=409)
    messages.success(request, f"Saved: {', '.join(saved)}." if saved else "There was nothing new to save.")
    anchor = f"#section-{pressed}" if pressed else ""
    return redirect(f"{reverse('consultations:consultation', args=[pk])}{anchor}")


@require_POST
@requires(Permission.CONSULTATION_WRITE)
def save_section(request: HttpRequest, pk: UUID, key: str) -> HttpResponse:
    """Save one section as it is typed; JSON, see `core.text_requests`."""
    found = consultation_for(request, pk)
    section = get_object_or_404(FormSection, form=FormName.CONSULTATION, key=key, active=True)
    return text_requests.answer(_save(found, section, text_requests.read(request), by=request.user))


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
        return HeldForm(data, received_on=referral.received_on, initial={"held_on": referral.consultation.planned_for})

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
    actions = list(found.actions.select_related("owner"))
    context = {
        "consultation": found,
        "referral": found.referral,
        "may_write": ReferralAct.WRITE in acts,
        "may_hold": ReferralAct.HOLD in acts,
        "index": _index(slots, agreed, len(actions)),
        "header_slots": [slot for slot in slots if slot.short],
        "slots": [slot for slot in slots if not slot.short],
        "agreed": agreed,
        "agreed_prompts": agreed.prompt_texts() if agreed else [],
        "spaces": [(space, [action for action in actions if action.space == space]) for space in Space],
        "age": found.referral.age_on(found.held_on or found.planned_for),
    }
    return render(request, "consultations/consultation.html", context, status=status)


def _index(slots: list[texts.TextSlot], agreed: FormSection | None, actions: int) -> list[dict]:
    """The side index: every section with whether it has text, and the number of actions."""
    lines = []
    for slot in slots:
        written = bool(slot.body.strip())
        state = "Two versions: merge them" if slot.set_aside else ""
        lines.append({"label": slot.label, "url": f"#section-{slot.key}", "state": state, "done": written})
    if agreed:
        state = f"{actions} action{'' if actions == 1 else 's'}" if actions else ""
        lines.append({"label": agreed.title, "url": "#actions", "state": state, "done": bool(actions)})
    return lines


def _slots(found: Consultation, *, may_write: bool) -> list[texts.TextSlot]:
    """The sections of the form in their order, each with its text, prompts, and what waits to be merged."""
    notes_by_section = {
        note.section_id: note.text for note in found.notes.select_related("text__updated_by", "section")
    }
    waiting = texts.waiting(notes_by_section.values())
    slots = []
    for section in FormSection.objects.of(FormName.CONSULTATION).exclude(key=PRESENT):
        text = notes_by_section.get(section.pk)
        slots.append(
            texts.TextSlot(
                key=section.key,
                label=section.title,
                url=reverse("consultations:save-section", args=[found.referral_id, section.key]),
                text=text,
                prompts=section.prompt_texts(),
                short=section.short,
                read_only=not may_write,
                set_aside=waiting.get(text.pk, []) if text else [],
            )
        )
    return slots
