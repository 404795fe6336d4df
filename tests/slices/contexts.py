"""The context itself: referring, screening, who works on it, closing.

Rows: `ours` was told of by the maker, `theirs` and `worked` by the stranger; on `worked` the maker works. Each has two
linked people: the young person of the referral `ours`, and the one of the restricted referral, whom nobody here sees.
"""

from uuid import uuid4

from django.urls import reverse

from accounts.permissions import Role
from contexts.models import Context
from contexts.services import work
from tests.context_factories import a_context, a_linked_person, a_tie
from tests.factories import a_person, a_team
from tests.journeys.looks import Look, pressing
from tests.permissions.world import NOWHERE, World

TABLE = """
# route                              method row      state      anon make coll outs cs   mgr  lead adm  aud  left demo
contexts:contexts                    GET   -        -          in   200  200  200  200  200  403  403  403  in   403
contexts:refer                       GET   -        -          in   200  200  200  200  403  403  403  403  in   403
contexts:refer                       POST  -        -          in   302  302  302  302  403  403  403  403  in   403
contexts:context                     GET   ours     assessing  in   200  200  404  200  200  403  403  403  in   403
contexts:context                     GET   ours     closed     in   200  200  404  200  200  403  403  403  in   403
contexts:context                     GET   theirs   assessing  in   404  404  200  200  200  403  403  403  in   403
contexts:context                     GET   worked   assessing  in   200  404  200  200  200  403  403  403  in   403
contexts:context                     GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:refer-again                 GET   ours     assessing  in   200  200  404  200  403  403  403  403  in   403
contexts:refer-again                 POST  ours     assessing  in   302  302  404  302  403  403  403  403  in   403
contexts:refer-again                 POST  theirs   closed     in   404  404  302  302  403  403  403  403  in   403
contexts:refer-again                 GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:refer-again                 POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:screen                      GET   ours     referred   in   403  403  403  200  403  403  403  403  in   403
contexts:screen                      POST  ours     referred   in   403  403  403  302  403  403  403  403  in   403
contexts:screen                      GET   theirs   assessing  in   403  403  403  409  403  403  403  403  in   403
contexts:screen                      POST  theirs   assessing  in   403  403  403  409  403  403  403  403  in   403
contexts:screen                      GET   nowhere  -          in   403  403  403  404  403  403  403  403  in   403
contexts:screen                      POST  nowhere  -          in   403  403  403  404  403  403  403  403  in   403
contexts:answer                      GET   ours     information in  200  200  404  200  403  403  403  403  in   403
contexts:answer                      POST  ours     information in  302  302  404  302  403  403  403  403  in   403
contexts:answer                      POST  theirs   information in  404  404  302  302  403  403  403  403  in   403
contexts:answer                      GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:answer                      POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:withdraw                    GET   ours     referred   in   200  200  404  200  403  403  403  403  in   403
contexts:withdraw                    POST  ours     referred   in   302  302  404  302  403  403  403  403  in   403
contexts:withdraw                    POST  worked   assessing  in   409  404  409  409  403  403  403  403  in   403
contexts:withdraw                    GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:withdraw                    POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:workers                     GET   ours     assessing  in   403  403  403  200  200  403  403  403  in   403
contexts:workers                     POST  ours     assessing  in   403  403  403  302  302  403  403  403  in   403
contexts:workers                     POST  theirs   closed     in   403  403  403  409  409  403  403  403  in   403
contexts:workers                     GET   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:workers                     POST  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:change                      GET   worked   assessing  in   200  404  404  200  403  403  403  403  in   403
contexts:change                      POST  worked   assessing  in   302  404  404  302  403  403  403  403  in   403
contexts:change                      POST  ours     assessing  in   404  404  404  302  403  403  403  403  in   403
contexts:change                      POST  theirs   closed     in   404  404  404  409  403  403  403  403  in   403
contexts:change                      GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:change                      POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:finish-assessing            GET   worked   assessing  in   200  404  404  200  403  403  403  403  in   403
contexts:finish-assessing            POST  worked   assessing  in   302  404  404  302  403  403  403  403  in   403
contexts:finish-assessing            POST  ours     planned    in   404  404  404  409  403  403  403  403  in   403
contexts:finish-assessing            GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:finish-assessing            POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:begin-reviewing             GET   worked   planned    in   200  404  404  200  403  403  403  403  in   403
contexts:begin-reviewing             POST  worked   planned    in   302  404  404  302  403  403  403  403  in   403
contexts:begin-reviewing             POST  ours     assessing  in   404  404  404  409  403  403  403  403  in   403
contexts:move-review                 GET   worked   assessing  in   200  404  404  200  403  403  403  403  in   403
contexts:move-review                 POST  worked   assessing  in   302  404  404  302  403  403  403  403  in   403
contexts:move-review                 POST  ours     closed     in   404  404  404  409  403  403  403  403  in   403
contexts:move-review                 GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:move-review                 POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:begin-reviewing             GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:begin-reviewing             POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:close                       GET   ours     reviewing  in   403  403  403  200  403  403  403  403  in   403
contexts:close                       POST  ours     reviewing  in   403  403  403  302  403  403  403  403  in   403
contexts:close                       POST  theirs   closed     in   403  403  403  409  403  403  403  403  in   403
contexts:close                       GET   nowhere  -          in   403  403  403  404  403  403  403  403  in   403
contexts:close                       POST  nowhere  -          in   403  403  403  404  403  403  403  403  in   403
contexts:reopen                      GET   ours     closed     in   403  403  403  200  403  403  403  403  in   403
contexts:reopen                      POST  ours     closed     in   403  403  403  302  403  403  403  403  in   403
contexts:reopen                      POST  theirs   assessing  in   403  403  403  409  403  403  403  403  in   403
contexts:reopen                      GET   nowhere  -          in   403  403  403  404  403  403  403  403  in   403
contexts:reopen                      POST  nowhere  -          in   403  403  403  404  403  403  403  403  in   403
"""
ROUTES = {line.split()[0] for line in TABLE.splitlines() if line.startswith("contexts:")}
WITHOUT_RECORD = {"contexts:contexts", "contexts:refer"}
# Who may read what was told of a context, and who its casework: row → identities.
READS_TOLD = {
    "ours": {"maker", "colleague", "cs", "manager"},
    "theirs": {"outsider", "cs", "manager"},
    "worked": {"maker", "outsider", "cs", "manager"},
}
READS_CASEWORK = {"ours": {"cs", "manager"}, "theirs": {"cs", "manager"}, "worked": {"maker", "cs", "manager"}}


