"""System reviews: rounds, their boards, statements, overall ratings, actions."""

from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from reviews.models import Review, ReviewAction, Statement
from reviews.services import actions, rounds, statements
from tests.factories import a_person
from tests.journeys.looks import Look, pressing
from tests.permissions.world import NOWHERE, World
from tests.review_factories import a_review, a_review_action, a_statement, an_overall
from tests.slices.contexts import date_parts

TABLE = """
# route                              method row      state      anon make coll outs cs   mgr  lead adm  aud  left demo
reviews:reviews                      GET   -        -          in   403  403  403  403  200  200  403  403  in   403
reviews:begin                        GET   -        -          in   403  403  403  403  403  200  403  403  in   403
reviews:begin                        POST  -        -          in   403  403  403  403  403  302  403  403  in   403
reviews:review                       GET   ours     open       in   403  403  403  403  200  200  403  403  in   403
reviews:review                       GET   ours     closed     in   403  403  403  403  200  200  403  403  in   403
reviews:review                       GET   nowhere  -          in   403  403  403  403  404  404  403  403  in   403
reviews:change                       GET   ours     open       in   403  403  403  403  403  200  403  403  in   403
reviews:change                       POST  ours     open       in   403  403  403  403  403  302  403  403  in   403
reviews:change                       GET   ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:change                       POST  ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:change                       GET   nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:change                       POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:close                        GET   ours     open       in   403  403  403  403  403  200  403  403  in   403
reviews:close                        POST  ours     open       in   403  403  403  403  403  302  403  403  in   403
reviews:close                        GET   ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:close                        POST  ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:close                        GET   nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:close                        POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:reopen                       GET   ours     closed     in   403  403  403  403  403  200  403  403  in   403
reviews:reopen                       POST  ours     closed     in   403  403  403  403  403  302  403  403  in   403
reviews:reopen                       GET   ours     open       in   403  403  403  403  403  409  403  403  in   403
reviews:reopen                       POST  ours     open       in   403  403  403  403  403  409  403  403  in   403
reviews:reopen                       GET   nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:reopen                       POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:board                        GET   ours     open       in   403  403  403  403  200  200  403  403  in   403
reviews:board                        GET   ours     closed     in   403  403  403  403  200  200  403  403  in   403
reviews:board                        GET   nowhere  -          in   403  403  403  403  404  404  403  403  in   403
reviews:rate                         GET   ours     open       in   403  403  403  403  403  200  403  403  in   403
reviews:rate                         POST  ours     open       in   403  403  403  403  403  302  403  403  in   403
reviews:rate                         GET   ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:rate                         POST  ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:rate                         GET   nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:rate                         POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:add-statement                GET   ours     open       in   403  403  403  403  403  200  403  403  in   403
reviews:add-statement                POST  ours     open       in   403  403  403  403  403  302  403  403  in   403
reviews:add-statement                GET   ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:add-statement                POST  ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:add-statement                GET   nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:add-statement                POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:statement                    GET   ours     open       in   403  403  403  403  200  200  403  403  in   403
reviews:statement                    GET   ours     closed     in   403  403  403  403  200  200  403  403  in   403
reviews:statement                    GET   ours     removed    in   403  403  403  403  200  200  403  403  in   403
reviews:statement                    GET   nowhere  -          in   403  403  403  403  404  404  403  403  in   403
reviews:move-statement               GET   ours     open       in   403  403  403  403  403  200  403  403  in   403
reviews:move-statement               POST  ours     open       in   403  403  403  403  403  302  403  403  in   403
reviews:move-statement               GET   ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:move-statement               POST  ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:move-statement               POST  ours     removed    in   403  403  403  403  403  409  403  403  in   403
reviews:move-statement               GET   nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:move-statement               POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:remove-statement             GET   ours     open       in   403  403  403  403  403  200  403  403  in   403
reviews:remove-statement             POST  ours     open       in   403  403  403  403  403  302  403  403  in   403
reviews:remove-statement             POST  ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:remove-statement             GET   nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:remove-statement             POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:put-statement-back           POST  ours     removed    in   403  403  403  403  403  302  403  403  in   403
reviews:put-statement-back           POST  ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:put-statement-back           POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:save-statement               POST  ours     open       in   403  403  403  403  403  302  403  403  in   403
reviews:save-statement               POST  ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:save-statement               POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:save-words                   POST  ours     open       in   403  403  403  403  403  200  403  403  in   403
reviews:save-words                   POST  ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:save-words                   POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:add-action                   GET   ours     open       in   403  403  403  403  403  200  403  403  in   403
reviews:add-action                   POST  ours     open       in   403  403  403  403  403  302  403  403  in   403
reviews:add-action                   GET   ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:add-action                   POST  ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:add-action                   GET   nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:add-action                   POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:action                       GET   ours     open       in   200  404  404  404  200  200  403  403  in   403
reviews:action                       GET   ours     done       in   200  404  404  404  200  200  403  403  in   403
reviews:action                       GET   nowhere  -          in   404  404  404  404  404  404  403  403  in   403
reviews:change-action                GET   ours     open       in   403  403  403  403  403  200  403  403  in   403
reviews:change-action                POST  ours     open       in   403  403  403  403  403  302  403  403  in   403
reviews:change-action                GET   ours     closed     in   403  403  403  403  403  302  403  403  in   403
reviews:change-action                POST  ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:change-action                GET   nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:change-action                POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:action-progress              GET   ours     open       in   200  404  404  404  403  200  403  403  in   403
reviews:action-progress              POST  ours     open       in   302  404  404  404  403  302  403  403  in   403
reviews:action-progress              POST  ours     closed     in   302  404  404  404  403  302  403  403  in   403
reviews:action-progress              GET   nowhere  -          in   404  404  404  404  404  404  403  403  in   403
reviews:action-progress              POST  nowhere  -          in   404  404  404  404  404  404  403  403  in   403
reviews:close-action                 GET   ours     open       in   200  404  404  404  403  200  403  403  in   403
reviews:close-action                 POST  ours     open       in   302  404  404  404  403  302  403  403  in   403
reviews:close-action                 POST  ours     done       in   409  404  404  404  403  409  403  403  in   403
reviews:close-action                 GET   nowhere  -          in   404  404  404  404  404  404  403  403  in   403
reviews:close-action                 POST  nowhere  -          in   404  404  404  404  404  404  403  403  in   403
reviews:reopen-action                GET   ours     done       in   403  403  403  403  403  200  403  403  in   403
reviews:reopen-action                POST  ours     done       in   403  403  403  403  403  302  403  403  in   403
reviews:reopen-action                POST  ours     open       in   403  403  403  403  403  409  403  403  in   403
reviews:reopen-action                GET   nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:reopen-action                POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
"""
ROUTES = {line.split()[0] for line in TABLE.splitlines() if line.startswith("reviews:")}
WITHOUT_RECORD = {"reviews:reviews", "reviews:begin"}
OF_STATEMENT = {
    f"reviews:{name}"
    for name in (
        "statement", "move-statement", "remove-statement", "put-statement-back", "save-statement", "save-words",
        "add-action",
    )
}  # fmt: skip
OF_ACTION = {
    f"reviews:{name}" for name in ("action", "change-action", "action-progress", "close-action", "reopen-action")
}
MORE = {"reviews:board": ["1"], "reviews:rate": ["1", "referral"]}


