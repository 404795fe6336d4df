"""The training register as an Excel workbook: courses as they were filtered, who was there, Champions, teams."""

from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission, can
from consultations.services import access
from core import jobs, workbook
from core.models import Job
from core.models.jobs import JobStatus
from core.workbook import Column, Sheet
from core.workflow import ActRefused

from . import training
from .exports.asking import LONGEST_FILTER
from .forms.training import CourseFilter
from .models import Champion, TrainingAttendance, TrainingCourse

KIND = "training.export"


def ask_for(filters: str, *, by) -> Job:
    """Queue an export of the register, its courses as filtered by the query string `filters`.

    Raises ActRefused for a filter that is too long to keep: what is cut off would find more.
    """
    if len(filters) > LONGEST_FILTER:
        raise ActRefused("These filters are too long to be kept with an export. Take some of them away.")
    query, known = QueryDict(filters), QueryDict(mutable=True)
    for name in query:
        if name in CourseFilter.base_fields or name.rpartition("_")[0] in CourseFilter.base_fields:
            known.setlist(name, [value for value in query.getlist(name) if "\x00" not in value])
    sort = training.sort_from(query, training.COURSE_SORTS, training.NEWEST_FIRST)
    params = {"filters": known.urlencode(), "sort": sort, "words": CourseFilter(known).words()}
    params["referrals"] = can(by, Permission.TRACKER_SEE)
    return jobs.enqueue(KIND, params=params, by=by)


def _telling(job: Job) -> tuple[str, str]:
    done = job.status == JobStatus.DONE
    words = "Your Excel file of the training register is ready." if done else (
        "Your Excel file of the training register could not be made."
    )  # fmt: skip
    return words, reverse("tracker:training-export-job", args=[job.pk])


def may_have(user, job: Job) -> bool:
    """Whether this person may still see all that the file says of referrals, where it says anything of them."""
    if not job.params.get("referrals", True) or job.finished_at is None:
        return True  # what waits or runs is made of what they may see then
    since, until = job.created_at, job.finished_at
    return can(user, Permission.TRACKER_SEE) and not access.closed_since(user, since=since, until=until)


@jobs.register(
    KIND, may=lambda user: can(user, Permission.TRAINING_MANAGE), may_have=may_have, telling=_telling
)  # fmt: skip
def run(job: Job, step: jobs.Step) -> jobs.Output:
    """Make the workbook: sheets Courses, People, Champions, Teams and About."""
    user, today = job.requested_by, timezone.localdate()
    form = CourseFilter(QueryDict(job.params["filters"]))
    courses = form.narrow(TrainingCourse.objects.visible_to(user))
    people = TrainingAttendance.objects.visible_to(user).there().filter(course__in=courses.order_by().values("pk"))
    people = training.with_names(people).select_related("course", "person", "team", "agency")
    champions = Champion.objects.visible_to(user).select_related("person", "team__agency")
    referrals = job.params.get("referrals", True) and can(user, Permission.TRACKER_SEE)
    needs = training.needs_of_teams(user, today, referrals=referrals)
    counts = {
        "Courses": courses.count(), "People": people.count(), "Champions": champions.count(), "Teams": len(needs),
    }  # fmt: skip
    total = sum(counts.values())
    step(0, total)
    in_order = training.courses_in_order(courses, job.params["sort"])
    sheets = [
        Sheet("Courses", COURSE_COLUMNS, in_order.iterator(chunk_size=500)),
        Sheet("People", PEOPLE_COLUMNS, people.order_by("-course__held_on", "course", "pk").iterator(chunk_size=500)),
        Sheet("Champions", CHAMPION_COLUMNS, champions.order_by("team__agency__name", "team__name", "since")),
        Sheet("Teams", _team_columns(referrals=referrals), needs),
        Sheet("About", ABOUT_COLUMNS, _about(job, counts)),
    ]
    content = workbook.write(sheets, step=lambda written: step(min(written, total), total))
    return jobs.Output(f"training-register-{today.isoformat()}.xlsx", workbook.CONTENT_TYPE, content)


COURSE_COLUMNS = [
    Column("Title", lambda row: row.title, 40, wrap=True),
    Column("Date", lambda row: row.held_on, 13),
    Column("Kind", lambda row: row.kind, 30, wrap=True),
    Column("Hours", lambda row: None if row.hours is None else float(row.hours), 9),
    Column("Trainer or provider", lambda row: row.trainer, 28, wrap=True),
    Column("Place", lambda row: row.place, 28, wrap=True),
    Column("Attended", lambda row: row.attended, 11),
    Column("Booked", lambda row: row.booked, 11),
    Column("Did not come", lambda row: row.absent, 13),
    Column("Notes", lambda row: row.notes, 40, wrap=True),
]
PEOPLE_COLUMNS = [
    Column("Name", lambda row: row.who, 26),
    Column("Team", lambda row: row.team.name if row.team else None, 24),
    Column("Agency", lambda row: row.agency.name if row.agency else None, 24),
    Column("Attendance", lambda row: row.get_status_display(), 14),
    Column("Course", lambda row: row.course.title, 40, wrap=True),
    Column("Date", lambda row: row.course.held_on, 13),
    Column("Kind", lambda row: row.course.kind, 30, wrap=True),
    Column("Hours", lambda row: None if row.course.hours is None else float(row.course.hours), 9),
    Column("Has left", lambda row: "Y" if row.has_left else None, 10),
]
CHAMPION_COLUMNS = [
    Column("Name", lambda row: row.who, 26),
    Column("Team", lambda row: row.team.name, 24),
    Column("Agency", lambda row: row.team.agency.name, 24),
    Column("Since", lambda row: row.since, 13),
    Column("Last day", lambda row: row.until, 13),
    Column("Has left", lambda row: "Y" if row.has_left else None, 10),
]
ABOUT_COLUMNS = [Column("About this file", lambda row: row[0], 28), Column(" ", lambda row: row[1], 60, wrap=True)]


def _team_columns(*, referrals: bool) -> list[Column]:
    """What each team needs; how it refers only for who sees the tracker (`referrals`)."""
    columns = [
        Column("Team", lambda need: need.team.name, 24),
        Column("Agency", lambda need: need.team.agency.name, 24),
        Column("Trained in the last 12 months", lambda need: need.trained_lately, 14),
        Column("Trained ever", lambda need: need.trained_ever, 11),
        Column("Last course", lambda need: need.last_course, 13),
        Column("Champions", lambda need: len(need.champions), 11),
    ]
    if referrals:
        columns += [
            Column("Referrals in the last 12 months", lambda need: need.received, 14),
            Column("Of these signposted", lambda need: need.referred.signposted, 14),
        ]
    return [*columns, Column("What is missing", lambda need: "; ".join(need.needs), 50, wrap=True)]


def _about(job: Job, counts: dict[str, int]) -> list[tuple[str, Any]]:
    filters = [(f"Filter of the courses: {name}", words) for name, words in job.params["words"].items()]
    return [
        ("Made for", job.requested_by.name),
        ("Asked for at", job.created_at),
        ("Made at", timezone.now()),
        *(filters or [("Filter of the courses", "None: every course")]),
        *[(f"Rows on the sheet {name}", count) for name, count in counts.items()],
        ("Please note", "This file names members of staff. Keep it as your organisation's rules say."),
    ]
