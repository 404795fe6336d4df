"""The assessment and the joint plan as papers: who is named, what a file holds, when it is handed out."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from accounts.permissions import Role
from consultations.services import access
from contexts import casework_papers as papers
from contexts import peer_papers
from contexts.models import Context
from contexts.services import casework_papers, goals, methods, plan
from core import jobs
from core.models import AuditEvent, Job, JobFile
from core.models.jobs import JobStatus
from tests.context_factories import a_context, a_linked_person, an_assessment
from tests.factories import a_person, a_referral

pytestmark = pytest.mark.django_db
NAMED, HIDDEN = "Kaitlyn Mensah", "Zephyrine Quillfeather"


@pytest.fixture
def cs():
    return a_person(Role.CS_PRACTITIONER, name="Sam Archer")


@pytest.fixture
def hidden_referral():
    return a_referral("screening", name=HIDDEN)


@pytest.fixture
def context(cs, hidden_referral):
    """A context in whose assessment and plan two young people are named, one of whom cs may not see."""
    made = a_context("assessing", cs=cs, name="Hartley Park", kind="school", assessed=False)
    people = [a_linked_person(made, a_referral("screening", name=NAMED).young_person)]
    people.append(a_linked_person(made, hidden_referral.young_person))
    found = an_assessment(made, by=cs, texts={"analysis": f"{NAMED} was hit by {HIDDEN} there", "conclusion": "Lights"})
    found.people.set(people)
    today = timezone.localdate()
    used = {"title": "", "begun_on": today, "ended_on": None, "by_whom": "Nurse", "number": 9, "who": "Year 9"}
    survey = methods.add(found, "survey", used | {"found": f"{HIDDEN} is feared"}, by=cs)
    methods.set_figures(survey, [("Where is it safe?", f"Away from {HIDDEN}", 3)], version=1, by=cs)
    methods.rate(found, "prevention", light="red", reason=f"Nobody watches {HIDDEN}", seen=None, by=cs)
    goal = goals.add(
        made, {"words": f"{HIDDEN} and {NAMED} are safe", "measure": "Fights", "how": "", "unit": ""}, by=cs
    )
    given = {"what": f"Walk {HIDDEN} home", "goal": goal, "owner": cs, "people": people}
    plan.add(made, given, by=cs)
    access.restrict(hidden_referral, reason="Known", people=[], by=a_person(Role.MANAGER))
    return Context.objects.get(pk=made.pk)


def urls_of(context):
    """The pages to print, and where a PDF is asked for."""
    found = [context.pk, context.assessments.get().pk]
    return [
        (reverse("contexts:print-assessment", args=found), reverse("contexts:make-assessment-paper", args=found)),
        (reverse("contexts:print-plan", args=found[:1]), reverse("contexts:make-plan-paper", args=found[:1])),
    ]


def words_of(job) -> str:
    file = JobFile.objects.get(job=job)
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(file.content)).pages).split())


def download(browser, job):
    return browser.get(reverse("contexts:download-casework-paper", args=[job.pk]))


def give_access(referral, person, manager):
    until = timezone.localdate() + timedelta(days=20)
    return access.grant(referral, person=person, until=until, reason="Works with them", by=manager)


def hidden_in(words: str) -> list[str]:
    return [part for part in HIDDEN.casefold().split() if part in words.casefold()]


def test_a_paper_has_the_names_that_its_reader_may_see_and_no_other(context, cs, signed_in):
    browser = signed_in(cs)
    for (page, make), said in zip(urls_of(context), (f"{NAMED} was hit by", f"{NAMED} are safe"), strict=True):
        shown = browser.get(page).content.decode()
        assert said in shown and not hidden_in(shown)
        answer = browser.post(make)
        job = Job.objects.get(pk=answer.url.rstrip("/").rpartition("/")[2])
        jobs.run(job.pk)
        words = words_of(job)
        assert NAMED in words and "Hartley Park" in words and not hidden_in(words)
        assert download(browser, job).headers["Content-Disposition"].endswith(f'-{context.reference}.pdf"')


def test_a_copy_without_names_has_none_for_anybody(context, cs, hidden_referral, signed_in):
    give_access(hidden_referral, cs, a_person(Role.MANAGER))
    browser = signed_in(cs)
    for page, make in urls_of(context):
        assert HIDDEN in browser.get(page).content.decode()
        shown = browser.get(f"{page}?names=without").content.decode()
        job = Job.objects.get(pk=browser.post(make, {"names": "without"}).url.rstrip("/").rpartition("/")[2])
        jobs.run(job.pk)
        for words in (shown, words_of(job)):
            assert not hidden_in(words) and "Kaitlyn" not in words and "Mensah" not in words
            assert "young person" in words and "2 young people" in words and "Sam Archer" in words


def test_what_was_found_out_and_agreed_stands_in_the_papers(context, cs):
    assessed = papers.html(papers.assessment(cs, context.assessments.get(), names=True))
    for words in ("Sam Archer", "9 took part", "Where is it safe?", "3 (100%)", "Red", "Nobody watches", "Lights"):
        assert words in assessed
    agreed = papers.html(papers.plan(cs, context, names=True))
    for words in ("What shows it: Fights", "Action: Walk", "Sam Archer", f"Concerns {NAMED}"):
        assert words in agreed


def _ask(kind, context, cs):
    if kind == "plan":
        return casework_papers.ask_for(papers.PLAN, context, names=True, by=cs)
    asked = {"all_of_them": True, "natures": [], "names": True}
    return peer_papers.ask_for(context, asked, by=cs)


@pytest.mark.parametrize("kind", ["plan", "peer map"])
def test_a_file_has_what_its_asker_may_see_when_it_is_made(context, cs, hidden_referral, signed_in, kind):
    """Asked for while somebody was hidden, made while they were not, read once they are hidden again."""
    browser, manager = signed_in(cs), a_person(Role.MANAGER)
    job = _ask(kind, context, cs)
    given = give_access(hidden_referral, cs, manager)
    jobs.run(job.pk)
    name = "contexts:download-casework-paper" if kind == "plan" else "contexts:download-peer-map"
    url = reverse(name, args=[job.pk])
    assert HIDDEN in words_of(job)
    assert browser.get(url).status_code == 200
    access.end(given, reason="No longer", by=manager)
    assert browser.get(url).status_code == 404


def test_what_changes_while_a_file_is_made_makes_none(context, cs, hidden_referral, monkeypatch):
    job = _ask("plan", context, cs)
    make = papers.plan

    def changing(*args, **kwargs):
        give_access(hidden_referral, cs, a_person(Role.MANAGER))
        return make(*args, **kwargs)

    monkeypatch.setattr(papers, "plan", changing)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED and "Ask for it again" in job.failure
    assert not JobFile.objects.filter(job=job).exists()


def test_a_file_without_names_is_not_handed_out_once_there_is_another_name(context, cs, signed_in):
    job = casework_papers.ask_for(papers.PLAN, context, names=False, by=cs)
    jobs.run(job.pk)
    assert download(signed_in(cs), job).status_code == 200
    a_linked_person(context, name="Fights")
    assert download(signed_in(cs), job).status_code == 404


def test_asked_twice_it_is_one_file_and_with_names_it_is_another(context, cs):
    first = casework_papers.ask_for(papers.PLAN, context, names=True, by=cs)
    assert casework_papers.ask_for(papers.PLAN, context, names=True, by=cs) == first
    jobs.run(first.pk)
    assert casework_papers.ask_for(papers.PLAN, context, names=True, by=cs) == first
    assert casework_papers.ask_for(papers.PLAN, context, names=False, by=cs) != first


def test_who_no_longer_reads_the_casework_gets_no_file(context, cs):
    job = casework_papers.ask_for(papers.PLAN, context, names=True, by=cs)
    cs.role_grants.all().delete()
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED


def test_every_copy_of_a_context_is_recorded_with_it(context, cs, signed_in):
    browser = signed_in(cs)
    for page, _ in urls_of(context):
        browser.get(f"{page}?names=without")
    details = AuditEvent.objects.filter(act="printed", subject_id=str(context.pk)).values_list("detail", flat=True)
    assert {(one["paper"], one["names"]) for one in details} == {("assessment", False), ("plan", False)}
