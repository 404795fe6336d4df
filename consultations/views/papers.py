"""Papers: blank forms, print views, the copy without other people's names, and the files that jobs make of them."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import audit, drafts, job_pages, jobs
from core.models import Job
from core.workflow import ActRefused

from ..forms.papers import CHANGED, RedactionForm
from ..models import Consultation, Referral
from ..papers import documents, pdf
from ..services import papers as services
from .common import note_view

OF_RECORD = (documents.PREPARED, documents.CONSULTATION)
LATEST = 20


@require_safe
@requires(Permission.REFERRAL_SEE)
def forms(request: HttpRequest) -> HttpResponse:
    """The toolkit's forms, blank, and the files that you asked for lately."""
    mine = Job.objects.visible_to(request.user).filter(kind=services.KIND).select_related("file")
    asked = list(mine.defer("file__content")[:LATEST])
    seen = {str(row.pk): row.reference for row in Referral.objects.visible_to(request.user).filter(
        pk__in={job.params["referral"] for job in asked if "referral" in job.params}
    )}  # fmt: skip
    context = {
        "blanks": [(key, documents.TITLES[key], key == documents.BLANK) for key in documents.BLANKS],
        "no_pdf": pdf.unavailable(),
        "asked": [
            (job, documents.TITLES[job.params["paper"]], seen.get(job.params.get("referral"), ""))
            for job in asked
            if "referral" not in job.params or job.params["referral"] in seen
        ],
    }
    return render(request, "papers/forms.html", context)


@require_safe
@requires(Permission.REFERRAL_SEE)
def blank_form(request: HttpRequest, paper: str) -> HttpResponse:
    """One blank form, to be printed."""
    if paper not in documents.BLANKS:
        raise Http404
    audit.record("printed", by=request.user, detail={"paper": paper, "as": "page"})
    bar = {
        "back": reverse("consultations:forms"),
        "back_text": "All forms",
        "make_url": reverse("consultations:make-form", args=[paper]),
        "word_url": reverse("consultations:make-form", args=[paper]) if paper == documents.BLANK else "",
        "no_pdf": pdf.unavailable(),
    }
    return HttpResponse(pdf.html(documents.blank(paper), request, bar=bar))


@require_POST
@requires(Permission.REFERRAL_SEE)
def make_form(request: HttpRequest, paper: str) -> HttpResponse:
    """Ask for a blank form as a PDF, Appendix C also as a Word file."""
    form = services.WORD if request.POST.get("form") == services.WORD else services.PDF
    if paper not in documents.BLANKS or (form == services.WORD and paper != documents.BLANK):
        raise Http404
    return redirect("consultations:paper", pk=services.ask_for(paper, by=request.user, form=form).pk)


@require_safe
@requires(Permission.REFERRAL_SEE)
def print_view(request: HttpRequest, pk: UUID, paper: str) -> HttpResponse:
    """The framework or the consultation of a referral, to be printed; `?prompts=1` with the guidance."""
    found = _consultation(request, pk, paper)
    prompts = request.GET.get("prompts") == "1"
    today = timezone.localdate()
    referral = found.referral
    here = reverse("consultations:print", args=[pk, paper])
    other = None
    if paper == documents.PREPARED:
        page = documents.framework(found, on=today)
    else:
        page = documents.consultation(found, on=today, prompts=prompts)
        other = {"url": here if prompts else f"{here}?prompts=1"}
        other["text"] = "Leave the guidance prompts out" if prompts else "Print the guidance prompts as well"
    detail = {"paper": paper, "as": "page"}
    audit.record("printed", by=request.user, subject=referral, label=referral.reference, detail=detail)
    bar = {
        "back": referral.get_absolute_url(),
        "back_text": "Back to the referral",
        "make_url": reverse("consultations:make-paper", args=[pk, paper]),
        "hidden": {"prompts": "1"} if prompts else {},
        "no_pdf": pdf.unavailable(),
        "other": other,
    }
    return HttpResponse(pdf.html(page, request, bar=bar))


@require_POST
@requires(Permission.REFERRAL_SEE)
def make_paper(request: HttpRequest, pk: UUID, paper: str) -> HttpResponse:
    """Ask for the framework or the consultation of a referral as a PDF."""
    found = _consultation(request, pk, paper)
    prompts = paper == documents.CONSULTATION and request.POST.get("prompts") == "1"
    job = services.ask_for(paper, by=request.user, referral=found.referral, prompts=prompts)
    return redirect("consultations:paper", pk=job.pk)


@requires(Permission.CONSULTATION_REDACT)
def redact(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The consultation without other people's names: what is left out, what the copy then looks like, and its PDF."""
    found = _consultation(request, pk, documents.REDACTED)
    whole = services.whole_record(found)
    proposals, digest = services.proposals(found, whole), whole.digest()

    def make(data) -> RedactionForm:
        return RedactionForm(data, found=proposals, digest=digest)

    page = drafts.open_form(request, services.draft_key(found), make)
    form, status = page.form, 200
    if request.method == "POST":
        valid = form.is_valid()
        if form.outdated:
            form.add_error(None, CHANGED)
            status = 409
        elif valid and "make" in request.POST:
            try:
                job = services.redact(
                    found, form.chosen(), digest=digest, by=request.user,
                    prompts=form.cleaned_data["prompts"], framework=form.cleaned_data["framework"],
                )  # fmt: skip
            except ActRefused as refused:
                messages.error(request, refused.reason)
                status = 409
            else:
                return redirect("consultations:paper", pk=job.pk)
    note_view(request, found.referral, "copy without names")
    copy = services.copy_without(
        found, form.chosen_so_far(), prompts=form.option("prompts"), framework=form.option("framework"), whole=whole
    )
    context = {"page": page, "referral": found.referral, "copy": copy, "no_pdf": pdf.unavailable()}
    return render(request, "papers/redact.html", context, status=status)


@require_safe
@requires(Permission.REFERRAL_SEE)
def paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How a file is getting on."""
    job = job_pages.job_for(request, services.KIND, pk)
    referral = Referral.objects.visible_to(request.user).filter(pk=job.params.get("referral")).first()
    context = {
        "title": documents.TITLES[job.params["paper"]],
        "referral": referral,
        "what": "Word file" if job.params["form"] == services.WORD else "PDF",
    }
    return job_pages.answer_progress(
        request, job, page="papers/paper.html", fragment="papers/_progress.html", context=context
    )


@require_safe
@requires(Permission.REFERRAL_SEE)
def download(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The finished file, for who may still see what it is about; its download is recorded, also with the referral."""
    job = job_pages.job_for(request, services.KIND, pk)
    answer = job_pages.answer_file(request, job)
    if referral := Referral.objects.visible_to(request.user).filter(pk=job.params.get("referral")).first():
        detail = {"paper": job.params["paper"], "as": job.params["form"]}
        audit.record("printed", by=request.user, subject=referral, label=referral.reference, detail=detail)
    return answer


@require_POST
@requires(Permission.REFERRAL_SEE)
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop a file that waits or is being made."""
    jobs.cancel(job_pages.job_for(request, services.KIND, pk), by=request.user)
    messages.success(request, "It has been cancelled.")
    return redirect("consultations:paper", pk=pk)


def _consultation(request: HttpRequest, pk: UUID, paper: str) -> Consultation:
    """The consultation that a paper is made of; 404 for another's, an unknown paper, or one held elsewhere."""
    if paper not in (*OF_RECORD, documents.REDACTED):
        raise Http404
    try:
        return services.consultation_of(pk, request.user)
    except Consultation.DoesNotExist:
        raise Http404 from None
