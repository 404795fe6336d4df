"""Evidence of a statement: attaching it, what is behind a figure, a file, and taking either away."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import drafts, uploads
from core.forms import GovukForm

from .. import catalogue, workflow
from ..choices import ReviewAct
from ..forms.evidence import FigureForm, FileForm
from ..models import EvidenceFile, Figure, Statement
from ..services import evidence as services
from ..services import statements, steps
from .common import note_view, refusals_show_the_statement, statement_for

# What is sent from here can do nothing in the browser.
NOTHING = "sandbox; default-src 'none'; frame-ancestors 'none'"


def shown(found: Statement) -> dict:
    """The evidence of a statement, for its page: figures with their values, files without their bytes."""
    review = found.review
    figures = found.figures.select_related("added_by")
    values = services.with_values(
        figures, last_round=services.last_round_of(review) if figures else None, kept=not review.is_open
    )
    return {
        "figures": [
            {
                "figure": figure,
                "words": catalogue.sentence(figure.key, figure.kind, figure.period),
                "value": value,
                "kept": figure.kept_on if not review.is_open else None,
            }
            for value, figure in values
        ],
        "files": found.files.defer("content").select_related("added_by"),
    }


@requires(Permission.REVIEW_WRITE)
@refusals_show_the_statement
def attach_figure(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Attach a figure of the catalogue."""
    found = _writable(request, pk)
    page = drafts.open_form(request, steps.draft_key(found, "figure"), FigureForm)
    if request.method == "POST" and page.form.is_valid():
        services.attach_figure(found, **page.form.cleaned_data, by=request.user)
        messages.success(request, "The figure is attached. It is counted anew whenever somebody looks.")
        return redirect(f"{found.get_absolute_url()}#evidence")
    drawn = {
        "page": page, "review": found.review, "statement": found, "title": "Attach a figure",
        "button": "Attach the figure", "back": found.get_absolute_url(),
    }  # fmt: skip
    return render(request, "reviews/step.html", drawn)


@requires(Permission.REVIEW_WRITE)
@refusals_show_the_statement
def attach_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Attach a file."""
    found = _writable(request, pk)
    if request.method == "POST":
        # Reading the form first: only then is known whether a file was too large.
        form = FileForm(request.POST, request.FILES, too_large=uploads.too_large(request))
        if form.is_valid():
            services.attach_file(found, **form.values(), by=request.user)
            messages.success(request, "The file is attached.")
            return redirect(f"{found.get_absolute_url()}#evidence")
    else:
        form = FileForm()
    drawn = {"form": form, "review": found.review, "statement": found}
    return render(request, "reviews/attach_file.html", drawn)


@require_safe
@requires(Permission.REVIEW_SEE)
def figure(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One figure: what it counts, and what is behind it for who may see that."""
    found = get_object_or_404(_figures(request), pk=pk)
    review = found.statement.review
    note_view(request, review, "figure")
    ((value, _),) = services.with_values([found], last_round=services.last_round_of(review), kept=not review.is_open)
    known = found.key in catalogue.ENTRIES
    drawn = {
        "figure": found,
        "statement": found.statement,
        "review": review,
        "words": catalogue.sentence(found.key, found.kind, found.period),
        "value": value,
        "kept": found.kept_on if not review.is_open else None,
        "behind": catalogue.behind(found.key, found.kind, value.span, request.user) if known else None,
        "headings": [{"label": label} for label in ("Context", "Kind", "Status", "Counted")],
        "may_write": ReviewAct.WRITE in steps.acts_for(review, request.user),
    }
    return render(request, "reviews/figure.html", drawn)


@require_safe
@requires(Permission.REVIEW_SEE)
def file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A file, to be kept by its reader; its download is recorded."""
    found = get_object_or_404(EvidenceFile.objects.visible_to(request.user).select_related("statement__review"), pk=pk)
    detail = {"bytes": found.size, "file": str(found.pk)}
    statements.record("statement.file-downloaded", found.statement, by=request.user, at=timezone.now(), **detail)
    headers = {
        "Content-Disposition": f'attachment; filename="evidence-{str(found.pk)[:8]}.{found.ending}"',
        "Content-Security-Policy": NOTHING,
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(bytes(found.content), content_type=found.content_type, headers=headers)


@requires(Permission.REVIEW_WRITE)
def remove_figure(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a figure away, after asking."""
    found = get_object_or_404(_figures(request), pk=pk)
    words = catalogue.sentence(found.key, found.kind, found.period)
    return _remove(request, found.statement_id, found, what=words, title="Take the figure away?", kept="")


@requires(Permission.REVIEW_WRITE)
def remove_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a file away for good, after asking."""
    rows = EvidenceFile.objects.visible_to(request.user).defer("content").select_related("statement__review")
    found = get_object_or_404(rows, pk=pk)
    return _remove(
        request, found.statement_id, found, what=found.title, title="Take the file away?",
        kept="The file is deleted for good. Nobody can bring it back.",
    )  # fmt: skip


def _remove(request: HttpRequest, statement: UUID, found: Figure | EvidenceFile, **drawn: str) -> HttpResponse:
    @refusals_show_the_statement
    def asked(request: HttpRequest, pk: UUID) -> HttpResponse:
        of = _writable(request, pk)
        if request.method == "POST":
            services.take_away(found, by=request.user)
            messages.success(request, "It is taken away.")
            return redirect(f"{of.get_absolute_url()}#evidence")
        page = {"statement": of, "review": of.review, "form": GovukForm()}
        return render(request, "reviews/remove_evidence.html", drawn | page)

    return asked(request, statement)


def _writable(request: HttpRequest, pk: UUID) -> Statement:
    found = statement_for(request, pk)
    workflow.REVIEW.check(ReviewAct.WRITE, found.review.state)
    statements.refuse_removed(found)
    return found


def _figures(request: HttpRequest):
    return Figure.objects.visible_to(request.user).select_related("statement__review", "statement__words")
