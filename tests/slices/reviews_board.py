"""The board of system reviews: what its open pages ask, the order of cards, versions of words, what happened."""

from django.urls import reverse

from accounts.permissions import Role
from reviews.models import Review, Statement
from reviews.services import live, statements
from tests.factories import a_person
from tests.journeys.looks import Look, pressing
from tests.permissions.world import NOWHERE
from tests.review_factories import a_review, a_review_action, a_statement, an_overall
from tests.slices.reviews import action_of

TABLE = """
# route                              method row      state      anon make coll outs cs   mgr  lead adm  aud  left demo
reviews:board-changes                JSON  ours     open       401  403  403  403  403  200  200  403  403  401  403
reviews:board-changes                JSON  ours     closed     401  403  403  403  403  200  200  403  403  401  403
reviews:board-changes                JSON  nowhere  -          401  403  403  403  403  404  404  403  403  401  403
reviews:history                      GET   ours     open       in   403  403  403  403  200  200  403  403  in   403
reviews:history                      GET   ours     closed     in   403  403  403  403  200  200  403  403  in   403
reviews:history                      GET   nowhere  -          in   403  403  403  403  404  404  403  403  in   403
reviews:write-statement              GET   ours     open       in   403  403  403  403  403  302  403  403  in   403
reviews:write-statement              GET   nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:order-statement              POST  ours     open       in   403  403  403  403  403  302  403  403  in   403
reviews:order-statement              POST  ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:order-statement              POST  ours     removed    in   403  403  403  403  403  409  403  403  in   403
reviews:order-statement              POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:versions                     GET   ours     open       in   403  403  403  403  200  200  403  403  in   403
reviews:versions                     GET   ours     closed     in   403  403  403  403  200  200  403  403  in   403
reviews:versions                     GET   ours     removed    in   403  403  403  403  200  200  403  403  in   403
reviews:versions                     GET   nowhere  -          in   403  403  403  403  404  404  403  403  in   403
reviews:put-version-back             GET   ours     open       in   403  403  403  403  403  200  403  403  in   403
reviews:put-version-back             POST  ours     open       in   403  403  403  403  403  302  403  403  in   403
reviews:put-version-back             GET   ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:put-version-back             POST  ours     closed     in   403  403  403  403  403  409  403  403  in   403
reviews:put-version-back             GET   ours     removed    in   403  403  403  403  403  409  403  403  in   403
reviews:put-version-back             POST  ours     removed    in   403  403  403  403  403  409  403  403  in   403
reviews:put-version-back             GET   nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:put-version-back             POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
"""
ROUTES = {line.split()[0] for line in TABLE.splitlines() if line.startswith("reviews:")}
MORE = {"reviews:board-changes": ["1"], "reviews:put-version-back": [1]}
OF_ROUND = {"reviews:board-changes", "reviews:history"}


def arguments(world, cell) -> list | None:
    if cell.route not in ROUTES:
        return None
    more = MORE.get(cell.route, [])
    if cell.row == "nowhere":
        return [NOWHERE, *more]
    statement = action_of(world, cell.state).statement
    return [statement.review_id if cell.route in OF_ROUND else statement.pk, *more]


def fill(world) -> None:
    action_of(world, "open")


def forbidden(world, identity: str) -> list[str]:
    """What the slice of system reviews forbids is what is shown here."""
    return []


def _changes(world, cell) -> dict:
    review = Review(pk=NOWHERE) if cell.row == "nowhere" else action_of(world, cell.state).statement.review
    return {"token": live.token(review, "1"), "seen": "", "domain": "", "cards": "", "heads": ""}


def _order(world, cell) -> dict:
    if cell.row == "nowhere" or cell.state != "open":
        return {"before": NOWHERE}
    review = action_of(world, cell.state).statement.review
    return {"after": str(a_statement(review, by=world.review_keeper).pk)}


FORMS = {
    "reviews:board-changes": _changes,
    "reviews:order-statement": _order,
    "reviews:put-version-back": lambda world, cell: {"base_version": "1"},
}


