"""The board of a system review in a browser: writing and moving cards by mouse and keys, several leads at once."""

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.permissions import Role
from core.models import Text
from reviews.models import ReviewAction, Statement, StatementMove
from reviews.services import ratings, rounds, statements
from tests.factories import a_person
from tests.journeys.checks import problems_of
from tests.review_factories import a_review, a_review_action, a_statement, an_overall

LOOK = "document.dispatchEvent(new Event('visibilitychange'))"  # what the page does every ten seconds, now

MERGED = "Half of all ask, hardly anybody writes it down."


@pytest.fixture
def lead():
    return a_person(Role.LEAD, name="Ines Obi")


@pytest.fixture
def review(lead):
    return a_review(by=lead)


def _board(browse, person, review, **options) -> Page:
    page = browse(person, **options)
    page.goto(f"/reviews/{review.pk}/board/1/")
    expect(page.locator("[data-board]")).to_be_visible()
    page.wait_for_load_state("networkidle")
    return page


def _card(page: Page, statement: Statement) -> Locator:
    return page.locator(f"#statement-{statement.pk}")


def _cell(page: Page, name: str) -> Locator:
    return page.locator(f'[data-cell="{name}"]')


def _dialog(page: Page) -> Locator:
    return page.locator("[data-dialog]")


def _moved_by(other, statement: Statement, rating: str, reason: str = "It is so now") -> None:
    now = Statement.objects.select_related("review").get(pk=statement.pk)
    statements.move(now, rating=rating, reason=reason, seen_version=now.version, by=other)


def _body(statement: Statement) -> str:
    return Statement.objects.select_related("words").get(pk=statement.pk).words.body


def test_words_are_written_on_the_card_and_save_themselves(browse, lead, review):
    statement = a_statement(review, by=lead, words="Few ask about peers.")
    page = _board(browse, lead, review)
    card = _card(page, statement)
    card.get_by_role("link", name="Write").click()
    field = card.get_by_label("What is so now")
    expect(field).to_be_focused()
    field.press_sequentially(" Some do.")
    expect(card.locator("[data-save-state]")).to_have_attribute("data-state", "saved")
    assert _body(statement) == "Few ask about peers. Some do."
    field.press("Escape")
    expect(field).to_have_count(0)
    expect(card.locator("[data-words]")).to_have_text("Few ask about peers. Some do.")
    expect(card.get_by_role("link", name="Write")).to_be_focused()
    expect(page.locator("[data-live]")).to_be_hidden()  # nobody is told of what they wrote themselves


def test_two_who_write_on_one_card_lose_nothing(browse, lead, review):
    statement = a_statement(review, by=lead, words="Few ask.")
    first = _board(browse, lead, review)
    second = _board(browse, a_person(Role.LEAD, name="Malik Roe"), review, expects={409})
    for page in (first, second):
        _card(page, statement).get_by_role("link", name="Write").click()
    _card(first, statement).get_by_label("What is so now").fill("Half of all ask.")
    expect(_card(first, statement).locator("[data-save-state]")).to_have_attribute("data-state", "saved")
    _card(second, statement).get_by_label("What is so now").fill("Hardly anybody asks.")
    panel = _card(second, statement).get_by_role("group", name="Somebody else changed “What is so now” while you wrote")
    expect(panel.locator("[data-theirs]")).to_have_text("Half of all ask.")
    expect(panel.locator("[data-yours]")).to_have_text("Hardly anybody asks.")
    _card(second, statement).get_by_role("button", name="Done").click()
    expect(panel).to_be_visible()  # not before they are merged
    panel.get_by_label("Merged text").fill(MERGED)
    panel.get_by_role("button", name="Use the merged text").click()
    expect(panel).to_have_count(0)
    _card(second, statement).get_by_role("button", name="Done").click()
    expect(_card(second, statement).locator("[data-words]")).to_have_text(
        "Half of all ask, hardly anybody writes it down."
    )

    # The first has not closed theirs: it gets the merged words, as nothing there waits to be saved.
    first.evaluate(LOOK)
    expect(_card(first, statement).get_by_label("What is so now")).to_have_value(MERGED)


