"""An import in the browser, step by step: what each page offers, refuses and leaves, whose it is, and undoing it."""

import io
from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from accounts.models import Agency, Team
from accounts.permissions import Role
from consultations.models import Referral, YoungPerson
from core.models import AuditEvent, Notice
from tests.factories import a_person, a_referral, a_team
from tests.imports import Browser
from tracker.models import ImportedReferral, ImportProfile, Theme, TrackerEntry
from tracker.models.imports import Stage

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
