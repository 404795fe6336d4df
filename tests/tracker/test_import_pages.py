"""An import in the browser, step by step: what each page offers, refuses and leaves, whose it is, and undoing it."""

import io
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from accounts.models import Agency, Team
from accounts.permissions import Role
from consultations.models import Referral, YoungPerson
from consultations.services import access
from core import audit, jobs, uploads
from core.models import AuditEvent, FormDraft, Job, JobFile, Notice
from tests.factories import a_person, a_referral, a_team
from tests.imports import Browser
from tracker.models import ImportedReferral, ImportPart, ImportProfile, ImportRow, Theme, TrackerEntry, TrackerImport
from tracker.models.imports import Stage
from tracker.services import imports, imports_writing

pytestmark = pytest.mark.django_db
HEADINGS = ["Date", "Mosaic No.", "Referrer / team", "Agency", "Main concern", "Gangs", "Consultation?", "Notes"]
DAY = datetime(2024, 9, 5)  # noqa: DTZ001  (a cell of a workbook has no time zone)


def a_row(number="754341", **changes) -> list:
    given = {
        "day": DAY, "number": number, "referrer": "H. Adeyemi / Near team", "agency": "Police", "concern": "Peers",
        "gangs": "y", "outcome": "Yes 20/09/2024", "notes": "Joint visit",
    } | changes  # fmt: skip
    return list(given.values())


def a_file(*rows, headings=HEADINGS, title="Referrals", above=()) -> SimpleUploadedFile:
    book = Workbook()
    book.active.title = title
    for row in (*above, headings, *rows):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    book.close()
    return SimpleUploadedFile("Kai Mensah tracker.xlsx", out.getvalue())


@pytest.fixture
def manager():
    return a_person(Role.MANAGER)


@pytest.fixture
def browser(signed_in, manager):
    return Browser(signed_in(manager))


def nothing_is_left() -> bool:
    models = [Referral, YoungPerson, TrackerEntry, Team, Agency, ImportedReferral]
    return not any(model.objects.exists() for model in models)


def test_a_tracker_goes_in_step_by_step(browser, manager):
    of = browser.upload(a_file(a_row(), a_row("31/02/2024"), a_row(), ["TOTAL"], above=[["CONFIDENTIAL"], []]))
    assert browser.get("", of).url == browser.at("-sheet", of)
    page = browser.get("-sheet", of)
    assert page.context["form"]["row-0"].value() == 3
    assert browser.send("-sheet", of).url == browser.at("-columns", of)
    page = browser.get("-columns", of)
    assert "5 September 2024" in page.content.decode()
    assert browser.send("-columns", of).url == browser.at("", of)
    assert "Waiting to start" in browser.get("", of).content.decode()
    of = browser.run(of)
    assert of.stage == Stage.VALUES
    polled = browser.client.get(browser.at("", of), headers={"hx-request": "true"})
    assert (polled.status_code, polled.headers["HX-Redirect"]) == (200, browser.at("-words", of))
    body = browser.get("-words", of).content.decode()
    for words in ("Peers", "Near team", "Police", "Make it as a new team"):
        assert words in body
    assert browser.send("-words", of).status_code == 302
    of = browser.run(of)
    assert of.counts["referrals"] == {"remark": 1, "rejected": 1, "repeated": 1, "left-out": 1}
    assert not Referral.objects.exists()
    body = browser.get("-preview", of).content.decode()
    assert "Mosaic No. (B5): “31/02/2024” is a date, no case number" in body
    assert "Import 1 referral<" in body
    assert browser.send("-preview", of).url == browser.at("", of)
    of = browser.run(of)
    assert of.stage == Stage.IMPORTED
    body = browser.get("", of).content.decode()
    assert "1 referral</dd>" in body
    referral = Referral.objects.get()
    assert (referral.case_number, referral.referrer_name, referral.state) == ("754341", "H. Adeyemi", "held")
    assert (referral.team.name, referral.agency.name, referral.entry.primary_concern) == (
        "Near team", "Police", "peer-group",
    )  # fmt: skip
    assert referral.entry.feedback == "Joint visit"
    assert (referral.imported, referral.made_by, referral.reference) == (True, manager, "CS-2024-0001")
    assert Notice.objects.get(user=manager).words == "Your import into the tracker is done."
    assert "Mensah" not in browser.at("", of) + str(AuditEvent.objects.values_list("detail", flat=True))


