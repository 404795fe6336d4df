"""The methods of an assessment: added, changed, taken away; figures of a survey, observations; how an area stands."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.access import requires
from accounts.permissions import Permission
from core import conflicts, drafts, uploads
from core.workflow import ActRefused, EditConflict

from .. import assessment_presenters, surveys, workflow
from ..choices import ContextAct, Method
from ..forms.assessments import FiguresForm, MethodForm, ObservationForm, RatingForm
from ..kinds import kind_of
from ..models import Assessment, MethodUsed, Observation
from ..services import assessments, methods
from ..sight import Sight
from .assessments import assessment_for, page_of
from .common import note_view, refusals_show_the_context


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def rate(request: HttpRequest, pk: UUID, one: UUID, area: str) -> HttpResponse:
    """How an area stands, and why."""
    found = _writable(request, pk, one)
    rated = next((each for each in kind_of(found.context.kind).areas if each.key == area), None)
    if rated is None:
        raise Http404
    sight = Sight(request.user, found.context)
    kind = kind_of(found.context.kind)
    shown = next(each for each in assessment_presenters.areas(found, kind, sight) if each.area is rated)
    seen = shown.now["rating"].pk if shown.now else 0
    page = drafts.open_form(
        request,
        assessments.draft_key(found, f"rating:{area}"),
        lambda data: RatingForm(data, area=rated, seen=seen),
    )
    status = 200
    if request.method == "POST" and page.form.is_valid():
        sent = page.form.cleaned_data
        try:
            methods.rate(
                found, area, light=sent["light"], reason=sent["reason"], seen=sent["seen"] or 0, by=request.user
            )
        except EditConflict as conflict:
            page.form.data = page.form.data.copy()
            page.form.data["seen"] = str(conflict.current.pk)
            page.form.add_error(None, f"{conflict.reason} Look at it below, then save again to put yours after it.")
            status = 409
        else:
            messages.success(request, f"{rated.title} is rated.")
            return redirect(page_of(found, "areas"))
    note_view(request, found.context, "assessment")
    drawn = {"page": page, "found": found.context, "back": page_of(found, "areas"), "title": rated.title}
    drawn |= {"button": "Save the rating", "area": shown}
    return render(request, "contexts/assessment_form.html", drawn, status=status)


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def add(request: HttpRequest, pk: UUID, one: UUID, kind: str) -> HttpResponse:
    """A method that was used."""
    if kind not in Method.values:
        raise Http404
    found = _writable(request, pk, one)
    page = drafts.open_form(request, assessments.draft_key(found, f"method:new:{kind}"), MethodForm)
    if request.method == "POST" and page.form.is_valid():
        made = methods.add(found, kind, page.form.values(), by=request.user)
        messages.success(request, "The method is added.")
        return redirect(page_of(found, f"method-{made.pk}"))
    note_view(request, found.context, "assessment")
    drawn = {"page": page, "found": found.context, "back": page_of(found, "methods")}
    title = f"Add: {Method(kind).label.lower()}"
    return render(request, "contexts/assessment_form.html", drawn | {"title": title, "button": "Add it"})


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def change(request: HttpRequest, pk: UUID, one: UUID, method: UUID) -> HttpResponse:
    """Other facts of a method, or more of what was found."""
    row = _method(request, pk, one, method)
    _refuse_part(request, row, *(getattr(row, name) for name in methods.WORDS))
    page = drafts.open_form(request, methods.draft_key(row, "change"), lambda data: MethodForm(data, method=row))
    status = 200
    if request.method == "POST" and page.form.is_valid():
        try:
            version = page.form.cleaned_data["version"] or 0
            methods.change(row, page.form.values(), version=version, by=request.user)
        except EditConflict as conflict:
            now = {name: getattr(conflict.current, name) for name in methods.FIELDS}
            conflicts.show_on(page.form, conflict, now, conflict.current.version)
            status = 409
        else:
            messages.success(request, "Saved.")
            return redirect(page_of(row.assessment, f"method-{row.pk}"))
    note_view(request, row.assessment.context, "assessment")
    drawn = {"page": page, "title": f"Change: {row.get_kind_display().lower()}", "button": "Save"}
    return render(request, "contexts/assessment_form.html", _around(row) | drawn, status=status)


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def remove(request: HttpRequest, pk: UUID, one: UUID, method: UUID) -> HttpResponse:
    """Take a method away that should not be there, after saying what goes with it."""
    row = _method(request, pk, one, method)
    if request.method == "POST":
        methods.remove(row, by=request.user)
        messages.success(request, "The method is taken away.")
        return redirect(page_of(row.assessment, "methods"))
    shown = assessment_presenters.shown(row, Sight(request.user, row.assessment.context))
    drawn = {"title": f"Take this {row.get_kind_display().lower()} away?", "button": "Take it away"}
    drawn["goes"] = [
        f"what was found with it{f', “{shown.title}”' if shown.title else ''}",
        *([f"{len(shown.questions)} questions with their figures"] if shown.questions else []),
        *([f"{len(shown.observations)} observations"] if shown.observations else []),
    ]
    note_view(request, row.assessment.context, "assessment")
    return render(request, "contexts/assessment_remove.html", _around(row) | drawn)


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def figures(request: HttpRequest, pk: UUID, one: UUID, method: UUID) -> HttpResponse:
    """The figures of a survey, typed, pasted, or from a CSV file; shown as they will look before they are saved."""
    row = _method(request, pk, one, method)
    if row.kind != Method.SURVEY:
        raise Http404
    lines = list(row.figures.all())
    _refuse_part(request, row, *(words for line in lines for words in (line.question, line.answer)))
    initial = {"lines": surveys.written(lines), "version": row.version}
    page = drafts.open_form(
        request,
        methods.draft_key(row, "figures"),
        lambda data: FiguresForm(data, request.FILES or None, initial=initial),
    )
    read, status = None, 200
    if request.method == "POST" and page.form.is_valid():
        read = _read(request, page.form)
        if read and "save" in request.POST and not page.form.errors:
            try:
                version = page.form.cleaned_data["version"] or 0
                methods.set_figures(row, read.rows, version=version, by=request.user)
            except EditConflict as conflict:
                conflicts.show_on(page.form, conflict, {}, conflict.current.version)
                status = 409
            else:
                messages.success(request, "The figures are saved.")
                return redirect(page_of(row.assessment, f"method-{row.pk}"))
    note_view(request, row.assessment.context, "assessment")
    drawn = {"page": page, "title": "Figures of the survey", "read": read}
    if read and read.rows:
        drawn["questions"] = assessment_presenters.preview(read.rows)
    return render(request, "contexts/assessment_figures.html", _around(row) | drawn, status=status)


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def observe(request: HttpRequest, pk: UUID, one: UUID, method: UUID) -> HttpResponse:
    """Another line of an observation log."""
    row = _method(request, pk, one, method)
    if row.kind != Method.OBSERVATION:
        raise Http404
    page = drafts.open_form(request, methods.draft_key(row, "observation:new"), ObservationForm)
    if request.method == "POST" and page.form.is_valid():
        methods.observe(row, page.form.cleaned_data, by=request.user)
        messages.success(request, "The observation is added.")
        return redirect(page_of(row.assessment, f"method-{row.pk}"))
    note_view(request, row.assessment.context, "assessment")
    drawn = {"page": page, "title": "Add an observation", "button": "Add it"}
    return render(request, "contexts/assessment_form.html", _around(row) | drawn)


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def forget_observation(request: HttpRequest, pk: UUID, one: UUID, method: UUID, line: UUID) -> HttpResponse:
    """Take a line out of an observation log, after saying which."""
    row = _method(request, pk, one, method)
    found = get_object_or_404(Observation, pk=line, method=row)
    found.method = row
    if request.method == "POST":
        methods.forget_observation(found, by=request.user)
        messages.success(request, "The observation is taken away.")
        return redirect(page_of(row.assessment, f"method-{row.pk}"))
    (shown,) = assessment_presenters.observations([found], Sight(request.user, row.assessment.context))
    drawn = {"title": "Take this observation away?", "button": "Take it away", "line": shown}
    note_view(request, row.assessment.context, "assessment")
    return render(request, "contexts/assessment_remove.html", _around(row) | drawn)


def _writable(request: HttpRequest, pk: UUID, one: UUID) -> Assessment:
    found = assessment_for(request, pk, one)
    workflow.CONTEXT.check(ContextAct.WORK, found.context.state)
    return found


def _method(request: HttpRequest, pk: UUID, one: UUID, method: UUID) -> MethodUsed:
    found = _writable(request, pk, one)
    row = get_object_or_404(MethodUsed, pk=method, assessment=found, removed_at=None)
    row.assessment = found
    return row


def _refuse_part(request: HttpRequest, row: MethodUsed, *bodies: str) -> None:
    """A form would show the words that it changes: none for who may not read all of them."""
    sight = Sight(request.user, row.assessment.context)
    if not all(sight.is_whole(body) for body in bodies):
        raise ActRefused(assessments.HIDDEN)


def _around(row: MethodUsed) -> dict:
    return {"found": row.assessment.context, "back": page_of(row.assessment, f"method-{row.pk}")}


def _read(request: HttpRequest, form: FiguresForm) -> surveys.Figures | None:
    """What the box holds, or the file that was sent, which is put into the box; problems become the form's errors."""
    text = form.cleaned_data["lines"]
    if uploads.too_large(request):
        form.add_error("file", f"The file must be smaller than {surveys.MOST_BYTES // 1024} KB")
        return None
    if form.cleaned_data["file"]:
        try:
            text = surveys.text_of(form.cleaned_data["file"].read(surveys.MOST_BYTES + 1))
        except surveys.Unreadable as problem:
            form.add_error("file", str(problem))
            return None
        form.data = form.data.copy()
        form.data["lines"] = text
    found = surveys.read(text)
    for problem in found.problems:
        form.add_error("lines", problem)
    return found