def made(world: World) -> dict:
    """The actions of this world's reviews so far, by state."""
    return world.__dict__.setdefault("review_actions", {})


def action_of(world: World, state: str) -> ReviewAction:
    """The action in `state` (done, else open), of a statement (removed, else standing) of a round (closed, else open).

    It is the maker's to lead.
    """
    if state not in made(world):
        by = world.__dict__.setdefault("review_keeper", a_person(Role.LEAD))
        review = a_review(by=by, area=f"area-of-review-{state}")
        statement = a_statement(review, by=by, words=f"words-of-review-{state}")
        an_overall(review, by=by)
        action = a_review_action(statement, owner=world.people["maker"], by=by, what=f"action-of-review-{state}")
        if state == "done":
            actions.close(action, status="done", outcome="It helped", by=by)
        if state == "removed":
            statements.remove(statement, reason="Said twice", by=by)
        if state == "closed":
            rounds.close(review, by=by)
        made(world)[state] = ReviewAction.objects.select_related("statement__review").get(pk=action.pk)
    return made(world)[state]


def arguments(world: World, cell) -> list | None:
    if cell.route not in ROUTES:
        return None
    if cell.route in WITHOUT_RECORD:
        return []
    more = MORE.get(cell.route, [])
    if cell.row == "nowhere":
        return [NOWHERE, *more]
    action = action_of(world, cell.state)
    if cell.route in OF_STATEMENT:
        return [action.statement_id]
    if cell.route in OF_ACTION:
        return [action.pk]
    return [action.statement.review_id, *more]