def test_a_card_is_dragged_and_its_reason_asked_first(browse, lead, review):
    statement, other = a_statement(review, by=lead), a_statement(review, by=lead, rating="green")
    page = _board(browse, lead, review)
    grip, green = _card(page, statement).locator("[data-grip]"), _cell(page, "referral:green")
    grip.drag_to(green)
    dialog = _dialog(page)
    expect(dialog.get_by_label("What changed?")).to_be_focused()
    expect(dialog.get_by_label("Green", exact=True)).to_be_checked()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(_card(page, statement).get_by_role("link", name="Move")).to_be_focused()
    assert not StatementMove.objects.exists()
    expect(_cell(page, "referral:amber").locator("[data-card]")).to_have_count(1)

    grip.drag_to(green)
    dialog.get_by_role("button", name="Move the statement").click()  # without a reason
    expect(dialog.get_by_role("alert")).to_contain_text("Enter what changed")
    dialog.get_by_label("What changed?").fill("All forms ask now")
    dialog.get_by_role("button", name="Move the statement").click()
    expect(green.locator("[data-card]")).to_have_count(2)
    expect(_card(page, statement).get_by_role("link", name="Move")).to_be_focused()
    expect(page.locator("[data-said]")).to_have_text("Moved. From Amber to Green")
    assert list(StatementMove.objects.values_list("reason", flat=True)) == ["All forms ask now"]

    _card(page, statement).get_by_role("button", name="Take it back").click()
    expect(dialog.get_by_label("What changed?")).to_have_value("Taken back: it was moved by mistake.")
    expect(dialog.get_by_label("Amber", exact=True)).to_be_checked()
    dialog.get_by_role("button", name="Move the statement").click()
    expect(green.locator("[data-card]")).to_have_count(1)
    expect(_card(page, other)).to_be_visible()
    assert Statement.objects.get(pk=statement.pk).rating == "amber"
    assert StatementMove.objects.count() == 2


def test_a_reason_begun_for_one_column_is_not_sent_with_another(browse, lead, review):
    statement = a_statement(review, by=lead)
    page = _board(browse, lead, review)
    grip, dialog = _card(page, statement).locator("[data-grip]"), _dialog(page)
    grip.drag_to(_cell(page, "referral:green"))
    dialog.get_by_label("What changed?").fill("All forms ask now")
    expect(dialog.locator("[data-draft-state]")).to_have_attribute("data-state", "saved")
    page.keyboard.press("Escape")
    grip.drag_to(_cell(page, "referral:red"))
    expect(dialog.get_by_label("What changed?")).to_have_value("All forms ask now")  # nothing typed is lost
    expect(dialog.get_by_label("Red", exact=True)).to_be_checked()


def test_two_who_move_one_card(browse, lead, review):
    statement = a_statement(review, by=lead)
    page = _board(browse, lead, review, expects={409})
    dialog = _dialog(page)
    _card(page, statement).get_by_role("link", name="Move").click()
    dialog.get_by_label("Green", exact=True).check()
    dialog.get_by_label("What changed?").fill("All forms ask now")
    _moved_by(a_person(Role.LEAD, name="Malik Roe"), statement, "red", "Half of them were taken back")
    dialog.get_by_role("button", name="Move the statement").click()
    expect(dialog).to_contain_text("Malik Roe moved it while you looked at the board.")
    expect(dialog).to_contain_text("Half of them were taken back")
    expect(dialog).to_contain_text("Saved meanwhile: Red")
    expect(dialog.get_by_label("What changed?")).to_have_value("All forms ask now")
    assert Statement.objects.get(pk=statement.pk).rating == "red"
    dialog.get_by_role("button", name="Move the statement").click()  # knowing that
    expect(_cell(page, "referral:green").locator("[data-card]")).to_have_count(1)
    moves = StatementMove.objects.order_by("at").values_list("rating_before", "rating_after")
    assert list(moves) == [("amber", "red"), ("red", "green")]

    # A board that has not heard of the move says so as soon as the card is to be moved from it.
    _moved_by(a_person(Role.LEAD, name="Asha Lund"), statement, "amber", "It was too early")
    _card(page, statement).get_by_role("link", name="Move").click()
    expect(dialog).to_contain_text("Asha Lund moved it while you looked at the board.")


