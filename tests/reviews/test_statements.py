"""Statements, their moves, overall ratings, and the end of a round: what is kept, what is refused, who was first."""

import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from core.models import AuditEvent, SetAsideText, TextVersion
from core.workflow import ActRefused, EditConflict
from reviews.models import OverallRating, Review, ReviewAction, Statement, StatementMove
from reviews.services import actions, ratings, rounds, statements
from tests.factories import a_person
from tests.review_factories import a_review, a_review_action, a_statement, an_overall
from tests.slices.contexts import date_parts

pytestmark = pytest.mark.django_db
MOVE = {"rating": "green", "part": "1:referral", "domain": "target", "reason": "It is done everywhere", "version": "1"}


@pytest.fixture
def lead(db):
    return a_person(Role.LEAD, name="Malik Thornton")


@pytest.fixture
def statement(lead):
    return a_statement(by=lead)


def at(route: str, *args) -> str:
    return reverse(f"reviews:{route}", args=args)


def test_a_round_is_begun_once_however_often_its_form_is_sent(signed_in, lead):
    browser = signed_in(lead)
    sent = {"area": "The north", "lead": lead.pk, **date_parts("on", timezone.localdate())}
    for _ in range(2):
        browser.post(at("begin"), sent)
    assert Review.objects.get().area == "The north"


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"area": ""}, "Enter what is reviewed"),
        ({"area": "x" * 201}, "200 characters or fewer"),
        ({"area": "a\x00b"}, "characters that cannot be stored"),
        ({"on_year": "20266"}, "must have a year with 4 numbers"),
        ({"on_day": "31", "on_month": "2"}, "must be a real date"),
        ({"lead": "99999999999999999999"}, "with one of the options"),
        ({"next": True}, "The next round must be after this one"),
    ],
)
def test_a_round_that_cannot_be_keeps_what_was_typed(signed_in, lead, changed, wrong):
    today = timezone.localdate()
    if changed.pop("next", False):
        changed = date_parts("next_on", today - timedelta(days=1))
    sent = {"area": "The north", **date_parts("on", today)} | changed
    answer = signed_in(lead).post(at("begin"), sent)
    assert answer.status_code == 200
    assert wrong in answer.content.decode()
    assert not Review.objects.exists()


def test_a_move_keeps_who_when_and_why(signed_in, lead, statement):
    answer = signed_in(lead).post(at("move-statement", statement.pk), MOVE)
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"#statement-{statement.pk}")
    move = StatementMove.objects.get()
    assert (move.rating_before, move.rating_after, move.reason, move.by) == (
        "amber", "green", "It is done everywhere", lead,
    )  # fmt: skip
    page = signed_in(lead).get(statement.get_absolute_url()).content.decode()
    for words in ("From Amber to Green", "It is done everywhere", "Malik Thornton"):
        assert words in page
    assert AuditEvent.objects.filter(act="statement.moved", detail__reason="It is done everywhere").exists()


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"reason": "  "}, "Enter what changed"),
        ({"rating": "purple"}, "Choose"),
        ({"part": "3:referral"}, "Choose"),
        ({"domain": "moon"}, "Choose"),
        ({"version": "99999999999999999999"}, "Version"),
    ],
)
def test_a_move_without_reason_or_to_nowhere_moves_nothing(signed_in, lead, statement, changed, wrong):
    answer = signed_in(lead).post(at("move-statement", statement.pk), MOVE | changed)
    assert answer.status_code == 200
    assert wrong in answer.content.decode()
    statement.refresh_from_db()
    assert statement.rating == "amber"


def test_a_rating_that_does_not_exist_is_refused_by_the_database_too(statement):
    with pytest.raises(IntegrityError), transaction.atomic():
        Statement.objects.filter(pk=statement.pk).update(rating="blue")


