"""The assessment and the joint plan of a context: to print, and the PDFs that jobs make of them."""

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

from .. import casework_papers as papers
from ..models import Context
from ..services import casework_papers as services
from .assessments import assessment_for, page_of
from .common import casework_for, refusals_show_the_context


@require_safe
@requires(Permission.CONTEXT_SEE)
def assessment(request: HttpRequest, pk: UUID, one: UUID) -> HttpResponse:
    """An assessment, to be printed; `names=without` in the URL leaves young people's names out."""
    found = assessment_for(request, pk, one)
    where = {"args": [pk, one]}
    bar = _bar(
        request, back=page_of(found), back_text="Back to the assessment",
        here=reverse("contexts:print-assessment", **where), make=reverse("contexts:make-assessment-paper", **where),
    )  # fmt: skip
    _printed(request, found.context, papers.ASSESSMENT, "page")
    return HttpResponse(papers.html(papers.assessment(request.user, found, names=_names(request)), request, bar=bar))


@require_safe
@requires(Permission.CONTEXT_SEE)
def plan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The joint plan, to be printed; `names=without` in the URL leaves young people's names out."""
    found = casework_for(request, pk)
    bar = _bar(
        request, back=reverse("contexts:plan", args=[pk]), back_text="Back to the plan",
        here=reverse("contexts:print-plan", args=[pk]), make=reverse("contexts:make-plan-paper", args=[pk]),
    )  # fmt: skip
    _printed(request, found, papers.PLAN, "page")
    return HttpResponse(papers.html(papers.plan(request.user, found, names=_names(request)), request, bar=bar))


@require_POST
@requires(Permission.CONTEXT_SEE)
@refusals_show_the_context
def make_assessment(request: HttpRequest, pk: UUID, one: UUID) -> HttpResponse:
    """Ask for an assessment as a PDF, with names or without (`names=without`)."""
    found = assessment_for(request, pk, one)
    job = services.ask_for(papers.ASSESSMENT, found, names=_names(request), by=request.user)
    return redirect("contexts:casework-paper", pk=job.pk)


@require_POST
@requires(Permission.CONTEXT_SEE)
@refusals_show_the_context
def make_plan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for the joint plan as a PDF, with names or without (`names=without`)."""
    job = services.ask_for(papers.PLAN, casework_for(request, pk), names=_names(request), by=request.user)
    return redirect("contexts:casework-paper", pk=job.pk)


@require_safe
@requires(Permission.CONTEXT_SEE)
def paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How a PDF is getting on."""
    job = job_pages.job_for(request, services.KIND, pk)
    found = services.context_of(job, request.user)
    is_plan = job.params["paper"] == papers.PLAN
    context = {
        "found": found,
        "title": papers.title_of(job.params["paper"], names=job.params["names"]),
        "names": job.params["names"],
        "back": reverse("contexts:plan", args=[found.pk])
        if is_plan
        else reverse("contexts:assessment", args=[found.pk, job.params["of"]]),
        "back_text": "Back to the plan" if is_plan else "Back to the assessment",
        "what": "PDF",
    }
    return job_pages.answer_progress(
        request, job, page="contexts/papers/casework_job.html", fragment="contexts/papers/_casework_progress.html",
        context=context,
    )  # fmt: skip


@require_safe
@requires(Permission.CONTEXT_SEE)
def download(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The finished PDF, for who may still have it; its download is recorded, also with the context."""
    job = job_pages.job_for(request, services.KIND, pk)
    answer = job_pages.answer_file(request, job)
    if found := services.context_of(job, request.user):
        _printed(request, found, job.params["paper"], "pdf", names=job.params["names"])
    return answer


@require_POST
@requires(Permission.CONTEXT_SEE)
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop a PDF that waits or is being made."""
    jobs.cancel(job_pages.job_for(request, services.KIND, pk), by=request.user)
    messages.success(request, "It has been cancelled.")
    return redirect("contexts:casework-paper", pk=pk)


def _names(request: HttpRequest) -> bool:
    return request.POST.get("names", request.GET.get("names")) != "without"


def _bar(request: HttpRequest, *, back: str, back_text: str, here: str, make: str) -> dict:
    """What may be done with the paper: print it, make a PDF, the same with or without names."""
    names = _names(request)
    other = (
        (f"{here}?names=without", "The copy without young people’s names") if names else (here, "The copy with names")
    )
    return {
        "back": back, "back_text": back_text, "make_url": make, "no_pdf": pdf.unavailable(),
        "hidden": {} if names else {"names": "without"}, "other": {"url": other[0], "text": other[1]},
    }  # fmt: skip


def _printed(request: HttpRequest, found: Context, paper: str, form: str, *, names: bool | None = None) -> None:
    names = _names(request) if names is None else names
    detail = {"paper": paper, "as": form, "names": names}
    audit.record("printed", by=request.user, subject=found, label=found.reference, detail=detail)