def test_the_same_file_again_adds_nothing(browser):
    file = [a_row(), a_row("2", concern="School")]
    browser.imported(a_file(*file))
    of = browser.checked(a_file(*file))
    assert of.counts["referrals"] == {"there": 2}
    body = browser.get("-preview", of).content.decode()
    assert "No row of this file can be imported" in body
    assert browser.send("-preview", of).status_code == 409
    assert Referral.objects.count() == 2


def test_the_rest_comes_as_a_workbook_that_can_be_corrected_and_uploaded(browser):
    of = browser.imported(a_file(a_row(), a_row("tbc", notes="=1+1"), a_row()))
    answer = browser.get("-rest", of)
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="not-imported-')
    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == (*HEADINGS, "Row in the original", "What became of it", "Why")
    assert [row[-3] for row in rows[1:]] == [3, 4]
    assert rows[1][:2] == (DAY, "tbc")
    assert "no case number" in rows[1][-1]
    assert AuditEvent.objects.filter(act="tracker.import-check.downloaded").count() == 1
    sheet["B2"].value = "99"
    out = io.BytesIO()
    sheet.parent.save(out)
    again = browser.imported(SimpleUploadedFile("rest.xlsx", out.getvalue()))
    assert again.counts["referrals"] == {"remark": 1, "there": 1}
    assert set(Referral.objects.values_list("case_number", flat=True)) == {"754341", "99"}


def test_as_above_means_the_same_in_the_rest_though_other_rows_stand_above_it_there(browser):
    headings = [*HEADINGS, "Detail"]
    file = a_file(
        [*a_row("tbc", referrer="B. Other / Far team"), "Lock 4"], [*a_row("2"), "Skate ramp"],
        [*a_row("tbc", referrer="ditto"), "as above"], headings=headings,
    )  # fmt: skip
    of = browser.imported(file)
    sheet = load_workbook(io.BytesIO(browser.get("-rest", of).content)).active
    assert (sheet["C3"].value, sheet["I3"].value) == ("H. Adeyemi / Near team", "Skate ramp")
    sheet["B3"].value = "99"
    out = io.BytesIO()
    sheet.parent.save(out)
    browser.imported(SimpleUploadedFile("rest.xlsx", out.getvalue()))
    referral = Referral.objects.get(case_number="99")
    assert (referral.referrer_name, referral.team.name, referral.entry.detail) == (
        "H. Adeyemi", "Near team", "Skate ramp",
    )  # fmt: skip


def test_a_team_of_another_number_is_not_said_to_be_meant(browser):
    for name in ("CIN Unit 1", "Youth Justice"):
        a_team(name, agency="Police")
    file = a_file(
        *(a_row(str(each), referrer=f"A / {team}") for each, team in enumerate(["CIN Unit 7", "Yuoth Justice"]))
    )
    of = browser.upload(file)
    browser.send("-sheet", of)
    browser.send("-columns", of)
    body = browser.get("-words", browser.run(of)).content.decode()
    assert "Is “Youth Justice” meant?" in body
    assert "Is “CIN Unit 1” meant?" not in body
    assert "Guessed: spelled" not in body


@pytest.mark.parametrize("route", ["-sheet", "-columns", "-words", "-discard"])
def test_rows_that_are_not_taken_in_go_with_what_they_were_found_by(browser, route):
    of = browser.checked(a_file(a_row(), a_row("tbc")))
    assert JobFile.objects.count() == 1
    if route == "-discard":
        browser.client.post(browser.at(route, of))
    else:
        browser.send(route, of)
    assert not JobFile.objects.exists()


def test_a_theme_that_is_renamed_after_the_check_is_not_made_a_second_time(browser):
    of = browser.checked(a_file(a_row()))
    Theme.objects.filter(name="Gangs").update(name="Groups")
    before = Theme.objects.count()
    browser.send("-preview", of)
    of = browser.run(of)
    assert "There is no theme “Gangs” any more" in of.import_job.failure
    assert (Theme.objects.count(), Referral.objects.count()) == (before, 0)


