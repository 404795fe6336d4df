"""Following up: the page of all actions, giving them a lead, reminders, digests, home, and people who leave."""

import threading
from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from accounts.services import change_person
from core import notices
from core.models import AuditEvent, Notice
from core.workflow import ActRefused
from csproject.home import work_for
from reviews.models import ReviewAction
from reviews.services import actions, digests, follow, reminders, rounds, statements
from tests.factories import a_person
from tests.review_factories import a_review, a_review_action, a_statement

pytestmark = pytest.mark.django_db
ALL = "/reviews/actions/"
TODAY = timezone.localdate()


@pytest.fixture
def lead(db):
    return a_person(Role.LEAD, name="Malik Thornton")


@pytest.fixture
def statement(lead):
    return a_statement(a_review(by=lead, area="The north"), by=lead, words="Peers are not asked about")


def leaves(person) -> None:
    """What an administrator does when somebody leaves."""
    given = {"name": person.name, "email": person.email, "team": person.team, "roles": list(person.roles)}
    change_person(person, **given, is_active=False, by=a_person(Role.ADMINISTRATOR))


def shown(browser, **query) -> set[str]:
    """The words of the actions that the page lists with these filters."""
    page = browser.get(ALL, query)
    assert page.status_code == 200
    return {action.what for action in page.context["page"]}


def test_the_page_lists_each_live_action_once_and_narrows(signed_in, lead, statement):
    owner = a_person(Role.PRACTITIONER, name="Sarah Cole")
    gone = a_person(Role.PRACTITIONER, name="Josie Lane")
    late, soon = TODAY - timedelta(days=2), TODAY + timedelta(days=20)
    a_review_action(statement, owner=owner, by=lead, what="late", due=late)
    a_review_action(statement, by=lead, what="by name", owner_name="Lorna", owner_agency="Police", due=soon)
    a_review_action(statement, by=lead, what="nobody", owner_name="", due=None)
    a_review_action(statement, by=lead, what="refers", owner_name="", due=None, points_to=["2:response"])
    a_review_action(statement, owner=gone, by=lead, what="left", due=soon)
    leaves(gone)
    done = a_review_action(statement, by=lead, what="done", owner_name="Lorna", owner_agency="Police", due=late)
    actions.close(done, status="done", outcome="The form is used now", by=lead)
    green = a_statement(a_review(by=lead, area="The south"), by=lead, level="2", stage="response", domain="outcomes")
    a_review_action(green, by=lead, what="south", owner_name="Mike")
    removed = a_statement(statement.review, by=lead)
    a_review_action(removed, by=lead, what="taken away")
    statements.remove(removed, reason="Said twice", by=lead)
    carried = a_review_action(statement, by=lead, what="carried")
    later = a_review_action(green, by=lead, what="carried on")
    ReviewAction.objects.filter(pk=later.pk).update(carried_from=carried)

    browser = signed_in(lead)
    live = {"late", "by name", "nobody", "refers", "left", "done", "south", "carried on"}
    assert shown(browser) == live
    assert shown(browser, earlier="on") == live | {"carried"}
    assert shown(browser, overdue="on") == {"late"}
    assert shown(browser, nobody="on") == {"nobody", "left"}
    assert shown(browser, left="on") == {"left"}
    assert shown(browser, status="done") == {"done"}
    assert shown(browser, review=statement.review_id) == live - {"south", "carried on"}
    assert shown(browser, level="2", stage="response", domain="outcomes") == {"south", "carried on"}
    assert shown(browser, q="peers are NOT") == live - {"south", "carried on"}
    assert shown(browser, q="South") == {"south"}
    assert shown(browser, lead=owner.pk) == {"late"}
    page = browser.get(ALL, {"status": "done"}).content.decode()
    assert "What came of it: The form is used now" in page
    leads = {one.words: one for one in browser.get(ALL).context["leads"]}
    assert (leads["Lorna, Police"].open, leads["Lorna, Police"].done) == (1, 1)
    assert (leads["Sarah Cole"].overdue, leads["Nobody yet"].open) == (1, 1)
    assert leads["Nobody yet"].stands_out
    assert leads["Josie Lane (has left)"].stands_out
    assert not leads["As in the parts they refer to"].stands_out
    assert shown(browser, lead=leads["Lorna, Police"].code) == {"by name", "done"}
    assert "Lorna" not in leads["Lorna, Police"].code
    by_lead = [action.what for action in browser.get(ALL, {"sort": "lead"}).context["page"]]
    assert set(by_lead[:2]) == {"nobody", "refers"}  # who has no lead stands first
    assert by_lead[-1] == "late"
    assert [action.what for action in browser.get(ALL).context["page"]][-1] == "done"


