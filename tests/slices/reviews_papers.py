"""System reviews: the results tool on paper and as files. The manager asked for the files."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from core import jobs
from core.models import Job
from reviews.models import Review, ReviewImport
from reviews.services import imports, papers
from tests.factories import a_person
from tests.journeys.looks import Look, pressing
from tests.permissions.world import NOWHERE, World
from tests.review_factories import a_review, a_review_action, a_statement
from tests.slices.contexts import date_parts
from tests.slices.reviews import action_of

TABLE = """
# route                              method row      state      anon make coll outs cs   mgr  lead adm  aud  left demo
reviews:print                        GET   ours     open       in   403  403  403  403  200  200  403  403  in   403
reviews:print                        GET   ours     closed     in   403  403  403  403  200  200  403  403  in   403
reviews:print                        GET   nowhere  -          in   403  403  403  403  404  404  403  403  in   403
reviews:make-paper                   POST  ours     open       in   403  403  403  403  302  302  403  403  in   403
reviews:make-paper                   POST  nowhere  -          in   403  403  403  403  404  404  403  403  in   403
reviews:paper                        GET   ours     done       in   403  403  403  403  200  404  403  403  in   403
reviews:paper                        GET   nowhere  -          in   403  403  403  403  404  404  403  403  in   403
reviews:download-paper               GET   ours     done       in   403  403  403  403  200  404  403  403  in   403
reviews:download-paper               GET   nowhere  -          in   403  403  403  403  404  404  403  403  in   403
reviews:cancel-paper                 POST  ours     waiting    in   403  403  403  403  302  404  403  403  in   403
reviews:cancel-paper                 POST  nowhere  -          in   403  403  403  403  404  404  403  403  in   403
reviews:import-upload                GET   -        -          in   403  403  403  403  403  200  403  403  in   403
reviews:import-upload                POST  -        -          in   403  403  403  403  403  302  403  403  in   403
reviews:import                       GET   ours     waiting    in   403  403  403  403  403  200  403  403  in   403
reviews:import                       POST  ours     waiting    in   403  403  403  403  403  302  403  403  in   403
reviews:import                       GET   ours     imported   in   403  403  403  403  403  302  403  403  in   403
reviews:import                       GET   nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:import                       POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:import-columns               GET   ours     waiting    in   403  403  403  403  403  200  403  403  in   403
reviews:import-columns               POST  ours     waiting    in   403  403  403  403  403  302  403  403  in   403
reviews:import-columns               GET   nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:import-columns               POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:import-discard               GET   ours     waiting    in   403  403  403  403  403  200  403  403  in   403
reviews:import-discard               POST  ours     waiting    in   403  403  403  403  403  302  403  403  in   403
reviews:import-discard               GET   nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:import-discard               POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
"""
ROUTES = {line.split()[0] for line in TABLE.splitlines() if line.startswith("reviews:")}
OF_FILES = {"reviews:paper", "reviews:download-paper", "reviews:cancel-paper"}


OF_IMPORTS = {"reviews:import", "reviews:import-columns", "reviews:import-discard"}
HEADINGS = "Red traffic light rating,Action plan to get to amber,Green traffic light rating"


def a_tool(words: str) -> bytes:
    """A filled-in tool with one red statement."""
    return f'{HEADINGS}\n"REFERRAL Current overall rating level 1: Red"\n{words},Mend it - Jo to lead\n'.encode()


def _import(world: World, state: str) -> ReviewImport:
    """A tool that the lead uploaded."""
    files = world.__dict__.setdefault("rpapers_imports", {})
    if state not in files:
        by = world.people["lead"]
        made = imports.upload([a_tool(f"Words of {state}")], file_name="tool.csv", by=by)
        if state == "imported":
            values = {"area": "Imported", "on": timezone.localdate(), "lead": by, "next_on": None}
            imports.carry_out(made, {}, into=None, values=values, version=1, by=by)
        files[state] = made
    return files[state]


def arguments(world: World, cell) -> list | None:
    if cell.route not in ROUTES:
        return None
    if cell.route == "reviews:import-upload":
        return []
    if cell.row == "nowhere":
        return [NOWHERE]
    if cell.route in OF_IMPORTS:
        return [_import(world, cell.state).pk]
    if cell.route in OF_FILES:
        return [_file(world, cell.state).pk]
    return [action_of(world, cell.state).statement.review_id]


def _file(world: World, state: str) -> Job:
    """A workbook that the manager asked for."""
    files = world.__dict__.setdefault("rpapers_files", {})
    if state not in files:
        review = action_of(world, "open").statement.review
        job = papers.ask_for(review, form=papers.EXCEL, by=world.people["manager"])
        if state == "done":
            jobs.run(job.pk)
        Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(hours=1))
        files[state] = job
    return files[state]


FORMS = {
    "reviews:make-paper": lambda world, cell: {"form": "xlsx"},
    "reviews:cancel-paper": lambda world, cell: {},
    "reviews:import-upload": lambda world, cell: {"file": SimpleUploadedFile("tool.csv", a_tool("Uploaded"))},
    "reviews:import": lambda world, cell: {
        "version": "1", "area": "Imported by form", **date_parts("on", timezone.localdate()), "into": "new",
    },
    "reviews:import-columns": lambda world, cell: {"version": "1", "column-0-0": "red", "column-0-1": "red-plan"},
    "reviews:import-discard": lambda world, cell: {},
}  # fmt: skip


def fill(world: World) -> None:
    """Nothing more than what reviews bring."""


def forbidden(world: World, identity: str) -> list[str]:
    return []


def _longer_tool(by, number):
    keeper = a_person(Role.LEAD)
    review = Review.objects.filter(area="The printed one").first() or a_review(by=keeper, area="The printed one")
    for _ in range(number):
        statement = a_statement(review, by=a_person(Role.LEAD))
        for _ in range(2):
            a_review_action(statement, owner=a_person(Role.PRACTITIONER), by=keeper)


LISTS = {
    "the results tool to print": (
        _longer_tool,
        lambda browser: browser.get(reverse("reviews:print", args=[Review.objects.get(area="The printed one").pk])),
    ),
}


def prepare(world, role: Role) -> None:
    """A workbook that is made, and a Word file that waits."""
    review = a_review(by=world.somebody, area="The printed one")
    a_review_action(a_statement(review, by=world.somebody), by=world.somebody)
    world.rpapers_made = papers.ask_for(review, form=papers.EXCEL, by=world.me)
    jobs.run(world.rpapers_made.pk)
    world.rpapers_import = imports.upload([a_tool("Words of a file")], file_name="tool.csv", by=world.me)
    odd = a_tool("Words of an odd file").replace(b"REFERRAL", b"DISRUPTION")
    world.rpapers_odd = imports.upload([odd], file_name="odd.csv", by=world.me)
    world.rpapers_waiting = papers.ask_for(review, form=papers.WORD, by=world.me)


_READ = [
    Look("reviews:paper", "/reviews/papers/{rpapers_made.pk}/"),
    Look("reviews:paper", "/reviews/papers/{rpapers_waiting.pk}/", "waiting"),
]
_IMPORT = "/reviews/import/{rpapers_import.pk}/"
_WRITE = [
    Look("reviews:import-upload", "/reviews/import/"),
    Look("reviews:import-upload", "/reviews/import/", "wrong", pressing("Upload and go on"), error=True),
    Look("reviews:import", _IMPORT),
    Look("reviews:import", _IMPORT, "wrong", pressing("Import"), error=True),
    Look("reviews:import", "/reviews/import/{rpapers_odd.pk}/", "to be chosen"),
    Look("reviews:import-columns", f"{_IMPORT}columns/"),
    Look("reviews:import-discard", f"{_IMPORT}discard/"),
]
LOOKS = {Role.MANAGER: _READ, Role.LEAD: [*_READ, *_WRITE]}
NO_PAGE = {"reviews:print", "reviews:make-paper", "reviews:download-paper", "reviews:cancel-paper"}
