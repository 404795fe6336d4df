"""What happened to a record, the versions of its texts, and who viewed it."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import audit
from core.differences import Budget, differences, short
from core.models import FormSection, Text, TextVersion
from core.models.lists import FormName
from core.workflow import EditConflict

from .. import chronology, viewers, workflow
from ..choices import ReferralAct
from ..forms.chronology import ChronologyFilter, ViewsFilter
from ..models import Consultation, ConsultationNote, FrameworkCell, Referral, YoungPerson
from ..services import people
from ..services import referrals as services
from ..services import versions as version_services
from ..services.screening import PRESENT
from .common import consultation_for, note_view, referral_for
from .referrals import refusals_show_the_record

VERSIONS_SHOWN = 10


@require_safe
@requires(Permission.REFERRAL_SEE)
def referral(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything that happened to one referral."""
    found = referral_for(request, pk)
    note_view(request, found, "chronology")
    return _show(request, [found], {"referral": found})


@require_safe
@requires(Permission.REFERRAL_SEE)
def young_person(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything that happened to the referrals of a young person, as far as the reader may see them."""
    person = YoungPerson.objects.visible_to(request.user).filter(pk=pk).first()
    if person is None:  # one that was merged away is found as the other
        kept = people.standing_for(pk)
        if kept is None or not YoungPerson.objects.visible_to(request.user).filter(pk=kept.pk).exists():
            raise Http404
        return redirect("consultations:young-person-chronology", pk=kept.pk)
    mine = Referral.objects.visible_to(request.user).filter(young_person=person)
    audit.record("viewed", by=request.user, subject=person, detail={"page": "chronology"})
    found = list(mine.with_names())
    name = next((one.name for one in found if one.name), "")
    return _show(request, found, {"person": person, "name": name, "several": len(found) > 1, "found": found})


def _show(request: HttpRequest, found: list[Referral], context: dict) -> HttpResponse:
    told = chronology.Chronology(found, request.user)
    form = ChronologyFilter(request.GET, people=told.people())
    chosen = form.chosen()
    page = Paginator(told.rows(chosen), chronology.PAGE_SIZE).get_page(request.GET.get("page"))
    context |= {"form": form, "page": page, "lines": told.lines(page), "chosen": chosen}
    return render(request, "consultations/chronology.html", context)


@require_safe
@requires(Permission.REFERRAL_VIEWS_SEE)
def views(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who viewed this record, made copies of it, or was refused it."""
    found = referral_for(request, pk)
    note_view(request, found, "who viewed this record")
    events = viewers.events_of(found)
    form = ViewsFilter(request.GET, people=viewers.people(events))
    form.is_valid()
    chosen = form.cleaned_data
    narrowed = viewers.narrowed(
        events,
        person=chosen.get("person"),
        what=chosen.get("what", ""),
        first=chosen.get("day_from"),
        last=chosen.get("day_to"),
    )
    page = Paginator(viewers.by_day(narrowed), viewers.PAGE_SIZE).get_page(request.GET.get("page"))
    headings = [{"label": label} for label in ("Day", "Who", "What", "Which pages", "When")]
    context = {"referral": found, "form": form, "page": page, "visits": viewers.visits(page), "headings": headings}
    return render(request, "consultations/views.html", context)


@require_safe
@requires(Permission.REFERRAL_SEE)
def versions(request: HttpRequest, pk: UUID, key: str) -> HttpResponse:
    """Every kept version of a section of the consultation form."""
    found = consultation_for(request, pk)
    section = get_object_or_404(FormSection, form=FormName.CONSULTATION, key=key)
    note = ConsultationNote.objects.filter(consultation=found, section=section).select_related("text").first()
    may_write = ReferralAct.WRITE in services.acts_for(found.referral, request.user)
    context = {
        "title": f"“{section.title}”",
        "back_url": f"{reverse('consultations:consultation', args=[pk])}#section-{key}",
        "back_text": "Back to the consultation",
        "put_back_key": key if may_write and section.active and key != PRESENT else "",
    }
    return _show_versions(request, found, note.text if note else None, context)


@require_safe
@requires(Permission.REFERRAL_SEE)
def cell_versions(request: HttpRequest, pk: UUID, place: UUID, point: str) -> HttpResponse:
    """Every kept version of a cell of Appendix A."""
    found = consultation_for(request, pk)
    cells = FrameworkCell.objects.filter(place__consultation=found).select_related("text", "place__factor", "point")
    cell = get_object_or_404(cells, place=place, point__key=point)
    title = chronology.cell_title(cell)
    back = reverse("consultations:prepare", args=[pk])
    context = {"title": title, "back_url": back, "back_text": "Back to the framework"}
    return _show_versions(request, found, cell.text, context)


def _show_versions(request: HttpRequest, found: Consultation, text: Text | None, context: dict) -> HttpResponse:
    note_view(request, found.referral, "versions")
    kept = TextVersion.objects.filter(text=text).select_related("by").order_by("-version")
    page = Paginator(chronology.with_text_before(kept), VERSIONS_SHOWN).get_page(request.GET.get("page"))
    numbers, budget = list(kept.defer("body")), Budget()
    context |= {
        "referral": found.referral,
        "text": text,
        "page": page,
        "lines": [_version_line(version, budget) for version in page],
        "numbers": numbers,
        "whole": _version(request, numbers, "version"),
        "set_aside": _set_aside(text, budget),
    }
    old, new = _version(request, numbers, "from"), _version(request, numbers, "to")
    if old and new:
        context |= {"old": old, "new": new, "compared": differences(old.body, new.body)}
        context["compared_much"] = chronology.how_much(context["compared"])
    return render(request, "consultations/versions.html", context)


def _version_line(version: TextVersion, budget: Budget) -> dict:
    pieces = differences(version.body_before or "", version.body, budget)
    return {"version": version, "much": chronology.how_much(pieces), "pieces": short(pieces, around=12)}


def _set_aside(text: Text | None, budget: Budget) -> list[dict]:
    """The texts that were written at the same time as another, the latest first, with what became of them."""
    if text is None:
        return []
    rows = chronology.with_base(text.set_aside.all()).select_related("by", "resolved_by").order_by("-at")
    return [{"aside": row, "pieces": short(differences(row.body_before or "", row.body, budget))} for row in rows]


def _version(request: HttpRequest, numbers: list[TextVersion], name: str) -> TextVersion | None:
    """The version that the URL asks for; its body is read when it is first looked at."""
    asked = request.GET.get(name, "")
    return next((version for version in numbers if str(version.version) == asked), None)


@requires(Permission.CONSULTATION_WRITE)
@refusals_show_the_record
def put_back(request: HttpRequest, pk: UUID, key: str, version: int) -> HttpResponse:
    """Put an earlier version of a section back, after showing what that changes."""
    found = consultation_for(request, pk)
    workflow.REFERRAL.check(ReferralAct.WRITE, found.referral.state)
    if key == PRESENT:
        raise Http404
    section = get_object_or_404(FormSection, form=FormName.CONSULTATION, key=key, active=True)
    note = get_object_or_404(
        ConsultationNote.objects.select_related("text__updated_by"), consultation=found, section=section
    )
    kept = get_object_or_404(note.text.versions.select_related("by"), version=version)
    status, refusal, text = 200, "", note.text
    if request.method == "POST":
        base = request.POST.get("base_version", "")
        try:
            version_services.put_back(
                found, section, version=version, base_version=int(base) if base.isdecimal() else 0, by=request.user
            )
        except EditConflict as conflict:
            status, refusal, text = (
                409,
                f"{conflict.reason} Below is what putting it back changes now.",
                conflict.current,
            )
        else:
            messages.success(
                request, f"Version {version} of “{section.title}” is the text again. Every other version is kept."
            )
            return redirect("consultations:versions", pk=pk, key=key)
    note_view(request, found.referral, "versions")
    pieces = differences(text.body, kept.body)
    context = {
        "referral": found.referral,
        "section": section,
        "kept": kept,
        "base_version": text.version,
        "much": chronology.how_much(pieces),
        "pieces": short(pieces, around=12),
        "nothing_changes": text.body == kept.body,
        "refusal": refusal,
    }
    return render(request, "consultations/put_back.html", context, status=status)
