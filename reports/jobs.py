"""Building the annual report: freeze, compose chapter by chapter, write the PDF, check it, put it in its place."""

from collections.abc import Callable
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext_noop

from npmportal import audit
from npmportal.access import MAKE_REPORTS, can
from npmportal.jobs import JobError, JobRun, LostLease, handler
from npmportal.models import Job
from npmportal.pdf import Data, PdfError, write_pdf
from npmportal.pdf.checks import checked_sha256
from npmportal.private_files import put_in_place, unfinished_file
from reports.document import CHAPTERS, STYLESHEET, Composed, Imprint, compose
from reports.models import Report, Snapshot
from reports.snapshot import freeze

KIND = "annual_report"
FREEZING = gettext_noop("Freezing the figures")
LAYING_OUT = gettext_noop("Laying out the pages")
WRITING = gettext_noop("Writing the PDF file")
CHECKING = gettext_noop("Checking the PDF file")
# One step to freeze, one for each chapter, three for the file.
STEPS = len(CHAPTERS) + 4
FIRST_STEP_OF_WRITING = 6  # WeasyPrint's own count


def _may_still(job: Job) -> bool:
    """Tell whether who asked still makes the reports of this mechanism."""
    report = Report.objects.select_related("year__mechanism").get(pk=job.arguments["report_id"])
    return can(job.requested_by, MAKE_REPORTS, report.year.mechanism)


@handler(KIND, may_still=_may_still)
def build(run: JobRun) -> None:
    """Make the PDF of the report that the job names. Published once, by who still holds the lease, or not at all."""
    report = Report.objects.select_related("year__mechanism").get(pk=run.job.arguments["report_id"])
    run.progress(0, STEPS, FREEZING)
    snapshot = _frozen(report)
    composed = _composed(run, report, snapshot)
    with unfinished_file(report, "file") as path:
        pages = _written(run, snapshot, composed, path)
        run.progress(STEPS - 1, STEPS, CHECKING)
        sha256 = checked_sha256(path, pages)
        run.finish(lambda: _publish(run, report, path, pages, sha256))


def _frozen(report: Report) -> Snapshot:
    """Return the report's snapshot; a second attempt works from the one the first attempt froze."""
    if report.snapshot is None:
        frozen = freeze(report.year)
        Report.objects.filter(pk=report.pk, snapshot=None).update(snapshot=frozen)
        report.refresh_from_db(fields=["snapshot"])
    snapshot = report.snapshot
    assert snapshot is not None, "set above"
    if not snapshot.is_intact:
        raise JobError(gettext_noop("The frozen figures of this report have been changed, so it was not made."))
    return snapshot


def _composed(run: JobRun, report: Report, snapshot: Snapshot) -> Composed:
    imprint = Imprint(report.edition, report.language, snapshot.taken_at, snapshot.sha256)
    for number, item in enumerate(compose(snapshot.content, imprint), start=1):
        if isinstance(item, Composed):
            return item
        run.progress(number, STEPS, item)
    raise AssertionError("compose always ends with the whole report")


def _written(run: JobRun, snapshot: Snapshot, composed: Composed, path: Path) -> int:
    """Have the PDF written by a process of its own and return its pages; that process ends when the lease is lost."""
    run.progress(STEPS - 3, STEPS, LAYING_OUT)
    data = tuple(Data(table.file_name, table.title, table.as_csv()) for table in composed.tables)
    try:
        return write_pdf(
            composed.html,
            path,
            stylesheet=STYLESHEET,
            identifier=snapshot.sha256,
            created=snapshot.taken_at,
            data=data,
            on_progress=_shown(run),
        )
    except PdfError as error:
        raise JobError(str(error)) from error


def _shown(run: JobRun) -> Callable[[int, int], None]:
    """Return what to call while the PDF is written: it shows the step and stops when the lease is lost."""
    shown = STEPS - 3

    def on_progress(step: int, _page: int) -> None:
        nonlocal shown
        if run.lost.is_set():
            raise LostLease
        if step >= FIRST_STEP_OF_WRITING and shown < STEPS - 2:
            shown = STEPS - 2
            run.progress(shown, STEPS, WRITING)

    return on_progress


def _publish(run: JobRun, report: Report, path: Path, pages: int, sha256: str) -> None:
    """Put the file in its place and say so in the report. Called inside the transaction that ends the job."""
    Report.objects.filter(pk=report.pk).update(
        file=put_in_place(report, "file", path), file_sha256=sha256, pages=pages, built_at=timezone.now()
    )
    audit.record(
        "report.built",
        by=run.job.requested_by,
        obj=report,
        mechanism=report.year.mechanism,
        year=report.year.label,
        edition=report.edition,
        pages=pages,
    )
