"""Jobs: claimed with a token and a lease, finished once, never lost with Redis or a worker.

A kind of job is registered by the app that owns it. `enqueue` inserts the row in the caller's transaction and rings
when that commits; a ring that is lost is rung again by `sweep`, which beat calls every few seconds.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO
from uuid import UUID

from celery import Task
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from . import audit, notices, workbook
from .models import Job, JobFile
from .models.jobs import JobStatus
from .workflow import ActRefused

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
KEEP_FILES_FOR = timedelta(days=7)
# A file is stored in pieces of so many bytes: on its way to the database it takes several times its size.
PIECE = 2 * 1024 * 1024


class LeaseLost(Exception):
    """The job was cancelled, or its lease ran out and another worker has it now: stop, and store nothing."""


@dataclass(frozen=True)
class Output:
    """The file that a job makes: its content, or an open file that is stored in pieces and then closed."""

    name: str
    content_type: str
    content: bytes | BinaryIO

    def pieces(self) -> Iterator[bytes]:
        """The content from its beginning; one piece at least."""
        if isinstance(self.content, bytes):
            yield self.content
            return
        self.content.seek(0)
        yield self.content.read(PIECE)
        while piece := self.content.read(PIECE):
            yield piece

    def close(self) -> None:
        """Let go of the open file."""
        if not isinstance(self.content, bytes):
            self.content.close()


@dataclass(frozen=True)
class Kind:
    """What a kind of job does: `run(job, step)` makes the Output, or None where it makes no file; `may(user)` is asked
    at run and at download.

    `may_have(user, job)`, where a kind has it, is asked too: whether this person may have what this very job makes.
    `telling(job)`, where a kind has it, is what the one who asked is told once the job is done or has failed: the words
    of the notice and the path it leads to.
    """

    name: str
    run: Callable[[Job, "Step"], Output | None]
    may: Callable[..., bool]
    may_have: Callable[..., bool] | None = None
    telling: Callable[[Job], tuple[str, str]] | None = None

    def allows(self, job: Job) -> bool:
        """Whether the one who asked for `job` may have it now."""
        by = job.requested_by
        return by.is_active and self.may(by) and (self.may_have is None or self.may_have(by, job))


Step = Callable[[int, int | None], None]
_kinds: dict[str, Kind] = {}


def register(
    name: str,
    *,
    may: Callable[..., bool],
    may_have: Callable[..., bool] | None = None,
    telling: Callable[[Job], tuple[str, str]] | None = None,
) -> Callable:
    """Decorator: the function runs jobs of kind `name`. Raises ValueError where the name is taken."""

    def decorator(run: Callable[[Job, Step], Output | None]) -> Callable[[Job, Step], Output | None]:
        if name in _kinds:
            raise ValueError(f"job kind {name!r} is registered twice")
        _kinds[name] = Kind(name=name, run=run, may=may, may_have=may_have, telling=telling)
        return run

    return decorator


def kind_of(job: Job) -> Kind:
    """The registered kind of `job`; KeyError for one that no app registers."""
    return _kinds[job.kind]


def enqueue(kind: str, *, params: dict, by, at: datetime | None = None) -> Job:
    """Insert a job in the present transaction and ring once it commits. `params` is JSON."""
    job = Job.objects.create(kind=_kinds[kind].name, params=params, requested_by=by, created_at=at or timezone.now())
    audit.record(f"{kind}.asked", by=by, subject=job, detail=params)
    transaction.on_commit(lambda: ring(job.pk), robust=True)
    return job


def ring(job_id: UUID) -> bool:
    """Tell a worker that a job waits. False where the broker does not answer at once: the sweep rings again."""
    from .tasks import run_job

    return ring_task(run_job, str(job_id))


def ring_task(task: Task, *ids: str) -> bool:
    """Ask a worker to do `task` now; its arguments are ids. False where the broker does not answer at once."""
    try:
        with task.app.connection_for_write(transport_options=settings.RING_TRANSPORT_OPTIONS) as broker:
            task.apply_async(args=list(ids), connection=broker, retry=False)
    except (OSError, KombuError, RedisError) as error:
        logger.warning("the broker did not take %s (%s); it is rung again later", task.name, type(error).__name__)
        return False
    return True


def cancel(job: Job, *, by, at: datetime | None = None) -> None:
    """Stop a job that waits or runs. Raises ActRefused where it has already ended."""
    at = at or timezone.now()
    with transaction.atomic():
        stopped = Job.objects.filter(pk=job.pk, status__in=[JobStatus.QUEUED, JobStatus.RUNNING]).update(
            status=JobStatus.CANCELLED, finished_at=at, lease_until=None
        )
        if not stopped:
            raise ActRefused("This has already ended, so there is nothing to cancel.")
        audit.record(f"{job.kind}.cancelled", by=by, subject=job, at=at)


def claim(job_id: UUID) -> Job | None:
    """Take a job that waits, or whose worker went silent. None where another has it or it has ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_job SET status = 'running', token = token + 1, attempts = attempts + 1,"
            " started_at = coalesce(started_at, now()), lease_until = now() + %s * interval '1 second'"
            " WHERE id = %s AND attempts < %s"
            " AND (status = 'queued' OR (status = 'running' AND lease_until < now())) RETURNING token",
            [settings.JOB_LEASE_SECONDS, job_id, MAX_ATTEMPTS],
        )
        row = cursor.fetchone()
    return Job.objects.select_related("requested_by").get(pk=job_id, token=row[0]) if row else None


