"""The export equals the tracker, cell by cell, and is only for those who may have it."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.permissions import Role
from consultations.choices import ReferralState
from core import jobs
from core.models import AuditEvent, Job
from core.models.jobs import JobStatus
from tests.factories import a_person, a_referral, a_team, an_action, an_entry
from tracker import exports
from tracker.models import Theme

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet_bell(monkeypatch):
    monkeypatch.setattr(jobs, "ring", lambda job_id: True)


@pytest.fixture
def manager():
    return a_person(Role.MANAGER)


@pytest.fixture
def browser(signed_in, manager):
    return signed_in(manager)


def export(browser, filters: str = "") -> Job:
    answer = browser.post(reverse("tracker:export"), {"filters": filters})
    job = Job.objects.get(pk=answer.url.rstrip("/").split("/")[-1])
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.DONE, job.failure
    return job


def workbook_of(browser, job: Job):
    answer = browser.get(reverse("tracker:download", args=[job.pk]))
    assert answer.status_code == 200
    return load_workbook(io.BytesIO(answer.content))


def rows_of(sheet) -> list[dict]:
    lines = list(sheet.iter_rows(values_only=True))
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def test_the_workbook_equals_the_tracker_cell_by_cell(browser):
    other = Theme.objects.get(needs_text=True)
    held = a_referral(ReferralState.HELD, referrer_name="=1+1")
    entry = an_entry(held, detail='=HYPERLINK("x")', themes=[Theme.objects.first(), other], other_theme="@cuckooing")
    signposted = a_referral(ReferralState.SIGNPOSTED)
    waiting = a_referral(ReferralState.SCREENING)
    a_referral(ReferralState.DRAFT)
    action = an_action(held, what="=cmd|' /C calc'!A0")
    book = workbook_of(browser, export(browser))
    assert book.sheetnames == ["Referrals", "Actions", "About"]
    found = {row["Reference"]: row for row in rows_of(book["Referrals"])}
    assert set(found) == {held.reference, signposted.reference, waiting.reference}
    row = found[held.reference]
    assert row["Referrer"] == "=1+1"
    assert row["Detail"] == '=HYPERLINK("x")'
    assert row["Date received"].date() == held.received_on
    assert row["Mosaic ID"] == held.case_number
    assert row["Name of Young Person"] == held.name
    assert (row["Team"], row["Agency"]) == (held.team.name, held.agency.name)
    assert row["Primary Concern"] == entry.get_primary_concern_display()
    assert row["Outcome"] == "Consultation held"
    assert row["Date of consultation"].date() == held.consultation.held_on
    assert row["Other (state)"] == "@cuckooing"
    marked = {name for name in Theme.objects.values_list("name", flat=True) if row[name] == "Y"}
    assert marked == {Theme.objects.first().name, other.name}
    assert found[signposted.reference]["Signposted to"] == "Early Help hub"
    assert found[waiting.reference]["Outcome"] == "Waiting to be screened"
    [written] = rows_of(book["Actions"])
    assert (written["What"], written["Reference"], written["Who"]) == (action.what, held.reference, "PC Stone, Police")
    formulas = [cell for sheet in book for line in sheet.iter_rows() for cell in line if cell.data_type == "f"]
    assert formulas == []


def test_the_export_is_of_the_filter_and_says_so(browser):
    a_referral(ReferralState.SIGNPOSTED)
    held = a_referral(ReferralState.HELD)
    book = workbook_of(browser, export(browser, "state=held&sort=reference&nonsense=1"))
    assert [row["Reference"] for row in rows_of(book["Referrals"])] == [held.reference]
    about = dict(book["About"].iter_rows(values_only=True, max_col=2))
    assert about["Filter: Outcome"] == "Consultation held"
    assert about["Rows on the sheet Referrals"] == 1


def test_an_export_in_the_order_of_the_list(browser):
    for _ in range(3):
        a_referral()
    page = browser.get(reverse("tracker:tracker") + "?sort=reference")
    listed = [row.reference for row in page.context["page"]]
    book = workbook_of(browser, export(browser, "sort=reference"))
    assert [row["Reference"] for row in rows_of(book["Referrals"])] == listed == sorted(listed)


def test_rights_lost_between_asking_and_downloading(browser, manager):
    job = export(browser)
    manager.role_grants.all().delete()
    assert browser.get(reverse("tracker:download", args=[job.pk])).status_code == 403


def test_another_managers_export_is_not_there(browser, signed_in):
    job = export(browser)
    other = signed_in(a_person(Role.MANAGER))
    for name in ("export-job", "download"):
        assert other.get(reverse(f"tracker:{name}", args=[job.pk])).status_code == 404


def test_a_download_is_recorded_each_time(browser):
    job = export(browser)
    for _ in range(2):
        browser.get(reverse("tracker:download", args=[job.pk]))
    assert AuditEvent.objects.filter(act="tracker.export.downloaded", subject_id=str(job.pk)).count() == 2


def test_an_expired_export_is_gone(browser):
    job = export(browser)
    Job.objects.filter(pk=job.pk).update(expires_at=timezone.now() - timedelta(minutes=1))
    assert browser.get(reverse("tracker:download", args=[job.pk])).status_code == 404
    jobs.sweep()
    assert "expired" in browser.get(reverse("tracker:export-job", args=[job.pk])).content.decode()


def test_cancelling_an_export(browser):
    browser.post(reverse("tracker:export"), {"filters": ""})
    job = Job.objects.get()
    browser.post(reverse("tracker:cancel-export", args=[job.pk]))
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.CANCELLED
    assert browser.post(reverse("tracker:cancel-export", args=[job.pk])).status_code == 409


def test_the_progress_is_a_fragment_for_htmx_and_json_for_scripts(browser):
    job = export(browser)
    url = reverse("tracker:export-job", args=[job.pk])
    fragment = browser.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "Download the workbook" in fragment
    assert browser.get(url, headers={"Accept": "application/json"}).json()["status"] == "done"


def test_an_export_costs_the_same_queries_for_1_and_30_rows(browser, manager, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost() -> int:
        job = exports.ask_for("", by=manager)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            jobs.run(job.pk)
        return len(captured)

    team = a_team()
    an_entry(a_referral(ReferralState.HELD, by=a_person(Role.PRACTITIONER, team=team)))
    one = cost()
    for _ in range(4):
        an_entry(a_referral(ReferralState.HELD))
    assert cost() == one
