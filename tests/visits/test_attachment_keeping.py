"""Files that are kept: tried again, verified every week, swept; on the disk and in a bucket."""

import errno
import io
import os
import time
from datetime import timedelta

import boto3
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.utils import timezone
from moto.server import ThreadedMotoServer
from PIL import Image

from npmportal import file_settings
from npmportal.models import AuditEvent, Job
from npmportal.private_files import Missing, on_disk, put_in_place, size_of, unfinished_file
from npmportal.uploads.reasons import Reason, Refused
from reports.models import Report
from tests.factories import ReportingYearFactory
from tests.npmportal.fake_clamd import running
from tests.npmportal.upload_corpus import photograph
from tests.visits.attachment_tools import attached, body_of, check, content_of, download_url, files_url, stored_files
from visits import attachment_keeping, tasks
from visits.actions.attachments import remove_attachment
from visits.demonstration.files import store_files
from visits.models import Attachment

State = Attachment.State


pytestmark = pytest.mark.usefixtures("no_broker", "nobody_scans")


def a_week_later(attachment):
    Attachment.objects.filter(pk=attachment.pk).update(verified_at=timezone.now() - timedelta(days=8))


# -- A scanner that comes back ----------------------------------------------------------------------------------------
def test_files_a_scanner_kept_waiting_are_checked_when_it_is_back(settings, draft, alpha_monitor, commits):
    settings.SCANNER_URL = "clamd://127.0.0.1:1"
    attachment = check(attached(draft, alpha_monitor), commits)
    assert attachment.held == "scanner_away"

    tasks.check_waiting_files()
    assert not Job.objects.live().exists()
    with running() as (_fake, settings.SCANNER_URL):
        tasks.check_waiting_files()
        tasks.check_waiting_files()
        assert Job.objects.live().count() == 1
        check(attachment, commits)

    assert (attachment.state, attachment.held) == (State.AVAILABLE, "")


def test_scanner_that_is_back_is_tried_with_one_file_before_it_gets_all(settings, draft, alpha_monitor, commits):
    settings.SCANNER_URL = "clamd://127.0.0.1:1"
    files = [check(attached(draft, alpha_monitor, content=b"%d" % number), commits) for number in range(4)]

    with running() as (_fake, settings.SCANNER_URL):
        assert attachment_keeping.check_waiting() == 1
        assert attachment_keeping.check_waiting() == 0  # the first may hang
        settings.SCANNER_URL = "clamd://127.0.0.1:1"
        check(files[0], commits)
    with running() as (_fake, settings.SCANNER_URL):
        assert attachment_keeping.check_waiting() == 1
        assert check(files[1], commits).state == State.AVAILABLE  # another than the first: it may be the file
        assert attachment_keeping.check_waiting() == 3


def test_scanner_that_is_set_up_later_releases_what_waited_for_one(settings, draft, alpha_monitor, commits):
    settings.SCANNER_URL = ""
    attachment = check(attached(draft, alpha_monitor), commits)
    tasks.check_waiting_files()
    assert not Job.objects.live().exists()

    with running() as (_fake, settings.SCANNER_URL):
        tasks.check_waiting_files()
        check(attachment, commits)

    assert attachment.state == State.AVAILABLE


# -- Verifying --------------------------------------------------------------------------------------------------------
def test_every_file_is_verified_once_a_week(draft, alpha_monitor, commits):
    attachment = check(attached(draft, alpha_monitor), commits)
    released = attachment.verified_at
    tasks.keep_files()
    attachment.refresh_from_db()
    assert attachment.verified_at == released

    a_week_later(attachment)
    tasks.keep_files()

    attachment.refresh_from_db()
    assert timezone.now() - attachment.verified_at < timedelta(minutes=1)


def test_flipped_byte_is_found_within_the_week_and_mended_from_a_backup(draft, alpha_monitor, commits, caplog):
    attachment = check(attached(draft, alpha_monitor), commits)
    with open(attachment.file.path, "r+b") as file:
        file.write(b"X")
    a_week_later(attachment)

    assert attachment_keeping.verify_due() == 1
    attachment.refresh_from_db()
    assert not attachment.can_be_had
    assert "CRITICAL" in [record.levelname for record in caplog.records]
    assert AuditEvent.objects.filter(action="attachment.altered", actor=None).count() == 1
    with open(attachment.file.path, "r+b") as file:
        file.write(b"D")
    a_week_later(attachment)

    assert attachment_keeping.verify_due() == 0
    attachment.refresh_from_db()
    assert attachment.can_be_had
    assert AuditEvent.objects.filter(action="attachment.whole_again").count() == 1


