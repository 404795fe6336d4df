"""Every kept version of a section of an assessment, as far as its reader may read it, and putting one back."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission
from consultations.chronology import how_much, with_base, with_text_before
from core.differences import Budget, differences, short
from core.models import TextVersion
from core.workflow import ActRefused, EditConflict

from .. import assessing, workflow
from ..choices import ContextAct
from ..models import Assessment
from ..services import assessments, steps
from ..sight import Sight
from .assessments import assessment_for, page_of
from .common import note_view, refusals_show_the_context

VERSIONS_SHOWN = 20


@require_safe
@requires(Permission.CONTEXT_SEE)
def versions(request: HttpRequest, pk: UUID, one: UUID, key: str) -> HttpResponse:
    """The versions, latest first, each with what it added and took away."""
    found = assessment_for(request, pk, one)
    heading = _heading(found, key)
    row = found.texts.select_related("text").filter(key=key).first()
    text = row.text if row else None
    sight, budget = Sight(request.user, found.context), Budget()
    kept = with_text_before(TextVersion.objects.filter(text=text).select_related("by").order_by("-version"))
    page = Paginator(kept, VERSIONS_SHOWN).get_page(request.GET.get("page"))
    asides = with_base(text.set_aside.all()).select_related("by", "resolved_by").order_by("-at") if text else []
    note_view(request, found.context, "versions")
    drawn = {
        "found": found.context,
        "assessment": found,
        "heading": heading,
        "text": text,
        "back": page_of(found, f"section-{key}"),
        "page": page,
        "lines": [_line(version, sight, budget) for version in page],
        "set_aside": [{"aside": one, "pieces": _pieces(one, sight, budget)} for one in asides],
        "may_write": steps.may_work_on(request.user, found.context),
    }
    return render(request, "contexts/assessment_versions.html", drawn)


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def put_back(request: HttpRequest, pk: UUID, one: UUID, key: str, version: int) -> HttpResponse:
    """Put an earlier version back, after showing what that changes."""
    found = assessment_for(request, pk, one)
    workflow.CONTEXT.check(ContextAct.WORK, found.context.state)
    heading = _heading(found, key)
    row = get_object_or_404(found.texts.select_related("text__updated_by"), key=key)
    kept = get_object_or_404(row.text.versions.select_related("by"), version=version)
    sight = Sight(request.user, found.context)
    if not (sight.is_whole(kept.body) and sight.is_whole(row.text.body)):
        raise ActRefused(assessments.HIDDEN)
    status, refusal, text = 200, "", row.text
    if request.method == "POST":
        base = request.POST.get("base_version", "")
        base = int(base) if base.isdecimal() and len(base) < 10 else 0
        try:
            assessments.put_back(found, key, version=version, base_version=base, by=request.user)
        except EditConflict as conflict:
            refusal = f"{conflict.reason} Below is what putting it back changes now."
            status, text = 409, conflict.current
        else:
            messages.success(request, f"Version {version} is the text again. Every other version is kept.")
            return redirect("contexts:assessment-versions", pk=pk, one=one, key=key)
    note_view(request, found.context, "versions")
    pieces = differences(sight.words(text.body), kept.body)
    drawn = {
        "found": found.context,
        "assessment": found,
        "heading": heading,
        "kept": kept,
        "base_version": text.version,
        "much": how_much(pieces),
        "pieces": short(pieces, around=12),
        "nothing_changes": text.body == kept.body,
        "refusal": refusal,
    }
    return render(request, "contexts/put_assessment_back.html", drawn, status=status)


def _heading(found: Assessment, key: str) -> assessing.Heading:
    heading = assessing.heading_of(found.context.kind, key)
    if heading is None:
        raise Http404
    return heading


def _line(version: TextVersion, sight: Sight, budget: Budget) -> dict:
    before, body = sight.words(version.body_before or ""), sight.words(version.body)
    pieces = differences(before, body, budget)
    return {
        "version": version, "body": body, "whole": sight.is_whole(version.body),
        "much": how_much(pieces), "pieces": short(pieces, around=12),
    }  # fmt: skip


def _pieces(aside, sight: Sight, budget: Budget) -> list:
    return short(differences(sight.words(aside.body_before or ""), sight.words(aside.body), budget))
