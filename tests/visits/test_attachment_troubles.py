"""A full disk, a disk that is not there, a process that falls: no file of a visit is thrown away for that."""

from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from npmportal.models import AuditEvent, Job
from npmportal.uploads.parent import NotLooked
from tests.npmportal.upload_corpus import photograph
from tests.visits.attachment_tools import attached, check, content_of
from visits import attachment_checks, attachment_keeping, tasks
from visits.models import Attachment

Held = Attachment.Held
State = Attachment.State


pytestmark = pytest.mark.usefixtures("no_broker", "nobody_scans")


def test_disk_that_fills_up_while_a_picture_is_written_anew_destroys_nothing(
    draft, alpha_monitor, commits, monkeypatch, caplog
):
    attachment = attached(draft, alpha_monitor, name="a.jpg", content=photograph())
    before = content_of(attachment)
    with monkeypatch.context() as patch:
        patch.setattr(attachment_checks, "unfinished", lambda: nullcontext(Path("/dev/full")))

        check(attachment, commits)

    assert (attachment.state, attachment.held) == (State.QUARANTINED, "storage_away")
    assert content_of(attachment) == before
    assert "CRITICAL" in [record.levelname for record in caplog.records]
    tasks.check_waiting_files()
    assert check(attachment, commits).state == State.AVAILABLE


@pytest.mark.parametrize("found", [b"Xear director", None], ids=["changed", "gone"])
def test_file_that_changed_or_went_in_quarantine_is_had_when_it_is_back(draft, alpha_monitor, commits, found, caplog):
    attachment = attached(draft, alpha_monitor)
    path = Path(attachment.file.path)
    aside = path.rename(path.with_suffix(".aside"))
    if found:
        path.write_bytes(found)

    check(attachment, commits)

    assert (attachment.state, attachment.held) == (State.QUARANTINED, Held.ALTERED)
    assert AuditEvent.objects.filter(action="attachment.altered").count() == 1
    assert "CRITICAL" in [record.levelname for record in caplog.records]
    aside.replace(path)
    a_minute_ago = timezone.now() - timedelta(minutes=1)
    Attachment.objects.update(uploaded_at=a_minute_ago, checked_at=a_minute_ago)
    Job.objects.update(finished_at=a_minute_ago)
    attachment_keeping.check_waiting()
    assert (check(attachment, commits).state, attachment.altered_at) == (State.AVAILABLE, None)
    assert AuditEvent.objects.filter(action="attachment.whole_again").count() == 1


def test_file_nobody_could_look_into_is_kept_and_tried_again_less_and_less_often(
    draft, alpha_monitor, commits, monkeypatch
):
    attachment = attached(draft, alpha_monitor)

    def falls(*arguments):
        raise NotLooked

    monkeypatch.setattr(attachment_checks, "looked_at", falls)
    check(attachment, commits)

    assert (attachment.state, attachment.held) == (State.QUARANTINED, Held.NOT_LOOKED)
    assert content_of(attachment) == b"Dear director"
    tries = []
    Job.objects.filter(pk=attachment.job_id).update(finished_at=None)
    for hour in range(1, 100):
        # As if the file had come so many hours ago, and had been tried when it was.
        now, tried = timezone.now(), tries[-1] if tries else 0
        ago = now - timedelta(hours=hour - tried)
        Attachment.objects.update(checked_at=ago, uploaded_at=now - timedelta(hours=hour))
        if Attachment.objects.waiting().exists():
            tries.append(hour)
    assert tries == [1, 2, 4, 8, 16, 32, 56, 80]
    monkeypatch.undo()
