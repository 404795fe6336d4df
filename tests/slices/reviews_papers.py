"""System reviews: the results tool on paper and as files. The manager asked for the files."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from core import jobs
from core.models import Job
from reviews.models import Review
from reviews.services import papers
from tests.factories import a_person
from tests.journeys.looks import Look
from tests.permissions.world import NOWHERE, World
from tests.review_factories import a_review, a_review_action, a_statement
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
"""
ROUTES = {line.split()[0] for line in TABLE.splitlines() if line.startswith("reviews:")}
OF_FILES = {"reviews:paper", "reviews:download-paper", "reviews:cancel-paper"}


def arguments(world: World, cell) -> list | None:
    if cell.route not in ROUTES:
        return None
    if cell.row == "nowhere":
        return [NOWHERE]
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


FORMS = {"reviews:make-paper": lambda world, cell: {"form": "xlsx"}, "reviews:cancel-paper": lambda world, cell: {}}


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
    world.rpapers_waiting = papers.ask_for(review, form=papers.WORD, by=world.me)


_READ = [
    Look("reviews:paper", "/reviews/papers/{rpapers_made.pk}/"),
    Look("reviews:paper", "/reviews/papers/{rpapers_waiting.pk}/", "waiting"),
]
LOOKS = {Role.MANAGER: _READ, Role.LEAD: _READ}
NO_PAGE = {"reviews:print", "reviews:make-paper", "reviews:download-paper", "reviews:cancel-paper"}
