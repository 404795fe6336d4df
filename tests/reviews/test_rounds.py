"""Starting the next round: what goes on, what stays behind, who comes second."""

import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from core import texts
from core.models import AuditEvent, FormDraft, Text
from core.workflow import ActRefused
from reviews.models import Review, ReviewAction, Statement, StatementLeftOut
from reviews.services import actions, going_on, rounds, statements
from tests.factories import a_person
from tests.review_factories import a_review, a_review_action, a_statement, an_overall
from tests.slices.contexts import date_parts
from tests.slices.reviews_evidence import a_figure
from tests.slices.reviews_rounds import a_next_round

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def lead(db):
    return a_person(Role.LEAD, name="Dana Okafor")


@pytest.fixture
def review(lead):
    return a_review(by=lead, area="The whole borough")


def next_page(review: Review) -> str:
    return reverse("reviews:next", args=[review.pk])


def sent(**more) -> dict:
    return date_parts("on", TODAY()) | more


def page_of(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_all_is_carried_on_unless_it_is_chosen_otherwise(signed_in, lead, review):
    stays = a_statement(review, by=lead, rating="red", stage="planning", level="2", words="No plans\nfor places")
    goes = a_statement(review, by=lead, words="Said twice")
    taken = a_statement(review, by=lead, words="Taken away before")
    statements.remove(taken, reason="Wrong", by=lead)
    given = {"timescale": "in three months' time", "due": date(2026, 5, 1), "due_counted": True}
    on = a_review_action(stays, by=lead, owner=lead, points_to=["1:referral"], **given)
    ended = a_review_action(stays, by=lead)
    done = a_review_action(stays, by=lead)
    actions.close(done, status="done", outcome="It is there", by=lead)
    of_left_out = a_review_action(goes, by=lead)
    an_overall(review, by=lead)
    browser = signed_in(lead)
    page = page_of(browser.get(next_page(review)))
    assert "2 statements go into the new round" in page
    assert "3 open actions are carried on with their leads and dates; 1 date counted from this review stays" in page
    assert "1 done or dropped action stays behind" in page
    answer = browser.post(
        next_page(review),
        sent(
            lead=lead.pk,
            **{
                f"out-{goes.pk}": "on", f"why-{goes.pk}": "It is said in planning",
                f"end-{ended.pk}": "on", f"how-{ended.pk}": "done", f"word-{ended.pk}": "The map is drawn",
            },
        ),
    )  # fmt: skip
    made = Review.objects.get(follows=review)
    assert answer["Location"] == made.get_absolute_url()
    assert (made.area, made.on, made.lead, made.first) == ("The whole borough", TODAY(), lead, review)
    review.refresh_from_db()
    assert (review.state, review.closed_by, review.closed_because) == ("closed", lead, "")
    carried = made.statements.get()
    assert carried.carried_from == stays
    assert (carried.part, carried.rating, carried.domain) == ("2:planning", "red", "target")
    assert (carried.words.body, carried.words.version, carried.words_id != stays.words_id) == (
        "No plans\nfor places", 1, True,
    )  # fmt: skip
    action = carried.actions.get()
    assert (action.carried_from, action.what, action.owner, action.points_to) == (on, on.what, lead, ["1:referral"])
    assert (action.timescale, action.due, action.due_counted) == tuple(given.values())
    assert action.status == "open"
    ended.refresh_from_db()
    assert (ended.status, ended.outcome) == ("done", "The map is drawn")
    of_left_out.refresh_from_db()
    assert (of_left_out.status, of_left_out.outcome) == ("dropped", "It is said in planning")
    left = StatementLeftOut.objects.get()
    assert (left.statement, left.review, left.reason, left.by) == (goes, made, "It is said in planning", lead)
    assert not made.overall_ratings.exists()
    event = AuditEvent.objects.get(act="review.next")
    assert (event.detail["statements"], event.detail["actions"], event.detail["left_out"]) == (1, 1, 1)
    assert AuditEvent.objects.filter(act="review.closed").count() == 1
    assert ReviewAction.objects.live().open().count() == 1


@pytest.mark.parametrize(
    ("tick", "says"),
    [
        ({"out": "on"}, "Say why the statement is left out"),
        ({"end": "on", "word": "So"}, "Select whether the action is done or dropped"),
        ({"end": "on", "how": "done", "word": " "}, "Say what came of the action"),
        ({"end": "on", "how": "open", "word": "So"}, "Answer “How did it end?” with one of the options"),
        ({"why": "a\x00b", "out": "on"}, "must not contain characters that cannot be stored"),
        ({"why": "x" * 100_001, "out": "on"}, "must be 100000 characters or fewer"),
    ],
)
def test_what_is_missing_is_said_beside_the_field_and_nothing_is_done(signed_in, lead, review, tick, says):
    statement = a_statement(review, by=lead)
    action = a_review_action(statement, by=lead)
    of = {"out": statement.pk, "why": statement.pk, "end": action.pk, "how": action.pk, "word": action.pk}
    answer = signed_in(lead).post(
        next_page(review), sent(**{f"{name}-{of[name]}": each for name, each in tick.items()})
    )
    assert answer.status_code == 200
    page = page_of(answer)
    assert page.count(says) == 2  # in the summary and beside the field
    assert not Review.objects.filter(follows=review).exists()
    action.refresh_from_db()
    assert action.is_open


def test_the_day_is_not_before_the_last_round(signed_in, lead, review):
    answer = signed_in(lead).post(next_page(review), date_parts("on", TODAY() - timedelta(days=1)))
    assert "The next round must not be before this one" in page_of(answer)
    assert signed_in(lead).post(next_page(review), date_parts("on", TODAY())).status_code == 302


def test_actions_without_a_lead_need_a_reason_or_an_end(signed_in, lead, review):
    statement = a_statement(review, by=lead)
    nobody = a_review_action(statement, by=lead, owner_name="")
    leaver = a_person(Role.PRACTITIONER, name="Ben Lake")
    left = a_review_action(statement, by=lead, owner=leaver)
    leaver.is_active = False
    leaver.save()
    browser = signed_in(lead)
    page = page_of(browser.get(next_page(review)))
    assert "The lead of 1 action has left." in page
    assert "(Ben Lake)" in page
    assert "1 action has no lead yet." in page
    assert "2 actions have no lead. Why is this round closed all the same?" in page
    refused = browser.post(next_page(review), sent())
    assert "2 actions go on without a lead. Say why this round is closed all the same" in page_of(refused)
    end = {f"end-{one.pk}": "on" for one in (nobody, left)}
    end |= {f"how-{one.pk}": "dropped" for one in (nobody, left)} | {f"word-{nobody.pk}": "Nobody would"}
    assert "Say what came of the action" in page_of(browser.post(next_page(review), sent(**end)))
    with pytest.raises(ActRefused):
        a_next_round(review, by=lead, reason="")
    browser.post(next_page(review), sent(reason="They are found in the new round"))
    review.refresh_from_db()
    assert review.closed_because == "They are found in the new round"
    assert "They are found in the new round" in page_of(browser.get(review.get_absolute_url()))
    made = Review.objects.get(follows=review)
    assert rounds.unowned(made).count() == 2


def test_no_reason_is_kept_where_every_action_without_a_lead_is_ended(lead, review):
    nobody = a_review_action(a_statement(review, by=lead), by=lead, owner_name="")
    a_next_round(review, by=lead, ended={nobody.pk: ("dropped", "Nobody would")}, reason="Typed and not needed")
    review.refresh_from_db()
    assert review.closed_because == ""


def test_there_is_one_next_round_and_who_comes_second_is_led_to_it(signed_in, lead, review):
    statement = a_statement(review, by=lead)
    other = a_person(Role.LEAD, name="Ruth Shaw")
    late = sent(**{f"out-{statement.pk}": "on", f"why-{statement.pk}": "My words of why"})
    assert signed_in(lead).post(next_page(review), sent()).status_code == 302
    made = Review.objects.get(follows=review)
    again = signed_in(lead).post(next_page(review), sent())  # the same form sent twice
    assert again["Location"] == made.get_absolute_url()
    answer = signed_in(other).post(next_page(review), late)
    assert answer.status_code == 409
    page = page_of(answer)
    assert "Dana Okafor started the next round before you" in page
    assert "My words of why" in page
    assert made.get_absolute_url() in page
    assert signed_in(other).get(next_page(review))["Location"] == made.get_absolute_url()
    assert Review.objects.filter(follows=review).count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.create(area="x", on=TODAY(), follows=review, first=review, made_by=lead, made_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.create(area="x", on=TODAY(), follows=made, made_by=lead, made_at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_round():
    people = [a_person(Role.LEAD) for _ in range(2)]
    review = a_review(by=people[0])
    a_review_action(a_statement(review, by=people[0]), by=people[0])
    start, came = threading.Barrier(2), []

    def send(by) -> None:
        try:
            start.wait(10)
            values = {"area": review.area, "on": TODAY(), "lead": by, "next_on": None}
            came.append(going_on.start(review, values, going_on.Choices(), by=by))
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[by]) for by in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(mine for _, mine in came) == [False, True]
    assert came[0][0].pk == came[1][0].pk
    assert (Statement.objects.count(), ReviewAction.objects.count(), Text.objects.count()) == (2, 2, 2)


def test_what_happened_meanwhile_stays_as_it_is(signed_in, lead, review):
    shown, gone = a_statement(review, by=lead), a_statement(review, by=lead)
    ended = a_review_action(shown, by=lead)
    browser = signed_in(lead)
    browser.get(next_page(review))
    actions.close(ended, status="done", outcome="Done by its lead", by=lead)
    statements.remove(gone, reason="Wrong", by=lead)
    later = a_statement(review, by=lead, words="Added meanwhile")
    form = {f"end-{ended.pk}": "on", f"how-{ended.pk}": "dropped", f"word-{ended.pk}": "Mine"}
    form |= {f"out-{gone.pk}": "on", f"why-{gone.pk}": "Mine too"}
    assert browser.post(next_page(review), sent(**form)).status_code == 302
    ended.refresh_from_db()
    assert (ended.status, ended.outcome) == ("done", "Done by its lead")
    made = Review.objects.get(follows=review)
    assert {one.carried_from for one in made.statements.all()} == {shown, later}
    assert not StatementLeftOut.objects.exists()
    # The service itself, with what a form sent before somebody was quicker:
    choices = going_on.Choices(left_out={gone.pk: "x"}, ended={ended.pk: ("dropped", "x")})
    values = {"area": made.area, "on": TODAY(), "lead": None, "next_on": None}
    assert going_on.start(made, values, choices, by=lead)[1]
    assert not StatementLeftOut.objects.exists()
    ended.refresh_from_db()
    assert ended.status == "done"


def test_an_action_that_was_carried_on_goes_on_there_and_tells_what_was_noted_before(signed_in, lead, review):
    action = a_review_action(a_statement(review, by=lead), by=lead, owner=lead)
    actions.note(action, body="A note of the first round", by=lead)
    second = a_next_round(review, by=lead)
    actions.note(second.statements.get().actions.get(), body="A note of the second round", by=lead)
    third = a_next_round(second, by=lead)
    carried = third.statements.get().actions.get()
    browser = signed_in(lead)
    page = page_of(browser.get(reverse("reviews:action", args=[carried.pk])))
    assert "A note of the first round" in page
    assert "A note of the second round" in page
    first = page_of(browser.get(reverse("reviews:action", args=[action.pk])))
    assert "It was carried into a later round" in first
    with pytest.raises(ActRefused):
        actions.note(action, body="Too late", by=lead)
    own = a_person(Role.PRACTITIONER)
    assert browser.get(reverse("reviews:action", args=[carried.pk])).status_code == 200
    assert signed_in(own).get(reverse("reviews:action", args=[carried.pk])).status_code == 404


def test_a_counted_date_that_was_carried_on_stays_when_the_action_is_changed(signed_in, lead, review):
    given = {"timescale": "in three months' time", "due": date(2026, 5, 1), "due_counted": True}
    a_review_action(a_statement(review, by=lead), by=lead, owner=lead, **given)
    carried = a_next_round(review, by=lead).statements.get().actions.get()
    browser, url = signed_in(lead), reverse("reviews:change-action", args=[carried.pk])
    page = page_of(browser.get(reverse("reviews:action", args=[carried.pk])))
    assert "(counted from the review in which it was agreed: 1 May 2026)" in page
    form = {"what": "Other words", "who": "here", "owner": lead.pk, "version": "1"}
    form |= {"timescale": "in three months' time"}
    assert browser.post(url, form).status_code == 302
    carried.refresh_from_db()
    assert (carried.what, carried.due, carried.due_counted) == ("Other words", date(2026, 5, 1), True)
    browser.post(url, form | {"timescale": "in two weeks", "version": "2"})
    carried.refresh_from_db()
    assert (carried.due, carried.due_counted) == (TODAY() + timedelta(days=14), True)


def test_an_earlier_round_stays_closed(signed_in, lead, review):
    made = a_next_round(review, by=lead)
    browser = signed_in(lead)
    assert browser.post(reverse("reviews:reopen", args=[review.pk]), {"reason": "x"}).status_code == 409
    page = page_of(browser.get(review.get_absolute_url()))
    assert "Open the round again" not in page
    assert "Start the next round" not in page
    assert made.get_absolute_url() in page
    assert review.get_absolute_url() in page_of(browser.get(made.get_absolute_url()))


def test_the_last_ratings_are_shown_beside_the_new_ones(signed_in, lead, review):
    an_overall(review, by=lead, rating="amber-red")
    made = a_next_round(review, by=lead)
    browser = signed_in(lead)
    for url in (
        made.get_absolute_url(),
        reverse("reviews:board", args=[made.pk, "1"]),
        reverse("reviews:rate", args=[made.pk, "1", "referral"]),
    ):
        assert "Last round: Amber/Red" in page_of(browser.get(url))
    assert "Last round" not in page_of(browser.get(review.get_absolute_url()))


def test_what_is_filled_in_is_kept(signed_in, lead, review):
    statement = a_statement(review, by=lead)
    browser = signed_in(lead)
    key = browser.get(next_page(review)).context["page"].draft_key
    data = {"draft_key": key, "client": "c", f"out-{statement.pk}": "on", f"why-{statement.pk}": "Half a wo"}
    assert browser.post(reverse("core:keep-draft"), data).status_code == 200
    page = page_of(browser.get(next_page(review)))
    assert "Half a wo" in page
    assert "Say why the statement is left out" not in page
    browser.post(next_page(review), sent())
    assert not FormDraft.objects.exists()


def test_texts_that_wait_to_be_merged_are_pointed_out(signed_in, lead, review):
    statement = a_statement(review, by=lead)
    other = a_person(Role.LEAD)
    texts.save(statement.words_id, body="One", base_version=1, by=lead, client="a", seq=1)
    texts.save(statement.words_id, body="Two", base_version=1, by=other, client="b", seq=1)
    assert "1 text written at the same time waits to be merged" in page_of(signed_in(lead).get(next_page(review)))


def test_figures_go_with_their_statement_and_are_kept_in_the_round_before(lead, review):
    stays, goes = a_statement(review, by=lead), a_statement(review, by=lead)
    figure = a_figure(stays, lead, note="Since the training")
    a_figure(goes, lead)
    made = a_next_round(review, by=lead, left_out={goes.pk: "Said elsewhere"})
    carried = made.statements.get().figures.get()
    assert (carried.key, carried.kind, carried.period, carried.note) == (
        figure.key,
        figure.kind,
        figure.period,
        figure.note,
    )
    assert carried.kept_on is None
    figure.refresh_from_db()
    assert figure.kept_on == TODAY()


def test_the_page_of_a_statement_says_where_it_was_and_where_it_goes_on(signed_in, lead, review):
    stays, goes = a_statement(review, by=lead, rating="red"), a_statement(review, by=lead)
    made = a_next_round(review, by=lead, left_out={goes.pk: "It is said elsewhere"})
    carried = made.statements.get()
    browser = signed_in(lead)
    assert "where it was red." in page_of(browser.get(carried.get_absolute_url()))
    assert stays.get_absolute_url() in page_of(browser.get(carried.get_absolute_url()))
    assert carried.get_absolute_url() in page_of(browser.get(stays.get_absolute_url()))
    page = page_of(browser.get(goes.get_absolute_url()))
    assert "by Dana Okafor:" in page
    assert "It is said elsewhere" in page


@pytest.mark.parametrize("value", ["a\x00b", "9" * 40, "-1", "\ufffd", "x" * 100_000, "NaN", "<script>"])
def test_nothing_that_a_form_can_send_breaks_the_page(signed_in, lead, review, value):
    statement = a_statement(review, by=lead)
    action = a_review_action(statement, by=lead, owner_name="")
    names = [f"out-{statement.pk}", f"why-{statement.pk}"]
    names += [f"{name}-{action.pk}" for name in ("end", "how", "word")]
    names += ["on_day", "on_month", "on_year", "next_on_day", "lead", "reason"]
    browser = signed_in(lead)
    assert browser.post(next_page(review), dict.fromkeys(names, value)).status_code == 200
    for name in names:
        assert browser.post(next_page(review), sent(**{name: value})).status_code in (200, 302)
