"""Who was on a course: many at once, one person's history, removing and putting back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import drafts

from .. import training as register
from ..choices import AttendanceStatus
from ..forms.training_paste import MOST_UNKNOWN, PasteForm, PreviewForm
from ..models import TrainingAttendance, TrainingCourse
from ..services import training as services
from .training import course_for

PREVIEW_HEADINGS = [{"label": label} for label in ("Line", "Name", "Team or agency", "How they are known here")]
PERSON_HEADINGS = [{"label": label} for label in ("Course", "Date", "Team then", "Attendance")]


@requires(Permission.TRAINING_MANAGE)
def paste(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add many people to a course: paste a list, see what it means, answer what is unclear, then add them."""
    course = course_for(request, pk)
    lies_ahead = course.held_on > timezone.localdate()
    usual = AttendanceStatus.BOOKED if lies_ahead else AttendanceStatus.ATTENDED
    page = drafts.open_form(
        request, services.draft_key(course, "paste"), lambda data: PasteForm(data, initial={"status": usual})
    )
    if request.method == "POST" and page.form.is_valid():
        confirmed = "confirm" in request.POST
        preview = PreviewForm(request.POST if confirmed else None, given=page.form.cleaned_data)
        if len(preview.unknown) > MOST_UNKNOWN:
            page.form.add_error(
                "people",
                f"More than {MOST_UNKNOWN} of the teams are not known here. Write the name first, then a comma, then "
                "the team as it is called here",
            )
        elif confirmed and preview.is_valid():
            made = services.add_people(
                course, preview.people_now(), status=page.form.cleaned_data["status"], by=request.user
            )
            _say_added(request, len(made), len(preview.matches))
            return redirect(course)
        elif "again" not in request.POST:
            return _show_preview(request, course, preview, page)
    return render(request, "tracker/training_paste.html", {"course": course, "page": page})


@require_safe
@requires(Permission.TRAINING_SEE)
def person(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything in the register about the person of one attendance."""
    found = attendance_for(request, pk)
    times = register.history_of(found)
    attended = [one for one in times if one.status == AttendanceStatus.ATTENDED]
    context = {
        "attendance": found,
        "headings": PERSON_HEADINGS,
        "times": times,
        "attended": len(attended),
        "hours": sum((one.course.hours or 0 for one in attended), start=0),
        "champion": register.champion_times_of(found),
    }
    return render(request, "tracker/training_person.html", context)


@requires(Permission.TRAINING_MANAGE)
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take somebody off the list of a course, after asking."""
    found = attendance_for(request, pk)
    if request.method == "POST":
        services.remove(found, by=request.user)
        messages.success(request, f"{found.who} is off the list. You can put them back at the end of this page.")
        return redirect(found.course)
    return render(request, "tracker/training_remove.html", {"attendance": found})


@require_POST
@requires(Permission.TRAINING_MANAGE)
def put_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put somebody back who was removed."""
    found = attendance_for(request, pk)
    services.put_back(found, by=request.user)
    messages.success(request, f"{found.who} is on the list again.")
    return redirect(found.course)


def attendance_for(request: HttpRequest, pk: UUID) -> TrainingAttendance:
    """The attendance with its course and person; 404 where there is none."""
    rows = TrainingAttendance.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("course", "person", "team", "agency"), pk=pk)


def _show_preview(
    request: HttpRequest, course: TrainingCourse, preview: PreviewForm, page: drafts.FormPage
) -> HttpResponse:
    people = preview.people_now()
    there = services.on_the_list(course, people)
    context = {
        "course": course,
        "form": preview,
        "headings": PREVIEW_HEADINGS,
        "rows": list(zip(preview.matches, people, there, strict=True)),
        "new": sum(not one for one in there),
        "status": AttendanceStatus(page.form.cleaned_data["status"]).label,
    }
    return render(request, "tracker/training_preview.html", context)


def _say_added(request: HttpRequest, added: int, of: int) -> None:
    people = "1 person is" if added == 1 else f"{added} people are"
    messages.success(request, f"{people} added to the list.")
    if left := of - added:
        lines = "1 line was" if left == 1 else f"{left} lines were"
        messages.warning(request, f"{lines} left out: the person is on the list already, or stood there twice.")
