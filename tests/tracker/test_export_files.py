"""What the files of an export are like: charts in the workbook, CSV that no program takes for formulas, the pages."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.units import EMU_to_cm

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.models import Referral
from core import jobs, workbook
from core.models import AuditEvent, Job, JobFile, Notice
from core.models.jobs import JobStatus
from tests.factories import a_person, a_referral, a_team, an_entry
from tracker import exports, figures
from tracker.exports import csv_files
from tracker.exports.summary import ROW_HEIGHT
from tracker.models import Theme, TrackerEntry

django = pytest.mark.django_db
HIDDEN = "Not shown"


@pytest.fixture
def quiet_bell(monkeypatch):
    monkeypatch.setattr(jobs, "ring", lambda job_id: True)


@pytest.fixture
def manager(db, quiet_bell):
    return a_person(Role.MANAGER)


@pytest.fixture
def browser(signed_in, manager):
    return signed_in(manager)


def made(by, filters: str = "", **options) -> Job:
    Job.objects.update(created_at=timezone.now() - timedelta(hours=1))  # or it would be the same export twice
    job = exports.ask_for(filters, by=by, **options)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.DONE, job.failure
    return job


def opened(job: Job):
    return load_workbook(io.BytesIO(bytes(job.file.content)))


def blocks_of(sheet) -> dict[str, dict[str, list]]:
    """The tables of the summary by their titles: {title: {label: numbers}}; a title stands alone in bold."""
    found: dict[str, dict[str, list]] = {}
    for cells in sheet.iter_rows():
        first = cells[0]
        if first.font.b and first.font.sz == 13:
            lines = found[first.value] = {}
        elif first.value and not first.font.b and not first.font.i:
            lines[first.value] = [cell.value for cell in cells[1:4] if cell.value is not None]
    return found


def a_tracker() -> None:
    """Twelve held in two months and from two agencies, a signposted one, and one that waits."""
    police = a_person(Role.PRACTITIONER, team=a_team("=1+1", agency="Police"))
    for number in range(12):
        by = police if number < 6 else a_person(Role.PRACTITIONER, team=a_team("CIN"))
        referral = a_referral(ReferralState.HELD, by=by)
        Referral.objects.filter(pk=referral.pk).update(received_on=date(2026, 9 + number % 2, 5))
        an_entry(referral, themes=list(Theme.objects.all()[: 1 + number % 2]))
    a_referral(ReferralState.SIGNPOSTED, by=police)
    a_referral(by=police)


def test_the_summary_has_the_dashboards_figures(manager):
    a_tracker()
    found = blocks_of(opened(made(manager))["Summary"])
    rows = Referral.objects.visible_to(manager).sent()
    assert found["Referrals"]["Received"] == [14]
    assert found["Referrals"]["Consultation held"] == [12]
    assert found["By month"]["Sep 26"] == [6, 6, 0]
    assert found["By team"] == {bar.label: [bar.count] for bar in figures.by_team(rows)}
    assert found["By team"]["=1+1"] == [8]
    for title, bars in {
        "By agency": figures.by_agency(rows), "By primary concern": figures.by_concern(rows),
        "By theme": figures.by_theme(rows), "By kind of harm": figures.by_harm(rows),
        "By outcome": figures.by_outcome(rows),
    }.items():  # fmt: skip
        assert found[title] == {bar.label: [bar.count] for bar in bars}, title
    filtered = blocks_of(opened(made(manager, "state=signposted"))["Summary"])
    assert filtered["Referrals"]["Received"] == [1]


def test_the_charts_are_native_named_and_beside_each_other_never_above(manager):
    a_tracker()
    charts = opened(made(manager))["Summary"]._charts
    titles = [chart.title.tx.rich.p[0].r[0].t for chart in charts]
    assert titles == [
        "By month", "By team", "By agency", "By primary concern", "By theme", "By kind of harm", "By outcome"
    ]  # fmt: skip
    ends = 0
    for chart in charts:
        assert all(axis.title and axis.delete is False for axis in (chart.x_axis, chart.y_axis))
        anchor = chart.anchor
        assert anchor._from.row >= ends, "one chart lies on another"
        ends = anchor._from.row + EMU_to_cm(anchor.ext.height) / ROW_HEIGHT
        for series in chart.series:
            assert series.val.numRef.f.startswith("'Summary'!$")


def test_small_numbers_are_not_shown_in_the_summary_of_an_anonymised_export(manager):
    a_tracker()
    found = blocks_of(opened(made(manager, anonymous=True))["Summary"])
    assert "By team" not in found
    assert found["Referrals"]["Received"] == [14]
    assert "Signposted" not in found["Referrals"], "no count under two names"
    outcomes = found["By outcome"]
    assert outcomes["Signposted"] == outcomes["Waiting to be screened"] == outcomes["Consultation held"] == [HIDDEN]
    assert found["By agency"] == {"Police": [8], "Children's social care": [6]}
    assert found["By theme"][Theme.objects.first().name] == [HIDDEN], "12 of 14 would tell that 2 have none"
    plain = blocks_of(opened(made(manager))["Summary"])
    assert plain["By outcome"]["Signposted"] == [1], "the control: with names it is there"


def test_an_export_of_nothing_still_opens(manager):
    book = opened(made(manager))
    assert book.sheetnames == ["Referrals", "Themes", "Actions", "Summary", "About"]
    assert book["Referrals"].tables["Referrals"].ref == "A1:Y2"
    assert blocks_of(book["Summary"])["Referrals"]["Received"] == [0]


def test_what_excel_cannot_hold_is_told_on_the_sheet_about(manager, monkeypatch):
    monkeypatch.setattr(exports.making, "CUT_TO_NAME", 1)
    for _ in range(2):
        other = an_entry(a_referral(ReferralState.HELD), how_long_known="x" * 40_000)
    TrackerEntry.objects.filter(pk=other.pk).update(detail="a\x07b")
    about = {row[0]: row[1] for row in opened(made(manager))["About"].iter_rows(values_only=True)}
    assert about["Cut"].startswith(f"2 cells were cut: {other.referral.reference}, How long known; and 1 more.")
    assert about["Shown otherwise"].startswith("In 1 cell a control character is shown")
    whole = bytes(made(manager, format="csv").file.content).decode("utf-8-sig")
    assert "x" * 40_000 in whole
    assert "a\x07b" in whole


def test_more_referrals_than_a_sheet_holds_go_on_in_the_next(manager, monkeypatch):
    monkeypatch.setattr(workbook, "ROW_LIMIT", 4)
    references = [an_entry(a_referral(ReferralState.HELD)).referral.reference for _ in range(5)]
    book = opened(made(manager, "sort=reference"))
    assert book.sheetnames[:4] == ["Referrals", "Referrals (2)", "Themes", "Themes (2)"]
    parts = [[cell.value for cell in book[name]["A"]][1:] for name in book.sheetnames[:2]]
    assert parts == [references[:3], references[3:]]


def test_the_csv_file_has_the_same_table(manager):
    held = a_referral(ReferralState.HELD, referrer_name='=HYPERLINK("x")', name='Zoë, the "second"')
    an_entry(held, how_long_known="two\nlines", detail="-1")
    content = bytes(made(manager, format="csv").file.content)
    assert content.startswith(b'\xef\xbb\xbf"Reference","Date received",')
    assert content.count(b"\r\n") == 2
    [row] = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert list(row) == [cell.value for cell in opened(made(manager))["Referrals"][1]]
    assert row["Name of Young Person"] == 'Zoë, the "second"'
    assert (row["Referrer"], row["Detail"]) == ('\'=HYPERLINK("x")', "'-1")
    assert row["How long known"] == "two\nlines"
    assert row["Date received"] == held.received_on.isoformat()
    assert row["Data entry completed"] == timezone.localtime(held.entry.completed_at).strftime("%Y-%m-%d %H:%M")
    answer = made(manager, format="csv").file
    assert (answer.content_type, answer.name[-4:]) == ("text/csv; charset=utf-8", ".csv")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
def test_no_text_in_a_csv_file_begins_as_a_formula_and_none_is_lost(text):
    target = io.BytesIO()
    csv_files.write(target, [workbook.Column("A", str), workbook.Column("B", str)], [text])
    [heading, (first, second)] = csv.reader(io.StringIO(target.getvalue().decode("utf-8-sig"), newline=""))
    assert heading == ["A", "B"]
    assert first == second
    assert not first.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert text in (first, first[1:])


def test_a_semicolon_parts_no_cell_of_a_csv_file_and_begins_no_formula():
    target = io.BytesIO()
    csv_files.write(target, [workbook.Column("A; B", str), workbook.Column("C", str)], ["x;=1+1"])
    lines = target.getvalue().decode("utf-8-sig").splitlines()
    # As LibreOffice reads it by its own proposal: commas and semicolons part cells, unless they stand in quotes.
    cells = [re.findall(r'"(?:[^"]|"")*"|[^,;]+', line) for line in lines]
    assert cells == [['"A; B"', '"C"'], ['"x;=1+1"', '"x;=1+1"']]


def test_the_page_says_what_goes_out_before_it_is_asked_for(browser):
    a_referral()
    held = a_referral(ReferralState.HELD)
    page = browser.get(reverse("tracker:export"), {"state": "held", "nonsense": "1"})
    words = " ".join(page.content.decode().split())
    assert "<strong>1 referral</strong>" in words
    assert "Outcome: Consultation held" in words
    assert Job.objects.count() == 0
    wrong = browser.post(reverse("tracker:export"), {"filters": "state=held", "format": "csv"})
    assert wrong.context["form"].errors["names"] == ["Select whether the file should hold names"]
    assert wrong.context["filters"] == "state=held"
    assert wrong.context["form"]["format"].value() == "csv"
    sent = {"filters": "state=held", "names": "without", "format": "csv"}
    first, second = (browser.post(reverse("tracker:export"), sent) for _ in range(2))
    assert first.url == second.url, "the same form sent twice is one export"
    job = Job.objects.get()
    assert job.params == {
        "filters": "state=held", "sort": "-received", "words": {"Outcome": "Consultation held"}, "format": "csv",
        "anonymous": True,
    }  # fmt: skip
    assert held.name not in str(job.params)


def test_a_filter_that_cannot_be_read_is_said_and_one_that_is_too_long_is_refused(browser):
    a_referral()
    page = browser.get(reverse("tracker:export"), {"received_from_day": "31"})
    assert "A filter could not be read, so it is left out" in page.content.decode()
    empty = browser.get(reverse("tracker:export"), {"q": "zzzz"}).content.decode()
    assert "No referral to export" in empty
    assert "Make the export" not in empty
    sent = {"filters": "q=" + "x" * 9000, "names": "with", "format": "xlsx"}
    assert browser.post(reverse("tracker:export"), sent).status_code == 409
    assert Job.objects.count() == 0


def test_who_asked_is_told_and_sees_who_downloaded_it(browser, manager):
    job = made(manager)
    notice = Notice.objects.get(user=manager)
    assert notice.words == "Your export of the tracker is ready to download."
    url = reverse("tracker:export-job", args=[job.pk])
    assert notice.url == url
    assert "Nobody yet. Only you can download it." in browser.get(url).content.decode()
    browser.get(reverse("tracker:download", args=[job.pk]))
    [event] = browser.get(url).context["downloads"]
    assert event.actor_name == manager.name


def test_one_that_fails_is_told_as_well(manager):
    job = exports.ask_for("", by=manager)
    manager.role_grants.all().delete()
    jobs.run(job.pk)
    assert Notice.objects.get(user=manager).words == "Your export of the tracker failed."


def test_progress_moves_while_it_is_written(manager, monkeypatch):
    monkeypatch.setattr(exports.making, "AT_ONCE", 2)
    for _ in range(5):
        a_referral()
    told = []
    job = exports.ask_for("", by=manager)
    exports.run(job, lambda done, total: told.append((done, total))).close()
    assert told[:3] == [(0, 5), (2, 5), (4, 5)]


def test_one_that_is_cancelled_while_it_is_written_stops_and_leaves_no_file(manager, monkeypatch):
    monkeypatch.setattr(exports.making, "AT_ONCE", 1)
    for _ in range(3):
        a_referral()
    job = exports.ask_for("", by=manager)
    lines = exports.making.lines

    def cancelled(*args):
        for number, line in enumerate(lines(*args)):
            if number == 1:
                jobs.cancel(Job.objects.get(pk=job.pk), by=manager)
            yield line

    monkeypatch.setattr(exports.making, "lines", cancelled)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.done) == (JobStatus.CANCELLED, 1)
    assert not JobFile.objects.exists()


def test_deleting_the_file_before_its_time(browser, manager):
    job = made(manager)
    url = reverse("tracker:delete-export", args=[job.pk])
    assert "is deleted from here" in browser.get(url).content.decode()
    assert JobFile.objects.filter(job=job).exists(), "asking deletes nothing"
    assert browser.post(url).status_code == 302
    assert not JobFile.objects.filter(job=job).exists()
    assert AuditEvent.objects.get(act="tracker.export.deleted").subject_id == str(job.pk)
    page = browser.get(reverse("tracker:export-job", args=[job.pk])).content.decode()
    assert "was deleted on" in page
    assert "Download the file" not in page
    assert browser.get(reverse("tracker:download", args=[job.pk])).status_code == 404
    assert browser.get(url).status_code == 302
    assert browser.post(url).status_code == 409
    assert "No longer kept" in browser.get(reverse("tracker:exports")).content.decode()


def test_a_restriction_in_between_takes_the_file_away(browser, manager):
    referral = a_referral()
    job = made(manager)
    Referral.objects.filter(pk=referral.pk).update(
        restricted_at=timezone.now(), restricted_by=a_person(Role.MANAGER), restriction_reason="Family of staff",
        restriction_review_on=timezone.localdate() + timedelta(days=90),
    )  # fmt: skip
    for name in ("export-job", "download", "delete-export"):
        assert browser.get(reverse(f"tracker:{name}", args=[job.pk])).status_code == 404


def test_words_that_the_page_counts_referrals_by_are_a_search_and_recorded(browser, manager):
    a_referral(referrer_name="H. Adeyemi")
    browser.get(reverse("tracker:export"), {"q": "adeyemi"})
    event = AuditEvent.objects.get(act="searched")
    assert (event.actor_id, event.detail) == (manager.pk, {"in": "export", "words": "adeyemi", "found": 1})
    browser.get(reverse("tracker:export"), {"state": "held"})
    assert AuditEvent.objects.filter(act="searched").count() == 1
    browser.get(reverse("tracker:dashboard"), {"context": "canal"})
    detail = AuditEvent.objects.filter(act="searched").latest("at").detail
    assert detail == {"in": "dashboard", "words": "", "context": "canal", "found": 0}
