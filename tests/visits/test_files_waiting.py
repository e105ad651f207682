"""How many files wait and for what: numbers for administrators and monitors, and nothing else."""

import shutil
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from npmportal import jobs
from npmportal.models import Job
from npmportal.private_files import NoRoom
from tests.factories import MechanismFactory, PlaceFactory, VisitFactory
from tests.npmportal.fake_clamd import running
from tests.visits.attachment_tools import attached, check
from visits import attachment_keeping, files_waiting
from visits.models import Attachment

PAGE = "/examplia/desk/files-waiting/"


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setattr(jobs.app, "send_task", lambda name, args: None)


@pytest.fixture(autouse=True)
def _scanner_is_away(settings):
    settings.SCANNER_URL = "clamd://127.0.0.1:1"


def waits(visit, by, held, *, name="secret-of-the-cell.txt", minutes=0):
    """A file of ``visit`` that has waited so long for what ``held`` says."""
    attachment = attached(visit, by, name=name, content=name.encode() + held.encode())
    since = timezone.now() - timedelta(minutes=minutes)
    Attachment.objects.filter(pk=attachment.pk).update(held=held, uploaded_at=since)
    return attachment


def test_page_is_for_administrators(client, as_, administrator, coordinator, alpha_lead, alpha_reader, stranger):
    assert as_(administrator).get(PAGE).status_code == 200
    assert as_(administrator).post(PAGE).status_code == 405
    for colleague in (coordinator, alpha_lead, alpha_reader):
        assert as_(colleague).get(PAGE).status_code == 403
    assert as_(stranger).get(PAGE).status_code == 404
    assert client.get(PAGE).url.startswith(reverse("account_login"))


def test_page_counts_by_reason_and_names_nothing(as_, administrator, alpha_monitor, draft, django_assert_num_queries):
    other = VisitFactory(place=PlaceFactory(mechanism=MechanismFactory(slug="elsewhere", country_en="Elsewhere")))
    theirs = waits(draft, alpha_monitor, "scanner_away", name="theirs.txt", minutes=600)
    Attachment.objects.filter(pk=theirs.pk).update(visit=other)
    for name in ("one.txt", "two.txt"):
        waits(draft, alpha_monitor, "scanner_away", name=name, minutes=90)
    failed = waits(draft, alpha_monitor, "", name="three.txt", minutes=5)
    Job.objects.filter(pk=failed.job_id).update(state="failed", finished_at=timezone.now())
    waits(draft, alpha_monitor, "", name="four.txt")
    not_done = {"error": NoRoom.sentence, "mechanism": draft.mechanism, "finished_at": timezone.now()}
    Job.objects.create(kind="visits.download", key="a", state="failed", **not_done)

    found = files_waiting.files_waiting(draft.mechanism)
    page = as_(administrator).get(PAGE).content.decode()

    assert [(one.why, one.files, one.needs_somebody) for one in found] == [
        ("scanner_away", 2, True),
        ("failed", 1, False),
        ("", 1, False),
    ]
    assert "does not answer" in page
    assert "1 piece of work was not done for want of room." in page
    for secret in ("one.txt", draft.reference, draft.place.name, str(draft.pk), alpha_monitor.name):
        assert secret not in page
    for number in range(5):
        waits(draft, alpha_monitor, "not_looked", name=f"more{number}.txt")
    with django_assert_num_queries(1):
        files_waiting.files_waiting(draft.mechanism)


def test_nothing_waits(as_, administrator, settings):
    with running() as (_clamd, settings.SCANNER_URL):
        page = as_(administrator).get(PAGE).content.decode()

    assert "No file waits." in page
    assert "answers" in page
    assert "for want of room" not in page


@pytest.mark.parametrize("url", ["", "none"])
def test_scanner_that_is_none(as_, administrator, settings, url):
    settings.SCANNER_URL = url

    page = as_(administrator).get(PAGE).content.decode()

    assert ("none is set up" in page, "this is a demonstration" in page) == (url == "", url == "none")


def test_monitor_is_told_by_the_commands_end(db, settings, capsys, monkeypatch, draft, alpha_monitor):
    monkeypatch.setattr(files_waiting, "percent_used", lambda: 40)
    with pytest.raises(CommandError):  # the scanner is away
        call_command("files_waiting")
    with running() as (_clamd, settings.SCANNER_URL):
        call_command("files_waiting")
        waits(draft, alpha_monitor, "not_whole", minutes=90)  # for who added it to replace
        call_command("files_waiting")
        waits(draft, alpha_monitor, "altered", name="gone.txt", minutes=90)
        with pytest.raises(CommandError):
            call_command("files_waiting")
        Attachment.objects.all().delete()
        monkeypatch.setattr(files_waiting, "percent_used", lambda: 86)
        with pytest.raises(CommandError):
            call_command("files_waiting")

    said = capsys.readouterr().out
    assert "scanner: away\ndisk: 40 % full" in said
    assert "1 files since" in said
    assert "gone.txt" not in said


def test_log_says_that_files_wait_and_that_the_disk_fills(
    draft, alpha_monitor, caplog, monkeypatch, tmp_path, django_capture_on_commit_callbacks
):
    attachment_keeping.check_waiting()
    assert not caplog.records
    check(attached(draft, alpha_monitor), django_capture_on_commit_callbacks)

    attachment_keeping.check_waiting()
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(total=100, used=90, free=10))
    attachment_keeping.keep(hour=2)

    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert errors == [
        "the malware scanner does not answer, and files wait for it",
        "the disk on which files are kept is nearly full",
    ]
