"""A real worker and a real Redis, killed in mid-export: the export finishes once, after they are back."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections
from django.urls import reverse

import csproject
from accounts.permissions import Role
from consultations.choices import ReferralState
from core.models import AuditEvent, Job, JobFile
from core.models.jobs import JobStatus
from csproject.embedded import Redis
from tests.factories import a_person, a_referral, an_entry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]


def wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something that other processes do; AssertionError when it does not come."""
    pause = threading.Event()
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        pause.wait(0.05)


def redis_server(folder: Path) -> str:
    """The Redis binary that bin/run would use."""
    service = Redis(folder, folder / "redis.log")
    service.prepare()
    return service.command()[0]


class Processes:
    """Redis, a Celery worker and beat on the test's own database, to be started and killed at will."""

    def __init__(self, folder: Path):
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.running: dict[str, subprocess.Popen] = {}
        database = connection.settings_dict
        place = f"{database['HOST'] or ''}:{database['PORT']}" if database["PORT"] else database["HOST"] or ""
        query = ""
        if place.startswith("/"):
            place, query = "", f"?host={place}"
        login = database["USER"] + (f":{database['PASSWORD']}" if database["PASSWORD"] else "")
        self.env = os.environ | {
            "DATABASE_URL": f"postgres://{login}@{place}/{database['NAME']}{query}",
            "REDIS_URL": self.url,
            "SECRET_KEY": "test",
            "JOB_LEASE_SECONDS": "2",
            "SWEEP_SECONDS": "1",
            "PYTHONWARNINGS": "ignore",
        }

    def start(self, name: str) -> None:
        celery = [sys.executable, "-m", "celery", "-A", "csproject"]
        command = {
            "redis": [redis_server(self.folder), "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""],
            "worker": [*celery, "worker", "--concurrency", "1", "--without-gossip", "--without-mingle"],
            "beat": [*celery, "beat", "--schedule", str(self.folder / "beat"), "--pidfile", ""],
        }[name]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, env=self.env, cwd=settings.BASE_DIR, stdout=log, stderr=log, start_new_session=True
            )
        if name == "redis":
            wait_until(self.redis_answers)

    def redis_answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self, name: str) -> None:
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_all(self) -> None:
        for name in list(self.running):
            self.kill(name)


@pytest.fixture
def processes(tmp_path, monkeypatch):
    started = Processes(tmp_path)
    monkeypatch.setattr(csproject.celery_app.conf, "broker_url", started.url)
    yield started
    started.kill_all()


def status(job_id) -> str:
    return Job.objects.values_list("status", flat=True).get(pk=job_id)


def hold_the_actions_table(hold: threading.Event, held: threading.Event) -> threading.Thread:
    """Another connection that keeps a table which the export reads, so that it stands in mid-export."""

    def keep() -> None:
        other = connections.create_connection("default")
        try:
            other.set_autocommit(False)
            with other.cursor() as cursor:
                cursor.execute("LOCK TABLE consultations_consultationaction IN ACCESS EXCLUSIVE MODE")
            held.set()
            hold.wait(60)
            other.rollback()
        finally:
            other.close()

    thread = threading.Thread(target=keep)
    thread.start()
    return thread


def test_an_export_survives_its_worker_and_redis(processes, signed_in):
    an_entry(a_referral(ReferralState.HELD))
    planned = a_referral(ReferralState.PLANNED)
    manager, cs = signed_in(a_person(Role.MANAGER)), signed_in(a_person(Role.CS_PRACTITIONER))
    processes.start("redis")
    processes.start("worker")
    release, held = threading.Event(), threading.Event()
    thread = hold_the_actions_table(release, held)
    try:
        assert held.wait(10)
        answer = manager.post(reverse("tracker:export"), {"filters": "", "names": "with", "format": "xlsx"})
        job_id = answer.url.rstrip("/").split("/")[-1]
        wait_until(lambda: status(job_id) == JobStatus.RUNNING)
        processes.kill("worker")
        processes.kill("redis")
    finally:
        release.set()
        thread.join()

    began = time.monotonic()
    saved = cs.post(
        reverse("consultations:save-section", args=[planned.pk, "home"]),
        {"body": "Typed while Redis was away.", "version": 0},
        headers={"Accept": "application/json"},
    )
    second = manager.post(reverse("tracker:export"), {"filters": "state=held", "names": "with", "format": "xlsx"})
    assert time.monotonic() - began < 2, "saving and asking for an export must not wait for Redis (a second each)"
    assert saved.json()["status"] == "saved"
    second_id = second.url.rstrip("/").split("/")[-1]
    assert status(job_id) == JobStatus.RUNNING
    assert status(second_id) == JobStatus.QUEUED
    assert not JobFile.objects.exists()

    for name in ("redis", "worker", "beat"):
        processes.start(name)
    for one in (job_id, second_id):
        wait_until(lambda one=one: status(one) == JobStatus.DONE)
        assert JobFile.objects.filter(job=one).count() == 1
        assert AuditEvent.objects.filter(act="tracker.export.finished", subject_id=str(one)).count() == 1
    assert Job.objects.get(pk=job_id).attempts == 2


def test_a_hung_redis_does_not_hold_up_a_request(signed_in, monkeypatch):
    """A listener that takes connections and never answers."""
    manager = signed_in(a_person(Role.MANAGER))
    manager.get(reverse("tracker:export"))  # what a process reads for its first page is no waiting for Redis
    with socket.socket() as hung:
        hung.bind(("127.0.0.1", 0))
        hung.listen(50)
        monkeypatch.setattr(csproject.celery_app.conf, "broker_url", f"redis://127.0.0.1:{hung.getsockname()[1]}/0")
        began = time.monotonic()
        answer = manager.post(reverse("tracker:export"), {"filters": "", "names": "with", "format": "xlsx"})
        assert time.monotonic() - began < 2
    assert answer.status_code == 302
    assert Job.objects.get().status == JobStatus.QUEUED