def _much_history(by, number):
    keeper = a_person(Role.LEAD)
    review = Review.objects.filter(area="The one with a past").first() or a_review(
        by=keeper, area="The one with a past"
    )
    for _ in range(number):
        statement = a_statement(review, by=a_person(Role.LEAD))
        a_review_action(statement, by=a_person(Role.LEAD))
        an_overall(review, by=a_person(Role.LEAD), rating="red")
        statements.remove(statement, reason="Said twice", by=a_person(Role.LEAD))


def _many_versions(by, number):
    keeper = a_person(Role.LEAD)
    statement = Statement.objects.filter(review__area="The one with versions").first()
    statement = statement or a_statement(a_review(by=keeper, area="The one with versions"), by=keeper)
    for _ in range(number):
        now = Statement.objects.select_related("review", "words").get(pk=statement.pk)
        words, base = f"Other words {now.words.version}", now.words.version
        statements.save_words(now, body=words, base_version=base, by=a_person(Role.LEAD))
        statements.save_words(now, body="Too late", base_version=0, by=a_person(Role.LEAD))


def _asked(browser):
    review = Review.objects.get(area="The one that is asked")
    asked = {"token": live.token(review, "1"), "seen": "", "domain": "", "cards": "", "heads": ""}
    return browser.post(reverse("reviews:board-changes", args=[review.pk, "1"]), asked)


def _much_changed(by, number):
    keeper = a_person(Role.LEAD)
    found = Review.objects.filter(area="The one that is asked").first()
    review = found or a_review(by=keeper, area="The one that is asked")
    for _ in range(number):
        statement = a_statement(review, by=a_person(Role.LEAD))
        a_review_action(statement, owner=a_person(Role.PRACTITIONER), by=keeper)
        statements.move(statement, rating="green", reason="So", seen_version=1, by=a_person(Role.LEAD))


LISTS = {
    "the history of a system review": (
        _much_history,
        lambda browser: browser.get(
            reverse("reviews:history", args=[Review.objects.get(area="The one with a past").pk])
        ),
    ),
    "the versions of a statement": (
        _many_versions,
        lambda browser: browser.get(
            reverse("reviews:versions", args=[Statement.objects.get(review__area="The one with versions").pk])
        ),
    ),
    "what has changed on a board": (_much_changed, _asked),
}


def prepare(world, role: Role) -> None:
    """A statement with two versions, one that was taken away, and a round without any; reviews.prepare has begun."""
    by = world.somebody
    statements.save_words(world.review_statement, body="Now it is written elsewhere.", base_version=1, by=by)
    gone = a_statement(world.review, by=by)
    statements.remove(gone, reason="Said twice", by=by)
    world.board_long = a_statement(world.review, by=by, words="All of this is so. " * 100)
    world.board_empty = a_review(by=by)


def _writing(page, world) -> None:
    """Open the words of a card on the board."""
    page.locator('[data-act="write"]').first.click()
    page.locator("[data-writing] [data-text-field]").wait_for()


def _moving(page, world) -> None:
    """Open the dialog that moves a card."""
    page.locator('[data-act="move"]').first.click()
    page.locator("[data-dialog][open]").wait_for()


_READ = [
    Look("reviews:board", "/reviews/{board_empty.pk}/board/2/", "empty"),
    Look("reviews:board", "/reviews/{review.pk}/board/1/?domain=target", "one domain"),
    Look("reviews:history", "/reviews/{review.pk}/history/"),
    Look("reviews:history", "/reviews/{review.pk}/history/?kind=moves", "no moves"),
    Look("reviews:versions", "/reviews/statements/{review_statement.pk}/versions/"),
]
_WRITE = [
    Look("reviews:board", "/reviews/{review.pk}/board/1/", "writing on a card", _writing),
    Look("reviews:board", "/reviews/{review.pk}/board/1/", "moving a card", _moving),
    Look("reviews:move-statement", "/reviews/statements/{board_long.pk}/move/?rating=red&seen=0", "wrong",
         pressing("Move the statement"), error=True),
    Look("reviews:put-version-back", "/reviews/statements/{review_statement.pk}/versions/1/put-back/"),
]  # fmt: skip
LOOKS = {Role.MANAGER: _READ, Role.LEAD: [*_READ, *_WRITE]}
NO_PAGE = {"reviews:board-changes", "reviews:write-statement", "reviews:order-statement"}
