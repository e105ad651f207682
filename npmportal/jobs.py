"""Jobs: ask for one, claim it, show progress, finish exactly once, pick up what a dead worker left (ADR 0004).

Measured reasons stand in ADR 0004: neither way of acknowledging messages survives `kill -9` alone, and a Redis that is
emptied forgets what was queued. So the row decides: a worker claims it under a row lock, keeps a lease alive while it
works, and may only store a result under the attempt number it claimed.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import InterfaceError, connection, transaction
from django.db import OperationalError as DatabaseUnavailable
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from npmportal.access import grants_of
from npmportal.celery import app
from npmportal.models import Job
from npmportal.private_files import NoRoom, StorageAway

logger = logging.getLogger(__name__)


class JobError(Exception):
    """A failure with a plain sentence for the person who asked; trying again by itself would not help."""


class LostLease(Exception):
    """Another worker has taken this job over: whatever this one made must be thrown away."""


Handler = Callable[["JobRun"], None]
HANDLERS: dict[str, Handler] = {}
MAY_STILL: dict[str, Callable[[Job], bool]] = {}


def _has_a_role(job: Job) -> bool:
    return job.mechanism_id is None or job.mechanism_id in grants_of(job.requested_by).mechanism_ids


def handler(kind: str, *, may_still: Callable[[Job], bool] = _has_a_role) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of ``kind``; it takes a JobRun and ends by calling ``run.finish(…)``.

    ``may_still`` tells whether the person who asked has the right to it when it is made, which may be long after;
    where nothing else is said, any role in the job's mechanism will do.
    """

    def register(function: Handler) -> Handler:
        HANDLERS[kind], MAY_STILL[kind] = function, may_still
        return function

    return register


@transaction.atomic
def enqueue(*, kind: str, key: str, by: Any, mechanism: Any = None, arguments: dict[str, Any] | None = None) -> Job:
    """Return the live job with ``key``, or add one. Celery is told when the transaction has committed.

    ``arguments`` are ids, never content. A broker that cannot be reached changes nothing: the sweep sends again.
    """
    live = Job.objects.live().filter(key=key).first()
    if live:
        return live
    job, created = Job.objects.get_or_create(
        key=key,
        state__in=Job.LIVE,
        defaults={"kind": kind, "state": Job.State.QUEUED, "requested_by": by, "mechanism": mechanism}
        | {"arguments": arguments or {}},
    )
    if created:
        transaction.on_commit(lambda: send(job))
    return job


def send(job: Job) -> None:
    """Tell Celery of the job; note when. A broker that is away is logged and left to the sweep (security R-46)."""
    Job.objects.filter(pk=job.pk).update(sent_at=timezone.now())
    try:
        app.send_task("npmportal.tasks.run_job", args=[str(job.pk)])
    except (OperationalError, OSError) as error:
        logger.warning(
            "job not sent, the sweep will", extra={"job_id": str(job.pk), "error_class": type(error).__name__}
        )


@dataclass
class JobRun:
    """One attempt at one job, as its handler sees it."""

    job: Job
    attempt: int
    lost: threading.Event = field(default_factory=threading.Event)

    def progress(self, done: int, total: int, label: str) -> None:
        """Show “``label``, ``done`` of ``total``” on the page; raise LostLease if the job is no longer ours."""
        updated = self._mine().update(
            progress_done=done, progress_total=total, progress_label=label[:120], lease_until=_lease()
        )
        if not updated:
            raise LostLease

    def finish(self, publish: Callable[[], None]) -> None:
        """Store the result by calling ``publish`` and mark the job done, in one transaction and only if still ours."""
        with transaction.atomic():
            if not self._mine().select_for_update().exists():
                raise LostLease
            check_asker(self.job)
            publish()
            self._mine().update(
                state=Job.State.DONE,
                lease_until=None,
                finished_at=timezone.now(),
                error="",
                progress_done=F("progress_total"),
            )

    def _mine(self) -> Any:
        return Job.objects.filter(pk=self.job.pk, state=Job.State.RUNNING, attempts=self.attempt)