def test_what_others_do_appears_and_nothing_typed_is_touched(browse, lead, review):
    mine, theirs = a_statement(review, by=lead, words="Mine."), a_statement(review, by=lead, words="Theirs.")
    malik = a_person(Role.LEAD, name="Malik Roe")
    page = _board(browse, lead, review)
    _card(page, mine).get_by_role("link", name="Write").click()
    field = _card(page, mine).get_by_label("What is so now")
    field.press_sequentially(" And more")
    _moved_by(malik, theirs, "green")
    _moved_by(malik, mine, "red")
    an_overall(review, "1:referral", "green", by=malik)
    added = a_statement(review, by=malik, words="New.", rating="red")
    a_review_action(theirs, by=malik, what="Ask everybody")
    page.evaluate(LOOK)

    expect(_cell(page, "referral:green").locator(f"#statement-{theirs.pk}")).to_be_visible()
    expect(_card(page, theirs)).to_contain_text("Malik Roe moved it from Amber to Green")
    expect(_card(page, theirs)).to_contain_text("Ask everybody")
    expect(_card(page, added)).to_contain_text("Malik Roe added it")
    expect(page.locator('[data-head="referral"]')).to_contain_text("The rating is Green, and 2 statements are red.")
    expect(page.locator("[data-live]")).to_contain_text("3 cards changed")
    # The card that is written on stays where it is, with a word about it, and goes there when that is done.
    expect(field).to_be_focused()
    expect(field).to_have_value("Mine. And more")
    expect(_card(page, mine)).to_contain_text("Malik Roe moved it from Amber to Red")
    field.press("End")
    field.press_sequentially(".")
    field.press("Escape")
    expect(_cell(page, "referral:red").locator(f"#statement-{mine.pk} [data-words]")).to_have_text("Mine. And more.")
    assert _body(mine) == "Mine. And more."

    statements.remove(theirs, reason="Said twice", by=malik)
    page.evaluate(LOOK)
    expect(_card(page, theirs)).to_have_count(0)
    expect(page.locator("[data-live]")).to_contain_text("Theirs.: Malik Roe took it off the board")


def test_the_board_with_keys_alone(browse, lead, review):
    first, second = a_statement(review, by=lead), a_statement(review, by=lead)
    a_review_action(first, by=lead)
    page = _board(browse, lead, review)
    keys, dialog = page.keyboard, _dialog(page)
    _card(page, first).get_by_role("link", name="Write").focus()
    keys.press("ArrowRight")
    expect(_card(page, first).get_by_role("link", name="Move")).to_be_focused()
    keys.press("ArrowDown")
    expect(_card(page, second).get_by_role("link", name="Write")).to_be_focused()
    keys.press("Shift+Tab")
    expect(_card(page, first)).to_contain_text(page.evaluate("document.activeElement.textContent"))

    _card(page, second).get_by_role("link", name="Write").focus()
    keys.press("Shift+ArrowUp")
    expect(page.locator("[data-said]")).to_have_text("It has another place in its column")
    expect(_cell(page, "referral:amber").locator("[data-card]").first).to_have_id(f"statement-{second.pk}")
    expect(_card(page, second).get_by_role("link", name="Move")).to_be_focused()
    assert [one.pk for one in review.statements.all()] == [second.pk, first.pk]

    keys.press("Shift+ArrowLeft")
    expect(dialog.get_by_label("Red", exact=True)).to_be_checked()
    expect(dialog.get_by_label("What changed?")).to_be_focused()
    keys.type("Fewer do")
    keys.press("Tab")
    expect(dialog.get_by_role("button", name="Move the statement")).to_be_focused()
    keys.press("Enter")
    expect(_cell(page, "referral:red").locator("[data-card]")).to_have_id(f"statement-{second.pk}")
    expect(_card(page, second).get_by_role("link", name="Move")).to_be_focused()


def test_a_closed_round_says_so_and_takes_no_more(browse, lead, review):
    statement = a_statement(review, by=lead)
    page = _board(browse, lead, review, expects={409})
    rounds.close(review, by=lead)
    page.evaluate(LOOK)
    expect(page.locator("[data-live]")).to_contain_text("This round was closed.")
    with page.expect_navigation():
        _card(page, statement).get_by_role("link", name="Write").click()
    expect(page.get_by_text("This round is closed, so the statement stays as it is.")).to_be_visible()


