"""The training register: courses, who was there, and their histories."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from core.models import AuditEvent, FormDraft
from tests.factories import a_champion, a_course, a_person, a_team, an_attendance
from tests.permissions.requests import date_parts
from tracker.models import TrainingAttendance, TrainingCourse
from tracker.services import training

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return a_person(Role.MANAGER, team=a_team("Contextual Safeguarding"))


@pytest.fixture
def browser(signed_in, manager):
    return signed_in(manager)


def page(browser, name, *args, **query):
    return browser.get(reverse(f"tracker:{name}", args=args), query)


def words_of(response) -> str:
    return " ".join(response.content.decode().split())


def course_form(**values) -> dict:
    return {
        "title": "Introduction", "kind": "Introduction", "hours": "1.5", "version": "1",
        **date_parts("held_on"), **values,
    }  # fmt: skip


# ---------------------------------------------------------------- courses
def test_a_course_is_added_found_and_changed(browser, manager):
    answer = browser.post(reverse("tracker:training-add-course"), course_form(trainer="Amina  Rahman"), follow=True)
    assert answer.status_code == 200
    course = TrainingCourse.objects.get()
    assert (course.title, float(course.hours), course.added_by) == ("Introduction", 1.5, manager)
    assert "1.5" in words_of(answer)
    url = reverse("tracker:training-change-course", args=[course.pk])
    browser.post(url, course_form(title="Introduction, half a day", place="Library"))
    course.refresh_from_db()
    assert (course.title, course.place, course.version) == ("Introduction, half a day", "Library", 2)
    acts = AuditEvent.objects.filter(subject_id=str(course.pk)).order_by("at").values_list("act", flat=True)
    assert list(acts) == ["training-course.added", "training-course.changed"]
    changed = AuditEvent.objects.get(act="training-course.changed")
    assert changed.detail["title"] == ["Introduction", "Introduction, half a day"]


def test_the_same_course_sent_twice_is_one(browser):
    for _ in range(2):
        browser.post(reverse("tracker:training-add-course"), course_form())
    assert TrainingCourse.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"title": " "}, "Enter the title of the course"),
        ({"kind": ""}, "Enter the kind of course"),
        ({"held_on_day": "31", "held_on_month": "2"}, "The date must be a real date"),
        ({"held_on_year": "2099"}, "The date must be within a year from today"),
        ({"held_on_year": "1066"}, "The date must be after 1 January 1990"),
        ({"hours": "0"}, "Hours must be between 0.5 and 200"),
        ({"hours": "9999999"}, "Hours must be 200 or fewer"),
        ({"hours": "1.55"}, "at most one decimal place"),
        ({"hours": "some"}, "Hours must be a number, like 3 or 1.5"),
        ({"hours": "NaN"}, "Hours must be a number, like 3 or 1.5"),
        ({"notes": "x" * 100_001}, "Notes must be 100000 characters or fewer"),
        ({"title": "a\x00b"}, "Title must not contain characters that cannot be stored"),
    ],
)
def test_what_is_wrong_with_a_course_is_said_and_nothing_is_lost(browser, values, message):
    answer = browser.post(reverse("tracker:training-add-course"), course_form(place="The old library", **values))
    assert message in words_of(answer)
    assert "The old library" in words_of(answer)
    assert not TrainingCourse.objects.exists()


def test_two_who_change_a_course_see_each_other(browser):
    course = a_course(title="As it was")
    values = {name: getattr(course, name) for name in training.FIELDS}
    training.change_course(course, values | {"place": "Town hall"}, version=1, by=a_person(Role.LEAD))
    url = reverse("tracker:training-change-course", args=[course.pk])
    answer = browser.post(url, course_form(title="My title", place="Library"))
    assert answer.status_code == 409
    assert "Saved meanwhile: Town hall" in words_of(answer)
    assert "My title" in words_of(answer)
    course.refresh_from_db()
    assert course.title == "As it was"
    assert browser.post(url, course_form(title="My title", version="2")).status_code == 302


def test_the_list_is_filtered_sorted_and_counted(browser):
    old = a_course(title="Old bystander course", kind="Bystander programme", days_ago=400)
    new = a_course(title="New consultation course", place="Lock keeper’s house", days_ago=20)
    an_attendance(old)
    an_attendance(old, status="booked")
    an_attendance(old, status="absent")
    training.remove(an_attendance(old), by=old.added_by)
    person, team = a_person(team=a_team()), a_team()
    for course in (old, new):
        an_attendance(course, person=person)
        an_attendance(course, name="Helen Marsh", team=team)
    an_attendance(old, name="Helen Marsh")  # of no team: somebody else

    def listed(**query):
        return [row.title for row in page(browser, "training", **query).context["page"]]

    assert listed() == [new.title, old.title]
    assert listed(sort="date") == listed(sort="-attended") == [old.title, new.title]
    assert "2 courses; 4 people attended." in words_of(page(browser, "training"))
    assert listed(kind="Bystander programme") == [old.title]
    assert listed(q="lock keeper") == [new.title]
    day = timezone.localdate() - timedelta(days=100)
    assert listed(**date_parts("held_to", day)) == [old.title]
    assert listed(**date_parts("held_from", day)) == [new.title]
    [row] = page(browser, "training", kind="Bystander programme").context["page"]
    assert (row.attended, row.booked, row.absent) == (4, 1, 1)
    nothing = words_of(page(browser, "training", q="zzzz"))
    assert "No course matches these filters" in nothing
    assert AuditEvent.objects.filter(act="searched", detail__words="zzzz").exists()


def test_a_course_is_deleted_only_while_nobody_attended(browser):
    course = a_course()
    one = an_attendance(course, status="booked")
    url = reverse("tracker:training-delete-course", args=[course.pk])
    assert "the list of 1 person who was booked or did not come" in words_of(browser.get(url))
    training.mark(course, {one.pk: ("booked", "attended")}, by=course.added_by)
    assert "This course stays in the register" in words_of(browser.get(url))
    assert browser.post(url).status_code == 409
    assert TrainingCourse.objects.exists()
    training.mark(course, {one.pk: ("attended", "absent")}, by=course.added_by)
    assert browser.post(url).status_code == 302
    assert not TrainingCourse.objects.exists()
    assert AuditEvent.objects.get(act="training-course.deleted").detail["people"] == 1


def test_a_course_that_was_deleted_meanwhile_refuses_in_words(browser):
    course = a_course()
    stale = TrainingCourse.objects.get(pk=course.pk)
    browser.post(reverse("tracker:training-delete-course", args=[course.pk]))
    with pytest.raises(training.ActRefused, match="deleted meanwhile"):
        training.add_person(stale, training.Who(name="Helen Marsh"), status="attended", by=course.added_by)


# ---------------------------------------------------------------- who was there
def add(browser, course, who: str, **values):
    url = reverse("tracker:training-course", args=[course.pk])
    return browser.post(url, {"who": who, "status": "attended", **values}, follow=True)


def test_an_account_is_found_by_what_the_page_suggests(browser):
    course, team = a_course(), a_team("CIN Unit 1")
    person = a_person(Role.PRACTITIONER, team=team, name="Rowan Ellis")
    shown = words_of(page(browser, "training-course", course.pk))
    assert '<option value="Rowan Ellis (CIN Unit 1)">' in shown
    assert person.email not in shown
    add(browser, course, "rowan  ellis (CIN unit 1)")
    made = course.people.get()
    assert (made.person, made.name, made.team, made.agency) == (person, "", team, team.agency)


def test_a_name_alone_finds_the_account_unless_another_team_is_given(browser):
    course, team = a_course(), a_team("Youth Justice", "Youth justice")
    person = a_person(Role.PRACTITIONER, team=a_team(), name="Rowan Ellis")
    add(browser, course, "Rowan Ellis")
    add(browser, course, "Rowan Ellis", team=team.pk)
    first, second = course.people.order_by("added_at")
    assert first.person == person
    assert (second.person, second.name, second.team) == (None, "Rowan Ellis", team)


def test_two_accounts_of_one_name_are_told_apart_by_the_suggestions(browser):
    course, team = a_course(), a_team("CIN Unit 1")
    a_person(name="Rowan Ellis", team=a_team())
    second = a_person(name="Rowan Ellis", team=team, active=False)
    assert "More than one person here has this name" in words_of(add(browser, course, "Rowan Ellis"))
    assert not course.people.exists()
    add(browser, course, "Rowan Ellis (CIN Unit 1), has left")
    assert course.people.get().person == second
    assert "(has left)" in words_of(page(browser, "training-course", course.pk))


@pytest.mark.parametrize("twice", ["account", "name"])
def test_the_same_person_stands_on_a_list_once(browser, twice):
    course, team = a_course(), a_team()
    person = a_person(name="Rowan Ellis", team=team)
    given = {"person": person} if twice == "account" else {"name": "Helen Marsh", "team": team}
    an_attendance(course, **given, status="booked")
    name, values = ("Rowan Ellis", {}) if twice == "account" else ("helen marsh", {"team": team.pk})
    answer = add(browser, course, name, **values)
    assert answer.status_code == 409
    assert "is on the list already: booked" in words_of(answer)
    assert course.people.count() == 1


def test_the_database_refuses_the_second_one_as_well():
    course, team = a_course(), a_team()
    person = a_person(team=team)
    for given in ({"person": person}, {"name": "Helen Marsh"}, {"name": "Helen Marsh", "team": team}):
        row = {"course": course, "added_by": course.added_by, "added_at": timezone.now(), **given}
        TrainingAttendance.objects.create(**row)
        with pytest.raises(IntegrityError), transaction.atomic():
            TrainingAttendance.objects.create(**row | {"name": row.get("name", "").upper()})


def test_who_attended_is_saved_for_all_at_once(browser):
    course = a_course(days_ago=0)
    one, other = an_attendance(course, status="booked"), an_attendance(course, status="booked")
    sent = {f"was-{row.pk}": "booked" for row in (one, other)}
    sent |= {f"status-{one.pk}": "attended", f"status-{other.pk}": "absent"}
    training.mark(course, {other.pk: ("booked", "attended")}, by=course.added_by)  # somebody else, meanwhile
    answer = browser.post(reverse("tracker:training-mark", args=[course.pk]), sent, follow=True)
    assert f"it stays as it is now: {other.name}: attended" in words_of(answer)
    assert set(course.people.values_list("status", flat=True)) == {"attended"}
    nonsense = {f"was-{one.pk}": "attended", f"status-{one.pk}": "asleep"}
    assert browser.post(reverse("tracker:training-mark", args=[course.pk]), nonsense).status_code == 302
    assert set(course.people.values_list("status", flat=True)) == {"attended"}


def test_somebody_is_removed_and_put_back(browser):
    course = a_course()
    one = an_attendance(course, name="Helen Marsh")
    url = reverse("tracker:training-remove", args=[one.pk])
    assert "Remove Helen Marsh?" in words_of(browser.get(url))
    assert course.people.there().exists()
    shown = browser.post(url, follow=True)
    assert not course.people.there().exists()
    assert "Put back" in words_of(shown)
    browser.post(url)  # sent twice
    back = reverse("tracker:training-put-back", args=[one.pk])
    browser.post(back)
    browser.post(back)
    assert course.people.there().get() == one
    acts = AuditEvent.objects.filter(act__startswith="training-course.person-").values_list("act", flat=True)
    assert sorted(acts) == [
        "training-course.person-added", "training-course.person-put-back", "training-course.person-removed",
    ]  # fmt: skip


def test_nobody_is_put_back_beside_themselves(browser):
    course = a_course()
    one = an_attendance(course, name="Helen Marsh")
    training.remove(one, by=course.added_by)
    an_attendance(course, name="helen marsh")
    answer = browser.post(reverse("tracker:training-put-back", args=[one.pk]))
    assert answer.status_code == 409
    assert course.people.there().count() == 1


# ---------------------------------------------------------------- histories
def test_the_history_of_a_person_holds_all_their_courses_and_nobody_elses(browser):
    team = a_team("CIN Unit 1")
    person = a_person(name="Rowan Ellis", team=team, active=False)
    first, second = a_course(title="First course", days_ago=300), a_course(title="Second course")
    mine = [an_attendance(course, person=person) for course in (first, second)]
    other = a_course(title="Course of somebody else")
    an_attendance(other, name="Rowan Ellis", team=team)
    a_champion(person=person, team=team)
    shown = words_of(page(browser, "training-person", mine[0].pk))
    assert "Has left. Attended 2 courses, 6 hours." in shown
    assert shown.index("Second course") < shown.index("First course")
    assert "Course of somebody else" not in shown
    assert "Champion of" in shown
    assert person.email not in shown


def test_the_history_of_a_name_is_of_its_team(browser):
    team = a_team()
    row = an_attendance(a_course(title="Here"), name="Helen Marsh", team=team)
    an_attendance(a_course(title="Here as well"), name="HELEN MARSH", team=team)
    an_attendance(a_course(title="Elsewhere"), name="Helen Marsh", team=a_team())
    an_attendance(a_course(title="No team"), name="Helen Marsh")
    titles = {one.course.title for one in page(browser, "training-person", row.pk).context["times"]}
    assert titles == {"Here", "Here as well"}


def test_a_team_keeps_who_was_trained_in_it(browser):
    before, after = a_team("Team before"), a_team("Team after")
    person = a_person(name="Rowan Ellis", team=before)
    an_attendance(a_course(title="The course"), person=person)
    person.team = after
    person.save()
    assert "The course" in words_of(page(browser, "training-team", before.pk))
    assert "Nobody of this team was on a course yet" in words_of(page(browser, "training-team", after.pk))


def test_what_is_typed_is_kept(browser, manager):
    course = a_course()
    from core import drafts

    token = drafts.sign(training.draft_key(course, "person"), manager)
    browser.post(reverse("core:keep-draft"), {"draft_key": token, "client": "c", "who": "Half a na"})
    assert "Half a na" in words_of(page(browser, "training-course", course.pk))
    add(browser, course, "Half a name")
    assert not FormDraft.objects.exists()


def test_a_cs_practitioner_reads_and_has_no_buttons(signed_in):
    reader = signed_in(a_person(Role.CS_PRACTITIONER))
    course = a_course()
    an_attendance(course)
    for name, args in (("training", []), ("training-course", [course.pk]), ("training-champions", [])):
        shown = words_of(page(reader, name, *args))
        for words in ("Add a", "Remove", "Delete", "Change", "Export to Excel", "known-people"):
            assert words not in shown, f"{name}: {words}"