def test_who_moves_what_somebody_moved_meanwhile_sees_where_it_is(signed_in, lead, statement):
    browser = signed_in(lead)
    statements.move(statement, rating="red", reason="The pilot ended", seen_version=1, by=a_person(Role.LEAD))
    answer = browser.post(at("move-statement", statement.pk), MOVE)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody moved this statement after you opened this page" in page
    assert "Saved meanwhile: Red" in page
    assert "It is done everywhere" in page
    statement.refresh_from_db()
    assert statement.rating == "red"
    assert browser.post(at("move-statement", statement.pk), MOVE | {"version": "2"}).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_two_people_moving_the_same_card_at_once_make_one_move():
    lead = a_person(Role.LEAD)
    statement = a_statement(by=lead)
    ready, came = threading.Barrier(2), []

    def move(rating: str) -> None:
        ready.wait()
        try:
            statements.move(statement, rating=rating, reason="So", seen_version=1, by=lead)
            came.append("moved")
        except EditConflict:
            came.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=move, args=[rating]) for rating in ("red", "green")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came) == ["conflict", "moved"]
    assert StatementMove.objects.count() == 1


def test_ten_thousand_characters_and_every_version_are_kept(signed_in, lead, statement):
    browser = signed_in(lead)
    words = "What is so. " * 834
    answer = browser.post(
        at("save-words", statement.pk), {"body": words, "version": "1"}, headers={"accept": "application/json"}
    )
    assert answer.json()["status"] == "saved"
    statement.words.refresh_from_db()
    assert statement.words.body == words
    assert TextVersion.objects.filter(text=statement.words).count() == 2
    assert words.strip()[-50:] in browser.get(at("board", statement.review_id, 1)).content.decode()


def test_two_people_in_one_statement_lose_nothing(signed_in, lead, statement):
    other = a_person(Role.LEAD)
    for person, words in ((lead, "Mine"), (other, "Theirs")):
        answer = signed_in(person).post(
            at("save-words", statement.pk), {"body": words, "version": "1", "client": person.pk, "seq": 1},
            headers={"accept": "application/json"},
        )  # fmt: skip
    assert answer.status_code == 409
    assert SetAsideText.objects.get().body == "Theirs"
    assert "wait" in signed_in(lead).get(at("board", statement.review_id, 1)).content.decode()


def test_a_statement_taken_away_leaves_with_its_actions_and_comes_back(signed_in, lead, statement):
    action = a_review_action(statement, by=lead)
    browser = signed_in(lead)
    browser.post(at("remove-statement", statement.pk), {"reason": "Said twice"})
    board = at("board", statement.review_id, 1)
    assert statement.words.body not in browser.get(board).content.decode()
    assert not ReviewAction.objects.live().exists()
    assert browser.post(at("add-action", statement.pk), {"what": "More", "who": "nobody"}).status_code == 409
    assert browser.post(at("action-progress", action.pk), {"body": "Half"}).status_code == 409
    browser.post(at("put-statement-back", statement.pk))
    page = browser.get(board).content.decode()
    assert statement.words.body in page
    assert action.what in page


def test_an_overall_rating_is_a_judgement_that_others_replace(signed_in, lead, statement):
    browser, url = signed_in(lead), at("rate", statement.review_id, "1", "referral")
    first = {"rating": "green", "reason": "The forms are good", "seen": ""}
    for _ in range(2):
        assert browser.post(url, first).status_code == 302
    kept = OverallRating.objects.get()
    browser.post(url, {"rating": "amber-red", "reason": "They are not used", "seen": kept.pk})
    page = browser.get(url).content.decode()
    assert page.index("They are not used") < page.index("The forms are good")
    assert [one.rating for one in OverallRating.objects.current()] == ["amber-red"]
    with pytest.raises(IntegrityError), transaction.atomic():
        OverallRating.objects.update(is_current=True)


def test_a_rating_is_never_computed_and_the_page_says_where_it_does_not_agree(signed_in, lead, statement):
    browser, board = signed_in(lead), at("board", statement.review_id, 1)
    a_statement(statement.review, by=lead, rating="red")
    assert "not rated yet" in browser.get(board).content.decode()
    an_overall(statement.review, rating="green", by=lead)
    assert "The rating is Green, and 1 statement is red." in browser.get(board).content.decode()
    assert OverallRating.objects.get().rating == "green"