def made(world: World) -> dict[tuple[str, str], Context]:
    """The contexts of this world so far."""
    return world.__dict__.setdefault("contexts", {})


def context_of(world: World, row: str, state: str) -> Context:
    """The context `row` in `state`, with its two linked people and a third known by a name alone, and ties."""
    if (row, state) not in made(world):
        tag = f"{row}{state}"
        by = world.people["maker"] if row == "ours" else world.stranger
        words = {"worry": f"told-of-context-{tag}", "name": f"context-{tag}", "strengths": f"strength-of-{tag}"}
        context = a_context(state, by=by, cs=world.screener, **words)
        if row == "worked":
            lead = None if state in ("referred", "information") else world.people["maker"]
            if state != "closed":
                context = work.give(context, lead=lead, by=world.screener)
        seen = world.record("ours", "held")["referral"].young_person
        hidden = world.record("restricted", "held")["referral"].young_person
        people = [a_linked_person(context, person, by=world.screener) for person in (seen, hidden)]
        people.append(a_linked_person(context, name=f"peer-of-context-{tag}", by=world.screener))
        a_tie(people[0], people[1], by=world.screener, detail=f"tie-of-context-{tag}")
        a_tie(people[1], people[2], by=world.screener)
        made(world)[row, state] = context
    return made(world)[row, state]


