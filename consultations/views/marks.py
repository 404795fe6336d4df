"""Harm and strength of a space, saved as soon as they are chosen, or with the sections where there are no scripts."""

from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_POST

from accounts.access import requires
from accounts.permissions import Permission
from core.workflow import EditConflict

from ..choices import HarmMark, Space, StrengthMark
from ..forms.marks import MarkForm
from ..models import Consultation, SpaceMark
from ..services import marks
from .common import consultation_for

# The choices below their heading "Harm: Home", which says already what they are about.
HARMS = [("", "Not marked"), (HarmMark.NONE, "None known"), (HarmMark.SOME, "Some"), (HarmMark.SERIOUS, "Serious")]
STRENGTHS = [
    ("", "Not marked"),
    (StrengthMark.NONE, "None known"),
    (StrengthMark.SOME, "Some"),
    (StrengthMark.STRONG, "Real"),
]


@require_POST
@requires(Permission.CONSULTATION_WRITE)
def mark(request: HttpRequest, pk: UUID, space: str) -> JsonResponse:
    """Save what was chosen for one space: 200 {status: "saved", version, saved_line}, or 409 with what stands there."""
    found = consultation_for(request, pk)
    if space not in Space.values:
        raise Http404
    form = MarkForm(request.POST)
    if not form.is_valid():
        raise BadRequest("The page sent something that it should not. Load the page again.")
    try:
        saved = marks.save(found, Space(space), **form.cleaned_data, by=request.user)
    except EditConflict as conflict:
        now = conflict.current
        stands = {"version": now.version, "harm": now.harm, "strength": now.strength}
        return JsonResponse({"status": "conflict", "message": said_meanwhile(now), **stands}, status=409)
    return JsonResponse({"status": "saved", "version": saved.version, "saved_line": saved_line(saved)})


def save_sent(request: HttpRequest, found: Consultation) -> tuple[list[str], list[str]]:
    """Save the marks in a form without scripts that its reader changed: (what is saved, what somebody else changed)."""
    saved, meanwhile = [], []
    for space in Space:
        name = f"mark-{space}"
        was, harm, strength = (request.POST.get(f"{name}-{part}") for part in ("was", "harm", "strength"))
        if None in (was, harm, strength) or was == f"{harm}/{strength}":
            continue
        form = MarkForm(request.POST, prefix=name)
        if not form.is_valid():
            raise BadRequest("The page sent something that it should not. Load the page again.")
        try:
            marks.save(found, space, **form.cleaned_data, by=request.user)
        except EditConflict as conflict:
            meanwhile.append(said_meanwhile(conflict.current))
        else:
            saved.append(f"{space.label}: harm and strength")
    return saved, meanwhile


def panels(found: Consultation, marked: dict[Space, SpaceMark]) -> dict[str, dict]:
    """What `consultations/_marks.html` draws, by the key of the section that speaks of the space.

    `marked` is what `services.marks.of` gives.
    """
    drawn = {}
    for space, key in marks.SECTION_OF.items():
        mark = marked.get(space)
        drawn[key] = {
            "space": space,
            "section": key,
            "state_id": f"mark-{space}",
            "url": reverse("consultations:mark-space", args=[found.referral_id, space]),
            "label": space.label,
            "harm": mark.harm if mark else "",
            "strength": mark.strength if mark else "",
            "harm_words": mark.get_harm_display() if mark else "",
            "strength_words": mark.get_strength_display() if mark else "",
            "version": mark.version if mark else 0,
            "line": saved_line(mark) if mark else "",
            "harms": HARMS,
            "strengths": STRENGTHS,
        }
    return drawn


def saved_line(mark: SpaceMark) -> str:
    """Who marked this and when, in words; "" for what was never marked."""
    if not mark.version:
        return ""
    return f"Marked by {mark.by.name}, {date_format(timezone.localtime(mark.at), 'DATETIME_FORMAT')}"


def said_meanwhile(mark: SpaceMark) -> str:
    """That somebody else was first, and what they chose."""
    words = " and ".join(
        words[:1].lower() + words[1:] for words in (mark.get_harm_display(), mark.get_strength_display()) if words
    )
    return (
        f"{mark.by.name} changed {mark.get_space_display()} to {words or 'not marked'} at the same time. "
        "Your choice was not saved: choose again if theirs is not right."
    )
