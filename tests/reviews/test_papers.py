"""The results tool on paper: the page to print, the PDF, the Word file and the workbook, as jobs make them."""

import io
import json
import re
from datetime import timedelta

import openpyxl
import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from docx import Document

from accounts.permissions import Role
from core import jobs
from core.models import AuditEvent, Job
from reviews.choices import Domain, Rating
from reviews.services import actions, example, papers
from reviews.worked_example import STATEMENTS
from tests.factories import a_person
from tests.pdfs import pages_of
from tests.review_factories import a_review, a_review_action, a_statement, an_overall

pytestmark = pytest.mark.django_db
TOOLKIT = settings.BASE_DIR.parent / "shared" / "practice" / "toolkit.json"
LEVELS = [
    "Level 1: System response to children, young people and families",
    "Level 2: System response to young people's peers, schools and public spaces",
]
HEADINGS = [
    "Red traffic light rating", "Action plan to get to amber", "Amber traffic light rating",
    "Action plan to get to green", "Green traffic light rating", "Action plan to sustain performance",
]  # fmt: skip


@pytest.fixture
def keeper():
    return a_person(Role.LEAD)


@pytest.fixture
def worked(keeper):
    """A round with the tool's own example."""
    review = a_review(by=keeper, area="The whole borough")
    example.add_to(review, by=keeper)
    return review


def made(review, form, by) -> bytes:
    """The file of a job, through the pages."""
    job = papers.ask_for(review, form=form, by=by)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == "done", job.failure
    return bytes(job.file.content)


def plain(text: str) -> str:
    """One kind of space, quote and dash, so that two ways of setting a text are the same."""
    text = re.sub("[’‘]", "'", text).replace("\ufffe", "-")  # how PDFium gives a hyphen at the end of a line
    return "".join(re.sub("[‐‑‒–—−-]", "-", text).split())


def cells_of(page) -> list[list[str]]:
    return [[cell if isinstance(cell, str) else "" for cell in row] for row in page.iter_rows(values_only=True)]


def test_the_example_is_the_toolkits_word_for_word():
    if not TOOLKIT.exists():
        pytest.skip(f"the practice's own file {TOOLKIT.name} is not at hand")
    told = json.loads(TOOLKIT.read_text())["system_review"]
    wanted = [
        (level[:7], stage, row["statement"],
         [(one["text"], (one["lead"] or "").removesuffix(" (to follow up)"), one["timescale"] or "")
          for one in row["actions"]])
        for level, stages in told["levels"].items()
        for stage, part in stages.items()
        for row in part["rows"]
    ]  # fmt: skip
    have = [
        (one.part.level.label, one.part.stage.label, one.words,
         [(action.what, action.lead, action.timescale) for action in one.actions])
        for one in STATEMENTS
    ]  # fmt: skip
    assert have == wanted
    assert (len(have), sum(len(row[3]) for row in have)) == (14, 20)
    for one, (level, stage, words, _) in zip(STATEMENTS, wanted, strict=True):
        rows = next(value for key, value in told["levels"].items() if key.startswith(level))[stage]["rows"]
        rating = next(row["rating"] for row in rows if row["statement"] == words)
        assert one.rating.label in rating  # where the extraction lost a colour, one of those that it may have been


def test_the_example_stands_on_the_board_with_its_leads_and_the_action_without_one_is_marked(worked, keeper, signed_in):
    browser = signed_in(keeper)
    pages = {
        level: browser.get(reverse("reviews:board", args=[worked.pk, level])).content.decode() for level in ("1", "2")
    }
    for one in STATEMENTS:
        page = plain(re.sub("<[^>]+>", "", pages[one.part.level]).replace("&#x27;", "'"))
        assert plain(one.words) in page
        for action in one.actions:
            assert plain(action.what) in page
            assert not action.lead or f"{action.lead}tolead" in page
    assert pages["1"].count("No lead</strong>") == 1
    assert "No lead</strong>" not in pages["2"]


def test_the_pdf_is_a_page_of_a3_for_each_level_with_everything_in_its_column(worked, keeper):
    content = made(worked, "pdf", keeper)
    pages = [plain(page) for page in pages_of(content)]
    assert len(pages) == 2
    for number, page in enumerate(pages):
        assert "CONTEXTUALSAFEGUARDINGSYSTEMREVIEWRESULTS" in page.upper()
        assert plain(LEVELS[number].replace(":", "")).upper() in page.upper()
        for heading in HEADINGS:
            assert plain(heading).upper() in page.upper()
    for one in STATEMENTS:
        page = pages[int(one.part.level) - 1]
        assert plain(one.words) in page
        for action in one.actions:
            assert plain(action.what) + (f"-{action.lead}tolead" if action.lead else "") in page
    assert "CurrentoverallratingLevel1:Amber/Red" in pages[0]
    assert pages[0].count("Noleadyet") == 1
    assert "Noleadyet" not in pages[1]


def test_every_statement_stands_in_the_column_of_its_rating(worked, keeper, signed_in):
    page = signed_in(keeper).get(reverse("reviews:print", args=[worked.pk])).content.decode()
    for one in STATEMENTS:
        words = one.words.replace("'", "&#x27;")
        assert f'<td class="tool-words tool-words--{one.rating}">{words}</td>' in page