def run(job_id: UUID) -> None:
    """Claim a job, do it, and store its file in the transaction that marks it done. A lost claim is no error."""
    job = claim(job_id)
    if job is None:
        return
    kind = kind_of(job)
    if not kind.allows(job):
        _fail(job, "You no longer have the right to this. Ask your administrator if that is wrong.")
        return
    try:
        output = kind.run(job, _stepper(job))
    except LeaseLost:
        logger.info("job %s was taken away or cancelled; this worker stops", job.pk)
        return
    except ActRefused as refused:  # trying again would change nothing, and the reason is for the one who asked
        _fail(job, refused.reason)
        return
    except Exception:
        # The traceback goes to the log (no locals); the person sees a plain failure once the attempts are used up.
        logger.exception("job %s failed in attempt %s", job.pk, job.attempts)
        if job.attempts >= MAX_ATTEMPTS:
            _fail(job, "Something went wrong while this was made. It has been logged; try again, or tell support.")
        else:
            _holding(job).update(lease_until=Now())
        return
    try:
        finish(job, output)
    finally:
        if output:
            output.close()


def finish(job: Job, output: Output | None) -> bool:
    """Mark the job done and store its file, while its claim is still ours. False where it is another's now."""
    now = timezone.now()
    expires_at = now + KEEP_FILES_FOR if output else None
    with transaction.atomic():
        if not _holding(job).update(
            status=JobStatus.DONE, finished_at=now, lease_until=None, expires_at=expires_at, total=F("done")
        ):
            return False
        detail = {"bytes": _store(job, output)} if output else {}
        audit.record(f"{job.kind}.finished", by=job.requested_by, subject=job, detail=detail)
        _tell(job, JobStatus.DONE)
    return True


def delete_file(job: Job, *, by, at: datetime | None = None) -> None:
    """Delete the file of a finished job before its time. Raises ActRefused where there is none (any more)."""
    at = at or timezone.now()
    with transaction.atomic():
        gone, _ = JobFile.objects.filter(job=job, job__status=JobStatus.DONE).delete()
        if not gone:
            raise ActRefused("There is no file to delete: it is not made yet, or it is gone already.")
        Job.objects.filter(pk=job.pk).update(expires_at=at)
        audit.record(f"{job.kind}.deleted", by=by, subject=job, at=at)


