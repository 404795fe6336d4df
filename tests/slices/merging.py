"""Merging two contexts into one, and taking that back."""

from django.urls import reverse

from accounts.permissions import Role
from contexts.models import Context
from contexts.services import merging
from tests.context_factories import a_context
from tests.factories import a_person
from tests.journeys.looks import Look
from tests.permissions.world import NOWHERE, World

TABLE = """
# route                              method row      state      anon make coll outs cs   mgr  lead adm  aud  left demo
contexts:merge-choose                GET   ours     referred   in   403  403  403  403  200  403  403  403  in   403
contexts:merge-choose                GET   nowhere  -          in   403  403  403  403  404  403  403  403  in   403
contexts:merge                       GET   ours     referred   in   403  403  403  403  200  403  403  403  in   403
contexts:merge                       POST  ours     referred   in   403  403  403  403  302  403  403  403  in   403
contexts:merge                       POST  ours     assessing  in   403  403  403  403  409  403  403  403  in   403
contexts:merge                       GET   nowhere  -          in   403  403  403  403  404  403  403  403  in   403
contexts:merge                       POST  nowhere  -          in   403  403  403  403  404  403  403  403  in   403
contexts:merges                      GET   -        -          in   403  403  403  403  200  403  403  403  in   403
contexts:undo-merge                  GET   ours     -          in   403  403  403  403  200  403  403  403  in   403
contexts:undo-merge                  POST  ours     -          in   403  403  403  403  302  403  403  403  in   403
contexts:undo-merge                  GET   nowhere  -          in   403  403  403  403  404  403  403  403  in   403
contexts:undo-merge                  POST  nowhere  -          in   403  403  403  403  404  403  403  403  in   403
"""
ROUTES = {line.split()[0] for line in TABLE.splitlines() if line.startswith("contexts:")}


def pair_of(world: World, state: str) -> tuple[Context, Context]:
    """Two contexts that may be merged, or in the state `assessing` may not: both are being assessed."""
    cache = world.__dict__.setdefault("merging_pairs", {})
    if state not in cache:
        cache[state] = tuple(a_context(state, by=world.stranger, cs=world.screener) for _ in range(2))
        if state == "assessing":
            from contexts.services import assessments

            for context in cache[state]:
                assessments.begin(context, by=world.screener)
    return cache[state]


def _merged(world: World):
    if "merging_merge" not in world.__dict__:
        gone, kept = (a_context("referred", by=world.stranger, cs=world.screener) for _ in range(2))
        mark = merging.plan(gone, kept).mark
        world.merging_merge = merging.merge(gone, kept, mark=mark, reason="The same", by=world.other_manager)
    return world.merging_merge


def arguments(world: World, cell) -> list | None:
    if cell.route not in ROUTES:
        return None
    if cell.row == "-":
        return []
    if cell.row == "nowhere":
        return [NOWHERE, NOWHERE] if cell.route == "contexts:merge" else [NOWHERE]
    if cell.route == "contexts:undo-merge":
        return [_merged(world).pk]
    gone, kept = pair_of(world, cell.state)
    return [gone.pk, kept.pk] if cell.route == "contexts:merge" else [gone.pk]


def fill(world: World) -> None:
    _merged(world)


def forbidden(world: World, identity: str) -> list[str]:
    return []


def _merge(world: World, cell) -> dict:
    if cell.row == "nowhere":
        return {"reason": "The same", "mark": "x"}
    gone, kept = pair_of(world, cell.state)
    return {"reason": "The same", "mark": merging.plan(gone, kept).mark}


FORMS = {"contexts:merge": _merge, "contexts:undo-merge": lambda world, cell: {"reason": "They are two"}}


def _many_merges(by, number):
    for _ in range(number):
        gone, kept = (a_context("referred", by=a_person(Role.PRACTITIONER, team=by.team)) for _ in range(2))
        mark = merging.plan(gone, kept).mark
        merging.merge(gone, kept, mark=mark, reason="The same", by=a_person(Role.MANAGER))


LISTS = {"merged contexts": (_many_merges, lambda browser: browser.get(reverse("contexts:merges")))}


def prepare(world, role: Role) -> None:
    """Two that were made one."""
    if role == Role.MANAGER:
        gone, kept = (a_context("referred", name="Lock 9 footbridge") for _ in range(2))
        mark = merging.plan(gone, kept).mark
        by = a_person(Role.MANAGER)
        world.merging_merge = merging.merge(gone, kept, mark=mark, reason="The same bridge", by=by)
        world.merging_pair = [a_context("referred", name="Station arcade") for _ in range(2)]


LOOKS = {
    Role.MANAGER: [
        Look("contexts:merge-choose", "/contexts/{c_fresh.pk}/merge/"),
        Look("contexts:merge-choose", "/contexts/{c_fresh.pk}/merge/?see=1", "wrong", error=True),
        Look("contexts:merge", "/contexts/{merging_pair[0].pk}/merge/{merging_pair[1].pk}/"),
        Look("contexts:merge", "/contexts/{c_fresh.pk}/merge/{c_agreed.pk}/", "refused"),
        Look("contexts:merges", "/contexts/merges/"),
        Look("contexts:undo-merge", "/contexts/merges/{merging_merge.pk}/undo/"),
    ],
}