def arguments(world: World, cell) -> list | None:
    if cell.route not in ROUTES:
        return None
    if cell.route in WITHOUT_RECORD:
        return []
    return [NOWHERE] if cell.row == "nowhere" else [context_of(world, cell.row, cell.state).pk]


def forbidden(world: World, identity: str) -> list[str]:
    """What was told, for who neither told nor works on it; the casework, for who does not work on it."""
    words = []
    for row, state in made(world):
        tag = f"{row}{state}"
        if identity not in READS_TOLD[row]:
            words += [f"told-of-context-{tag}", f"strength-of-{tag}"]
            if identity not in ("auditor",):
                words.append(f"context-{tag}")
        if identity not in READS_CASEWORK[row]:
            words += [f"peer-of-context-{tag}", f"tie-of-context-{tag}"]
    return words


def fill(world: World) -> None:
    for row in ("ours", "theirs", "worked"):
        for state in ("referred", "assessing", "planned"):
            context_of(world, row, state)


def date_parts(name: str, day) -> dict[str, str]:
    """A day as the three boxes of the date field `name`."""
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


def _told(world: World, cell) -> dict:
    from tests.permissions.requests import an_agency

    given = {"kind": "school", "name": "A school of the matrix", "worry": "Fights at the gate", "referrer_name": "Me"}
    today = date_parts("received_on", _today())
    return given | {"agency": an_agency().pk, "arrival": "online"} | today


def _today():
    from django.utils import timezone

    return timezone.localdate()


FORMS = {
    "contexts:refer": _told,
    "contexts:refer-again": _told,
    "contexts:screen": lambda world, cell: {"decision": "accept", "reason": "The new reason"},
    "contexts:answer": lambda world, cell: {"reason": "The new answer"},
    "contexts:withdraw": lambda world, cell: {"reason": "The new reason"},
    "contexts:workers": lambda world, cell: {"lead": str(world.people["cs"].pk)},
    "contexts:change": lambda world, cell: {"name": "Another name"},
    "contexts:finish-assessing": lambda world, cell: {"reason": "The new reason"},
    "contexts:move-review": lambda world, cell: {"reason": "Few", **date_parts("review_on", _today())},
    "contexts:begin-reviewing": lambda world, cell: {"reason": "Few", **date_parts("review_on", _today())},
    "contexts:close": lambda world, cell: {"outcome": "safer", "words": "It is lit now"},
    "contexts:reopen": lambda world, cell: {"reason": "The new reason"},
}


def _many_contexts(by, number):
    states = ["referred", "assessing", "planned", "reviewing", "closed"]
    for each in range(number):
        context = a_context(states[each % 5], by=by, cs=by, lead=a_person(Role.PRACTITIONER, team=a_team()))
        a_linked_person(context, by=by)
        if states[each % 5] == "assessing":
            team = [a_person(Role.PRACTITIONER, name=uuid4().hex)]
            work.give(context, lead=context.lead, people=team, by=by)


def _much_of_one(by, number):
    context = Context.objects.filter(name="The one").first() or a_context("assessing", by=by, cs=by, name="The one")
    for _ in range(number):
        people = [a_linked_person(context, by=by) for _ in range(2)]
        a_tie(*people, by=by)
    members = [a_person(Role.PRACTITIONER) for _ in range(number)]
    work.give(context, lead=by, people=[*(one.user for one in context.members.all()), *members], by=by)


def of_the_one(name: str):
    """The page of the one context of which `_much_of_one` makes much."""
    return lambda browser: browser.get(reverse(name, args=[Context.objects.get(name="The one").pk]))


