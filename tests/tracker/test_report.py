"""The report: a period's public figures in tables, charts and words, as a page, a PDF and a Word file."""

import html
import io
import re
import zipfile
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document
from PIL import Image
from pypdf import PdfReader

from accounts.models import RoleGrant
from accounts.permissions import Role
from consultations.models import Referral
from consultations.papers import pdf as papers
from consultations.services import access
from core import jobs
from core.models import AuditEvent, FormDraft, Job, JobFile, Notice
from core.models.jobs import JobStatus
from tests.factories import a_person
from tests.tracker.many import many
from tracker.figures import Period
from tracker.models import Report
from tracker.report import document, pictures, words
from tracker.services import reports as services

pytestmark = pytest.mark.django_db

NEW = "/tracker/report/new/"


@pytest.fixture(autouse=True)
def quiet_bell(monkeypatch):
    """No worker is rung for: the tests run the jobs themselves."""
    monkeypatch.setattr(jobs, "ring", lambda job_id: True)


@pytest.fixture
def manager():
    return a_person(Role.MANAGER, name="Mo Manager")


@pytest.fixture
def browser(signed_in, manager):
    return signed_in(manager)


def a_report(by, first=date(2025, 4, 1), last=date(2026, 3, 31), **values) -> Report:
    given = {"title": "Report for the commission", "introduction": "", "first": first, "last": last}
    return services.create(given | values, by=by)


def sent(**values) -> dict:
    return {"first": "2025-04", "last": "2026-03", "title": "Report for the commission", "introduction": ""} | values


def page(browser, report: Report) -> str:
    return html.unescape(browser.get(reverse("tracker:report", args=[report.pk])).content.decode())


def made(browser, report: Report, form: str) -> Job:
    answer = browser.post(reverse("tracker:make-report", args=[report.pk]), {"form": form})
    job = Job.objects.get(pk=answer.url.rstrip("/").split("/")[-1])
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def file_of(browser, job: Job) -> bytes:
    answer = browser.get(reverse("tracker:download-report", args=[job.pk]))
    assert answer.status_code == 200
    return answer.content


def text_of_pdf(content: bytes) -> str:
    return " ".join(" ".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(content)).pages).split())


def text_of_word(content: bytes) -> str:
    found = Document(io.BytesIO(content))
    cells = [cell.text for table in found.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in found.paragraphs] + cells)


def a_year(**values) -> list[Referral]:
    return many(200, first=date(2025, 4, 1), days=365, **values)


def test_a_report_is_made_and_shown(browser, manager):
    a_year()
    answer = browser.post(NEW, sent(introduction="Asked for in September.\n\nIt covers a year."))
    report = Report.objects.get()
    assert answer.url == reverse("tracker:report", args=[report.pk])
    assert (report.first, report.last, report.made_by) == (date(2025, 4, 1), date(2026, 3, 31), manager)
    shown = page(browser, report)
    assert "from 1 April 2025 to 31 March 2026" in shown
    assert "About 200 referrals were received" in shown
    assert "led to a consultation that was held" in shown
    assert "Asked for in September." in shown
    for title in ("Received by month", "Outcome", "Primary concern", "Kinds of harm", "Themes"):
        assert f'<h2 class="govuk-heading-m">{title}</h2>' in shown
    assert AuditEvent.objects.get(act="report.made").detail == {"first": "2025-04-01", "last": "2026-03-31"}


