"""Asking for the annual report."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max

from members.models import User
from npmportal import audit, jobs
from npmportal.access import MAKE_REPORTS, can
from reports.jobs import KIND
from reports.models import Report, ReportingYear


@transaction.atomic
def request_report(*, year: ReportingYear, language: str, by: User | None) -> Report:
    """Ask for the next edition of the year's report in ``language`` and return it; its job is queued on commit.

    Asking again while it is being made gives the same report, so a second press of the button does nothing. One that
    failed is tried again, with fresh figures, before a new edition is begun. ``by`` is None for who runs the server.
    """
    if by is not None and not can(by, MAKE_REPORTS, year.mechanism):
        raise PermissionDenied
    year = ReportingYear.objects.select_for_update(of=("self",)).select_related("mechanism").get(pk=year.pk)
    unfinished = year.reports.select_related("job").filter(language=language, file="").order_by("edition").first()
    if unfinished:
        retry_report(report=unfinished, by=by)
        return unfinished
    edition = (year.reports.aggregate(last=Max("edition"))["last"] or 0) + 1
    report = Report(year=year, edition=edition, language=language, requested_by=by)
    report.job = jobs.enqueue(
        kind=KIND,
        key=f"{KIND}:{report.pk}",
        by=by,
        mechanism=year.mechanism,
        arguments={"report_id": str(report.pk)},
    )
    report.save(force_insert=True)
    _record("report.requested", report, by)
    return report


@transaction.atomic
def retry_report(*, report: Report, by: User | None) -> bool:
    """Try a failed report again with fresh figures; return whether it was (one in the making is left alone)."""
    if by is not None and not can(by, MAKE_REPORTS, report.year.mechanism):
        raise PermissionDenied
    if report.job is None or not jobs.retry(report.job):
        return False
    Report.objects.filter(pk=report.pk).update(snapshot=None)
    _record("report.retried", report, by)
    return True


def _record(action: str, report: Report, by: User | None) -> None:
    audit.record(
        action, by=by, obj=report, mechanism=report.year.mechanism, year=report.year.label, edition=report.edition
    )
