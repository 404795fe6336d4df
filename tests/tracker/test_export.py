"""The export equals the tracker, cell by cell, and is only for those who may have it."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.services import actions, feedback
from core import jobs
from core.models import AuditEvent, Job, ListItem
from core.models.jobs import JobStatus
from core.models.lists import ListName
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


def export(browser, filters: str = "", *, names: str = "with", format: str = "xlsx") -> Job:
    sent = {"filters": filters, "names": names, "format": format}
    answer = browser.post(reverse("tracker:export"), sent)
    assert answer.status_code == 302, answer.context["form"].errors
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


HEADINGS = [
    "Reference", "Date received", "Mosaic ID", "Name of Young Person", "Date of birth", "Gender", "How it arrived",
    "Referrer", "Team", "Agency", "Kinds of harm", "How long known", "Previous referrals", "Primary Concern", "Detail",
    "Themes", "Other (state)", "Outcome", "Date screened", "Date of consultation", "Consultation planned for",
    "Signposted to", "Feedback", "Data entry completed", "Restricted",
]  # fmt: skip
OF_ACTIONS = [
    "Reference", "Space", "What", "Who", "Agency", "By when", "Interventions", "Context", "Status", "Closed on",
    "What came of it",
]  # fmt: skip


def test_the_workbook_equals_the_tracker_cell_by_cell(browser, manager):
    other = Theme.objects.get(needs_text=True)
    gender = ListItem.objects.of(ListName.GENDER).first()
    harms = list(ListItem.objects.of(ListName.HARM)[:2])
    held = a_referral(ReferralState.HELD, referrer_name="=1+1", gender=gender)
    held.harms.set(harms)
    entry = an_entry(held, detail='=HYPERLINK("x")', themes=[Theme.objects.first(), other], other_theme="@cuckooing")
    said = {"used": "partly", "useful": 4, "young_person": "=2+2", "context": "Lit at night", "actions": {}}
    feedback.give(held, said, version=0, by=a_person(Role.CS_PRACTITIONER))
    signposted = a_referral(ReferralState.SIGNPOSTED)
    waiting = a_referral(ReferralState.SCREENING)
    planned = a_referral(ReferralState.PLANNED, date_of_birth=None)
    a_referral(ReferralState.DRAFT)
    book = workbook_of(browser, export(browser))
    assert [cell.value for cell in book["Referrals"][1]] == HEADINGS
    found = {row["Reference"]: row for row in rows_of(book["Referrals"])}
    assert set(found) == {held.reference, signposted.reference, waiting.reference, planned.reference}
    today = timezone.localdate()
    row = {name: value.date() if name.startswith("Date ") else value for name, value in found[held.reference].items()}
    completed = timezone.localtime(entry.completed_at).replace(tzinfo=None, microsecond=0)
    assert abs((row.pop("Data entry completed") - completed).total_seconds()) < 1
    assert row.pop("Consultation planned for").date() == today
    assert row == {
        "Reference": held.reference, "Date received": held.received_on, "Mosaic ID": held.case_number,
        "Name of Young Person": held.name, "Date of birth": held.date_of_birth, "Gender": gender.label,
        "How it arrived": "Online", "Referrer": "=1+1", "Team": held.team.name, "Agency": held.agency.name,
        "Kinds of harm": "; ".join(sorted(harm.label for harm in harms)), "How long known": "2 years",
        "Previous referrals": "None", "Primary Concern": "Neighbourhood", "Detail": '=HYPERLINK("x")',
        "Themes": f"{Theme.objects.first().name}; {other.name}", "Other (state)": "@cuckooing",
        "Outcome": "Consultation held", "Date screened": today, "Date of consultation": today, "Signposted to": None,
        "Feedback": "Useful: 4 of 5. Advice used: partly.\nYoung person: =2+2\nContext: Lit at night",
        "Restricted": None,
    }  # fmt: skip
    assert found[signposted.reference]["Signposted to"] == "Early Help hub"
    assert found[waiting.reference]["Outcome"] == "Waiting to be screened"
    assert found[waiting.reference]["Date screened"] is None
    assert found[planned.reference]["Date of birth"] is None
    formulas = [cell for sheet in book for line in sheet.iter_rows() for cell in line if cell.data_type == "f"]
    assert formulas == []


def test_the_sheet_of_themes_has_a_column_for_each_and_a_row_for_each_referral(browser):
    theme, unused = Theme.objects.first(), Theme.objects.last()
    entry = an_entry(a_referral(ReferralState.HELD), themes=[theme])
    bare = a_referral()
    Theme.objects.filter(pk__in=[theme.pk, unused.pk]).update(active=False)
    sheet = workbook_of(browser, export(browser))["Themes"]
    in_use = Theme.objects.filter(active=True) | Theme.objects.filter(pk=theme.pk)
    assert [cell.value for cell in sheet[1]] == ["Reference", *in_use.values_list("name", flat=True)]
    marks = {row.pop("Reference"): {name for name, mark in row.items() if mark == "Y"} for row in rows_of(sheet)}
    assert marks == {entry.referral.reference: {theme.name}, bare.reference: set()}


def test_the_sheet_of_actions_is_in_the_order_of_the_referrals_and_of_agreeing(browser):
    doer = a_person(Role.PRACTITIONER, team=a_team(agency="Youth justice"))
    held, other = a_referral(ReferralState.HELD), a_referral(ReferralState.PLANNED)
    options = list(ListItem.objects.of(ListName.INTERVENTION)[:2])
    first = an_action(held, what="=cmd|' /C calc'!A0", context_name="Lock 4", interventions=options)
    mine = an_action(held, owner=doer)
    actions.close(mine, status="done", outcome="It is mapped.", by=doer)
    theirs = an_action(other)
    sheet = workbook_of(browser, export(browser, "sort=reference"))["Actions"]
    assert [cell.value for cell in sheet[1]] == OF_ACTIONS
    written = rows_of(sheet)
    assert [row["Reference"] for row in written] == [held.reference, held.reference, other.reference]
    assert written[0].pop("By when").date() == first.due
    assert written[0] == {
        "Reference": held.reference, "Space": "Peer group", "What": first.what, "Who": "PC Stone", "Agency": "Police",
        "Interventions": "; ".join(sorted(option.label for option in options)), "Context": "Lock 4", "Status": "Open",
        "Closed on": None, "What came of it": None,
    }  # fmt: skip
    assert (written[1]["Who"], written[1]["Agency"], written[1]["Status"]) == (doer.name, "Youth justice", "Done")
    assert written[1]["Closed on"].date() == timezone.localdate()
    assert written[1]["What came of it"] == "It is mapped."
    assert written[2]["What"] == theirs.what


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
    browser.post(reverse("tracker:export"), {"filters": "", "names": "with", "format": "xlsx"})
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
    assert "Download the file" in fragment
    assert browser.get(url, headers={"Accept": "application/json"}).json()["status"] == "done"


def test_an_export_costs_the_same_queries_for_1_and_30_rows(browser, manager):
    def cost() -> int:
        job = exports.ask_for("", by=manager)
        Job.objects.update(created_at=timezone.now() - timedelta(hours=1))  # or it would be the same export twice
        with CaptureQueriesContext(connection) as captured:
            jobs.run(job.pk)
        return len(captured)

    team = a_team()
    an_entry(a_referral(ReferralState.HELD, by=a_person(Role.PRACTITIONER, team=team)))
    one = cost()
    for _ in range(29):
        referral = a_referral(ReferralState.HELD)
        an_entry(referral)
        an_action(referral)
    assert cost() == one