def fill(world: World) -> None:
    for state in ("open", "done", "removed", "closed"):
        action_of(world, state)


def forbidden(world: World, identity: str) -> list[str]:
    """Reviews are for those who read them; an action, with what it is for, is its lead's too."""
    if identity in ("manager", "lead", "maker"):
        return []
    return [f"{word}-of-review-{state}" for state in made(world) for word in ("area", "words", "action")]


def _round(world: World, cell) -> dict:
    return {"area": "The north", **date_parts("on", timezone.localdate()), "version": "1"}


_ACTION = {"what": "Mend the form", "who": "elsewhere", "owner_name": "Lorna Reid", "version": "1"}
FORMS = {
    "reviews:begin": _round,
    "reviews:change": _round,
    "reviews:close": lambda world, cell: {},
    "reviews:reopen": lambda world, cell: {"reason": "A statement is missing"},
    "reviews:rate": lambda world, cell: {
        "rating": "green", "reason": "All is well",
        "seen": _current(world, cell.state) if cell.row == "ours" else "",
    },
    "reviews:add-statement": lambda world, cell: {
        "part": "2:planning", "domain": "target", "rating": "red", "words": "Nothing is planned for places",
    },
    "reviews:move-statement": lambda world, cell: {
        "rating": "green", "part": "1:referral", "domain": "target", "reason": "It is done everywhere now",
        "version": "1",
    },
    "reviews:remove-statement": lambda world, cell: {"reason": "Said twice"},
    "reviews:put-statement-back": lambda world, cell: {},
    "reviews:save-statement": lambda world, cell: {
        "text-words": "Other words", "digest-words": "x", "version-words": "1",
    },
    "reviews:save-words": lambda world, cell: {"body": "Other words", "version": "1"},
    "reviews:add-action": lambda world, cell: _ACTION,
    "reviews:change-action": lambda world, cell: _ACTION,
    "reviews:action-progress": lambda world, cell: {"body": "Half of it"},
    "reviews:close-action": lambda world, cell: {"status": "done", "outcome": "It helped more"},
    "reviews:reopen-action": lambda world, cell: {"reason": "Not enough"},
}  # fmt: skip


def _current(world: World, state: str):
    return action_of(world, state).statement.review.overall_ratings.current().get().pk


def _many_rounds(by, number):
    for _ in range(number):
        keeper = a_person(Role.LEAD)
        a_review_action(a_statement(a_review(by=keeper), by=keeper), owner=a_person(Role.PRACTITIONER), by=keeper)