def test_a_board_that_is_longer_flows_on_with_its_headings(keeper):
    review = a_review(by=keeper)
    for number in range(40):
        statement = a_statement(
            review, by=keeper, rating=list(Rating)[number % 3], words=f"No {number}. " + "word " * 120
        )
        a_review_action(statement, by=keeper, what=f"Do {number}. " + "act " * 60)
    long = a_statement(review, by=keeper, words="Begins " + "a long word " * 1000 + "ends")
    pages = pages_of(made(review, "pdf", keeper))
    assert len(pages) > 3
    first = [page for page in pages if "Level 2" not in page and "LEVEL 2" not in page]
    assert all("sustain performance" in page for page in first[:-1])
    whole = plain("".join(pages))
    assert all(f"No{number}." in whole and f"Do{number}." in whole for number in range(40))
    # A statement that is longer than a page goes on over it: nothing is clipped, only headings stand in between.
    assert whole.count("alongword") >= 990
    assert len(long.words.body) > 10_000


def test_statements_of_several_domains_stand_under_their_headings(keeper, signed_in):
    review = a_review(by=keeper)
    for domain in (Domain.OUTCOMES, Domain.TARGET):
        a_statement(review, by=keeper, domain=domain, words=f"About {domain}")
    text = plain("".join(pages_of(made(review, "pdf", keeper))))
    assert text.index("Target") < text.index("Abouttarget") < text.index("Outcomes") < text.index("Aboutoutcomes")
    assert "Legislation" not in text


def test_the_word_file_is_the_same_table_on_a_landscape_page(worked, keeper):
    document = Document(io.BytesIO(made(worked, "docx", keeper)))
    assert document.sections[0].page_width > document.sections[0].page_height
    assert len(document.tables) == 2
    for number, table in enumerate(document.tables, start=1):
        assert [cell.text.casefold() for cell in table.rows[0].cells] == [heading.casefold() for heading in HEADINGS]
        rows = [[cell.text for cell in row.cells] for row in table.rows]
        for one in STATEMENTS:
            if one.part.level == str(number):
                place = list(Rating).index(one.rating) * 2
                row = next(row for row in rows if row[place] == one.words)
                for action in one.actions:
                    assert action.what in row[place + 1]
                    assert not action.lead or f"{action.what} — {action.lead} to lead" in row[place + 1]
        assert any("Current overall rating Level" in row[0] for row in rows)


def test_the_workbook_has_the_tool_as_it_is_laid_out(worked, keeper):
    book = openpyxl.load_workbook(io.BytesIO(made(worked, "xlsx", keeper)))
    assert book.sheetnames == ["Level 1", "Level 2", "Statements", "Actions", "Overall ratings", "About"]
    for number in (1, 2):
        rows = cells_of(book[f"Level {number}"])
        assert rows[2] == HEADINGS
        assert ["REFERRAL", f"Current overall rating Level {number}: Amber/Red", "", "", "", ""] in rows
        for one in STATEMENTS:
            if one.part.level == str(number):
                place = list(Rating).index(one.rating) * 2
                row = next(row for row in rows if row[place] == one.words)
                assert all(action.what in row[place + 1] for action in one.actions)
    assert len(cells_of(book["Statements"])) == 15
    assert len(cells_of(book["Actions"])) == 21


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "_x003D_"])
def test_what_people_wrote_is_never_a_formula(keeper, start):
    review = a_review(by=keeper, area=f"{start}AREA()")
    words = f"{start}HYPERLINK(1)"
    statement = a_statement(review, by=keeper, words=words)
    a_review_action(statement, by=keeper, what=words, owner_name=words, timescale=words, due=None)
    an_overall(review, by=keeper)
    content = made(review, "xlsx", keeper)
    book = openpyxl.load_workbook(io.BytesIO(content))
    found = 0
    for page in book:
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type != "f", (page.title, cell.coordinate)
                found += isinstance(cell.value, str) and "HYPERLINK" in cell.value
    assert found >= 5


def test_a_reader_makes_a_file_and_it_is_recorded(worked, signed_in, django_capture_on_commit_callbacks):
    manager = a_person(Role.MANAGER)
    browser = signed_in(manager)
    page = browser.get(reverse("reviews:review", args=[worked.pk])).content.decode()
    assert reverse("reviews:print", args=[worked.pk]) in page
    answer = browser.post(reverse("reviews:make-paper", args=[worked.pk]), {"form": "xlsx"})
    job = Job.objects.get(kind=papers.KIND)
    assert answer.url == reverse("reviews:paper", args=[job.pk])
    assert "Waiting to start" in browser.get(answer.url).content.decode()
    jobs.run(job.pk)
    assert "Download the file" in browser.get(answer.url).content.decode()
    file = browser.get(reverse("reviews:download-paper", args=[job.pk]))
    assert file.headers["Content-Disposition"] == f'attachment; filename="system-review-{worked.on.isoformat()}.xlsx"'
    acts = set(AuditEvent.objects.filter(actor_id=manager.pk).values_list("act", flat=True))
    assert {"reviews.results.asked", "reviews.results.finished", "reviews.results.downloaded", "printed"} <= acts
    Job.objects.filter(pk=job.pk).update(expires_at=timezone.now() - timedelta(minutes=1))
    assert browser.get(reverse("reviews:download-paper", args=[job.pk])).status_code == 404
    assert signed_in(a_person(Role.MANAGER)).get(answer.url).status_code == 404


def test_a_file_that_waits_can_be_cancelled(worked, keeper, signed_in):
    browser = signed_in(keeper)
    job = papers.ask_for(worked, form="docx", by=keeper)
    browser.post(reverse("reviews:cancel-paper", args=[job.pk]))
    job.refresh_from_db()
    assert job.status == "cancelled"


def test_done_and_dropped_actions_say_how_they_ended(keeper, signed_in):
    review = a_review(by=keeper)
    action = a_review_action(a_statement(review, by=keeper), by=keeper)
    actions.close(action, status="done", outcome="Two teams use the form", by=keeper)
    page = signed_in(keeper).get(reverse("reviews:print", args=[review.pk])).content.decode()
    assert "<b>Done</b>: Two teams use the form" in page
