"""The assessment of a context: one page on which every section saves itself."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest, ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission
from consultations.papers import pdf
from core import conflicts, drafts, text_requests, texts
from core.workflow import EditConflict

from .. import assessing, assessment_presenters, workflow
from ..assessment_slots import grouped, slots_of
from ..choices import ContextAct
from ..forms.assessments import AboutAssessmentForm
from ..kinds import kind_of
from ..models import Assessment, Context, LinkedPerson
from ..services import assessments, steps
from ..sight import Sight
from .common import casework_for, note_view, refusals_show_the_context


def assessment_for(request: HttpRequest, pk: UUID, one: UUID) -> Assessment:
    """The assessment of a context whose casework this person may read; 404 where it is not theirs."""
    rows = Assessment.objects.visible_to(request.user).select_related("lead", "begun_by", "finished_by")
    found = get_object_or_404(rows, pk=one, context=pk)
    found.context = casework_for(request, pk)
    return found


def page_of(found: Assessment, anchor: str = "") -> str:
    """The address of an assessment, at one of its parts."""
    address = reverse("contexts:assessment", args=[found.context_id, found.pk])
    return f"{address}#{anchor}" if anchor else address


@require_safe
@requires(Permission.CONTEXT_SEE)
def latest(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The assessment that was begun last; where there is none, how to begin one."""
    context = casework_for(request, pk)
    if found := assessments.latest(context):
        found.context = context
        return show(request, found)
    note_view(request, context, "assessment")
    kind = kind_of(context.kind)
    drawn = {"found": context, "kind": kind, "may_begin": steps.may_work_on(request.user, context)}
    return render(request, "contexts/no_assessment.html", drawn)


@require_safe
@requires(Permission.CONTEXT_SEE)
def assessment(request: HttpRequest, pk: UUID, one: UUID) -> HttpResponse:
    """One assessment."""
    return show(request, assessment_for(request, pk, one))