def _much_of_a_round(by, number):
    keeper = a_person(Role.LEAD)
    review = Review.objects.filter(area="The long one").first() or a_review(by=keeper, area="The long one")
    for _ in range(number):
        statement = a_statement(review, by=a_person(Role.LEAD))
        for _ in range(2):
            a_review_action(statement, owner=a_person(Role.PRACTITIONER), by=keeper, points_to=["2:response"])


def _page(name, *more):
    return lambda browser: browser.get(reverse(name, args=[Review.objects.get(area="The long one").pk, *more]))


def _much_of_a_statement(by, number):
    keeper = a_person(Role.LEAD)
    statement = Statement.objects.first() or a_statement(by=keeper)
    for each in range(number):
        a_review_action(statement, owner=a_person(Role.PRACTITIONER), by=keeper)
        statement.refresh_from_db()
        rating = ["red", "green"][(each + statement.version) % 2]
        statements.move(statement, rating=rating, reason="So", seen_version=statement.version, by=a_person(Role.LEAD))


LISTS = {
    "system reviews": (_many_rounds, lambda browser: browser.get(reverse("reviews:reviews"))),
    "a system review": (_much_of_a_round, _page("reviews:review")),
    "the board of a system review": (_much_of_a_round, _page("reviews:board", "1")),
    "a statement of a system review": (
        _much_of_a_statement,
        lambda browser: browser.get(reverse("reviews:statement", args=[Statement.objects.first().pk])),
    ),
}


def prepare(world, role: Role) -> None:
    """A round with a statement of each rating, actions with and without a lead, and a closed round."""
    by = world.somebody
    world.review = a_review(by=by, area="The whole borough")
    for rating in ("red", "amber", "green"):
        statement = a_statement(world.review, by=by, rating=rating)
        a_review_action(statement, by=by, owner_name="", due=None)
    world.review_action = a_review_action(
        statement, by=by, owner=world.me, timescale="in two months' time", points_to=["2:response"]
    )
    world.review_statement = statement
    an_overall(world.review, by=by)
    world.review_closed = a_review(by=by, closed=True)


_READ = [
    Look("reviews:reviews", "/reviews/"),
    Look("reviews:reviews", "/reviews/?q=nowhere", "nothing found"),
    Look("reviews:review", "/reviews/{review.pk}/"),
    Look("reviews:board", "/reviews/{review.pk}/board/1/"),
    Look("reviews:statement", "/reviews/statements/{review_statement.pk}/"),
]
_MINE = [
    Look("reviews:action", "/reviews/actions/{review_action.pk}/"),
    Look("reviews:action-progress", "/reviews/actions/{review_action.pk}/progress/"),
    Look("reviews:close-action", "/reviews/actions/{review_action.pk}/close/"),
]
_WRITE = [
    Look("reviews:begin", "/reviews/begin/"),
    Look("reviews:begin", "/reviews/begin/", "wrong", pressing("Begin the review"), error=True),
    Look("reviews:change", "/reviews/{review.pk}/change/"),
    Look("reviews:close", "/reviews/{review.pk}/close/"),
    Look("reviews:reopen", "/reviews/{review_closed.pk}/reopen/"),
    Look("reviews:rate", "/reviews/{review.pk}/rate/1/referral/"),
    Look("reviews:add-statement", "/reviews/{review.pk}/add/"),
    Look("reviews:move-statement", "/reviews/statements/{review_statement.pk}/move/"),
    Look("reviews:remove-statement", "/reviews/statements/{review_statement.pk}/remove/"),
    Look("reviews:add-action", "/reviews/statements/{review_statement.pk}/actions/add/"),
    Look("reviews:change-action", "/reviews/actions/{review_action.pk}/change/"),
]
LOOKS = {Role.PRACTITIONER: _MINE, Role.MANAGER: [*_READ, _MINE[0]], Role.LEAD: [*_READ, *_MINE, *_WRITE]}
NO_PAGE = {
    "reviews:put-statement-back", "reviews:save-statement", "reviews:save-words", "reviews:reopen-action",
}  # fmt: skip