def test_who_rates_what_somebody_rated_meanwhile_sees_their_rating(signed_in, lead, statement):
    an_overall(statement.review, rating="red", by=a_person(Role.LEAD))
    sent = {"rating": "green", "reason": "The forms are good", "seen": ""}
    answer = signed_in(lead).post(at("rate", statement.review_id, "1", "referral"), sent)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Saved meanwhile: Red" in page
    assert "The forms are good" in page
    assert [one.rating for one in OverallRating.objects.all()] == ["red"]


@pytest.mark.parametrize("stage", ["nowhere", "overall"])
def test_a_part_that_does_not_exist_is_not_found(signed_in, lead, statement, stage):
    assert signed_in(lead).get(at("rate", statement.review_id, "1", stage)).status_code == 404


def test_a_round_with_actions_without_a_lead_is_closed_only_with_a_reason(signed_in, lead, statement):
    a_review_action(statement, by=lead, owner_name="")
    a_review_action(statement, by=lead, owner_name="", points_to=["2:response"])  # led by those there
    browser, url = signed_in(lead), at("close", statement.review_id)
    assert "1 action has no lead" in browser.get(url).content.decode()
    answer = browser.post(url, {})
    assert "Say why the round is closed all the same" in answer.content.decode()
    with pytest.raises(ActRefused, match="1 action has no lead"):
        rounds.close(statement.review, by=lead)
    browser.post(url, {"reason": "The post is vacant"})
    page = browser.get(statement.review.get_absolute_url()).content.decode()
    assert "The post is vacant" in page
    assert "Closed" in page


def test_an_action_whose_lead_has_left_has_no_lead(lead, statement):
    owner = a_person(Role.PRACTITIONER)
    a_review_action(statement, owner=owner, by=lead)
    assert not ReviewAction.objects.without_lead().exists()
    owner.is_active = False
    owner.save()
    assert ReviewAction.objects.without_lead().exists()
    with pytest.raises(ActRefused, match="has left"):
        actions.add(statement, {"what": "More", "owner": owner}, by=lead)


def test_actions_go_on_after_the_round_is_closed_and_what_they_say_does_not(signed_in, lead, statement):
    owner = a_person(Role.PRACTITIONER)
    action = a_review_action(statement, owner=owner, by=lead)
    rounds.close(statement.review, by=lead)
    browser = signed_in(owner)
    assert browser.post(at("action-progress", action.pk), {"body": "Half of it"}).status_code == 302
    assert browser.post(at("close-action", action.pk), {"status": "done", "outcome": "It is used"}).status_code == 302
    with pytest.raises(ActRefused, match="closed"):
        actions.reopen(action, reason="Not enough", by=lead)
    with pytest.raises(ActRefused, match="closed"):
        statements.move(statement, rating="red", reason="So", seen_version=1, by=lead)
    with pytest.raises(ActRefused, match="closed"):
        ratings.rate(statement.review, "1:referral", rating="red", reason="So", seen=None, by=lead)


def test_words_of_a_timescale_are_counted_from_the_day_of_the_review(signed_in, lead):
    statement = a_statement(a_review(by=lead, on=date(2025, 11, 30)), by=lead)
    sent = {"what": "Repeat the dip-sample", "who": "nobody", "timescale": "in three months’ time"}
    signed_in(lead).post(at("add-action", statement.pk), sent)
    action = ReviewAction.objects.get()
    assert action.due_counted
    assert action.due == date(2026, 2, 28)
    assert "counted from the review" in signed_in(lead).get(at("board", statement.review_id, 1)).content.decode()


def test_the_lead_of_an_action_sees_it_and_nothing_else_of_the_review(signed_in, lead, statement):
    owner = a_person(Role.PRACTITIONER)
    action = a_review_action(statement, owner=owner, by=lead)
    other = a_review_action(statement, by=lead)
    browser = signed_in(owner)
    page = browser.get(at("action", action.pk)).content.decode()
    assert statement.words.body in page
    assert other.what not in page
    assert at("board", statement.review_id, 1) not in page
    assert browser.get(at("action", other.pk)).status_code == 404
    assert browser.get(statement.review.get_absolute_url()).status_code == 403
