"""Papers: what stands on them, who gets them, and what happens where none can be made."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from docx import Document
from pypdf import PdfReader
from weasyprint.urls import URLFetcher

from accounts.permissions import Role
from consultations.choices import ReferralState, Space
from consultations.models import FrameworkCell, Participant, SpaceMark
from consultations.papers import documents, pdf, weasy
from consultations.services import notes, papers
from core import jobs, texts
from core.models import AuditEvent, FormPrompt, FormSection, Job, JobFile
from core.models.jobs import JobStatus
from core.models.lists import FormName
from tests.factories import a_person, a_referral, a_team, an_action
from tests.pdfs import pages_of
from tracker.choices import PrimaryConcern
from tracker.models import Theme

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet_bell(monkeypatch):
    """No worker is rung for: the tests run the jobs themselves."""
    monkeypatch.setattr(jobs, "ring", lambda job_id: True)


@pytest.fixture
def no_pango(monkeypatch):
    """A machine without Pango."""
    monkeypatch.setattr(pdf, "_load", lambda: False)


@pytest.fixture
def practitioner():
    return a_person(Role.PRACTITIONER, team=a_team("Near team"))


@pytest.fixture
def held(practitioner):
    return a_referral(ReferralState.HELD, by=practitioner, name="Kai Mensah")


def write(referral, key: str, body: str) -> None:
    section = FormSection.objects.get(form=FormName.CONSULTATION, key=key)
    cs = a_person(Role.CS_PRACTITIONER)
    notes.save_section(referral.consultation, section, body=body, base_version=0, by=cs)


def made(job: Job) -> JobFile:
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.DONE, job.failure
    return JobFile.objects.get(job=job)


def words_of(content: bytes) -> str:
    """The text of a PDF on one line."""
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.mark.parametrize("paper", documents.BLANKS)
def test_a_blank_form_says_what_the_authority_says(paper, practitioner, signed_in):
    FormSection.objects.filter(form=FormName.CONSULTATION, key="home").update(title="Home and carers")
    FormSection.objects.filter(key="barriers").update(title="What stands in the way")
    FormPrompt.objects.filter(section__key="school").update(text="Is the gate safe?")
    page = signed_in(practitioner).get(reverse("consultations:blank-form", args=[paper])).content.decode()
    text = words_of(made(papers.ask_for(paper, by=practitioner)).content)
    for shown in (page, text):
        assert ("What stands in the way" in shown) == (paper == documents.FRAMEWORK)
        assert ("Home and carers" in shown) == (paper != documents.FRAMEWORK)
        assert ("Is the gate safe?" in shown) == (paper == documents.GUIDED)
        if paper != documents.FRAMEWORK:
            for words in (*PrimaryConcern.labels, *Space.labels[:5], *Theme.objects.values_list("name", flat=True)):
                assert words in shown.replace("&#x27;", "'"), words


def test_a_theme_that_is_switched_off_is_no_longer_printed(practitioner):
    Theme.objects.filter(name="Gangs").update(active=False)
    assert "Gangs" not in words_of(made(papers.ask_for(documents.BLANK, by=practitioner)).content)


def test_the_pdf_is_tagged_titled_and_says_nothing_else_of_itself(held, practitioner):
    file = made(papers.ask_for(documents.CONSULTATION, by=practitioner, referral=held))
    reader = PdfReader(io.BytesIO(bytes(file.content)))
    catalogue = reader.trailer["/Root"]
    assert catalogue["/Lang"] == "en-GB"
    assert catalogue["/MarkInfo"]["/Marked"]
    assert reader.metadata.title == f"{documents.TITLES[documents.CONSULTATION]} {held.reference}"
    assert not reader.metadata.author
    assert "Kai" not in str(reader.metadata)
    assert file.name == f"case-consultation-{held.reference}.pdf"
    assert b"pdfuaid" in reader.xmp_metadata.stream.get_data()


def test_the_word_file_is_a_form_of_real_tables_with_room(practitioner):
    file = made(papers.ask_for(documents.BLANK, by=practitioner, form=papers.WORD))
    document = Document(io.BytesIO(bytes(file.content)))
    headings = [one.text for one in document.paragraphs if one.style.name.startswith("Heading")]
    titles = [section.title for section in FormSection.objects.of(FormName.CONSULTATION).filter(short=False)]
    assert set(titles) <= set(headings)
    assert "Data entry form" in headings
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert sum(text.count("☐") for text in cells) == len(PrimaryConcern) + Theme.objects.in_use().count()
    assert [text for text in cells if text in Space.labels] == Space.labels[:5]
    boxes = [table.rows[0].height.mm for table in document.tables if len(table.rows) == len(table.columns) == 1]
    assert min(boxes) > 25
    assert sum(height > 60 for height in boxes) >= 8
    assert document.sections[0].page_width.mm == pytest.approx(210, abs=0.1)


def test_the_consultation_is_printed_whole(held, practitioner):
    found = held.consultation
    now = timezone.now()
    cs = a_person(Role.CS_PRACTITIONER, name="Amina Rahman")
    write(held, "home", "Lives with his mother.")
    write(held, "siblings", "Two brothers")
    Participant.objects.create(
        consultation=found, name="Jo Reed", agency="Police", came=True, added_by=cs, added_at=now
    )
    Participant.objects.create(consultation=found, name="Max Hale", came=False, added_by=cs, added_at=now)
    SpaceMark.objects.create(consultation=found, space=Space.HOME, harm="serious", strength="some", by=cs, at=now)
    an_action(held, by=cs, what="Map the peer group.", context_name="Lock 4")
    home = FormSection.objects.get(form=FormName.CONSULTATION, key="home")
    found.take_aways.create(
        section=home, what="Who has a key?", outcome="The aunt has", owner=cs, created_by=cs, created_at=now
    )
    FormSection.objects.filter(key="home").update(active=False)  # a heading that is no longer used keeps its words
    text = words_of(made(papers.ask_for(documents.CONSULTATION, by=practitioner, referral=held)).content)
    for words in (
        "Kai Mensah", "Lives with his mother.", "Two brothers", "Jo Reed, Police", "Max Hale (could not come)",
        "Serious harm", "Some strength", "Map the peer group.", "PC Stone, Police", "Lock 4", "Who has a key?",
        "The aunt has", "Amina Rahman", held.reference,
    ):  # fmt: skip
        assert words in text, words
    prompt = FormSection.objects.get(key="agreed-actions").prompts.first().text
    assert prompt not in text
    asked = papers.ask_for(documents.CONSULTATION, by=practitioner, referral=held, prompts=True)
    assert prompt in words_of(made(asked).content)


def test_the_framework_is_printed_in_any_size(held, practitioner):
    cs = a_person(Role.CS_PRACTITIONER)
    place = held.consultation.framework_places.last()
    place.name = "Canal towpath"
    place.save()
    point = FormSection.objects.of(FormName.FRAMEWORK_POINTS).first()
    text = texts.begin("By the lock. " * 5, by=cs, at=timezone.now())
    FrameworkCell.objects.create(place=place, point=point, text=text)
    assert documents.framework(held.consultation, on=timezone.localdate()).framework.as_table
    assert "Canal towpath" in words_of(made(papers.ask_for(documents.PREPARED, by=practitioner, referral=held)).content)
    texts.save(text.pk, body="By the lock. " * 500 + "The end.", base_version=1, by=cs, at=timezone.now())
    paper = documents.framework(held.consultation, on=timezone.localdate())
    assert not paper.framework.as_table
    content = pdf.make(paper)
    assert "The end." in words_of(content)
    assert len(PdfReader(io.BytesIO(content)).pages) > 1


HOSTILE = [
    "<script>alert(1)</script>", '"><img src=file:///etc/passwd>', "</style><link rel=stylesheet href=http://x.example/>",
    "{% include 'x' %} {{ settings }}", "مرحبا بالعالم", "👩‍👩‍👧 🙂", "x" * 3000, "\u202eabc\u202c", "]]>&amp;",
]  # fmt: skip


def test_hostile_and_long_texts_are_printed_as_they_are(held, practitioner, signed_in):
    write(held, "home", "\n".join(HOSTILE))
    write(held, "school", ("A long account of it. " * 40 + "\n") * 45 + "The last word.")
    page = signed_in(practitioner).get(reverse("consultations:print", args=[held.pk, "consultation"])).content.decode()
    assert "<script>alert" not in page
    assert "<img src=file" not in page
    file = made(papers.ask_for(documents.CONSULTATION, by=practitioner, referral=held))
    text = " ".join(" ".join(pages_of(bytes(file.content))).split())
    assert "<script>alert(1)</script>" in text
    assert "{{ settings }}" in text
    assert "The last word." in text


def test_a_record_that_is_too_long_says_so(held, practitioner, monkeypatch):
    monkeypatch.setattr(pdf, "MOST_CHARACTERS", 100)
    job = papers.ask_for(documents.CONSULTATION, by=practitioner, referral=held)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert "more than a PDF is made of here (100)" in job.failure
    assert job.attempts == 1


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/hostname", "http://127.0.0.1:1/x.css", "https://example.org/x.css", "data:text/css,p{}",
        f"{weasy.BASE}/static/../../manage.py", f"{weasy.BASE}/static/js/print.js", f"{weasy.BASE}/media/x.css",
        f"{weasy.BASE}/static/no-such.css", "https://paper.invalid.example.org/static/css/papers.css",
    ],
)  # fmt: skip
def test_a_paper_reaches_nothing_but_our_own_style_sheet(address):
    with pytest.raises((weasy.Refused, Exception)) as refused:
        weasy.OwnStaticFiles().fetch(address)
    assert not isinstance(refused.value, OSError)  # it was not even tried
    with pytest.raises(RuntimeError, match="nothing but"):
        weasy.write(f'<html lang="en"><title>x</title><img alt="" src="file:///etc/hostname"><p>{address}</p></html>')


def test_without_that_defence_a_file_of_the_machine_is_read():
    assert URLFetcher().fetch("file:///etc/hostname").read()
    assert weasy.OwnStaticFiles().fetch(f"{weasy.BASE}/static/css/papers.css").read().startswith(b"/* Papers")


def test_without_pango_the_page_prints_and_says_why_there_is_no_pdf(no_pango, held, practitioner, signed_in):
    browser = signed_in(practitioner)
    for url in (
        reverse("consultations:forms"),
        reverse("consultations:blank-form", args=[documents.BLANK]),
        reverse("consultations:print", args=[held.pk, documents.CONSULTATION]),
    ):
        page = browser.get(url).content.decode()
        assert pdf.NO_PANGO in page
        assert "Make a PDF" not in page
    for url in (
        reverse("consultations:make-form", args=[documents.BLANK]),
        reverse("consultations:make-paper", args=[held.pk, documents.CONSULTATION]),
    ):
        assert browser.post(url).status_code == 409
    assert not Job.objects.exists()
    word = browser.post(reverse("consultations:make-form", args=[documents.BLANK]), {"form": "docx"})
    assert word.status_code == 302
    cs = signed_in(a_person(Role.CS_PRACTITIONER))
    page = cs.get(reverse("consultations:redact", args=[held.pk])).content.decode()
    assert pdf.NO_PANGO in page
    assert "Make the PDF" not in page


def test_a_worker_without_pango_fails_in_words(held, practitioner, monkeypatch):
    job = papers.ask_for(documents.BLANK, by=practitioner)
    monkeypatch.setattr(pdf, "_load", lambda: False)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.failure) == (JobStatus.FAILED, pdf.NO_PANGO)


def test_asked_twice_in_a_moment_it_is_one_job(held, practitioner, signed_in):
    browser = signed_in(practitioner)
    url = reverse("consultations:make-paper", args=[held.pk, documents.CONSULTATION])
    first, second = browser.post(url), browser.post(url)
    assert first.url == second.url
    other = browser.post(url, {"prompts": "1"})
    assert other.url != first.url
    Job.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    assert browser.post(url).url != first.url


def test_what_is_printed_and_downloaded_is_recorded_with_the_referral(held, practitioner, signed_in):
    browser = signed_in(practitioner)
    browser.get(reverse("consultations:print", args=[held.pk, documents.PREPARED]))
    job = papers.ask_for(documents.CONSULTATION, by=practitioner, referral=held)
    made(job)
    answer = browser.get(reverse("consultations:download-paper", args=[job.pk]))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="case-consultation-{held.reference}.pdf"'
    assert answer["Cache-Control"].startswith("no-store") or "no-store" in answer["Cache-Control"]
    printed = AuditEvent.objects.filter(act="printed", subject_id=str(held.pk)).order_by("pk")
    assert [event.detail for event in printed] == [
        {"paper": documents.PREPARED, "as": "page"}, {"paper": documents.CONSULTATION, "as": "pdf"},
    ]  # fmt: skip
    assert AuditEvent.objects.filter(act="consultations.paper.downloaded", subject_id=str(job.pk)).count() == 1


def restrict(referral) -> None:
    """As a manager does; whoever made the referral keeps seeing it, a colleague does not."""
    now = timezone.now()
    referral.restricted_at, referral.restricted_by = now, a_person(Role.MANAGER)
    referral.restriction_reason, referral.restriction_review_on = "Asked for", timezone.localdate()
    referral.save()


def test_who_loses_sight_of_the_referral_loses_the_file(held, practitioner, signed_in):
    colleague = a_person(Role.PRACTITIONER, team=practitioner.team)
    done = papers.ask_for(documents.CONSULTATION, by=colleague, referral=held)
    made(done)
    waiting = papers.ask_for(documents.PREPARED, by=colleague, referral=held)
    browser = signed_in(colleague)
    pages = [reverse(f"consultations:{name}", args=[done.pk]) for name in ("paper", "download-paper")]
    assert [browser.get(url).status_code for url in pages] == [200, 200]
    assert held.reference in browser.get(reverse("consultations:forms")).content.decode()
    restrict(held)
    assert [browser.get(url).status_code for url in pages] == [404, 404]
    assert browser.post(reverse("consultations:cancel-paper", args=[waiting.pk])).status_code == 404
    shown = browser.get(reverse("consultations:forms")).content.decode()
    assert held.reference not in shown
    assert str(done.pk) not in shown
    jobs.run(waiting.pk)
    waiting.refresh_from_db()
    assert waiting.status == JobStatus.FAILED
    assert "no longer have the right" in waiting.failure
    assert not JobFile.objects.filter(job=waiting).exists()


def test_without_that_check_the_file_would_be_given(held, practitioner, signed_in, monkeypatch):
    colleague = a_person(Role.PRACTITIONER, team=practitioner.team)
    job = papers.ask_for(documents.CONSULTATION, by=colleague, referral=held)
    made(job)
    restrict(held)
    kind = jobs.kind_of(job)
    monkeypatch.setitem(jobs._kinds, job.kind, type(kind)(name=kind.name, run=kind.run, may=kind.may))
    assert signed_in(colleague).get(reverse("consultations:download-paper", args=[job.pk])).status_code == 200


def test_nobody_elses_job_is_shown(held, practitioner, signed_in):
    job = papers.ask_for(documents.BLANK, by=practitioner)
    made(job)
    cs = signed_in(a_person(Role.CS_PRACTITIONER))
    for name in ("paper", "download-paper"):
        assert cs.get(reverse(f"consultations:{name}", args=[job.pk])).status_code == 404


def test_a_paper_can_be_cancelled_and_expires(held, practitioner, signed_in):
    browser = signed_in(practitioner)
    job = papers.ask_for(documents.BLANK, by=practitioner)
    page = reverse("consultations:paper", args=[job.pk])
    assert "Waiting to start" in browser.get(page).content.decode()
    assert browser.post(reverse("consultations:cancel-paper", args=[job.pk])).status_code == 302
    assert "was cancelled" in browser.get(page).content.decode()
    assert browser.post(reverse("consultations:cancel-paper", args=[job.pk])).status_code == 409
    again = papers.ask_for(documents.BLANK, by=practitioner)
    assert again.pk != job.pk
    made(again)
    assert "is ready" in browser.get(reverse("consultations:paper", args=[again.pk])).content.decode()
    Job.objects.filter(pk=again.pk).update(expires_at=timezone.now() - timedelta(minutes=1))
    assert browser.get(reverse("consultations:download-paper", args=[again.pk])).status_code == 404
    jobs.sweep()
    assert "has expired" in browser.get(reverse("consultations:paper", args=[again.pk])).content.decode()


def test_there_is_nothing_to_print_before_a_consultation_is_planned(practitioner, signed_in):
    browser = signed_in(practitioner)
    referral = a_referral(ReferralState.SCREENING, by=practitioner)
    for paper in (documents.CONSULTATION, documents.PREPARED, "redacted", "nothing"):
        assert browser.get(reverse("consultations:print", args=[referral.pk, paper])).status_code == 404
    assert "Print and hand out" not in browser.get(referral.get_absolute_url()).content.decode()
    for paper in ("framework", "x", "appendix-d"):
        assert browser.get(reverse("consultations:blank-form", args=[paper])).status_code == 404
    guided = reverse("consultations:make-form", args=[documents.GUIDED])
    assert browser.post(guided, {"form": "docx"}).status_code == 404


def test_the_panel_offers_the_copy_only_to_who_may_make_one(held, practitioner, signed_in):
    redact = reverse("consultations:redact", args=[held.pk])
    for page in (held.get_absolute_url(), reverse("consultations:consultation", args=[held.pk])):
        own = signed_in(practitioner).get(page).content.decode()
        assert "Print and hand out" in own
        assert redact not in own
        assert redact in signed_in(a_person(Role.CS_PRACTITIONER)).get(page).content.decode()


def test_a_print_view_costs_the_same_however_much_is_on_it(held, signed_in):
    cs = a_person(Role.CS_PRACTITIONER)
    browser = signed_in(cs)
    now = timezone.now()
    pages = [
        reverse("consultations:print", args=[held.pk, paper]) for paper in (documents.CONSULTATION, documents.PREPARED)
    ] + [reverse("consultations:redact", args=[held.pk])]

    def fill(times: int) -> None:
        point = FormSection.objects.of(FormName.FRAMEWORK_POINTS).first()
        school = FormSection.objects.get(form=FormName.FRAMEWORK_FACTORS, key="schools")
        for number in range(times):
            an_action(held, by=cs, owner=a_person(Role.PRACTITIONER, team=a_team()))
            held.consultation.take_aways.create(what="Who?", owner=cs, created_by=cs, created_at=now)
            Participant.objects.create(
                consultation=held.consultation,
                person=a_person(Role.PRACTITIONER, team=a_team()),
                added_by=cs,
                added_at=now,
            )
            order = held.consultation.framework_places.filter(factor=school).count() + 1
            place = held.consultation.framework_places.create(factor=school, name=f"School {number}", order=order)
            FrameworkCell.objects.create(place=place, point=point, text=texts.begin("Words", by=cs, at=now))

    def costs() -> list[int]:
        found = []
        for page in pages:
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(page).status_code == 200
            found.append(len(queries))
        return found

    fill(1)
    few = costs()
    fill(6)
    assert costs() == few
    assert max(few) < 50
