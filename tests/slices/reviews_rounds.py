"""System reviews: the next round, and the progress between rounds."""

from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from reviews.models import Review
from reviews.services import going_on, statements
from tests.factories import a_person
from tests.journeys.looks import Look, pressing
from tests.permissions.world import NOWHERE, World
from tests.review_factories import a_review, a_review_action, a_statement, an_overall
from tests.slices.contexts import date_parts
from tests.slices.reviews import action_of

TABLE = """
# route                              method row      state      anon make coll outs cs   mgr  lead adm  aud  left demo
reviews:next                         GET   ours     open       in   403  403  403  403  403  200  403  403  in   403
reviews:next                         POST  ours     open       in   403  403  403  403  403  302  403  403  in   403
reviews:next                         GET   ours     closed     in   403  403  403  403  403  200  403  403  in   403
reviews:next                         POST  ours     closed     in   403  403  403  403  403  302  403  403  in   403
reviews:next                         GET   nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:next                         POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:compare                      GET   ours     open       in   403  403  403  403  200  200  403  403  in   403
reviews:compare                      GET   nowhere  -          in   403  403  403  403  404  404  403  403  in   403
reviews:progress                     GET   ours     open       in   403  403  403  403  200  200  403  403  in   403
reviews:progress                     GET   nowhere  -          in   403  403  403  403  404  404  403  403  in   403
"""
ROUTES = {line.split()[0] for line in TABLE.splitlines() if line.startswith("reviews:")}


def a_next_round(review: Review, *, by, at=None, on=None, left_out=None, ended=None, reason="It goes on") -> Review:
    """The round after `review`; all is carried on but what is given."""
    values = {"area": review.area, "on": on or timezone.localdate(), "lead": by, "next_on": None}
    choices = going_on.Choices(left_out=left_out or {}, ended=ended or {})
    return going_on.start(review, values, choices, reason=reason, by=by, at=at)[0]


def arguments(world: World, cell) -> list | None:
    if cell.route not in ROUTES:
        return None
    if cell.row == "nowhere":
        return [NOWHERE]
    return [action_of(world, cell.state).statement.review_id]


def fill(world: World) -> None:
    """Nothing more than what reviews bring."""


def forbidden(world: World, identity: str) -> list[str]:
    return []


FORMS = {"reviews:next": lambda world, cell: date_parts("on", timezone.localdate())}


def _much_to_carry(by, number):
    keeper = a_person(Role.LEAD)
    review = Review.objects.filter(area="The carried one").first() or a_review(by=keeper, area="The carried one")
    for _ in range(number):
        statement = a_statement(review, by=a_person(Role.LEAD))
        for _ in range(2):
            a_review_action(statement, owner=a_person(Role.PRACTITIONER), by=keeper)


def _longer_chain(by, number):
    """So many rounds more, each with statements that move, come and go, and actions."""
    keeper = a_person(Role.LEAD)
    last = Review.objects.filter(area="The long chain").latest().first() or a_review(by=keeper, area="The long chain")
    for _ in range(number):
        for rating in ("red", "amber"):
            a_review_action(a_statement(last, by=keeper, rating=rating), owner=a_person(Role.PRACTITIONER), by=keeper)
        an_overall(last, by=keeper)
        first, *_, gone = last.statements.all()
        last = a_next_round(last, by=keeper, left_out={gone.pk: "Said elsewhere"})
        moved = last.statements.get(carried_from=first)
        rating = "green" if moved.rating != "green" else "red"
        statements.move(moved, rating=rating, reason="So", seen_version=1, by=a_person(Role.LEAD))


def _of_chain(name):
    return lambda browser: browser.get(
        reverse(name, args=[Review.objects.filter(area="The long chain").latest().get().pk])
    )


LISTS = {
    "two rounds compared": (_longer_chain, _of_chain("reviews:compare")),
    "progress over rounds": (_longer_chain, _of_chain("reviews:progress")),
    "a later round": (_longer_chain, _of_chain("reviews:review")),
    "what goes into the next round": (
        _much_to_carry,
        lambda browser: browser.get(reverse("reviews:next", args=[Review.objects.get(area="The carried one").pk])),
    ),
}


def prepare(world, role: Role) -> None:
    """Three rounds: a statement that moved up, one left out, one that is new; an open action goes all the way."""
    by = world.somebody
    first = a_review(by=by, area="The east")
    moves, goes = a_statement(first, by=by, rating="red"), a_statement(first, by=by)
    a_review_action(moves, by=by)
    an_overall(first, by=by)
    second = a_next_round(first, by=by, left_out={goes.pk: "Said elsewhere now"})
    moved = second.statements.get()
    statements.move(moved, rating="amber", reason="Piloted", seen_version=1, by=by)
    a_statement(second, by=by, rating="green")
    an_overall(second, rating="amber", by=by)
    world.rounds_first, world.rounds_last = first, a_next_round(second, by=by)


_LOOKS = [
    Look("reviews:next", "/reviews/{rounds_last.pk}/next/"),
    Look("reviews:next", "/reviews/{rounds_last.pk}/next/", "wrong", pressing("Start the next round"), error=True),
]
_READ = [
    Look("reviews:reviews", "/reviews/?earlier=on", "earlier rounds"),
    Look("reviews:review", "/reviews/{rounds_last.pk}/", "a later round"),
    Look("reviews:compare", "/reviews/{rounds_last.pk}/compare/?with={rounds_first.pk}"),
    Look("reviews:progress", "/reviews/{rounds_last.pk}/progress/"),
]
LOOKS = {Role.MANAGER: _READ, Role.LEAD: [*_READ, *_LOOKS]}