def test_what_was_matched_is_remembered_for_the_same_headings_and_can_be_forgotten(browser):
    of = browser.upload(a_file(a_row()))
    browser.send("-sheet", of)
    browser.send("-columns", of, **{"column-7": ""})
    of = browser.run(of)
    field = next(name for name in browser.get("-words", of).context["page"].form.fields if "concern" in name)
    browser.send("-words", of, **{field: "home"})
    of = browser.run(of)
    browser.send("-preview", of, remember_as="Youth justice")
    browser.run(of)
    assert Referral.objects.get().entry.primary_concern == "home"
    of = browser.upload(a_file(a_row("2")))
    browser.send("-sheet", of)
    page = browser.get("-columns", of)
    assert "as “Youth justice” by" in page.content.decode()
    assert page.context["page"].form["column-7"].value() == ""
    browser.send("-columns", of)
    of = browser.run(of)  # all words are remembered, or known by now
    assert of.stage == Stage.CHECKED
    assert of.rows.get().values["primary_concern"] == "home"
    profile = ImportProfile.objects.get()
    forget = reverse("tracker:import-forget", args=[profile.pk])
    assert "Forget “Youth justice”?" in browser.client.get(forget).content.decode()
    assert browser.client.post(forget).status_code == 302
    assert not ImportProfile.objects.exists()


def test_undoing_takes_away_what_came_and_nothing_else(browser, manager):
    kept = a_referral(by=a_person(Role.PRACTITIONER, team=a_team("Other team", agency="Health")), case_number="5")
    before = {model: model.objects.count() for model in (Referral, YoungPerson, TrackerEntry, Team, Agency, Theme)}
    of = browser.imported(a_file(a_row(), a_row("5", day=datetime(2020, 1, 1))))  # noqa: DTZ001
    page = browser.get("-undo", of).content.decode()
    assert "2 referrals, with their data entry forms" in page
    assert browser.client.post(browser.at("-undo", of)).status_code == 302
    of = browser.run(of)
    assert of.stage == Stage.UNDONE
    assert of.undone_by == manager
    assert {model: model.objects.count() for model in before} == before
    assert Referral.objects.get() == kept
    again = browser.imported(a_file(a_row()))
    assert Referral.objects.get(came_by__of=again).reference == "CS-2024-0002"  # its reference is not given out again


def test_a_file_that_is_no_tracker_is_refused_at_the_field_and_nothing_is_kept(browser):
    for content in (b"", b"PK\x03\x04 broken", bytes(range(256)) * 20):
        answer = browser.client.post(reverse("tracker:import-upload"), {"file": SimpleUploadedFile("a.xlsx", content)})
        assert answer.status_code == 200
        assert "<title>Error: " in answer.content.decode()
        assert answer.context["form"].errors["file"]
    answer = browser.client.post(reverse("tracker:import-upload"))
    assert answer.context["form"].errors["file"] == ["Choose the file of your tracker"]
    assert not TrackerImport.objects.exists()


