"""Importing a filled-in results tool: the file, its columns, the preview, and going through with it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.access import requires
from accounts.permissions import Permission
from core import drafts, uploads
from core.workflow import ActRefused, EditConflict
from tracker.reading import NotATracker

from ..forms.imports import ColumnsForm, ImportForm, UploadForm
from ..importing import Found
from ..models import ReviewImport
from ..services import imports as services

ASKED = ("part", "rating", "domain")  # what may have to be chosen for a statement


def import_for(request: HttpRequest, pk: UUID) -> ReviewImport:
    """This person's file that waits or was imported; 404 for another's, and once it was discarded or has expired."""
    return get_object_or_404(ReviewImport.objects.visible_to(request.user).select_related("review"), pk=pk)


@requires(Permission.REVIEW_WRITE)
def upload(request: HttpRequest) -> HttpResponse:
    """The file. It is read in a process of its own with bounds; nothing of a review is written."""
    form = UploadForm()
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES, too_large=uploads.too_large(request))
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                made = services.upload(file.chunks(), file_name=file.name or "", by=request.user)
            except NotATracker as problem:
                form.add_error("file", str(problem))
            else:
                sure = made.own or all(block.sure for block in services.blocks_in(made))
                return redirect("reviews:import" if sure else "reviews:import-columns", pk=made.pk)
    waiting = ReviewImport.objects.visible_to(request.user).waiting().defer("sheets", "blocks")
    return render(request, "reviews/imports/upload.html", {"form": form, "waiting": list(waiting[:20])})


@requires(Permission.REVIEW_WRITE)
def columns(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What each column holds: guessed from the headings, and put right here."""
    of = import_for(request, pk)
    if of.imported_at or of.own:
        return redirect("reviews:import", pk=pk)
    blocks = services.blocks_in(of)
    key = services.draft_key(of, "columns")
    page = drafts.open_form(request, key, lambda data: ColumnsForm(data, of=of, blocks=blocks))
    status = 200
    if request.method == "POST" and page.form.is_valid():
        version = page.form.cleaned_data["version"] or 0
        try:
            services.match(of, page.form.targets(), version=version, by=request.user)
        except (ActRefused, EditConflict) as problem:
            page.form.add_error(None, problem.reason)
            status = 409
        else:
            return redirect("reviews:import", pk=pk)
    fields = [
        {"block": block, "fields": [page.form[f"column-{number}-{place}"] for place, *_ in block.columns]}
        for number, block in enumerate(blocks)
    ]
    return render(
        request, "reviews/imports/columns.html", {"page": page, "import": of, "blocks": fields}, status=status
    )


@requires(Permission.REVIEW_WRITE)
def preview(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every statement and action with where it goes and what is wrong; importing what is sound."""
    of = import_for(request, pk)
    if of.imported_at:
        if request.method == "POST":
            messages.success(request, "This file was imported already. Nothing was added.")
        return redirect(of.review)
    found = services.found_in(of)
    rounds = list(services.empty_rounds(request.user)[:50])
    key = services.draft_key(of, "import")
    page = drafts.open_form(request, key, lambda data: ImportForm(data, of=of, found=found, rounds=rounds))
    status = 200
    if request.method == "POST" and page.form.is_valid():
        form = page.form
        try:
            review, made = services.carry_out(
                of, form.choices(), into=form.round, values=form.values(),
                version=form.cleaned_data["version"] or 0, by=request.user,
            )  # fmt: skip
        except (ActRefused, EditConflict) as problem:
            form.add_error(None, problem.reason)
            status = 409
        else:
            messages.success(request, _done(review) if made else "This tool was imported before. Nothing was added.")
            return redirect(review)
    drawn = {
        "page": page, "import": of, "found": found, "rows": _rows(found, page.form),
        "known": services.known_emails(found), "counts": _counts(found),
    }  # fmt: skip
    return render(request, "reviews/imports/preview.html", drawn, status=status)


@requires(Permission.REVIEW_WRITE)
def discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a file that was not imported."""
    of = import_for(request, pk)
    if of.imported_at:
        return redirect(of.review)
    if request.method == "POST":
        services.discard(of, by=request.user)
        messages.success(request, "The file and what was read from it are deleted. Nothing was imported.")
        return redirect("reviews:import-upload")
    return render(request, "reviews/imports/discard.html", {"import": of})


def _rows(found: Found, form: ImportForm) -> list[dict]:
    return [
        {
            "number": place + 1,
            "one": one,
            "out": form[f"out-{place}"],
            "asked": [form[name] for asked in ASKED if (name := f"{asked}-{place}") in form.fields],
        }
        for place, one in enumerate(found.statements)
    ]


def _counts(found: Found) -> dict[str, int]:
    actions = [action for one in found.statements for action in one.actions]
    return {
        "statements": len(found.statements),
        "sound": sum(one.sound for one in found.statements),
        "asked": sum(not one.sound and not one.problems for one in found.statements),
        "bad": sum(bool(one.problems) for one in found.statements),
        "actions": len(actions),
        "nobody": sum(not (action.lead or action.email or action.points_to) for action in actions),
        "bad_actions": sum(bool(action.problems) for action in actions),
    }


def _done(review) -> str:
    statements = review.statements.count()
    return f"Imported: {statements} statement{'' if statements == 1 else 's'}. Look through the board now."