@require_POST
@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def begin(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin the assessment, or make it again at a review."""
    made = assessments.begin(casework_for(request, pk), by=request.user)
    return redirect(page_of(made))


@require_POST
@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def save_all(request: HttpRequest, pk: UUID, one: UUID) -> HttpResponse:
    """Without scripts: save every section that was changed, whichever button was pressed."""
    found = assessment_for(request, pk, one)
    workflow.CONTEXT.check(ContextAct.WORK, found.context.state)
    rows = {row.key: row.text for row in found.texts.select_related("text")}
    asides = texts.waiting(rows.values())
    saved, clashing, newer, pressed = [], [], [], ""
    for heading in assessing.headings(kind_of(found.context.kind)):
        pressed = heading.key if heading.key == request.POST.get("section") else pressed
        waiting = asides.get(rows[heading.key].pk, []) if heading.key in rows else []
        results = text_requests.save_form(
            request, heading.key, waiting, lambda key=heading.key, **sent: _save(found, key, sent, by=request.user)
        )
        if any(result.newer for result in results):
            newer.append(heading.whole_title)
        elif results:
            (clashing if results[-1].conflict else saved).append(heading.whole_title)
    if clashing:
        titles = "”, “".join(clashing)
        messages.error(request, f"Somebody else changed “{titles}” while you wrote. Both texts are below.")
    if newer:
        titles = "”, “".join(newer)
        messages.error(request, f"The other text of “{titles}” was changed after you read it. Look at it again below.")
    if clashing or newer:
        return show(request, found, status=409)
    messages.success(request, f"Saved: {', '.join(saved)}." if saved else "There was nothing new to save.")
    return redirect(page_of(found, f"section-{pressed}" if pressed else ""))


@require_POST
@requires(Permission.CONTEXT_WORK)
def save_section(request: HttpRequest, pk: UUID, one: UUID, key: str) -> HttpResponse:
    """Save one section as it is typed; JSON, see `core.text_requests`."""
    visible = Context.objects.casework_of(request.user)
    sent = text_requests.read(request)
    try:
        result = assessments.save_typed(visible, pk, one, key, by=request.user, **sent)
    except ObjectDoesNotExist:
        raise Http404 from None
    except ValidationError as problem:
        raise BadRequest(problem.messages[0]) from None
    return text_requests.answer(result, sent=sent)


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def about(request: HttpRequest, pk: UUID, one: UUID) -> HttpResponse:
    """Who leads the assessment, which agencies take part, which young people are considered together."""
    found = assessment_for(request, pk, one)
    workflow.CONTEXT.check(ContextAct.WORK, found.context.state)
    page = drafts.open_form(
        request,
        assessments.draft_key(found, "about"),
        lambda data: AboutAssessmentForm(data, assessment=found, reader=request.user),
    )
    status = 200
    if request.method == "POST" and page.form.is_valid():
        sent = page.form.cleaned_data
        values = {name: sent[name] for name in ("lead", "agencies", "people")}
        try:
            assessments.change(found, **values, version=sent["version"] or 0, by=request.user)
        except EditConflict as conflict:
            now = assessments.about(conflict.current) | {"people": page.form.words_of(conflict.current)}
            conflicts.show_on(page.form, conflict, now, conflict.current.version)
            status = 409
        else:
            messages.success(request, "Saved.")
            return redirect(page_of(found))
    note_view(request, found.context, "assessment")
    drawn = {"page": page, "found": found.context, "back": page_of(found), "title": "About this assessment"}
    return render(request, "contexts/assessment_form.html", drawn | {"button": "Save"}, status=status)


@require_POST
@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def finish(request: HttpRequest, pk: UUID, one: UUID) -> HttpResponse:
    """An assessment that was made again is finished. The first one finishes with the step to the plan."""
    found = assessment_for(request, pk, one)
    assessments.finish(found, by=request.user)
    messages.success(request, "The assessment is finished. It can still be added to.")
    return redirect(page_of(found))


def show(request: HttpRequest, found: Assessment, *, status: int = 200) -> HttpResponse:
    """The page of an assessment."""
    note_view(request, found.context, "assessment")
    may_write = steps.may_work_on(request.user, found.context)
    return render(request, "contexts/assessment.html", _drawn(request, found, may_write=may_write), status=status)


def _drawn(request: HttpRequest, found: Assessment, *, may_write: bool) -> dict:
    sight = Sight(request.user, found.context)
    slots = slots_of(found, sight, may_write=may_write)
    kind = kind_of(found.context.kind)
    areas = assessment_presenters.areas(found, kind, sight)
    methods = assessment_presenters.methods(found, sight)
    people = LinkedPerson.objects.filter(assessments=found).with_sight(request.user)
    every = list(found.context.assessments.order_by("begun_at", "pk").values("pk", "begun_at", "finished_at"))
    others = [one | {"number": number} for number, one in enumerate(every, 1)]
    return {
        "found": found.context,
        "assessment": found,
        "number": next((one["number"] for one in others if one["pk"] == found.pk), 1),
        "others": [one for one in others if one["pk"] != found.pk],
        "is_latest": bool(every) and every[-1]["pk"] == found.pk,
        "kind": kind,
        "may_write": may_write,
        "no_pdf": pdf.unavailable(),
        "groups": grouped(slots),
        "index": assessment_presenters.index(slots, areas, methods),
        "areas": areas,
        "methods": methods,
        "offered": assessment_presenters.offered(kind),
        "looked_at": assessment_presenters.times_of_day(methods),
        "agencies": list(found.agencies.all()),
        "people": sight.people(people),
        "lacks": assessments.missing(found.context) if may_write and not found.finished_at else [],
    }


def _save(found: Assessment, key: str, sent: dict, *, by) -> texts.SaveResult:
    try:
        return assessments.save_section(found, key, by=by, **sent)
    except ValidationError as problem:
        raise BadRequest(problem.messages[0]) from None
