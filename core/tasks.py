"""Celery's doorbell. Arguments are ids; everything else is read from PostgreSQL."""

from uuid import UUID

from celery import shared_task


@shared_task(name="core.tasks.run_job", ignore_result=True)
def run_job(job_id: str) -> None:
    """Do the job with this id, if it still waits."""
    from . import jobs

    jobs.run(UUID(job_id))


@shared_task(name="core.tasks.sweep", ignore_result=True)
def sweep() -> None:
    """Ring again for jobs that nobody took or whose worker went silent."""
    from . import jobs

    jobs.sweep()


@shared_task(name="core.tasks.send_notices", ignore_result=True)
def send_notices() -> None:
    """Send the e-mails of notices that wait."""
    from . import notices

    notices.send_waiting()