def sweep() -> int:
    """Ring again for what waits or lost its worker, fail what used up its attempts, drop expired files.

    Returns how many jobs were rung for.
    """
    silent = Q(status=JobStatus.RUNNING, lease_until__lt=Now())
    for job in Job.objects.filter(silent, attempts__gte=MAX_ATTEMPTS):
        _fail(job, "This was interrupted too often and has been stopped. Try again, or tell support.")
    JobFile.objects.filter(job__expires_at__lt=Now()).delete()
    workbook.forget_abandoned()
    rung = 0
    for job_id in (
        Job.objects.filter(Q(status=JobStatus.QUEUED) | silent)
        .order_by("created_at")
        .values_list("pk", flat=True)[:200]
    ):
        if not ring(job_id):
            break
        rung += 1
    return rung


def _store(job: Job, output: Output) -> int:
    """Store the file of a job, piece by piece; how many bytes it has.

    The pieces go to a large object for the moment: to put each behind the content so far would write all of that anew.
    """
    pieces = output.pieces()
    first = next(pieces)
    size = len(first)
    file = JobFile.objects.create(job=job, name=output.name, content_type=output.content_type, content=first, size=size)
    with connection.cursor() as cursor:
        cursor.execute("SELECT lo_from_bytea(0, %s)", [first])
        (large,) = cursor.fetchone()
        for piece in pieces:
            cursor.execute("SELECT lo_put(%s, %s, %s)", [large, size, piece])
            size += len(piece)
        if size > len(first):
            cursor.execute(
                "UPDATE core_jobfile SET content = lo_get(%s), size = %s WHERE id = %s", [large, size, file.pk]
            )
        cursor.execute("SELECT lo_unlink(%s)", [large])
    return size


def keep(job: Job, **more) -> None:
    """Keep something with the parameters of a job that runs. Raises LeaseLost where its claim is no longer ours."""
    params = job.params | more
    if not _holding(job).update(params=params):
        raise LeaseLost
    job.params = params


def _holding(job: Job):
    return Job.objects.filter(pk=job.pk, token=job.token, status=JobStatus.RUNNING)


def _fail(job: Job, reason: str) -> None:
    with transaction.atomic():
        if _holding(job).update(status=JobStatus.FAILED, finished_at=timezone.now(), lease_until=None, failure=reason):
            audit.record(f"{job.kind}.failed", by=job.requested_by, subject=job, detail={"reason": reason})
            _tell(job, JobStatus.FAILED)


def _tell(job: Job, status: JobStatus) -> None:
    """Tell the one who asked how it ended, where this kind of job does that."""
    kind = _kinds.get(job.kind)
    if kind and kind.telling:
        job.status = status
        words, url = kind.telling(job)
        notices.tell([job.requested_by], words, key=f"{job.kind}:{job.pk}", url=url)


@dataclass
class Pulse:
    """How far a long piece of work is, as the thread that keeps its lease reports it; the work itself counts it up."""

    done: int
    total: int | None


@contextmanager
def kept_alive(step: Step, done: int, total: int | None = None, *, every: float | None = None) -> Iterator[Pulse]:
    """Keeps the lease while one long piece of work goes on inside that cannot report by itself.

    Every so many seconds (a third of the lease) what stands in the Pulse is reported, from a connection of its own:
    so it is seen also while the work is one transaction. A lease that is lost meanwhile shows at the caller's next
    step, or to `still_held`.
    """
    over = threading.Event()
    pulse = Pulse(done, total)

    def tick() -> None:
        try:
            while not over.wait(every or settings.JOB_LEASE_SECONDS / 3):
                step(pulse.done, pulse.total)
        except LeaseLost:
            pass  # the caller's own next step says so, in the thread that can stop
        finally:
            connection.close()  # this thread's own

    ticker = threading.Thread(target=tick, name="keep-lease", daemon=True)
    ticker.start()
    try:
        yield pulse
    finally:
        over.set()
        ticker.join()


def still_held(job: Job) -> None:
    """Raises LeaseLost where the job was cancelled or is another worker's. It only reads: for inside a transaction."""
    if not _holding(job).exists():
        raise LeaseLost


def _stepper(job: Job) -> Step:
    """The function by which a run reports its progress and keeps its lease; raises LeaseLost when it is gone."""

    def step(done: int, total: int | None = None) -> None:
        lease = Now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)
        if not _holding(job).update(done=done, total=total, lease_until=lease):
            raise LeaseLost

    return step
