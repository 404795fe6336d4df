"""Jobs: claimed once, finished once, never stored by a worker that lost its claim."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.permissions import Permission, Role, can
from core import jobs
from core.models import AuditEvent, Job, JobFile
from core.models.jobs import JobStatus
from core.workflow import ActRefused
from tests.factories import a_person

pytestmark = pytest.mark.django_db

KIND = "test.count"


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    """A kind of job that counts to three, and a bell that nobody hears."""
    monkeypatch.setattr(jobs, "_kinds", dict(jobs._kinds))
    monkeypatch.setattr(jobs, "ring", lambda job_id: True)

    @jobs.register(KIND, may=lambda user: can(user, Permission.TRACKER_EXPORT))
    def count(job, step):
        for number in range(3):
            step(number + 1, 3)
        return jobs.Output("count.txt", "text/plain", b"three")


@pytest.fixture
def manager():
    return a_person(Role.MANAGER)


@pytest.fixture
def job(manager):
    return jobs.enqueue(KIND, params={}, by=manager)


def expire(job: Job) -> None:
    # Well before: the database's now is the beginning of the test, however slow the machine.
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(hours=1))


def test_a_job_runs_once_and_stores_one_file(job):
    jobs.run(job.pk)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts, job.done, job.total) == (JobStatus.DONE, 1, 3, 3)
    assert bytes(JobFile.objects.get(job=job).content) == b"three"
    assert AuditEvent.objects.filter(act=f"{KIND}.finished", subject_id=str(job.pk)).count() == 1


def test_a_file_is_stored_piece_by_piece_and_closed(job, monkeypatch):
    monkeypatch.setattr(jobs, "PIECE", 4)
    made = io.BytesIO(b"0123456789")
    made.read()  # it is written, so it stands at its end
    monkeypatch.setitem(jobs._kinds, KIND, replace(jobs._kinds[KIND], run=lambda job, step: _output(made)))
    jobs.run(job.pk)
    file = JobFile.objects.get(job=job)
    assert (bytes(file.content), file.size) == (b"0123456789", 10)
    assert AuditEvent.objects.get(act=f"{KIND}.finished").detail == {"bytes": 10}
    assert made.closed


def test_a_file_of_many_pieces_is_not_written_again_for_each(job, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(jobs, "PIECE", 1)
    claimed = jobs.claim(job.pk)
    with django_assert_max_num_queries(300) as caught:
        jobs.finish(claimed, _output(io.BytesIO(b"x" * 200)))
    written = [query["sql"] for query in caught if "core_jobfile" in query["sql"] and "SELECT" not in query["sql"][:6]]
    assert len(written) <= 2
    assert bytes(JobFile.objects.get(job=job).content) == b"x" * 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_largeobject_metadata")
        assert cursor.fetchone() == (0,)


def test_an_empty_file_is_stored_as_well(job):
    assert jobs.finish(jobs.claim(job.pk), _output(io.BytesIO())) is True
    assert bytes(JobFile.objects.get(job=job).content) == b""


def test_a_file_is_deleted_once_and_only_when_it_is_there(job, manager):
    with pytest.raises(ActRefused, match="no file to delete"):
        jobs.delete_file(job, by=manager)
    jobs.run(job.pk)
    jobs.delete_file(job, by=manager)
    assert not JobFile.objects.exists()
    assert AuditEvent.objects.filter(act=f"{KIND}.deleted", subject_id=str(job.pk)).count() == 1
    with pytest.raises(ActRefused):
        jobs.delete_file(job, by=manager)


def _output(content) -> jobs.Output:
    return jobs.Output("a.txt", "text/plain", content)


def test_a_claimed_job_is_nobody_elses_until_its_lease_runs_out(job):
    first = jobs.claim(job.pk)
    assert first.token == 1
    assert jobs.claim(job.pk) is None
    expire(job)
    assert jobs.claim(job.pk).token == 2


def test_a_worker_that_lost_its_claim_stores_nothing(job):
    slow = jobs.claim(job.pk)
    expire(job)
    quick = jobs.claim(job.pk)
    assert jobs.finish(quick, jobs.Output("a.txt", "text/plain", b"quick")) is True
    assert jobs.finish(slow, jobs.Output("a.txt", "text/plain", b"slow")) is False
    assert bytes(JobFile.objects.get(job=job).content) == b"quick"


def test_a_worker_that_lost_its_claim_is_stopped_at_its_next_step(job):
    slow = jobs.claim(job.pk)
    expire(job)
    jobs.claim(job.pk)
    with pytest.raises(jobs.LeaseLost):
        jobs._stepper(slow)(1, 3)


def test_each_step_keeps_the_lease(job):
    claimed = jobs.claim(job.pk)
    expire(job)
    jobs._stepper(claimed)(1, 3)
    assert jobs.claim(job.pk) is None


def test_cancelling_stops_a_running_job_and_leaves_no_file(job, manager):
    claimed = jobs.claim(job.pk)
    jobs.cancel(job, by=manager)
    with pytest.raises(jobs.LeaseLost):
        jobs._stepper(claimed)(1, 3)
    assert jobs.finish(claimed, jobs.Output("a.txt", "text/plain", b"late")) is False
    assert not JobFile.objects.exists()
    with pytest.raises(ActRefused):
        jobs.cancel(job, by=manager)


def test_a_failing_job_is_tried_again_and_then_fails_visibly(job, monkeypatch):
    def fail(job, step):
        raise RuntimeError("broken")

    monkeypatch.setitem(jobs._kinds, KIND, jobs.Kind(KIND, fail, lambda user: True))
    for attempt in range(1, jobs.MAX_ATTEMPTS + 1):
        job.refresh_from_db()
        assert job.is_open, attempt
        jobs.run(job.pk)
        expire(job) if attempt < jobs.MAX_ATTEMPTS else None
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert "logged" in job.failure
    jobs.run(job.pk)
    assert Job.objects.get(pk=job.pk).attempts == jobs.MAX_ATTEMPTS


def test_a_job_whose_workers_all_died_is_failed_by_the_sweep(job):
    Job.objects.filter(pk=job.pk).update(
        status=JobStatus.RUNNING, attempts=jobs.MAX_ATTEMPTS, lease_until=timezone.now() - timedelta(seconds=1)
    )
    assert jobs.claim(job.pk) is None
    jobs.sweep()
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED


@pytest.mark.parametrize("loss", ["role", "left"])
def test_rights_are_asked_again_when_the_job_runs(job, manager, loss):
    if loss == "role":
        manager.role_grants.all().delete()
    else:
        manager.is_active = False
        manager.save()
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert "no longer have the right" in job.failure
    assert not JobFile.objects.exists()


def test_the_sweep_rings_for_what_waits_or_went_silent(job, manager, monkeypatch):
    silent, running, done = (jobs.enqueue(KIND, params={}, by=manager) for _ in range(3))
    for one in (silent, running, done):
        jobs.claim(one.pk)
    expire(silent)
    jobs.finish(Job.objects.get(pk=done.pk), jobs.Output("a.txt", "text/plain", b""))
    rung = []
    monkeypatch.setattr(jobs, "ring", lambda job_id: rung.append(job_id) or True)
    assert jobs.sweep() == 2
    assert set(rung) == {job.pk, silent.pk}


def test_the_sweep_drops_expired_files_and_keeps_the_job(job):
    jobs.run(job.pk)
    jobs.sweep()
    assert JobFile.objects.filter(job=job).exists()
    Job.objects.filter(pk=job.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    jobs.sweep()
    assert not JobFile.objects.filter(job=job).exists()
    assert Job.objects.filter(pk=job.pk, status=JobStatus.DONE).exists()


def test_the_bell_rings_only_after_the_commit(manager, monkeypatch, django_capture_on_commit_callbacks):
    rung = []
    monkeypatch.setattr(jobs, "ring", lambda job_id: rung.append(job_id))
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        job = jobs.enqueue(KIND, params={}, by=manager)
        assert rung == []
    assert rung == [job.pk]


def test_a_kind_stands_once():
    with pytest.raises(ValueError, match="twice"):
        jobs.register(KIND, may=lambda user: True)(lambda job, step: None)
