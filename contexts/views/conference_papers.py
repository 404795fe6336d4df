"""The papers of a conference: the minutes to print, and the files that jobs make of them and of the pack."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission
from consultations.papers import pdf
from core import audit, job_pages, jobs

from .. import conference_papers as papers
from ..services import conference_papers as services
from ..services import packs
from .conference_common import conference_for, pack_for, refusals_show_the_conference


@require_safe
@requires(Permission.CONFERENCE_SEE)
def minutes(request: HttpRequest, pk: UUID, conference: UUID) -> HttpResponse:
    """The minutes, to be printed; each name of the context's people is replaced."""
    found = conference_for(request, pk, conference)
    _printed(request, found, papers.MINUTES, "page")
    make = reverse("contexts:conference-make-minutes", args=[pk, conference])
    bar = {
        "back": found.get_absolute_url(), "back_text": "Back to the conference", "make_url": make, "word_url": make,
        "no_pdf": pdf.unavailable(),
    }  # fmt: skip
    paper = papers.minutes(found, packs.names_for(found))
    return HttpResponse(papers.html(paper, request, bar=bar))


@require_POST
@requires(Permission.CONFERENCE_SEE)
@refusals_show_the_conference
def make_minutes(request: HttpRequest, pk: UUID, conference: UUID) -> HttpResponse:
    """Ask for the minutes as a PDF or a Word file."""
    found = conference_for(request, pk, conference)
    job = services.ask_for(papers.MINUTES, found, form=_form(request), by=request.user)
    return redirect("contexts:conference-paper", pk=job.pk)


@require_POST
@requires(Permission.CONFERENCE_SEE)
@refusals_show_the_conference
def make_pack(request: HttpRequest, pk: UUID, conference: UUID, pack: UUID) -> HttpResponse:
    """Ask for an issued pack as a PDF or a Word file."""
    found = pack_for(request, pk, conference, pack)
    job = services.ask_for(papers.PACK, found, form=_form(request), by=request.user)
    return redirect("contexts:conference-paper", pk=job.pk)


@require_safe
@requires(Permission.CONFERENCE_SEE)
def paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How a file is getting on."""
    job = job_pages.job_for(request, services.KIND, pk)
    context = {
        "title": papers.TITLES[job.params["paper"]],
        "conference": services.conference_of(job),
        "what": "Word file" if job.params["form"] == services.WORD else "PDF",
    }
    return job_pages.answer_progress(
        request, job, page="contexts/papers/job.html", fragment="contexts/papers/_progress.html", context=context
    )


@require_safe
@requires(Permission.CONFERENCE_SEE)
def download(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The finished file, for who may still have it; its download is recorded, also with the context."""
    job = job_pages.job_for(request, services.KIND, pk)
    answer = job_pages.answer_file(request, job)
    if found := services.conference_of(job):
        _printed(request, found, job.params["paper"], job.params["form"])
    return answer


@require_POST
@requires(Permission.CONFERENCE_SEE)
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop a file that waits or is being made."""
    jobs.cancel(job_pages.job_for(request, services.KIND, pk), by=request.user)
    messages.success(request, "It has been cancelled.")
    return redirect("contexts:conference-paper", pk=pk)


def _form(request: HttpRequest) -> str:
    return services.WORD if request.POST.get("form") == services.WORD else services.PDF


def _printed(request: HttpRequest, found, paper: str, form: str) -> None:
    context = found.context
    detail = {"paper": paper, "as": form, "conference": str(found.pk)}
    audit.record("printed", by=request.user, subject=context, label=context.reference, detail=detail)