def test_verifying_stops_when_its_time_is_up_and_goes_on_with_the_oldest(draft, alpha_monitor, commits):
    files = [check(attached(draft, alpha_monitor, content=b"%d" % number), commits) for number in range(3)]
    for file in files:
        a_week_later(file)

    attachment_keeping.verify_due(seconds=0)

    assert Attachment.objects.to_verify().count() == 2


# -- Sweeping ---------------------------------------------------------------------------------------------------------
def test_files_that_belong_to_nothing_are_swept_after_a_day(draft, alpha_monitor, commits):
    attachment = check(attached(draft, alpha_monitor), commits)
    old, fresh = (default_storage.save(f"attachments/ab/{name}", ContentFile(b"x")) for name in ("old", "fresh"))
    for name in (old, attachment.file.name):
        os.utime(default_storage.path(name), (time.time() - 2 * 86_400,) * 2)

    attachment_keeping.keep(hour=2)
    assert len(stored_files()) == 3
    attachment_keeping.keep(hour=3)

    assert stored_files() == sorted([attachment.file.name, fresh])


def test_nothing_is_there_to_sweep_at_first(db):
    assert attachment_keeping.sweep_orphans() == 0


# -- A full disk ------------------------------------------------------------------------------------------------------
class FullDisk(FileSystemStorage):
    """A disk that is full after the first bytes of a file."""

    is_full = True

    def _save(self, name, content):
        if not self.is_full:
            return super()._save(name, content)
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(b"half a f")
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def full_disk(monkeypatch, tmp_path):
    storage = FullDisk(location=tmp_path / "full")
    monkeypatch.setattr(Attachment._meta.get_field("file"), "storage", storage)
    return storage


def test_full_disk_refuses_with_a_sentence_and_stores_nothing_half(full_disk, draft, alpha_monitor, as_, caplog):
    response = as_(alpha_monitor).post(files_url(draft), {"kind": "letter", "files": [ContentFile(b"x", name="a.txt")]})

    assert response.status_code == 422
    assert "There is no room left where files are kept. Nothing of this file was stored." in response.content.decode()
    assert stored_files() == []
    assert not Attachment.objects.exists()
    assert "CRITICAL" in [record.levelname for record in caplog.records]


def test_disk_that_fills_up_before_a_picture_is_kept_leaves_it_in_quarantine(full_disk, draft, alpha_monitor, commits):
    full_disk.is_full = False
    attachment = attached(draft, alpha_monitor, name="a.jpg", content=photograph())
    before = content_of(attachment)
    full_disk.is_full = True

    check(attachment, commits)

    assert (attachment.state, attachment.held) == (State.QUARANTINED, "storage_away")
    assert stored_files() == [attachment.file.name]
    assert content_of(attachment) == before
    full_disk.is_full = False
    tasks.check_waiting_files()
    assert check(attachment, commits).state == State.AVAILABLE