def test_a_long_statement_is_shortened_opens_without_scripts_and_is_whole_on_paper(browse, lead, review):
    statement = a_statement(review, by=lead, words="It is so. " * 1000)
    page = browse(lead, java_script_enabled=False)
    page.goto(f"/reviews/{review.pk}/board/1/")
    words = _card(page, statement).locator(".app-more__words")
    whole, height = "words => words.scrollHeight", "words => words.clientHeight"
    assert words.evaluate(height) < 400 < words.evaluate(whole)
    _card(page, statement).get_by_text("Show all").click()
    assert words.evaluate(height) == words.evaluate(whole)
    _card(page, statement).get_by_text("Show less").click()
    assert words.evaluate(height) < 400
    page.emulate_media(media="print")
    assert words.evaluate(height) == words.evaluate(whole)
    expect(_card(page, statement).get_by_text("Move")).to_be_hidden()


def test_without_scripts_cards_are_written_moved_and_put_in_order(browse, lead, review):
    first, second = a_statement(review, by=lead), a_statement(review, by=lead)
    page = browse(lead, java_script_enabled=False)
    page.goto(f"/reviews/{review.pk}/board/1/")
    _card(page, second).get_by_role("link", name="Move").click()
    page.get_by_role("button", name="One up").click()
    expect(_cell(page, "referral:amber").locator("[data-card]").first).to_have_id(f"statement-{second.pk}")
    _card(page, first).get_by_role("link", name="Move").click()
    page.get_by_label("Green", exact=True).check()
    page.get_by_label("What changed?").fill("All ask")
    page.get_by_role("button", name="Move the statement").click()
    expect(_cell(page, "referral:green").locator("[data-card]")).to_have_id(f"statement-{first.pk}")
    _card(page, first).get_by_role("link", name="Write").click()
    page.get_by_label("What is so now").fill("All of them ask.")
    page.get_by_role("button", name="Save section").click()
    assert _body(first) == "All of them ask."


SHIFTS = """() => new Promise((done) => new PerformanceObserver((list) =>
  done(list.getEntries().reduce((sum, entry) => sum + entry.value, 0))).observe({type: "layout-shift", buffered: true})
  || setTimeout(() => done(0), 300))"""


def test_a_large_board_stands_still_and_is_worked_with_keys(browse, lead, review):
    ratings.rate(review, "1:referral", rating="amber", reason="So it is", seen=None, by=lead)
    _fill(review, lead, cards=120, actions=300)
    page = browse(lead)
    page.goto(f"/reviews/{review.pk}/board/1/")
    page.wait_for_load_state("networkidle")
    assert page.evaluate(SHIFTS) == 0
    assert not problems_of(page)
    assert page.locator("[data-card]").count() == 120
    stops = page.evaluate("""() => [...document.querySelectorAll("main a[href], main button, main summary, main input")]
      .filter((one) => one.tabIndex === 0 && one.checkVisibility()).length""")
    assert stops < 170, stops  # a card is one
    page.get_by_role("link", name="Response", exact=True).press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('[data-stage]').dataset.stage") == "response"


def _fill(review, lead, *, cards: int, actions: int) -> None:
    """Many cards and actions, at the price of few statements."""
    now = timezone.now()
    said = {"version": 1, "updated_by": lead, "updated_at": now, "begun_at": now}
    words = Text.objects.bulk_create(
        [
            Text(body=f"Statement {number}: " + "so it is in this part. " * (number % 9), **said)
            for number in range(cards)
        ]
    )
    stages, colours = ["referral", "assessment", "planning", "response"], ["red", "amber", "green"]
    made = Statement.objects.bulk_create(
        [
            Statement(
                review=review, level="1", stage=stages[number % 4], rating=colours[number % 3], words=words[number],
                order=number, made_by=lead, made_at=now,
            )
            for number in range(cards)
        ]
    )  # fmt: skip
    ReviewAction.objects.bulk_create(
        [
            ReviewAction(
                statement=made[number % cards], what=f"Do thing {number} about it, soon.", order=number,
                owner_name="Sarah" if number % 5 else "", created_by=lead, created_at=now,
            )
            for number in range(actions)
        ]
    )  # fmt: skip