@pytest.mark.parametrize(
    "query",
    [
        "lead=%00", "lead=99999999999999999999", "lead=n1", "status=x", "review=1", "level=3", "sort=x", "page=x",
        "page=99999999999999999999", "q=%00", "q=" + "x" * 5000, "stage=%F0%9F%98%80", "lead=me&lead=nobody",
    ],
)  # fmt: skip
def test_what_no_filter_knows_is_no_error(signed_in, lead, statement, query):
    a_review_action(statement, by=lead)
    assert signed_in(lead).get(f"{ALL}?{query}").status_code == 200


def test_whoever_reads_no_reviews_sees_their_own_actions_alone(signed_in, lead, statement):
    owner = a_person(Role.PRACTITIONER)
    a_review_action(statement, owner=owner, by=lead, what="mine")
    a_review_action(statement, by=lead, what="not mine", owner_name="Lorna Reid")
    page = signed_in(owner).get(ALL)
    assert [action.what for action in page.context["page"]] == ["mine"]
    assert "Lorna Reid" not in page.content.decode()
    assert reverse("reviews:board", args=[statement.review_id, "1"]) not in page.content.decode()
    assert "No action is yours" in signed_in(a_person(Role.PRACTITIONER)).get(ALL).content.decode()


def test_several_actions_get_a_lead_at_once_and_one_notice(signed_in, lead, statement):
    owner, gone = a_person(Role.PRACTITIONER), a_person(Role.PRACTITIONER)
    none = [a_review_action(statement, by=lead, owner_name="") for _ in range(3)]
    left = a_review_action(statement, owner=gone, by=lead)
    theirs = a_review_action(statement, by=lead, owner_name="Lorna")
    rounds.close(statement.review, reason="We go on", by=lead)  # it is follow-up: a closed round does not stop it
    leaves(gone)
    browser = signed_in(lead)
    ids = "&".join(f"action={one.pk}" for one in (*none, left, theirs))
    url = f"{reverse('reviews:give-lead')}?{ids}&action=nonsense&action={uuid4()}"
    assert "Give 4 actions a lead" in browser.get(url).content.decode()
    assert "Choose who leads it" in browser.post(url, {"who": "here"}).content.decode()
    for _ in range(2):  # the same form sent twice
        answer = browser.post(url, {"who": "here", "owner": owner.pk}, follow=True)
        assert "4 actions have a lead now" in answer.content.decode()
    assert ReviewAction.objects.of_owner(owner).count() == 4
    theirs.refresh_from_db()
    assert theirs.owner_name == "Lorna"
    assert [notice.words for notice in Notice.objects.filter(user=owner)] == [
        "4 actions of system reviews are yours to do."
    ]
    assert AuditEvent.objects.filter(act="review-action.changed").count() == 4
    assert not Notice.objects.filter(user=gone, key__startswith=f"review-action:{left.pk}:").unread().exists()
    with pytest.raises(ActRefused, match="None of these"):
        follow.give_lead([theirs.pk], owner=owner, by=lead)
    leaves(owner)
    owner.refresh_from_db()
    with pytest.raises(ActRefused, match="has left"):
        follow.give_lead([none[0].pk], owner=owner, by=lead)


def test_what_got_a_lead_meanwhile_keeps_it(signed_in, lead, statement):
    first, second = (a_review_action(statement, by=lead, owner_name="") for _ in range(2))
    follow.give_lead([first.pk], owner_name="Lorna", by=a_person(Role.LEAD))
    url = f"{reverse('reviews:give-lead')}?action={first.pk}&action={second.pk}"
    page = signed_in(lead).post(url, {"who": "elsewhere", "owner_name": "Mike"}, follow=True).content.decode()
    assert "1 action has a lead now" in page
    assert "1 action has left" not in page
    assert "1 action was left as it is" in page
    assert set(ReviewAction.objects.values_list("owner_name", flat=True)) == {"Lorna", "Mike"}


