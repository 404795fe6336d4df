"""The training register: its courses."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission, can
from core import audit, conflicts, drafts
from core.workflow import ActRefused, EditConflict

from .. import training as register
from ..choices import COURSE_KINDS, AttendanceStatus
from ..forms.training import AttendeeForm, CourseFilter, CourseForm
from ..models import TrainingCourse
from ..services import training as services

PAGE_SIZE = 50
SUGGESTIONS = 100
HEADINGS = [
    {"label": "Course", "key": "title"},
    {"label": "Date", "key": "date"},
    {"label": "Kind", "key": "kind"},
    {"label": "Trainer and place", "key": "trainer"},
    {"label": "Hours", "numeric": True},
    {"label": "Attended", "key": "attended", "numeric": True},
    {"label": "Booked", "numeric": True},
    {"label": "Did not come", "numeric": True},
]


@require_safe
@requires(Permission.TRAINING_SEE)
def courses(request: HttpRequest) -> HttpResponse:
    """The courses, filtered and sorted by the URL."""
    form = CourseFilter(request.GET)
    sort = register.sort_from(request.GET, register.COURSE_SORTS, register.NEWEST_FIRST)
    narrowed = form.narrow(TrainingCourse.objects.visible_to(request.user))
    found = register.courses_in_order(narrowed, sort)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form,
        "chosen": form.chosen(),
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "trained": register.trained_in(narrowed.order_by()),
        "sort": sort,
        "keep": {"sort": sort if sort != register.NEWEST_FIRST else ""},
        "headings": HEADINGS,
        "today": timezone.localdate(),
        "may_manage": can(request.user, Permission.TRAINING_MANAGE),
        "filters": query.urlencode(),
    }
    if words := context["chosen"].get("q"):
        found = context["page"].paginator.count
        audit.record("searched", by=request.user, detail={"in": "training", "words": words, "found": found})
    return render(request, "tracker/training.html", context)


@requires(Permission.TRAINING_SEE)
def course(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One course and who is on its list; who manages the register adds somebody here."""
    found = course_for(request, pk)
    if request.method == "POST" and not can(request.user, Permission.TRAINING_MANAGE):
        raise PermissionDenied
    lies_ahead = found.held_on > timezone.localdate()
    usual = AttendanceStatus.BOOKED if lies_ahead else AttendanceStatus.ATTENDED
    page = drafts.open_form(
        request, services.draft_key(found, "person"), lambda data: AttendeeForm(data, initial={"status": usual})
    )
    status = 200
    if request.method == "POST" and page.form.is_valid():
        who, stands = page.form.cleaned_data["somebody"], page.form.cleaned_data["status"]
        try:
            made = services.add_person(found, who, status=stands, by=request.user)
        except ActRefused as refused:
            page.form.add_error("who", refused.reason)
            status = 409
        else:
            messages.success(request, f"{made.who} is on the list: {made.get_status_display().lower()}.")
            return redirect(f"{found.get_absolute_url()}#add")
    people = register.people_of(found)
    context = {
        "course": found,
        "lies_ahead": lies_ahead,
        "facts": _facts(found),
        "page": page,
        "people": people,
        "removed": register.removed_from(found),
        "statuses": AttendanceStatus.choices,
        "counts": [(status.label, sum(one.status == status for one in people)) for status in AttendanceStatus],
        "may_delete": all(one.status != AttendanceStatus.ATTENDED for one in people),
        "may_manage": can(request.user, Permission.TRAINING_MANAGE),
    }
    return render(request, "tracker/training_course.html", context, status=status)


@requires(Permission.TRAINING_MANAGE)
def add(request: HttpRequest) -> HttpResponse:
    """Enter a course."""
    page = drafts.open_form(request, services.NEW_COURSE, lambda data: CourseForm(data))
    if request.method == "POST" and page.form.is_valid():
        made = services.add_course(page.form.cleaned_data, by=request.user)
        messages.success(request, "The course is in the register. Now say who was there.")
        return redirect(made)
    context = {"page": page, "title": "Add a course", "back": reverse("tracker:training")}
    return render(request, "tracker/training_course_form.html", context | _suggestions(request))


@requires(Permission.TRAINING_MANAGE)
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a course."""
    found = course_for(request, pk)
    page = drafts.open_form(request, services.draft_key(found, "change"), lambda data: CourseForm(data, instance=found))
    status = 200
    if request.method == "POST" and page.form.is_valid():
        values = page.form.cleaned_data
        try:
            services.change_course(found, values, version=values["version"] or 0, by=request.user)
        except EditConflict as conflict:
            now = {name: getattr(conflict.current, name) for name in services.FIELDS}
            conflicts.show_on(page.form, conflict, now, conflict.current.version)
            status = 409
        else:
            messages.success(request, "The course is changed.")
            return redirect(found)
    context = {"page": page, "title": "Change the course", "back": found.get_absolute_url()}
    return render(request, "tracker/training_course_form.html", context | _suggestions(request), status=status)


@requires(Permission.TRAINING_MANAGE)
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a course that nobody attended, after asking."""
    found = course_for(request, pk)
    if request.method == "POST":
        services.delete_course(found, by=request.user)
        messages.success(request, "The course is deleted.")
        return redirect("tracker:training")
    people = register.people_of(found)
    attended = sum(one.status == AttendanceStatus.ATTENDED for one in people)
    context = {"course": found, "people": len(people), "attended": attended}
    return render(request, "tracker/training_delete.html", context)


@require_POST
@requires(Permission.TRAINING_MANAGE)
def mark(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say who attended, who is booked, and who did not come."""
    found = course_for(request, pk)
    marks = {}
    for one in found.people.there():
        was, now = (request.POST.get(f"{name}-{one.pk}") for name in ("was", "status"))
        if was in AttendanceStatus.values and now in AttendanceStatus.values:
            marks[one.pk] = was, now
    changed, meanwhile = services.mark(found, marks, by=request.user)
    if meanwhile:
        names = ", ".join(f"{one.who}: {one.get_status_display().lower()}" for one in meanwhile)
        messages.error(request, f"Somebody else changed this at the same time, and it stays as it is now: {names}.")
    if changed or not meanwhile:
        messages.success(request, "Who attended is saved." if changed else "There was nothing new to save.")
    return redirect(found)


def course_for(request: HttpRequest, pk: UUID) -> TrainingCourse:
    """The course; 404 where there is none."""
    return get_object_or_404(TrainingCourse.objects.visible_to(request.user).select_related("added_by"), pk=pk)


def _facts(found: TrainingCourse) -> list[dict]:
    """What is known of a course, as rows of a summary list."""
    hours = f"{found.hours.normalize():f}" if found.hours is not None else ""
    return [
        {"key": "Date", "value": date_format(found.held_on, "DATE_FORMAT")},
        {"key": "Kind of course", "value": found.kind},
        {"key": "Hours", "value": hours},
        {"key": "Trainer or provider", "value": found.trainer},
        {"key": "Place", "value": found.place},
        {"key": "Notes", "value": found.notes},
    ]


def _suggestions(request: HttpRequest) -> dict[str, list[str]]:
    """What was entered before, for the boxes that suggest as one types."""
    there = TrainingCourse.objects.visible_to(request.user).order_by()

    def known(name: str) -> list[str]:
        return list(there.exclude(**{name: ""}).values_list(name, flat=True).distinct()[:SUGGESTIONS])

    kinds = sorted({*COURSE_KINDS, *known("kind")}, key=str.lower)
    return {"kinds": kinds, "trainers": sorted(known("trainer")), "places": sorted(known("place"))}
