"""The papers of assessments and plans, and the PDFs that jobs make of them. The CS practitioner asked for the files."""

from datetime import timedelta

from django.utils import timezone

from accounts.permissions import Role
from contexts import casework_papers as papers
from contexts.services import casework_papers
from core import jobs
from core.models import Job
from tests.journeys.looks import Look
from tests.permissions.world import NOWHERE, World
from tests.slices import assess
from tests.slices.contexts import context_of

TABLE = """
# route                              method row      state      anon make coll outs cs   mgr  lead adm  aud  left demo
contexts:print-plan                  GET   worked   planned    in   200  404  404  200  200  403  403  403  in   403
contexts:print-plan                  GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:make-plan-paper             POST  worked   planned    in   302  404  404  302  302  403  403  403  in   403
contexts:make-plan-paper             POST  theirs   planned    in   404  404  404  302  302  403  403  403  in   403
contexts:make-plan-paper             POST  nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:make-assessment-paper       POST  worked   assessing  in   302  404  404  302  302  403  403  403  in   403
contexts:make-assessment-paper       POST  theirs   planned    in   404  404  404  302  302  403  403  403  in   403
contexts:make-assessment-paper       POST  nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:casework-paper              GET   ours     done       in   404  404  404  200  404  403  403  403  in   403
contexts:casework-paper              GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:download-casework-paper     GET   ours     done       in   404  404  404  200  404  403  403  403  in   403
contexts:download-casework-paper     GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:cancel-casework-paper       POST  ours     waiting    in   404  404  404  302  404  403  403  403  in   403
contexts:cancel-casework-paper       POST  nowhere  -          in   404  404  404  404  404  403  403  403  in   403
"""
ROUTES = {line.split()[0] for line in TABLE.splitlines() if line.startswith("contexts:")}
OF_FILES = {f"contexts:{name}" for name in ("casework-paper", "download-casework-paper", "cancel-casework-paper")}


def arguments(world: World, cell) -> list | None:
    if cell.route not in ROUTES:
        return None
    nowhere = cell.row == "nowhere"
    if cell.route in OF_FILES:
        return [NOWHERE if nowhere else _file(world, cell.state).pk]
    if cell.route == "contexts:make-assessment-paper":
        made = None if nowhere else assess.record_of(world, cell.row, cell.state)
        return [made["context"].pk, made["assessment"].pk] if made else [NOWHERE, NOWHERE]
    return [NOWHERE if nowhere else context_of(world, cell.row, cell.state).pk]


def _file(world: World, state: str) -> Job:
    """A PDF of the plan of the context `ours`."""
    files = world.__dict__.setdefault("casework_papers", {})
    if state not in files:
        found = context_of(world, "ours", "planned")
        job = casework_papers.ask_for(papers.PLAN, found, names=state == "done", by=world.people["cs"])
        if state == "done":
            jobs.run(job.pk)
        Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(hours=1))
        files[state] = job
    return files[state]


FORMS = {route: lambda world, cell: {"names": "without"} for route in ROUTES if route.endswith("-paper")}


def fill(world: World) -> None:
    """Assessments and plans are made where they are at home."""


def forbidden(world: World, identity: str) -> list[str]:
    return []


def prepare(world, role: Role) -> None:
    """The PDF of a plan with names, and that of an assessment without."""
    world.papers_plan = casework_papers.ask_for(papers.PLAN, world.c_assessed, names=True, by=world.me)
    jobs.run(world.papers_plan.pk)
    found = world.c_assessed.assessments.first()
    world.papers_other = casework_papers.ask_for(papers.ASSESSMENT, found, names=False, by=world.me)


_PAGES = [
    Look("contexts:casework-paper", "/contexts/casework-papers/{papers_plan.pk}/"),
    Look("contexts:casework-paper", "/contexts/casework-papers/{papers_other.pk}/", "waiting"),
]
LOOKS = dict.fromkeys((Role.PRACTITIONER, Role.CS_PRACTITIONER, Role.MANAGER), _PAGES)
NO_PAGE = {
    "contexts:print-plan", "contexts:make-plan-paper", "contexts:make-assessment-paper",
    "contexts:download-casework-paper", "contexts:cancel-casework-paper",
}  # fmt: skip
