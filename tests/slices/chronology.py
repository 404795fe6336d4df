"""The chronology of a context, and who viewed it."""

from accounts.permissions import Role
from core import audit
from tests.factories import a_person
from tests.journeys.looks import Look
from tests.permissions.world import NOWHERE, World
from tests.slices.contexts import _much_of_one, context_of, of_the_one

TABLE = """
# route                              method row      state      anon make coll outs cs   mgr  lead adm  aud  left demo
contexts:chronology                  GET   worked   assessing  in   200  404  404  200  200  403  403  403  in   403
contexts:chronology                  GET   ours     assessing  in   404  404  404  200  200  403  403  403  in   403
contexts:chronology                  GET   theirs   closed     in   404  404  404  200  200  403  403  403  in   403
contexts:chronology                  GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:views                       GET   ours     assessing  in   403  403  403  200  200  403  403  403  in   403
contexts:views                       GET   worked   assessing  in   403  403  403  200  200  403  403  403  in   403
contexts:views                       GET   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
"""
ROUTES = {"contexts:chronology", "contexts:views"}


def arguments(world: World, cell) -> list | None:
    if cell.route not in ROUTES:
        return None
    return [NOWHERE] if cell.row == "nowhere" else [context_of(world, cell.row, cell.state).pk]


def fill(world: World) -> None:
    """Nothing of its own: it tells of what the other slices make."""


def forbidden(world: World, identity: str) -> list[str]:
    return []


def _much_seen(by, number):
    from contexts.models import Context

    _much_of_one(by, number)
    context = Context.objects.get(name="The one")
    for _ in range(number):
        reader = a_person(Role.CS_PRACTITIONER)
        audit.record("viewed", by=reader, subject=context, label=context.reference, detail={"page": "context"})


LISTS = {
    "a context's chronology": (_much_of_one, of_the_one("contexts:chronology")),
    "who viewed a context": (_much_seen, of_the_one("contexts:views")),
}


def prepare(world, role: Role) -> None:
    """Nothing of its own."""


_CHRONOLOGY = [
    Look("contexts:chronology", "/contexts/{c_assessed.pk}/chronology/"),
    Look("contexts:chronology", "/contexts/{c_assessed.pk}/chronology/?kinds=maps", "nothing found"),
]
_VIEWS = [Look("contexts:views", "/contexts/{c_assessed.pk}/views/")]
LOOKS = {
    Role.PRACTITIONER: _CHRONOLOGY,
    Role.CS_PRACTITIONER: [*_CHRONOLOGY, *_VIEWS],
    Role.MANAGER: [*_CHRONOLOGY, *_VIEWS],
}
