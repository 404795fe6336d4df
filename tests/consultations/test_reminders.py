"""Reminders: before the day, the day after, every week; each told once, whoever runs the round and how often."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations.models import ConsultationAction, Referral, TakeAway
from consultations.services import actions, reminders, rounds
from core.models import CaseworkSettings, Notice
from tests.factories import a_person, a_referral, a_team, an_action

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(db):
    return a_person(Role.PRACTITIONER, team=a_team())


def given(owner, days: int, **values) -> ConsultationAction:
    """An action of `owner` that is due so many days from TODAY, without the notice of its being given."""
    action = an_action(owner=owner, due=TODAY + timedelta(days=days), **values)
    Notice.objects.all().delete()
    return action


def told(owner) -> list[str]:
    return list(Notice.objects.visible_to(owner).order_by("created_at").values_list("words", flat=True))


@pytest.mark.parametrize(("days", "is_told"), [(4, 0), (3, 1), (0, 1), (-1, 1)])
def test_the_day_decides(owner, days, is_told):
    given(owner, days)
    reminders.remind(AT)
    assert len(told(owner)) == is_told


def test_the_interval_is_the_administrators(owner):
    given(owner, 10)
    CaseworkSettings(pk=1, remind_days_before=10).save()
    assert reminders.remind(AT) == 1


def test_a_notice_names_the_reference_and_leads_to_the_action(owner):
    action = given(owner, 2, what="Ring Kai’s mother")
    reminders.remind(AT)
    notice = Notice.objects.get()
    assert notice.words == (
        f"Your action from consultation {action.consultation.referral.reference} is due on 26 November 2026."
    )
    assert notice.url == reverse("consultations:action", args=[action.pk])
    assert "Kai" not in notice.words


def test_the_same_round_again_tells_nobody_again(owner):
    given(owner, 2)
    given(owner, -3)
    assert reminders.remind(AT) == 2
    before = Notice.objects.count()
    assert reminders.remind(AT) == 0
    assert reminders.remind(AT + timedelta(hours=5)) == 0
    assert Notice.objects.count() == before


def test_overdue_is_told_the_day_after_and_then_every_week(owner):
    given(owner, 0)
    days = [day for day in range(30) if reminders.remind(AT + timedelta(days=day))]
    assert days == [0, 1, 8, 15, 22, 29]
    assert sum("was due on 24 November 2026" in words for words in told(owner)) == 5


def test_another_date_is_another_notice(owner):
    action = given(owner, 2)
    reminders.remind(AT)
    values = actions.values_of(action) | {"due": TODAY + timedelta(days=1)}
    actions.change(action, values, version=1, by=action.created_by)
    assert reminders.remind(AT) == 1


def test_the_day_is_londons(owner):
    given(owner, 0)
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)  # half past midnight on 1 July in London
    ConsultationAction.objects.update(due=date(2026, 6, 30))
    reminders.remind(late)
    assert "was due on 30 June 2026" in told(owner)[0]


def test_nothing_for_what_is_closed_or_nobodys_or_not_dated(owner):
    closed = given(owner, -1)
    actions.close(closed, status="done", outcome="It helped", by=owner)
    left = given(a_person(Role.PRACTITIONER), -1)
    left.owner.is_active = False
    left.owner.save()
    given(None, -1)
    an_action(owner=owner, due=None)
    Notice.objects.all().delete()
    assert reminders.remind(AT) == 0


def test_nothing_for_what_was_imported(owner):
    given(owner, -1)
    Referral.objects.update(imported=True)
    assert reminders.remind(AT) == 0


def test_closing_takes_the_unread_reminder_back(owner):
    action = given(owner, -1)
    other = an_action(owner=owner, due=TODAY - timedelta(days=1))
    reminders.remind(AT)
    actions.close(action, status="done", outcome="It helped", by=owner)
    assert not Notice.objects.filter(key__startswith=f"action:{action.pk}").exists()
    assert Notice.objects.filter(key__startswith=f"action:{other.pk}").exists()


def test_take_aways_are_reminded_of_too(owner):
    referral = a_referral("planned")
    TakeAway.objects.create(
        consultation=referral.consultation, what="Who is the pastoral lead?", owner=owner,
        due=TODAY, created_by=owner, created_at=AT,
    )  # fmt: skip
    assert reminders.remind(AT) == 1
    assert told(owner) == [
        f"The question that you took away from consultation {referral.reference} is due on 24 November 2026."
    ]


def test_managers_hear_once_a_week_how_much_is_overdue(owner):
    manager = a_person(Role.MANAGER)
    given(owner, -2)
    an_action(owner=None, due=TODAY - timedelta(days=2))
    restricted = an_action(owner=None, due=TODAY - timedelta(days=2)).consultation.referral
    by = a_person(Role.MANAGER, active=False)
    Referral.objects.filter(pk=restricted.pk).update(
        restricted_at=AT, restricted_by=by, restriction_reason="Why", restriction_review_on=TODAY
    )
    for day in range(8):  # Tuesday to the next Tuesday
        reminders.remind(AT + timedelta(days=day))
    digest = Notice.objects.visible_to(manager).order_by("created_at")
    assert [one.words for one in digest] == ["2 actions are overdue.", "2 actions are overdue."]
    assert {one.url for one in digest} == {reverse("consultations:actions") + "?overdue=on"}
    assert not Notice.objects.visible_to(by).exists()


def test_the_allocated_cs_practitioner_hears_of_their_own_referrals(owner):
    cs, other = a_person(Role.CS_PRACTITIONER), a_person(Role.CS_PRACTITIONER)
    action = given(owner, -2)
    given(owner, -2)
    Referral.objects.filter(pk=action.consultation.referral_id).update(allocated_to=cs)
    reminders.remind(AT)
    assert told(cs) == ["1 action is overdue in referrals that are allocated to you."]
    assert told(other) == []


def test_nobody_hears_of_nothing(owner):
    a_person(Role.MANAGER)
    given(owner, 30)
    assert reminders.remind(AT) == 0


def test_the_link_of_a_digest_shows_what_it_counts(signed_in, owner):
    manager = a_person(Role.MANAGER)
    an_action(owner=owner, due=timezone.localdate() - timedelta(days=2))
    an_action(owner=owner, due=timezone.localdate())
    reminders.remind(timezone.now())
    notice = Notice.objects.visible_to(manager).get()
    assert signed_in(manager).get(notice.url).context["page"].paginator.count == 1


def test_a_batch_costs_the_same_whatever_is_in_it(owner):
    def queries(number):
        referral = a_referral("planned")
        for each in range(number):
            an_action(referral, owner=a_person(Role.PRACTITIONER), due=TODAY, what=f"Number {each}")
        with CaptureQueriesContext(connection) as captured:
            assert reminders.remind(AT) == number
        return len(captured)

    assert queries(2) == queries(30)


def test_batches_leave_nobody_out(owner, monkeypatch):
    monkeypatch.setattr(reminders, "BATCH", 3)
    referral = a_referral("planned")
    for each in range(8):
        an_action(referral, owner=owner, due=TODAY, what=f"Number {each}")
    assert reminders.remind(AT) == 8


def test_it_is_part_of_the_round(owner):
    given(owner, 0)
    assert rounds.run(AT)["remind"] == 1


@pytest.mark.django_db(transaction=True)
def test_two_rounds_at_once_tell_once():
    owner = a_person(Role.PRACTITIONER, team=a_team())
    a_person(Role.MANAGER)
    referral = a_referral("planned")
    for each in range(20):
        an_action(referral, owner=owner, due=TODAY - timedelta(days=each), what=f"Number {each}")
    Notice.objects.all().delete()
    start = threading.Barrier(2)

    def run() -> None:
        try:
            start.wait(10)
            reminders.remind(AT)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Notice.objects.count() == 21
