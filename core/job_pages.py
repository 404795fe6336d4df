"""The pages of a job, whatever it makes: how it is getting on, the file, and stopping it.

The app that owns the kind has the routes and says who may open them; here is what all of them share.
"""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from . import audit, jobs
from .middleware import wants_json
from .models import AuditEvent, Job, JobFile
from .models.jobs import JobStatus


def job_for(request: HttpRequest, kind: str, pk: UUID) -> Job:
    """This person's job of this kind; 404 for another's, and once they may no longer have what it makes."""
    mine = Job.objects.visible_to(request.user).select_related("requested_by")
    job = get_object_or_404(mine, kind=kind, pk=pk)
    if not jobs.kind_of(job).allows(job):
        raise Http404
    return job


def file_of(job: Job) -> JobFile | None:
    """The file of a job without its content; None where there is none yet, or no longer."""
    return JobFile.objects.filter(job=job).defer("content").first()


def events_of(job: Job, act: str) -> QuerySet[AuditEvent]:
    """What the audit log says was done with the file of a job, as "downloaded" or "deleted"; the latest first."""
    found = AuditEvent.objects.filter(subject_type=Job._meta.label_lower, subject_id=str(job.pk))
    return found.filter(act=f"{job.kind}.{act}").order_by("-at", "-pk")


def answer_progress(request: HttpRequest, job: Job, *, page: str, fragment: str, context: dict) -> HttpResponse:
    """How a job is getting on: the template `page`, `fragment` of it for htmx, JSON for a script.

    Both templates get `job`, `file` (None until there is one) and `statuses`, besides `context`.
    """
    if wants_json(request):
        return JsonResponse({"status": job.status, "done": job.done, "total": job.total})
    file = file_of(job)
    template = fragment if request.htmx else page
    return render(request, template, {"job": job, "file": file, "statuses": JobStatus} | context)


def answer_file(request: HttpRequest, job: Job) -> HttpResponse:
    """The finished file, whose download is recorded; 404 where there is none yet, or it has expired."""
    if job.status != JobStatus.DONE or job.expires_at < timezone.now():
        raise Http404
    file = get_object_or_404(JobFile, job=job)
    audit.record(f"{job.kind}.downloaded", by=request.user, subject=job, detail={"bytes": file.size})
    return HttpResponse(
        bytes(file.content),
        content_type=file.content_type,
        headers={"Content-Disposition": f'attachment; filename="{file.name}"'},
    )
