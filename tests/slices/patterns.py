"""Names that several referrals give, what is decided about them, and what is offered while one is typed."""

from django.urls import reverse

from accounts.permissions import Role
from contexts.models import ContextMention
from contexts.services import patterns
from tests.context_factories import a_context
from tests.factories import a_person, a_referral, a_team, an_entry
from tests.journeys.looks import Look, pressing
from tests.permissions.world import NOWHERE, World

TABLE = """
# route                              method row      state      anon make coll outs cs   mgr  lead adm  aud  left demo
contexts:patterns                    GET   -        -          in   403  403  403  200  200  403  403  403  in   403
contexts:accept-pattern              GET   ours     -          in   403  403  403  200  200  403  403  403  in   403
contexts:accept-pattern              POST  ours     -          in   403  403  403  302  302  403  403  403  in   403
contexts:accept-pattern              GET   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:accept-pattern              POST  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:dismiss-pattern             GET   ours     -          in   403  403  403  200  200  403  403  403  in   403
contexts:dismiss-pattern             POST  ours     -          in   403  403  403  302  302  403  403  403  in   403
contexts:dismiss-pattern             GET   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:dismiss-pattern             POST  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:undo-pattern                POST  ours     -          in   403  403  403  302  302  403  403  403  in   403
contexts:undo-pattern                POST  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:mention                     GET   ours     -          in   403  403  403  200  200  403  403  403  in   403
contexts:mention                     POST  ours     -          in   403  403  403  302  302  403  403  403  in   403
contexts:mention                     GET   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:mention                     POST  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:suggest                     JSON  -        -          401  200  200  200  200  200  403  403  403  401  403
"""
ROUTES = {line.split()[0] for line in TABLE.splitlines() if line.startswith("contexts:")}
NAME = "Pattern of the matrix"


def _named(detail: str, by=None):
    referral = a_referral("held", by=by)
    an_entry(referral, detail=detail)
    return referral


def _pattern(world: World):
    """A name that one referral gives; made once."""
    if "pattern" not in world.__dict__:
        _named(NAME, by=world.stranger)
        world.pattern = next(one for one in patterns.found(least=1) if one.named.words == NAME)
    return world.pattern


def _decision(world: World):
    if "pattern_decision" not in world.__dict__:
        _named(f"Dismissed {NAME}", by=world.stranger)
        other = next(one for one in patterns.found(least=1) if one.named.words.startswith("Dismissed"))
        world.pattern_decision = patterns.dismiss(other, reason="No context", by=world.screener)
    return world.pattern_decision


def arguments(world: World, cell) -> list | None:
    if cell.route not in ROUTES:
        return None
    if cell.route == "contexts:undo-pattern":
        return [NOWHERE if cell.row == "nowhere" else _decision(world).pk]
    if cell.row == "-":
        return []
    if cell.route == "contexts:mention":
        key = _pattern(world).named.key
        return [0 if cell.row == "nowhere" else ContextMention.objects.filter(key=key).first().pk]
    return ["0" * 16 if cell.row == "nowhere" else _pattern(world).code]


def fill(world: World) -> None:
    """Nothing that a list of another slice would show."""


def forbidden(world: World, identity: str) -> list[str]:
    made = "pattern" in world.__dict__
    return [NAME] if made and identity not in ("cs", "manager", "outsider", "auditor") else []


FORMS = {
    "contexts:accept-pattern": lambda world, cell: {"kind": "school", "name": "A name", "reason": "The worry"},
    "contexts:dismiss-pattern": lambda world, cell: {"reason": "The reason"},
    "contexts:mention": lambda world, cell: {"which": "none"},
    "contexts:suggest": lambda world, cell: {"text": "Something"},
}


def _many_named(by, number):
    context = a_context("assessing", by=by, cs=by, name=f"Context {a_team().pk}")
    for _ in range(number):
        name = f"Court {a_team().pk}"
        for _ in range(3):
            _named(name, by=by)
        _named(context.name, by=by)
    gone = next(one for one in patterns.found() if one.dismissed is None)
    patterns.dismiss(gone, reason="No context", by=by)


LISTS = {
    "patterns": (_many_named, lambda browser: browser.get(reverse("contexts:patterns"))),
    "all patterns": (_many_named, lambda browser: browser.get(reverse("contexts:patterns"), {"show": "all"})),
}


def prepare(world, role: Role) -> None:
    """A name that three referrals give, and one that was dismissed."""
    if role == Role.PRACTITIONER:
        return
    for detail in ("Rail station underpass", "RAIL STATION UNDERPASS", "Rail stn underpass", *["Mother’s address"] * 3):
        _named(detail)
    found = {one.named.words: one for one in patterns.found()}
    world.patterns_mention = ContextMention.objects.filter(key=found["Rail station underpass"].named.key).first()
    world.patterns_code = found["Rail station underpass"].code
    patterns.dismiss(found["Mother’s address"], reason="A home", by=a_person(Role.MANAGER))


_LOOKS = [
    Look("contexts:patterns", "/contexts/patterns/"),
    Look("contexts:patterns", "/contexts/patterns/?show=all&days=365", "all"),
    Look("contexts:accept-pattern", "/contexts/patterns/{patterns_code}/refer/"),
    Look(
        "contexts:accept-pattern", "/contexts/patterns/{patterns_code}/refer/", "wrong", pressing("Send the referral"),
        error=True,
    ),
    Look("contexts:dismiss-pattern", "/contexts/patterns/{patterns_code}/dismiss/"),
    Look(
        "contexts:dismiss-pattern", "/contexts/patterns/{patterns_code}/dismiss/", "wrong", pressing("Dismiss it"),
        error=True,
    ),
    Look("contexts:mention", "/contexts/mentions/{patterns_mention.pk}/"),
    Look(
        "contexts:mention", "/contexts/mentions/{patterns_mention.pk}/", "wrong", pressing("Save"), error=True,
    ),
]  # fmt: skip
LOOKS = {Role.CS_PRACTITIONER: _LOOKS, Role.MANAGER: _LOOKS}
NO_PAGE = {"contexts:undo-pattern", "contexts:suggest"}