def run(job_id: str) -> None:
    """Claim the job and do it. Called by the worker, perhaps twice for the same id: one claim succeeds."""
    attempt = _claim(job_id)
    if attempt is None:
        return
    job = Job.objects.select_related("requested_by", "mechanism").get(pk=job_id)
    current = JobRun(job, attempt)
    extra = {"job_id": job_id, "job_kind": job.kind, "attempt": attempt}
    logger.info("job started", extra=extra)
    try:
        check_asker(job)
        with _heartbeat(current):
            HANDLERS[job.kind](current)
    except LostLease:
        logger.warning("job taken over by another worker", extra=extra)
    except JobError as error:
        _fail(current, str(error))
    except (NoRoom, StorageAway) as error:
        # Logged where it was met. It is said in so many words, because trying again at once would not help.
        _fail(current, error.sentence)
    except (DatabaseUnavailable, InterfaceError):
        # PostgreSQL went away: the lease runs out and the sweep queues the job again.
        logger.exception("job interrupted", extra=extra)
        connection.close()
    except Exception:
        logger.exception("job failed", extra=extra)
        _fail(current, _("Something went wrong while this was being made. Nothing was lost; you can try again."))
    else:
        logger.info("job finished", extra=extra)


def check_asker(job: Job) -> None:
    """Refuse (JobError) what somebody asked for who has been retired or has lost the right since (security R-09).

    Looked at before the work and before the result is stored. A job of the portal itself has nobody to ask about.
    """
    if job.requested_by_id is None:
        return
    # Read anew: the person was read when the work began.
    asker = get_user_model().objects.filter(pk=job.requested_by_id, is_active=True).first()
    if asker is not None:
        job.requested_by = asker
    if asker is None or not MAY_STILL.get(job.kind, _has_a_role)(job):
        raise JobError(_("Whoever asked for this has no right to it any more, so it was not made."))


def retry(job: Job) -> bool:
    """Queue a failed job afresh; return whether it was ours to queue (a second press of the button is not)."""
    with transaction.atomic():
        if Job.objects.live().filter(key=job.key).exists():
            return False
        # Attempts go on counting: were they to begin again at 1, a worker of the first attempt that wakes up late could
        # take the new one for its own and publish.
        updated = Job.objects.filter(pk=job.pk, state=Job.State.FAILED).update(
            state=Job.State.QUEUED,
            max_attempts=F("attempts") + 3,
            error="",
            finished_at=None,
            progress_done=0,
            progress_label="",
        )
        if updated:
            job.refresh_from_db()  # who waits for it shall not read the old failure
            transaction.on_commit(lambda: send(job))
    return bool(updated)


def sweep() -> dict[str, int]:
    """Pick up what was left behind: requeue or fail abandoned jobs, send again what Redis forgot. Return the counts."""
    failed = (
        Job.objects.abandoned()
        .filter(attempts__gte=F("max_attempts"))
        .update(
            state=Job.State.FAILED,
            lease_until=None,
            finished_at=timezone.now(),
            error=_("The worker stopped in the middle of this more than once. You can try again."),
        )
    )
    # A last lease that runs out between the two queries is left to the next sweep: queued, nobody could claim the job.
    left = Job.objects.abandoned().filter(attempts__lt=F("max_attempts"))
    requeued = left.update(state=Job.State.QUEUED, lease_until=None, sent_at=None)
    stale = timezone.now() - timedelta(seconds=settings.JOB_RESEND_SECONDS)
    unsent = Job.objects.filter(Q(sent_at=None) | Q(sent_at__lt=stale), state=Job.State.QUEUED)
    sent = 0
    for job in unsent.order_by("created_at")[:100]:
        send(job)
        sent += 1
    return {"failed": failed, "requeued": requeued, "sent": sent}


def _lease() -> Any:
    return timezone.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)


def _claim(job_id: str) -> int | None:
    """Take the job if it waits (or its lease ran out) and attempts are left; return the attempt's number."""
    takeable = Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, lease_until__lt=timezone.now())
    with transaction.atomic():
        job = Job.objects.select_for_update(skip_locked=True).filter(takeable, pk=job_id).first()
        if job is None or job.attempts >= job.max_attempts:
            return None
        job.state, job.attempts, job.lease_until = Job.State.RUNNING, job.attempts + 1, _lease()
        job.started_at, job.progress_done, job.progress_label = timezone.now(), 0, ""
        job.save(update_fields=["state", "attempts", "lease_until", "started_at", "progress_done", "progress_label"])
    return job.attempts


def _fail(current: JobRun, sentence: str) -> None:
    current._mine().update(state=Job.State.FAILED, lease_until=None, finished_at=timezone.now(), error=sentence[:300])


@contextmanager
def _heartbeat(current: JobRun) -> Iterator[None]:
    """Keep the lease alive from a thread of its own while the handler works."""
    stop = threading.Event()

    def beat() -> None:
        try:
            while not stop.wait(settings.JOB_HEARTBEAT_SECONDS):
                try:
                    if not current._mine().update(lease_until=_lease()):
                        current.lost.set()
                        return
                except Exception:
                    # PostgreSQL may be restarting: try again at the next beat with a fresh connection.
                    connection.close()
        finally:
            connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)