def test_sent_twice_it_is_one(browser):
    browser.post(NEW, sent())
    browser.post(NEW, sent())
    assert Report.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "words_there"),
    [
        ({"first": "2026-04"}, "The report must end with the month it begins with, or a later one"),
        ({"first": ""}, "Choose the month that the report begins with"),
        ({"last": "2026-13"}, "Choose the month that the report ends with from the options"),
        ({"last": "9" * 5000}, "Choose the month that the report ends with from the options"),
        ({"title": " \u200b "}, "Enter title"),
        ({"title": "x" * 201}, "Title must be 200 characters or fewer"),
        ({"title": "a\x00b"}, "Title must not contain characters that cannot be stored"),
        ({"introduction": "x" * 20_001}, "Introduction must be 20000 characters or fewer"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(browser, values, words_there):
    answer = browser.post(NEW, sent(introduction="Typed with care") | values)
    shown = html.unescape(answer.content.decode())
    assert answer.status_code == 200
    assert shown.count(words_there) == 2, "beside the field and in the summary"
    assert "introduction" in values or "Typed with care" in shown
    assert not Report.objects.exists()


def test_what_is_typed_is_kept(browser, manager):
    page_of_form = browser.get(NEW).content.decode()
    key = re.search(r'data-draft-key="([^"]+)"', page_of_form)[1]
    browser.post(reverse("core:keep-draft"), sent(introduction="Half a") | {"draft_key": key, "client": "page-1"})
    assert "Half a" in browser.get(NEW).content.decode()
    browser.post(NEW, sent(introduction="Half a sentence"))
    assert not FormDraft.objects.filter(user=manager).exists()


def test_changing_a_report(browser, manager):
    report = a_report(manager)
    url = reverse("tracker:change-report", args=[report.pk])
    assert 'value="2025-04" selected' in browser.get(url).content.decode()
    assert browser.post(url, sent(title="Another title", version="1")).status_code == 302
    report.refresh_from_db()
    assert (report.title, report.version) == ("Another title", 2)
    assert AuditEvent.objects.get(act="report.changed").detail["title"][1] == "Another title"
    answer = browser.post(url, sent(title="A third title", version="1"))
    shown = html.unescape(answer.content.decode())
    assert answer.status_code == 409
    assert "A third title" in shown
    assert "Saved meanwhile: Another title" in shown
    for version in ("", "x", "-1", "9" * 30):
        assert browser.post(url, sent(title="Fourth", version=version)).status_code in (200, 409)
    report.refresh_from_db()
    assert report.title == "Another title"


@pytest.mark.parametrize("number", [0, 1, 4])
def test_of_few_referrals_nothing_is_said(browser, manager, number):
    """No figures, one, or four: the page, the PDF and the Word file say the same."""
    many(number, first=date(2025, 5, 1), days=20)
    report = a_report(manager)
    said = "Fewer than 5 referrals were received in this period, so there are no figures to report."
    assert said in page(browser, report)
    assert "<table" not in page(browser, report)
    assert said in text_of_pdf(file_of(browser, made(browser, report, "pdf")))
    assert said in text_of_word(file_of(browser, made(browser, report, "docx")))


def test_small_numbers_are_hidden_and_all_are_rounded(browser, manager):
    rows = a_year(seed=4)
    found = document.of(a_report(manager), by=manager)
    counts = [line.count for part in found.parts if part.table for line in part.table.lines]
    assert len(rows) == 200
    assert None in counts
    assert all(count is None or (count % 5 == 0 and count >= 5) for count in counts)
    numbers = [int(number) for part in found.parts for sentence in part.sentences
               for number in re.findall(r"about (\d+)", sentence.lower())]  # fmt: skip
    assert numbers
    assert all(number % 5 == 0 for number in numbers)


def test_the_period_before_is_compared(browser, manager):
    a_year()
    many(120, seed=1, first=date(2024, 4, 1), days=365)
    shown = page(browser, a_report(manager))
    assert (
        "About 200 referrals were received: more than in the period before (April 2024 to March 2025), when it was "
        "about 120."
    ) in shown
    other = page(browser, a_report(manager, first=date(2024, 4, 1), last=date(2025, 3, 31)))
    assert (
        "About 120 referrals were received; in the period before (April 2023 to March 2024) it was fewer than 5."
        in other
    )


def test_the_pdf(browser, manager):
    a_year()
    report = a_report(manager, introduction="Asked for in September.")
    job = made(browser, report, "pdf")
    assert job.status == JobStatus.DONE, job.failure
    content = file_of(browser, job)
    reader = PdfReader(io.BytesIO(content))
    said = text_of_pdf(content)
    for there in ("Report for the commission", "Asked for in September.", "About 200 referrals", "Not shown",
                  "Made by Mo Manager", "Filters None but the period", "from 1 April 2025 to"):  # fmt: skip
        assert there in said, there
    assert reader.metadata.title == "Report for the commission"
    assert "Mo Manager" in reader.pages[-1].extract_text()
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    name = browser.get(reverse("tracker:download-report", args=[job.pk])).headers["Content-Disposition"]
    assert name == 'attachment; filename="report-2025-04-to-2026-03.pdf"'
    assert AuditEvent.objects.filter(act="tracker.report.downloaded").count() == 2


def test_the_word_file(browser, manager):
    a_year()
    report = a_report(manager, introduction="Asked for in September.")
    content = file_of(browser, made(browser, report, "docx"))
    said = text_of_word(content)
    for there in (
        "Report for the commission",
        "Asked for in September.",
        "About 200 referrals",
        "Not shown",
        "Mo Manager",
    ):
        assert there in said, there
    found = Document(io.BytesIO(content))
    shown = [part.table for part in document.of(report, by=manager).parts if part.table and part.table.shown]
    assert len(found.inline_shapes) == len(shown) >= 4
    for shape, table in zip(found.inline_shapes, shown, strict=True):
        described = shape._inline.docPr.get("descr")
        assert table.title in described
        for line in table.shown:
            assert f"{line.label}: {line.count}" in described
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        pictures_there = [name for name in parts.namelist() if name.startswith("word/media/")]
        assert pictures_there
        for name in pictures_there:
            assert Image.open(io.BytesIO(parts.read(name))).width == pictures.WIDTH * pictures.SCALE


def test_nobody_s_name_number_or_words_get_into_it(browser, manager):
    rows = a_year()
    Referral.objects.filter(pk__in=[row.pk for row in rows]).update(
        name="Zebedee Zed", case_number="990011", referrer_name="Quentin Q",
        worry="Secret worry", signposted_to="Hub Nine",
    )  # fmt: skip
    report = a_report(manager)
    texts = [page(browser, report), text_of_pdf(file_of(browser, made(browser, report, "pdf")))]
    word = file_of(browser, made(browser, report, "docx"))
    with zipfile.ZipFile(io.BytesIO(word)) as parts:
        texts += [parts.read(name).decode("utf-8", "replace") for name in parts.namelist()]
    for text in texts:
        for secret in ("Zebedee", "990011", "Quentin", "Secret", "Hub Nine", "T-0-"):
            assert secret not in text


MARKUP = '<script>alert(1)</script> & <b>bold</b> {{ x }} {% y %} "quotes" \x01\x0b\ufffe \U0001f600 ]]> '


def test_an_introduction_of_twenty_thousand_characters_with_markup_in_it(browser, manager):
    introduction = (MARKUP * 400)[: 20_000 - 3].strip() + "end"
    browser.post(NEW, sent(title="Title <i>of</i> \x01 all", introduction=introduction))
    report = Report.objects.get()
    raw = browser.get(reverse("tracker:report", args=[report.pk])).content.decode()
    assert "<script>alert" not in raw
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in raw
    for form, read in (("pdf", text_of_pdf), ("docx", text_of_word)):
        job = made(browser, report, form)
        assert job.status == JobStatus.DONE, job.failure
        said = read(file_of(browser, job))
        assert "<script>alert(1)</script>" in said
        assert "{{ x }}" in said
        assert "Title <i>of</i>" in said


def test_where_no_pdf_can_be_made_the_page_says_so_and_word_is_left(browser, manager, monkeypatch):
    report = a_report(manager)
    waiting = services.ask_for(report, form="pdf", by=manager)
    monkeypatch.setattr(papers, "_load", lambda: False)
    assert "PDFs are off on this machine" in page(browser, report)
    answer = browser.post(reverse("tracker:make-report", args=[report.pk]), {"form": "pdf"}, follow=True)
    assert "PDFs are off on this machine" in answer.content.decode()
    assert Job.objects.count() == 1
    jobs.run(waiting.pk)
    waiting.refresh_from_db()
    assert waiting.status == JobStatus.FAILED
    assert made(browser, report, "docx").status == JobStatus.DONE


def test_rights_are_asked_at_run_and_at_download(browser, manager):
    report = a_report(manager)
    waiting, done = services.ask_for(report, form="docx", by=manager), made(browser, report, "pdf")
    RoleGrant.objects.filter(user=manager).delete()
    jobs.run(waiting.pk)
    waiting.refresh_from_db()
    assert waiting.status == JobStatus.FAILED
    assert not JobFile.objects.filter(job=waiting).exists()
    assert browser.get(reverse("tracker:download-report", args=[done.pk])).status_code == 403
    RoleGrant.objects.create(user=manager, role=Role.CS_PRACTITIONER, given_at=timezone.now())
    assert browser.get(reverse("tracker:download-report", args=[done.pk])).status_code == 403


def test_another_manager_s_report_does_not_exist(signed_in, browser, manager):
    report = a_report(a_person(Role.MANAGER))
    job = services.ask_for(report, form="docx", by=report.made_by)
    nobody = "00000000-0000-4000-8000-000000000000"
    for name in ("report", "change-report"):
        assert browser.get(reverse(f"tracker:{name}", args=[report.pk])).status_code == 404
        assert browser.get(reverse(f"tracker:{name}", args=[nobody])).status_code == 404
    for name in ("report-file", "download-report"):
        assert browser.get(reverse(f"tracker:{name}", args=[job.pk])).status_code == 404
    assert browser.post(reverse("tracker:make-report", args=[report.pk]), {"form": "pdf"}).status_code == 404
    assert report.title not in browser.get("/tracker/report/").content.decode()


def test_a_restricted_referral_is_not_counted_for_who_may_not_see_it(browser, manager):
    """Its maker could subtract their own dashboard from the report: what they may not see is not in it either."""
    rows = many(13, first=date(2025, 5, 1), days=20)
    report = a_report(manager)
    assert "About 15 referrals" in page(browser, report)
    done = made(browser, report, "docx")
    access.restrict(rows[0], reason="Known to the team.", people=[], by=a_person(Role.MANAGER))
    assert "About 10 referrals" in page(browser, report)
    assert browser.get(reverse("tracker:download-report", args=[done.pk])).status_code == 404, "it went with the access"


def test_the_one_who_asked_is_told_without_any_detail(browser, manager):
    made(browser, a_report(manager, title="About the Canal Gang"), "docx")
    notice = Notice.objects.get(user=manager)
    assert notice.words == "A report as a Word file is ready."
    assert not AuditEvent.objects.filter(act__startswith="tracker.report", detail__icontains="Canal").exists()


def test_a_file_expires(browser, manager):
    report = a_report(manager)
    job = made(browser, report, "docx")
    Job.objects.filter(pk=job.pk).update(expires_at=timezone.now() - timedelta(minutes=1))
    assert browser.get(reverse("tracker:download-report", args=[job.pk])).status_code == 404
    jobs.sweep()
    assert "expired" in page(browser, report)
    assert "This Word file has expired." in browser.get(reverse("tracker:report-file", args=[job.pk])).content.decode()


def test_a_file_that_waits_can_be_cancelled(browser, manager):
    report = a_report(manager)
    job = services.ask_for(report, form="docx", by=manager)
    assert services.ask_for(report, form="docx", by=manager) == job
    browser.post(reverse("tracker:cancel-report", args=[job.pk]))
    job.refresh_from_db()
    assert job.status == JobStatus.CANCELLED
    assert browser.post(reverse("tracker:cancel-report", args=[job.pk])).status_code == 409


def test_a_file_made_before_a_change_says_so(browser, manager):
    report = a_report(manager)
    made(browser, report, "docx")
    assert "made before the report was changed" not in page(browser, report)
    values = {"title": "New", "introduction": "", "first": report.first, "last": report.last}
    services.change(report, values, version=1, by=manager)
    assert "made before the report was changed" in page(browser, report)


def test_long_periods_are_by_quarter(manager):
    many(300, first=date(2020, 1, 1), days=2000)
    report = a_report(manager, first=date(2020, 1, 1), last=date(2025, 12, 31))
    titles = [part.title for part in document.of(report, by=manager).parts]
    assert "Received by quarter" in titles
    assert "Received by month" not in titles


def test_sentences():
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert [words.days(number) for number in (0, 1, 14)] == ["one day", "one day", "14 days"]
    assert str(Period(date(2025, 4, 1), date(2026, 3, 31)).before()) == "April 2024 to March 2025"


def test_a_picture_without_fonts_on_the_machine_still_has_words(monkeypatch, manager):
    a_year()
    table = next(part.table for part in document.of(a_report(manager), by=manager).parts if part.table)
    monkeypatch.setattr(pictures, "FONTS", ("no-such-font.ttf",))
    pictures._font.cache_clear()
    try:
        picture = Image.open(io.BytesIO(pictures.draw(table))).convert("L")
    finally:
        pictures._font.cache_clear()
    left = picture.crop((0, 0, pictures.LABEL * pictures.SCALE - 10, picture.height))
    assert left.getextrema()[0] < 100, "the labels"
