"""Imports of an Excel tracker: one page a step, each with an address of its own, so that it can be left and resumed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import requires
from accounts.permissions import Permission, can
from core import audit, drafts, job_pages, uploads
from core.models.jobs import JobStatus
from core.workflow import ActRefused, EditConflict

from ..forms.imports import ColumnsForm, ImportForm, SheetForm, UploadForm, WordsForm
from ..importing import LEAVE_OUT, Matching
from ..models import ImportProfile, TrackerImport
from ..models.imports import RowKind, Stage
from ..reading import NotATracker
from ..services import imports as services
from ..services import imports_undo, imports_words

PAGE_SIZE = 50
HEADINGS = [{"label": label} for label in ("Uploaded", "By", "What came of it", "Status")]
ROW_HEADINGS = [{"label": label} for label in ("Row", "Case", "What becomes of it", "Why")]
# The page of each stage; the others are shown by the page of the import itself.
_PAGES = {
    Stage.SHEET: "tracker:import-sheet",
    Stage.COLUMNS: "tracker:import-columns",
    Stage.VALUES: "tracker:import-words",
    Stage.CHECKED: "tracker:import-preview",
}
# The steps as a reader sees them: title, route, the stage that it belongs to.
_STEPS = [
    ("Sheet and headings", "tracker:import-sheet", Stage.SHEET),
    ("Columns", "tracker:import-columns", Stage.COLUMNS),
    ("Words", "tracker:import-words", Stage.VALUES),
    ("Check", "tracker:import-preview", Stage.CHECKED),
]


@require_safe
@requires(Permission.TRACKER_IMPORT)
def import_list(request: HttpRequest) -> HttpResponse:
    """Your imports and those of others that were carried out, newest first; what is remembered for the next one."""
    rows = TrackerImport.objects.visible_to(request.user).with_jobs().select_related("undone_by").defer("sheets")
    context = {
        "page": Paginator(rows, 25).get_page(request.GET.get("page")),
        "headings": HEADINGS,
        "profiles": ImportProfile.objects.select_related("made_by"),
    }
    return render(request, "tracker/imports.html", context)


@requires(Permission.TRACKER_IMPORT)
def upload(request: HttpRequest) -> HttpResponse:
    """The file. It is only looked at: its first rows, in a process of its own with bounds."""
    if request.method != "POST":
        return render(request, "tracker/import_upload.html", {"form": UploadForm()})
    form = UploadForm(request.POST, request.FILES, too_large=uploads.too_large(request))
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = services.upload(file.chunks(), file_name=file.name or "", by=request.user)
        except NotATracker as problem:
            form.add_error("file", str(problem))
        else:
            return redirect(_next_page(made))
    return render(request, "tracker/import_upload.html", {"form": form})


@require_safe
@requires(Permission.TRACKER_IMPORT)
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How an import is getting on, and what came of it. While nothing goes on, a waiting step is shown instead."""
    of = _visible(request, pk)
    mine = of.made_by_id == request.user.pk
    if of.stage in _PAGES and (of.job is None or of.job.status == JobStatus.DONE):
        # A redirect that htmx follows would put the whole of that page into this one, in the place of the progress.
        return HttpResponseClientRedirect(_next_page(of)) if request.htmx else redirect(_next_page(of))
    job = of.job if of.stage in (Stage.CHECKING, Stage.COLUMNS, Stage.CHECKED, Stage.IMPORTING) or of.undo_job else None
    context = {
        "import": of,
        "mine": mine,
        "job": job,
        "statuses": JobStatus,
        "stages": Stage,
        "counts": _counts(of),
        "retry": reverse(_PAGES[of.stage], args=[pk]) if of.stage in _PAGES else "",
        "rest": mine and _rest_job(of),
        "unit": _unit(of),
    }
    template = "tracker/_import_progress.html" if request.htmx else "tracker/import.html"
    return render(request, template, context)


