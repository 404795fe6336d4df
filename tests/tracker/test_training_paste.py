"""Pasting a list of names for a course, and the Excel export of the training register."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from accounts.permissions import Role
from consultations.services import access
from core import jobs
from core.models import AuditEvent, Job, Notice
from core.models.jobs import JobStatus
from tests.factories import a_champion, a_course, a_person, a_referral, a_team, an_attendance
from tracker import exports
from tracker.forms.training_paste import MOST_LINES, Line, read_lines
from tracker.models import TrainingAttendance
from tracker.services import training


@pytest.fixture(autouse=True)
def quiet_bell(monkeypatch):
    monkeypatch.setattr(jobs, "ring", lambda job_id: True)


@pytest.fixture
def manager():
    return a_person(Role.MANAGER, team=a_team("Contextual Safeguarding"))


@pytest.fixture
def browser(signed_in, manager):
    return signed_in(manager)


def words_of(response) -> str:
    return " ".join(response.content.decode().split())


# ---------------------------------------------------------------- reading lines
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Helen Marsh", [Line(1, "Helen Marsh")]),
        ("Helen Marsh, CIN Unit 1", [Line(1, "Helen Marsh", "CIN Unit 1")]),
        ("Helen Marsh\tCIN Unit 1\tChildren's social care", [Line(1, "Helen Marsh", "CIN Unit 1",
                                                                  "Children's social care")]),
        ("Helen Marsh; CIN Unit 1", [Line(1, "Helen Marsh", "CIN Unit 1")]),
        ("\n  \r\n1. Helen   Marsh ,, CIN Unit 1\n- Oona Blake\n",
         [Line(3, "Helen Marsh", "CIN Unit 1"), Line(4, "Oona Blake")]),
        ("Helen Marsh <h.marsh@school.example>; Oona Blake <oona@example.org>;",
         [Line(1, "Helen Marsh"), Line(1, "Oona Blake")]),
        ("Helen Marsh, h.marsh@school.example, CIN Unit 1", [Line(1, "Helen Marsh", "CIN Unit 1")]),
        ("1066 Youth Project", [Line(1, "1066 Youth Project")]),
        (", CIN Unit 1\n;;;\n@\n-", []),
    ],
)  # fmt: skip
def test_lines_are_read_as_people_write_them(text, found):
    assert read_lines(text) == found


@given(st.text(max_size=400))
def test_no_text_breaks_the_reading_and_no_address_is_kept(text):
    for line in read_lines(text):
        assert line.name == " ".join(line.name.split())
        assert line.name
        assert "@" not in line.name + line.team + line.agency
        assert 1 <= line.number <= len(text.splitlines())


plain = st.from_regex(r"[A-Z][a-zé'’]{0,12}( [A-Z][a-z]{1,12}){0,2}", fullmatch=True)


@given(st.lists(st.tuples(plain, plain), max_size=20), st.sampled_from([", ", ",", "\t", " ; "]))
def test_every_name_comes_out_as_it_went_in(pairs, between):
    text = "\n".join(f"{name}{between}{team}" for name, team in pairs)
    found = [Line(number, name, team) for number, (name, team) in enumerate(pairs, start=1)]
    assert read_lines(text) == found


# ---------------------------------------------------------------- preview and adding
def send(browser, course, people, **more):
    data = {"people": people, "status": "attended", **more}
    return browser.post(reverse("tracker:training-paste", args=[course.pk]), data)


@pytest.mark.django_db
def test_a_list_is_shown_before_anything_is_saved_and_then_added(browser):
    course, team = a_course(), a_team("CIN Unit 1")
    person = a_person(Role.PRACTITIONER, name="Rowan Ellis", team=team)
    text = "rowan ellis\nHelen Marsh, cin unit 1\nOona Blake, Children's social care\nNobody Known"
    shown = send(browser, course, text)
    assert shown.status_code == 200
    assert not TrainingAttendance.objects.exists()
    assert not [field for field in shown.context["form"] if not field.is_hidden]
    assert "Add 4 people" in words_of(shown)
    send(browser, course, text, confirm="1")
    rows = {one.who: one for one in course.people.select_related("person", "team", "agency")}
    assert (rows["Rowan Ellis"].person, rows["Rowan Ellis"].team) == (person, team)
    assert (rows["Helen Marsh"].person, rows["Helen Marsh"].team) == (None, team)
    assert (rows["Oona Blake"].team, rows["Oona Blake"].agency) == (None, team.agency)
    assert (rows["Nobody Known"].team, rows["Nobody Known"].agency) == (None, None)
    added = AuditEvent.objects.get(act="training-course.people-added")
    assert added.detail["who"] == ["Rowan Ellis", "Helen Marsh", "Oona Blake", "Nobody Known"]


@pytest.mark.django_db
def test_a_team_that_is_not_known_is_asked_once_and_has_to_be_answered(browser):
    course, team, police = a_course(), a_team("CIN Unit 1"), a_team("Missing", "Police")
    text = "Helen Marsh, Unit one\nOona Blake, UNIT ONE\nPC Stone, The Force\nSam Low, Anything"
    shown = send(browser, course, text)
    asked = {field.name: field.label for field in shown.context["form"] if not field.is_hidden}
    assert asked == {
        "team-0": "Which team is “Unit one”?",
        "team-1": "Which team is “The Force”?",
        "team-2": "Which team is “Anything”?",
    }
    answers = {"team-0": f"team:{team.pk}", "team-1": f"agency:{police.agency_id}"}
    refused = send(browser, course, text, confirm="1", **answers)
    assert "Choose which team “Anything” is" in words_of(refused)
    assert f'value="team:{team.pk}" selected' in words_of(refused)
    assert not course.people.exists()
    for wrong in ("team:999999", "team:x", "agency:", "nonsense", "a\x00b"):
        assert send(browser, course, text, confirm="1", **answers | {"team-2": wrong}).status_code == 200
    assert not course.people.exists()
    send(browser, course, text, confirm="1", **answers | {"team-2": "none"})
    found = {one.who: (one.team, one.agency) for one in course.people.all()}
    assert found == {
        "Helen Marsh": (team, team.agency),
        "Oona Blake": (team, team.agency),
        "PC Stone": (None, police.agency),
        "Sam Low": (None, None),
    }


@pytest.mark.django_db
def test_two_teams_of_one_name_are_told_apart_by_the_agency_or_asked(browser):
    course = a_course()
    first, second = a_team("Duty team", "Police"), a_team("Duty team", "Health")
    send(browser, course, "Helen Marsh, Duty team, health", confirm="1")
    assert course.people.get().team == second
    asked = send(browser, course, "Oona Blake, Duty team").context["form"]
    assert "team-0" in asked.fields
    send(browser, course, "Oona Blake, Duty team", confirm="1", **{"team-0": f"team:{first.pk}"})
    assert course.people.get(name="Oona Blake").team == first


@pytest.mark.django_db
def test_whose_account_is_meant_is_asked_where_it_is_not_clear(browser):
    course, here, there = a_course(), a_team("Here"), a_team("There")
    first, second = (a_person(name="Rowan Ellis", team=team) for team in (here, there))
    stranger = a_person(name="Somebody Else")
    for text, asked in (("Rowan Ellis", True), ("Rowan Ellis, Here", False), ("Somebody Else, Here", True)):
        assert ("who-0" in send(browser, course, text).context["form"].fields) is asked, text
    refused = send(browser, course, "Rowan Ellis", confirm="1", **{"who-0": str(stranger.pk)})
    assert "with one of the options" in words_of(refused)
    send(browser, course, "Rowan Ellis", confirm="1", **{"who-0": str(second.pk)})
    send(browser, course, "Rowan Ellis, Here", confirm="1")
    send(browser, course, "Somebody Else, Here", confirm="1", **{"who-0": "none"})
    found = {(one.person, one.who, one.team) for one in course.people.all()}
    assert found == {(second, "Rowan Ellis", there), (first, "Rowan Ellis", here), (None, "Somebody Else", here)}
    page = words_of(send(browser, course, "Rowan Ellis"))
    assert first.email not in page
    assert second.email not in page


@pytest.mark.django_db
def test_the_team_chosen_for_the_list_is_for_lines_without_one_and_without_an_account(browser):
    course, team, own = a_course(), a_team("Chosen"), a_team("Own")
    a_person(name="Rowan Ellis", team=own)
    send(browser, course, "Helen Marsh\nRowan Ellis\nOona Blake, Own", team=team.pk, confirm="1")
    assert {one.who: one.team for one in course.people.all()} == {
        "Helen Marsh": team, "Rowan Ellis": own, "Oona Blake": own,
    }  # fmt: skip


@pytest.mark.django_db
def test_who_is_there_already_or_stands_twice_is_left_out_and_said(browser):
    course, team = a_course(), a_team("CIN Unit 1")
    an_attendance(course, name="Helen Marsh", team=team, status="absent")
    text = "helen marsh, CIN Unit 1\nOona Blake, CIN Unit 1\nOONA BLAKE, CIN Unit 1"
    assert "On the list already" in words_of(send(browser, course, text))
    answer = browser.post(
        reverse("tracker:training-paste", args=[course.pk]),
        {"people": text, "status": "attended", "confirm": "1"},
        follow=True,
    )
    assert "1 person is added to the list." in words_of(answer)
    assert "2 lines were left out" in words_of(answer)
    assert sorted(course.people.values_list("name", "status")) == [
        ("Helen Marsh", "absent"),
        ("Oona Blake", "attended"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Enter the names, one a line"),
        (" \n,\n", "Enter the names, one a line"),
        ("Good Name\n" + "x" * 201, "The name in line 2 must be 200 characters or fewer"),
        ("\n".join(f"Name {n}" for n in range(MOST_LINES + 1)), "There must be 300 names or fewer at once"),
        ("\n".join(f"Surname, First {n}" for n in range(31)), "Write the name first, then a comma"),
        ("x" * 60_001, "Names must be 60000 characters or fewer"),
        ("Helen\x00Marsh", "must not contain characters that cannot be stored"),
    ],
)
def test_what_is_wrong_with_a_list_is_said_and_the_list_stays(browser, text, message):
    course = a_course()
    for more in ({}, {"confirm": "1"}):
        answer = send(browser, course, text, **more)
        assert answer.status_code == 200
        assert message in words_of(answer)
        assert answer.context["page"].form["people"].value() == text.strip()
    assert not course.people.exists()


@pytest.mark.django_db
def test_the_list_can_be_changed_after_it_was_shown(browser):
    course = a_course()
    answer = send(browser, course, "Helen Marsh, Nowhere", again="1")
    assert answer.context["page"].form["people"].value() == "Helen Marsh, Nowhere"
    assert "Please say what is meant" not in words_of(answer)
    assert not course.people.exists()


@pytest.mark.django_db
def test_a_long_list_costs_as_many_queries_as_a_short_one(browser, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost(number: int) -> int:
        course = a_course()
        text = "\n".join(f"Name {each}, CIN Unit 1" for each in range(number))
        with CaptureQueriesContext(connection) as captured:
            assert send(browser, course, text, confirm="1").status_code == 302
        assert course.people.count() == number
        return len(captured)

    a_team("CIN Unit 1")
    assert cost(200) == cost(2)


# ---------------------------------------------------------------- export
def export(browser, filters: str = "") -> Job:
    answer = browser.post(reverse("tracker:training-export"), {"filters": filters})
    job = Job.objects.get(pk=answer.url.rstrip("/").split("/")[-1])
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.DONE, job.failure
    return job


def book_of(browser, job: Job):
    answer = browser.get(reverse("tracker:training-download", args=[job.pk]))
    assert answer.status_code == 200
    return load_workbook(io.BytesIO(answer.content))


def rows_of(sheet) -> list[dict]:
    lines = [line for line in sheet.iter_rows(values_only=True) if any(value is not None for value in line)]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


@pytest.mark.django_db
def test_the_workbook_equals_the_register(browser, manager):
    team = a_team("CIN Unit 1")
    course = a_course(title="=1+1", notes="=HYPERLINK('x')", days_ago=10)
    left = a_person(name="Rowan Ellis", team=team, active=False)
    an_attendance(course, person=left)
    an_attendance(course, name="@cmd", status="booked")
    training.remove(an_attendance(course, name="Removed"), by=manager)
    a_champion(name="Helen Marsh", team=team, since=timezone.localdate() - timedelta(days=50))
    a_referral("signposted", by=a_person(Role.PRACTITIONER, team=team))
    book = book_of(browser, export(browser))
    assert book.sheetnames == ["Courses", "People", "Champions", "Teams", "About"]
    [row] = rows_of(book["Courses"])
    assert (row["Title"], row["Hours"], row["Attended"], row["Booked"], row["Did not come"]) == ("=1+1", 3, 1, 1, 0)
    assert row["Date"].date() == course.held_on
    people = {row["Name"]: row for row in rows_of(book["People"])}
    assert set(people) == {"Rowan Ellis", "@cmd"}
    assert (people["Rowan Ellis"]["Team"], people["Rowan Ellis"]["Has left"]) == ("CIN Unit 1", "Y")
    assert people["@cmd"]["Attendance"] == "Booked"
    assert [row["Name"] for row in rows_of(book["Champions"])] == ["Helen Marsh"]
    [row] = [row for row in rows_of(book["Teams"]) if row["Team"] == "CIN Unit 1"]
    assert (row["Trained ever"], row["Referrals in the last 12 months"], row["Of these signposted"]) == (1, 1, 1)
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert left.email not in {str(cell.value) for cell in cells}
    assert Notice.objects.filter(user=manager, words__contains="training register is ready").exists()


@pytest.mark.django_db
def test_a_leads_workbook_says_nothing_of_referrals(signed_in):
    a_referral("signposted", by=a_person(Role.PRACTITIONER, team=a_team("CIN Unit 1")))
    lead = signed_in(a_person(Role.LEAD))
    book = book_of(lead, export(lead))
    text = str([line for sheet in book for line in sheet.iter_rows(values_only=True)])
    assert "CIN Unit 1" in text
    assert "eferr" not in text
    assert "ignpost" not in text


@pytest.mark.django_db
def test_the_export_is_of_the_filter_and_says_so(browser):
    a_course(title="One", kind="Bystander programme")
    other = a_course(title="Other")
    an_attendance(other, name="Helen Marsh")
    job = export(browser, "kind=Bystander+programme&nonsense=1&q=a%00b")
    book = book_of(browser, job)
    assert [row["Title"] for row in rows_of(book["Courses"])] == ["One"]
    assert rows_of(book["People"]) == []
    assert "Bystander programme" in words_of(browser.get(reverse("tracker:training-export-job", args=[job.pk])))


@pytest.mark.django_db
def test_exports_of_the_register_stand_under_your_exports(browser, signed_in):
    a_course()
    export(browser, "kind=Bystander+programme")
    job = Job.objects.get()
    link = f'href="{reverse("tracker:training-export-job", args=[job.pk])}"'
    listed = reverse("tracker:exports")
    assert link in browser.get(listed).content.decode()
    assert "Training register, Excel workbook" in browser.get(listed).content.decode()
    assert link not in signed_in(a_person(Role.MANAGER)).get(listed).content.decode()
    assert listed in browser.get(reverse("tracker:training-export-job", args=[job.pk])).content.decode()


@pytest.mark.django_db
def test_a_lead_finds_exports_of_the_register_and_none_of_the_tracker(signed_in):
    """Also not one of the time when they were a manager, and no way to the tracker."""
    lead = a_person(Role.LEAD)
    older, browser = exports.ask_for("", by=lead), signed_in(lead)
    page = browser.get(reverse("tracker:exports")).content.decode()
    assert "No exports yet" in page
    assert "Go to the training courses" in page
    assert "Go to the tracker" not in page
    export(browser)
    page = browser.get(reverse("tracker:exports")).content.decode()
    assert page.count("Training register, Excel workbook") == 1
    assert str(older.pk) not in page


@pytest.mark.django_db
def test_rights_lost_between_asking_and_downloading(browser, manager):
    job = export(browser)
    manager.role_grants.all().delete()
    assert browser.get(reverse("tracker:training-download", args=[job.pk])).status_code == 403


@pytest.mark.django_db
def test_who_is_a_lead_by_now_does_not_get_the_referrals_of_teams_from_an_older_file(browser, manager, signed_in):
    a_referral("signposted", by=a_person(Role.PRACTITIONER, team=a_team("CIN Unit 1")))
    job = export(browser)
    manager.role_grants.update(role=Role.LEAD)
    browser = signed_in(type(manager).objects.get(pk=manager.pk))
    for name in ("training-export-job", "training-download"):
        assert browser.get(reverse(f"tracker:{name}", args=[job.pk])).status_code == 404
    own = export(browser)
    manager.role_grants.update(role=Role.MANAGER)
    assert "ignpost" not in str(list(book_of(browser, own)["Teams"].iter_rows(values_only=True)))


@pytest.mark.django_db
def test_a_file_with_referrals_goes_when_one_of_them_is_restricted(browser):
    referral = a_referral("signposted", by=a_person(Role.PRACTITIONER, team=a_team("CIN Unit 1")))
    job = export(browser)
    other = a_person(Role.MANAGER)
    access.restrict(referral, reason="Family of staff", people=[], by=other)
    assert browser.get(reverse("tracker:training-download", args=[job.pk])).status_code == 404
    assert book_of(browser, export(browser))


@pytest.mark.django_db
def test_filters_that_are_too_long_to_keep_are_refused_not_cut(browser):
    answer = browser.post(reverse("tracker:training-export"), {"filters": "q=zzz&" * 2000 + "kind=Bystander"})
    assert answer.status_code == 409
    assert "too long to be kept" in answer.content.decode()
    assert not Job.objects.exists()