@pytest.mark.django_db(transaction=True)
def test_two_who_give_the_same_actions_a_lead_do_not_block_each_other(lead):
    found = [a_review_action(a_statement(a_review(by=lead), by=lead), by=lead, owner_name="").pk for _ in range(4)]
    answers = []

    def give(name, pks):
        try:
            answers.append(follow.give_lead(pks, owner_name=name, by=lead))
        except ActRefused as refused:
            answers.append(refused)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=give, args=("Lorna", found)),
        threading.Thread(target=give, args=("Mike", found[::-1])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(answers) == 2
    assert ReviewAction.objects.values("owner_name").distinct().count() == 1


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=timezone.get_current_timezone())


def told(person) -> list[str]:
    return [notice.words for notice in Notice.objects.filter(user=person).order_by("created_at", "words")]


def test_leads_are_reminded_before_the_day_after_it_and_every_week(lead, statement):
    owner = a_person(Role.PRACTITIONER)
    due = TODAY + timedelta(days=30)
    action = a_review_action(statement, owner=owner, by=lead, due=due, what="Ask about Kai Mensah")
    Notice.objects.all().delete()
    for days, number in ((-10, 0), (-3, 1), (-2, 1), (0, 1), (1, 2), (7, 2), (8, 3), (15, 4)):
        reminders.remind_of_reviews(at(due + timedelta(days=days)))
        assert len(told(owner)) == number, days
    assert all("Your action of the system review of" in words for words in told(owner))
    assert not any("Kai" in words or "north" in words for words in told(owner))
    url = {notice.url for notice in Notice.objects.filter(user=owner)}
    assert url == {reverse("reviews:action", args=[action.pk])}


def test_nobody_is_reminded_of_what_is_not_live(lead, statement):
    owner, gone = a_person(Role.PRACTITIONER), a_person(Role.PRACTITIONER)
    late = TODAY - timedelta(days=1)
    done = a_review_action(statement, owner=owner, by=lead, due=late)
    actions.close(done, status="dropped", outcome="No money", by=lead)
    carried = a_review_action(statement, owner=owner, by=lead, due=late)
    later = a_review_action(statement, by=lead)
    ReviewAction.objects.filter(pk=later.pk).update(carried_from=carried)
    removed = a_statement(statement.review, by=lead)
    a_review_action(removed, owner=owner, by=lead, due=late)
    statements.remove(removed, reason="Twice", by=lead)
    a_review_action(statement, owner=gone, by=lead, due=late)
    leaves(gone)
    Notice.objects.all().delete()
    assert reminders.remind_of_reviews(at(TODAY)) == 0


def test_whoever_leads_a_review_has_a_digest_each_week_with_something_to_say(lead, statement):
    monday = date(2027, 3, 1)
    a_review_action(statement, by=lead, due=monday - timedelta(days=1))
    a_review_action(statement, by=lead, due=monday + timedelta(days=7))
    a_review_action(statement, by=lead, due=monday + timedelta(days=8))
    a_review_action(statement, by=lead, owner_name="", due=None)
    done = a_review_action(statement, by=lead, due=None)
    quiet = a_review(by=lead)
    a_review_action(a_statement(quiet, by=lead), by=lead, due=monday + timedelta(days=100))
    assert digests.send_digests(at(monday)) == 1
    day = f"{TODAY.day} {TODAY:%B %Y}"
    assert told(lead) == [f"Actions of the system review of {day}: 1 overdue, 1 due within a week, 1 without a lead."]
    assert Notice.objects.get().url == f"/reviews/actions/?review={statement.review_id}"
    assert digests.send_digests(at(monday + timedelta(days=6))) == 0  # once a week
    actions.close(done, status="done", outcome="Used", by=lead, at=at(monday + timedelta(days=2)))
    assert digests.send_digests(at(monday + timedelta(days=7))) == 1
    assert "2 overdue" not in told(lead)[-1]  # due on that day, so not overdue yet
    assert "1 done since the last digest" in told(lead)[-1]
    digests.send_digests(at(monday + timedelta(days=14)))
    assert "done since" not in told(lead)[-1]
    notices.send_waiting()
    assert all("north" not in f"{message.subject}{message.body}" for message in mail.outbox)