@requires(Permission.TRACKER_IMPORT)
def sheet(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Which sheet, and in which row the headings stand."""
    of = _to_change(request, pk)
    looks = services.looks_of(of)
    guessed, rows = services.proposed_sheet(of)
    if of.sheet:
        guessed, rows = of.sheet, rows | {of.sheet: of.heading_row}
    form = SheetForm(request.POST if request.method == "POST" else None, of=of, looks=looks, sheet=guessed, rows=rows)
    status = 200
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        chosen = {"sheet": values["look"].name, "heading_row": values["heading_row"]}
        try:
            services.choose_sheet(of, **chosen, version=form.seen, by=request.user)
        except EditConflict as conflict:
            status = _show_conflict(form, conflict)
        else:
            return redirect("tracker:import-columns", pk=pk)
    _note_view(request, of, "sheet")
    shown = sorted(looks, key=lambda look: look.name != guessed)
    context = {"form": form, "import": of, "samples": [_sample(look) for look in shown]}
    return render(request, "tracker/import_sheet.html", context | _steps(of, Stage.SHEET), status=status)


@requires(Permission.TRACKER_IMPORT)
def columns(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What each column is."""
    of = _to_change(request, pk)
    if of.stage == Stage.SHEET:
        return redirect("tracker:import-sheet", pk=pk)
    matching, vocab = Matching.from_data(of.matching), imports_words.vocabulary()
    makes_themes = can(request.user, Permission.THEMES_MANAGE)
    page = drafts.open_form(
        request,
        services.draft_key(of, "columns"),
        lambda data: ColumnsForm(data, of=of, matching=matching, vocab=vocab, makes_themes=makes_themes),
    )
    status = 200
    if request.method == "POST" and page.form.is_valid():
        try:
            services.match(of, page.form.cleaned_data["targets"], version=page.form.seen, by=request.user)
        except EditConflict as conflict:
            status = _show_conflict(page.form, conflict)
        else:
            return redirect("tracker:import", pk=pk)
    _note_view(request, of, "columns")
    look = services.look_of(of)
    context = {
        "page": page,
        "import": of,
        "rows": [
            {"column": column, "field": field, "samples": _values_below(look, of.heading_row, column.place)}
            for column, field in page.form.rows()
        ],
        "profile": services.profile_for(of),
    }
    return render(request, "tracker/import_columns.html", context | _steps(of, Stage.COLUMNS), status=status)


@require_POST
@requires(Permission.TRACKER_IMPORT)
def guess(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Match the columns by guessing, whatever is remembered."""
    of = _to_change(request, pk)
    services.forget_guesses(of, version=of.version, by=request.user)
    drafts.drop(services.draft_key(of, "columns"), request.user)
    return redirect("tracker:import-columns", pk=pk)


@requires(Permission.TRACKER_IMPORT)
def words(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What their words mean in our lists, and which teams and agencies will be made."""
    of = _to_change(request, pk)
    if not of.checked_at:
        return redirect("tracker:import", pk=pk)
    vocab, makes_themes = imports_words.vocabulary(), can(request.user, Permission.THEMES_MANAGE)
    page = drafts.open_form(
        request,
        services.draft_key(of, "words"),
        lambda data: WordsForm(data, of=of, vocab=vocab, makes_themes=makes_themes),
    )
    status = 200
    if request.method == "POST" and page.form.is_valid():
        try:
            services.map_words(of, page.form.mapping(), version=page.form.seen, by=request.user)
        except EditConflict as conflict:
            status = _show_conflict(page.form, conflict)
        else:
            return redirect("tracker:import", pk=pk)
    _note_view(request, of, "words")
    context = {"page": page, "import": of, "groups": page.form.groups()}
    return render(request, "tracker/import_words.html", context | _steps(of, Stage.VALUES), status=status)


@requires(Permission.TRACKER_IMPORT)
def preview(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What becomes of each row; and, sent, the import itself."""
    of = _to_change(request, pk)
    if of.stage != Stage.CHECKED:
        return redirect("tracker:import", pk=pk)
    form = ImportForm(request.POST if request.method == "POST" else None, of=of)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_for(of, version=form.seen, remember_as=form.cleaned_data["remember_as"], by=request.user)
        except EditConflict as conflict:
            status = _show_conflict(form, conflict)
        else:
            return redirect("tracker:import", pk=pk)
    _note_view(request, of, "preview")
    kind = request.GET.get("kind", "")
    rows = of.rows.filter(kind=kind) if kind in RowKind.values else of.rows.all()
    context = {
        "form": form,
        "import": of,
        "counts": _counts(of),
        "kind": kind,
        "kinds": _kinds(of, kind),
        "listed": Paginator(rows.order_by("part", "number"), PAGE_SIZE).get_page(request.GET.get("page")),
        "headings": ROW_HEADINGS,
        "rest": _rest_job(of),
        "unread": _left_out_columns(of),
    }
    return render(request, "tracker/import_preview.html", context | _steps(of, Stage.CHECKED), status=status)


@require_safe
@requires(Permission.TRACKER_IMPORT)
def rest(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The rows that are not taken in, as a workbook with the reason beside each; its download is recorded."""
    of = get_object_or_404(_mine(request), pk=pk)
    if not _rest_job(of):
        raise Http404
    return job_pages.answer_file(request, job_pages.job_for(request, services.CHECK, of.check_job_id))


@require_POST
@requires(Permission.TRACKER_IMPORT)
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop what is going on with your file, or an undoing that you asked for."""
    of = _visible(request, pk)
    if of.job is not None and of.job.requested_by_id != request.user.pk:
        raise Http404
    services.cancel(of, by=request.user)
    return redirect("tracker:import", pk=pk)


@requires(Permission.TRACKER_IMPORT)
def discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a file that was not imported."""
    of = get_object_or_404(_mine(request), pk=pk)
    if request.method == "POST":
        services.discard(of, by=request.user)
        messages.success(request, "The file and everything that was read from it are deleted. Nothing was imported.")
        return redirect("tracker:imports")
    if of.stage not in services.OPEN_STAGES:
        return redirect("tracker:import", pk=pk)
    return render(request, "tracker/import_discard.html", {"import": of})


@requires(Permission.TRACKER_IMPORT)
def undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take an import's rows away again, while nothing was built on them."""
    of = _visible(request, pk)
    if request.method == "POST":
        services.ask_to_undo(of, by=request.user)
        return redirect("tracker:import", pk=pk)
    if of.stage != Stage.IMPORTED:
        return redirect("tracker:import", pk=pk)
    references = imports_undo.in_the_way(of)
    named = imports_undo.named(references, request.user)
    context = {"import": of, "referrals": of.referrals.count(), "in_the_way": len(references), "named": named}
    return render(request, "tracker/import_undo.html", context)


@requires(Permission.TRACKER_IMPORT)
def forget(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Forget how files with certain headings are matched."""
    profile = get_object_or_404(ImportProfile, pk=pk)
    if request.method == "POST":
        services.forget_profile(profile, by=request.user)
        messages.success(request, f"“{profile.name}” is forgotten.")
        return redirect("tracker:imports")
    return render(request, "tracker/import_forget.html", {"profile": profile})


def _visible(request: HttpRequest, pk: UUID) -> TrackerImport:
    return get_object_or_404(TrackerImport.objects.visible_to(request.user).with_jobs(), pk=pk)


def _mine(request: HttpRequest) -> QuerySet[TrackerImport]:
    return TrackerImport.objects.of_maker(request.user).with_jobs()


def _to_change(request: HttpRequest, pk: UUID) -> TrackerImport:
    """Your own import, of which nothing has been imported yet. Raises ActRefused once something has."""
    of = get_object_or_404(_mine(request), pk=pk)
    if of.stage not in services.OPEN_STAGES:
        raise ActRefused("These rows are in the tracker, or on their way into it, so nothing is changed any more.")
    return of


def _next_page(of: TrackerImport) -> str:
    return reverse(_PAGES.get(of.stage, "tracker:import"), args=[of.pk])


def _steps(of: TrackerImport, here: Stage) -> dict[str, Any]:
    """The steps, each with whether it can be gone to."""
    done = {Stage.SHEET: True, Stage.COLUMNS: of.heading_row is not None}
    done[Stage.VALUES] = bool(of.checked_at and of.words)
    done[Stage.CHECKED] = of.stage == Stage.CHECKED
    return {
        "steps": [
            {"label": label, "url": reverse(route, args=[of.pk]) if done[stage] else "", "current": stage == here}
            for label, route, stage in _STEPS
        ]
    }


def _show_conflict(form: Any, conflict: EditConflict) -> int:
    """Another window changed the import: what was typed stays, and sending it again is a decision."""
    form.data = form.data.copy()
    form.data["version"] = str(conflict.current.version)
    form.add_error(None, f"{conflict.reason} Look at it again, then send it to go on with what is chosen here.")
    return 409


def _sample(look) -> dict[str, Any]:
    """The first rows of a sheet as a table."""
    width = min(max((len(cells) for _, cells in look.sample), default=0), 12)
    rows = [(number, [cells[place] if place < len(cells) else None for place in range(width)])
            for number, cells in look.sample[:10]]  # fmt: skip
    return {"look": look, "rows": rows, "letters": [chr(ord("A") + place) for place in range(width)]}


def _values_below(look, heading_row: int, place: int) -> list:
    """Up to three different values of one column, as they stand."""
    cells = [cells[place] for number, cells in look.sample if number > heading_row and place < len(cells)]
    return list(dict.fromkeys(cell for cell in cells if cell not in (None, "")))[:3]


def _counts(of: TrackerImport) -> list[dict[str, Any]]:
    """What becomes of the rows, in the order of RowKind, as rows of a summary list."""
    counts, actions = of.counts.get("referrals", {}), of.counts.get("actions", {})
    done = of.imported_at is not None
    rows = []
    for kind in RowKind:
        if number := counts.get(kind, 0):
            words = f"{number:,}"
            if there := actions.get(kind, 0):
                words += f", and {there:,} action{'' if there == 1 else 's'}"
            rows.append({"key": kind.label, "value": words})
    if done:
        added = of.counts.get("added", 0)
        rows.insert(0, {"key": "Added to the tracker", "value": f"{added:,} referral{'' if added == 1 else 's'}"})
        if actions_added := of.counts.get("actions_added", 0):
            rows.insert(1, {"key": "Actions added", "value": f"{actions_added:,}"})
    if stopped := of.counts.get("stopped_at"):
        rows.append({"key": "Not read", "value": f"Reading stopped at row {stopped:,}, below many empty ones."})
    return rows


def _kinds(of: TrackerImport, chosen: str) -> list[dict[str, Any]]:
    """Links that narrow the list of rows to one kind, with how many there are."""
    counts = dict.fromkeys(RowKind, 0)
    for part in ("referrals", "actions"):
        for kind, number in of.counts.get(part, {}).items():
            counts[RowKind(kind)] += number
    here = reverse("tracker:import-preview", args=[of.pk])
    items = [{"label": "All rows", "url": here, "current": not chosen, "count": sum(counts.values())}]
    return items + [
        {"label": kind.label, "url": f"{here}?kind={kind}", "current": chosen == kind, "count": number}
        for kind, number in counts.items()
        if number
    ]


def _left_out_columns(of: TrackerImport) -> list[str]:
    matching = Matching.from_data(of.matching)
    return [
        f"{column.letter} “{column.heading}”" if column.heading else column.letter
        for column in matching.columns
        if column.target == LEAVE_OUT
    ]


def _rest_job(of: TrackerImport) -> bool:
    """Whether there is a workbook of the rows that are not taken in."""
    return bool(of.check_job_id and of.counts.get("rest") and not of.file_gone)


def _unit(of: TrackerImport) -> str:
    return {Stage.CHECKING: "rows read", Stage.UNDOING: "referrals taken back"}.get(of.stage, "rows taken in")


def _note_view(request: HttpRequest, of: TrackerImport, page: str) -> None:
    """These pages show rows about children: who read them is recorded."""
    audit.record("viewed", by=request.user, subject=of, detail={"page": f"import, {page}"})
