"""Evidence of the statements of system reviews: figures and files."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.permissions import Role
from reviews.models import Statement
from reviews.services import evidence
from reviews.services.evidence import MOST_FILES
from tests.factories import a_person
from tests.journeys.looks import Look, pressing
from tests.permissions.world import NOWHERE, World
from tests.review_factories import a_statement
from tests.slices.reviews import action_of

TABLE = """
# route                              method row      state      anon make coll outs cs   mgr  lead adm  aud  left demo
reviews:attach-figure                GET   ours     open       in   403  403  403  403  403  200  403  403  in   403
reviews:attach-figure                POST  ours     open       in   403  403  403  403  403  302  403  403  in   403
reviews:attach-figure                GET   ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:attach-figure                POST  ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:attach-figure                POST  ours     removed    in   403  403  403  403  403  409  403  403  in   403
reviews:attach-figure                GET   nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:attach-figure                POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:attach-file                  GET   ours     open       in   403  403  403  403  403  200  403  403  in   403
reviews:attach-file                  POST  ours     open       in   403  403  403  403  403  302  403  403  in   403
reviews:attach-file                  POST  ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:attach-file                  POST  ours     removed    in   403  403  403  403  403  409  403  403  in   403
reviews:attach-file                  GET   nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:attach-file                  POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:figure                       GET   ours     open       in   403  403  403  403  200  200  403  403  in   403
reviews:figure                       GET   ours     closed     in   403  403  403  403  200  200  403  403  in   403
reviews:figure                       GET   nowhere  -          in   403  403  403  403  404  404  403  403  in   403
reviews:evidence-file                GET   ours     open       in   403  403  403  403  200  200  403  403  in   403
reviews:evidence-file                GET   nowhere  -          in   403  403  403  403  404  404  403  403  in   403
reviews:remove-figure                GET   ours     open       in   403  403  403  403  403  200  403  403  in   403
reviews:remove-figure                POST  ours     open       in   403  403  403  403  403  302  403  403  in   403
reviews:remove-figure                POST  ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:remove-figure                GET   nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:remove-figure                POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:remove-evidence-file         GET   ours     open       in   403  403  403  403  403  200  403  403  in   403
reviews:remove-evidence-file         POST  ours     open       in   403  403  403  403  403  302  403  403  in   403
reviews:remove-evidence-file         POST  ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:remove-evidence-file         GET   nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:remove-evidence-file         POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
"""
ROUTES = {line.split()[0] for line in TABLE.splitlines() if line.startswith("reviews:")}
FILE = {"ending": "pdf", "content_type": "application/pdf"}


def a_figure(statement: Statement, by, *, key="assessments", kind="school", period="12m", note=""):
    """A figure attached to a statement of an open round."""
    return evidence.attach_figure(statement, key=key, kind=kind, period=period, note=note, by=by)


def a_file(statement: Statement, by, *, title="Dip-sample", content=b"%PDF-1.7 results"):
    """A file attached to a statement of an open round."""
    return evidence.attach_file(statement, title=title, content=content, **FILE, by=by)


def attached(world: World, state: str) -> dict:
    """The figure and the file of the statement in `state`; both were attached while its round was open."""
    made = world.__dict__.setdefault("review_evidence", {})
    if state not in made:
        statement = action_of(world, state).statement
        now = {"by": world.review_keeper, "at": statement.made_at}
        figure = statement.figures.create(
            key="assessments", period="12m", note=f"note-of-evidence-{state}",
            added_by=now["by"], added_at=now["at"],
        )  # fmt: skip
        file = statement.files.create(
            title=f"title-of-evidence-{state}", content=b"%PDF-1.7", size=8, digest=f"digest-{state}", **FILE,
            added_by=now["by"], added_at=now["at"],
        )  # fmt: skip
        made[state] = {"figure": figure.pk, "file": file.pk, "statement": statement.pk}
    return made[state]


def arguments(world: World, cell) -> list | None:
    if cell.route not in ROUTES:
        return None
    if cell.row == "nowhere":
        return [NOWHERE]
    found = attached(world, cell.state)
    if cell.route.startswith("reviews:attach"):
        return [found["statement"]]
    return [found["file" if cell.route.endswith("file") else "figure"]]


def fill(world: World) -> None:
    attached(world, "open")


def forbidden(world: World, identity: str) -> list[str]:
    """Evidence is for who reads system reviews."""
    if identity in ("manager", "lead"):
        return []
    made = world.__dict__.get("review_evidence", {})
    return [f"{word}-of-evidence-{state}" for state in made for word in ("note", "title")]


FORMS = {
    "reviews:attach-figure": lambda world, cell: {"key": "assessments", "kind": "school", "period": "6m"},
    "reviews:attach-file": lambda world, cell: {
        "title": "Minutes", "file": SimpleUploadedFile("minutes.pdf", b"%PDF-1.7 other"),
    },
    "reviews:remove-figure": lambda world, cell: {},
    "reviews:remove-evidence-file": lambda world, cell: {},
}  # fmt: skip


def _much_evidence(by, number):
    keeper = a_person(Role.LEAD)
    statement = Statement.objects.first() or a_statement(by=keeper)
    for _ in range(number):
        other = a_statement(statement.review, by=keeper)
        figure = a_figure(other, a_person(Role.LEAD), note="The same of another statement")
        figure.statement, figure.note = statement, "One more"
        figure.kind = f"kind-{statement.figures.count()}"
        figure.key = "gone"  # what is not counted costs nothing; what is counted is bounded by the catalogue
        figure.save()
        if (files := statement.files.count()) < MOST_FILES:
            a_file(statement, a_person(Role.LEAD), content=f"%PDF-{files}".encode())


LISTS = {
    "the evidence of a statement": (
        _much_evidence,
        lambda browser: browser.get(reverse("reviews:statement", args=[Statement.objects.order_by("made_at")[0].pk])),
    ),
}


def prepare(world, role: Role) -> None:
    """A statement with a figure and a file; reviews.prepare has made it."""
    world.evidence_figure = a_figure(world.review_statement, world.somebody)
    world.evidence_published = a_figure(world.review_statement, world.somebody, key="referrals", period="published")
    world.evidence_file = a_file(world.review_statement, world.somebody)


_READ = [
    Look("reviews:figure", "/reviews/figures/{evidence_figure.pk}/"),
    Look("reviews:figure", "/reviews/figures/{evidence_published.pk}/", "published"),
]
_ATTACH = "/reviews/statements/{review_statement.pk}/"
_WRITE = [
    Look("reviews:attach-figure", f"{_ATTACH}figures/attach/"),
    Look("reviews:attach-figure", f"{_ATTACH}figures/attach/", "wrong", pressing("Attach the figure"), error=True),
    Look("reviews:attach-file", f"{_ATTACH}files/attach/"),
    Look("reviews:attach-file", f"{_ATTACH}files/attach/", "wrong", pressing("Attach the file"), error=True),
    Look("reviews:remove-figure", "/reviews/figures/{evidence_figure.pk}/remove/"),
    Look("reviews:remove-evidence-file", "/reviews/files/{evidence_file.pk}/remove/"),
]
LOOKS = {Role.MANAGER: _READ, Role.LEAD: [*_READ, *_WRITE]}
NO_PAGE = {"reviews:evidence-file"}
