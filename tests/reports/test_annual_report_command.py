"""`manage.py annual_report`: the same report, from a terminal."""

import hashlib
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from npmportal import jobs
from npmportal.models import Job
from npmportal.pdf import PdfError
from reports.models import Report
from tests.reports.test_jobs import written  # noqa: F401
from visits.models import Visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("visits")]


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setattr(jobs.app, "send_task", lambda name, args: None)


@pytest.fixture
def output(tmp_path):
    return tmp_path / "report.pdf"


def command(output, *more, npm="examplia", year="2024-25"):
    call_command("annual_report", npm, year, "--output", str(output), *more)


@pytest.mark.usefixtures("written")
def test_report_is_made_and_copied(output, capsys):
    command(output, "--here")

    assert capsys.readouterr().out.splitlines()[-1] == f"Report: {output} (1 pages)"
    report = Report.objects.get()
    assert hashlib.sha256(output.read_bytes()).hexdigest() == report.file_sha256
    assert list(output.parent.glob(".report*")) == []


def test_unchanged_data_give_the_same_file_again(output, written, capsys):  # noqa: F811
    command(output, "--here")
    command(output, "--here")

    assert len(written) == 1
    assert "Nothing has changed since edition 1 was made" in capsys.readouterr().out


def test_changed_data_give_a_new_edition(output, written):  # noqa: F811
    command(output, "--here")
    Visit.objects.filter(state=Visit.State.SUBMITTED).update(state=Visit.State.APPROVED)
    command(output, "--here")

    assert len(written) == 2
    assert sorted(Report.objects.values_list("edition", flat=True)) == [1, 2]


def test_damaged_file_is_not_used_again(output, written):  # noqa: F811
    command(output, "--here")
    Path(Report.objects.get().file.path).write_bytes(b"damaged")
    command(output, "--here")

    assert len(written) == 2


def test_other_language_is_another_edition(output, written):  # noqa: F811
    command(output, "--here")
    command(output, "--here", "--language", "nl")

    assert '<html lang="nl">' in written[1]


def test_no_worker_is_said_plainly(output):
    with pytest.raises(CommandError, match="No worker has taken up the report within 0 seconds"):
        command(output, "--patience", "0")

    assert not output.exists()


@pytest.mark.usefixtures("written")
def test_failure_is_said_plainly(output, monkeypatch):
    monkeypatch.setattr(jobs, "run", lambda job_id: Job.objects.update(state="failed", error="It could not be made."))

    with pytest.raises(CommandError, match="It could not be made"):
        command(output, "--here")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"npm": "nowhere"}, "There is no mechanism “nowhere”. Known: examplia."),
        ({"year": "1066"}, "There is no reporting year “1066”. Known: .*2024-25"),
    ],
)
def test_wrong_argument_names_what_is_possible(output, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        command(output, **arguments)


def test_language_that_cannot_be_written_is_refused(output):
    with pytest.raises(CommandError, match="Possible: en-gb, nl"):
        command(output, "--language", "cy")


@pytest.mark.usefixtures("written")
def test_report_that_failed_is_made_when_asked_for_again(output, written, monkeypatch):  # noqa: F811
    def full(*_args, **_kwargs):
        raise PdfError("too_large")

    with monkeypatch.context() as patch:
        patch.setattr("reports.jobs.write_pdf", full)
        with pytest.raises(CommandError):
            command(output, "--here")
    command(output, "--here")

    assert Report.objects.get().job.state == Job.State.DONE
    assert output.is_file()


def test_folder_that_is_not_there_is_named(output):
    with pytest.raises(CommandError, match="could not be written"):
        command(output.parent / "nowhere" / "report.pdf", "--here")
