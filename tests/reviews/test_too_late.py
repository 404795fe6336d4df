"""What comes too late for a round: it is refused, and what somebody wrote is shown back to them."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleGrant
from accounts.permissions import Role
from core.models import Notice
from reviews.models import Statement
from reviews.services import digests, follow, going_on, rounds, statements
from tests.factories import a_person
from tests.review_factories import a_review, a_review_action, a_statement
from tests.slices.reviews_follow import a_link

pytestmark = pytest.mark.django_db
TYPED = "Peers are asked about in every referral, since the form has a box for them."


@pytest.fixture
def lead(db):
    cache.clear()
    return a_person(Role.LEAD, name="Malik Thornton")


def at(route: str, *args) -> str:
    return reverse(f"reviews:{route}", args=args)


def close(statement, by):
    rounds.close(statement.review, by=by)


def take_away(statement, by):
    statements.remove(statement, reason="Said twice", by=by)


@pytest.mark.parametrize("meanwhile", [close, take_away])
def test_words_that_are_saved_without_scripts_too_late_are_shown_back(signed_in, lead, meanwhile):
    statement = a_statement(by=lead)
    meanwhile(statement, a_person(Role.LEAD))
    sent = {"text-words": TYPED, "version-words": "1", "digest-words": "x"}
    answer = signed_in(lead).post(at("save-statement", statement.pk), sent)
    assert answer.status_code == 409
    assert TYPED in answer.content.decode()


def test_a_new_statement_for_a_round_that_was_closed_is_shown_back(signed_in, lead):
    review = a_review(by=lead, closed=True)
    sent = {"part": "1:referral", "domain": "target", "rating": "red", "words": TYPED}
    answer = signed_in(lead).post(at("add-statement", review.pk), sent)
    assert answer.status_code == 409
    assert TYPED in answer.content.decode()
    assert not Statement.objects.exists()


def test_the_note_of_a_figure_that_came_too_late_is_shown_back(signed_in, lead):
    statement = a_statement(by=lead)
    rounds.close(statement.review, by=lead)
    sent = {"figure": "panels", "period": "12m", "note": TYPED}
    answer = signed_in(lead).post(at("attach-figure", statement.pk), sent)
    assert answer.status_code == 409
    assert TYPED in answer.content.decode()


def gone_on(lead):
    """A round whose action was overdue and went on into the next one, and that next round."""
    today = timezone.localdate()
    statement = a_statement(a_review(by=lead, on=today - timedelta(days=90)), by=lead)
    a_review_action(statement, by=lead, due=today - timedelta(days=10))
    values = {"on": today, "lead": lead, "next_on": None, "area": statement.review.area}
    made, _ = going_on.start(statement.review, values, going_on.Choices(), by=lead)
    return statement.review, made


def test_an_action_that_went_on_is_not_overdue_in_the_round_before(signed_in, lead):
    before, after = gone_on(lead)
    browser = signed_in(lead)
    assert "Overdue" in browser.get(at("board", after.pk, "1")).content.decode()
    assert "Overdue" not in browser.get(at("board", before.pk, "1")).content.decode()


def test_partners_are_not_told_that_an_action_that_went_on_is_overdue(lead):
    before, after = gone_on(lead)
    _, token = a_link(before, by=lead)
    page = Client().get(at("shared", token)).content.decode()
    assert "verdue" not in page
    _, token = a_link(after, by=lead)
    assert "of which 1 overdue" in Client().get(at("shared", token)).content.decode()


def test_the_reason_of_a_move_that_somebody_made_already_is_not_lost(signed_in, lead):
    statement = a_statement(by=lead)
    statements.move(statement, rating="green", reason="The pilot ended", seen_version=1, by=a_person(Role.LEAD))
    sent = {"rating": "green", "part": "1:referral", "domain": "target", "reason": TYPED, "version": "1"}
    answer = signed_in(lead).post(at("move-statement", statement.pk), sent, follow=True)
    assert TYPED in answer.content.decode()


def test_what_went_on_is_counted_as_overdue_once(signed_in, lead):
    gone_on(lead)
    browser = signed_in(lead)
    for narrowed in ("", "&overdue=on"):
        page = browser.get(at("actions") + f"?earlier=on{narrowed}")
        assert page.context["numbers"]["overdue"] == 1
        assert [one.overdue for one in page.context["leads"]] == [1]


def test_a_round_whose_actions_got_a_lead_meanwhile_is_not_said_to_be_closed_without(signed_in, lead):
    statement = a_statement(by=lead)
    action = a_review_action(statement, by=lead, owner_name="")
    assert "reason" in signed_in(lead).get(at("close", statement.review_id)).context["page"].form.fields
    follow.give_lead([action.pk], owner_name="Lorna Reid", by=a_person(Role.LEAD))
    for _ in range(2):
        closed = rounds.close(statement.review, reason="Nobody is free", by=lead)
        assert (closed.is_open, closed.closed_because) == (False, "")


def test_the_digest_of_a_lead_who_keeps_reviews_no_more_goes_to_those_who_do(lead):
    statement = a_statement(by=lead)
    a_review_action(statement, by=lead, owner_name="")
    other = a_person(Role.LEAD)
    RoleGrant.objects.filter(user=lead).update(role=Role.PRACTITIONER)
    digests.send_digests(timezone.now())
    assert set(Notice.objects.filter(key__startswith="review-digest").values_list("user", flat=True)) == {other.pk}