def test_a_file_that_is_too_large_is_read_past_and_said_so(browser, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_BYTES", 1000)
    answer = browser.client.post(reverse("tracker:import-upload"), {"file": a_file(a_row())})
    assert "The file is larger than" in answer.context["form"].errors["file"][0]
    assert not ImportPart.objects.exists()


def test_the_same_file_sent_twice_is_one_import(browser):
    content = a_file(a_row()).read()
    first, second = (browser.upload(SimpleUploadedFile("a.xlsx", content)) for _ in range(2))
    assert first == second
    assert TrackerImport.objects.count() == 1


def test_two_windows_do_not_speak_of_different_columns(browser):
    of = browser.upload(a_file(a_row()))
    browser.send("-sheet", of)
    stale = browser.get("-columns", of).context["page"].form
    data = {name: stale[name].value() for name in stale.fields}
    browser.send("-columns", of, **{"column-7": ""})
    answer = browser.client.post(browser.at("-columns", of), data)
    assert answer.status_code == 409
    assert "was changed in another tab or window" in answer.content.decode()
    of.refresh_from_db()
    assert next(column["target"] for column in of.matching["columns"] if column["place"] == 7) == ""


def test_a_column_chosen_twice_or_a_needed_one_missing_is_said_and_what_was_chosen_stays(browser):
    of = browser.upload(a_file(a_row()))
    browser.send("-sheet", of)
    answer = browser.send("-columns", of, **{"column-3": "case_number", "column-4": ""})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Column B is “Mosaic ID” already. Leave one of them out." in page
    assert '<a href="#id_column-4">Say which column is the Primary Concern</a>' in page
    assert answer.context["page"].form.errors["column-4"] == ["Say which column is the Primary Concern"]
    assert answer.context["page"].form["column-3"].value() == "case_number"
    of.refresh_from_db()
    assert of.check_job is None


def test_a_cancelled_check_and_a_cancelled_import_leave_nothing_and_can_be_asked_for_again(browser):
    of = browser.upload(a_file(a_row()))
    browser.send("-sheet", of)
    browser.send("-columns", of)
    assert browser.client.post(browser.at("-cancel", of)).status_code == 302
    of = browser.run(of)
    assert of.stage == Stage.COLUMNS
    assert "Reading the file was cancelled" in browser.get("", of).content.decode()
    browser.send("-columns", of)
    of = browser.run(of)
    browser.send("-words", of)
    of = browser.run(of)
    browser.send("-preview", of)
    assert browser.client.post(browser.at("-cancel", of)).status_code == 302
    of = browser.run(of)
    assert nothing_is_left()
    assert "nothing of it is in the tracker" in browser.get("", of).content.decode()
    browser.send("-preview", of)
    assert browser.run(of).stage == Stage.IMPORTED


def test_an_import_that_is_cancelled_while_it_writes_takes_everything_back(browser, monkeypatch):
    of = browser.checked(a_file(a_row(), a_row("2")))
    browser.send("-preview", of)
    write = imports_writing._Writing._write

    def write_and_be_cancelled(self, rows):
        write(self, rows)
        Job.objects.filter(kind="tracker.import").update(status="cancelled", finished_at=timezone.now())

    monkeypatch.setattr(imports_writing._Writing, "_write", write_and_be_cancelled)
    browser.run(of)
    assert nothing_is_left()


def test_a_job_that_runs_again_adds_nothing_twice(browser):
    of = browser.imported(a_file(a_row()))
    Job.objects.filter(pk=of.import_job_id).update(status="queued", finished_at=None, expires_at=None)
    of = browser.run(of)
    assert of.stage == Stage.IMPORTED
    assert Referral.objects.count() == 1


@pytest.mark.parametrize("what", ["allocated", "decision", "event", "typed", "tagged", "changed"])
def test_an_import_that_something_was_built_on_stays_and_says_where(browser, manager, what):
    of = browser.imported(a_file(a_row(), a_row("2")))
    referral = Referral.objects.get(case_number="2")
    if what == "allocated":
        Referral.objects.filter(pk=referral.pk).update(allocated_to=manager)
    elif what == "decision":
        referral.decisions.create(act="ask", by=manager, at=timezone.now())
    elif what == "event":
        audit.record("referral.something", by=manager, subject=referral)
    elif what == "typed":
        FormDraft.objects.create(user=manager, key=f"referral:{referral.pk}:x", data={}, updated_at=timezone.now())
    elif what == "tagged":
        TrackerEntry.objects.filter(referral=referral).update(version=2)
    else:
        Referral.objects.filter(pk=referral.pk).update(version=2)
    page = browser.get("-undo", of).content.decode()
    assert "This import can no longer be undone" in page
    assert referral.reference in page
    browser.client.post(browser.at("-undo", of))
    of = browser.run(of)
    assert of.stage == Stage.IMPORTED
    assert "Something was done since with one of its referrals" in browser.get("", of).content.decode()
    assert Referral.objects.count() == 2


def test_looking_at_an_imported_referral_does_not_keep_it(browser, manager):
    of = browser.imported(a_file(a_row()))
    assert browser.client.get(Referral.objects.get().get_absolute_url()).status_code == 200
    browser.client.post(browser.at("-undo", of))
    assert browser.run(of).stage == Stage.UNDONE
    assert nothing_is_left()


def test_another_manager_sees_counts_and_may_undo_but_reads_no_row(browser, signed_in):
    of = browser.imported(a_file(a_row(), a_row("tbc")))
    other = Browser(signed_in(a_person(Role.MANAGER)))
    page = other.get("", of).content.decode()
    assert "Kai Mensah" not in page + other.client.get(reverse("tracker:imports")).content.decode()
    assert "Undo this import" in page
    for route in ("-rest", "-preview", "-sheet"):
        assert other.get(route, of).status_code == 404
    other.client.post(other.at("-undo", of))
    assert other.run(of).stage == Stage.UNDONE


def test_a_preview_does_not_tell_that_a_restricted_referral_is_here(browser, manager):
    browser.imported(a_file(a_row(), a_row("2")))
    hidden = Referral.objects.get(case_number="2")
    access.restrict(hidden, reason="Family of staff", people=[], by=a_person(Role.MANAGER))
    # Its reference, its very row, and a row that says of it what somebody may guess.
    own = ["Reference", "Date received", "Case number", "Referrer", "Team", "Agency", "Primary Concern", "Outcome"]
    alike = [hidden.reference, DAY, "2", "H. Adeyemi", "Near team", "Police", "Peer group", "Withdrawn"]
    of = browser.checked(a_file(a_row(), a_row("2")))
    assert of.counts["referrals"] == {"there": 1, "remark": 1}
    guess = browser.checked(a_file(alike, headings=own))
    assert set(guess.counts["referrals"]) <= {"sound", "remark"}
    assert hidden.reference not in str(list(guess.rows.values_list("problems", flat=True)))
    browser.send("-preview", of)
    of = browser.run(of)
    assert (of.counts["added"], Referral.objects.count()) == (0, 2)


def test_what_is_in_the_way_is_named_to_who_may_see_it(browser, signed_in):
    of = browser.imported(a_file(a_row(), a_row("2")))
    restricting = a_person(Role.MANAGER)
    hidden = access.restrict(Referral.objects.get(case_number="2"), reason="x", people=[], by=restricting)
    page = browser.get("-undo", of).content.decode()
    assert "with 1 of its 2 referrals" in page
    browser.client.post(browser.at("-undo", of))
    of = browser.run(of)
    assert hidden.reference not in page + browser.get("", of).content.decode()
    access.grant(hidden, person=of.made_by, until=timezone.localdate(), reason="x", by=restricting)
    assert hidden.reference in browser.get("-undo", of).content.decode()


def test_file_and_rows_expire_and_what_was_imported_stays(browser):
    done, waiting = browser.imported(a_file(a_row())), browser.checked(a_file(a_row("2")))
    later = timezone.now() + timedelta(days=8)
    assert imports.drop_expired(timezone.now()) == 0
    assert imports.drop_expired(later) == 2
    assert not TrackerImport.objects.filter(pk=waiting.pk).exists()
    assert not ImportPart.objects.exists()
    assert not ImportRow.objects.exists()
    done.refresh_from_db()
    assert (done.file_name, done.sheets, done.file_gone) == ("", [], True)
    assert Referral.objects.count() == 1
    assert imports.drop_expired(later) == 0
    browser.client.post(browser.at("-undo", done))
    assert browser.run(done).stage == Stage.UNDONE


def test_discarding_deletes_the_file_and_what_was_read(browser):
    of = browser.checked(a_file(a_row()))
    assert "Discard this file?" in browser.get("-discard", of).content.decode()
    for _ in range(2):
        assert browser.client.post(browser.at("-discard", of)).status_code in (302, 404)
    assert not TrackerImport.objects.exists()
    assert not ImportRow.objects.exists()
    assert nothing_is_left()


def test_the_right_is_asked_for_again_when_the_job_runs(browser, manager):
    of = browser.checked(a_file(a_row()))
    browser.send("-preview", of)
    manager.role_grants.all().delete()
    of.refresh_from_db()
    jobs.run(of.import_job_id)
    assert nothing_is_left()
    assert Job.objects.get(pk=of.import_job_id).status == "failed"
