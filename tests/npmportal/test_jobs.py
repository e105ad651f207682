"""A job is done exactly once, or visibly failed, whatever happens to workers, messages and Redis."""

import errno
import os
import time
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from npmportal import jobs, private_files
from npmportal.models import Job
from npmportal.private_files import NoRoom, StorageAway


@pytest.fixture
def sent(monkeypatch):
    """The ids Celery was told of."""
    ids = []
    monkeypatch.setattr(jobs.app, "send_task", lambda name, args: ids.append(args[0]))
    return ids


@pytest.fixture
def results(monkeypatch):
    """What the jobs of kind “test” have published."""
    published = []
    monkeypatch.setitem(jobs.HANDLERS, "test", lambda run: run.finish(lambda: published.append(run.attempt)))
    return published


@pytest.fixture
def queued(coordinator):
    return Job.objects.create(kind="test", key="one", requested_by=coordinator)


def abandon(job, **fields):
    """Leave ``job`` as a worker that was killed leaves it."""
    past = timezone.now() - timedelta(minutes=1)
    Job.objects.filter(pk=job.pk).update(
        **({"state": Job.State.RUNNING, "attempts": 1, "lease_until": past, "sent_at": past} | fields)
    )


def test_enqueue_tells_celery_after_commit_and_only_then(coordinator, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.enqueue(kind="test", key="one", by=coordinator)
        assert sent == []

    assert sent == [str(job.pk)]
    job.refresh_from_db()
    assert job.sent_at is not None


def test_enqueue_twice_is_one_job(coordinator, alpha_lead, sent):
    first = jobs.enqueue(kind="test", key="one", by=coordinator)

    assert jobs.enqueue(kind="test", key="one", by=alpha_lead) == first
    assert Job.objects.count() == 1


def test_database_refuses_second_live_job_with_the_key(queued):
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(kind="test", key="one")


def test_enqueue_survives_a_broker_that_is_away(coordinator, monkeypatch, django_capture_on_commit_callbacks, caplog):
    def away(*args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(jobs.app, "send_task", away)

    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.enqueue(kind="test", key="one", by=coordinator)

    assert Job.objects.get(pk=job.pk).state == Job.State.QUEUED
    assert "not sent" in caplog.text


def test_same_message_ten_times_gives_one_result(queued, results):
    for _ in range(10):
        jobs.run(str(queued.pk))

    queued.refresh_from_db()
    assert results == [1]
    assert queued.state == Job.State.DONE


def test_running_job_with_a_live_lease_is_left_alone(queued, results):
    abandon(queued, lease_until=timezone.now() + timedelta(minutes=1))

    jobs.run(str(queued.pk))

    assert results == []


def test_worker_that_lost_its_lease_cannot_publish(queued, monkeypatch):
    published = []

    def overtaken(run):
        Job.objects.filter(pk=queued.pk).update(attempts=2)
        run.finish(lambda: published.append("late"))

    monkeypatch.setitem(jobs.HANDLERS, "test", overtaken)

    jobs.run(str(queued.pk))

    queued.refresh_from_db()
    assert published == []
    assert queued.state == Job.State.RUNNING


def test_progress_of_a_lost_job_stops_the_handler(queued):
    run = jobs.JobRun(queued, attempt=1)

    with pytest.raises(jobs.LostLease):
        run.progress(1, 9, "Coverage matrix")


def test_publish_that_fails_leaves_nothing_behind(queued, monkeypatch):
    def half(run):
        def publish():
            Job.objects.filter(pk=queued.pk).update(progress_label="half")
            raise ValueError("torn page")

        run.finish(publish)

    monkeypatch.setitem(jobs.HANDLERS, "test", half)

    jobs.run(str(queued.pk))

    queued.refresh_from_db()
    assert (queued.state, queued.progress_label) == (Job.State.FAILED, "")
    assert "torn page" not in queued.error


def test_job_error_shows_its_sentence(queued, monkeypatch):
    def refuse(run):
        raise jobs.JobError("There is no text library.")

    monkeypatch.setitem(jobs.HANDLERS, "test", refuse)

    jobs.run(str(queued.pk))

    queued.refresh_from_db()
    assert (queued.state, queued.error) == (Job.State.FAILED, "There is no text library.")


@pytest.mark.parametrize(
    ("number", "sentence", "level"),
    [(errno.ENOSPC, NoRoom.sentence, "CRITICAL"), (errno.EROFS, StorageAway.sentence, "ERROR")],
    ids=["full", "read-only"],
)
@pytest.mark.parametrize("where", ["beginning", "writing"])
def test_disk_that_fails_is_a_clear_sentence_an_alarm_and_another_try(
    queued, monkeypatch, caplog, number, sentence, level, where
):
    def failing(*arguments, **more):
        raise OSError(number, os.strerror(number))

    def write(run):
        with monkeypatch.context() as patch:
            if where == "beginning":
                patch.setattr(private_files.tempfile, "mkstemp", failing)
            with private_files.unfinished():
                failing()

    monkeypatch.setitem(jobs.HANDLERS, "test", write)

    jobs.run(str(queued.pk))

    queued.refresh_from_db()
    assert (queued.state, queued.error) == (Job.State.FAILED, sentence)
    assert [record.levelname for record in caplog.records if record.levelname != "INFO"] == [level]
    assert not list(private_files.unfinished_folder().iterdir())
    assert jobs.retry(queued)


def test_sweep_queues_what_a_dead_worker_left(queued, results, sent):
    abandon(queued)

    assert jobs.sweep() == {"failed": 0, "requeued": 1, "sent": 1}
    assert sent == [str(queued.pk)]

    jobs.run(str(queued.pk))
    assert results == [2]


def test_sweep_fails_visibly_after_the_last_attempt(queued, sent):
    abandon(queued, attempts=3)

    assert jobs.sweep() == {"failed": 1, "requeued": 0, "sent": 0}
    queued.refresh_from_db()
    assert queued.state == Job.State.FAILED
    assert queued.error


def test_sweep_sends_again_what_redis_forgot(queued, sent, settings):
    long_ago = timezone.now() - timedelta(seconds=settings.JOB_RESEND_SECONDS + 1)
    Job.objects.filter(pk=queued.pk).update(sent_at=long_ago)

    jobs.sweep()
    jobs.sweep()

    assert sent == [str(queued.pk)]


def test_retry_runs_a_failed_job_afresh_and_only_once(queued, results, sent, django_capture_on_commit_callbacks):
    abandon(queued, state=Job.State.FAILED, attempts=3, error="x")

    with django_capture_on_commit_callbacks(execute=True):
        assert jobs.retry(queued)
        assert not jobs.retry(queued)

    assert sent == [str(queued.pk)]
    jobs.run(str(queued.pk))
    assert results == [4]


def test_worker_of_an_attempt_before_the_retry_cannot_publish(queued, results, sent):
    abandon(queued, state=Job.State.FAILED, attempts=1)
    sleeper = jobs.JobRun(queued, attempt=1)
    jobs.retry(queued)
    jobs._claim(str(queued.pk))

    with pytest.raises(jobs.LostLease):
        sleeper.finish(lambda: results.append("old"))

    assert results == []


def test_heartbeat_keeps_the_lease_alive(queued, settings, monkeypatch):
    settings.JOB_HEARTBEAT_SECONDS = 0.05
    leases = []
    monkeypatch.setattr(jobs.JobRun, "_mine", lambda self: FakeRow(leases))
    current = jobs.JobRun(queued, attempt=1)

    with jobs._heartbeat(current):
        time.sleep(0.3)

    assert len(leases) >= 3
    assert not current.lost.is_set()


class FakeRow:
    def __init__(self, leases):
        self.leases = leases

    def update(self, **fields):
        self.leases.append(fields["lease_until"])
        return 1


def test_jobs_are_seen_by_who_asked_for_them_only(queued, coordinator, alpha_lead, retired):
    Job.objects.create(kind="test", key="of-the-retired", requested_by=retired)

    assert list(Job.objects.visible_to(coordinator)) == [queued]
    assert not Job.objects.visible_to(alpha_lead).exists()
    assert not Job.objects.visible_to(retired).exists()


@pytest.mark.django_db(transaction=True)
def test_database_that_goes_away_leaves_the_job_to_the_sweep(monkeypatch, sent):
    job = Job.objects.create(kind="test", key="one")
    attempts = []

    def cut_off_the_first_time(run):
        attempts.append(run.attempt)
        if len(attempts) == 1:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        run.finish(lambda: None)

    monkeypatch.setitem(jobs.HANDLERS, "test", cut_off_the_first_time)

    jobs.run(str(job.pk))
    assert Job.objects.get(pk=job.pk).state == Job.State.RUNNING
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    jobs.sweep()
    jobs.run(str(job.pk))

    assert attempts == [1, 2]
    assert Job.objects.get(pk=job.pk).state == Job.State.DONE
