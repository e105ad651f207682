"""The job that builds a report: exactly once, from one snapshot, and nothing half when it fails."""

import hashlib
from pathlib import Path

import pikepdf
import pytest

from npmportal import jobs
from npmportal.models import AuditEvent, Job
from npmportal.pdf import PdfError
from reports import jobs as report_jobs
from reports.actions import request_report, retry_report
from reports.models import Report, Snapshot
from tests.npmportal.test_jobs import abandon
from visits.models import Visit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setattr(jobs.app, "send_task", lambda name, args: None)


@pytest.fixture
def written(monkeypatch):
    """Stand in for the process that writes the PDF; return the HTML of each document it was asked for."""
    documents = []

    def write(html, output, *, on_progress, **options):
        documents.append(html)
        for step in (1, 5, 6, 7):
            on_progress(step, 0)
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            pdf.Root.Lang = "en-gb"
            pdf.Root.StructTreeRoot = pdf.make_indirect(pikepdf.Dictionary())
            pdf.Root.Metadata = pdf.make_stream(b"x")
            pdf.save(output)
        return 1

    monkeypatch.setattr(report_jobs, "write_pdf", write)
    return documents


@pytest.fixture
def report(year, visits, coordinator):
    return request_report(year=year, language="en-gb", by=coordinator)


def run(report):
    jobs.run(str(report.job.pk))
    report.refresh_from_db()
    report.job.refresh_from_db()


def left_behind():
    """The files in the folder of reports, hidden ones too."""
    folder = Path(Report._meta.get_field("file").storage.path("reports"))
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_report_is_built_and_says_what_it_is(report, written, coordinator):
    run(report)

    assert (report.job.state, report.pages) == (Job.State.DONE, 1)
    assert report.job.progress_done == report.job.progress_total == report_jobs.STEPS
    assert report.file_sha256 == hashlib.sha256(Path(report.file.path).read_bytes()).hexdigest()
    assert report.snapshot.content["visits"]["totals"]["made"] == 5
    assert left_behind() == [f"{report.pk}.pdf"]
    event = AuditEvent.objects.get(action="report.built")
    assert (event.actor, event.details) == (coordinator, {"year": "2024-25", "edition": 1, "pages": 1})


def test_progress_names_each_chapter(report, written, monkeypatch):
    shown = []
    real = jobs.JobRun.progress
    monkeypatch.setattr(jobs.JobRun, "progress", lambda self, *step: (shown.append(step[2]), real(self, *step)))

    run(report)

    assert shown[0] == "Freezing the figures"
    assert "Who monitors what" in shown
    assert shown[-3:] == ["Laying out the pages", "Writing the PDF file", "Checking the PDF file"]
    assert len(shown) == report_jobs.STEPS


def test_same_job_given_to_two_workers_is_built_once(report, written):
    for _delivery in range(3):
        run(report)

    assert len(written) == 1
    assert AuditEvent.objects.filter(action="report.built").count() == 1


def test_worker_that_lost_its_lease_publishes_nothing(report, written, monkeypatch):
    """Another worker takes the job over while the first one checks its file, and finishes first."""
    real = report_jobs.checked_sha256

    def overtaken(path, pages):
        sha256 = real(path, pages)
        monkeypatch.setattr(report_jobs, "checked_sha256", real)
        abandon(report.job)
        jobs.run(str(report.job.pk))
        return sha256

    monkeypatch.setattr(report_jobs, "checked_sha256", overtaken)
    run(report)

    assert (report.job.state, report.job.attempts) == (Job.State.DONE, 2)
    assert AuditEvent.objects.filter(action="report.built").count() == 1
    assert left_behind() == [f"{report.pk}.pdf"]
    assert Path(report.file.path).stat().st_size


def test_lease_lost_while_the_pdf_is_written_stops_the_writing(report, monkeypatch):
    def write(html, output, *, on_progress, **options):
        Job.objects.filter(pk=report.job.pk).update(attempts=2)
        on_progress(6, 0)
        raise AssertionError("on_progress should have stopped this")

    monkeypatch.setattr(report_jobs, "write_pdf", write)
    run(report)

    assert report.job.state == Job.State.RUNNING
    assert not report.file
    assert left_behind() == []


def test_second_attempt_tells_of_the_same_moment(report, written, monkeypatch):
    real = report_jobs.write_pdf
    monkeypatch.setattr(report_jobs, "write_pdf", lambda *a, **k: (_ for _ in ()).throw(jobs.LostLease))
    run(report)
    Visit.objects.filter(state=Visit.State.SUBMITTED).update(state=Visit.State.APPROVED)
    abandon(report.job)
    monkeypatch.setattr(report_jobs, "write_pdf", real)

    run(report)

    assert report.job.state == Job.State.DONE
    assert Snapshot.objects.count() == 1
    assert report.snapshot.content["visits"]["totals"]["made"] == 5


def test_failure_is_said_in_a_sentence_and_leaves_nothing_half(report, monkeypatch):
    def fail(html, output, **options):
        output.write_bytes(b"%PDF half")
        raise PdfError("too_large", "MemoryError")

    monkeypatch.setattr(report_jobs, "write_pdf", fail)
    run(report)

    assert report.job.state == Job.State.FAILED
    assert report.job.error == "The document is too large to be made: it needed more memory than is allowed."
    assert not report.file
    assert left_behind() == []


def test_file_that_is_not_whole_is_thrown_away(report, monkeypatch):
    monkeypatch.setattr(report_jobs, "write_pdf", lambda html, output, **o: output.write_bytes(b"%PDF half") and 3)
    run(report)

    assert report.job.state == Job.State.FAILED
    assert left_behind() == []


def test_failed_report_is_built_when_tried_again(report, written, monkeypatch, coordinator):
    real = report_jobs.write_pdf
    monkeypatch.setattr(report_jobs, "write_pdf", lambda *a, **k: (_ for _ in ()).throw(PdfError("failed")))
    run(report)
    monkeypatch.setattr(report_jobs, "write_pdf", real)

    assert retry_report(report=report, by=coordinator)
    run(report)

    assert (report.job.state, report.pages) == (Job.State.DONE, 1)


def test_snapshot_that_was_tampered_with_makes_no_report(report, written, monkeypatch):
    monkeypatch.setattr(Snapshot, "is_intact", property(lambda self: False))

    run(report)

    assert report.job.state == Job.State.FAILED
    assert written == []


def test_what_a_killed_worker_left_is_removed_by_the_next_attempt(report, written):
    run(report)
    folder = Path(report.file.path).parent
    (folder / f".{report.pk}-old.pdf").write_bytes(b"half")
    (folder / ".another-old.pdf").write_bytes(b"half")
    Job.objects.filter(pk=report.job.pk).update(state=Job.State.QUEUED, attempts=0)

    run(report)

    assert left_behind() == [".another-old.pdf", f"{report.pk}.pdf"]


def test_nothing_of_the_content_stands_in_the_job(report, written):
    run(report)

    job = report.job
    assert job.arguments == {"report_id": str(report.pk)}
    assert "script" not in f"{job.key}{job.arguments}{job.progress_label}{job.error}"