def test_of_a_review_without_a_lead_everybody_who_keeps_reviews_is_told(lead, statement):
    second, manager = a_person(Role.LEAD), a_person(Role.MANAGER)
    a_review_action(statement, by=lead, owner_name="", due=None)
    leaves(lead)
    assert digests.send_digests(at(TODAY)) == 1
    assert (len(told(second)), told(lead), told(manager)) == (1, [], [])


def test_the_digest_costs_the_same_for_many_reviews(lead, django_assert_max_num_queries):
    for _ in range(12):
        a_review_action(a_statement(a_review(by=lead), by=lead), by=lead, owner_name="")
    with django_assert_max_num_queries(8):
        assert digests.send_digests(at(TODAY)) == 12


def home(person) -> dict:
    return {work.heading: work for work in work_for(person)}


def test_home_has_the_actions_and_the_reviews_that_wait(lead, statement):
    owner = a_person(Role.PRACTITIONER)
    a_review_action(statement, owner=owner, by=lead, what="later", due=TODAY + timedelta(days=9))
    a_review_action(statement, owner=owner, by=lead, what="late", due=TODAY - timedelta(days=1))
    lines = home(owner)["Your actions of system reviews"].lines
    assert [(line.words, line.warning) for line in lines] == [("late", "Overdue"), ("later", "")]
    assert "System reviews that need you" not in home(lead)
    a_review_action(statement, by=lead, owner_name="", due=None)
    soon = a_review(by=lead, next_on=TODAY + timedelta(days=10), on=TODAY - timedelta(days=100))
    late = a_review(by=lead, next_on=TODAY - timedelta(days=1), on=TODAY - timedelta(days=100))
    a_review(by=lead, next_on=TODAY + timedelta(days=100))
    a_review(by=a_person(Role.LEAD), next_on=TODAY)  # somebody else leads it
    found = {line.words.partition(",")[0]: line for line in home(lead)["System reviews that need you"].lines}
    assert set(found) == {statement.review.area, soon.area, late.area}
    assert found["The north"].note == "1 action needs a lead"
    assert found["The north"].url == f"/reviews/actions/?review={statement.review_id}&nobody=on"
    assert "is due on" in found[soon.area].note
    assert (found[late.area].warning, "was due on" in found[late.area].note) == ("Overdue", True)


def test_the_reviews_and_actions_of_who_leaves_stand_out_and_are_handed_over(signed_in, lead, statement):
    owner = a_person(Role.PRACTITIONER)
    action = a_review_action(statement, owner=owner, by=lead)
    rounds.close(statement.review, by=lead)
    second = a_person(Role.LEAD)
    assert "System reviews that need you" not in home(second)
    leaves(lead)
    leaves(owner)
    (line,) = home(second)["System reviews that need you"].lines
    assert line.note == "Malik Thornton, who led it, has left. 1 action needs a lead"
    browser = signed_in(second)
    assert "Malik Thornton (has left)" in browser.get(statement.review.get_absolute_url()).content.decode()
    url = reverse("reviews:lead-review", args=[statement.review_id])
    assert "Choose who leads the review" in browser.post(url, {"lead": ""}).content.decode()
    assert "<title>Error:" in browser.post(url, {"lead": lead.pk}).content.decode()
    third = a_person(Role.LEAD)
    version = str(rounds.Review.objects.get(pk=statement.review_id).version)
    assert browser.post(url, {"lead": third.pk, "version": "1"}).status_code == 409
    assert browser.post(url, {"lead": third.pk, "version": version}).status_code == 302
    assert "You lead the system review of" in told(third)[0]
    page = browser.get(actions.page_of(action)).content.decode()
    give = f"{reverse('reviews:give-lead')}?action={action.pk}"
    assert give in page
    browser.post(give, {"who": "here", "owner": second.pk})
    action.refresh_from_db()
    assert action.owner == second
    assert "System reviews that need you" not in home(second)