# -- A bucket ---------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def s3():
    """A server that speaks S3, over HTTP, with an empty bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3, monkeypatch, settings):
    """The bucket as the default storage, set by its address as in production."""
    monkeypatch.setenv("FILES_URL", f"s3+http://invented-key:invented-secret@{s3}/portal-files?region=eu-west-1")
    settings.STORAGES = settings.STORAGES | {"default": file_settings.storage(settings.FILES_ROOT)}
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{s3}",
        aws_access_key_id="invented-key",
        aws_secret_access_key="invented-secret",
        region_name="eu-west-1",
    )
    client.create_bucket(Bucket="portal-files", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    yield client
    for found in names_in(client):
        client.delete_object(Bucket="portal-files", Key=found)
    client.delete_bucket(Bucket="portal-files")
    client.close()


def names_in(client):
    return [found["Key"] for found in client.list_objects_v2(Bucket="portal-files").get("Contents", [])]


def test_bucket_keeps_checks_hands_out_and_removes_files(bucket, settings, draft, alpha_monitor, as_, commits):
    attachment = attached(draft, alpha_monitor, name="a.jpg", content=photograph(gps=True))
    (received,) = names_in(bucket)

    check(attachment, commits)

    assert attachment.state == State.AVAILABLE
    assert names_in(bucket) == [attachment.file.name]
    assert attachment.file.name != received
    downloaded = body_of(as_(alpha_monitor).get(download_url(attachment)))
    with Image.open(io.BytesIO(downloaded)) as image:
        assert not image.getexif().get_ifd(0x8825)
    with commits(execute=True):
        remove_attachment(attachment=attachment, reason="Not needed.", by=alpha_monitor)
    assert names_in(bucket) == []
    assert not list((settings.FILES_ROOT / "unfinished").iterdir())


def test_flipped_byte_in_the_bucket_is_refused(bucket, draft, alpha_monitor, as_, commits):
    attachment = check(attached(draft, alpha_monitor), commits)
    bucket.put_object(Bucket="portal-files", Key=attachment.file.name, Body=b"Xear director")

    page = as_(alpha_monitor).get(download_url(attachment), follow=True).content.decode()

    assert "so nobody gets it" in page


def test_bucket_that_does_not_answer_is_a_sentence(bucket, monkeypatch, settings, draft, alpha_monitor, as_, commits):
    attachment = check(attached(draft, alpha_monitor), commits)
    monkeypatch.setenv("FILES_URL", "s3+http://invented-key:invented-secret@127.0.0.1:1/portal-files")
    settings.STORAGES = settings.STORAGES | {"default": file_settings.storage(settings.FILES_ROOT)}

    with pytest.raises(Refused) as refusal:
        attached(draft, alpha_monitor, content=b"another")
    page = as_(alpha_monitor).get(download_url(attachment), follow=True).content.decode()

    assert refusal.value.reason == Reason.STORAGE_AWAY
    assert "The place where files are kept does not answer." in page


def test_orphans_of_the_bucket_are_swept(bucket, draft, alpha_monitor, commits, monkeypatch):
    attachment = check(attached(draft, alpha_monitor), commits)
    bucket.put_object(Bucket="portal-files", Key="attachments/ab/orphan", Body=b"x")
    monkeypatch.setattr(attachment_keeping, "ORPHAN_AFTER", timedelta(seconds=-5))

    assert attachment_keeping.sweep_orphans() == 1
    assert names_in(bucket) == [attachment.file.name]


def test_reports_are_kept_in_the_bucket_too(bucket, mechanism):
    report = Report.objects.create(year=ReportingYearFactory(mechanism=mechanism), edition=1)
    for content in (b"first", b"made again"):
        with unfinished_file(report, "file") as path:
            path.write_bytes(content)
            report.file.name = put_in_place(report, "file", path)

    assert names_in(bucket) == [report.file.name]
    assert (content_of(report), size_of(report.file)) == (b"made again", 10)
    default_storage.delete(report.file.name)
    with pytest.raises(Missing), on_disk(report.file):
        pass


@pytest.mark.parametrize("address", ["http://x/y", "s3://host/bucket", "s3://k:s@host", "s3://k:s@host/a/b"])
def test_address_that_is_none_stops_the_start(monkeypatch, tmp_path, address):
    monkeypatch.setenv("FILES_URL", address)

    with pytest.raises(ImproperlyConfigured, match="FILES_URL"):
        file_settings.storage(tmp_path)


def test_production_speaks_https_with_the_bucket(monkeypatch, tmp_path):
    monkeypatch.setenv("FILES_URL", "s3://key:se%2Fcret@files.example.org/portal")

    options = file_settings.storage(tmp_path)["OPTIONS"]

    assert (options["endpoint_url"], options["secret_key"]) == ("https://files.example.org", "se/cret")
    assert options["default_acl"] is None


# -- The demonstration ------------------------------------------------------------------------------------------------
def test_invented_files_say_so_and_are_whole(draft, mechanism, alpha_monitor, as_):
    draft.created_by = alpha_monitor
    draft.save(update_fields=["created_by"])

    assert [store_files(mechanism, "seed"), store_files(mechanism, "seed")] == [2, 0]

    letter, plan = draft.attachments.order_by("extension")[::-1]
    assert b"INVENTED" in body_of(as_(alpha_monitor).get(download_url(letter)))
    with Image.open(io.BytesIO(body_of(as_(alpha_monitor).get(download_url(plan))))) as image:
        assert image.size == (900, 420)
    assert {letter.scan, plan.scan} == {"not_scanned"}