LISTS = {
    "contexts": (_many_contexts, lambda browser: browser.get(reverse("contexts:contexts"))),
    "contexts filtered": (
        _many_contexts,
        lambda browser: browser.get(reverse("contexts:contexts"), {"q": "canal", "open": "on", "sort": "review"}),
    ),
    "a context": (_much_of_one, of_the_one("contexts:context")),
}


def prepare(world, role: Role) -> None:
    """The contexts that the pages show."""
    me, cs = world.me, world.somebody
    by = me if role == Role.PRACTITIONER else None
    world.c_fresh = a_context("referred", by=by, name="Hartley Park skate ramp")
    world.c_asked = a_context("information", by=by, cs=cs, kind="online", name="Snap group “Ends”")
    world.c_assessed = a_context("assessing", by=by, cs=cs, kind="peer-group", name="Penrose boys")
    world.c_agreed = a_context("planned", by=by, cs=cs, kind="school", name="Marlow Road Academy")
    world.c_ended = a_context("closed", by=by, cs=cs, name="Lock 4")
    if role == Role.PRACTITIONER:
        for context in (world.c_assessed, world.c_agreed):
            work.give(context, lead=me, by=cs)
    for context in (world.c_assessed, world.c_agreed):
        people = [a_linked_person(context, world.held.young_person), a_linked_person(context, name="Kofi")]
        a_tie(*people)


_PAGES = [
    Look("contexts:contexts", "/contexts/"),
    Look("contexts:contexts", "/contexts/?state=assessing&kind=peer-group&sort=name", "filtered"),
    Look("contexts:contexts", "/contexts/?q=nothing+of+the+kind", "nothing found"),
    Look("contexts:context", "/contexts/{c_assessed.pk}/"),
    Look("contexts:context", "/contexts/{c_ended.pk}/", "closed"),
    Look("contexts:context", "/contexts/{c_asked.pk}/", "asked"),
]
_TELLING = [
    Look("contexts:refer", "/contexts/refer/"),
    Look("contexts:refer", "/contexts/refer/", "wrong", pressing("Send the referral"), error=True),
    Look("contexts:refer-again", "/contexts/{c_assessed.pk}/refer/"),
    Look("contexts:answer", "/contexts/{c_asked.pk}/answer/"),
    Look("contexts:withdraw", "/contexts/{c_fresh.pk}/withdraw/"),
]
_WORKING = [
    Look("contexts:change", "/contexts/{c_assessed.pk}/change/"),
    Look("contexts:finish-assessing", "/contexts/{c_assessed.pk}/finish-assessing/"),
    Look("contexts:begin-reviewing", "/contexts/{c_agreed.pk}/begin-reviewing/"),
    Look("contexts:move-review", "/contexts/{c_agreed.pk}/move-review/"),
    Look(
        "contexts:begin-reviewing", "/contexts/{c_agreed.pk}/begin-reviewing/", "wrong", pressing("Begin reviewing"),
        error=True,
    ),
]  # fmt: skip
LOOKS = {
    Role.PRACTITIONER: [*_PAGES, *_TELLING, *_WORKING],
    Role.CS_PRACTITIONER: [
        *_PAGES,
        Look("contexts:screen", "/contexts/{c_fresh.pk}/screen/"),
        Look("contexts:screen", "/contexts/{c_fresh.pk}/screen/", "wrong", pressing("Save the decision"), error=True),
        Look("contexts:screen", "/contexts/{c_assessed.pk}/screen/", "too late", status=409),
        Look("contexts:workers", "/contexts/{c_assessed.pk}/workers/"),
        Look("contexts:close", "/contexts/{c_agreed.pk}/close/"),
        Look("contexts:close", "/contexts/{c_agreed.pk}/close/", "wrong", pressing("Close the context"), error=True),
        Look("contexts:reopen", "/contexts/{c_ended.pk}/reopen/"),
    ],
    Role.MANAGER: [*_PAGES, Look("contexts:workers", "/contexts/{c_assessed.pk}/workers/")],
}
