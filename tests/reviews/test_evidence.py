"""Evidence of statements: live figures, what is behind them for whom, what is kept; files that are what they say."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook
from PIL import Image

from accounts.permissions import Role
from contexts.models import Assessment, Context
from core.models import AuditEvent
from reviews import catalogue
from reviews.models import EvidenceFile, Figure
from reviews.services import evidence, rounds
from tests.context_factories import a_context, a_linked_person
from tests.factories import a_person, a_referral
from tests.review_factories import a_review, a_statement
from tests.slices.reviews_evidence import a_figure
from tracker.models import PublishedFigures
from tracker.public_figures import PublicFigures

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(db):
    return a_person(Role.LEAD)


@pytest.fixture
def statement(lead):
    return a_statement(by=lead)


def at(route: str, pk) -> str:
    return reverse(f"reviews:{route}", args=[pk])


def a_finished_assessment(kind: str = "school", *, days_ago: int = 10) -> Context:
    context = a_context("planned", kind=kind)
    Assessment.objects.filter(context=context).update(finished_at=timezone.now() - timedelta(days=days_ago))
    return context


def test_a_figure_is_counted_anew_at_every_look(signed_in, lead, statement):
    browser = signed_in(lead)
    sent = {"key": "assessments", "kind": "school", "period": "12m", "note": "None has been tried"}
    page = browser.post(at("attach-figure", statement.pk), sent, follow=True).content.decode()
    assert "Assessments of contexts finished (school), in the last 12 months" in page
    assert "<strong>0</strong>" in page
    a_finished_assessment()
    a_finished_assessment(days_ago=400)
    a_finished_assessment("online")
    page = browser.get(statement.get_absolute_url()).content.decode()
    assert "<strong>1</strong>" in page
    assert "None has been tried" in page


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({}, "Choose what is counted"),
        ({"key": "nothing", "period": "12m"}, "Choose"),
        ({"key": "champions", "period": "12m"}, "can be counted as it stands now"),
        ({"key": "referrals", "period": "3m"}, "published figures"),
        ({"key": "panels", "period": "12m", "kind": "school"}, "Choose all kinds"),
        ({"key": "assessments", "period": "12m", "note": "x" * 301}, "300 characters or fewer"),
        ({"key": "assess\x00ments", "period": "12m"}, "Choose"),
    ],
)
def test_what_cannot_be_counted_is_said_beside_the_field(signed_in, lead, statement, sent, wrong):
    answer = signed_in(lead).post(at("attach-figure", statement.pk), sent)
    assert answer.status_code == 200
    assert wrong in answer.content.decode()
    assert not Figure.objects.exists()


def test_the_same_figure_twice_is_one(signed_in, lead, statement):
    browser = signed_in(lead)
    for _ in range(2):
        browser.post(at("attach-figure", statement.pk), {"key": "contexts-open", "period": "now"})
    assert Figure.objects.count() == 1


def test_a_lead_reaches_no_name_and_no_context_from_a_number(signed_in, lead, statement):
    context = a_finished_assessment()
    child = a_linked_person(context)
    figure = a_figure(statement, lead)
    page = signed_in(lead).get(at("figure", figure.pk)).content.decode()
    assert "Only those who see the contexts themselves" in page
    for hidden in (context.reference, context.name, child.name):
        assert hidden not in page
    page = signed_in(a_person(Role.MANAGER)).get(at("figure", figure.pk)).content.decode()
    assert context.reference in page
    assert context.get_absolute_url() in page
    assert child.name not in page
    assert context.name not in page


def test_figures_of_referrals_are_the_published_ones_for_everybody(signed_in, lead, statement):
    for _ in range(3):
        a_referral()
    figure = a_figure(statement, lead, key="referrals", kind="", period="published")
    first = timezone.localdate().replace(day=1)
    for browser in (signed_in(lead), signed_in(a_person(Role.MANAGER))):
        page = browser.get(at("figure", figure.pk)).content.decode()
        assert "Not shown" in page
        assert ">3<" not in page
    year = PublicFigures(first, timezone.localdate(), 45)
    PublishedFigures.objects.create(month=first, made_at=timezone.now(), years=[year.as_json()])
    lead_sees = signed_in(lead).get(at("figure", figure.pk)).content.decode()
    assert "About 45" in lead_sees
    assert "/tracker/?" not in lead_sees
    assert (
        "/tracker/?received_from_day=1"
        in signed_in(a_person(Role.MANAGER)).get(at("figure", figure.pk)).content.decode()
    )


def test_what_a_figure_said_is_kept_when_the_round_is_closed(signed_in, lead, statement):
    a_finished_assessment()
    figure = a_figure(statement, lead)
    rounds.close(statement.review, by=lead)
    a_finished_assessment()
    figure.refresh_from_db()
    assert (figure.kept_number, figure.kept_on) == (1, timezone.localdate())
    browser = signed_in(lead)
    page = browser.get(statement.get_absolute_url()).content.decode()
    assert "<strong>1</strong>" in page
    assert "As kept on" in page
    rounds.reopen(statement.review, reason="One is missing", by=lead)
    assert "<strong>2</strong>" in browser.get(statement.get_absolute_url()).content.decode()


def test_every_figure_of_the_catalogue_can_be_counted_and_opened(signed_in, lead, statement):
    a_finished_assessment()
    for entry in catalogue.ENTRIES.values():
        for period in entry.periods:
            figure = a_figure(statement, lead, key=entry.key, kind="", period=period)
            for role in (Role.LEAD, Role.MANAGER):
                assert signed_in(a_person(role)).get(at("figure", figure.pk)).status_code == 200


def test_since_the_last_round_begins_on_its_day(lead):
    on = timezone.localdate()
    span = catalogue.span_of("round", on, last_round=on - timedelta(days=30))
    assert (span.first, span.last) == (on - timedelta(days=30), on)


def a_workbook() -> bytes:
    made = io.BytesIO()
    Workbook().save(made)
    return made.getvalue()


def a_picture(kind: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (200, 200), "red").save(made, kind)
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kept_as"),
    [
        ("sample.pdf", b"%PDF-1.7", "application/pdf"),
        ("sample.XLSX", a_workbook(), "spreadsheetml.sheet"),
        ("sample.csv", "Team,Number\nCIN 1,3\n".encode("cp1252"), "text/csv"),
        ("Ella Brown.jpeg", a_picture("JPEG"), "image/jpeg"),
    ],
)
def test_a_file_is_attached_and_comes_back(signed_in, lead, statement, name, content, kept_as):
    browser = signed_in(lead)
    sent = {"title": "Dip-sample, spring", "file": SimpleUploadedFile(name, content)}
    page = browser.post(at("attach-file", statement.pk), sent, follow=True).content.decode()
    assert "Dip-sample, spring" in page
    file = EvidenceFile.objects.get()
    answer = browser.get(at("evidence-file", file.pk))
    assert kept_as in answer["Content-Type"]
    assert answer["Content-Disposition"] == f'attachment; filename="evidence-{str(file.pk)[:8]}.{file.ending}"'
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "Ella" not in f"{answer.headers}"
    assert AuditEvent.objects.filter(act="statement.file-downloaded").exists()
    if not kept_as.startswith("image"):
        assert answer.content == content


def of_a_later_kind_of_zip(content: bytes) -> bytes:
    """A workbook whose list of files asks for a version of zip that nobody can read yet."""
    made, at_version = bytearray(content), content.index(b"PK\x01\x02") + 6
    made[at_version] = 128
    return bytes(made)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("sample.pdf", b"<html><script>alert(1)</script>"),
        ("sample.docx", b"PK\x03\x04 not a document"),
        ("sample.docx", a_workbook()),
        ("sample.xlsx", of_a_later_kind_of_zip(a_workbook())),
        ("sample.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        ("sample.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        ("sample.html", b"<p>"),
        ("sample", b"%PDF-1.7"),
        ("sample.txt", b"\x00\x01"),
        ("sample.pdf", b""),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(signed_in, lead, statement, name, content):
    sent = {"title": "What was typed", "file": SimpleUploadedFile(name, content)}
    answer = signed_in(lead).post(at("attach-file", statement.pk), sent)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "There is a problem" in page
    assert "What was typed" in page
    assert not EvidenceFile.objects.exists()


def test_the_same_bytes_twice_are_one_file_and_one_taken_away_is_gone(signed_in, lead, statement):
    browser = signed_in(lead)
    for _ in range(2):
        sent = {"title": "Minutes", "file": SimpleUploadedFile("a.pdf", b"%PDF-1.7")}
        browser.post(at("attach-file", statement.pk), sent)
    file = EvidenceFile.objects.get()
    assert "deleted for good" in browser.get(at("remove-evidence-file", file.pk)).content.decode()
    assert EvidenceFile.objects.exists()
    browser.post(at("remove-evidence-file", file.pk))
    assert not EvidenceFile.objects.exists()
    assert browser.get(at("evidence-file", file.pk)).status_code == 404
    assert AuditEvent.objects.filter(act="statement.file-removed", detail__digest=file.digest).exists()


def test_a_statement_has_so_many_files_and_no_more(signed_in, lead, statement):
    for number in range(evidence.MOST_FILES):
        content = f"%PDF-{number}".encode()
        evidence.attach_file(
            statement, title="One", ending="pdf", content_type="application/pdf", content=content, by=lead
        )
    sent = {"title": "One more", "file": SimpleUploadedFile("a.pdf", b"%PDF-1.7")}
    answer = signed_in(lead).post(at("attach-file", statement.pk), sent)
    assert answer.status_code == 409
    assert "at most 20 files" in answer.content.decode()


def test_figures_go_with_a_statement_into_the_next_round(lead, statement):
    figure = a_figure(statement, lead, note="None yet")
    after = a_statement(a_review(by=lead), by=lead)
    evidence.carry(statement, after, by=lead, at=timezone.now())
    carried = after.figures.get()
    assert (carried.key, carried.kind, carried.period, carried.note) == ("assessments", "school", "12m", "None yet")
    assert carried.kept_on is None
    assert carried.pk != figure.pk
