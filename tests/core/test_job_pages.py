"""What a kind of job may say of itself: who may have its file, why one fails, and that a long one still goes on."""

import time

import pytest
from django.http import Http404
from django.test import RequestFactory
from django.utils import timezone

from accounts.permissions import Role
from core import job_pages, jobs
from core.models import Job
from core.models.jobs import JobStatus
from core.workflow import ActRefused
from tests.factories import a_person

KIND = "test.pages"


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    """Kinds of the test's own, and a bell that nobody hears."""
    monkeypatch.setattr(jobs, "_kinds", dict(jobs._kinds))
    monkeypatch.setattr(jobs, "ring", lambda job_id: True)


def register(run, **rights) -> None:
    jobs.register(KIND, may=lambda user: True, **rights)(run)


def asked(params: dict | None = None) -> Job:
    return jobs.enqueue(KIND, params=params or {}, by=a_person(Role.MANAGER))


def request_of(job: Job):
    request = RequestFactory().get("/")
    request.user = job.requested_by
    return request


@pytest.mark.django_db
def test_a_kind_is_asked_about_the_very_job():
    register(lambda job, step: jobs.Output("a.txt", "text/plain", b"a"), may_have=lambda user, job: job.params["may"])
    yes, no = asked({"may": True}), asked({"may": False})
    assert job_pages.job_for(request_of(yes), KIND, yes.pk) == yes
    with pytest.raises(Http404):
        job_pages.job_for(request_of(no), KIND, no.pk)
    for job in (yes, no):
        jobs.run(job.pk)
        job.refresh_from_db()
    assert (yes.status, no.status) == (JobStatus.DONE, JobStatus.FAILED)
    assert job_pages.answer_file(request_of(yes), yes).content == b"a"


@pytest.mark.django_db
def test_a_refusal_fails_at_once_and_in_its_own_words():
    def run(job, step):
        raise ActRefused("There is no paper left.")

    register(run)
    job = asked()
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.failure, job.attempts) == (JobStatus.FAILED, "There is no paper left.", 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kept", [True, False], ids=["kept alive", "without"])
def test_a_long_piece_of_work_keeps_its_lease(settings, kept):
    settings.JOB_LEASE_SECONDS = 1
    taken = []

    def run(job, step):
        step(0)
        if kept:
            with jobs.kept_alive(step, 0):
                time.sleep(2.5)
                taken.append(jobs.claim(job.pk))
        else:
            time.sleep(2.5)
            taken.append(jobs.claim(job.pk))
        return jobs.Output("a.txt", "text/plain", b"a")

    register(run)
    job = asked()
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (taken[0] is None) == kept
    assert (job.status == JobStatus.DONE) == kept


@pytest.mark.django_db(transaction=True)
def test_a_job_cancelled_during_a_long_piece_of_work_stores_nothing(settings):
    settings.JOB_LEASE_SECONDS = 1

    def run(job, step):
        with jobs.kept_alive(step, 0):
            jobs.cancel(job, by=job.requested_by, at=timezone.now())
            time.sleep(1)
        step(1)
        return jobs.Output("a.txt", "text/plain", b"a")

    register(run)
    job = asked()
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.CANCELLED
    assert not hasattr(job, "file")
