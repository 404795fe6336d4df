"""Timescales in words: what is counted, what is not, what the form says of it, and counting anew."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.permissions import Role
from core.models import AuditEvent, Notice
from core.workflow import EditConflict
from reviews.models import ReviewAction
from reviews.services import actions, reminders, rounds
from reviews.timescales import counted_from
from tests.factories import a_person
from tests.review_factories import a_review, a_review_action, a_statement
from tests.slices.contexts import date_parts

DAY = date(2026, 11, 22)  # a Sunday


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("in three months' time", date(2027, 2, 22)),
        ("In three months’ time.", date(2027, 2, 22)),
        ("in three months time", date(2027, 2, 22)),
        ("Repeat the dip-sample in 3 months", date(2027, 2, 22)),
        ("3 months", date(2027, 2, 22)),
        ("six weeks’ time", date(2027, 1, 3)),
        ("3 months from now", date(2027, 2, 22)),
        ("in six weeks", date(2027, 1, 3)),
        ("over the next six weeks", date(2027, 1, 3)),
        ("within about 3 months", date(2027, 2, 22)),
        ("within a year", date(2027, 11, 22)),
        ("half a year", date(2027, 5, 22)),
        ("18 months", date(2028, 5, 22)),
        ("fortnight", date(2026, 12, 6)),
        ("in a fortnight", date(2026, 12, 6)),
        ("within 2 fortnights", date(2026, 12, 20)),
        ("in a couple of weeks", date(2026, 12, 6)),
        ("in 0 days", DAY),
        ("in 3-6 months", date(2027, 5, 22)),  # the later end, as of all that is a stretch of time
        ("in 3–6 months", date(2027, 5, 22)),
        ("two to three weeks", date(2026, 12, 13)),
        ("between three and six months", date(2027, 5, 22)),
        ("next week", date(2026, 11, 29)),
        ("next month", date(2026, 12, 31)),
        ("this month", date(2026, 11, 30)),
        ("by the end of next month", date(2026, 12, 31)),
        ("end of the year", date(2026, 12, 31)),
        ("next year", date(2027, 12, 31)),
        ("by the end of March", date(2027, 3, 31)),
        ("by end March", date(2027, 3, 31)),
        ("by the end of February 2028", date(2028, 2, 29)),
        ("in March", date(2027, 3, 31)),
        ("March 2027", date(2027, 3, 31)),
        ("November", date(2026, 11, 30)),
        ("by 1 March 2027", date(2027, 3, 1)),
        ("by 1st of March", date(2027, 3, 1)),
        ("22 November", DAY),
        ("21 November", date(2027, 11, 21)),
        ("1/3/2027", date(2027, 3, 1)),
        ("in 3 months, or by 1 May", date(2027, 5, 1)),
    ],
)
def test_what_leads_write_is_counted(words, day):
    assert counted_from(words, DAY) == day


@pytest.mark.parametrize(
    "words",
    [
        "", " ", "ongoing", "quarterly", "monthly", "three-monthly", "every three months", "3 days a week", "ASAP",
        "by Easter", "by spring", "by March", "in a few weeks", "next round", "in a three-month pilot", "in 1.5 years",
        "31 February", "by the 45 March", "31/02/2027", "29 February", "by 1 March 2020", "1 March 0000", "1/1/0001",
        "in 999 years", "in 9999999999 days", "in 999 months", "by the end of March 9999", "1 May 99999",
        "in " + "9" * 200 + " years", "in \x00 months", "in ٣٣٣ years", "in three",
    ],
)  # fmt: skip
def test_what_says_no_day_gives_none(words):
    assert counted_from(words, DAY) is None


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31), date(9995, 2, 28)])
def test_a_day_at_the_ends_of_the_calendar_is_no_error(day):
    for words in ("in three months", "next year", "next week", "by 1 March", "in March", "end of the year"):
        assert counted_from(words, day) is None or counted_from(words, day) >= day


def test_three_months_after_the_thirtieth_of_november_is_the_last_of_february():
    assert counted_from("in three months", date(2026, 11, 30)) == date(2027, 2, 28)


@pytest.fixture
def lead(db):
    return a_person(Role.LEAD)


@pytest.fixture
def statement(lead):
    return a_statement(a_review(by=lead, on=date(2025, 10, 19)), by=lead)


def test_the_form_says_what_was_counted_before_and_after_it_is_saved(signed_in, lead, statement):
    browser = signed_in(lead)
    add = reverse("reviews:add-action", args=[statement.pk])
    page = browser.post(add, {"what": "", "who": "nobody", "timescale": "in three months’ time"}).content.decode()
    assert "Counted as 19 January 2026." in page
    page = browser.post(add, {"what": "", "who": "nobody", "timescale": "by Easter"}).content.decode()
    assert "No date can be counted from these words" in page
    browser.post(add, {"what": "Look again", "who": "nobody", "timescale": "in three months’ time"})
    action = ReviewAction.objects.get()
    page = browser.get(reverse("reviews:change-action", args=[action.pk])).content.decode()
    assert "Counted as 19 January 2026." in page
    assert "counted from the review: 19 January 2026" in browser.get(actions.page_of(action)).content.decode()


def test_the_day_is_said_while_the_words_are_typed(signed_in, lead, statement):
    browser, url = signed_in(lead), reverse("reviews:counted", args=[statement.review_id])
    assert browser.post(url, {"text": "in six weeks"}).json() == {"line": "Counted as 30 November 2025."}
    assert browser.post(url, {"text": ""}).json() == {"line": ""}
    for text in ("x" * 1_000_000, "in \x00 weeks", "in 99999999999999999999 years"):
        assert "No date can be counted" in browser.post(url, {"text": text}).json()["line"]


def test_dates_are_counted_anew_when_the_day_of_the_review_changes(signed_in, lead, statement):
    owner = a_person(Role.PRACTITIONER)
    words = {"timescale": "in three months", "due": date(2026, 1, 19), "due_counted": True}
    counted = a_review_action(statement, owner=owner, by=lead, **words)
    typed = a_review_action(statement, by=lead, due=date(2026, 1, 19), timescale="in three months")
    gone = {"timescale": "by 1 November 2025", "due": date(2025, 11, 1), "due_counted": True}
    lost = a_review_action(statement, by=lead, **gone)
    done = actions.close(a_review_action(statement, by=lead, **words), status="done", outcome="So", by=lead)
    carried = a_review_action(statement, by=lead, **words)
    ReviewAction.objects.filter(pk=carried.pk).update(carried_from=a_review_action(by=lead))
    reminders.remind_of_reviews(statement.review.made_at)
    assert Notice.objects.filter(key__startswith=f"review-action:{counted.pk}:overdue:2026-01-19").exists()
    url = reverse("reviews:change", args=[statement.review_id])
    sent = {"area": statement.review.area, "version": "1", "lead": lead.pk, **date_parts("on", date(2025, 11, 30))}
    assert signed_in(lead).post(url, sent).status_code == 302
    due = dict(ReviewAction.objects.values_list("pk", "due"))
    assert due[counted.pk] == date(2026, 2, 28)
    assert due[typed.pk] == due[done.pk] == due[carried.pk] == date(2026, 1, 19)
    assert due[lost.pk] is None
    lost.refresh_from_db()
    assert (lost.due_counted, lost.timescale) == (False, "by 1 November 2025")
    event = AuditEvent.objects.get(act="review-action.changed", subject_id=str(counted.pk))
    assert event.detail == {"due": ["2026-01-19", "2026-02-28"]}
    assert not Notice.objects.filter(key__startswith=f"review-action:{counted.pk}:overdue:").exists()
    assert Notice.objects.filter(key__startswith=f"review-action:{counted.pk}:given:").exists()
    with pytest.raises(EditConflict):  # who had the action open is told that it changed
        actions.change(counted, {"what": "Other"}, version=1, by=lead)


def test_another_area_counts_nothing_anew(lead, statement):
    words = {"timescale": "in three months", "due": date(2026, 5, 5), "due_counted": True}
    action = a_review_action(statement, by=lead, **words)
    review = statement.review
    values = {"area": "The north", "on": review.on, "lead": lead, "next_on": None}
    rounds.change(review, values, seen_version=1, by=lead)
    action.refresh_from_db()
    assert action.due == date(2026, 5, 5)
