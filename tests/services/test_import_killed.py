"""A worker that is killed while it writes an import: nothing of it is there, and another one does it once."""

import threading

import pytest
from django.db import connections

from accounts.permissions import Role
from consultations.models import Referral, YoungPerson
from core.models import AuditEvent, Job
from core.models.jobs import JobStatus
from tests.factories import a_person
from tests.imports import Browser
from tests.services.test_worker import processes, status, wait_until  # noqa: F401  (a fixture)
from tests.tracker.test_import_pages import a_file, a_row

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]


def hold_the_entries(release: threading.Event, held: threading.Event) -> threading.Thread:
    """Another connection that keeps a table into which the import writes, so that it stands half way."""

    def keep() -> None:
        other = connections.create_connection("default")
        try:
            other.set_autocommit(False)
            with other.cursor() as cursor:
                cursor.execute("LOCK TABLE consultations_consultation IN SHARE MODE")
            held.set()
            release.wait(60)
            other.rollback()
        finally:
            other.close()

    thread = threading.Thread(target=keep)
    thread.start()
    return thread


def test_an_import_survives_its_worker(processes, signed_in):  # noqa: F811
    browser = Browser(signed_in(a_person(Role.MANAGER)))
    of = browser.checked(a_file(a_row(), a_row("2")))
    processes.start("redis")
    processes.start("worker")
    release, held = threading.Event(), threading.Event()
    thread = hold_the_entries(release, held)
    try:
        assert held.wait(10)
        browser.send("-preview", of)
        of.refresh_from_db()
        wait_until(lambda: status(of.import_job_id) == JobStatus.RUNNING)
        wait_until(lambda: Job.objects.get(pk=of.import_job_id).total == 2)
        processes.kill("worker")
        assert not Referral.objects.exists()
        assert not YoungPerson.objects.exists()
    finally:
        release.set()
        thread.join()
    processes.start("worker")
    processes.start("beat")
    wait_until(lambda: status(of.import_job_id) == JobStatus.DONE)
    assert Referral.objects.count() == 2
    assert Job.objects.get(pk=of.import_job_id).attempts == 2
    assert AuditEvent.objects.filter(act="tracker.imported").count() == 1
